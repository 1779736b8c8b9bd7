"""Readers of single fields of an untrusted record: where a value stands and what it must be.

A `Field` never raises. A wrong type becomes None and counts as drift; a value of the right
type that means "not measured" becomes None and does not. Paths are keys joined by dots.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from training_analyzer.streams.instants import (
    any_day,
    calendar_day,
    instant,
    offset_s,
    wall_clock,
)

if TYPE_CHECKING:
    from datetime import datetime

    from training_analyzer.streams.stream import Json, Value

type Record = dict[str, Json]
type Column = Callable[[Record], Value]

_INT32: Final = 2**31
_INT64: Final = 2**63


def at(record: Json, path: str) -> Json:
    """Return what stands at *path* of *record*, or None where there is no such place."""
    value = record
    for name in path.split("."):
        if not isinstance(value, dict):
            return None
        value = value.get(name)
    return value


@dataclass(frozen=True, slots=True)
class Field[T]:
    """One value of a record: its path, its kind, and which values of that kind are measurements."""

    path: str
    kind: Callable[[Json], T | None]
    counts: Callable[[T], bool] | None = None

    def __call__(self, record: Record) -> T | None:
        """Return the value, or None when it is absent, of another kind, or no measurement."""
        value = self.kind(at(record, self.path))
        if value is None or self.counts is None or self.counts(value):
            return value
        return None

    def has_drifted(self, record: Record) -> bool:
        """Whether a value stands there that is not of the kind it should be."""
        value = at(record, self.path)
        return value is not None and self.kind(value) is None


def not_negative(value: float) -> bool:
    """Whether *value* was measured: stress and respiration say -1 or -2 when they were not."""
    return value >= 0


def positive(value: float) -> bool:
    """Whether *value* was measured: scales without electrodes send 0 for body composition."""
    return value > 0


def number(
    path: str, counts: Callable[[float], bool] | None = None, *, times: float = 1, per: float = 1
) -> Field[float]:
    """Read a finite number, times *times*, divided by *per* (1000 makes seconds of ms)."""

    def kind(value: Json) -> float | None:
        real = as_number(value)
        return None if real is None else as_number(real * times / per)

    return Field(path, kind, counts)


def integer(path: str, counts: Callable[[float], bool] | None = None) -> Field[int]:
    """Read a whole number of at most 32 bits; Garmin sends some of them as floats."""
    return Field(path, lambda value: _whole(value, _INT32), counts)


def big_integer(path: str) -> Field[int]:
    """Read a whole number of at most 64 bits: an id of Garmin's."""
    return Field(path, lambda value: _whole(value, _INT64))


def text(path: str) -> Field[str]:
    """Read a text that every database can store; blank is None."""
    return Field(path, _storable, _is_said)


def lower_text(path: str) -> Field[str]:
    """Read a text in lower case: the APIs disagree about the case of qualifiers."""

    def kind(value: Json) -> str | None:
        storable = _storable(value)
        return None if storable is None else storable.lower()

    return Field(path, kind, _is_said)


def identifier(path: str) -> Field[str]:
    """Read an id as text: a device's is a number in lists and a text in details."""

    def kind(value: Json) -> str | None:
        whole = _whole(value, _INT64) if isinstance(value, int) else None
        return _storable(value) if whole is None else str(whole)

    return Field(path, kind, _is_said)


def flag(path: str) -> Field[int]:
    """Read a truth value as 0 or 1."""
    return Field(path, lambda value: int(value) if isinstance(value, bool) else None)


def at_utc(path: str) -> Field[datetime]:
    """Read an instant."""
    return Field(path, instant)


def at_local(path: str) -> Field[str]:
    """Read what a clock on the wall showed as `YYYY-MM-DDTHH:MM:SS`."""

    def kind(value: Json) -> str | None:
        clock = wall_clock(value)
        return None if clock is None else clock.strftime("%Y-%m-%dT%H:%M:%S")

    return Field(path, kind)


def day(path: str) -> Field[str]:
    """Read a calendar day as `YYYY-MM-DD`."""
    return Field(path, calendar_day)


def old_day(path: str) -> Field[str]:
    """Read a calendar day that may lie before there were devices, such as a birthday."""
    return Field(path, any_day)


def offset(local: str, gmt: str) -> Column:
    """Read Local - GMT in seconds from the paths of both clocks."""
    return lambda record: offset_s(at(record, local), at(record, gmt))


def first_of(*columns: Column) -> Column:
    """Read the first of *columns* that has a value."""
    return lambda record: next(
        (value for column in columns if (value := column(record)) is not None), None
    )


def as_number(value: Json) -> float | None:
    """Return *value* when it is a number that a database can hold."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        real = float(value)
    except OverflowError:
        return None
    return real if math.isfinite(real) else None


def _whole(value: Json, limit: int) -> int | None:
    if isinstance(value, float):
        value = round(value) if math.isfinite(value) else None
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if -limit <= value < limit else None


def _storable(value: Json) -> str | None:
    """Return *value* when it is a text, without what PostgreSQL or UTF-8 cannot hold."""
    if not isinstance(value, str):
        return None
    # JSON can spell NUL and half a surrogate pair; PostgreSQL refuses both.
    return value.replace("\x00", "").encode(errors="replace").decode()


def _is_said(value: str) -> bool:
    """Whether a text says anything: a blank one is as good as none, and no drift (recorded)."""
    return bool(value.strip())
