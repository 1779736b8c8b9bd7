"""The start page's overview of what is stored: nights, weeks of training, activities, totals."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from statistics import fmean, median
from typing import TYPE_CHECKING, Any, Final

from training_analyzer.web import measures
from training_analyzer.web.charts.nights import Night, nights
from training_analyzer.web.charts.rooms import MIDDLE, rooms
from training_analyzer.web.charts.weeks import Week, weeks

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from markupsafe import Markup

    from training_analyzer.services.activities import Holding
    from training_analyzer.services.days import Series
    from training_analyzer.services.reading import CoverageLine
    from training_analyzer.web.tongue import Tongue

NIGHTS: Final = 14
WEEKS: Final = 16
COVERAGE_DAYS: Final = 365
STAGES: Final = ("sleep_deep_s", "sleep_light_s", "sleep_rem_s", "sleep_awake_s", "score")
_ENOUGH_NIGHTS: Final = 4
# So many nights of the two weeks say something about the two weeks.
_MANY_NIGHTS: Final = 10
# That much less than the middle one is a short night.
_SHORT_S: Final = 90 * 60
# A week with less than this share of the four before it is an easy one.
_EASY: Final = 0.6
_WEEKS_BEFORE: Final = 4
# The latest two days may not be asked for yet.
_MAY_WAIT: Final = 2
_MEGABYTE: Final = 1_000_000
_SMALL_MB: Final = 10
_SPORTS: Final = (
    ("running", "run"),
    ("run", "run"),
    ("cycling", "ride"),
    ("biking", "ride"),
    ("ride", "ride"),
    ("swimming", "swim"),
    ("strength", "strength"),
    ("fitness", "strength"),
    ("walking", "walk"),
    ("hiking", "walk"),
)


@dataclass(frozen=True, slots=True)
class Picture:
    """A chart: its finding as a heading, a note, the drawing."""

    title: str
    note: str
    chart: Markup


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """An activity in a list."""

    href: str
    icon: str
    name: str
    when: str
    iso: str
    value: str
    unit: str
    more: str


@dataclass(frozen=True, slots=True)
class Fact:
    """A number with its unit, and what it is the number of."""

    number: str
    unit: str
    label: str


def nights_of(series: Series, today: date, tongue: Tongue) -> Picture | None:
    """Return the last two weeks of nights; None without any."""
    rows = {
        day: {name: series.columns[name][at] for name in STAGES}
        for at, day in enumerate(series.days)
    }
    span = [today - timedelta(days=NIGHTS - 1 - n) for n in range(NIGHTS)]
    asleep = {day: _asleep(rows.get(day.isoformat())) for day in span}
    present = {day: slept for day, slept in asleep.items() if slept is not None}
    if not present:
        return None
    middle = median(present.values())
    shortest = min(present, key=lambda day: present[day])
    title, note = _nights_in_words(present, middle, shortest, today, tongue)
    named = shortest if len(present) >= _MANY_NIGHTS else None
    drawn = [_night(day, rows.get(day.isoformat()), is_named=day == named) for day in span]
    label = f"{title}. {note}"
    usual = middle if len(present) >= _ENOUGH_NIGHTS else None
    draw = partial(nights, drawn, tongue=tongue, label=label, usual_s=usual)
    return Picture(title, note, rooms(draw, MIDDLE))


def _nights_in_words(
    present: Mapping[date, float], middle: float, shortest: date, today: date, tongue: Tongue
) -> tuple[str, str]:
    stages = tongue.text("Sleep stages, score on top.")
    if len(present) < _MANY_NIGHTS:
        title = tongue.plural(
            "%(n)s night of the last two weeks", "%(n)s nights of the last two weeks", len(present)
        )
        return title, stages
    short = sum(slept <= middle - _SHORT_S for slept in present.values())
    least = tongue.text(
        "Shortest: %(day)s with %(slept)s.",
        day=tongue.day(shortest, today),
        slept=tongue.duration(present[shortest]),
    )
    if not short:
        return tongue.text("Two weeks without a short night"), f"{stages} {least}"
    title = tongue.plural("One short night in two weeks", "%(n)s short nights in two weeks", short)
    return title, f"{stages} {least}"


def _asleep(row: Mapping[str, Any] | None) -> float | None:
    if row is None:
        return None
    parts = [row[name] for name in STAGES[:3]]
    known = [float(part) for part in parts if part is not None]
    return sum(known) if known else None


def _night(day: date, row: Mapping[str, Any] | None, *, is_named: bool) -> Night:
    if row is None:
        return Night(on=day)
    deep, light, rem, awake, score = (row[name] for name in STAGES)
    return Night(
        on=day,
        deep_s=deep,
        light_s=light,
        rem_s=rem,
        awake_s=awake,
        score=score,
        is_named=is_named,
    )


def first_week(today: date, tongue: Tongue) -> date:
    """Return the first day of the oldest week that is shown."""
    into = (today.weekday() - tongue.first_weekday) % 7
    return today - timedelta(days=into + 7 * (WEEKS - 1))


def weeks_of(seconds: Mapping[date, float], today: date, tongue: Tongue) -> Picture | None:
    """Return the hours of training a week; None without any."""
    if not seconds:
        return None
    start = first_week(today, tongue)
    firsts = [start + timedelta(days=7 * n) for n in range(WEEKS)]
    hours = [
        sum(seconds.get(first + timedelta(days=n), 0.0) for n in range(7)) / 3600
        for first in firsts
    ]
    rows = [
        Week(first=first, hours=hours[at], is_rest=_is_easy(hours, at))
        for at, first in enumerate(firsts)
    ]
    number = tongue.number(hours[-1], 1)
    if not hours[-1]:
        title = tongue.text("No training yet this week")
    elif hours[-1] == max(hours):
        title = tongue.text(
            "%(hours)s hours this week, the most of these %(weeks)s",
            hours=number,
            weeks=WEEKS,
        )
    else:
        title = tongue.text("%(hours)s hours of training this week", hours=number)
    note = tongue.text("Hours per week. Hatched weeks had much less than the four before them.")
    draw = partial(weeks, rows, tongue=tongue, label=title)
    return Picture(title, note, rooms(draw, MIDDLE))


def _is_easy(hours: Sequence[float], at: int) -> bool:
    """Tell whether a week that is over had much less than the four before it."""
    before = hours[max(0, at - _WEEKS_BEFORE) : at]
    is_over = at < len(hours) - 1
    return is_over and len(before) == _WEEKS_BEFORE and 0 < hours[at] < _EASY * fmean(before)


def line_of(row: Mapping[str, Any], now: datetime, tongue: Tongue) -> Line:
    """Return an activity's line; the distance comes first, else the time."""
    start: datetime = row["start_utc"].astimezone(UTC)
    seconds, metres = row["duration_s"], row["distance_m"]
    lasted = measures.stopwatch(seconds) if seconds is not None else ""
    if metres:
        value, unit = measures.distance(metres, tongue)
        more = lasted
    elif seconds is not None:
        value, unit, more = tongue.number(seconds / 60), tongue.text("min"), ""
    else:
        value, unit, more = "\N{EN DASH}", "", ""
    when = tongue.clock(start, now)
    return Line(
        href=f"/activities/{row['activity_id']}",
        icon=_icon(row["type_key"] or ""),
        name=row["name"] or tongue.text("Untitled"),
        when=when[:1].upper() + when[1:],
        iso=start.isoformat(timespec="minutes"),
        value=value,
        unit=unit,
        more=more,
    )


