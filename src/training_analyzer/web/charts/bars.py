"""Shares as lying bars: of a whole, of time in zones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from markupsafe import Markup

from training_analyzer.web.charts.labels import Label, width_of
from training_analyzer.web.charts.scales import known
from training_analyzer.web.charts.svg import drawing, join, rect, variable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from training_analyzer.web.tongue import Tongue

_MINUTE: Final = 60
_LONG: Final = 100.0
_ROW: Final = 42.0
_THICK: Final = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Zone:
    """Time in one zone; `range` says what it is, as `137 to 151`."""

    name: str
    range: str
    seconds: float | None
    colour: str


def share_bar(share: float | None, *, label: str, colour: str = "accent") -> Markup:
    """Return a bar of which *share*, from 0 to 1, is filled; it stretches to its box."""
    part = min(1.0, max(0.0, known(share) or 0.0))
    track = rect(0, 0, _LONG, 6, class_="track")
    fill = [rect(0, 0, max(0.8, part * _LONG), 6, fill=variable(colour))] if part else []
    return drawing(track, *fill, box=(_LONG, 6), label=label, kind="share", stretch=True)


def zone_bars(zones: Sequence[Zone], *, width: int, tongue: Tongue, label: str) -> Markup:
    """Return the time in each of *zones*, the first on top; the longest fills its line."""
    known_s = [known(zone.seconds) for zone in zones]
    seconds = [None if value is None else max(0.0, value) for value in known_s]
    if all(value is None for value in seconds):
        return Markup()
    most = max(*(value or 0.0 for value in seconds), 1e-9)
    said = ["" if value is None else _said(value, tongue) for value in seconds]
    left = min(width * 0.36, 12 + max(width_of(z.name) for z in zones))
    left = max(left, min(width * 0.36, 12 + max(width_of(z.range) for z in zones)))
    right = width - 12 - min(width * 0.3, max(width_of(text) for text in said))
    body = []
    for k, (zone, value, text) in enumerate(zip(zones, seconds, said, strict=True)):
        y = k * _ROW
        body.append(Label(x=0, y=y + 13, text=zone.name, kind="t2").draw())
        body.append(Label(x=0, y=y + 28, text=zone.range, kind="s").draw())
        body.append(rect(left, y + 13, right - left, _THICK, class_="track", rx=_THICK / 2))
        long = (right - left) * (value or 0.0) / most
        if long > 0:
            round_by = min(_THICK, long) / 2
            fill = variable(zone.colour)
            body.append(rect(left, y + 13, max(2.0, long), _THICK, fill=fill, rx=round_by))
        body.append(Label(x=width, y=y + 22, text=text, kind="t2", anchor="end").draw())
    desc = "; ".join(f"{zone.name} {text}" for zone, text in zip(zones, said, strict=True) if text)
    return drawing(join(body), box=(width, len(zones) * _ROW - 8), label=label, desc=desc)


def _said(seconds: float, tongue: Tongue) -> str:
    """Return a time in whole minutes once there is one: nobody asks for the seconds."""
    if 0 < seconds < _MINUTE:
        return tongue.duration(seconds)
    minutes = round(seconds / _MINUTE)
    return tongue.duration(minutes * _MINUTE) if minutes else tongue.text("%(min)s min", min=0)
