"""What a script needs to let a drawing answer: its curves in few and short numbers. Pure.

The drawing stays the picture of who has no script; both have the same ranges and colours.
"""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from itertools import pairwise
from statistics import fmean
from typing import TYPE_CHECKING, Final

from training_analyzer.web.charts.route import flattened
from training_analyzer.web.charts.scales import domain, known
from training_analyzer.web.charts.traces import span_of
from training_analyzer.web.measures import KILOMETRE_M, MILE_M

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from training_analyzer.web.charts.day import Course, Curve
    from training_analyzer.web.charts.traces import Activity, Trace
    from training_analyzer.web.tongue import Tongue

type Curves = dict[str, object]
"""Ready to be written as JSON into a page."""
type Numbers = list[float | None]

# About one for each pixel of the widest plot; each more would be 40 bytes on the page.
MOST: Final = 900
# A value is told in tenths where there are less than so many between the ends of its axis.
_COARSE: Final = 100
_OF_THE_BOX: Final = 1000
# More missing ones than that are how it was measured, and no gaps.
_SPARSE: Final = 0.25
_STEP: Final = timedelta(minutes=15)
# How high a panel is on a phone, and elsewhere; as the drawing's.
_TALL_TRACE: Final = (84, 104)
_TALL_DAY: Final = (122, 152)


def curves_of_activity(
    activity: Activity,
    tongue: Tongue,
    *,
    also: Sequence[float] = (),
    places: Sequence[tuple[float, float] | None] = (),
) -> Curves | None:
    """Return the curves of an activity; None where nothing is drawn.

    *also* are its seconds where it goes by metres and the other way round; *places* its route.
    """
    found = [one for one in activity.traces if any(known(v) is not None for v in one.values)]
    if not found or activity.at[-1] <= activity.at[0]:
        return None
    parts = _parts(len(activity.at))
    lengths = partial(_lengths, tongue=tongue, is_time=activity.is_time)
    axis = lengths(activity.at, parts)
    curves: Curves = {
        "axis": {
            "kind": "timer" if activity.is_time else "far",
            "unit": "mi" if tongue.is_imperial else "km",
            "span": [axis[0], *lengths(activity.at[-1:], _parts(1))],
        },
        "at": axis,
        "shades": [[*lengths((lap.start, lap.end), _parts(2)), lap.name] for lap in activity.laps],
        "panels": [_panel(one, activity.at, parts) for one in found],
    }
    if also:
        curves["also"] = _lengths(also, parts, tongue=tongue, is_time=not activity.is_time)
    way = _way(places, parts)
    if way:
        curves["way"] = way
    return curves | _spoken(tongue)


def curves_of_day(course: Course, tongue: Tongue) -> Curves | None:
    """Return the curves of a day in seconds since its first instant; None without a value."""
    whole = (course.last - course.first).total_seconds()
    lines = [_timed(curve, course, whole) for curve in course.curves]
    present = [value for _, values in lines for value in values if value is not None]
    if not present or whole <= 0:
        return None
    limits = course.limits
    low, high = (limits.low, limits.high) if limits else domain(present, least=20)
    panel = {
        "range": [low, high],
        "tall": _TALL_DAY,
        "lines": [
            {
                "name": curve.name,
                "ink": curve.colour,
                "shape": f"{{}} {course.unit}".rstrip(),
                "summary": _last(values, course.unit, tongue),
                "at": at,
                "values": values,
                "area": k == 0,
            }
            for k, (curve, (at, values)) in enumerate(zip(course.curves, lines, strict=True))
            if at
        ],
    }
    shades = [
        [*(_second(instant, course) for instant in (shade.start, shade.end)), shade.name]
        for shade in course.shades
    ]
    return {
        "axis": {"kind": "clock", "span": [0, whole], "offsets": _offsets(course, tongue)},
        "shades": shades,
        "panels": [panel],
    } | _spoken(tongue)


def _spoken(tongue: Tongue) -> Curves:
    """Return how the person's numbers are written, and the words around the curves."""
    text = tongue.text
    return {
        "locale": str(tongue.locale).replace("_", "-"),
        "words": {
            "cursor": text("Read the curves"),
            "hint": text("Point at the curves to read them, drag to zoom."),
            "touch": text("Touch the curves to read them."),
            "keys": text("Arrow keys move, plus and minus zoom, Escape shows all."),
            "closer": text("Zoom in"),
            "all": text("Show all"),
        },
    }


