"""How far a run is with a stream: its days as a row of marks, filled as they come."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Final

from training_analyzer.web.charts.svg import drawing, element, join, rect

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from markupsafe import Markup

    from training_analyzer.model import DayState

MOST_MARKS: Final = 53
_MARK: Final = 12
_GAP: Final = 1
_HEIGHT: Final = 18


def run_strip(
    windows: Sequence[tuple[date, date, DayState]],
    *,
    first: date,
    last: date,
    label: str,
    newest: bool = False,
) -> Markup:
    """Return a row of at most 53 marks from *first* to *last* for the *windows* of a run.

    What came is a bar, what Garmin does not have a hairline, what failed stands taller, and
    what was not asked for yet is pale. With *newest* the window that came last stands out.
    """
    count = (last - first).days + 1
    size = max(1, -(-count // MOST_MARKS))
    marks = ["todo"] * -(-count // size)
    for index, (begin, end, state) in enumerate(windows):
        kind = "now" if newest and index == len(windows) - 1 else state.value
        # Marks are counted back from the last day, so that the newest is a whole one.
        for place in range((last - end).days // size, (last - begin).days // size + 1):
            if 0 <= place < len(marks):
                marks[-1 - place] = _stronger(marks[-1 - place], kind)
    shapes, at = [], 0
    for mark, same in groupby(marks):
        many = len(list(same))
        shapes.append(_shape(mark, at * _MARK, many))
        at += many
    return drawing(
        join(shapes), box=(at * _MARK, _HEIGHT), label=label, kind="run-strip", stretch=True
    )


_RANK: Final = ("todo", "unsupported", "empty", "data", "now", "failed")


def _stronger(one: str, other: str) -> str:
    return max(one, other, key=_RANK.index)


def _shape(mark: str, x: int, many: int) -> Markup:
    if mark in {"empty", "unsupported"}:
        return element("path", class_=mark, d=f"M{x} 9h{many * _MARK}")
    top, tall = {"failed": (1, 16), "now": (3, 12)}.get(mark, (4, 10))
    if mark == "failed" or many == 1:
        return rect(x, top, many * _MARK - _GAP, tall, class_=mark)
    # One path for neighbours: a long strip is a few hundred bytes.
    width = _MARK - _GAP
    boxes = "".join(f"M{x + n * _MARK} {top}h{width}v{tall}h-{width}z" for n in range(many))
    return element("path", class_=mark, d=boxes)
