"""`garmin_sync_config`: what a configuration may hold, and its row."""

from __future__ import annotations

import re
from dataclasses import fields
from typing import TYPE_CHECKING, Final
from zoneinfo import available_timezones

from sqlalchemy import select

from training_analyzer.db.insert import insert_into
from training_analyzer.db.tables import garmin_sync_config
from training_analyzer.errors import InvalidSyncConfig
from training_analyzer.model import Frequency, GarminSyncConfig

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy import Connection, RowMapping

CONFIG_FIELDS: Final = tuple(f.name for f in fields(GarminSyncConfig) if f.name != "user_id")

_FLAGS: Final = frozenset(
    {"auto_sync_enabled", "sync_activities", "sync_wellness", "sync_fitness_metrics"}
)
# `\d` would take Arabic digits, and two of any digits make 25:99.
_TIME: Final = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]")
_RANGES: Final[Mapping[str, tuple[int, int]]] = {
    "initial_sync_days": (1, 3650),
    "incremental_sync_days": (1, 90),
    "min_sync_interval_minutes": (1, 10_080),
    "sync_weekday": (0, 6),
}


def checked_changes(changes: Mapping[str, object]) -> dict[str, str | int]:
    """Return *changes* as column values, truth values as 0 and 1.

    Raises `TypeError` for an unknown field, as Python does for an unknown argument, and
    `InvalidSyncConfig` with field and reason for a value that cannot be.
    """
    for field in changes:
        if field not in CONFIG_FIELDS:
            message = f"update_sync_config() got an unknown field {field!r}"
            raise TypeError(message)
    return {field: _checked(field, value) for field, value in changes.items()}


def _checked(field: str, value: object) -> str | int:
    if field == "sync_frequency":
        return _frequency(field, value)
    if field == "sync_time":
        return _time(field, value)
    if field == "timezone":
        return _zone(field, value)
    if field in _RANGES:
        return _in_range(field, value, *_RANGES[field])
    if not isinstance(value, bool):
        raise InvalidSyncConfig(field, "must be true or false")
    return int(value)


def _frequency(field: str, value: object) -> str:
    if not isinstance(value, str) or value not in set(Frequency):
        raise InvalidSyncConfig(field, "must be hourly, daily or weekly")
    return str(value)


def _time(field: str, value: object) -> str:
    if not isinstance(value, str) or not _TIME.fullmatch(value):
        raise InvalidSyncConfig(field, "must be a time HH:MM from 00:00 to 23:59")
    return value


def _zone(field: str, value: object) -> str:
    if not isinstance(value, str) or value not in available_timezones():
        raise InvalidSyncConfig(field, "must be a time zone such as UTC or Europe/Berlin")
    return value


def _in_range(field: str, value: object, least: int, most: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise InvalidSyncConfig(field, f"must be a whole number from {least} to {most}")
    return value


def change(
    db: Connection,
    user_id: str,
    changes: Mapping[str, str | int],
    defaults: GarminSyncConfig,
    *,
    now: datetime,
) -> GarminSyncConfig:
    """Set the *changes* (of `checked_changes`); a new row takes the rest from *defaults*."""
    start = checked_changes({name: getattr(defaults, name) for name in CONFIG_FIELDS})
    stamped = {**changes, "updated_at": now}
    saved = db.execute(
        insert_into(db, garmin_sync_config)
        .values(user_id=user_id, **(start | stamped))
        .on_conflict_do_update(index_elements=["user_id"], set_=stamped)
        .returning(garmin_sync_config)
    )
    return as_config(saved.mappings().one())


def find(db: Connection, user_id: str) -> GarminSyncConfig | None:
    """Return a user's saved configuration, or None."""
    found = db.execute(select(garmin_sync_config).where(garmin_sync_config.c.user_id == user_id))
    row = found.mappings().one_or_none()
    return None if row is None else as_config(row)


def as_config(row: RowMapping) -> GarminSyncConfig:
    """Return a row as the value it stands for."""
    values = {name: row[name] for name in CONFIG_FIELDS}
    flags = {name: bool(values[name]) for name in CONFIG_FIELDS if name in _FLAGS}
    return GarminSyncConfig(user_id=row["user_id"], **(values | flags))
