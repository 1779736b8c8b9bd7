"""The caller's days: wellness and fitness in the document's words."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date, timedelta

from fastapi import APIRouter

from training_analyzer.services.days import FitnessDay, WellnessDay
from training_analyzer.web.api.paging import Cursors, NextCursor, Paged
from training_analyzer.web.api.ranges import From, Latest, Span, To, span_of
from training_analyzer.web.api.words import Answer, DataReader, Day, Web
from training_analyzer.web.refusals import InvalidCursor, NotFound

router = APIRouter()

_MONTH = 30
# A single day falls back on the newest one before it, within this.
_LOOK_BACK = timedelta(days=365)


class WellnessHistory(Answer):
    """Days that have anything, newest first."""

    success: bool = True
    days: list[WellnessDay]
    total_days: int
    next_cursor: NextCursor


@dataclass(frozen=True, slots=True)
class SingleFitnessDay(FitnessDay):
    """The day that was asked for, or the newest one before it that has anything."""

    success: bool = True


@router.get("/wellness-history")
def wellness_history(
    user_id: DataReader,
    web: Web,
    page: Paged,
    days: Latest = None,
    first: From = None,
    to: To = None,
) -> WellnessHistory:
    """Return the caller's wellness by day, newest first."""
    span, cursors = _asked("wellness", user_id, web, (first, to, days), page.cursor)
    found = web.runtime.days.wellness(user_id, first=span.first, last=span.last, limit=page.asked)
    rows, following = page.cut(cursors, found, lambda last: [last.date])
    return WellnessHistory(days=list(rows), total_days=len(rows), next_cursor=following)


@router.get("/fitness-history")
def fitness_history(
    user_id: DataReader,
    web: Web,
    page: Paged,
    days: Latest = None,
    first: From = None,
    to: To = None,
) -> list[FitnessDay]:
    """Return the caller's fitness by day, newest first; the next page is in `Link`."""
    span, cursors = _asked("fitness", user_id, web, (first, to, days), page.cursor)
    found = web.runtime.days.fitness(user_id, first=span.first, last=span.last, limit=page.asked)
    rows, _ = page.cut(cursors, found, lambda last: [last.date])
    return list(rows)


@router.get("/fitness-data/{day}")
def fitness_data(day: Day, user_id: DataReader, web: Web) -> SingleFitnessDay:
    """Return one day of fitness, or the newest one before it that has anything."""
    if day <= date.min + _LOOK_BACK:
        raise NotFound
    found = web.runtime.days.fitness(user_id, first=day - _LOOK_BACK, last=day, limit=1)
    if not found:
        raise NotFound
    return SingleFitnessDay(
        **{each.name: getattr(found[0], each.name) for each in fields(found[0])}
    )


def _asked(
    what: str,
    user_id: str,
    web: Web,
    asked: tuple[date | None, date | None, int | None],
    cursor: str | None,
) -> tuple[Span, Cursors]:
    """Return the days that are left of those asked for, and the list's cursors."""
    first, last, days = asked
    span = span_of(first, last, days, now=web.runtime.now(), default=_MONTH)
    cursors = Cursors(what, user_id, {"from": first, "to": last, "days": days})
    after = cursors.read(cursor)
    if after is None:
        return span, cursors
    try:
        (day,) = after
        before = date.fromisoformat(str(day)) - timedelta(days=1)
    except (ValueError, OverflowError):
        raise InvalidCursor from None
    return Span(min(span.first, before), before), cursors