def _of_days(days: int, tongue: Tongue) -> str:
    if days >= COVERAGE_DAYS:
        return tongue.text("of the last year complete")
    return tongue.plural("of the last %(n)s day complete", "of the last %(n)s days complete", days)


def _icon(type_key: str) -> str:
    return next((icon for word, icon in _SPORTS if word in type_key), "tab-activities")


def facts_of(
    lines: Sequence[CoverageLine], holding: Holding, days: int, tongue: Tongue
) -> list[Fact]:
    """Return how complete the last *days* are, a year at most, and how much is stored."""
    known = missing = 0
    for line in lines:
        cells = line.cells
        if not any(cell in "dpef" for cell in cells):
            # What is off, or never came, says nothing about how complete the rest is.
            continue
        settled = cells[:-_MAY_WAIT] + cells[-_MAY_WAIT:].replace("m", "")
        known += sum(settled.count(cell) for cell in "dpe")
        missing += sum(settled.count(cell) for cell in "fm")
    asked = known + missing
    # 364 of 365 days are not 100 %.
    share = tongue.number((1000 * known // asked) / 10, 0 if known == asked else 1) if asked else ""
    size = holding.file_bytes / _MEGABYTE
    return [
        Fact(share or "\N{EN DASH}", "%" if share else "", _of_days(days, tongue)),
        Fact(
            tongue.number(missing),
            "",
            tongue.plural("daily value missing", "daily values missing", missing),
        ),
        Fact(
            tongue.number(holding.with_file),
            tongue.text("of %(all)s", all=tongue.number(holding.activities)),
            tongue.text("original files"),
        ),
        Fact(
            tongue.number(size, 1 if size < _SMALL_MB else 0),
            tongue.text("MB"),
            tongue.text("of original files"),
        ),
    ]
