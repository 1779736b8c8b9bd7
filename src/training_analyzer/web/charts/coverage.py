"""What is held of each day: a year of streams, and the cells of a month."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from itertools import groupby
from typing import TYPE_CHECKING, Final

from training_analyzer.web.charts.labels import Label, fitting, width_of
from training_analyzer.web.charts.plot import is_narrow
from training_analyzer.web.charts.svg import (
    drawing,
    element,
    join,
    line,
    number,
    path,
    rect,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from markupsafe import Markup

    from training_analyzer.web.tongue import Tongue

_TOP: Final = 42.0
_ROW: Final = 26.0
_GROUP: Final = 24.0
_NAMES: Final = 150.0
_PERCENT: Final = 58.0
_EACH_MONTH_PX: Final = 1.2


class Mark(StrEnum):
    """What a day of a stream is shown as."""

    DATA = "data"
    PART = "part"
    """There, but not settled yet."""
    EMPTY = "empty"
    """None at Garmin."""
    FAILED = "failed"
    MISSING = "missing"
    OFF = "off"


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamRow:
    """One stream: what each day is, from the first day on; words at the right, as `99.7 %`.

    `group` is a heading, shown above the first row of it; `is_strong` for a row to look at.
    """

    name: str
    marks: Sequence[Mark]
    words: str = ""
    group: str = ""
    is_strong: bool = False


def coverage_year(
    rows: Sequence[StreamRow],
    first: date,
    *,
    width: int,
    tongue: Tongue,
    label: str,
    picked: tuple[date, date] | None = None,
) -> Markup:
    """Return a line for each of *rows* over the days from *first* on.

    Data is a bar, data that is not settled half of one, none at Garmin a hairline; failed
    days stand taller, missing ones are dashed boxes, what is off is dotted. *picked* days are
    framed. Narrow drawings have the names above the lines.
    """
    count = max((len(row.marks) for row in rows), default=0)
    narrow = is_narrow(width)
    left, right = _sides(rows, width)
    step = (right - left) / max(1, count)
    body, y, group = [], _TOP, ""
    for row in rows:
        if row.group and row.group != group:
            y += _GROUP if group else 4.0
            body.append(Label(x=0, y=y, text=row.group, kind="s").draw())
            y += 12.0
        group = row.group
        y += _ROW if narrow else 0.0
        body.append(_names(row, y, width, narrow=narrow))
        body.append(row_marks(row.marks, left, y, step))
        y += 12.0 if narrow else _ROW
    height = y + 2
    frame = [_months(first, count, (left, step), height, tongue)]
    if picked:
        frame.append(_picked(picked, first, (left, step, width), height, tongue))
    return drawing(join([*frame, *body]), box=(width, height), label=label)


def _sides(rows: Sequence[StreamRow], width: float) -> tuple[float, float]:
    """Return from where to where the days go, beside the names and the words of the rows."""
    if is_narrow(width):
        return 0.0, float(width)
    names = max((width_of(row.name) for row in rows), default=0.0) + 16
    said = max((width_of(row.words) for row in rows), default=0.0) + 12
    return min(max(_NAMES, names), width * 0.3), width - min(max(_PERCENT, said), width * 0.2)


def row_marks(marks: Sequence[Mark], left: float, y: float, step: float) -> Markup:
    """Return *marks* as shapes on a line at *y*, one path for each kind."""
    shapes: dict[Mark, list[str]] = {}
    at = left
    for mark, same in groupby(marks):
        width = step * len(list(same))
        shapes.setdefault(mark, []).append(_shape(mark, at, y, width))
        at += width
    order = [mark for mark in Mark if mark is not Mark.FAILED] + [Mark.FAILED]
    return join(path("".join(shapes[mark]), class_=f"c-{mark}") for mark in order if mark in shapes)


def month_cell(mark: Mark) -> Markup:
    """Return the sign of *mark* for a cell or a legend; the words stand beside it, hidden or not.

    Its colour is that of the text around it.
    """
    shapes = {
        Mark.DATA: element("circle", cx=8, cy=8, r=4, class_="fill"),
        Mark.PART: element("circle", cx=8, cy=8, r=4, class_="stroke")
        + element("path", d="M8 4a4 4 0 0 1 0 8z", class_="fill"),
        Mark.EMPTY: element("path", d="M5 8h6", class_="stroke"),
        Mark.FAILED: element("path", d="M4.5 4.5l7 7M11.5 4.5l-7 7", class_="stroke"),
        Mark.MISSING: element("circle", cx=8, cy=8, r=4, class_="stroke"),
        Mark.OFF: element("circle", cx=8, cy=8, r=1.2, class_="fill"),
    }
    return element("svg", shapes[mark], class_="mark", viewBox="0 0 16 16", aria_hidden="true")


def year_key(mark: Mark) -> Markup:
    """Return a short piece of the year's line for *mark*, for a legend."""
    long = 4.0 if mark is Mark.FAILED else 20.0
    shape = row_marks([mark], 11 - long / 2, 10, long)
    return element("svg", shape, class_="key-year", viewBox="0 0 22 20", aria_hidden="true")