def _panel(one: Trace, at: Sequence[float], parts: Sequence[range]) -> dict[str, object]:
    values = [known(value) for value in one.values]
    span = span_of(one, list(zip(at, values, strict=False)))
    digits = 0 if abs(span[1] - span[0]) >= _COARSE else 1
    return {
        "range": [_short(min(span), 2), _short(max(span), 2)],
        "tall": _TALL_TRACE,
        "down": one.is_reversed,
        "timed": bool(one.steps),
        "peak": one.names_high,
        "lines": [
            {
                "name": one.name,
                "ink": one.colour,
                "shape": one.shape,
                "digits": one.digits,
                "summary": one.summary,
                "values": _thinned(values, parts, digits),
                "area": one.is_area,
            }
        ],
    }


def _parts(count: int) -> list[range]:
    size = -(-count // MOST)
    return [range(at, min(at + size, count)) for at in range(0, count, size)]


def _thinned(values: Sequence[float | None], parts: Sequence[range], digits: int) -> Numbers:
    """Return of each part the value farthest from the mean of all: peaks stay, and gaps."""
    present = [value for value in values if value is not None]
    middle = fmean(present) if present else 0.0
    is_sparse = len(values) - len(present) > _SPARSE * len(values)
    thinned: Numbers = []
    for part in parts:
        here = [values[k] for k in part]
        there = [value for value in here if value is not None]
        if not there or (len(there) < len(here) and not is_sparse):
            thinned.append(None)
        else:
            low, high = min(there), max(there)
            thinned.append(_short(high if high - middle >= middle - low else low, digits))
    return thinned


def _lengths(
    values: Sequence[float], parts: Sequence[range], *, tongue: Tongue, is_time: bool
) -> list[float]:
    """Return whole seconds, or kilometres or miles, of the first of each part."""
    if is_time:
        return [_short(values[part[0]], 0) for part in parts]
    size = MILE_M if tongue.is_imperial else KILOMETRE_M
    return [_short(values[part[0]] / size, 3) for part in parts]


def _way(
    places: Sequence[tuple[float, float] | None], parts: Sequence[range]
) -> list[list[float | None]]:
    """Return how far right and down each place is, in thousandths of the box of the route."""
    placed = flattened(places)
    there = [point for point in placed if point is not None]
    if len(there) < 2:  # noqa: PLR2004 - one place is no way
        return []
    ends = [(min(column), max(column)) for column in zip(*there, strict=True)]
    return [
        [_share(placed[part[0]], side, low, high) for part in parts]
        for side, (low, high) in enumerate(ends)
    ]


def _share(point: tuple[float, float] | None, side: int, low: float, high: float) -> float | None:
    if point is None:
        return None
    return round((point[side] - low) / (high - low) * _OF_THE_BOX) if high > low else 0


def _timed(curve: Curve, course: Course, whole: float) -> tuple[list[float], Numbers]:
    """Return the samples within the day; a silence longer than the gap has a missing one."""
    samples = [
        (second, known(value))
        for at, value in curve.points
        if 0 <= (second := _second(at, course)) <= whole
    ]
    gap, found = curve.gap.total_seconds(), samples[:1]
    for (before, _), (after, value) in pairwise(samples):
        if after - before > gap:
            found.append(((before + after) / 2, None))
        found.append((after, value))
    parts = _parts(len(found)) if found else []
    values = _thinned([value for _, value in found], parts, 1)
    return [_short(found[part[0]][0], 0) for part in parts], values


def _second(instant: datetime, course: Course) -> float:
    return _short((instant - course.first).total_seconds(), 0)


def _last(values: Numbers, unit: str, tongue: Tongue) -> str:
    latest = next((value for value in reversed(values) if value is not None), None)
    return "" if latest is None else f"{tongue.number(latest)} {unit}".rstrip()


def _offsets(course: Course, tongue: Tongue) -> list[list[float]]:
    """Return from which second on the person's clock is how far ahead of UTC, begin included."""
    offsets: list[list[float]] = []
    start, at = course.first.timestamp(), course.first
    while at <= course.last:
        ahead = (tongue.local(at).utcoffset() or timedelta()).total_seconds()
        if not offsets or offsets[-1][1] != start + ahead:
            offsets.append([_second(at, course), start + ahead])
        at += _STEP
    return offsets


def _short(value: float, digits: int) -> float:
    """Return *value* rounded, as a whole number where it is one: that has no point on the page."""
    rounded = round(value, digits)
    return int(rounded) if rounded == int(rounded) else rounded
