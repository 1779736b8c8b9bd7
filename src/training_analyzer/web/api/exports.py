"""Exports: everything that is the caller's, or a part of it, in one file to download."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Final, Literal

from fastapi import APIRouter, Depends, Request, Response, status
from fastapi.responses import FileResponse
from pydantic import Field

from training_analyzer.services.callers import Scope
from training_analyzer.services.export_formats import ExportFormat
from training_analyzer.services.export_jobs import Between, ExportJob, ExportState
from training_analyzer.web.api.asking import Days
from training_analyzer.web.api.paging import Cursors, NextCursor, Paged, moment_and_name
from training_analyzer.web.api.words import Answer, DataReader, Here, Web
from training_analyzer.web.auditing import note, note_download
from training_analyzer.web.downloads import zip_file
from training_analyzer.web.refusals import NotFound, UnknownTypes, WrongRange
from training_analyzer.web.repeats import repeatable

if TYPE_CHECKING:
    from training_analyzer.web.parts import Parts

router = APIRouter(prefix="/exports")

_EXPORT_ID: Final = re.compile(r"exp_[0-9a-f]{32}")
_LOOK_AFTER_S: Final = "5"
_OPEN: Final = (ExportState.QUEUED, ExportState.RUNNING)


def _export_id(export_id: str) -> str:
    """Return an id that there may be. Raises `NotFound`."""
    if not _EXPORT_ID.fullmatch(export_id):
        raise NotFound
    return export_id


type ExportId = Annotated[str, Depends(_export_id)]


class ExportRequest(Days):
    """A format, and days and types of data where not all is wanted.

    A type is a table, a stream, or a group of streams.
    """

    format: Literal["csv", "parquet", "jsonl"]
    include_raw: bool = False
    include_files: bool = False


class ExportAccepted(Answer):
    """The export will be made; `Location` tells how it stands."""

    export_id: str


class ExportProgress(Answer):
    """How many parts of the export are done: tables, raw answers, files."""

    done: int
    total: int | None


class ExportEntry(Answer):
    """One export; `error` is the code of what hindered one that failed."""

    export_id: str
    state: str
    format: str
    first: date | None = Field(serialization_alias="from")
    last: date | None = Field(serialization_alias="to")
    types: list[str] | None
    include_raw: bool
    include_files: bool
    created_at: datetime
    ended_at: datetime | None
    expires_at: datetime | None
    bytes: int | None
    error: str | None
    progress: ExportProgress


class ExportList(Answer):
    """Exports, newest first."""

    items: list[ExportEntry]
    next_cursor: NextCursor


@router.post(
    "",
    status_code=status.HTTP_202_ACCEPTED,
    dependencies=[repeatable(Scope.DATA_READ)],
)
def start_export(
    asked: ExportRequest,
    user_id: DataReader,
    web: Web,
    here: Here,
    request: Request,
    response: Response,
) -> ExportAccepted:
    """Ask for a file of the caller's data; it is made in the background and kept for 7 days."""
    exports = web.runtime.export_jobs
    if asked.first is not None and asked.to is not None and asked.to < asked.first:
        raise WrongRange
    known = exports.types
    if asked.types is not None and not set(asked.types) <= set(known):
        raise UnknownTypes(known)
    job = exports.ask(
        user_id,
        ExportFormat(asked.format),
        span=Between(asked.first, asked.to),
        types=None if asked.types is None else tuple(asked.types),
        include_raw=asked.include_raw,
        include_files=asked.include_files,
    )
    note(request, "export_made", user_id=user_id, target=job.export_id)
    response.headers["Location"] = here(f"/api/v1/exports/{job.export_id}")
    response.headers["Retry-After"] = _LOOK_AFTER_S
    return ExportAccepted(export_id=job.export_id)


@router.get("")
def list_exports(user_id: DataReader, web: Web, page: Paged) -> ExportList:
    """Return the caller's exports of the last month, newest first."""
    cursors = Cursors("exports", user_id, {})
    found = web.runtime.export_jobs.page(
        user_id, limit=page.asked, after=moment_and_name(cursors.read(page.cursor))
    )
    rows, following = page.cut(
        cursors, found, lambda last: [last.created_at.isoformat(), last.export_id]
    )
    return ExportList(items=[_entry(each) for each in rows], next_cursor=following)


@router.get("/{export_id}")
def export_detail(
    export_id: ExportId, user_id: DataReader, web: Web, response: Response
) -> ExportEntry:
    """Return one export of the caller and how far it is."""
    job = _one(web, user_id, export_id)
    if job.state in _OPEN:
        response.headers["Retry-After"] = _LOOK_AFTER_S
    return _entry(job)


@router.get(
    "/{export_id}/file",
    response_class=FileResponse,
    responses={
        status.HTTP_200_OK: {
            "content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}}
        }
    },
)
def export_file(
    export_id: ExportId, user_id: DataReader, web: Web, request: Request
) -> FileResponse:
    """Return the file of an export that is ready; a part of it where `Range` says so."""
    job = _one(web, user_id, export_id)
    name = f"garmin-export-{job.created_at:%Y-%m-%d}-{export_id[-8:]}.zip"
    answer = zip_file(request, web.runtime.export_jobs.file(job), name=name)
    note_download(request, user_id=user_id, export_id=export_id)
    return answer


@router.delete("/{export_id}", status_code=status.HTTP_204_NO_CONTENT)
def delete_export(export_id: ExportId, user_id: DataReader, web: Web, request: Request) -> Response:
    """Delete an export with its file; one that is not made yet is not made."""
    if not web.runtime.export_jobs.remove(user_id, export_id):
        raise NotFound
    note(request, "export_deleted", user_id=user_id, target=export_id)
    return Response(status_code=status.HTTP_204_NO_CONTENT)


def _one(web: Parts, user_id: str, export_id: str) -> ExportJob:
    found = web.runtime.export_jobs.one(user_id, export_id)
    if found is None:
        raise NotFound
    return found


def _entry(job: ExportJob) -> ExportEntry:
    return ExportEntry(
        export_id=job.export_id,
        state=job.state.value,
        format=job.format,
        first=job.span.first,
        last=job.span.last,
        types=None if job.types is None else list(job.types),
        include_raw=job.include_raw,
        include_files=job.include_files,
        created_at=job.created_at,
        ended_at=job.ended_at,
        expires_at=job.expires_at,
        bytes=job.file_bytes,
        error=job.error_code,
        progress=ExportProgress(done=job.parts_done, total=job.parts_total),
    )
