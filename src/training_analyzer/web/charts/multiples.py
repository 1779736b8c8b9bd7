"""Small lines of one kind beside each other, as the four race predictions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from markupsafe import Markup

from training_analyzer.web.charts.labels import Label
from training_analyzer.web.charts.plot import is_narrow
from training_analyzer.web.charts.rooms import WIDE
from training_analyzer.web.charts.scales import Scale, bridged, domain, known, placed
from training_analyzer.web.charts.svg import dot, drawing, join, line, path, polyline, variable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    from training_analyzer.web.tongue import Tongue

_GAP: Final = 40.0
_CELL: Final = 122.0
_BRIDGE_DAYS: Final = 14


@dataclass(frozen=True, slots=True, kw_only=True)
class Small:
    """One small line: days in order with their values, None or absent where missing."""

    name: str
    points: Sequence[tuple[date, float | None]]
    colour: str = "vo2"


def multiples(
    smalls: Sequence[Small],
    words: Callable[[float], str],
    *,
    width: int,
    tongue: Tongue,
    label: str,
) -> Markup:
    """Return each of *smalls* with its name, its last value in *words*, and what it was before.

    All share the days; each has a scale of its own. Nothing without a value.
    """
    shown = [one for one in smalls if any(known(value) is not None for _, value in one.points)]
    if not shown:
        return Markup()
    days = sorted({on for one in shown for on, _ in one.points})
    across = 4 if width >= WIDE else 2 if not is_narrow(width) else 1
    across = min(across, len(shown))
    cell = (width - _GAP * (across - 1)) / across
    body, said = [], []
    for k, one in enumerate(shown):
        row, column = divmod(k, across)
        left = column * (cell + _GAP)
        at = (left, row * _CELL, left + cell)
        drawn, text = _small(one, days, at, words, tongue)
        body.append(drawn)
        said.append(f"{one.name} {text}")
    rows = -(-len(shown) // across)
    return drawing(join(body), box=(width, rows * _CELL - 12), label=label, desc="; ".join(said))


def _small(
    one: Small,
    days: Sequence[date],
    at: tuple[float, float, float],
    words: Callable[[float], str],
    tongue: Tongue,
) -> tuple[Markup, str]:
    left, top, right = at
    found = {on: known(value) for on, value in one.points}
    values = [found.get(on) for on in days]
    present = [(k, value) for k, value in enumerate(values) if value is not None]
    low, high = domain([value for _, value in present], least=1.0)
    base = top + 84
    x = Scale(0, max(1, len(days) - 1), left + 4, right - 6)
    y = Scale(low, high, base - 8, top + 34)
    ink = variable(one.colour)
    parts = [placed(part, x, y) for part in bridged(values, _BRIDGE_DAYS)]
    begin, end = present[0], present[-1]
    first = f"{tongue.day_and_month(days[begin[0]])}, {words(begin[1])}"
    body = [
        Label(x=left, y=top + 14, text=one.name, kind="t2").draw(),
        Label(x=right, y=top + 14, text=words(end[1]), kind="t1", anchor="end").draw(),
        line((left, base), (right, base), "axis"),
        path("".join(polyline(part) for part in parts), class_="ln", stroke=ink),
        dot((x(end[0]), y(end[1])), 4, class_="end", fill=ink),
        Label(x=left, y=base + 16, text=first, kind="s").draw(),
    ]
    return join(body), words(end[1])
