"""Runs that lost their process: closed by the next claim, never left `running`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from sqlalchemy import select, update

from training_analyzer.db.tables import garmin_sync_history
from training_analyzer.model import RunStatus

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

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
