"""What a series says, in a sentence: findings and never advice. Pure."""

from __future__ import annotations

from statistics import fmean, median
from typing import TYPE_CHECKING, Final

from training_analyzer.web.charts.usual import moving_mean

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from training_analyzer.web.charts.usual import Range
    from training_analyzer.web.tongue import Tongue

type Values = Sequence[float | None]

# That much less than the middle one is a short night.
SHORT_S: Final = 90 * 60
_ENOUGH: Final = 7


def mean(values: Values) -> float | None:
    """Return the mean of what is there."""
    there = [value for value in values if value is not None]
    return fmean(there) if there else None


def share(values: Values) -> float:
    """Return which share of *values* is there."""
    return sum(value is not None for value in values) / len(values) if values else 0.0


def asleep(values: Values, before: Values, span: str, tongue: Tongue) -> str:
    """Return how long the nights were, against those of as many days before."""
    now, earlier = mean(values), mean(before)
    if now is None:
        return ""
    slept = tongue.duration(_minutes(now))
    if earlier is None or share(before) < 1 / 2:
        return tongue.text("You slept %(slept)s a night in %(span)s.", slept=slept, span=span)
    gap = round((now - earlier) / 60)
    if not gap:
        return tongue.text(
            "You slept %(slept)s a night in %(span)s, as long as before.", slept=slept, span=span
        )
    values_ = {"slept": slept, "span": span, "gap": tongue.duration(abs(gap) * 60)}
    if gap > 0:
        return tongue.text(
            "You slept %(slept)s a night in %(span)s, %(gap)s more than before.", **values_
        )
    return tongue.text(
        "You slept %(slept)s a night in %(span)s, %(gap)s less than before.", **values_
    )


def short_nights(values: Values) -> list[int]:
    """Return which nights were much shorter than the middle one; none of too few nights."""
    there = [value for value in values if value is not None]
    if len(there) < _ENOUGH:
        return []
    limit = median(there) - SHORT_S
    return [at for at, value in enumerate(values) if value is not None and value <= limit]


def nights(values: Values, span: str, tongue: Tongue) -> str:
    """Return how many nights were short."""
    there = sum(value is not None for value in values)
    if there < _ENOUGH:
        return tongue.plural(
            "%(n)s night in %(span)s", "%(n)s nights in %(span)s", there, span=span
        )
    short = len(short_nights(values))
    if not short:
        return tongue.text("No short night in %(span)s", span=span)
    return tongue.plural(
        "One short night in %(span)s", "%(n)s short nights in %(span)s", short, span=span
    )


def against_usual(name: str, values: Values, band: Range | None, tongue: Tongue) -> str:
    """Return whether the mean of the last seven days is in its usual range."""
    now = mean_of_week(values)
    if now is None or band is None:
        return name
    if now < band.low:
        return tongue.text("%(name)s is below its usual range", name=name)
    if now > band.high:
        return tongue.text("%(name)s is above its usual range", name=name)
    return tongue.text("%(name)s is in its usual range", name=name)


def mean_of_week(values: Values) -> float | None:
    """Return the newest mean of seven days, of the last seven days."""
    means = [value for value in moving_mean(values)[-_ENOUGH:] if value is not None]
    return means[-1] if means else None


def below(values: Values, bands: Sequence[Range | None]) -> int:
    """Return how many values lie below their band."""
    return sum(
        value is not None and band is not None and value < band.low
        for value, band in zip(values, bands, strict=True)
    )


def latest_against(name: str, values: Values, unit: str, tongue: Tongue) -> str:
    """Return the newest value, against the mean of the 28 days before it."""
    at = max((k for k, value in enumerate(values) if value is not None), default=None)
    if at is None:
        return name
    value = values[at] or 0.0
    earlier = [v for v in values[max(0, at - 28) : at] if v is not None]
    said = f"{tongue.number(value)} {unit}".strip()
    if len(earlier) < _ENOUGH:
        return tongue.text("%(name)s %(value)s", name=name, value=said)
    gap = round(value) - round(fmean(earlier))
    if not gap:
        return tongue.text("%(name)s %(value)s, as usual", name=name, value=said)
    by = tongue.number(abs(gap))
    if gap > 0:
        return tongue.text("%(name)s %(value)s, %(by)s above usual", name=name, value=said, by=by)
    return tongue.text("%(name)s %(value)s, %(by)s below usual", name=name, value=said, by=by)


