"""The list of activities: what is asked for, its sums, its year as a calendar, its lines. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from training_analyzer.services.activities import Wanted
from training_analyzer.web import measures
from training_analyzer.web.charts.heat import Active, activity_calendar, calendar_key
from training_analyzer.web.charts.rooms import WIDE, rooms
from training_analyzer.web.pages.sports import fast, sign_of, sport_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from markupsafe import Markup

    from training_analyzer.services.activities import ActiveDay, Totals
    from training_analyzer.web.measures import Measure
    from training_analyzer.web.tongue import Tongue

YEAR: Final = timedelta(days=364)
_HOUR: Final = 3600
_MINUTE: Final = 60
_CHIPS: Final = 6
_LONGEST_WORDS: Final = 100
# Before that nobody had a watch that told Garmin anything.
_OLDEST: Final = date(1990, 1, 1)
_TYPE_KEY: Final = re.compile(r"[a-z0-9_]{1,64}")
# Less is no distance, but how far a watch moves on a mat.
_A_DISTANCE_M: Final = 10
_A_CLIMB_M: Final = 1


@dataclass(frozen=True, slots=True)
class Filters:
    """What the person wants to see, as they sent it; what makes no sense is left out."""

    sport: str = ""
    words: str = ""
    first: date | None = None
    last: date | None = None
    with_deleted: bool = False

    @classmethod
    def of(cls, sport: str, words: str, first: str, last: str, deleted: str) -> Filters:
        """Return the filters of a form, whose fields may be empty or say anything."""
        cleaned = " ".join("".join(c if c.isprintable() else " " for c in words).split())
        return cls(
            sport if _TYPE_KEY.fullmatch(sport) else "",
            cleaned[:_LONGEST_WORDS],
            _day(first),
            _day(last),
            deleted == "show",
        )

    @property
    def is_any(self) -> bool:
        """Whether something is left out."""
        return replace(self, with_deleted=False) != Filters()

    @property
    def is_detailed(self) -> bool:
        """Whether more than the sport is chosen."""
        return replace(self, sport="") != Filters()

    def wanted(self) -> Wanted:
        """Return what the activities are asked for; days are those of the activity."""
        return Wanted(
            first=self.first,
            last=self.last,
            type_key=self.sport or None,
            words=self.words or None,
            with_deleted=self.with_deleted,
        )

    def query(self, **more: str) -> str:
        """Return the address of the list with these filters."""
        told = {
            "type": self.sport,
            "q": self.words,
            "from": self.first.isoformat() if self.first else "",
            "to": self.last.isoformat() if self.last else "",
            "deleted": "show" if self.with_deleted else "",
            **more,
        }
        given = {key: value for key, value in told.items() if value}
        return f"/activities?{urlencode(given)}" if given else "/activities"


@dataclass(frozen=True, slots=True, kw_only=True)
class Chip:
    """A sport that is one tap away."""

    name: str
    icon: str
    count: str
    href: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class Fact:
    """A number with its unit, and what it is the number of."""

    number: str
    unit: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One activity in the list; None for what it does not have."""

    href: str
    icon: str
    name: str
    sport: str
    when: str
    iso: str
    exact: str
    distance: Measure | None
    time: str
    speed: Measure | None
    heart: str
    ascent: Measure | None
    is_deleted: bool
    is_duplicate: bool
    is_shared: bool


@dataclass(frozen=True, slots=True)
class Month:
    """The lines of one month."""

    name: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class MonthRow:
    """A month of the calendar in numbers."""

    name: str
    days: str
    time: str


@dataclass(frozen=True, slots=True)
class Calendar:
    """A year of days: its finding, the drawing, the same in numbers."""

    title: str
    note: str
    drawing: Markup
    keys: tuple[tuple[Markup, str], ...]
    rows: tuple[MonthRow, ...]


def chips_of(filters: Filters, sports: Sequence[tuple[str, int]], tongue: Tongue) -> list[Chip]:
    """Return the *sports* of the person with their counts, the chosen one among them."""
    shown = list(sports[:_CHIPS])
    shown += [each for each in sports[_CHIPS:] if each[0] == filters.sport]
    # With other filters on, a count of the whole would mislead.
    counted = not filters.is_detailed
    whole = sum(count for _, count in sports)
    wanted = [("", tongue.text("All"), "", whole)]
    wanted += [(key, sport_name(tongue, key), sign_of(key), count) for key, count in shown]
    return [
        Chip(
            name=name,
            icon=icon,
            count=tongue.number(count) if counted else "",
            href=replace(filters, sport=key).query(),
            is_current=key == filters.sport,
        )
        for key, name, icon, count in wanted
    ]


def facts_of(totals: Totals, tongue: Tongue) -> list[Fact]:
    """Return the sums; without a distance or a climb there is none to tell."""
    hours = totals.duration_s / _HOUR
    facts = [
        Fact(
            tongue.number(totals.count), "", tongue.plural("activity", "activities", totals.count)
        ),
        Fact(tongue.number(hours, 0 if hours >= 100 else 1), tongue.text("h"), tongue.text("time")),  # noqa: PLR2004 - three digits are exact enough
    ]
    if totals.distance_m >= _A_DISTANCE_M:
        number, unit = _far(totals.distance_m, tongue)
        facts.insert(1, Fact(number, unit, tongue.text("distance")))
    if totals.elevation_gain_m >= _A_CLIMB_M:
        number, unit = measures.elevation(totals.elevation_gain_m, tongue)
        facts.append(Fact(number, unit, tongue.text("ascent")))
    return facts


