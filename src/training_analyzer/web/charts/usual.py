"""What is usual for a person: one standard deviation around the mean of the days before."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import fmean, pstdev
from typing import TYPE_CHECKING, Final

from training_analyzer.web.charts.scales import known_all

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

USUAL_DAYS: Final = 28
_ENOUGH: Final = 7


@dataclass(frozen=True, slots=True)
class Range:
    """From low to high, both included."""

    low: float
    high: float

    @property
    def middle(self) -> float:
        """The mean."""
        return (self.low + self.high) / 2


def usual(values: Iterable[float | None]) -> Range | None:
    """Return the usual range of *values*; None when a week's worth is not there."""
    present = [value for value in known_all(values) if value is not None]
    if len(present) < _ENOUGH:
        return None
    middle, spread = fmean(present), pstdev(present)
    return Range(middle - spread, middle + spread)


def usual_before(values: Sequence[float | None], days: int = USUAL_DAYS) -> Range | None:
    """Return what was usual in the *days* before the last of *values*, which has no say in it."""
    return usual(values[-days - 1 : -1])


def moving_mean(values: Sequence[float | None], days: int = 7) -> list[float | None]:
    """Return the mean of the *days* up to each; None where fewer than half are there."""
    clean = known_all(values)
    means: list[float | None] = []
    for index in range(len(clean)):
        window = [v for v in clean[max(0, index - days + 1) : index + 1] if v is not None]
        means.append(fmean(window) if 2 * len(window) > days else None)
    return means
