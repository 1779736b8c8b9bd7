"""An activity: heart rate, pace or power, elevation above each other over one axis."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import quantiles
from typing import TYPE_CHECKING, Final

from markupsafe import Markup

from training_analyzer.web.charts.labels import Label, fitting, width_of
from training_analyzer.web.charts.plot import Plot, axis_of, is_narrow, side_of
from training_analyzer.web.charts.scales import SECONDS, Scale, domain, known_all, runs, thin, ticks
from training_analyzer.web.charts.svg import (
    area,
    drawing,
    join,
    line,
    path,
    polyline,
    rect,
    ring,
    variable,
)
from training_analyzer.web.measures import KILOMETRE_M, MILE_M, stopwatch

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from training_analyzer.web.charts.svg import Point
    from training_analyzer.web.tongue import Tongue

_TOP: Final = 24.0
_TALL: Final = {True: 84.0, False: 104.0}
_BETWEEN: Final = 30.0
_BELOW: Final = 26.0
_ENOUGH: Final = 50
# Finer ones are heavy, and are not to be told apart.
_BUCKET_PX: Final = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """One panel: *values* beside the positions of the activity, None is a gap.

    `words` writes a value on the axis, `summary` stands at the right, as `150 bpm`; both and
    the values are in the unit of the person, so that ticks are round in it. A
    reversed one has small values on top, as pace in seconds; its rare slow ends are cut. In
    `shape` braces stand for a single value, which has so many `digits` after the point.
    """

    name: str
    values: Sequence[float | None]
    colour: str
    summary: str
    words: Callable[[float], str]
    steps: Sequence[float] = ()
    least: float = 10.0
    is_area: bool = False
    is_reversed: bool = False
    names_high: bool = False
    shape: str = "{}"
    digits: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Lap:
    """A part to be shaded, in the unit of the axis."""

    start: float
    end: float
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """Traces over one axis: `at` are metres, or seconds when `is_time`, never falling."""

    at: Sequence[float]
    traces: Sequence[Trace]
    laps: Sequence[Lap] = ()
    is_time: bool = False


def traces(activity: Activity, *, width: int, tongue: Tongue, label: str) -> Markup:
    """Return a panel for each trace that has a value, all over one axis, laps shaded.

    Nothing without a value.
    """
    panels = [(one, _points(activity.at, one.values)) for one in activity.traces]
    panels = [(one, points) for one, points in panels if any(v is not None for _, v in points)]
    places = [at for _, points in panels for at, _ in points]
    if not panels or max(places) <= min(places):
        return Markup()
    narrow = is_narrow(width)
    first, last = min(places), max(places)
    scales = [span_of(one, points) for one, points in panels]
    axes = [
        axis_of(min(span), max(span), one.words, most=3 if narrow else 4, steps=one.steps)
        for (one, _), span in zip(panels, scales, strict=True)
    ]
    left = max(room for _, room in axes)
    right = width - side_of([w for one, _ in panels for w in (one.name, one.summary)], width)
    x = Scale(first, last, left, right)
    tall, top = _TALL[narrow], _TOP
    foot = top + len(panels) * tall + (len(panels) - 1) * _BETWEEN
    body = [_laps(activity.laps, x, foot, width)]
    for (one, points), span, (at, _) in zip(panels, scales, axes, strict=True):
        plot = Plot(
            width=width,
            left=left,
            right=right,
            top=top,
            base=top + tall,
            low=span[0],
            high=span[1],
        )
        body += [plot.grid(at, one.words), _panel(one, points, plot, x)]
        top += tall + _BETWEEN
    body.append(line((left, foot), (right, foot), "axis"))
    body.append(_axis(activity, (first, last), x, foot, tongue))
    desc = "; ".join(f"{one.name} {one.summary}" for one, _ in panels)
    return drawing(join(body), box=(width, foot + _BELOW), label=label, desc=desc)


def _points(
    at: Sequence[float], values: Sequence[float | None]
) -> list[tuple[float, float | None]]:
    pairs = zip(known_all(at), known_all(values), strict=False)
    return [(place, value) for place, value in pairs if place is not None]


def span_of(one: Trace, points: Sequence[tuple[float, float | None]]) -> tuple[float, float]:
    """Return the values at the bottom and at the top of a panel."""
    present = [value for _, value in points if value is not None]
    if one.is_reversed and len(present) >= _ENOUGH:
        # One who waits at a light has no pace: the slowest twentieth is cut.
        slowest = quantiles(present, n=20)[-1]
        present = [value for value in present if value <= slowest]
    low, high = domain(present, least=one.least)
    if one.names_high and not one.is_reversed:
        high += (high - low) * 0.2
    return (high, low) if one.is_reversed else (low, high)


def _panel(
    one: Trace, points: Sequence[tuple[float, float | None]], plot: Plot, x: Scale
) -> Markup:
    ink = variable(one.colour)
    most = int((plot.right - plot.left) / _BUCKET_PX)
    parts = [[(x(at), plot.y(value)) for at, value in thin(part, most)] for part in runs(points)]
    body = []
    if one.is_area:
        body.append(path("".join(area(p, plot.base) for p in parts), class_="under", fill=ink))
    body.append(path("".join(polyline(p) for p in parts), class_="ln thin", stroke=ink))
    if one.names_high:
        at, value = max(
            ((at, value) for at, value in points if value is not None), key=lambda p: p[1]
        )
        place = (x(at), plot.y(value))
        body.append(ring(place, one.colour))
        text = one.words(value)
        name = Label(x=place[0], y=place[1] - 9, text=text, kind="t1 halo", anchor="middle")
        body.append(name.within(plot.left, plot.right).draw())
    middle = (plot.top + plot.base) / 2
    body.append(Label(x=plot.right + 8, y=middle - 3, text=one.name, kind="t2").draw())
    body.append(Label(x=plot.right + 8, y=middle + 13, text=one.summary, kind="t1").draw())
    return join(body)


def _laps(laps: Sequence[Lap], x: Scale, foot: float, width: float) -> Markup:
    boxes, labels = [], []
    for lap in laps:
        start, end = x(lap.start), x(lap.end)
        if end <= start:
            continue
        boxes.append(rect(start, _TOP - 6, end - start, foot - _TOP + 6, class_="shade"))
        if width_of(lap.name) <= end - start + 20:
            middle = (start + end) / 2
            name = Label(x=middle, y=_TOP - 12, text=lap.name, kind="s", anchor="middle")
            labels.append(name.within(0, width))
    return join([*boxes, *(label.draw() for label in fitting(labels))])


def _axis(activity: Activity, span: Point, x: Scale, foot: float, tongue: Tongue) -> Markup:
    """Return the distances or times below."""
    room = x.end - x.start
    most = max(2, int(room / 74))
    if activity.is_time:
        at = ticks(*span, most, SECONDS)
        named = [(place, stopwatch(place)) for place in at]
    else:
        size, unit = (MILE_M, "mi") if tongue.is_imperial else (KILOMETRE_M, "km")
        at = ticks(span[0] / size, span[1] / size, most)
        digits = 0 if all(value == round(value) for value in at) else 1
        named = [(value * size, tongue.number(value, digits)) for value in at]
        named[:1] = [(place, f"{text} {unit}") for place, text in named[:1]]
    marks = [line((x(place), foot), (x(place), foot + 4), "axis") for place, _ in named]
    labels = [Label(x=x(place), y=foot + 18, text=text, anchor="middle") for place, text in named]
    return join([*marks, *(label.draw() for label in fitting(labels))])
