"""The numbers of an activity: the six that matter most, and the rest. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from training_analyzer.web import measures
from training_analyzer.web.pages.activities_view import Fact
from training_analyzer.web.pages.sports import Telling, fast, telling_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from training_analyzer.web.measures import Measure
    from training_analyzer.web.tongue import Tongue

_MOST_FACTS: Final = 6
_A_DISTANCE_M: Final = 10
# Times that differ less are one time told twice.
_SAME_S: Final = 30


def facts_of(values: Mapping[str, Any], tongue: Tongue) -> list[Fact]:
    """Return the six numbers that matter most of those that there are."""
    return list(_facts(values, tongue))[:_MOST_FACTS]


def _facts(values: Mapping[str, Any], tongue: Tongue) -> Iterator[Fact]:
    text, sport = tongue.text, values["type_key"]
    metres, seconds = values["distance_m"], values["duration_s"]
    is_far = bool(metres) and metres >= _A_DISTANCE_M
    if is_far:
        yield _fact(measures.distance(metres, tongue), text("distance"))
    if seconds is not None:
        yield Fact(measures.stopwatch(seconds), "", text("time"))
    if is_far and values["avg_speed_mps"]:
        is_pace = telling_of(sport) is not Telling.SPEED
        name = text("mean pace") if is_pace else text("mean speed")
        yield _fact(fast(values["avg_speed_mps"], sport, tongue), name)
    for name, unit, told in (
        ("avg_hr_bpm", text("bpm"), text("mean heart rate")),
        ("norm_power_w", text("W"), text("normalised power")),
    ):
        if values[name] is not None:
            yield Fact(tongue.number(values[name]), unit, told)
    if is_far and values["elevation_gain_m"]:
        yield _fact(measures.elevation(values["elevation_gain_m"], tongue), text("ascent"))
    for name, unit, told in (
        ("training_load", "", text("training load")),
        ("calories_kcal", text("kcal"), text("energy")),
        ("max_hr_bpm", text("bpm"), text("highest heart rate")),
    ):
        if values[name] is not None:
            yield Fact(tongue.number(values[name]), unit, told)


def more_of(values: Mapping[str, Any], tongue: Tongue) -> list[tuple[str, str]]:
    """Return the rest of what is known, each with its name."""
    shown = {fact.label for fact in facts_of(values, tongue)}
    return [(name, told) for name, told in _more(values, tongue) if name.lower() not in shown]


def _more(values: Mapping[str, Any], tongue: Tongue) -> Iterator[tuple[str, str]]:
    text = tongue.text

    def number(name: str, unit: str = "", digits: int = 0) -> str:
        value = values[name]
        return "" if value is None else f"{tongue.number(value, digits)} {unit}".rstrip()

    told = (
        (text("Highest heart rate"), number("max_hr_bpm", text("bpm"))),
        *_fastest(values, tongue),
        (text("Moving"), _other_time(values, "moving_s")),
        (text("With pauses"), _other_time(values, "elapsed_s")),
        (text("Energy"), number("calories_kcal", text("kcal"))),
        (text("Aerobic effect"), number("aerobic_training_effect", digits=1)),
        (text("Anaerobic effect"), number("anaerobic_training_effect", digits=1)),
        (text("VO2max"), number("vo2max")),
        (text("Mean power"), number("avg_power_w", text("W"))),
        (text("Highest power"), number("max_power_w", text("W"))),
        (text("Best 20 minutes"), number("max_20min_power_w", text("W"))),
        (text("Training stress score"), number("training_stress_score")),
        (text("Cadence"), number("avg_run_cadence_spm", text("steps/min"))),
        (text("Cadence"), number("avg_bike_cadence_rpm", text("rpm"))),
        (text("Strokes a minute"), number("avg_swim_cadence_spm")),
        (text("SWOLF"), number("avg_swolf")),
        (text("Stride"), number("avg_stride_cm", text("cm"))),
        (text("Ground contact"), number("avg_ground_contact_ms", text("ms"))),
        (text("Vertical oscillation"), number("avg_vertical_oscillation_cm", text("cm"), 1)),
        *_heights(values, tongue),
        (text("Steps"), number("steps")),
        (text("Body battery"), _signed(values["body_battery_change"], tongue)),
        (text("Sweat, estimated"), number("sweat_ml", text("ml"))),
    )
    yield from ((name, words) for name, words in told if words)


def _fastest(values: Mapping[str, Any], tongue: Tongue) -> Iterator[tuple[str, str]]:
    if values["max_speed_mps"] and (values["distance_m"] or 0) >= _A_DISTANCE_M:
        sport = values["type_key"]
        is_pace = telling_of(sport) is not Telling.SPEED
        name = tongue.text("Fastest pace") if is_pace else tongue.text("Highest speed")
        yield name, str(fast(values["max_speed_mps"], sport, tongue))


def _heights(values: Mapping[str, Any], tongue: Tongue) -> Iterator[tuple[str, str]]:
    if values["elevation_loss_m"]:
        yield tongue.text("Descent"), str(measures.elevation(values["elevation_loss_m"], tongue))
    low, high = values["elevation_min_m"], values["elevation_max_m"]
    if low is not None and high is not None:
        lowest, highest = measures.elevation(low, tongue), measures.elevation(high, tongue)
        yield (
            tongue.text("Elevation"),
            tongue.text("%(low)s to %(high)s", low=lowest.number, high=highest),
        )


def _other_time(values: Mapping[str, Any], name: str) -> str:
    """Return a time that is another than the time of the activity."""
    value, usual = values[name], values["duration_s"]
    if value is None or (usual is not None and abs(value - usual) < _SAME_S):
        return ""
    return measures.stopwatch(value)


def _signed(value: float | None, tongue: Tongue) -> str:
    if value is None:
        return ""
    sign = "+" if value > 0 else "\N{MINUS SIGN}" if value < 0 else ""
    return f"{sign}{tongue.number(abs(value))}"


def _fact(measure: Measure, label: str) -> Fact:
    return Fact(measure.number, measure.unit, label)
