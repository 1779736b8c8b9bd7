"""Where words go in a drawing: how wide they are, and which have room beside each other."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from math import ceil
from typing import TYPE_CHECKING, Final

from training_analyzer.web.charts.svg import words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import date

    from markupsafe import Markup

    from training_analyzer.web.charts.svg import Anchor
    from training_analyzer.web.tongue import Tongue

AXIS: Final = 11.0
TEXT: Final = 12.0
BOLD: Final = 1.1
"""How much wider strong words are."""
_NARROW: Final = frozenset("iljtfrI.,:;'|!()[] \N{NO-BREAK SPACE}/")
_WIDE: Final = frozenset("mwMWO%@")
_GAP: Final = 8.0
_FEW_DAYS: Final = 16
_MANY_DAYS: Final = 120
# So many days for each place, and it stands for weeks or months.
_SPARSE: Final = 2
# From here on years are named rather than months.
_AGES: Final = 800
# From here on characters are as wide as they are high.
_IDEOGRAPHS: Final = "\u2e80"


def width_of(text: str, size: float = TEXT) -> float:
    """Return about how wide *text* is: rather too much than too little."""
    return size * _shares(text)


# Asked of a label whenever another one might meet it, and in each room anew.
@lru_cache(maxsize=2048)
def _shares(text: str) -> float:
    return sum(map(_share, text))


def _share(character: str) -> float:
    if character in _NARROW:
        return 0.34
    if character >= _IDEOGRAPHS:
        return 1.0
    return 0.9 if character in _WIDE else 0.61


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """Words at a place; `kind` are CSS classes: t1 strong, t2 clear, s small, halo."""

    x: float
    y: float
    text: str
    kind: str = ""
    anchor: Anchor = "start"

    @property
    def span(self) -> tuple[float, float]:
        """From where to where it goes."""
        width = width_of(self.text, AXIS if "s" in self.kind.split() else TEXT)
        if "t1" in self.kind.split():
            width *= BOLD
        start = self.x - {"start": 0.0, "middle": width / 2, "end": width}[self.anchor]
        return start, start + width

    def within(self, low: float, high: float) -> Label:
        """Return the label, moved so that it does not stick out of *low* to *high*."""
        start, end = self.span
        by = max(0.0, low - start) or min(0.0, high - end)
        return Label(x=self.x + by, y=self.y, text=self.text, kind=self.kind, anchor=self.anchor)

    def meets(self, other: Label) -> bool:
        """Return whether both would be drawn over each other."""
        if abs(self.y - other.y) >= TEXT:
            return False
        mine, theirs = self.span, other.span
        return mine[1] + _GAP / 2 > theirs[0] and theirs[1] + _GAP / 2 > mine[0]

    def draw(self) -> Markup:
        """Return it as SVG."""
        return words((self.x, self.y), self.text, self.kind, self.anchor)


def fitting(labels: Iterable[Label]) -> list[Label]:
    """Return those of *labels* that have room, the more important ones, which come first."""
    kept: list[Label] = []
    for label in labels:
        if not any(label.meets(other) for other in kept):
            kept.append(label)
    return kept


def spread(wanted: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Return places near the *wanted* ones that are *gap* apart, between *low* and *high*.

    The order stays. When there is not enough room, all of it is used evenly.
    """
    count = len(wanted)
    if count == 0:
        return []
    if (count - 1) * gap >= high - low:
        gap = (high - low) / max(1, count - 1)
    order = sorted(range(count), key=lambda k: (wanted[k], k))
    places = [0.0] * count
    at = low
    for k in order:
        places[k] = at = max(wanted[k], at)
        at += gap
    limit = high
    for k in reversed(order):
        places[k] = min(places[k], limit)
        limit = places[k] - gap
    return places


def day_labels(
    days: Sequence[date], x: Callable[[float], float], y: float, *, width: float, tongue: Tongue
) -> list[Label]:
    """Return the words under an axis of *days*: the last always, others where there is room."""
    if not days:
        return []
    last = len(days) - 1
    chosen = [k for k in _worth_naming(days, tongue.first_weekday) if k != last]
    names = {k: _name(days, k, tongue) for k in (*chosen, last)}
    apart = min((x(b) - x(a) for a, b in pairwise(chosen)), default=1.0)
    widest = max(width_of(name) for name in names.values())
    # Each second, third … so that the distances are the same, counted back from the last.
    every = max(1, ceil((widest + 2 * _GAP) / max(apart, 0.01)))
    # The widest name has room beside that of the last, too.
    kept = [k for k in reversed(chosen) if x(last) - x(k) >= widest + _GAP][::every]
    labels = [
        Label(x=x(k), y=y, text=names[k], kind="t1" if k == last else "", anchor="middle").within(
            0, width
        )
        for k in (last, *kept)
    ]
    return fitting(labels)


def _worth_naming(days: Sequence[date], first_weekday: int) -> list[int]:
    if len(days) <= _FEW_DAYS:
        return list(range(len(days)))
    if _is_sparse(days):
        part = "year" if _is_ages(days) else "month"
        return [
            k for k in range(1, len(days)) if getattr(days[k], part) != getattr(days[k - 1], part)
        ]
    if len(days) > _MANY_DAYS:
        return [k for k, on in enumerate(days) if on.day == 1]
    return [k for k, on in enumerate(days) if on.weekday() == first_weekday]


def _is_sparse(days: Sequence[date]) -> bool:
    """Tell whether a place stands for more than a day, as a week or a month."""
    return (days[-1] - days[0]).days > _SPARSE * len(days)


def _is_ages(days: Sequence[date]) -> bool:
    return (days[-1] - days[0]).days > _AGES


def _name(days: Sequence[date], k: int, tongue: Tongue) -> str:
    is_last = k == len(days) - 1
    is_sparse = len(days) > _FEW_DAYS and _is_sparse(days)
    if is_sparse and not is_last and _is_ages(days):
        return str(days[k].year)
    is_month = (is_sparse or len(days) > _MANY_DAYS) and not is_last
    return tongue.short_month(days[k]) if is_month else tongue.day_and_month(days[k])
