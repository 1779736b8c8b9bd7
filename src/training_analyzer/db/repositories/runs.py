"""Runs, the lines of the history, as a claim opens and a finish closes them.

All of it in the caller's transaction: a run is open exactly as long as its lease is held.
A run that lost its process is closed by the next claim, never left `running`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import delete, insert, select, update

from training_analyzer.db.repositories.news_of_runs import tell_ended, tell_started
from training_analyzer.db.repositories.progress import RunCounts, finished_with, progress_of
from training_analyzer.db.repositories.sync_events import AskedWindow, Step, note_events
from training_analyzer.db.tables import garmin_sync_history
from training_analyzer.model import DayState, RunStatus
from training_analyzer.planning.files import FILES
from training_analyzer.streams.splits import ACTIVITY_SPLITS

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from training_analyzer.db.repositories.sync_events import Happening
    from training_analyzer.model import Failure, Lease, SyncOutcome, SyncType

INTERRUPTED: Final = "interrupted"
_SIGNING_IN: Final = progress_of(RunCounts(step=Step.SIGN_IN))
# What the history tells of how far a run is.
_COUNTS: Final = tuple(
    garmin_sync_history.c[name]
    for name in (
        "activities_synced",
        "wellness_days_synced",
        "fitness_days_synced",
        "requests",
        "rows_changed",
        "windows_done",
        "windows_total",
    )
)
# What has no window of a plan: who watches is told of its failures at the end.
_BESIDE_THE_PLAN: Final = frozenset({FILES, ACTIVITY_SPLITS.name})
# How long a finished run stays in the history.
KEPT_FOR: Final = timedelta(days=731)
MESSAGE = (
    "The sync was interrupted. What it had saved is kept, and the next run goes on from there."
)


def close_interrupted(db: Connection, user_id: str, *, now: datetime) -> None:
    """Close the user's `running` row as `partial` (something was saved) or `failed`."""
    left = db.execute(
        select(
            garmin_sync_history.c.id,
            garmin_sync_history.c.started_at,
            *_COUNTS,
        ).where(
            garmin_sync_history.c.user_id == user_id,
            garmin_sync_history.c.status == RunStatus.RUNNING.value,
        )
    ).one_or_none()
    if left is None:
        return
    status = RunStatus.PARTIAL if left.windows_done else RunStatus.FAILED
    db.execute(
        update(garmin_sync_history)
        .where(garmin_sync_history.c.id == left.id)
        .values(
            status=status.value,
            completed_at=now,
            duration_seconds=max(0, round((now - left.started_at).total_seconds())),
            error_message=MESSAGE,
            error_details=json.dumps({"code": INTERRUPTED, "retry_at": None, "failures": []}),
        )
    )
    finished = finished_with(
        status, _counts(left), failed_windows=0, error_code=INTERRUPTED, retry_at=None
    )
    note_events(db, user_id, left.id, [finished], at=now)
    tell_ended(db, user_id, left.id, now=now)


def has_run(db: Connection, user_id: str) -> bool:
    """Tell whether the user has ever run; the first run is the initial one."""
    query = select(garmin_sync_history.c.id).where(garmin_sync_history.c.user_id == user_id)
    return db.execute(query.limit(1)).one_or_none() is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """What a run's row says from its beginning on, beside whose it is and why.

    One that *takes_backfill* works for the user's oldest active backfill, if there is one.
    """

    retry_of: int | None = None
    config_snapshot: str | None = None
    takes_backfill: bool = False


def open_run(
    db: Connection,
    user_id: str,
    sync_type: SyncType,
    *,
    now: datetime,
    opening: Opening,
    backfill_id: str | None = None,
) -> int:
    """Open a run and return its id; a unique index refuses a second open one."""
    opened = db.execute(
        insert(garmin_sync_history)
        .values(
            user_id=user_id,
            sync_type=sync_type.value,
            started_at=now,
            status=RunStatus.RUNNING.value,
            retry_of=opening.retry_of,
            config_snapshot=opening.config_snapshot,
            backfill_id=backfill_id,
        )
        .returning(garmin_sync_history.c.id)
    )
    run_id = int(opened.scalar_one())
    note_events(db, user_id, run_id, [_SIGNING_IN], at=now)
    tell_started(db, user_id, run_id, sync_type, now=now)
    return run_id


