"""The one reader of Garmin's times: instants, wall clocks, days and offsets.

Garmin writes a time as text with a space or a `T` and any number of fraction digits, or
as epoch milliseconds; no text carries an offset. The field's name alone says which clock
it is: `...GMT` is an instant, `...Local` is a wall clock written as if it were UTC
(recorded: sleep start GMT 1751863648000, Local 1751842048000, which is UTC-6).

Everything here takes any JSON and turns what it cannot read into None.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from training_analyzer.streams.stream import Json

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
# The epoch of the FIT protocol: no Garmin device can have written anything before it, so
# an earlier time (the 1970-01-01 of scrubbed samples above all) is a placeholder.
_FIRST_DAY: Final = date(1989, 12, 31)
_TIME: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,9})?)?"
    r"(Z|[+-][0-9]{2}:?[0-9]{2})?"
)
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_WEST: Final = timedelta(hours=-12)
_EAST: Final = timedelta(hours=14)


def instant(value: Json) -> datetime | None:
    """Return the UTC instant of a `...GMT` field, cut to milliseconds as it will be stored."""
    moment = _moment(value)
    try:
        return None if moment is None else _plausible(moment.astimezone(UTC))
    except OverflowError:
        # An offset can lead out of the calendar's first or last day.
        return None


def wall_clock(value: Json) -> datetime | None:
    """Return what a clock on the wall showed, dressed as UTC: only differences mean anything."""
    moment = _moment(value)
    return None if moment is None else _plausible(moment.replace(tzinfo=UTC))


def offset_s(local: Json, gmt: Json) -> int | None:
    """Return Local - GMT in seconds; None when it is no offset that a place on earth has."""
    there, here = wall_clock(local), instant(gmt)
    if there is None or here is None or not _WEST <= there - here <= _EAST:
        return None
    return round((there - here).total_seconds())


def any_day(value: Json) -> str | None:
    """Return the calendar day of a day or a wall clock as `YYYY-MM-DD`, however long ago."""
    if isinstance(value, str) and _DAY.fullmatch(value):
        try:
            return date.fromisoformat(value).isoformat()
        except ValueError:
            return None
    moment = _moment(value)
    return None if moment is None else moment.date().isoformat()


def calendar_day(value: Json) -> str | None:
    """Return the calendar day of a day or a wall clock; None before there were devices."""
    day = any_day(value)
    return day if day is not None and day >= _FIRST_DAY.isoformat() else None


def _plausible(moment: datetime) -> datetime | None:
    if moment.date() < _FIRST_DAY:
        return None
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def _moment(value: Json) -> datetime | None:
    """Return the time as written; UTC stands in for the missing offset."""
    if isinstance(value, bool):
        return None
    try:
        if isinstance(value, int | float):
            return _EPOCH + timedelta(milliseconds=value)
        if isinstance(value, str) and _TIME.fullmatch(value):
            written = datetime.fromisoformat(value)
            return written if written.tzinfo else written.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        # Not a day of the calendar, or further away than the calendar reaches.
        return None
    return None
