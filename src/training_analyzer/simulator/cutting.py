"""Cut an answer of Garmin's to the days that were asked for, and join answers of one route.

Works on any shape that keeps its rows in lists of objects with a day; what has no
day stays as it is.
"""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from training_analyzer.streams import Json

_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d")
# In the order in which they are believed; `startTimeLocal` is the list row's own day.
_DAY_KEYS: Final = ("calendarDate", "summaryDate", "date", "startTimeLocal", "startLocal")
_SPORTS: Final = ("generic", "cycling")
_IDENTITIES: Final = ("activityId", "samplePk", "timestamp")


def day_of(row: Json) -> date | None:
    """Return the calendar day of a row, None when it names none."""
    if not isinstance(row, dict):
        return None
    for key in _DAY_KEYS:
        value = row.get(key)
        if isinstance(value, str) and _DAY.match(value):
            return date.fromisoformat(value[:10])
    return next((day for sport in _SPORTS if (day := day_of(row.get(sport)))), None)


def within(body: Json, first: date, last: date) -> Json:
    """Return *body* with only those rows whose day lies between *first* and *last*."""
    if isinstance(body, list):
        return [row for row in body if (day := day_of(row)) is None or first <= day <= last]
    if isinstance(body, dict):
        return {key: within(value, first, last) for key, value in body.items()}
    return body


def without(body: Json, first: date, last: date) -> Json:
    """Return *body* without those rows whose day lies between *first* and *last*."""
    if isinstance(body, list):
        return [row for row in body if (day := day_of(row)) is None or not first <= day <= last]
    if isinstance(body, dict):
        return {key: without(value, first, last) for key, value in body.items()}
    return body


def days_in(body: Json) -> list[date]:
    """Return the day of each row, as often as it occurs."""
    if isinstance(body, list):
        return [day for row in body if (day := day_of(row)) is not None]
    if isinstance(body, dict):
        return [day for value in body.values() for day in days_in(value)]
    return []


def joined(bodies: Iterable[Json]) -> Json:
    """Return the answers of one route as one: the rows of all, each once, in their first order."""
    whole: Json = None
    for body in bodies:
        whole = body if whole is None else _join(whole, body)
    return whole


def _join(one: Json, other: Json) -> Json:
    if isinstance(one, list) and isinstance(other, list):
        seen = {_identity(row) for row in one}
        return [*one, *(row for row in other if _identity(row) not in seen)]
    if isinstance(one, dict) and isinstance(other, dict):
        shared = {key: _join(value, other[key]) for key, value in one.items() if key in other}
        return {**other, **one, **shared}
    return one


def _identity(row: Json) -> str:
    if isinstance(row, dict):
        for key in _IDENTITIES:
            if row.get(key) is not None:
                return f"{key} {row[key]}"
    return str(day_of(row) or row)
