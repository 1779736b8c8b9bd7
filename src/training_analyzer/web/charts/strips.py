"""Rows of marks that stretch to their box: the last runs, the days of a stream."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Final

from training_analyzer.model import DayState, RunStatus
from training_analyzer.web.charts.svg import drawing, element, join, rect

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markupsafe import Markup

MOST_MARKS: Final = 53
_MARK: Final = 6
_STEP: Final = 8
_RUN_BAR: Final = {RunStatus.COMPLETED: 14, RunStatus.PARTIAL: 20, RunStatus.FAILED: 26}


def runs_strip(statuses: Sequence[str], *, label: str) -> Markup:
    """Return one bar per finished run, oldest first: the worse, the taller and stronger."""
    height = max(_RUN_BAR.values())
    bars = []
    for index, status in enumerate(statuses):
        tall = _RUN_BAR.get(RunStatus(status), 0)
        bars.append(rect(index * _STEP, height - tall, 5, tall, class_=status, rx=1))
    box = (max(1, len(statuses) * _STEP - 3), height)
    return drawing(join(bars), box=box, label=label, kind="strip", stretch=True)


def coverage_strip(
    days: Sequence[DayState | None], *, label: str, now: tuple[int, int] | None = None
) -> Markup:
    """Return a row of at most 53 marks over *days*, oldest first; equal neighbours are joined.

    Data is a bar, nothing at Garmin a hairline, failed days stand taller, unsupported
    ones are dotted, missing ones a pale box. *now* are the first and last index of the days
    that a run fetches at the moment.
    """
    size = -(-len(days) // MOST_MARKS) if days else 1
    # Weeks are counted back from today, so that the last mark is a whole one.
    head = len(days) % size
    starts = [*([0] if head else []), *range(head, len(days), size)]
    ends = [*starts[1:], len(days)]
    marks = (
        [
            "now" if now and start <= now[1] and now[0] < end else _mark(days[start:end])
            for start, end in zip(starts, ends, strict=True)
        ]
        if days
        else []
    )
    shapes, at = [], 0
    for mark, same in groupby(marks):
        count = len(list(same))
        shapes.append(_shape(mark, at * _MARK, count * _MARK))
        at += count
    box = (max(1, at * _MARK), 18)
    return drawing(join(shapes), box=box, label=label, kind="cover", stretch=True)


def _mark(days: Sequence[DayState | None]) -> str:
    """Return what several days show as one mark: the state that a person should see first."""
    found = set(days)
    if DayState.FAILED in found:
        return "failed"
    if None in found:
        return "some" if DayState.DATA in found else "missing"
    for state in (DayState.DATA, DayState.EMPTY):
        if state in found:
            return state.value
    return "off"


def _shape(mark: str, x: int, width: int) -> Markup:
    if mark in {"empty", "off"}:
        return element("path", class_=mark, d=f"M{x} 9h{width}")
    top, tall = {"failed": (2, 14), "now": (3, 12)}.get(mark, (5, 8))
    return rect(x, top, width, tall, class_=mark)
