"""Heart: variability with Garmin's baseline, resting heart rate."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

from training_analyzer.web.charts.lines import HRV, RESTING_HR, Form, trend
from training_analyzer.web.charts.usual import Range, usual_before
from training_analyzer.web.pages import findings
from training_analyzer.web.pages.health_card import Card, Page, draw_wide, fact, number, table_of
from training_analyzer.web.pages.health_held import latest, present
from training_analyzer.web.pages.health_words import hrv_pill

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from training_analyzer.web.pages.health_held import Held, Row
    from training_analyzer.web.pages.health_missing import Missing
    from training_analyzer.web.tongue import Tongue

FIELDS: Final[Mapping[str, Sequence[str]]] = {
    "hrv": (
        *("last_night_avg_ms", "last_night_5min_high_ms", "weekly_avg_ms", "status"),
        *("baseline_balanced_low_ms", "baseline_balanced_upper_ms"),
    ),
    "resting_heart_rate": ("resting_hr_bpm",),
    "daily_summary": ("min_hr_bpm", "max_hr_bpm"),
}


def heart_page(held: Held, missing: Missing, tongue: Tongue) -> Page:
    """Return the page of the heart."""
    variability = held.values("hrv", "last_night_avg_ms")
    resting = held.values("resting_heart_rate", "resting_hr_bpm")
    lede = ""
    last, rest = latest(variability), latest(resting)
    if last is not None and rest is not None:
        lede = tongue.text(
            "Latest: HRV %(hrv)s ms, resting heart rate %(rest)s bpm.",
            hrv=tongue.number(last),
            rest=tongue.number(rest),
        )
    return Page(
        lede,
        [[_hrv(held, variability, missing, tongue)], [_resting(held, resting, missing, tongue)]],
    )


def _hrv(held: Held, values: Sequence[float | None], missing: Missing, tongue: Tongue) -> Card:
    stretch, name = held.stretch, tongue.text("HRV")
    if not present(values):
        return Card(key="hrv", title=name, missing=missing.why("hrv", tongue))
    lows = held.values("hrv", "baseline_balanced_low_ms")
    highs = held.values("hrv", "baseline_balanced_upper_ms")
    bands = _bands(lows, highs)
    is_garmins = any(bands)
    band = next((each for each in reversed(bands) if each), None) or usual_before(values)
    title = findings.against_usual(name, values, band, tongue)
    if title == name:
        title = findings.latest_against(name, values, tongue.text("ms"), tongue)
    below = findings.below(values, bands)
    note = [
        tongue.text("Nights as dots, mean of seven days as line.")
        if stretch.is_by_day
        else stretch.by_what(tongue)
    ]
    if is_garmins:
        note.append(tongue.text("Band: Garmin’s baseline of you."))
        if below:
            note.append(tongue.plural("%(n)s night below it.", "%(n)s nights below it.", below))
    elif band:
        note.append(tongue.text("Band: your usual range."))
    told = " ".join(note)
    drawn: Sequence[Range | None] | Range | None = band
    if is_garmins:
        drawn = _bands(
            [value for _, value in stretch.points(lows)],
            [value for _, value in stretch.points(highs)],
        )
    look = HRV if stretch.is_by_day else replace(HRV, mean_days=0, form=Form.LINE)
    points = stretch.points(values)
    status = [row.get("status") for row in _rows(held, "hrv")]
    say = number(tongue)
    return Card(
        key="hrv",
        title=title,
        note=told,
        pill=hrv_pill(status[-1] if status else None, tongue),
        chart=draw_wide(partial(trend, points, look, band=drawn), tongue, f"{title}. {told}"),
        facts=[
            fact(latest(values), tongue.text("last night"), say, tongue.text("ms")),
            fact(
                findings.mean_of_week(values),
                tongue.text("mean of seven days"),
                say,
                tongue.text("ms"),
            ),
            fact(band.low if band else None, tongue.text("range from"), say, tongue.text("ms")),
            fact(band.high if band else None, tongue.text("range to"), say, tongue.text("ms")),
        ],
        table=table_of(
            tongue.text("Heart rate variability, ms"),
            [
                (tongue.text("Mean of the night"), points, say),
                (
                    tongue.text("Highest five minutes"),
                    stretch.points(held.values("hrv", "last_night_5min_high_ms")),
                    say,
                ),
                (tongue.text("Range from"), stretch.points(lows), say),
                (tongue.text("Range to"), stretch.points(highs), say),
            ],
            stretch,
            tongue,
            href="/health/sleep",
        ),
    )


def _resting(held: Held, values: Sequence[float | None], missing: Missing, tongue: Tongue) -> Card:
    stretch, name, unit = held.stretch, tongue.text("Resting heart rate"), tongue.text("bpm")
    if not present(values):
        return Card(key="resting", title=name, missing=missing.why("resting_heart_rate", tongue))
    title = findings.latest_against(name, values, unit, tongue)
    band = usual_before(values)
    note = [
        tongue.text("Mean of seven days dashed.") if stretch.is_by_day else stretch.by_what(tongue)
    ]
    if band:
        note.append(tongue.text("Band: your usual range."))
    told = " ".join(note)
    look = RESTING_HR if stretch.is_by_day else replace(RESTING_HR, mean_days=0)
    points, days, say = stretch.points(values), stretch.days(), number(tongue)
    low, high = findings.lowest(values, days), findings.highest(values, days)
    return Card(
        key="resting",
        title=title,
        note=told,
        chart=draw_wide(partial(trend, points, look, band=band), tongue, f"{title}. {told}"),
        facts=[
            fact(latest(values), tongue.text("latest"), say, unit),
            fact(findings.mean(values), tongue.text("mean"), say, unit),
            fact(low[1] if low else None, tongue.text("lowest"), say, unit),
            fact(high[1] if high else None, tongue.text("highest"), say, unit),
        ],
        table=table_of(
            tongue.text("Heart rate, bpm"),
            [
                (tongue.text("At rest"), points, say),
                (
                    tongue.text("Lowest of the day"),
                    stretch.points(held.values("daily_summary", "min_hr_bpm")),
                    say,
                ),
                (
                    tongue.text("Highest of the day"),
                    stretch.points(held.values("daily_summary", "max_hr_bpm")),
                    say,
                ),
            ],
            stretch,
            tongue,
            href="/health/day",
        ),
    )


def _rows(held: Held, stream: str) -> list[Row]:
    return [rows[-1] for _, rows in sorted(held.by_day(stream).items())]


def _bands(lows: Sequence[float | None], highs: Sequence[float | None]) -> list[Range | None]:
    return [
        None if low is None or high is None else Range(low, high)
        for low, high in zip(lows, highs, strict=True)
    ]
