"""Lines over days: HRV, resting heart rate, weight, VO2max, race predictions."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum, auto
from typing import TYPE_CHECKING, Final

from markupsafe import Markup

from training_analyzer.web.charts.ends import Named, Naming, ends, extremes
from training_analyzer.web.charts.plot import Plot, axis_of, is_narrow, side_of
from training_analyzer.web.charts.scales import bridged, domain, known, known_all, placed
from training_analyzer.web.charts.svg import (
    between,
    dot,
    drawing,
    join,
    path,
    polyline,
    stairs,
    variable,
)
from training_analyzer.web.charts.usual import Range, moving_mean

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    from training_analyzer.web.tongue import Tongue

_TOP: Final = 20.0
_HEIGHT: Final = {True: 180.0, False: 220.0}
_BELOW: Final = 26.0
_TICKS: Final = {True: 4, False: 5}
_NAME_PX: Final = 16.0
_LONG_DAYS: Final = 120


class Form(Enum):
    """How values are joined."""

    LINE = auto()
    """A line through them; the mean of the days, if any, is dashed."""
    DOTS = auto()
    """Dots, and the mean of the days as the line."""
    STEPS = auto()
    """Each value holds until the next."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One line: *points* are days in order with their values, None or absent where missing.

    *name* is said at its end when there are several.
    """

    points: Sequence[tuple[date, float | None]]
    colour: str = "accent"
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How a quantity is drawn: `HRV`, `RESTING_HR` and others below are ready to use.

    *least* is the smallest range of the axis; *bridge_days* how many missing days make no gap.
    """

    colour: str = "accent"
    unit: str = ""
    digits: int = 0
    form: Form = Form.LINE
    mean_days: int = 0
    names_low: bool = False
    names_high: bool = False
    bridge_days: int = 0
    least: float = 4.0
    words: Callable[[float], str] | None = None
    steps: Sequence[float] = ()
    band_colour: str = "sunken"


HRV: Final = Look(
    colour="hrv",
    unit="ms",
    form=Form.DOTS,
    mean_days=7,
    names_low=True,
    least=20,
    band_colour="hrv-band",
)
RESTING_HR: Final = Look(
    colour="hr", unit="bpm", mean_days=7, names_low=True, names_high=True, least=8
)
WEIGHT: Final = Look(
    colour="steps", unit="kg", digits=1, bridge_days=31, names_low=True, names_high=True, least=2
)
VO2MAX: Final = Look(colour="vo2", digits=0, form=Form.STEPS, bridge_days=42, least=6)
SCORE: Final = Look(colour="load", names_low=True, names_high=True, least=20)


def trend(
    points: Sequence[tuple[date, float | None]],
    look: Look,
    *,
    width: int,
    tongue: Tongue,
    label: str,
    band: Sequence[Range | None] | Range | None = None,
) -> Markup:
    """Return *points* as a line with what is usual as a band, the last point and extremes named.

    *band* is one range, or one for each of *points* (Garmin's own baseline). Nothing without
    a value.
    """
    series = Series(points=points, colour=look.colour)
    return lines([series], look, width=width, tongue=tongue, label=label, band=band)


def lines(
    series: Sequence[Series],
    look: Look,
    *,
    width: int,
    tongue: Tongue,
    label: str,
    band: Sequence[Range | None] | Range | None = None,
) -> Markup:
    """Return several *series* in one frame, each named at its end; a band belongs to the first."""
    days = sorted({on for one in series for on, _ in one.points})
    rows = [(one, _by_day(one, days, look)) for one in series]
    rows = [(one, values) for one, values in rows if any(v is not None for v in values)]
    if not rows:
        return Markup()
    bands = _bands(band, series, days)
    every = [v for _, values in rows for v in values if v is not None]
    every += [edge for one in bands if one for edge in (one.low, one.high)]
    say = _say(look, tongue)
    low, high = domain(every, least=look.least)
    height = _HEIGHT[is_narrow(width)]
    low -= _room_below(look, height) * (high - low)
    at, left = axis_of(low, high, say, most=_TICKS[is_narrow(width)], steps=look.steps)
    named = [_end_of(one, values, look, say, tongue) for one, values in rows]
    right = width - side_of([text for end in named for text in end.texts], width)
    plot = Plot(
        width=width, left=left, right=right, top=_TOP, base=height - _BELOW, low=low, high=high
    )
    x = plot.x(len(days))
    body = [plot.grid(at, say), plot.floor(), _band(bands, look, plot)]
    body += [_line(values, replace(look, colour=one.colour), plot) for one, values in rows]
    body += [extremes(rows[0][1], days, plot, _naming(look, tongue, say))]
    body += [ends(named, plot, x), plot.days(days, x, tongue)]
    desc = "; ".join(" ".join(end.texts) for end in named)
    return drawing(*body, box=(width, height), label=label, desc=desc)


