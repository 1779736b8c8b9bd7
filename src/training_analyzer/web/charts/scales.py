"""From values to places: scales, round ticks, runs of what is there."""

from __future__ import annotations

import math
from dataclasses import dataclass
from operator import itemgetter
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from training_analyzer.web.charts.svg import Point

# Nothing that Garmin measures is larger; sums and differences of these stay finite.
_LARGEST: Final = 1e12
_ROUND: Final = (1.0, 2.0, 5.0, 10.0)
_ROUNDER: Final = (1.0, 2.0, 2.5, 5.0, 10.0)
_TENS: Final = 10.0
_place, _height = itemgetter(0), itemgetter(1)
SECONDS: Final = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 21_600)
"""Steps that are round on a clock."""


@dataclass(frozen=True, slots=True)
class Scale:
    """A straight line from values to places; what lies outside is held at the edge."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """Return the place of *value*."""
        span = self.high - self.low
        share = (value - self.low) / span if span else 0.5
        # Asked for each point of each drawing: comparing takes a third of what min and max do.
        if not 0.0 < share < 1.0:
            return self.end if share >= 1.0 else self.start
        return self.start + share * (self.end - self.start)


def known(value: float | None) -> float | None:
    """Return *value* when it can be drawn: neither missing, endless nor beyond reason."""
    if value is None or not math.isfinite(value) or abs(value) > _LARGEST:
        return None
    return float(value)


def known_all(values: Iterable[float | None]) -> list[float | None]:
    """Return *values* with None for what cannot be drawn."""
    found = list(values)
    there = [value for value in found if value is not None]
    # Of six hours there are 21,600 in a column: almost always all are sound, seen at once.
    if not there:
        return found
    # A sum with something that is no number in it is none either.
    if math.isfinite(sum(there)) and min(there) >= -_LARGEST and max(there) <= _LARGEST:
        return found
    return [known(value) for value in found]


def domain(values: Iterable[float], *, from_zero: bool = False, least: float = 1.0) -> Point:
    """Return a sensible range for *values*, with air; of at least *least*."""
    found = list(values) or [0.0]
    low, high = min(found), max(found)
    if from_zero:
        return min(0.0, low), max(high, least, 0.0)
    missing = max(0.0, least - (high - low))
    air = (high - low) * 0.1 + missing / 2
    return low - air, high + air


def ticks(low: float, high: float, most: int = 4, steps: Sequence[float] = ()) -> list[float]:
    """Return at most *most* + 1 round values from *low* to *high*.

    *steps* are the distances to choose from; without any: 1, 2, 5 and their tenfold.
    """
    if not high > low or most < 1:
        return []
    rough = (high - low) / most
    step = next((float(step) for step in steps if step >= rough), None)
    if step is None:
        power = 10.0 ** math.floor(math.log10(rough))
        # 25 is round, 2.5 is not.
        sizes = _ROUND if power < _TENS else _ROUNDER
        step = next(power * n for n in sizes if power * n >= rough * (1 - 1e-9))
    first = math.ceil(low / step - 1e-9)
    return [k * step for k in range(first, math.floor(high / step + 1e-9) + 1)]


def runs(points: Iterable[tuple[float, float | None]]) -> list[list[Point]]:
    """Return the unbroken parts of *points*: a missing value ends one."""
    parts: list[list[Point]] = [[]]
    for x, y in points:
        if y is not None:
            parts[-1].append((x, y))
        elif parts[-1]:
            parts.append([])
    return [part for part in parts if part]


def bridged(values: Sequence[float | None], days: int) -> list[list[tuple[int, float]]]:
    """Return the numbered parts of *values*; up to *days* missing ones in a row end none.

    For what is not measured each day, as weight: there a quiet week is no gap.
    """
    parts: list[list[tuple[int, float]]] = []
    for index, value in enumerate(values):
        if value is None:
            continue
        if parts and index - parts[-1][-1][0] <= days + 1:
            parts[-1].append((index, value))
        else:
            parts.append([(index, value)])
    return parts


def placed(
    part: Iterable[tuple[int, float]], x: Callable[[float], float], y: Callable[[float], float]
) -> list[Point]:
    """Return the places of a numbered part."""
    return [(x(index), y(value)) for index, value in part]


def thin(points: Sequence[Point], most: int) -> list[Point]:
    """Return *points*, or the lowest and the highest of each of *most* equal parts of them.

    So a peak stays, however narrow the room.
    """
    if len(points) <= 2 * max(1, most):
        return list(points)
    size = -(-len(points) // max(1, most))
    kept: list[Point] = []
    for start in range(0, len(points), size):
        part = points[start : start + size]
        low, high = min(part, key=_height), max(part, key=_height)
        kept += [low] if low is high else sorted((low, high), key=_place)
    return kept