def mark_name(mark: Mark, tongue: Tongue) -> str:
    """Return what *mark* means."""
    return {
        Mark.DATA: tongue.text("Data"),
        Mark.PART: tongue.text("Not settled yet"),
        Mark.EMPTY: tongue.text("None at Garmin"),
        Mark.FAILED: tongue.text("Failed"),
        Mark.MISSING: tongue.text("Missing"),
        Mark.OFF: tongue.text("Off"),
    }[mark]


def _names(row: StreamRow, y: float, width: float, *, narrow: bool) -> Markup:
    at = y - 9 if narrow else y + 4
    kind = "t1" if row.is_strong else "s"
    name = Label(x=0, y=at, text=row.name, kind="t2").draw()
    return name + Label(x=width, y=at, text=row.words, kind=kind, anchor="end").draw()


def _shape(mark: Mark, x: float, y: float, width: float) -> str:
    if mark in {Mark.EMPTY, Mark.OFF}:
        return f"M{number(x)} {number(y)}h{number(width)}"
    top, tall = {Mark.PART: (y, 4.5), Mark.FAILED: (y - 10, 20.0)}.get(mark, (y - 4.5, 9.0))
    # A failed day of a year would else be a hair of less than a pixel.
    least = 2.4 if mark in {Mark.FAILED, Mark.MISSING} else 0.6
    wide = number(max(least, width))
    return f"M{number(x)} {number(top)}h{wide}v{number(tall)}h-{wide}z"


def _months(
    first: date, count: int, place: tuple[float, float], height: float, tongue: Tongue
) -> Markup:
    left, step = place
    marks, labels = [], []
    for k in range(count):
        on = first + timedelta(days=k)
        if on.day == 1:
            x = left + step * k
            marks.append(line((x, _TOP - 20), (x, height)))
            if step < _EACH_MONTH_PX and on.month % 2 == 0:
                continue  # on a phone there is room for each second name
            text = tongue.short_month(on)
            text = f"{text} {on.year}" if on.month == 1 and step > 1 else text
            labels.append(Label(x=x + 3, y=_TOP - 14, text=text, kind="s"))
    room = left + step * count
    kept = [label for label in fitting(labels) if label.span[1] <= room]
    return join([*marks, *(label.draw() for label in kept)])


def _picked(
    picked: tuple[date, date],
    first: date,
    place: tuple[float, float, float],
    height: float,
    tongue: Tongue,
) -> Markup:
    left, step, width = place
    start = left + step * max(0, (picked[0] - first).days)
    end = min(left + step * ((picked[1] - first).days + 1), width)
    if end <= start:
        return join([])
    text = tongue.span(*picked)
    label = Label(x=(start + end) / 2, y=12, text=text, kind="t1", anchor="middle")
    box = rect(start, _TOP - 8, end - start, height - _TOP + 8, class_="picked", rx=3)
    stem = line(((start + end) / 2, 16), ((start + end) / 2, _TOP - 8), "pick")
    return join([box, stem, label.within(0, width).draw()])
