"""The course of a day: stress, body battery or heart rate over its hours."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from markupsafe import Markup

from training_analyzer.web.charts.ends import Named, ends
from training_analyzer.web.charts.hours import hour_labels
from training_analyzer.web.charts.labels import Label, fitting
from training_analyzer.web.charts.plot import Plot, axis_of, is_narrow, side_of
from training_analyzer.web.charts.scales import Scale, domain, known, thin
from training_analyzer.web.charts.svg import area, drawing, join, path, polyline, rect, variable

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from training_analyzer.web.charts.svg import Point
    from training_analyzer.web.charts.usual import Range
    from training_analyzer.web.tongue import Tongue

_HEIGHT: Final = {True: 170.0, False: 200.0}
# Finer ones are heavy, and are not to be told apart.
_BUCKET_PX: Final = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """One line: instants in order with their values; None is a gap.

    So is a longer silence than *gap*.
    """

    points: Sequence[tuple[datetime, float | None]]
    colour: str
    name: str = ""
    gap: timedelta = timedelta(minutes=12)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shade:
    """A part of the day that has a name, as sleep or an activity."""

    start: datetime
    end: datetime
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """What a day shows, from its first instant until its last; `limits` of the axis, if any."""

    first: datetime
    last: datetime
    curves: Sequence[Curve]
    shades: Sequence[Shade] = field(default_factory=tuple)
    limits: Range | None = None
    unit: str = ""


def day_curve(course: Course, *, width: int, tongue: Tongue, label: str) -> Markup:
    """Return the curves of a day over its hours, named parts shaded. Nothing without a value.

    The first curve has its area shaded, too.
    """
    whole = (course.last - course.first).total_seconds()
    parts = [_parts(curve, course.first, whole) for curve in course.curves]
    present = [value for of in parts for part in of for _, value in part]
    if not present or whole <= 0:
        return Markup()
    limits = course.limits
    low, high = (limits.low, limits.high) if limits else domain(present, least=20)
    at, left = axis_of(low, high, tongue.number, most=3)
    named = [
        Named(
            index=0,
            value=of[-1][-1][1],
            colour=curve.colour,
            strong=f"{tongue.number(of[-1][-1][1])} {course.unit}".rstrip(),
            quiet=curve.name,
            has_dot=False,
        )
        for curve, of in zip(course.curves, parts, strict=True)
        if of
    ]
    height = _HEIGHT[is_narrow(width)]
    right = width - side_of([text for end in named for text in end.texts], width)
    plot = Plot(width=width, left=left, right=right, top=22, base=height - 26, low=low, high=high)
    x = Scale(0, whole, plot.left, plot.right)
    body = [_shades(course, plot, x), plot.grid(at, tongue.number), plot.floor()]
    for k, (curve, of) in enumerate(zip(course.curves, parts, strict=True)):
        drawn = [
            [(x(s), plot.y(v)) for s, v in thin(part, int((right - left) / _BUCKET_PX))]
            for part in of
        ]
        ink = variable(curve.colour)
        if k == 0:
            shapes = "".join(area(part, plot.base) for part in drawn)
            body.append(path(shapes, class_="under", fill=ink))
        line = "".join(polyline(part) for part in drawn)
        body.append(path(line, class_="ln thin", stroke=ink))
    body.append(ends(named, plot, lambda _: plot.right))
    span, every = (course.first, course.last), 6 if is_narrow(width) else 3
    body.append(hour_labels(span, x, plot.base, every=every, tongue=tongue))
    desc = "; ".join(" ".join(reversed(end.texts)) for end in named)
    return drawing(join(body), box=(width, height), label=label, desc=desc)


def _parts(curve: Curve, first: datetime, whole: float) -> list[list[Point]]:
    """Return the unbroken parts of *curve* in seconds since *first*, within the day."""
    parts: list[list[Point]] = []
    before: float | None = None
    for instant, raw in curve.points:
        at, value = (instant - first).total_seconds(), known(raw)
        if value is None or not 0 <= at <= whole:
            before = None
            continue
        if before is None or at - before > curve.gap.total_seconds():
            parts.append([])
        parts[-1].append((at, value))
        before = at
    return parts


def _shades(course: Course, plot: Plot, x: Scale) -> Markup:
    boxes, labels = [], []
    for shade in course.shades:
        start = x((shade.start - course.first).total_seconds())
        end = x((shade.end - course.first).total_seconds())
        if end <= start:
            continue
        boxes.append(rect(start, plot.top, end - start, plot.base - plot.top, class_="shade"))
        middle = (start + end) / 2
        text = Label(x=middle, y=plot.top - 8, text=shade.name, kind="s", anchor="middle")
        labels.append(text.within(0, plot.width))
    return join([*boxes, *(label.draw() for label in fitting(labels))])
