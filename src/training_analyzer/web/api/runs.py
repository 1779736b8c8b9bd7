"""Runs: start one, follow it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Literal

from fastapi import APIRouter, Query, Request, Response, status
from pydantic import Field

from training_analyzer.errors import NeedsReauth, NotConnected
from training_analyzer.model import RunStatus
from training_analyzer.services.callers import Scope
from training_analyzer.services.wishes import TYPES, Wish
from training_analyzer.web.api.asking import Days
from training_analyzer.web.api.words import Answer, Here, SyncReader, SyncWriter, Web
from training_analyzer.web.auth import current_caller
from training_analyzer.web.history import details_of, windows_total
from training_analyzer.web.limits import TRIGGERING
from training_analyzer.web.patience import patient
from training_analyzer.web.refusals import (
    InsufficientScope,
    NeedsMfa,
    NotFound,
    RangeGivenTwice,
    RangeTooLong,
)
from training_analyzer.web.repeats import repeatable

if TYPE_CHECKING:
    from training_analyzer.model import GarminSyncHistory
    from training_analyzer.web.addresses import Addresses
    from training_analyzer.web.parts import Parts

router = APIRouter()

POLL_AFTER_S = "3"
# A longer time is a backfill's.
_MOST_DAYS = 366


class Trigger(Days):
    """A sync is asked for: of all that is missing, or of some days and types of data."""

    days: Annotated[int | None, Field(ge=1, le=365)] = None
    # Ignore the shortest interval; for administrators.
    force: bool = False


class Counts(Answer):
    """What a run brought."""

    activities_synced: int
    wellness_days_synced: int
    fitness_days_synced: int


class Started(Counts):
    """A run; `links.self` tells how far it is, `links.events` as it happens."""

    sync_id: int
    job_id: str
    status: str
    message: str
    retry_of: int | None = None
    links: dict[Literal["self", "events"], str]


class RunState(Counts):
    """One run as it stands; `result` is what it brought, null until it has ended."""

    job_id: str
    status: str
    progress_percent: int
    current_step: str | None
    created_at: datetime
    started_at: datetime
    completed_at: datetime | None
    error: str | None
    result: Counts | None
    windows_done: int
    windows_total: int | None
    requests_used: int
    rows_changed: int
    eta_seconds: int | None = Field(description="At the pace so far; null until it is known.")
    retry_at: datetime | None


class SyncStatus(Answer):
    """Whether a sync runs, and the newest run, finished or not."""

    running: bool
    run: RunState | None


@router.post(
    "/sync/trigger",
    status_code=status.HTTP_202_ACCEPTED,
    responses={status.HTTP_200_OK: {"model": Started}},
    dependencies=[repeatable(Scope.SYNC_WRITE), TRIGGERING],
)
@patient
def trigger(
    request: Request,
    user_id: SyncWriter,
    web: Web,
    here: Here,
    response: Response,
    asked: Trigger | None = None,
    wait: Annotated[int, Query(ge=0, le=60, description="Seconds to wait for its end.")] = 0,
) -> Started:
    """Start a sync now; it goes on after the answer, unless it ended within `wait` seconds."""
    asked = asked or Trigger()
    if asked.force and Scope.ADMIN not in current_caller(request).scopes:
        raise InsufficientScope(Scope.ADMIN)
    wish = _wish(asked, web.runtime.now())
    sync_id = begun(web, user_id, wish, force=asked.force, wait_s=wait)
    return started(web, user_id, sync_id, here, response)


def begun(web: Parts, user_id: str, wish: Wish, *, force: bool = False, wait_s: float = 0) -> int:
    """Start a run and return its id. Raises `NeedsMfa` where a code is all that is missing."""
    try:
        return web.manual.start(user_id, wish, force=force, wait_s=wait_s)
    except (NotConnected, NeedsReauth):
        pending = web.runtime.connections.pending_login(user_id)
        if pending is None:
            raise
    raise NeedsMfa(pending.login_id)


def _wish(asked: Trigger, now: datetime) -> Wish:
    span = asked.span(now)
    if span is not None and asked.days is not None:
        raise RangeGivenTwice
    if span is not None and (span.last - span.first).days >= _MOST_DAYS:
        raise RangeTooLong(_MOST_DAYS)
    return Wish(span=span, days=asked.days, streams=asked.streams(TYPES))


def started(web: Parts, user_id: str, sync_id: int, here: Addresses, response: Response) -> Started:
    """Return the answer to who has started a run: 202, or 200 when it has ended already."""
    run = web.runtime.runs.one(user_id, sync_id)
    if run is None:
        # The person had everything deleted in this very moment.
        raise NotFound
    state = here(f"/api/v1/garmin/sync-status/{sync_id}")
    goes_on = run.status == RunStatus.RUNNING
    response.headers["Location"] = state
    if goes_on:
        response.headers["Retry-After"] = POLL_AFTER_S
    else:
        response.status_code = status.HTTP_200_OK
    return Started(
        sync_id=sync_id,
        job_id=str(sync_id),
        status=run.status,
        message="The sync is running." if goes_on else run.error_message or "The sync is complete.",
        retry_of=run.retry_of,
        activities_synced=run.activities_synced,
        wellness_days_synced=run.wellness_days_synced,
        fitness_days_synced=run.fitness_days_synced,
        links={"self": state, "events": here(f"/api/v1/garmin/syncs/{sync_id}/events")},
    )


@router.get("/sync/status")
def sync_status(user_id: SyncReader, web: Web) -> SyncStatus:
    """Tell whether a sync of the caller runs and how the newest run stands."""
    newest = web.runtime.credentials.get_sync_history(user_id, limit=1)
    if not newest:
        return SyncStatus(running=False, run=None)
    is_running = newest[0].status == RunStatus.RUNNING
    return SyncStatus(running=is_running, run=_state(web, newest[0]))


@router.get("/sync-status/{sync_id}")
def run_status(sync_id: int, user_id: SyncReader, web: Web, response: Response) -> RunState:
    """Tell how one run of the caller stands; another's run is not found."""
    run = web.runtime.runs.one(user_id, sync_id)
    if run is None:
        raise NotFound
    if run.status == RunStatus.RUNNING:
        response.headers["Retry-After"] = POLL_AFTER_S
    return _state(web, run)


def _state(web: Parts, run: GarminSyncHistory) -> RunState:
    is_open = run.status == RunStatus.RUNNING
    # Of the database: the run may be another process's.
    told = (web.runtime.events.progress(run.user_id, run.id) if is_open else None) or {}
    counts = Counts(
        activities_synced=run.activities_synced,
        wellness_days_synced=run.wellness_days_synced,
        fitness_days_synced=run.fitness_days_synced,
    )
    total = windows_total(run)
    percent = round(100 * run.windows_done / total) if total else 0
    return RunState(
        job_id=str(run.id),
        status=run.status,
        progress_percent=100 if run.status == RunStatus.COMPLETED else min(percent, 100),
        current_step=told.get("stream") or told.get("step"),
        # A run that is asked for begins at once, or is refused.
        created_at=run.started_at,
        started_at=run.started_at,
        completed_at=run.completed_at,
        error=run.error_message,
        result=None if is_open else counts,
        windows_done=run.windows_done,
        windows_total=total,
        requests_used=run.requests,
        rows_changed=run.rows_changed,
        # The windows of the profile alone would look like the whole of it.
        eta_seconds=told.get("eta_seconds") if total is not None else None,
        retry_at=details_of(run).retry_at,
        **counts.model_dump(),
    )
