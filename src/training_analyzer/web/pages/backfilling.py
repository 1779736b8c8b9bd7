"""Days that are asked for again: what that costs, starting it, and ending it."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Form, Query, Request
from pydantic import BaseModel, Field, ValidationError
from starlette.responses import Response

from training_analyzer.errors import GarminSyncError, NotConnected
from training_analyzer.services.backfills import MOST_DAYS, BackfillState, Pace
from training_analyzer.services.wishes import SERIES, Span
from training_analyzer.web.api.asking import Days
from training_analyzer.web.limits import TRIGGERING
from training_analyzer.web.pages.backfilling_view import Asked, lines_of
from training_analyzer.web.pages.coverage import Wanted, coverage_page
from training_analyzer.web.pages.forms import UserId, see_other
from training_analyzer.web.pages.shown import show, tongue_of
from training_analyzer.web.parts import parts_of
from training_analyzer.web.refusals import NotFound, RangeAhead, Refusal, TooManySyncs, WrongRange

if TYPE_CHECKING:
    from training_analyzer.services.backfills import Backfill
    from training_analyzer.web.tongue import Tongue

router = APIRouter()


class SentForm(BaseModel):
    """The form as a browser sends it. No stream is every stream that is on."""

    first: Annotated[str, Field(alias="from")] = ""
    to: str = ""
    streams: Annotated[list[str], Field(max_length=100)] = Field(default_factory=list)
    pace: str = Pace.NORMAL.value

    @property
    def asked(self) -> Asked:
        """What the form shows when it comes back."""
        return Asked(self.first, self.to, frozenset(self.streams), self.pace)


class SentQuery(SentForm):
    """The same, and which part of the page to look at."""

    month: str = ""
    until: str = ""
    done: str = ""


@dataclass(frozen=True, slots=True)
class _Read:
    backfill: Backfill | None
    wrong: str = ""


@router.get("/coverage")
def coverage(request: Request, user_id: UserId, sent: Annotated[SentQuery, Query()]) -> Response:
    """Show what is held of which day, and what it would cost to ask for the chosen ones."""
    wanted = Wanted(until=sent.until, month=sent.month, done=sent.done)
    if not sent.first:
        return coverage_page(request, user_id, wanted)
    return _estimated(request, user_id, sent, wanted)


@router.post("/backfills", dependencies=[TRIGGERING])
def start(request: Request, user_id: UserId, sent: Annotated[SentForm, Form()]) -> Response:
    """Ask Garmin for the chosen days, or show the form again with what is wrong in it."""
    parts = parts_of(request)
    read = _read(request, user_id, sent)
    if read.backfill is None:
        return _again(request, user_id, sent, read.wrong)
    backfills, text = parts.runtime.backfills, tongue_of(request).text
    try:
        cost = backfills.estimate(read.backfill)
    except NotConnected:
        return _again(request, user_id, sent, text("Connect your Garmin account first."))
    if not backfills.start(read.backfill, cost):
        wrong = text("Too many are open already. Cancel one, or wait until one is completed.")
        return _again(request, user_id, sent, wrong)
    _go(request, user_id)
    return see_other("/coverage?done=started#backfills-h")


@router.get("/backfills/{backfill_id}/progress")
def progress(request: Request, backfill_id: str, user_id: UserId) -> Response:
    """Return how far a backfill is, for a script; when it no longer goes on, the page anew."""
    runtime, tongue = parts_of(request).runtime, tongue_of(request)
    backfill = _one(request, user_id, backfill_id)
    if backfill.state is not BackfillState.ACTIVE:
        return Response(status_code=204, headers={"HX-Refresh": "true"})
    tallies = runtime.backfills.tallies(user_id, [backfill])
    (line,) = lines_of([backfill], tallies, runtime.now(), tongue)
    return show(request, "_backfill.html", {"line": line})


@router.post("/backfills/{backfill_id}/pause")
def pause(request: Request, backfill_id: str, user_id: UserId) -> Response:
    """Let a backfill rest."""
    parts_of(request).runtime.backfills.pause(_one(request, user_id, backfill_id))
    return _back()


@router.post("/backfills/{backfill_id}/resume")
def resume(request: Request, backfill_id: str, user_id: UserId) -> Response:
    """Go on with a backfill, at once where nothing stands against it."""
    if parts_of(request).runtime.backfills.resume(_one(request, user_id, backfill_id)):
        _go(request, user_id)
    return _back()


@router.post("/backfills/{backfill_id}/cancel")
def cancel(request: Request, backfill_id: str, user_id: UserId) -> Response:
    """End a backfill; what it has brought stays."""
    parts_of(request).runtime.backfills.cancel(_one(request, user_id, backfill_id))
    return _back()


def _estimated(request: Request, user_id: str, sent: SentForm, wanted: Wanted) -> Response:
    read = _read(request, user_id, sent)
    if read.backfill is None:
        return _again(request, user_id, sent, read.wrong)
    cost, wrong = None, ""
    try:
        cost = parts_of(request).runtime.backfills.estimate(read.backfill)
    except NotConnected:
        wrong = tongue_of(request).text("Connect your Garmin account first.")
    span = (read.backfill.first, read.backfill.last)
    shown = Wanted(
        until=wanted.until,
        month=wanted.month,
        asked=sent.asked,
        span=span,
        cost=cost,
        wrong=wrong,
    )
    return coverage_page(request, user_id, shown)


def _again(request: Request, user_id: str, sent: SentForm, wrong: str) -> Response:
    return coverage_page(request, user_id, Wanted(asked=sent.asked, wrong=wrong), status=422)


def _read(request: Request, user_id: str, sent: SentForm) -> _Read:
    """Return the backfill that the form asks for; nothing is written yet."""
    backfills, tongue = parts_of(request).runtime.backfills, tongue_of(request)
    now = parts_of(request).runtime.now()
    try:
        days = Days.model_validate(
            {"from": sent.first, "to": sent.to or sent.first, "types": sent.streams or None}
        )
        span, streams = days.span(now), days.streams(SERIES)
    except ValidationError:
        return _Read(None, tongue.text("Write both days as dates, from 2000 on."))
    except Refusal as refusal:
        return _Read(None, _words(refusal, tongue))
    if span is None or (span.last - span.first).days >= MOST_DAYS:
        return _Read(None, tongue.text("Choose ten years at most."))
    last = min(span.last, backfills.today(user_id))
    pace = Pace.POLITE if sent.pace == Pace.POLITE.value else Pace.NORMAL
    chosen = Span(min(span.first, last), last)
    return _Read(backfills.new(user_id, span=chosen, streams=streams, pace=pace))


def _words(refusal: Refusal, tongue: Tongue) -> str:
    if isinstance(refusal, RangeAhead):
        return tongue.text("These days have not come yet.")
    if isinstance(refusal, WrongRange):
        return tongue.text("The last day is before the first.")
    return tongue.text("Choose among the streams of this page.")


def _go(request: Request, user_id: str) -> None:
    """Begin here and now if nothing stands against it; the schedule knows of it already."""
    with contextlib.suppress(GarminSyncError, TooManySyncs):
        parts_of(request).manual.start(user_id, any_time=True)


def _one(request: Request, user_id: str, backfill_id: str) -> Backfill:
    found = parts_of(request).runtime.backfills.one(user_id, backfill_id)
    if found is None:
        raise NotFound
    return found


def _back() -> Response:
    return see_other("/coverage#backfills-h")
