"""The history of runs: page through it, look at one, end one that runs."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Annotated, Any, Literal

from fastapi import APIRouter, Query, Response, status
from pydantic import Field

from training_analyzer.errors import GarminSyncError
from training_analyzer.model import RunStatus
from training_analyzer.services.reading import GROUPS
from training_analyzer.services.runs import WantedRuns
from training_analyzer.services.wishes import wish_to_retry
from training_analyzer.web.api.paging import Cursors, NextCursor, Paged, moment_and_number
from training_analyzer.web.api.ranges import From, To  # noqa: TC001 - FastAPI reads the annotations
from training_analyzer.web.api.runs import POLL_AFTER_S, Counts, Started, begun, started
from training_analyzer.web.api.words import Answer, Here, SyncReader, SyncWriter, Web
from training_analyzer.web.history import details_of
from training_analyzer.web.limits import TRIGGERING
from training_analyzer.web.patience import patient
from training_analyzer.web.refusals import (
    InvalidCursor,
    NotFound,
    NothingFailed,
    NotRunning,
    WrongRange,
)

if TYPE_CHECKING:
    from training_analyzer.model import GarminSyncHistory

router = APIRouter()

_MOST_DAYS = timedelta(days=1)


class HistoryEntry(Counts):
    """One line of the history."""

    id: int
    sync_type: str
    status: str
    started_at: datetime
    completed_at: datetime | None
    duration_seconds: int | None
    error_message: str | None
    error_code: str | None
    sync_from_date: date | None
    sync_to_date: date | None
    requests_used: int
    rows_changed: int
    failed_windows: int
    retry_of: int | None
    backfill_id: str | None


class History(Answer):
    """Runs, newest first."""

    history: list[HistoryEntry]
    next_cursor: NextCursor


class StreamOfRun(Answer):
    """Days of a stream that no later run has asked for again."""

    name: str
    group: str
    windows: int
    data_days: int
    empty_days: int
    failed_days: int


class RunDetail(HistoryEntry):
    """One run, its streams, and the configuration at its beginning."""

    streams: list[StreamOfRun]
    config_snapshot: dict[str, Any] | None


class RunError(Answer):
    """A window that was due and could not be had."""

    stream: str
    first: date = Field(serialization_alias="from")
    last: date = Field(serialization_alias="to")
    code: str
    message: str
    attempts: int
    http_status: int | None = Field(description="What Garmin answered, if it did.")


class RunErrors(Answer):
    """What is missing of a run."""

    items: list[RunError]
    next_cursor: NextCursor


class Cancelling(Answer):
    """The run ends after its present request."""

    sync_id: int
    status: Literal["cancelling"] = "cancelling"


@router.get("/sync-history")
def sync_history(
    *,
    user_id: SyncReader,
    web: Web,
    page: Paged,
    first: From = None,
    to: To = None,
    run_status: Annotated[
        Literal["running", "completed", "partial", "failed"] | None, Query(alias="status")
    ] = None,
    sync_type: Literal["manual", "scheduled", "initial"] | None = None,
) -> History:
    """Return the caller's runs, newest first; days are UTC days of their beginning."""
    if first is not None and to is not None and first > to:
        raise WrongRange
    wanted = WantedRuns(
        status=run_status,
        sync_type=sync_type,
        first=None if first is None else _midnight(first),
        before=None if to is None or to == date.max else _midnight(to + _MOST_DAYS),
    )
    filters = {"from": first, "to": to, "status": run_status, "type": sync_type}
    cursors = Cursors("history", user_id, filters)
    found = web.runtime.runs.page(
        user_id, wanted, limit=page.asked, after=moment_and_number(cursors.read(page.cursor))
    )
    rows, following = page.cut(cursors, found, lambda last: [last.started_at.isoformat(), last.id])
    return History(history=[_entry(run) for run in rows], next_cursor=following)


