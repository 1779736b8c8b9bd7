"""Columns of stacked amounts, one a day: minutes of stress, of intensity, stages of sleep."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import fmean
from typing import TYPE_CHECKING, Final

from markupsafe import Markup

from training_analyzer.web.charts.labels import Label, fitting, spread
from training_analyzer.web.charts.plot import Plot, axis_of, is_narrow, side_of
from training_analyzer.web.charts.scales import SECONDS, known
from training_analyzer.web.charts.svg import (
    DASH,
    boxes,
    drawing,
    hatched,
    join,
    line,
    path,
    variable,
)
from training_analyzer.web.measures import hours_minutes

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    from training_analyzer.web.charts.svg import Box
    from training_analyzer.web.tongue import Tongue

_TOP: Final = 24.0
_BELOW: Final = 34.0
_HEIGHT: Final = {True: 216.0, False: 236.0}
_THICK: Final = 20.0
_ROOMY: Final = 16.0
_FEW: Final = 16
_DASH_ROOM: Final = 6.0
_LINE: Final = 15.0
_WEEK: Final = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What a layer of the columns is; the first part lies at the bottom."""

    name: str
    colour: str
    is_hatched: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One day: seconds for each part, None when the day is missing; a note above it.

    Notes stand on all columns where there is room, else on the last and the named ones.
    """

    on: date
    seconds: Sequence[float | None] | None
    note: str = ""
    is_named: bool = False


def stacked(
    columns: Sequence[Column],
    parts: Sequence[Part],
    *,
    width: int,
    tongue: Tongue,
    label: str,
    target: tuple[float, str] | None = None,
) -> Markup:
    """Return *columns* with *parts* stacked on each other, named beside the last one.

    *target* is a dotted line at so many seconds, and its name. Nothing without a value.
    """
    amounts = [_amounts(column, len(parts)) for column in columns]
    totals = [sum(of) for of in amounts if of is not None]
    if not totals or not parts:
        return Markup()
    goal = known(target[0]) if target else None
    # A little more than the longest, so that its round number above it has a line, too.
    high = 1.04 * max(*totals, goal or 0.0, 60.0)
    say = _axis_words(tongue)
    at, left = axis_of(0, high, say, most=5, steps=SECONDS)
    if is_narrow(width):  # the words at the right tell how much it is
        left, say = 0.0, _no_words
    last = next(of for of in reversed(amounts) if of is not None)
    beside = [f"{part.name} {clock(value)}" for part, value in zip(parts, last, strict=True)]
    height = _HEIGHT[is_narrow(width)]
    plot = Plot(
        width=width,
        left=left,
        right=width - side_of([*beside, target[1] if target and goal else ""], width),
        top=_TOP,
        base=height - _BELOW,
        low=0,
        high=high,
    )
    body = [plot.grid(at, say), plot.floor()]
    if goal is not None:
        y = plot.y(goal)
        body.append(line((plot.left, y), (plot.right, y), "usual"))
    body.append(_columns(plot, amounts, parts))
    body += [_notes(plot, columns, amounts), _below(plot, columns, tongue)]
    body.append(_beside(plot, beside, last, (goal, target[1]) if target and goal else None))
    return drawing(*body, box=(width, height), label=label, desc=", ".join(beside))


def weekly(columns: Sequence[Column]) -> list[Column]:
    """Return the mean of each seven *columns*, counted from the last: for a year of days."""
    head = len(columns) % _WEEK
    starts = range(head, len(columns), _WEEK)
    weeks = [columns[:head]] if head else []
    weeks += [columns[start : start + _WEEK] for start in starts]
    return [_mean_of(week) for week in weeks]


def clock(seconds: float) -> str:
    """Return `7:44`."""
    hours, minutes = hours_minutes(seconds)
    return f"{hours}:{minutes:02d}"


def _axis_words(tongue: Tongue) -> Callable[[float], str]:
    return lambda seconds: tongue.duration(seconds) if seconds else tongue.number(0)


def _no_words(_: float) -> str:
    return ""


def _mean_of(week: Sequence[Column]) -> Column:
    present = [column.seconds for column in week if column.seconds is not None]
    layers = zip(*present, strict=True) if present else []
    means = [fmean(known(value) or 0.0 for value in layer) for layer in layers]
    return Column(on=week[0].on, seconds=means or None)


def _amounts(column: Column, count: int) -> list[float] | None:
    """Return what to stack; None when nothing of it is known."""
    if column.seconds is None:
        return None
    found = [known(value) for value in column.seconds][:count]
    if all(value is None for value in found):
        return None
    return [max(0.0, value or 0.0) for value in found] + [0.0] * (count - len(found))


def _columns(plot: Plot, amounts: Sequence[list[float] | None], parts: Sequence[Part]) -> Markup:
    step, middle = plot.columns(len(amounts))
    thick = min(_THICK, max(1.0, step * 0.56))
    layers: dict[int, list[Box]] = {}
    drawn = []
    for k, of in enumerate(amounts):
        if of is None:
            if step >= _DASH_ROOM:
                at = Label(x=middle(k), y=plot.base - 6, text=DASH, anchor="middle")
                drawn.append(at.draw())
            continue
        below = 0.0
        for layer, value in enumerate(of):
            top, base = plot.y(below + value), plot.y(below)
            below += value
            if value > 0:
                box = (middle(k) - thick / 2, top + 0.5, thick, max(0.5, base - top - 1))
                layers.setdefault(layer, []).append(box)
    drawn += [_layer(places, parts[layer]) for layer, places in sorted(layers.items())]
    return join(drawn)


def _layer(places: Sequence[Box], part: Part) -> Markup:
    if part.is_hatched:
        return hatched(places, part.colour)
    return path(boxes(places), fill=variable(part.colour))


def _notes(plot: Plot, columns: Sequence[Column], amounts: Sequence[list[float] | None]) -> Markup:
    step, middle = plot.columns(len(columns))
    last = len(columns) - 1
    wanted = [
        (not (is_strong := k == last or column.is_named), k, column.note, is_strong)
        for k, column in enumerate(columns)
        if column.note and amounts[k] is not None
    ]
    labels = [
        Label(
            x=middle(k),
            y=plot.y(sum(amounts[k] or ())) - 6,
            text=note,
            kind="t1 halo" if is_strong else "s halo",
            anchor="middle",
        )
        for _, k, note, is_strong in sorted(wanted)
        if is_strong or step >= _ROOMY
    ]
    return join(label.draw() for label in fitting(labels))


def _below(plot: Plot, columns: Sequence[Column], tongue: Tongue) -> Markup:
    """Return the days below: number and weekday of each where there is room, else some dates."""
    step, middle = plot.columns(len(columns))
    days = [column.on for column in columns]
    if len(days) > _FEW or step < _ROOMY:
        return plot.days(days, middle, tongue)
    names = tongue.weekdays("narrow")
    labels = []
    for k, on in enumerate(days):
        kind = "t1" if k == len(days) - 1 else ""
        kind += " s" if is_narrow(plot.width) else ""
        name = names[(on.weekday() - tongue.first_weekday) % _WEEK]
        kind, text = kind.strip(), str(on.day)
        number = Label(x=middle(k), y=plot.base + 16, text=text, kind=kind, anchor="middle")
        letter = Label(x=middle(k), y=plot.base + 31, text=name, kind="s", anchor="middle")
        labels += [number, letter]
    return join(label.draw() for label in labels)


def _beside(
    plot: Plot, texts: Sequence[str], last: Sequence[float], goal: tuple[float, str] | None
) -> Markup:
    """Return the names of the parts, at the heights that they have in the last column."""
    middles, below = [], 0.0
    for k, value in enumerate(last):
        # Parts of nothing keep their order, too.
        middles.append(plot.y(below + value / 2) + 4 - k / 1000)
        below += value
    rows = [(y, text, "t2") for y, text in zip(middles, texts, strict=True)]
    if goal is not None:
        # Above all parts, whose names stay together.
        rows.append((min(plot.y(goal[0]) + 4, *middles) - 1, goal[1], "s"))
    places = spread([y for y, _, _ in rows], _LINE, plot.top, plot.base)
    return join(
        Label(x=plot.right + 8, y=place, text=text, kind=kind).draw()
        for place, (_, text, kind) in zip(places, rows, strict=True)
    )