def on_average(name: str, values: Values, unit: str, tongue: Tongue) -> str:
    """Return the mean."""
    found = mean(values)
    if found is None:
        return name
    said = f"{tongue.number(found)} {unit}".strip()
    return tongue.text("%(name)s %(value)s on average", name=name, value=said)


def highest(values: Values, days: Sequence[date]) -> tuple[date, float] | None:
    """Return the day of the highest value, and the value."""
    there = [(v, day) for v, day in zip(values, days, strict=True) if v is not None]
    if not there:
        return None
    value, day = max(there)
    return day, value


def lowest(values: Values, days: Sequence[date]) -> tuple[date, float] | None:
    """Return the day of the lowest value, and the value."""
    there = [(v, day) for v, day in zip(values, days, strict=True) if v is not None]
    if not there:
        return None
    value, day = min(there)
    return day, value


def goal(values: Values, goals: Values, tongue: Tongue) -> str:
    """Return on how many days the goal was reached, today left out as it is not over."""
    pairs = [
        (value, aim)
        for value, aim in zip(values[:-1], goals[:-1], strict=True)
        if value is not None and aim
    ]
    if not pairs:
        return tongue.text("Steps")
    reached = sum(value >= aim for value, aim in pairs)
    if reached == len(pairs):
        return tongue.plural(
            "Step goal reached on %(n)s day of %(n)s",
            "Step goal reached on each of %(n)s days",
            len(pairs),
        )
    return tongue.plural(
        "Step goal reached on %(reached)s of %(n)s day",
        "Step goal reached on %(reached)s of %(n)s days",
        len(pairs),
        reached=tongue.number(reached),
    )


def week_of_intensity(moderate: Values, vigorous: Values, aim: float | None, tongue: Tongue) -> str:
    """Return the intensity minutes of the last seven days, as Garmin counts them."""
    pairs = list(zip(moderate, vigorous, strict=True))[-7:]
    known = [(m or 0) + 2 * (v or 0) for m, v in pairs if m is not None or v is not None]
    if not known:
        return tongue.text("Intensity minutes")
    found = sum(known)
    if aim:
        return tongue.plural(
            "%(n)s intensity minute in seven days, of %(aim)s that you aim for",
            "%(n)s intensity minutes in seven days, of %(aim)s that you aim for",
            found,
            aim=tongue.number(aim),
        )
    return tongue.plural(
        "%(n)s intensity minute in seven days", "%(n)s intensity minutes in seven days", found
    )


def load(acute: float | None, low: float | None, high: float | None, tongue: Tongue) -> str:
    """Return how the acute load stands to the range that Garmin calls fit."""
    if acute is None or low is None or high is None:
        return tongue.text("Training load")
    if acute < low:
        return tongue.text("Training load is below Garmin’s range for you")
    if acute > high:
        return tongue.text("Training load is above Garmin’s range for you")
    return tongue.text("Training load is in Garmin’s range for you")


def change(values: Values) -> float | None:
    """Return by how much the last value differs from the first; None of a single one."""
    there = [value for value in values if value is not None]
    return there[-1] - there[0] if len(there) > 1 else None


def changed(name: str, said: str, by: float | None, amount: str, span: str, tongue: Tongue) -> str:
    """Return a value, and how it changed within *span*; *amount* is the change in words."""
    if by is None:
        return tongue.text("%(name)s %(value)s", name=name, value=said)
    values = {"name": name, "value": said, "amount": amount, "span": span}
    if not by:
        return tongue.text("%(name)s %(value)s, the same as %(span)s ago", **values)
    if by > 0:
        return tongue.text("%(name)s %(value)s, %(amount)s more than %(span)s ago", **values)
    return tongue.text("%(name)s %(value)s, %(amount)s less than %(span)s ago", **values)


def _minutes(seconds: float) -> float:
    return round(seconds / 60) * 60
