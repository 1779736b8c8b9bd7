"""`garmin_sync_history`: runs begin, end and are read again.

At most one run of a user is open: a unique index says so, not a look before.
"""

from __future__ import annotations

import json
from dataclasses import fields
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select, text, update

from training_analyzer.db.insert import insert_into
from training_analyzer.db.tables import garmin_sync_history as history
from training_analyzer.db.text import storable
from training_analyzer.errors import SyncAlreadyRunning
from training_analyzer.model import GarminSyncHistory, RunStatus, SyncType

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy import Connection, RowMapping

MAX_HISTORY: Final = 1000
_MAX_ID: Final = 2**63 - 1  # what the column, and the driver of SQLite, can hold
_FIELDS: Final = tuple(field.name for field in fields(GarminSyncHistory))
_ENDS: Final = frozenset(RunStatus) - {RunStatus.RUNNING}


def open_run(
    db: Connection,
    user_id: str,
    sync_type: str,
    days: tuple[date | None, date | None],
    *,
    now: datetime,
) -> int:
    """Begin a run and return its id. Raises `SyncAlreadyRunning` with the id of an open one."""
    if sync_type not in set(SyncType):
        message = "sync_type must be manual, scheduled or initial"
        raise ValueError(message)
    first, last = days
    opened = db.execute(
        insert_into(db, history)
        .values(
            user_id=user_id,
            sync_type=str(sync_type),
            started_at=now,
            status=RunStatus.RUNNING.value,
            sync_from_date=_day_text(first),
            sync_to_date=_day_text(last),
        )
        .on_conflict_do_nothing(index_elements=["user_id"], index_where=text("status = 'running'"))
        .returning(history.c.id)
    ).scalar_one_or_none()
    if opened is None:
        running = (history.c.user_id == user_id) & (history.c.status == RunStatus.RUNNING.value)
        raise SyncAlreadyRunning(
            db.execute(select(history.c.id).where(running)).scalar_one_or_none()
        )
    return int(opened)


def close_run(
    db: Connection,
    sync_id: int,
    status: str,
    counts: Mapping[str, object],
    error: tuple[str | None, str | Mapping[str, Any] | None],
    *,
    now: datetime,
) -> bool:
    """End a run; False when there is no such run or it has ended already."""
    if status not in _ENDS:
        message = "status must be completed, partial or failed"
        raise ValueError(message)
    for name, count in counts.items():
        if not isinstance(count, int) or count < 0:
            message = f"{name} must be a whole number, 0 or more"
            raise ValueError(message)
    if not 0 < sync_id <= _MAX_ID:
        return False
    open_one = (history.c.id == sync_id) & (history.c.status == RunStatus.RUNNING.value)
    started_at = db.execute(
        select(history.c.started_at).where(open_one).with_for_update()
    ).scalar_one_or_none()
    if started_at is None:
        return False
    message_text, details = error
    closed = db.execute(
        update(history)
        .where(open_one)
        .values(
            status=str(status),
            completed_at=now,
            # A clock set back must not make a run that ended before it began.
            duration_seconds=max(0, round((now - started_at).total_seconds())),
            error_message=storable(message_text),
            error_details=_details_text(details),
            **counts,
        )
    )
    return closed.rowcount == 1


def runs_of(db: Connection, user_id: str, limit: int) -> list[GarminSyncHistory]:
    """Return the newest *limit* runs, newest first."""
    if isinstance(limit, bool) or not 1 <= limit <= MAX_HISTORY:
        message = f"limit must be from 1 to {MAX_HISTORY}"
        raise ValueError(message)
    found = db.execute(
        select(history)
        .where(history.c.user_id == user_id)
        .order_by(history.c.started_at.desc(), history.c.id.desc())
        .limit(limit)
    )
    return [as_run(row) for row in found.mappings()]


def last_completed(db: Connection, user_id: str) -> GarminSyncHistory | None:
    """Return the newest run that completed, or None."""
    found = db.execute(
        select(history)
        .where(history.c.user_id == user_id, history.c.status == RunStatus.COMPLETED.value)
        .order_by(history.c.started_at.desc(), history.c.id.desc())
        .limit(1)
    )
    row = found.mappings().one_or_none()
    return None if row is None else as_run(row)


def as_run(row: RowMapping) -> GarminSyncHistory:
    """Return a row of the history as the value it stands for."""
    values = {name: row[name] for name in _FIELDS}
    days = {name: _day(row[name]) for name in ("sync_from_date", "sync_to_date")}
    return GarminSyncHistory(**(values | days))


def _day_text(day: date | None) -> str | None:
    # A datetime is a date, too, but its text is longer than a day's.
    return None if day is None else date(day.year, day.month, day.day).isoformat()


def _day(stored: str | None) -> date | None:
    return None if stored is None else date.fromisoformat(stored)


def _details_text(details: str | Mapping[str, Any] | None) -> str | None:
    return storable(details if details is None or isinstance(details, str) else json.dumps(details))
