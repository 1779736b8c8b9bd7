"""Bars from low to high, one a day: body battery, and what charged and drained it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from markupsafe import Markup

from training_analyzer.web.charts.labels import Label, fitting
from training_analyzer.web.charts.plot import Plot, axis_of, is_narrow, side_of
from training_analyzer.web.charts.scales import domain, known
from training_analyzer.web.charts.svg import DASH, drawing, join, rect, variable
from training_analyzer.web.charts.usual import Range

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from training_analyzer.web.tongue import Tongue

HUNDRED: Final = Range(0, 100)
_HEIGHT: Final = {True: 190.0, False: 220.0}
_THICK: Final = 14.0
_ROOMY: Final = 30.0
_DASH_ROOM: Final = 8.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """One day: lowest and highest value, None when missing; what came and went, where known."""

    on: date
    low: float | None
    high: float | None
    gained: float | None = None
    lost: float | None = None


def range_bars(
    spans: Sequence[Span],
    *,
    colour: str,
    width: int,
    tongue: Tongue,
    label: str,
    limits: Range | None = HUNDRED,
) -> Markup:
    """Return a bar from low to high for each of *spans*, oldest first; the last is strong.

    *limits* are the ends of the axis; None fits it to the values. Nothing without a value.
    """
    pairs = [_pair(span) for span in spans]
    present = [pair for pair in pairs if pair is not None]
    if not present:
        return Markup()
    low, high = (limits.low, limits.high) if limits else domain([v for p in present for v in p])
    at, left = axis_of(low, high, tongue.number, most=4)
    last = present[-1]
    beside = [tongue.number(last[1]), tongue.number(last[0])]
    height = _HEIGHT[is_narrow(width)]
    right = width - side_of(beside, width)
    plot = Plot(width=width, left=left, right=right, top=22, base=height - 26, low=low, high=high)
    step, middle = plot.columns(len(spans))
    thick = min(_THICK, max(1.0, step * 0.5))
    body, notes = [plot.grid(at, tongue.number)], []
    for k, pair in enumerate(pairs):
        if pair is None:
            if step >= _DASH_ROOM:
                dash = Label(x=middle(k), y=plot.base - 6, text=DASH, anchor="middle")
                body.append(dash.draw())
            continue
        top, base = plot.y(pair[1]), plot.y(pair[0])
        kind = "bar-now" if k == len(pairs) - 1 else "bar-past"
        box = (middle(k) - thick / 2, top, thick, max(2.0, base - top))
        body.append(rect(*box, class_=kind, fill=variable(colour), rx=min(2, thick / 2)))
        if step >= _ROOMY:
            notes += _changes(spans[k], (middle(k), top, base), tongue)
    body += [label.draw() for label in fitting(notes)]
    for kind, text, value in zip(("t1", "t2"), beside, reversed(last), strict=True):
        y = min(plot.y(value) + 4, plot.base) + (0 if kind == "t1" else 14 * _is_close(last, plot))
        body.append(Label(x=plot.right + 8, y=y, text=text, kind=kind).draw())
    body += [plot.floor(), plot.days([span.on for span in spans], middle, tongue)]
    return drawing(join(body), box=(width, height), label=label, desc=DASH.join(reversed(beside)))


def _is_close(pair: tuple[float, float], plot: Plot) -> bool:
    return plot.y(pair[0]) - plot.y(pair[1]) < 14  # noqa: PLR2004 - a line of words


def _pair(span: Span) -> tuple[float, float] | None:
    low, high = known(span.low), known(span.high)
    if low is None or high is None:
        return None
    return min(low, high), max(low, high)


def _changes(span: Span, at: tuple[float, float, float], tongue: Tongue) -> list[Label]:
    """Return what was gained above a bar, and what was lost below it."""
    x, top, base = at
    gained, lost = known(span.gained), known(span.lost)
    labels = []
    if gained is not None:
        text = f"+{tongue.number(abs(gained))}"
        labels.append(Label(x=x, y=top - 5, text=text, kind="s halo", anchor="middle"))
    if lost is not None:
        text = f"\N{MINUS SIGN}{tongue.number(abs(lost))}"
        labels.append(Label(x=x, y=base + 13, text=text, kind="s halo", anchor="middle"))
    return labels
