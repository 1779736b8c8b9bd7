"""Hours of training per week."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from markupsafe import Markup

from training_analyzer.web.charts.labels import Label, fitting
from training_analyzer.web.charts.plot import Plot, is_narrow
from training_analyzer.web.charts.scales import known
from training_analyzer.web.charts.svg import DASH, drawing, hatched, join, rect, variable

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from training_analyzer.web.tongue import Tongue

_HEIGHT: Final = {True: 164.0, False: 176.0}
_COLOUR: Final = "load"
_FIRST_WEEK: Final = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """One week by its first day: hours, None when missing; `note` stands above, as `race`."""

    first: date
    hours: float | None
    is_rest: bool = False
    note: str = ""


def weeks(rows: Sequence[Week], *, width: int, tongue: Tongue, label: str) -> Markup:
    """Return a bar for each of *rows*, oldest first; rest weeks are hatched, the last is strong.

    The last, the longest, rest weeks and those with a note have their hours said.
    """
    hours = [_hours(row) for row in rows]
    present = [value for value in hours if value is not None]
    if not present:
        return Markup()
    height = _HEIGHT[is_narrow(width)]
    most = max(present)
    plot = Plot(
        width=width, left=0, right=width, top=40, base=height - 26, low=0, high=max(most, 1e-9)
    )
    step, middle = plot.columns(len(rows))
    thick = min(44.0, step * 0.5)
    body = [plot.floor()]
    notes: list[Label] = []
    dashes: list[Label] = []
    for k, (row, value) in enumerate(zip(rows, hours, strict=True)):
        is_last = k == len(rows) - 1
        if value is None:
            dashes.append(Label(x=middle(k), y=plot.base - 6, text=DASH, anchor="middle"))
            continue
        top = plot.y(value)
        box = (middle(k) - thick / 2, top, thick, max(1.0, plot.base - top))
        body.append(_bar(box, is_rest=row.is_rest, is_last=is_last))
        if is_last or row.is_rest or row.note or value == most:
            notes += _notes(row, value, (middle(k), top), tongue, is_last=is_last)
    notes.sort(key=lambda label: "t1" not in label.kind)
    said = [label.within(0, width) for label in (*notes, *dashes)]
    body += [label.draw() for label in fitting(said)]
    body += [label.draw() for label in fitting(_below(rows, plot, tongue))]
    desc = f"{tongue.number(present[-1], 1)} h"
    return drawing(join(body), box=(width, height), label=label, desc=desc)


def _hours(row: Week) -> float | None:
    value = known(row.hours)
    return None if value is None else max(0.0, value)


def _bar(box: tuple[float, float, float, float], *, is_rest: bool, is_last: bool) -> Markup:
    if is_rest:
        return hatched([box], _COLOUR)
    kind = "bar-now" if is_last else "bar-past"
    return rect(*box, class_=kind, fill=variable(_COLOUR), rx=2)


def _notes(
    row: Week, value: float, at: tuple[float, float], tongue: Tongue, *, is_last: bool
) -> list[Label]:
    kind = "t1" if is_last else "s"
    text = tongue.number(value, 1)
    labels = [Label(x=at[0], y=at[1] - 6, text=text, kind=kind, anchor="middle")]
    if row.note:
        note = Label(x=at[0], y=at[1] - 20, text=row.note, kind="t2", anchor="middle")
        labels.append(note)
    return labels


def _below(rows: Sequence[Week], plot: Plot, tongue: Tongue) -> list[Label]:
    """Return the months below, where each begins; the first date, and the last week."""
    _, middle = plot.columns(len(rows))
    y, last = plot.base + 17, len(rows) - 1
    this = Label(
        x=middle(last), y=y, text=tongue.text("this week"), kind="t1", anchor="middle"
    ).within(0, plot.width)
    labels = [this]
    if last > 0:
        text = tongue.day_and_month(rows[0].first)
        first = Label(x=middle(0), y=y, text=text, anchor="middle")
        labels.append(first.within(0, plot.width))
    labels += [
        Label(x=middle(k), y=y, text=tongue.short_month(row.first), anchor="middle")
        for k, row in enumerate(rows)
        if row.first.day <= _FIRST_WEEK and 0 < k < last
    ]
    return labels