@router.get("/syncs/{sync_id}")
def sync_detail(sync_id: int, user_id: SyncReader, web: Web) -> RunDetail:
    """Return one run of the caller, with the days of each stream that it brought."""
    run = web.runtime.runs.one(user_id, sync_id)
    if run is None:
        raise NotFound
    streams = [
        StreamOfRun(
            name=name,
            group=GROUPS[name].value if name in GROUPS else "activities",
            windows=days.get("windows", 0),
            data_days=days.get("data", 0),
            empty_days=days.get("empty", 0),
            failed_days=days.get("failed", 0),
        )
        for name, days in sorted(web.runtime.runs.streams(run).items())
    ]
    snapshot = json.loads(run.config_snapshot) if run.config_snapshot else None
    return RunDetail(**_entry(run).model_dump(), streams=streams, config_snapshot=snapshot)


@router.get("/syncs/{sync_id}/errors")
def sync_errors(sync_id: int, user_id: SyncReader, web: Web, page: Paged) -> RunErrors:
    """Return the windows that a run could not have, each with its cause."""
    run = web.runtime.runs.one(user_id, sync_id)
    if run is None:
        raise NotFound
    cursors = Cursors("errors", user_id, {"run": sync_id})
    begin = _offset(cursors.read(page.cursor))
    failures = details_of(run).failures[begin : begin + page.asked]
    rows, following = page.cut(cursors, failures, lambda _: [begin + page.limit])
    return RunErrors(
        items=[
            RunError(
                stream=failure.stream,
                first=failure.first,
                last=failure.last,
                code=failure.code,
                message=_SENTENCES.get(failure.code, "It could not be had."),
                attempts=failure.attempts,
                http_status=failure.http_status,
            )
            for failure in rows
        ],
        next_cursor=following,
    )


@router.post("/syncs/{sync_id}/cancel", status_code=status.HTTP_202_ACCEPTED)
def cancel_sync(
    sync_id: int, user_id: SyncWriter, web: Web, here: Here, response: Response
) -> Cancelling:
    """Let a running sync end after its present request; what it has saved stays."""
    if web.runtime.runs.one(user_id, sync_id) is None:
        raise NotFound
    if not web.runtime.runs.cancel(user_id, sync_id):
        raise NotRunning
    response.headers["Location"] = here(f"/api/v1/garmin/sync-status/{sync_id}")
    response.headers["Retry-After"] = POLL_AFTER_S
    return Cancelling(sync_id=sync_id)


@router.post(
    "/syncs/{sync_id}/retry",
    status_code=status.HTTP_202_ACCEPTED,
    responses={status.HTTP_200_OK: {"model": Started}},
    dependencies=[TRIGGERING],
)
@patient
def retry_sync(
    sync_id: int, user_id: SyncWriter, web: Web, here: Here, response: Response
) -> Started:
    """Ask again for exactly the windows that a run could not have, at any time.

    What Garmin asked for, to be left alone for a while, holds all the same.
    """
    run = web.runtime.runs.one(user_id, sync_id)
    if run is None:
        raise NotFound
    failures = details_of(run).failures
    if run.status == RunStatus.RUNNING or not failures:
        raise NothingFailed
    again = begun(web, user_id, wish_to_retry(sync_id, failures))
    return started(web, user_id, again, here, response)


def _sentences(kind: type[GarminSyncError]) -> dict[str, str]:
    """Return code -> own sentence of an error and of all below it, the general ones first."""
    told = {kind.code: kind.own_text()}
    for below in kind.__subclasses__():
        told = _sentences(below) | told
    return told


_SENTENCES = _sentences(GarminSyncError)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=UTC)


def _offset(key: list[str | int] | None) -> int:
    match key:
        case None:
            return 0
        case [int(begin)]:
            return begin
        case _:
            raise InvalidCursor


def _entry(run: GarminSyncHistory) -> HistoryEntry:
    details = details_of(run)
    return HistoryEntry(
        id=run.id,
        sync_type=run.sync_type,
        status=run.status,
        started_at=run.started_at,
        completed_at=run.completed_at,
        duration_seconds=run.duration_seconds,
        error_message=run.error_message,
        error_code=details.code,
        sync_from_date=run.sync_from_date,
        sync_to_date=run.sync_to_date,
        requests_used=run.requests,
        rows_changed=run.rows_changed,
        failed_windows=len(details.failures),
        retry_of=run.retry_of,
        backfill_id=run.backfill_id,
        activities_synced=run.activities_synced,
        wellness_days_synced=run.wellness_days_synced,
        fitness_days_synced=run.fitness_days_synced,
    )
