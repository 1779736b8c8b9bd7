"""Rows for every table of typed data, made up from the types of its columns."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import Float, Integer, LargeBinary, Table, select

from training_analyzer.arrays import pack
from training_analyzer.db.tables import garmin_coverage, garmin_sync_history, metadata
from training_analyzer.db.types import UtcDateTime

if TYPE_CHECKING:
    from training_analyzer.db import Database

CURVE: dict[str, list[int | float | str | None]] = {
    "time": [0, 120, None],
    "value": [61, 63.5, None],
}
_CHECKED = {"state": "data", "sync_type": "manual", "status": "completed"}
_BEGIN = datetime(2026, 1, 1, 5, 30, 0, 250_000, tzinfo=UTC)


def typed_tables() -> list[Table]:
    """Return every table that an export has."""
    typed = [table for table in metadata.tables.values() if "first_seen_at" in table.c]
    return [*typed, garmin_coverage, garmin_sync_history]


def row(table: Table, number: int, user_id: str) -> dict[str, Any]:
    """Return a row of *table*, another one for each *number*; every third value is missing."""
    cells: dict[str, Any] = {}
    for place, column in enumerate(table.columns):
        if column.nullable and (place + number) % 3 == 0:
            cells[column.name] = None
        elif column.name in _CHECKED and not isinstance(column.type, Integer):
            cells[column.name] = _CHECKED[column.name]
        elif column.name == "calendar_date":
            cells[column.name] = (date(2026, 1, 1) + timedelta(days=number)).isoformat()
        elif isinstance(column.type, UtcDateTime):
            cells[column.name] = _BEGIN + timedelta(days=number, minutes=place)
        elif isinstance(column.type, LargeBinary):
            packed = column.name == "points_zstd"
            cells[column.name] = pack(CURVE) if packed else f"file {number}".encode()
        elif isinstance(column.type, Integer):
            is_truth = column.name in {"settled", "cancel_requested"}
            cells[column.name] = 1 if is_truth else number * 100 + place
        elif isinstance(column.type, Float):
            cells[column.name] = -number - place / 7
        else:
            cells[column.name] = f'{column.name} {number} \N{SNOWMAN} a,"b"\nc'
    return cells | {"user_id": user_id}


def fill(database: Database, user_id: str, count: int = 3, *, first: int = 1) -> None:
    """Store *count* rows of *user_id* in every table, one where a person has no more."""
    with database.write() as db:
        for table in typed_tables():
            most = 1 if len(table.primary_key.columns) == 1 and "id" not in table.c else count
            rows = [row(table, number, user_id) for number in range(first, first + most)]
            mine = table.c.user_id == user_id
            if most == 1 and db.execute(select(table.c.user_id).where(mine)).first():
                continue
            db.execute(table.insert(), rows)
