"""Runs: start one, follow it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Literal

from fastapi import APIRouter, Response, status

from training_analyzer.model import RunStatus
from training_analyzer.web.api.words import Answer, Strict, SyncReader, SyncWriter, Web
from training_analyzer.web.history import details_of, windows_total
from training_analyzer.web.refusals import NotFound

if TYPE_CHECKING:
    from training_analyzer.model import GarminSyncHistory
    from training_analyzer.web.parts import Parts

router = APIRouter()

_POLL_AFTER_S = "3"


class Trigger(Strict):
    """A sync is asked for; there is nothing to choose yet."""


class Counts(Answer):
    """What a run brought."""

    activities_synced: int
    wellness_days_synced: int
    fitness_days_synced: int


class Started(Counts):
    """A run goes on; `links.self` tells how far it is."""

    sync_id: int
    job_id: str
    status: str
    message: str
    links: dict[Literal["self"], str]


class RunState(Counts):
    """One run as it stands."""

    job_id: str
    status: str
    progress_percent: int
    current_step: str | None
    started_at: datetime
    completed_at: datetime | None
    error: str | None
    windows_done: int
    windows_total: int | None
    requests_used: int
    rows_changed: int
    retry_at: datetime | None


class SyncStatus(Answer):
    """Whether a sync runs, and the newest run, finished or not."""

    running: bool
    run: RunState | None


@router.post("/sync/trigger", status_code=status.HTTP_202_ACCEPTED)
def trigger(
    user_id: SyncWriter, web: Web, response: Response, asked: Trigger | None = None
) -> Started:
    """Start a sync now; it goes on after the answer."""
    del asked  # read only so that unknown fields are refused
    sync_id = web.manual.start(user_id)
    here = f"/api/v1/garmin/sync-status/{sync_id}"
    response.headers.update({"Location": here, "Retry-After": _POLL_AFTER_S})
    return Started(
        sync_id=sync_id,
        job_id=str(sync_id),
        status=RunStatus.RUNNING,
        message="The sync is running.",
        activities_synced=0,
        wellness_days_synced=0,
        fitness_days_synced=0,
        links={"self": here},
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
        response.headers["Retry-After"] = _POLL_AFTER_S
    return _state(web, run)


def _state(web: Parts, run: GarminSyncHistory) -> RunState:
    progress = web.manual.progress(run.user_id) if run.status == RunStatus.RUNNING else None
    total = windows_total(run)
    percent = round(100 * run.windows_done / total) if total else 0
    return RunState(
        job_id=str(run.id),
        status=run.status,
        progress_percent=100 if run.status == RunStatus.COMPLETED else min(percent, 100),
        current_step=progress.stream if progress else None,
        started_at=run.started_at,
        completed_at=run.completed_at,
        error=run.error_message,
        windows_done=run.windows_done,
        windows_total=total,
        requests_used=run.requests,
        rows_changed=run.rows_changed,
        retry_at=details_of(run).retry_at,
        activities_synced=run.activities_synced,
        wellness_days_synced=run.wellness_days_synced,
        fitness_days_synced=run.fitness_days_synced,
    )
