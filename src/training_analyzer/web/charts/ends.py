"""What a line says: its last value at its end, its lowest and highest beside them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from training_analyzer.web.charts.labels import Label, fitting, spread
from training_analyzer.web.charts.svg import dot, join, ring, variable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    from markupsafe import Markup

    from training_analyzer.web.charts.plot import Plot

_LINE: Final = 15.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """The end of a line: the number of its day, the value drawn there, the words for it."""

    index: int
    value: float
    colour: str
    strong: str
    quiet: str = ""
    has_dot: bool = True

    @property
    def texts(self) -> list[str]:
        """The words, line by line."""
        return [text for text in (self.strong, self.quiet) if text]


@dataclass(frozen=True, slots=True, kw_only=True)
class Naming:
    """Which extremes to name, in what colour and words."""

    low: bool
    high: bool
    colour: str
    words: Callable[[date, float], str]


def ends(named: Sequence[Named], plot: Plot, x: Callable[[float], float]) -> Markup:
    """Return dots on the last values and the words beside them, none over another."""
    if not named:
        return join([])
    most = max(len(end.texts) for end in named)
    gap = _LINE * most + 3
    places = spread(
        [plot.y(end.value) for end in named], gap, plot.top, plot.base - _LINE * (most - 1) - 4
    )
    parts = []
    for end, y in zip(named, places, strict=True):
        at = (x(end.index), plot.y(end.value))
        if end.has_dot:
            parts.append(dot(at, 4, class_="end", fill=variable(end.colour)))
        for k, text in enumerate(end.texts):
            kind = "t2" if k else "t1"
            parts.append(Label(x=plot.right + 8, y=y + 4 + k * _LINE, text=text, kind=kind).draw())
    return join(parts)


def extremes(
    values: Sequence[float | None], days: Sequence[date], plot: Plot, naming: Naming
) -> Markup:
    """Return the lowest and the highest of *values* with their days, unless they are the last."""
    present = [(value, -k) for k, value in enumerate(values) if value is not None]
    if len(present) <= 2:  # noqa: PLR2004 - of two values each is an extreme
        return join([])
    x, last = plot.x(len(days)), max(-k for _, k in present)
    wanted = []
    for is_wanted, (value, k), by in (
        (naming.low, min(present, key=lambda p: (p[0], p[1])), 17.0),
        (naming.high, max(present, key=lambda p: (p[0], p[1])), -10.0),
    ):
        if is_wanted and -k != last:
            at = (x(-k), plot.y(value))
            label = Label(
                x=at[0],
                y=at[1] + by,
                text=naming.words(days[-k], value),
                kind="t1 halo",
                anchor="middle",
            ).within(plot.left, plot.right)
            wanted.append((label, at))
    kept = fitting(label for label, _ in wanted)
    return join(ring(at, naming.colour) + label.draw() for label, at in wanted if label in kept)