def close_run(db: Connection, lease: Lease, outcome: SyncOutcome, *, now: datetime) -> None:
    """Write what came of the run of *lease*."""
    before = db.execute(
        select(garmin_sync_history.c.started_at, *_COUNTS).where(
            garmin_sync_history.c.id == lease.run_id
        )
    ).one_or_none()
    if before is None:
        # The person had everything deleted while this run was on.
        return
    db.execute(
        update(garmin_sync_history)
        .where(garmin_sync_history.c.id == lease.run_id)
        .values(
            status=outcome.status.value,
            completed_at=now,
            duration_seconds=max(0, round((now - before.started_at).total_seconds())),
            activities_synced=outcome.activities_synced,
            wellness_days_synced=outcome.wellness_days_synced,
            fitness_days_synced=outcome.fitness_days_synced,
            requests=outcome.requests,
            rows_changed=outcome.rows_changed,
            error_message=outcome.error_message,
            error_details=_details(outcome),
        )
    )
    note_events(db, lease.user_id, lease.run_id, _end(outcome, _counts(before)), at=now)
    tell_ended(db, lease.user_id, lease.run_id, now=now)


def note_cancel(db: Connection, user_id: str, run_id: int) -> bool:
    """Write down that a run is to end; False when it is not open."""
    noted = db.execute(
        update(garmin_sync_history)
        .where(garmin_sync_history.c.id == run_id, garmin_sync_history.c.user_id == user_id)
        .where(garmin_sync_history.c.status == RunStatus.RUNNING.value)
        .values(cancel_requested=1)
    )
    return noted.rowcount == 1


def wants_cancel(db: Connection, run_id: int) -> bool:
    """Tell whether a run is to end."""
    query = select(garmin_sync_history.c.cancel_requested).where(garmin_sync_history.c.id == run_id)
    return bool(db.execute(query).scalar_one_or_none())


def forget_old_runs(db: Connection, user_id: str, *, now: datetime) -> None:
    """Delete the user's runs that began more than two years ago, but the last that completed."""
    last_completed = (
        select(garmin_sync_history.c.id)
        .where(
            garmin_sync_history.c.user_id == user_id,
            garmin_sync_history.c.status == RunStatus.COMPLETED.value,
        )
        .order_by(garmin_sync_history.c.started_at.desc(), garmin_sync_history.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    db.execute(
        delete(garmin_sync_history)
        .where(garmin_sync_history.c.user_id == user_id)
        .where(garmin_sync_history.c.started_at < now - KEPT_FOR)
        .where(garmin_sync_history.c.id.is_distinct_from(last_completed))
    )


def _end(outcome: SyncOutcome, before: RunCounts) -> list[Happening]:
    """Return the events that end a run, after which there comes none."""
    counts = replace(
        before,
        activities_synced=outcome.activities_synced,
        wellness_days_synced=outcome.wellness_days_synced,
        fitness_days_synced=outcome.fitness_days_synced,
        requests=outcome.requests,
        rows_changed=outcome.rows_changed,
        step=Step.FINISH,
        eta_seconds=0,
    )
    return [
        *(_failed(each) for each in outcome.failures if each.stream in _BESIDE_THE_PLAN),
        progress_of(counts),
        finished_with(
            outcome.status.value,
            counts,
            failed_windows=len(outcome.failures),
            error_code=outcome.error_code,
            retry_at=outcome.retry_at,
        ),
    ]


def _failed(failure: Failure) -> Happening:
    return AskedWindow(
        stream=failure.stream,
        first=failure.first,
        last=failure.last,
        state=DayState.FAILED,
        error_code=failure.code,
    ).told()


def _counts(row: Any) -> RunCounts:  # noqa: ANN401 - a row with the columns of `_COUNTS`
    return RunCounts(**{column.name: getattr(row, column.name) for column in _COUNTS})


def _details(outcome: SyncOutcome) -> str | None:
    """Return the JSON of what failed: code, retry time, and each window; None when nothing did."""
    if outcome.error_code is None and not outcome.failures:
        return None
    details = {
        "code": outcome.error_code,
        "retry_at": outcome.retry_at.isoformat() if outcome.retry_at else None,
        "failures": [
            {
                "stream": failure.stream,
                "first": failure.first.isoformat(),
                "last": failure.last.isoformat(),
                "code": failure.code,
                "attempts": failure.attempts,
                "http_status": failure.http_status,
            }
            for failure in outcome.failures
        ],
    }
    return json.dumps(details)
