"""Runs, the lines of the history, as a claim opens and a finish closes them.

All of it in the caller's transaction: a run is open exactly as long as its lease is held.
A run that lost its process is closed by the next claim, never left `running`.
"""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from sqlalchemy import delete, insert, select, update

from training_analyzer.db.tables import garmin_sync_history
from training_analyzer.model import RunStatus

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from training_analyzer.model import Lease, SyncOutcome, SyncType

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
            garmin_sync_history.c.windows_done,
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
            error_details=json.dumps({"code": "interrupted", "retry_at": None, "failures": []}),
        )
    )


def has_run(db: Connection, user_id: str) -> bool:
    """Tell whether the user has ever run; the first run is the initial one."""
    query = select(garmin_sync_history.c.id).where(garmin_sync_history.c.user_id == user_id)
    return db.execute(query.limit(1)).one_or_none() is not None


def open_run(db: Connection, user_id: str, sync_type: SyncType, *, now: datetime) -> int:
    """Open a run and return its id; a unique index refuses a second open one."""
    opened = db.execute(
        insert(garmin_sync_history)
        .values(
            user_id=user_id,
            sync_type=sync_type.value,
            started_at=now,
            status=RunStatus.RUNNING.value,
        )
        .returning(garmin_sync_history.c.id)
    )
    return int(opened.scalar_one())


def close_run(db: Connection, lease: Lease, outcome: SyncOutcome, *, now: datetime) -> None:
    """Write what came of the run of *lease*."""
    started_at = db.execute(
        select(garmin_sync_history.c.started_at).where(garmin_sync_history.c.id == lease.run_id)
    ).scalar_one_or_none()
    if started_at is None:
        # The person had everything deleted while this run was on.
        return
    db.execute(
        update(garmin_sync_history)
        .where(garmin_sync_history.c.id == lease.run_id)
        .values(
            status=outcome.status.value,
            completed_at=now,
            duration_seconds=max(0, round((now - started_at).total_seconds())),
            activities_synced=outcome.activities_synced,
            wellness_days_synced=outcome.wellness_days_synced,
            fitness_days_synced=outcome.fitness_days_synced,
            requests=outcome.requests,
            rows_changed=outcome.rows_changed,
            error_message=outcome.error_message,
            error_details=_details(outcome),
        )
    )


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
            }
            for failure in outcome.failures
        ],
    }
    return json.dumps(details)
