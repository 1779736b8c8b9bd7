"""The start page's numbers of today: each with what is usual, in words and as a small picture."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from statistics import fmean
from typing import TYPE_CHECKING, Final

from training_analyzer.web import measures
from training_analyzer.web.charts.sparkline import spark_bars, spark_ranges, sparkline
from training_analyzer.web.charts.usual import Range, usual_before

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from markupsafe import Markup

    from training_analyzer.services.days import WellnessDay
    from training_analyzer.web.tongue import Tongue

DAYS: Final = 30
# What is older than this is not told as news.
_FRESH_DAYS: Final = 7
_USUAL_DAYS: Final = 28
_ENOUGH: Final = 7
_HOUR_S: Final = 3600
_STRESS_LOW, _STRESS_MEDIUM, _STRESS_HIGH = 26, 51, 76
# Gaps that people feel.
_SHORTER_S, _LONGER_S = 45 * 60, 30 * 60

type Figure = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """A quantity: number and unit pairs, the comparison in words, the picture, where it leads."""

    name: str
    figure: Figure
    words: str
    line: Markup | None
    href: str


@dataclass(frozen=True, slots=True)
class Days:
    """The last `DAYS` days up to *today*, oldest first; None where nothing is known of one."""

    today: date
    rows: Sequence[WellnessDay | None]

    @classmethod
    def of(cls, found: Sequence[WellnessDay], today: date) -> Days:
        """Return the days that were *found*, each in its place."""
        by_day = {day.date: day for day in found}
        first = today - timedelta(days=DAYS - 1)
        days = [(first + timedelta(days=n)).isoformat() for n in range(DAYS)]
        return cls(today, [by_day.get(day) for day in days])

    def values(self, read: Callable[[WellnessDay], float | None]) -> list[float | None]:
        """Return one value a day."""
        return [None if day is None else read(day) for day in self.rows]

    def latest(self, values: Sequence[float | None]) -> tuple[int, float] | None:
        """Return index and value of the newest value of the last week."""
        for at in range(len(values) - 1, len(values) - 1 - _FRESH_DAYS, -1):
            if (value := values[at]) is not None:
                return at, value
        return None

    def when(self, at: int, tongue: Tongue) -> list[str]:
        """Return which day the index *at* is, unless it is today."""
        ago = len(self.rows) - 1 - at
        return [_upper(tongue.day(self.today - timedelta(days=ago), self.today))] if ago else []


def metrics_of(days: Days, tongue: Tongue) -> list[Metric]:
    """Return sleep, HRV, resting heart rate, body battery, stress and steps."""
    text = tongue.text
    return [
        _sleep(days, tongue),
        _line(
            _Line(text("Heart rate variability"), text("ms"), "hrv", "/health/heart"),
            days,
            lambda day: day.hrv,
            tongue,
            say=lambda day: _hrv_status(day, tongue),
        ),
        _line(
            _Line(text("Resting heart rate"), text("bpm"), "hr", "/health/heart"),
            days,
            lambda day: day.resting_heart_rate,
            tongue,
        ),
        _battery(days, tongue),
        _line(
            _Line(text("Stress"), "", "stress", "/health/stress"),
            days,
            lambda day: day.avg_stress,
            tongue,
            say=lambda day: _stress_word(day, tongue),
        ),
        _steps(days, tongue),
    ]


def finding_of(days: Days, tongue: Tongue) -> str:
    """Return one or two sentences on last night; empty where nothing is known of it."""
    sentences = []
    sleep = days.values(lambda day: day.sleep_hours)
    slept, usual = sleep[-1], _mean(sleep)
    if slept is not None and usual is not None:
        gap = (slept - usual) * _HOUR_S
        if gap <= -_SHORTER_S:
            sentences.append(tongue.text("A short night."))
        elif gap >= _LONGER_S:
            sentences.append(tongue.text("A long night."))
        else:
            sentences.append(tongue.text("A night as usual."))
    hrv = days.values(lambda day: day.hrv)
    band, last = usual_before(hrv), hrv[-1]
    if last is not None and band is not None:
        if last < band.low:
            sentences.append(tongue.text("HRV is below its usual range."))
        elif last > band.high:
            sentences.append(tongue.text("HRV is above its usual range."))
        else:
            sentences.append(tongue.text("HRV is in its usual range."))
    return " ".join(sentences)


@dataclass(frozen=True, slots=True)
class _Line:
    name: str
    unit: str
    colour: str
    href: str


def _line(
    what: _Line,
    days: Days,
    read: Callable[[WellnessDay], float | None],
    tongue: Tongue,
    *,
    say: Callable[[WellnessDay], str] | None = None,
) -> Metric:
    values = days.values(read)
    found = days.latest(values)
    if found is None:
        return _absent(what.name, values, what.href, tongue)
    at, value = found
    words = days.when(at, tongue)
    row = days.rows[at]
    if say is not None and row is not None and (said := say(row)):
        words.append(said)
    usual = _mean(values[: at + 1])
    if usual is not None:
        words.append(_against(round(value) - round(usual), what.unit, tongue))
    number = tongue.number(round(value))
    label = _label(what.name, f"{number} {what.unit}".strip(), words, tongue)
    return Metric(
        name=what.name,
        figure=((number, what.unit),),
        words=_upper(" · ".join(words)),
        line=sparkline(values, label=label, colour=what.colour),
        href=what.href,
    )


def _sleep(days: Days, tongue: Tongue) -> Metric:
    name, href = tongue.text("Sleep"), "/health"
    values = days.values(lambda day: day.sleep_hours)
    found = days.latest(values)
    if found is None:
        return _absent(name, values, href, tongue)
    at, value = found
    words = days.when(at, tongue)
    row = days.rows[at]
    if row is not None and row.sleep_score is not None:
        words.append(tongue.text("Score %(score)s", score=tongue.number(row.sleep_score)))
    usual = _mean(values[: at + 1])
    if usual is not None:
        words.append(_longer((value - usual) * _HOUR_S, tongue))
    hours, minutes = measures.hours_minutes(value * _HOUR_S)
    figure = ((tongue.number(hours), tongue.text("h")), (f"{minutes:02d}", tongue.text("min")))
    label = _label(name, tongue.duration(value * _HOUR_S), words, tongue)
    return Metric(
        name=name,
        figure=figure,
        words=_upper(" · ".join(words)),
        line=sparkline(values, label=label, colour="light"),
        href=href,
    )


def _battery(days: Days, tongue: Tongue) -> Metric:
    name, href = tongue.text("Body battery"), "/health/stress"
    values = days.values(lambda day: day.body_battery_high)
    found = days.latest(values)
    if found is None:
        return _absent(name, values, href, tongue)
    at, value = found
    words = days.when(at, tongue)
    row = days.rows[at]
    if row is not None and row.body_battery_low is not None:
        low = tongue.number(row.body_battery_low)
        words.append(tongue.text("Highest of the day, lowest %(low)s", low=low))
    number = tongue.number(value)
    label = _label(name, number, words, tongue)
    pairs = [_span(day) for day in days.rows]
    line = spark_ranges(pairs, label=label, colour="battery", limits=Range(0, 100))
    return Metric(
        name=name, figure=((number, ""),), words=_upper(" · ".join(words)), line=line, href=href
    )


def _span(day: WellnessDay | None) -> tuple[float, float] | None:
    if day is None or day.body_battery_low is None or day.body_battery_high is None:
        return None
    return day.body_battery_low, day.body_battery_high


def _steps(days: Days, tongue: Tongue) -> Metric:
    name, href = tongue.text("Steps"), "/health/movement"
    values = days.values(lambda day: day.steps)
    found = days.latest(values)
    if found is None:
        return _absent(name, values, href, tongue)
    at, value = found
    words = days.when(at, tongue)
    is_today = not words
    if is_today:
        words.append(tongue.text("So far today"))
    row = days.rows[at]
    if row is not None and row.steps_goal:
        if value >= row.steps_goal:
            words.append(tongue.text("goal reached"))
        else:
            goal = tongue.number(row.steps_goal)
            words.append(tongue.text("of %(goal)s that you aim for", goal=goal))
    number = tongue.number(value)
    label = _label(name, number, words, tongue)
    line = spark_bars(values, label=label, colour="steps")
    return Metric(
        name=name, figure=((number, ""),), words=_upper(" · ".join(words)), line=line, href=href
    )


def _absent(name: str, values: Sequence[float | None], href: str, tongue: Tongue) -> Metric:
    is_old = any(value is not None for value in values)
    words = (
        tongue.plural(
            "Nothing in the last %(n)s day", "Nothing in the last %(n)s days", _FRESH_DAYS
        )
        if is_old
        else tongue.text("None at Garmin")
    )
    return Metric(name=name, figure=(("\N{EN DASH}", ""),), words=words, line=None, href=href)


def _mean(values: Sequence[float | None]) -> float | None:
    """Return the mean of the 28 days before the last, of which a week must be there."""
    earlier = [v for v in values[-_USUAL_DAYS - 1 : -1] if v is not None]
    return fmean(earlier) if len(earlier) >= _ENOUGH else None


def _against(gap: int, unit: str, tongue: Tongue) -> str:
    if not gap:
        return tongue.text("as usual")
    amount = f"{tongue.number(abs(gap))} {unit}".strip()
    if gap > 0:
        return tongue.text("%(amount)s above usual", amount=amount)
    return tongue.text("%(amount)s below usual", amount=amount)


def _longer(gap_s: float, tongue: Tongue) -> str:
    minutes = round(gap_s / 60)
    if not minutes:
        return tongue.text("as long as usual")
    span = tongue.duration(abs(minutes) * 60)
    if minutes > 0:
        return tongue.text("%(span)s longer than usual", span=span)
    return tongue.text("%(span)s shorter than usual", span=span)


def _hrv_status(day: WellnessDay, tongue: Tongue) -> str:
    return {
        "BALANCED": tongue.text("Balanced"),
        "UNBALANCED": tongue.text("Unbalanced"),
        "LOW": tongue.text("Low"),
        "POOR": tongue.text("Poor"),
    }.get((day.hrv_status or "").upper(), "")


def _stress_word(day: WellnessDay, tongue: Tongue) -> str:
    stress = day.avg_stress
    if stress is None:
        return ""
    if stress < _STRESS_LOW:
        return tongue.text("Resting level")
    if stress < _STRESS_MEDIUM:
        return tongue.text("Low")
    return tongue.text("Medium") if stress < _STRESS_HIGH else tongue.text("High")


def _label(name: str, figure: str, words: Sequence[str], tongue: Tongue) -> str:
    return tongue.text(
        "%(name)s, %(days)s days: %(figure)s. %(words)s",
        name=name,
        days=DAYS,
        figure=figure,
        words=", ".join(words),
    )


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]
