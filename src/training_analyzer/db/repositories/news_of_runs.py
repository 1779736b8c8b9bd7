"""How runs begin and end, told to webhooks in the transaction that writes it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from training_analyzer.db.repositories.outbox import listens, tell
from training_analyzer.db.tables import garmin_sync_history
from training_analyzer.model import RunStatus
from training_analyzer.planning.webhooks import EventType

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from training_analyzer.model import SyncType

_ENDED: Final = {
    RunStatus.COMPLETED: EventType.SYNC_COMPLETED,
    RunStatus.PARTIAL: EventType.SYNC_PARTIAL,
    RunStatus.FAILED: EventType.SYNC_FAILED,
}
_COUNTS: Final = ("activities_synced", "wellness_days_synced", "fitness_days_synced")


def tell_started(
    db: Connection, user_id: str, run_id: int, sync_type: SyncType, *, now: datetime
) -> None:
    """Tell that a run has begun."""
    data = {"sync_id": run_id, "sync_type": sync_type.value}
    tell(db, user_id, EventType.SYNC_STARTED, data, now=now)


def tell_ended(db: Connection, user_id: str, run_id: int, *, now: datetime) -> None:
    """Tell how a run ended, as its row has it by now."""
    if not listens(db, user_id):
        return
    row = db.execute(
        select(garmin_sync_history).where(
            garmin_sync_history.c.id == run_id, garmin_sync_history.c.user_id == user_id
        )
    ).one()
    data = {
        "sync_id": run_id,
        "sync_type": row.sync_type,
        **{name: getattr(row, name) for name in _COUNTS},
        "error_code": json.loads(row.error_details)["code"] if row.error_details else None,
        "from": row.sync_from_date,
        "to": row.sync_to_date,
    }
    tell(db, user_id, _ENDED[RunStatus(row.status)], data, now=now)
