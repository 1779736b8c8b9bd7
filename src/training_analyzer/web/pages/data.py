"""Data and privacy: what is held, exports to take away, and leaving for good."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated, Final

from fastapi import APIRouter, Depends, Form, Request, Response
from pydantic import BaseModel, Field

from training_analyzer.errors import (
    BadLogin,
    ExportUnderWay,
    LastAdministrator,
    ParquetMissing,
    TooManyRequests,
)
from training_analyzer.services.callers import Caller
from training_analyzer.services.export_formats import ExportFormat
from training_analyzer.services.export_jobs import Between
from training_analyzer.web import entering
from training_analyzer.web.auditing import note, note_download
from training_analyzer.web.auth import fresh_person, sign_out
from training_analyzer.web.downloads import zip_file
from training_analyzer.web.pages.account_words import size_words
from training_analyzer.web.pages.data_view import GROUPS, lines_of
from training_analyzer.web.pages.entry import wrong_words
from training_analyzer.web.pages.forms import UserId, see_other
from training_analyzer.web.pages.names import group_name
from training_analyzer.web.pages.shown import Place, show, tongue_of
from training_analyzer.web.parts import parts_of
from training_analyzer.web.refusals import NotFound

if TYPE_CHECKING:
    from training_analyzer.services.export_jobs import ExportJob
    from training_analyzer.web.tongue import Tongue

router = APIRouter()

type Fresh = Annotated[Caller, Depends(fresh_person)]

_HERE: Final = "/settings/data"
_UNPROCESSABLE: Final = 422
_SHOWN: Final = 20
_FORMATS: Final = {form.value: form for form in ExportFormat}


class ExportForm(BaseModel):
    """The form as a browser sends it; no day is all days, no group all groups."""

    format: str = "csv"
    first: str = ""
    last: str = ""
    types: list[str] = Field(default_factory=list)
    include_files: bool = False
    include_raw: bool = False


@router.get(_HERE)
def data(request: Request, user_id: UserId, done: str = "") -> Response:
    """Show what is held, the exports, and the ways out."""
    return _page(request, user_id, ExportForm(types=list(GROUPS)), done=done)


@router.post(f"{_HERE}/exports")
def make(request: Request, user_id: UserId, form: Annotated[ExportForm, Form()]) -> Response:
    """Ask for a file of the person's data; it is made in the background."""
    tongue = tongue_of(request)
    try:
        span = Between(_day(form.first), _day(form.last))
    except ValueError:
        span, wrong = Between(), tongue.text("Give days as the calendar has them.")
    else:
        wrong = _what_is_wrong(form, span, tongue)
    if not wrong:
        wrong = _ask(request, user_id, form, span)
    if wrong:
        return _page(request, user_id, form, wrong=wrong)
    return see_other(f"{_HERE}?done=asked#exports")


@router.get(f"{_HERE}/exports/{{export_id}}/progress")
def progress(request: Request, user_id: UserId, export_id: str) -> Response:
    """Return one export as the list shows it, for a script that watches it being made."""
    now = parts_of(request).runtime.now()
    (line,) = lines_of([_one(request, user_id, export_id)], tongue_of(request), now)
    return show(request, "_export.html", {"line": line})


@router.post(f"{_HERE}/exports/{{export_id}}/again")
def make_anew(request: Request, user_id: UserId, export_id: str) -> Response:
    """Ask once more for an export that is over."""
    job = _one(request, user_id, export_id)
    form = ExportForm(
        format=job.format,
        types=list(job.types or GROUPS),
        include_files=job.include_files,
        include_raw=job.include_raw,
    )
    wrong = _ask(request, user_id, form, job.span, types=job.types)
    if wrong:
        return _page(request, user_id, form, wrong=wrong)
    return see_other(f"{_HERE}?done=asked#exports")


@router.get(f"{_HERE}/exports/{{export_id}}/file")
def take(request: Request, user_id: UserId, export_id: str) -> Response:
    """Give the file of an export."""
    job = _one(request, user_id, export_id)
    name = f"garmin-export-{job.created_at:%Y-%m-%d}-{export_id[-8:]}.zip"
    answer = zip_file(request, parts_of(request).runtime.export_jobs.file(job), name=name)
    note_download(request, user_id=user_id, export_id=export_id)
    return answer


