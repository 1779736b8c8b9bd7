"""The caller's days: wellness and fitness in the document's words."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, timedelta

from fastapi import APIRouter, Request, Response

from training_analyzer.web.api.paging import (
    DEFAULT,
    Cursors,
    GivenCursor,
    Limit,
    NextCursor,
    link_next,
)
from training_analyzer.web.api.ranges import From, Latest, Span, To, span_of
from training_analyzer.web.api.words import Answer, DataReader, Web
from training_analyzer.web.refusals import InvalidCursor, NotFound

router = APIRouter()

_MONTH = 30
# A single day falls back on the newest one before it, within this.
_LOOK_BACK = timedelta(days=365)


class WellnessDay(Answer):
    """A day; what is not known is null, never 0."""

    date: str
    resting_heart_rate: float | None
    sleep_hours: float | None
    sleep_score: float | None
    deep_sleep_pct: float | None
    rem_sleep_pct: float | None
    hrv: float | None
    hrv_status: str | None
    body_battery_high: float | None
    body_battery_low: float | None
    body_battery_charged: float | None
    body_battery_drained: float | None
    avg_stress: float | None
    steps: int | None
    steps_goal: int | None
    active_calories: float | None
    intensity_minutes: int | None


class WellnessHistory(Answer):
    """Days that have anything, newest first."""

    success: bool = True
    days: list[WellnessDay]
    total_days: int
    next_cursor: NextCursor


class RacePrediction(Answer):
    """How fast Garmin believes a race would be run."""

    distance: str
    time_seconds: float
    time_formatted: str


class FitnessDay(Answer):
    """A day; what is not known is null. A day without VO2max is still a day."""

    date: str
    vo2max_running: float | None
    vo2max_cycling: float | None
    fitness_age: float | None
    race_predictions: list[RacePrediction]
    training_status: str | None
    training_status_description: str | None
    fitness_trend: str | None
    training_readiness_score: float | None
    training_readiness_level: str | None
    acwr_percent: float | None
    acwr_status: str | None


class SingleFitnessDay(FitnessDay):
    """The day that was asked for, or the newest one before it that has anything."""

    success: bool = True


@router.get("/wellness-history")
def wellness_history(  # noqa: PLR0913 - the parts of a query, each named
    *,
    request: Request,
    response: Response,
    user_id: DataReader,
    web: Web,
    days: Latest = None,
    first: From = None,
    to: To = None,
    limit: Limit = DEFAULT,
    cursor: GivenCursor = None,
) -> WellnessHistory:
    """Return the caller's wellness by day, newest first."""
    span, cursors = _asked("wellness", user_id, web, (first, to, days), cursor)
    found = web.runtime.days.wellness(user_id, first=span.first, last=span.last, limit=limit + 1)
    following = _next(cursors, [day.date for day in found], limit)
    link_next(request, response, following)
    page = [WellnessDay(**asdict(day)) for day in found[:limit]]
    return WellnessHistory(days=page, total_days=len(page), next_cursor=following)


@router.get("/fitness-history")
def fitness_history(  # noqa: PLR0913 - the parts of a query, each named
    *,
    request: Request,
    response: Response,
    user_id: DataReader,
    web: Web,
    days: Latest = None,
    first: From = None,
    to: To = None,
    limit: Limit = DEFAULT,
    cursor: GivenCursor = None,
) -> list[FitnessDay]:
    """Return the caller's fitness by day, newest first; the next page is in `Link`."""
    span, cursors = _asked("fitness", user_id, web, (first, to, days), cursor)
    found = web.runtime.days.fitness(user_id, first=span.first, last=span.last, limit=limit + 1)
    link_next(request, response, _next(cursors, [day.date for day in found], limit))
    return [FitnessDay(**asdict(day)) for day in found[:limit]]


@router.get("/fitness-data/{day}")
def fitness_data(day: date, user_id: DataReader, web: Web) -> SingleFitnessDay:
    """Return one day of fitness, or the newest one before it that has anything."""
    if day <= date.min + _LOOK_BACK:
        raise NotFound
    found = web.runtime.days.fitness(user_id, first=day - _LOOK_BACK, last=day, limit=1)
    if not found:
        raise NotFound
    return SingleFitnessDay(**asdict(found[0]))


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
        before = date.fromisoformat(str(after[0])) - timedelta(days=1)
    except (ValueError, IndexError):
        raise InvalidCursor from None
    return Span(min(span.first, before), before), cursors


def _next(cursors: Cursors, days: list[str], limit: int) -> str | None:
    return cursors.after([days[limit - 1]]) if len(days) > limit else None