def _by_day(one: Series, days: Sequence[date], look: Look) -> list[float | None]:
    found = {on: known(value) for on, value in one.points}
    values = [found.get(on) for on in days]
    return _held(values, look.bridge_days) if look.form is Form.STEPS else values


def _bands(
    band: Sequence[Range | None] | Range | None, series: Sequence[Series], days: Sequence[date]
) -> list[Range | None]:
    if band is None or isinstance(band, Range):
        return [_sound(band)] * len(days)
    found = dict(zip((on for on, _ in series[0].points), band, strict=False))
    return [_sound(found.get(on)) for on in days]


def _sound(band: Range | None) -> Range | None:
    if band is None or known(band.low) is None or known(band.high) is None:
        return None
    return band


def _say(look: Look, tongue: Tongue) -> Callable[[float], str]:
    def say(value: float) -> str:
        return look.words(value) if look.words else tongue.number(value, look.digits)

    return say


def _naming(look: Look, tongue: Tongue, say: Callable[[float], str]) -> Naming:
    def words(on: date, value: float) -> str:
        return f"{tongue.day_and_month(on)}, {say(value)} {look.unit}".rstrip()

    return Naming(low=look.names_low, high=look.names_high, colour=look.colour, words=words)


def _end_of(
    one: Series,
    values: Sequence[float | None],
    look: Look,
    say: Callable[[float], str],
    tongue: Tongue,
) -> Named:
    shown = _means(values, look) if look.form is Form.DOTS else list(values)
    is_mean = any(value is not None for value in shown)
    shown = shown if is_mean else list(values)
    index, value = [(k, v) for k, v in enumerate(shown) if v is not None][-1]
    strong = f"{say(value)} {look.unit}".rstrip()
    quiet = one.name
    if look.form is Form.DOTS and is_mean:
        quiet = tongue.plural("%(n)s-day mean", "%(n)s-day mean", look.mean_days)
    return Named(index=index, value=value, colour=one.colour, strong=strong, quiet=quiet)


def _means(values: Sequence[float | None], look: Look) -> list[float | None]:
    return moving_mean(values, look.mean_days) if look.mean_days else list(values)


def _band(bands: Sequence[Range | None], look: Look, plot: Plot) -> Markup:
    x = plot.x(len(bands))
    tops = bridged([one.high if one else None for one in bands], 0)
    lows = bridged([one.low if one else None for one in bands], 0)
    parts = []
    for top, low in zip(tops, lows, strict=True):
        upper, lower = placed(top, x, plot.y), placed(low, x, plot.y)
        if len(upper) > 1:
            parts.append(
                path(between(upper, lower), class_="band", fill=variable(look.band_colour))
            )
            if look.band_colour != "sunken":
                ink = variable(look.colour)
                edges = [path(polyline(e), class_="edge", stroke=ink) for e in (upper, lower)]
                parts += edges
    return join(parts)


def _line(values: Sequence[float | None], look: Look, plot: Plot) -> Markup:
    x, ink = plot.x(len(values)), variable(look.colour)
    values = known_all(values)
    parts = [placed(part, x, plot.y) for part in bridged(values, look.bridge_days)]
    if look.form is Form.STEPS:
        drawn = "".join(stairs(part, part[-1][0]) for part in parts)
        return path(drawn, class_="ln", stroke=ink)
    if look.form is Form.DOTS:
        dots = [dot(at, 2.25, class_="value", fill=ink) for part in parts for at in part]
        means = bridged(_means(values, look), 0)
        line = "".join(polyline(placed(part, x, plot.y)) for part in means)
        return join([*dots, path(line, class_="ln", stroke=ink)])
    drawn = "".join(polyline(part) for part in parts)
    if not look.mean_days:
        dots = [dot(at, 2.25, fill=ink) for part in parts for at in part if look.bridge_days]
        return join([path(drawn, class_="ln", stroke=ink), *dots])
    means = bridged(_means(values, look), 0)
    mean = "".join(polyline(placed(part, x, plot.y)) for part in means if len(part) > 1)
    # Over a year the days are a fog, and the mean is the line.
    is_long = len(values) > _LONG_DAYS
    line = path(drawn, class_="ln thin fog" if is_long else "ln", stroke=ink)
    means_drawn = path(mean, class_="ln" if is_long else "mean", stroke=ink)
    return line + means_drawn if is_long else means_drawn + line


def _room_below(look: Look, height: float) -> float:
    """Return how much of the range to add below, for the name of the lowest value."""
    return _NAME_PX / (height - _TOP - _BELOW - _NAME_PX) if look.names_low else 0.0


def _held(values: Sequence[float | None], days: int) -> list[float | None]:
    """Return *values* where each stands for up to *days* missing ones behind it."""
    held: list[float | None] = []
    at = -days - 1
    for k, value in enumerate(values):
        if value is not None:
            at = k
        held.append(values[at] if at >= 0 and k - at <= days else None)
    return held
