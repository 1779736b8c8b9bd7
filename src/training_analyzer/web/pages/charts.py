"""Charts as SVG text: pure functions from numbers to markup.

Colours are the CSS variables of `tokens.css`, so a drawing follows the colour scheme.
A missing value is a gap, never zero and never joined. No text is taken from data.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from statistics import fmean, pstdev
from typing import TYPE_CHECKING, Final

from markupsafe import Markup, escape

from training_analyzer.model import DayState, RunStatus

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

WIDTH: Final = 320
HEIGHT: Final = 44
_PAD: Final = 5
_MOST_MARKS: Final = 53
_ENOUGH_FOR_USUAL: Final = 7
_RUN_BAR: Final = {RunStatus.COMPLETED: 14, RunStatus.PARTIAL: 20, RunStatus.FAILED: 26}


@dataclass(frozen=True, slots=True)
class Range:
    """What is usual: one standard deviation around the mean."""

    low: float
    high: float


def usual(values: Iterable[float | None]) -> Range | None:
    """Return the usual range of *values*; None when a week's worth is not there."""
    present = [value for value in values if value is not None]
    if len(present) < _ENOUGH_FOR_USUAL:
        return None
    middle, spread = fmean(present), pstdev(present)
    return Range(middle - spread, middle + spread)


def sparkline(values: Sequence[float | None], *, label: str, colour: str) -> Markup:
    """Return a line over *values*, oldest first, with a band of the usual and a last dot.

    It stretches to its box; *label* is its finding in words, *colour* a CSS variable.
    """
    present = [value for value in values if value is not None]
    if not present:
        return Markup()
    band = usual(values)
    low = min([*present, *([band.low] if band else [])])
    high = max([*present, *([band.high] if band else [])])
    spread, room = (high - low) or 1, HEIGHT - 2 * _PAD
    step = WIDTH / max(1, len(values) - 1)

    def y(value: float) -> float:
        return round(HEIGHT - _PAD - (value - low) / spread * room, 1)

    points = [(round(i * step, 1), y(v)) for i, v in enumerate(values) if v is not None]
    lines = "".join(_path(run) for run in _runs(values, step, y))
    end = f"M{points[-1][0]} {points[-1][1]}h0"
    shade = ""
    if band:
        top = y(band.high)
        height = round(y(band.low) - top, 1)
        shade = f'<rect class="band" y="{top}" width="{WIDTH}" height="{height}"/>'
    return _svg(
        f'{shade}<path class="ln" stroke="var(--{colour})" d="{lines}"/>'
        f'<path class="ring" d="{end}"/><path class="pt" stroke="var(--{colour})" d="{end}"/>',
        kind="spark",
        box=(WIDTH, HEIGHT),
        label=label,
    )


def runs_strip(statuses: Sequence[str], *, label: str) -> Markup:
    """Return one bar per finished run, oldest first: the worse, the taller and stronger."""
    height = max(_RUN_BAR.values())
    bars = []
    for index, status in enumerate(statuses):
        tall = _RUN_BAR.get(RunStatus(status), 0)
        x, y = index * 8, height - tall
        bars.append(f'<rect class="{status}" x="{x}" y="{y}" width="5" height="{tall}" rx="1"/>')
    return _svg(
        "".join(bars), kind="strip", box=(max(1, len(statuses) * 8 - 3), height), label=label
    )


def coverage_strip(days: Sequence[DayState | None], *, label: str) -> Markup:
    """Return a row of at most 53 marks over *days*, oldest first; equal neighbours are joined.

    Data is a bar, nothing at Garmin a hairline, failed days stand taller, unsupported
    ones are dotted, missing ones a pale box.
    """
    size = -(-len(days) // _MOST_MARKS) if days else 1
    # Weeks are counted back from today, so that the last mark is a whole one.
    head = len(days) % size
    parts = [days[:head]] if head else []
    parts += [days[i : i + size] for i in range(head, len(days), size)]
    marks = [_mark(part) for part in parts]
    shapes, at = [], 0
    for mark, same in groupby(marks):
        count = len(list(same))
        shapes.append(_shape(mark, at * 6, count * 6))
        at += count
    return _svg("".join(shapes), kind="cover", box=(max(1, at * 6), 18), label=label)


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


def _shape(mark: str, x: int, width: int) -> str:
    if mark in {"empty", "off"}:
        return f'<path class="{mark}" d="M{x} 9h{width}"/>'
    top, tall = (2, 14) if mark == "failed" else (5, 8)
    return f'<rect class="{mark}" x="{x}" y="{top}" width="{width}" height="{tall}"/>'


def _runs(
    values: Sequence[float | None], step: float, y: Callable[[float], float]
) -> Iterable[list[tuple[float, float]]]:
    numbered = enumerate(values)
    for is_there, run in groupby(numbered, key=lambda pair: pair[1] is not None):
        if is_there:
            yield [(round(i * step, 1), y(value)) for i, value in run if value is not None]


def _path(points: list[tuple[float, float]]) -> str:
    if len(points) == 1:  # a line of no length: the round cap makes a dot of it
        return f"M{points[0][0]} {points[0][1]}h0"
    return "M" + "L".join(f"{x} {y}" for x, y in points)


def _svg(body: str, *, kind: str, box: tuple[int, int], label: str) -> Markup:
    # The label is the only text that comes from outside; the rest are numbers and our words.
    return Markup(  # noqa: S704
        f'<svg class="{kind}" viewBox="0 0 {box[0]} {box[1]}" preserveAspectRatio="none" '
        f'role="img" aria-label="{escape(label)}">{body}</svg>'
    )
