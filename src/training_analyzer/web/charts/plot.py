"""What drawings with axes share: the frame, its lines and words."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from training_analyzer.web.charts.labels import AXIS, BOLD, Label, day_labels, width_of
from training_analyzer.web.charts.rooms import NARROW
from training_analyzer.web.charts.scales import Scale, ticks
from training_analyzer.web.charts.svg import join, line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import date

    from markupsafe import Markup

    from training_analyzer.web.tongue import Tongue

_AXIS_GAP: Final = 8.0
_WORDS_BELOW: Final = 17.0
# At most this part of the width is for the words beside the lines.
_SIDE: Final = 0.38


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    """The part of a drawing where values are shown, and its scale from *low* to *high*."""

    width: float
    left: float
    right: float
    top: float
    base: float
    low: float
    high: float
    # Made once: it is asked for each point.
    y: Scale = field(init=False)
    """The heights of values."""

    def __post_init__(self) -> None:
        """Lay the scale from the base to the top."""
        object.__setattr__(self, "y", Scale(self.low, self.high, self.base, self.top))

    def x(self, count: int, inset: float = 4.0) -> Scale:
        """Return the places of *count* days, the first at the left."""
        return Scale(0, max(1, count - 1), self.left + inset, self.right - inset)

    def columns(self, count: int) -> tuple[float, Callable[[float], float]]:
        """Return how wide one of *count* columns is, and where the middle of each stands."""
        step = (self.right - self.left) / max(1, count)
        return step, lambda k: self.left + step * (k + 0.5)

    def floor(self) -> Markup:
        """Return the line below."""
        return line((self.left, self.base), (self.right, self.base), "axis")

    def grid(self, values: Iterable[float], words: Callable[[float], str]) -> Markup:
        """Return a faint line at each of *values*, with its words at the left."""
        parts = []
        for value in values:
            y = self.y(value)
            parts.append(line((self.left, y), (self.right, y)))
            text, x = words(value), self.left - _AXIS_GAP
            if text:
                parts.append(Label(x=x, y=y + 4, text=text, kind="s", anchor="end").draw())
        return join(parts)

    def days(self, days: Sequence[date], x: Callable[[float], float], tongue: Tongue) -> Markup:
        """Return the words below for *days*."""
        labels = day_labels(days, x, self.base + _WORDS_BELOW, width=self.width, tongue=tongue)
        return join(label.draw() for label in labels)


def axis_of(
    low: float,
    high: float,
    words: Callable[[float], str],
    *,
    most: int = 4,
    steps: Sequence[float] = (),
) -> tuple[list[float], float]:
    """Return the ticks of an axis, and how much room their words need at the left."""
    at = ticks(low, high, most, steps)
    return at, max((width_of(words(value), AXIS) for value in at), default=0.0) + _AXIS_GAP


def side_of(texts: Iterable[str], width: float) -> float:
    """Return how much room the words at the ends of lines need at the right."""
    widest = max((width_of(text) * BOLD for text in texts), default=0.0)
    return min(width * _SIDE, widest + _AXIS_GAP)


def is_narrow(width: float) -> bool:
    """Return whether *width* is the room of a phone, or of the side column."""
    return width <= NARROW
