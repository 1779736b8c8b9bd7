"""`garmin_sync_config`: what a configuration may hold, and its row."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import fields
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import available_timezones

from sqlalchemy import select, update

from training_analyzer.db.insert import insert_into
from training_analyzer.db.tables import garmin_sync_config
from training_analyzer.errors import InvalidSyncConfig
from training_analyzer.model import Frequency, GarminSyncConfig, Group, QuietHours
from training_analyzer.streams import CATALOG

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection, RowMapping
    from sqlalchemy.dialects import postgresql, sqlite

type Columns = dict[str, str | int | None]

_NOT_TO_CHOOSE: Final = {"user_id", "version", "updated_at"}
CONFIG_FIELDS: Final = tuple(
    each.name for each in fields(GarminSyncConfig) if each.name not in _NOT_TO_CHOOSE
)
# The profile tells which day today is, and devices what a refusal is worth.
MAY_BE_DISABLED: Final = frozenset(each.name for each in CATALOG if each.group is not Group.PROFILE)

_FLAGS: Final = frozenset(
    {
        *("auto_sync_enabled", "sync_activities", "sync_wellness", "sync_sleep"),
        "sync_fitness_metrics",
    }
)
# `\d` would take Arabic digits, and two of any digits make 25:99.
_TIME: Final = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]")
_RANGES: Final[Mapping[str, tuple[int, int]]] = {
    "initial_sync_days": (1, 3650),
    "incremental_sync_days": (1, 90),
    "min_sync_interval_minutes": (1, 10_080),
    "sync_weekday": (0, 6),
}


def checked_changes(changes: Mapping[str, object]) -> Columns:
    """Return *changes* as column values, truth values as 0 and 1.

    Quiet hours come as `QuietHours`, or as a mapping with `from` and `to`; None for none.

    Raises `TypeError` for an unknown field, as Python does for an unknown argument, and
    `InvalidSyncConfig` with field and reason for a value that cannot be.
    """
    for field in changes:
        if field not in CONFIG_FIELDS:
            message = f"update_sync_config() got an unknown field {field!r}"
            raise TypeError(message)
    columns: Columns = {}
    for field, value in changes.items():
        if field == "quiet_hours":
            columns |= _quiet_columns(field, value)
        else:
            columns[field] = _checked(field, value)
    return columns


def _checked(field: str, value: object) -> str | int:
    if field == "sync_frequency":
        return _frequency(field, value)
    if field == "sync_time":
        return _time(field, value)
    if field == "timezone":
        return _zone(field, value)
    if field == "disabled_streams":
        return _streams(field, value)
    if field in _RANGES:
        return _in_range(field, value, *_RANGES[field])
    if not isinstance(value, bool):
        raise InvalidSyncConfig(field, "must be true or false")
    return int(value)


def _streams(field: str, value: object) -> str:
    """Return names of streams as JSON, each once and in order: equal choices are equal."""
    if not isinstance(value, list | tuple | set | frozenset):
        raise InvalidSyncConfig(field, "must be a list of names of streams")
    names = set()
    for name in value:
        if not isinstance(name, str) or name not in MAY_BE_DISABLED:
            reason = "must be names of streams that can be left out, such as body_battery"
            raise InvalidSyncConfig(field, reason)
        names.add(name)
    return json.dumps(sorted(names))


def _quiet_columns(field: str, value: object) -> Columns:
    if value is None:
        return {"quiet_from": None, "quiet_to": None}
    since: object = None
    until: object = None
    if isinstance(value, QuietHours):
        since, until = value.since, value.until
    elif isinstance(value, Mapping) and value.keys() == {"from", "to"}:
        since, until = value["from"], value["to"]
    if not _is_time(since) or not _is_time(until):
        raise InvalidSyncConfig(field, "must be two times HH:MM from 00:00 to 23:59, or nothing")
    if since == until:
        raise InvalidSyncConfig(field, "must end at another time than they begin")
    return {"quiet_from": str(since), "quiet_to": str(until)}


def _frequency(field: str, value: object) -> str:
    if not isinstance(value, str) or value not in set(Frequency):
        raise InvalidSyncConfig(field, "must be hourly, daily or weekly")
    return str(value)


def _is_time(value: object) -> bool:
    return isinstance(value, str) and _TIME.fullmatch(value) is not None


def _time(field: str, value: object) -> str:
    if not isinstance(value, str) or not _is_time(value):
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
    db: Connection, user_id: str, changes: Columns, defaults: GarminSyncConfig, *, now: datetime
) -> GarminSyncConfig:
    """Set the *changes* (of `checked_changes`); a new row takes the rest from *defaults*."""
    changed = db.execute(
        _adding(db, user_id, changes, defaults, now)
        .on_conflict_do_update(index_elements=["user_id"], set_=_grown(changes, now))
        .returning(garmin_sync_config)
    )
    return as_config(changed.mappings().one())


def change_seen(
    db: Connection,
    user_id: str,
    changes: Columns,
    defaults: GarminSyncConfig,
    *,
    seen: int,
    now: datetime,
) -> GarminSyncConfig | None:
    """Set the *changes* where *seen* is still the version; None, and no change, elsewhere.

    The version of what was not saved yet is 0.
    """
    statement = (
        update(garmin_sync_config)
        .where(garmin_sync_config.c.user_id == user_id, garmin_sync_config.c.version == seen)
        .values(_grown(changes, now))
        if seen
        else _adding(db, user_id, changes, defaults, now).on_conflict_do_nothing()
    )
    row = db.execute(statement.returning(garmin_sync_config)).mappings().one_or_none()
    return None if row is None else as_config(row)


def _adding(
    db: Connection, user_id: str, changes: Columns, defaults: GarminSyncConfig, now: datetime
) -> sqlite.Insert | postgresql.Insert:
    start = checked_changes({name: getattr(defaults, name) for name in CONFIG_FIELDS})
    return insert_into(db, garmin_sync_config).values(
        user_id=user_id, **(start | changes), updated_at=now, version=1
    )


def _grown(changes: Columns, now: datetime) -> dict[str, object]:
    return {**changes, "updated_at": now, "version": garmin_sync_config.c.version + 1}


def find(db: Connection, user_id: str) -> GarminSyncConfig | None:
    """Return a user's saved configuration, or None."""
    found = db.execute(select(garmin_sync_config).where(garmin_sync_config.c.user_id == user_id))
    row = found.mappings().one_or_none()
    return None if row is None else as_config(row)


def as_if_changed(config: GarminSyncConfig, changes: Mapping[str, object]) -> GarminSyncConfig:
    """Return what *config* would be with *changes*. Raises as `checked_changes` does."""
    before = checked_changes({name: getattr(config, name) for name in CONFIG_FIELDS})
    same = {name: getattr(config, name) for name in _NOT_TO_CHOOSE}
    return as_config({**before, **checked_changes(changes), **same})


def as_config(row: RowMapping | Mapping[str, Any]) -> GarminSyncConfig:
    """Return a row as the value it stands for."""
    own = {"disabled_streams", "quiet_hours"}
    values = {name: row[name] for name in CONFIG_FIELDS if name not in own}
    flags = {name: bool(values[name]) for name in _FLAGS}
    has_quiet = row["quiet_from"] is not None and row["quiet_to"] is not None
    return GarminSyncConfig(
        user_id=row["user_id"],
        **(values | flags),
        disabled_streams=tuple(json.loads(row["disabled_streams"])),
        quiet_hours=QuietHours(row["quiet_from"], row["quiet_to"]) if has_quiet else None,
        version=row["version"],
        updated_at=row["updated_at"],
    )
