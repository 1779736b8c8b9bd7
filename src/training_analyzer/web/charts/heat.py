"""A year of activities as a calendar: a dot for each day, larger and darker with its minutes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from markupsafe import Markup

from training_analyzer.web.charts.labels import Label, fitting
from training_analyzer.web.charts.plot import is_narrow
from training_analyzer.web.charts.rooms import WIDE
from training_analyzer.web.charts.scales import known
from training_analyzer.web.charts.svg import (
    dot,
    drawing,
    element,
    join,
    line,
    path,
    polyline,
    variable,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from training_analyzer.web.charts.svg import Point
    from training_analyzer.web.tongue import Tongue

_WEEK: Final = 7
_MOST_WEEKS: Final = 53
_TOP: Final = 20.0
_BETWEEN: Final = 10.0
_LARGEST_CELL: Final = 20.4
_LEVELS: Final = (30.0, 60.0, 90.0, 150.0)
# The radius of each level as a part of the cell's half.
_SIZES: Final = (0.42, 0.54, 0.66, 0.78, 0.9)


@dataclass(frozen=True, slots=True, kw_only=True)
class Active:
    """One day: minutes of activities, 0 for none, None when it is not known; what to call it."""

    on: date
    minutes: float | None
    name: str = ""


def activity_calendar(
    days: Sequence[Active],
    *,
    width: int,
    tongue: Tongue,
    label: str,
    levels: Sequence[float] = _LEVELS,
) -> Markup:
    """Return up to 53 weeks of *days*, oldest first, weeks as columns; on phones in two rows.

    *levels* are the four limits in minutes between the five levels. A day without activity
    is a speck, an unknown one nothing. Where there is the room of a whole page each active
    day is a link to its activities that tells its name and minutes; Tab reaches the last.
    """
    if not days:
        return Markup()
    first = _week_start(days[0].on, tongue)
    last = _week_start(days[-1].on, tongue)
    first = max(first, last - timedelta(weeks=_MOST_WEEKS - 1))
    count = (last - first).days // _WEEK + 1
    per_block = -(-count // 2) if is_narrow(width) and count > _MOST_WEEKS // 2 else count
    left = 22.0
    cell = min(_LARGEST_CELL, (width - left) / per_block)
    block = _TOP + cell * _WEEK + _BETWEEN
    names = tongue.weekdays("narrow")
    body: list[Markup] = []
    blocks = -(-count // per_block)
    for number in range(blocks):
        top = number * block + _TOP
        for k in (0, 2, 4):
            y = top + cell * (k + 0.5) + 4
            body.append(Label(x=0, y=y, text=names[k], kind="s").draw())
        start = first + timedelta(weeks=number * per_block)
        end = min(start + timedelta(weeks=per_block), last + timedelta(weeks=1))
        body.append(_months((start, end), (left, top), cell, tongue))
    spots: dict[int, list[tuple[Point, Active]]] = {}
    for day in days:
        week = (_week_start(day.on, tongue) - first).days // _WEEK
        minutes = known(day.minutes)
        if week < 0 or minutes is None:
            continue
        number, column = divmod(week, per_block)
        row = (day.on.weekday() - tongue.first_weekday) % _WEEK
        at = (left + cell * (column + 0.5), number * block + _TOP + cell * (row + 0.5))
        spots.setdefault(level_of(minutes, levels), []).append((at, day))
    last_active = max(
        (day.on for level, of in spots.items() if level for _, day in of), default=None
    )
    stop = last_active if width >= WIDE else None
    for level, of in sorted(spots.items()):
        body.append(_level(level, of, cell / 2, tongue, stop=stop))
    active = sum((known(day.minutes) or 0) > 0 for day in days)
    desc = tongue.plural("%(n)s day with an activity", "%(n)s days with an activity", active)
    box = (left + cell * per_block, blocks * block - _BETWEEN)
    box = (max(box[0], width), box[1])
    role = "group" if stop else "img"
    return drawing(join(body), box=box, label=label, desc=desc, role=role)


def level_of(minutes: float, levels: Sequence[float] = _LEVELS) -> int:
    """Return the level from 1 to 5 that *minutes* have; 0 for none."""
    return 0 if minutes <= 0 else 1 + sum(minutes > limit for limit in levels[:4])


def calendar_key(level: int) -> Markup:
    """Return the dot of a level from 1 to 5, for a legend."""
    radius = 8 * _SIZES[level - 1]
    shape = dot((8, 8), radius, fill=variable(f"heat-{level}"))
    return element("svg", shape, class_="key", viewBox="0 0 16 16", aria_hidden="true")


def _week_start(on: date, tongue: Tongue) -> date:
    return on - timedelta(days=(on.weekday() - tongue.first_weekday) % _WEEK)


def _months(
    span: tuple[date, date], at: tuple[float, float], cell: float, tongue: Tongue
) -> Markup:
    """Return the names of the months above their first week, with a line at their first day."""
    labels, marks = [], []
    for k in range((span[1] - span[0]).days // _WEEK):
        week = span[0] + timedelta(weeks=k)
        begins = (week - timedelta(days=1)).month != (week + timedelta(days=6)).month
        if begins:
            x = at[0] + cell * k
            month = tongue.short_month(week + timedelta(days=6))
            labels.append(Label(x=x + 1, y=at[1] - 6, text=month, kind="s"))
            marks.append(line((x, at[1] - 3), (x, at[1]), "axis"))
    return join([*marks, *(label.draw() for label in fitting(labels))])


def _level(
    level: int,
    spots: Sequence[tuple[Point, Active]],
    half: float,
    tongue: Tongue,
    *,
    stop: date | None,
) -> Markup:
    """Return all days of one level: as links, or as one path where no day is a *stop* of Tab."""
    if level == 0:
        return path("".join(polyline([at]) for at, _ in spots), class_="none")
    radius, ink = half * _SIZES[level - 1], variable(f"heat-{level}")
    if stop is None:
        dots = "".join(polyline([at]) for at, _ in spots)
        return path(dots, class_="spots", stroke=ink, stroke_width=2 * radius)
    links = [
        element(
            "a",
            element("title", _said(day, tongue)),
            dot(at, radius),
            href=f"?from={day.on}&to={day.on}",
            tabindex="0" if day.on == stop else "-1",
        )
        for at, day in spots
    ]
    return element("g", *links, fill=ink)


def _said(day: Active, tongue: Tongue) -> str:
    spent = tongue.duration((known(day.minutes) or 0.0) * 60)
    return ", ".join(part for part in (tongue.short_day(day.on), day.name, spent) if part)