def calendar_of(
    days: Iterable[ActiveDay], end: date, known_from: date | None, today: date, tongue: Tongue
) -> Calendar:
    """Return the year until *end*; days before *known_from* are not known, others are rest."""
    first = end - YEAR
    active = {each.day: each for each in days if first <= each.day <= end}
    drawn = [_active(first + timedelta(days=n), active, known_from) for n in range(YEAR.days + 1)]
    title = tongue.plural(
        "Active on %(n)s day of the last year",
        "Active on %(n)s days of the last year",
        len(active),
    )
    if end != today:
        title = tongue.plural(
            "Active on %(n)s day of the year to %(end)s",
            "Active on %(n)s days of the year to %(end)s",
            len(active),
            end=tongue.span(end, end),
        )
    months = [
        (month, list(each))
        for month, each in groupby(sorted(active), key=lambda day: day.replace(day=1))
    ]
    seconds = {month: sum(active[day].seconds for day in each) for month, each in months}
    note = ""
    if len(seconds) > 1:
        most = max(seconds, key=lambda month: seconds[month])
        note = tongue.text(
            "Most in %(month)s: %(time)s. A larger and darker dot is a longer day.",
            month=tongue.month(most),
            time=_hours(seconds[most], tongue),
        )
    draw = partial(activity_calendar, drawn, tongue=tongue, label=f"{title}. {note}")
    limits = (30, 60, 90, 150)
    names = [tongue.text("up to %(min)s min", min=limit) for limit in limits]
    names.append(tongue.text("more"))
    return Calendar(
        title,
        note,
        rooms(draw, WIDE),
        tuple((calendar_key(n + 1), name) for n, name in enumerate(names)),
        tuple(
            MonthRow(tongue.month(month), tongue.number(len(each)), _hours(seconds[month], tongue))
            for month, each in reversed(months)
        ),
    )


def months_of(rows: Sequence[Mapping[str, Any]], now: datetime, tongue: Tongue) -> list[Month]:
    """Return *rows*, newest first, as lines under their months."""
    # Where all have one rule, the sign would say nothing.
    mixed = len({row["privacy"] == "private" for row in rows}) > 1
    lines = [(_month_of(row, tongue), line_of(row, now, tongue, mixed=mixed)) for row in rows]
    return [
        Month(tongue.month(month), tuple(line for _, line in found))
        for month, found in groupby(lines, key=lambda pair: pair[0])
    ]


def line_of(row: Mapping[str, Any], now: datetime, tongue: Tongue, *, mixed: bool = False) -> Line:
    """Return one activity's line; *mixed* says that some are private and some are not."""
    start: datetime = row["start_utc"].astimezone(UTC)
    metres, seconds, gain = row["distance_m"], row["duration_s"], row["elevation_gain_m"]
    is_far = bool(metres) and metres >= _A_DISTANCE_M
    when, heart = tongue.clock(start, now), row["avg_hr_bpm"]
    return Line(
        href=f"/activities/{row['activity_id']}",
        icon=sign_of(row["type_key"]),
        name=row["name"] or tongue.text("Untitled"),
        sport=sport_name(tongue, row["type_key"]),
        when=when[:1].upper() + when[1:],
        iso=start.isoformat(timespec="minutes"),
        exact=tongue.instant(start),
        distance=measures.distance(metres, tongue) if is_far else None,
        time="" if seconds is None else measures.stopwatch(seconds),
        speed=fast(row["avg_speed_mps"], row["type_key"], tongue)
        if is_far and row["avg_speed_mps"]
        else None,
        heart="" if heart is None else tongue.number(heart),
        ascent=measures.elevation(gain, tongue) if gain and gain >= _A_CLIMB_M else None,
        is_deleted=row["deleted_at"] is not None,
        is_duplicate=row["duplicate_of"] is not None,
        is_shared=mixed and row["privacy"] not in {None, "private"},
    )


def _active(day: date, active: Mapping[date, ActiveDay], known_from: date | None) -> Active:
    found = active.get(day)
    if found is not None:
        return Active(on=day, minutes=found.seconds / _MINUTE, name=found.name)
    is_known = known_from is not None and day >= known_from
    return Active(on=day, minutes=0.0 if is_known else None)


def _far(metres: float, tongue: Tongue) -> tuple[str, str]:
    """Return a sum of distances; its metres are of no interest."""
    size, unit = (measures.MILE_M, "mi") if tongue.is_imperial else (measures.KILOMETRE_M, "km")
    far = metres / size
    return tongue.number(far, 0 if far >= 100 else 1), unit  # noqa: PLR2004 - three digits are exact enough


def _hours(seconds: float, tongue: Tongue) -> str:
    return tongue.duration(round(seconds / _MINUTE) * _MINUTE)


def _month_of(row: Mapping[str, Any], tongue: Tongue) -> date:
    return tongue.today(row["start_utc"].astimezone(UTC)).replace(day=1)


def _day(text: str) -> date | None:
    try:
        return max(_OLDEST, date.fromisoformat(text)) if text else None
    except ValueError:
        return None