@router.post(f"{_HERE}/exports/{{export_id}}/delete")
def delete(request: Request, user_id: UserId, export_id: str) -> Response:
    """Delete an export with its file, or call it off."""
    if not parts_of(request).runtime.export_jobs.remove(user_id, export_id):
        raise NotFound
    note(request, "export_deleted", user_id=user_id, target=export_id)
    return see_other(f"{_HERE}?done=deleted#exports")


@router.get(f"{_HERE}/leave")
def leave_form(request: Request, person: Fresh) -> Response:
    """Show what goes with the account, and the form."""
    return _leave_page(request, person)


@router.post(f"{_HERE}/leave")
def leave(
    request: Request,
    person: Fresh,
    confirm: Annotated[str, Form()] = "",
    password: Annotated[str, Form(max_length=1024)] = "",
) -> Response:
    """Remove the person with everything that is theirs."""
    tongue = tongue_of(request)
    word = tongue.text("delete")
    if confirm.strip().casefold() != word.casefold():
        wrong = tongue.text("Nothing was deleted: type “%(word)s” to confirm.", word=word)
        return _leave_page(request, person, wrong, field="confirm")
    try:
        entering.leave(request, password)
    except LastAdministrator:
        wrong = tongue.text(
            "Nobody else administers this server. Make somebody an administrator first."
        )
        return _leave_page(request, person, wrong)
    except BadLogin:
        wrong = tongue.text("That is not your password. Nothing was deleted.")
        return _leave_page(request, person, wrong, field="password")
    except TooManyRequests as error:
        return _leave_page(request, person, wrong_words(error, tongue), status=error.http_status)
    answer = see_other("/sign-in")
    sign_out(request, answer)
    return answer


def _ask(
    request: Request,
    user_id: str,
    form: ExportForm,
    span: Between,
    types: tuple[str, ...] | None = None,
) -> str:
    """Queue the export; return why that could not be, or nothing."""
    chosen = types or tuple(name for name in GROUPS if name in form.types)
    try:
        job = parts_of(request).runtime.export_jobs.ask(
            user_id,
            _FORMATS[form.format],
            span=span,
            types=None if chosen == GROUPS else chosen,
            include_raw=form.include_raw,
            include_files=form.include_files,
        )
    except ExportUnderWay:
        return tongue_of(request).text("Another export is being made. Wait for it, or delete it.")
    except ParquetMissing:
        return tongue_of(request).text(
            "This server cannot write Parquet. Choose CSV or JSON Lines."
        )
    note(request, "export_made", user_id=user_id, target=job.export_id)
    return ""


def _what_is_wrong(form: ExportForm, span: Between, tongue: Tongue) -> str:
    if form.format not in _FORMATS:
        return tongue.text("Choose a format.")
    if span.first and span.last and span.first > span.last:
        return tongue.text("The first day is after the last one.")
    if not set(form.types) & set(GROUPS):
        return tongue.text("Choose at least one kind of data.")
    return ""


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _one(request: Request, user_id: str, export_id: str) -> ExportJob:
    found = parts_of(request).runtime.export_jobs.one(user_id, export_id)
    if found is None:
        raise NotFound
    return found


def _page(
    request: Request, user_id: str, form: ExportForm, *, wrong: str = "", done: str = ""
) -> Response:
    runtime, tongue = parts_of(request).runtime, tongue_of(request)
    holding = runtime.activities.holding(user_id)
    jobs = runtime.export_jobs.page(user_id, limit=_SHOWN)
    values = {
        "form": form,
        "wrong": wrong,
        "done": done,
        "lines": lines_of(jobs, tongue, runtime.now()),
        "groups": [(name, group_name(tongue, name)) for name in GROUPS],
        "holding": holding,
        "activities": tongue.number(holding.activities),
        "files": tongue.number(holding.with_file),
        "file_size": size_words(tongue, holding.file_bytes),
        "is_connected": runtime.credentials.get_credentials(user_id) is not None,
    }
    return show(
        request, "data.html", values, here=Place.ACCOUNT, status=_UNPROCESSABLE if wrong else 200
    )


def _leave_page(
    request: Request, person: Caller, wrong: str = "", *, field: str = "", status: int = 0
) -> Response:
    tongue = tongue_of(request)
    values = {
        "word": tongue.text("delete"),
        "wrong": wrong,
        "field": field,
        "has_password": parts_of(request).access.passwords.has(person.user_id),
    }
    return show(
        request,
        "leave.html",
        values,
        here=Place.ACCOUNT,
        status=status or (_UNPROCESSABLE if wrong else 200),
    )
