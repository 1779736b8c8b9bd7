"""What the page shows of the stored data: key figures, sports, coverage."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import fmean
from typing import TYPE_CHECKING, Final

from training_analyzer.model import DayState
from training_analyzer.services.reading import due_by_now, is_wanted
from training_analyzer.web.charts.sparkline import sparkline
from training_analyzer.web.charts.strips import coverage_strip
from training_analyzer.web.pages import phrases

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from markupsafe import Markup

    from training_analyzer.model import GarminSyncConfig
    from training_analyzer.services.reading import Reading

DAYS_SHOWN: Final = 90
_USUAL_DAYS: Final = 28
_FRESH_DAYS: Final = 7
_WEEK: Final = 7
NONE: Final = "\N{EN DASH}"
_MOST_SPORTS: Final = 6
_KNOWN: Final = frozenset({DayState.DATA, DayState.EMPTY})


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """A key figure: number and unit pairs, the comparison in words, the line."""

    name: str
    figure: list[tuple[str, str]]
    delta: str
    line: Markup


@dataclass(frozen=True, slots=True, kw_only=True)
class Sport:
    """One sport's totals."""

    name: str
    count: str
    distance: str
    time: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """How much of one stream is known."""

    name: str
    percent: str
    words: str
    strip: Markup


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """All that the page shows of the data."""

    metrics: list[Metric]
    sports: list[Sport]
    activities: int
    coverage: list[Coverage]
    finding: str
    days: int
    first: str


def held_of(reading: Reading, config: GarminSyncConfig, today: date) -> Held | None:
    """Return what is held of the user's data; None before the first day of any of it."""
    first = phrases.first_day(today, config.initial_sync_days)
    days = reading.coverage_days(config.user_id, first=first, last=today)
    sports = reading.sports(config.user_id)
    if not sports and not any(state for states in days.values() for state in states):
        return None
    return Held(
        metrics=_metrics(reading, config.user_id, today),
        sports=[
            Sport(
                name=phrases.upper_first(total.type_key.replace("_", " ")),
                count=f"{total.count:,}",
                distance=_distance(total.distance_m),
                time=f"{round(total.duration_s / 3600):,}",
            )
            for total in sports[:_MOST_SPORTS]
        ],
        activities=sum(total.count for total in sports),
        coverage=[_coverage(name, states, config) for name, states in days.items()],
        finding=_finding(days.values()),
        days=config.initial_sync_days,
        first=f"{first:%b %Y}",
    )


def _metrics(reading: Reading, user_id: str, today: date) -> list[Metric]:
    first = phrases.first_day(today, DAYS_SHOWN)

    def series(name: str) -> list[float | None]:
        return reading.series(user_id, name, first=first, last=today)

    return [
        _metric("Resting heart rate", series("resting_hr"), today, unit="bpm", colour="hr"),
        _sleep(series("sleep"), today),
        _metric("Heart rate variability", series("hrv"), today, unit="ms", colour="hrv"),
    ]


def _metric(
    name: str, values: list[float | None], today: date, *, unit: str, colour: str
) -> Metric:
    found = _latest(values)
    if found is None:
        return _absent(name, values)
    at, value = found
    usual = _usual(values, at)
    words = _when(len(values) - 1 - at, today)
    if usual is not None:
        gap = round(value) - round(usual)
        side = "above" if gap > 0 else "below"
        words.append(f"{abs(gap)} {unit} {side} usual" if gap else "as usual")
    delta = phrases.upper_first(", ".join(words))
    label = f"{name}, {DAYS_SHOWN} days: {round(value)} {unit}, {delta}"
    line = sparkline(values, label=label, colour=colour)
    return Metric(name=name, figure=[(f"{round(value)}", unit)], delta=delta, line=line)


def _sleep(values: list[float | None], today: date) -> Metric:
    found = _latest(values)
    if found is None:
        return _absent("Sleep", values)
    at, value = found
    hours, minutes = phrases.hours_minutes(value)
    usual = _usual(values, at)
    words = _when(len(values) - 1 - at, today)
    if usual is not None:
        gap = round((value - usual) / 60)
        side = "longer" if gap > 0 else "shorter"
        words.append(f"{phrases.duration(abs(gap) * 60)} {side} than usual" if gap else "as usual")
    delta = phrases.upper_first(", ".join(words))
    line = sparkline(
        values, label=f"Sleep, {DAYS_SHOWN} days: {hours} h {minutes} min, {delta}", colour="light"
    )
    return Metric(
        name="Sleep", figure=[(f"{hours}", "h"), (f"{minutes}", "min")], delta=delta, line=line
    )


def _absent(name: str, values: list[float | None]) -> Metric:
    is_old = any(value is not None for value in values)
    words = f"Nothing in the last {_FRESH_DAYS} days" if is_old else "None at Garmin"
    line = sparkline(values, label=f"{name}: {words}", colour="text-3")
    return Metric(name=name, figure=[(NONE, "")], delta=words, line=line)


def _latest(values: Sequence[float | None]) -> tuple[int, float] | None:
    """Return index and value of the newest value of the last week."""
    for at in range(len(values) - 1, max(-1, len(values) - 1 - _FRESH_DAYS), -1):
        if (value := values[at]) is not None:
            return at, value
    return None


def _usual(values: Sequence[float | None], before: int) -> float | None:
    """Return the mean of the 28 days before an index, of which a week must be there."""
    earlier = [v for v in values[max(0, before - _USUAL_DAYS) : before] if v is not None]
    return fmean(earlier) if len(earlier) >= _WEEK else None


def _when(days_ago: int, today: date) -> list[str]:
    return [] if days_ago == 0 else [phrases.day(phrases.first_day(today, days_ago + 1), today)]


def _distance(metres: float) -> str:
    return f"{round(metres / 1000):,} km" if metres else NONE


def _coverage(name: str, states: Sequence[DayState | None], config: GarminSyncConfig) -> Coverage:
    label = phrases.stream_name(name)
    known, asked = _share(states)
    if not asked or not any(states):
        is_off = not is_wanted(name, config)
        words = "switched off" if is_off else "not given by Garmin"
        if not is_off and not any(states):
            words = "not fetched"
        percent = NONE
    else:
        data = sum(state is DayState.DATA for state in states)
        # 364 of 365 days are not 100 %.
        percent = f"{100 * known // asked} %"
        words = f"{phrases.plural(data, 'day')} with data"
    strip = coverage_strip(states, label=f"{label}: {percent} known, {words}")
    return Coverage(name=label, percent=percent, words=words, strip=strip)


def _share(states: Sequence[DayState | None]) -> tuple[int, int]:
    """Return how many days are known, and how many could be."""
    asked = [state for state in due_by_now(states) if state is not DayState.UNSUPPORTED]
    return sum(state in _KNOWN for state in asked), len(asked)


def _finding(every: Iterable[Sequence[DayState | None]]) -> str:
    """Return the heading: what is missing over all streams that Garmin gives at all."""
    known = asked = 0
    for states in every:
        if any(state is not DayState.UNSUPPORTED and state is not None for state in states):
            one_known, one_asked = _share(states)
            known += one_known
            asked += one_asked
    if asked == 0:
        return "Nothing fetched yet"
    if known == asked:
        return "Every day is here"
    return f"{1000 * known // asked / 10:g} % of the days are here"
