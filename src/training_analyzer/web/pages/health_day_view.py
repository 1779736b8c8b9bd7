"""One night and one day of health in numbers. Pure."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from training_analyzer.web.pages.health_card import Card, minutes
from training_analyzer.web.pages.health_sleep_view import in_bed, night_chart, numbers, span_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from training_analyzer.web.charts.nights import Phase
    from training_analyzer.web.pages.health_held import Row
    from training_analyzer.web.pages.health_missing import Missing
    from training_analyzer.web.tongue import Tongue

_DAY: Final = timedelta(days=1)
DAY: Final = (
    *("steps", "step_goal", "floors_up", "calories_active_kcal", "calories_total_kcal"),
    *("moderate_intensity_min", "vigorous_intensity_min", "min_hr_bpm", "max_hr_bpm"),
    *("resting_hr_bpm", "stress_avg", "stress_max", "stress_rest_s", "stress_low_s"),
    *("stress_medium_s", "stress_high_s", "body_battery_min", "body_battery_max"),
    *("respiration_avg_brpm", "spo2_avg_pct"),
)


def night_cards(row: Row, phases: Sequence[Phase], missing: Missing, tongue: Tongue) -> list[Card]:
    """Return the course of a night and its numbers."""
    if not row:
        title = tongue.text("No night here")
        return [Card(key="night", title=title, missing=missing.why("sleep", tongue))]
    title = tongue.text("Course of the night") if phases else tongue.text("Time in each stage")
    note = span_of(row.get("start_utc"), row.get("end_utc"), tongue)
    chart = night_chart(row, phases, f"{title}, {note}", tongue)
    return [
        Card(key="night", title=title, note=note, chart=chart, facts=in_bed(row, tongue)),
        numbers(row, tongue),
    ]


def day_numbers(row: Row, night: Row, missing: Missing, tongue: Tongue) -> list[Card]:
    """Return what a day comes to: movement beside body and mind."""
    text = tongue.text
    if not row:
        title = text("No day here")
        return [Card(key="numbers", title=title, missing=missing.why("daily_summary", tongue))]
    say = minutes(tongue)

    def plain(name: str, unit: str = "", digits: int = 0) -> str:
        value = row.get(name)
        return "" if value is None else f"{tongue.number(value, digits)} {unit}".strip()

    def lasting(name: str, factor: int = 1) -> str:
        value = row.get(name)
        return "" if value is None else say(value * factor)

    moved = [
        (text("Steps"), _of_goal(row, tongue)),
        (text("Floors"), plain("floors_up")),
        (text("Moderate minutes"), lasting("moderate_intensity_min", 60)),
        (text("Vigorous minutes"), lasting("vigorous_intensity_min", 60)),
        (text("Active calories"), plain("calories_active_kcal", text("kcal"))),
        (text("Calories in all"), plain("calories_total_kcal", text("kcal"))),
    ]
    slept = night.get("sleep_total_s")
    rested = [
        (text("Sleep before it"), "" if slept is None else say(slept)),
        (text("Resting heart rate"), plain("resting_hr_bpm", text("bpm"))),
        (text("Heart rate"), _between(row, "min_hr_bpm", "max_hr_bpm", text("bpm"), tongue)),
        (text("Body battery"), _between(row, "body_battery_min", "body_battery_max", "", tongue)),
        (text("Mean stress"), plain("stress_avg")),
        (text("At rest"), lasting("stress_rest_s")),
        (text("In high stress"), lasting("stress_high_s")),
        (text("Breaths a minute"), plain("respiration_avg_brpm")),
        (text("Blood oxygen"), plain("spo2_avg_pct", "%")),
    ]
    return [
        Card(key="rest", title=text("Heart and rest"), rows=_known(rested)),
        Card(key="moved", title=text("Movement"), rows=_known(moved)),
    ]


def title_of(on: date, today: date, tongue: Tongue) -> str:
    """Return what *on* is called, with its year unless it is this one."""
    return tongue.long_day(on) if on.year == today.year else tongue.short_day_and_year(on)


def neighbours(
    on: date, today: date, path: str, tongue: Tongue
) -> tuple[tuple[str, str], tuple[str, str] | None]:
    """Return address and name of the day before *on*, and of the day after it if that was."""
    before, after = on - _DAY, on + _DAY
    return (
        (f"{path}/{before}", tongue.short_day(before)),
        (f"{path}/{after}", tongue.short_day(after)) if after <= today else None,
    )


def _known(rows: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(name, value) for name, value in rows if value]


def _of_goal(row: Row, tongue: Tongue) -> str:
    steps, aim = row.get("steps"), row.get("step_goal")
    if steps is None:
        return ""
    if not aim:
        return tongue.number(steps)
    return tongue.text("%(n)s of %(goal)s", n=tongue.number(steps), goal=tongue.number(aim))


def _between(row: Row, low: str, high: str, unit: str, tongue: Tongue) -> str:
    least, most = row.get(low), row.get(high)
    if least is None or most is None:
        return ""
    said = tongue.text("%(low)s to %(high)s", low=tongue.number(least), high=tongue.number(most))
    return f"{said} {unit}".strip()
