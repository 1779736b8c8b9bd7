"""A series of days as one line of text. Pure."""

from __future__ import annotations

from statistics import fmean
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

GAP: Final = "·"
_STEPS: Final = "▁▂▃▄▅▆▇█"
_WEEK: Final = 7


def weekly_means(values: Sequence[float | None]) -> list[float | None]:
    """Return one mean per seven *values*, None for a week without any.

    The last week is a whole one; what is over stands at the beginning.
    """
    over = len(values) % _WEEK
    starts = [*([0] if over else []), *range(over, len(values), _WEEK)]
    return [_mean(values[start : over if start < over else start + _WEEK]) for start in starts]


def sparkline(values: Sequence[float | None]) -> str:
    """Return one block per value, from the lowest to the highest there is; a dot for None."""
    known = [value for value in values if value is not None]
    if not known:
        return GAP * len(values)
    low, high = min(known), max(known)
    return "".join(GAP if value is None else _step(value, low, high) for value in values)


def _step(value: float, low: float, high: float) -> str:
    if high == low:
        return _STEPS[len(_STEPS) // 2]
    return _STEPS[round((value - low) / (high - low) * (len(_STEPS) - 1))]


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return fmean(known) if known else None
