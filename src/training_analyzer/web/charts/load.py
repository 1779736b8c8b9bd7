"""Training load: acute and chronic with Garmin's own band, and the ratio of both."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from markupsafe import Markup

from training_analyzer.web.charts.ends import Named, ends
from training_analyzer.web.charts.plot import Plot, axis_of, is_narrow, side_of
from training_analyzer.web.charts.scales import bridged, domain, known, placed, ticks
from training_analyzer.web.charts.svg import between, drawing, join, path, polyline, variable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    from training_analyzer.web.tongue import Tongue

_COLOUR: Final = "load"
_UPPER: Final = {True: 150.0, False: 180.0}
_LOWER: Final = {True: 62.0, False: 72.0}
_BETWEEN: Final = 26.0
_BELOW: Final = 26.0


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadDay:
    """One day: acute and chronic load, and the acute loads that Garmin calls fit, if it does."""

    on: date
    acute: float | None = None
    chronic: float | None = None
    low: float | None = None
    high: float | None = None

    @property
    def ratio(self) -> float | None:
        """Acute by chronic."""
        return _by(self.acute, self.chronic)

    @property
    def ratio_band(self) -> tuple[float | None, float | None]:
        """The band, as ratios."""
        return _by(self.low, self.chronic), _by(self.high, self.chronic)


def load(days: Sequence[LoadDay], *, width: int, tongue: Tongue, label: str) -> Markup:
    """Return acute and chronic load of *days*, oldest first, above their ratio.

    The band is Garmin's own minimum and maximum for the acute load. Nothing without a value.
    """
    acute = [known(day.acute) for day in days]
    chronic = [known(day.chronic) for day in days]
    ratio = [day.ratio for day in days]
    if not any(value is not None for value in (*acute, *chronic)):
        return Markup()
    band = [(known(day.low), known(day.high)) for day in days]
    narrow = is_narrow(width)
    dates = [day.on for day in days]
    ratio_names = [_end(ratio, "text-2", tongue.text("Ratio"), lambda v: tongue.number(v, 2))]
    names = [
        _end(acute, _COLOUR, tongue.text("Acute load"), tongue.number),
        _end(chronic, "text-3", tongue.text("Chronic load"), tongue.number),
    ]
    every = [v for v in (*acute, *chronic, *(v for pair in band for v in pair)) if v is not None]
    low, high = domain(every, least=50)
    low = max(0.0, low) if min(every) >= 0 else low
    at, left = axis_of(low, high, tongue.number)
    left = max(left, axis_of(0, 2, lambda v: tongue.number(v, 1))[1])
    texts = [text for end in (*names, *ratio_names) if end for text in end.texts]
    right = width - side_of(texts, width)
    base = 12 + _UPPER[narrow]
    upper = Plot(width=width, left=left, right=right, top=12, base=base, low=low, high=high)
    x = upper.x(len(days))
    body = [
        _band(band, upper),
        upper.grid(at, tongue.number),
        _line(chronic, "text-3", upper, "mean"),
        _line(acute, _COLOUR, upper, "ln"),
        ends([end for end in names if end], upper, x),
    ]
    foot = upper
    if any(value is not None for value in ratio):
        foot = _ratio_frame(days, upper, narrow=narrow)
        say = _ratio_words(tongue)
        body += [
            _band([day.ratio_band for day in days], foot),
            foot.grid(ticks(foot.low, foot.high, 3), say),
            _line(ratio, "text-2", foot, "ln thin"),
            ends([end for end in ratio_names if end], foot, x),
        ]
    body += [foot.floor(), foot.days(dates, x, tongue)]
    desc = "; ".join(" ".join(reversed(end.texts)) for end in (*names, *ratio_names) if end)
    return drawing(join(body), box=(width, foot.base + _BELOW), label=label, desc=desc)


def _by(value: float | None, divisor: float | None) -> float | None:
    value, divisor = known(value), known(divisor)
    if value is None or divisor is None or divisor <= 0:
        return None
    return known(value / divisor)


def _ratio_words(tongue: Tongue) -> Callable[[float], str]:
    return lambda value: tongue.number(value, 1)


def _ratio_frame(days: Sequence[LoadDay], upper: Plot, *, narrow: bool) -> Plot:
    values = [day.ratio for day in days] + [edge for day in days for edge in day.ratio_band]
    low, high = domain([v for v in values if v is not None], least=0.8)
    top = upper.base + _BETWEEN
    return Plot(
        width=upper.width,
        left=upper.left,
        right=upper.right,
        top=top,
        base=top + _LOWER[narrow],
        low=max(0.0, low),
        high=high,
    )


def _end(
    values: Sequence[float | None], colour: str, name: str, words: Callable[[float], str]
) -> Named | None:
    found = [(k, value) for k, value in enumerate(values) if value is not None]
    if not found:
        return None
    index, value = found[-1]
    return Named(index=index, value=value, colour=colour, strong=words(value), quiet=name)


def _line(values: Sequence[float | None], colour: str, plot: Plot, kind: str) -> Markup:
    x = plot.x(len(values))
    parts = [polyline(placed(part, x, plot.y)) for part in bridged(values, 0)]
    return path("".join(parts), class_=kind, stroke=variable(colour))


def _band(pairs: Sequence[tuple[float | None, float | None]], plot: Plot) -> Markup:
    x = plot.x(len(pairs))
    sound = [pair if None not in pair else (None, None) for pair in pairs]
    parts = []
    lows = bridged([pair[0] for pair in sound], 0)
    highs = bridged([pair[1] for pair in sound], 0)
    for low, high in zip(lows, highs, strict=True):
        lower, upper = placed(low, x, plot.y), placed(high, x, plot.y)
        if len(lower) > 1:
            parts.append(path(between(upper, lower), class_="band", fill=variable("sunken")))
    return join(parts)
