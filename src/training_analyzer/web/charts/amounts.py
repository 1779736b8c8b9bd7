"""Columns from zero, one for each day: steps, calories, floors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from markupsafe import Markup

from training_analyzer.web.charts.labels import Label
from training_analyzer.web.charts.plot import Plot, axis_of, is_narrow, side_of
from training_analyzer.web.charts.scales import known
from training_analyzer.web.charts.svg import DASH, boxes, drawing, line, path, variable

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from training_analyzer.web.charts.svg import Box
    from training_analyzer.web.tongue import Tongue

_HEIGHT: Final = {True: 180.0, False: 200.0}
_THICK: Final = 22.0
_DASH_ROOM: Final = 8.0


def amounts(
    points: Sequence[tuple[date, float | None]],
    *,
    colour: str,
    width: int,
    tongue: Tongue,
    label: str,
    goal: tuple[float, str] | None = None,
) -> Markup:
    """Return a column for each of *points*, oldest first; the last is named and strong.

    *goal* is a dotted line and its name; a column that reaches it is strong, too. Nothing
    without a value.
    """
    values = [known(value) for _, value in points]
    present = [value for value in values if value is not None]
    if not present:
        return Markup()
    aim = known(goal[0]) if goal else None
    high = 1.06 * max(*present, aim or 0.0, 1.0)
    at, left = axis_of(0, high, tongue.number, most=4)
    last = tongue.number(present[-1])
    beside = [last, goal[1]] if goal and aim is not None else [last]
    height = _HEIGHT[is_narrow(width)]
    plot = Plot(
        width=width,
        left=left,
        right=width - side_of(beside, width),
        top=14,
        base=height - 26,
        low=0,
        high=high,
    )
    step, middle = plot.columns(len(points))
    thick = min(_THICK, max(1.0, step * 0.7))
    strong: list[Box] = []
    pale: list[Box] = []
    body = [plot.grid(at, tongue.number), plot.floor()]
    for k, value in enumerate(values):
        if value is None:
            if step >= _DASH_ROOM:
                dash = Label(x=middle(k), y=plot.base - 6, text=DASH, anchor="middle")
                body.append(dash.draw())
            continue
        top = min(plot.y(value), plot.base - 1)
        is_strong = k == len(values) - 1 if aim is None else value >= aim
        place = (middle(k) - thick / 2, top, thick, plot.base - top)
        (strong if is_strong else pale).append(place)
    fill = variable(colour)
    body += [path(boxes(pale), class_="bar-past", fill=fill), path(boxes(strong), fill=fill)]
    body += _beside(plot, present[-1], last, (aim, goal[1]) if goal and aim is not None else None)
    body.append(plot.days([on for on, _ in points], middle, tongue))
    return drawing(*body, box=(width, height), label=label, desc=last)


def _beside(plot: Plot, value: float, text: str, goal: tuple[float, str] | None) -> list[Markup]:
    """Return the words at the right: of the last column, and of the goal, none over another."""
    y = min(plot.y(value) + 4, plot.base)
    drawn = [Label(x=plot.right + 8, y=y, text=text, kind="t1").draw()]
    if goal is None:
        return drawn
    at = plot.y(goal[0])
    apart = at + 4
    if abs(apart - y) < 14:  # noqa: PLR2004 - a line of words
        apart = y - 14 if apart <= y else y + 14
    return [
        line((plot.left, at), (plot.right, at), "usual"),
        *drawn,
        Label(x=plot.right + 8, y=apart, text=goal[1], kind="s").draw(),
    ]
