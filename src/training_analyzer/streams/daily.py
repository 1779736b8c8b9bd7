"""The daily summary: one row per day of what a watch counts around the clock."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from training_analyzer.errors import UnexpectedPayload
from training_analyzer.model import Api, Group
from training_analyzer.streams.fields import (
    at_utc,
    day,
    first_of,
    flag,
    integer,
    lower_text,
    not_negative,
    number,
    offset,
    positive,
)
from training_analyzer.streams.rows import RowParser, listed, single
from training_analyzer.streams.stream import Route, Stream

if TYPE_CHECKING:
    from collections.abc import Mapping

    from training_analyzer.streams.fields import Column, Record
    from training_analyzer.streams.stream import Json, Row

# What Garmin fills in for a day on which nothing was worn, too.
_GIVEN_ANYWAY: Final = frozenset(
    {
        "calendar_date",
        "start_utc",
        "end_utc",
        "utc_offset_s",
        "duration_s",
        "has_wellness",
        "has_activity",
        "step_goal",
        "floors_goal",
        "intensity_goal_min",
        "hydration_goal_ml",
        "calories_total_kcal",
        "calories_resting_kcal",
        "resting_hr_7d_bpm",
        "last_sync_utc",
    }
)


def _was_worn(row: Row) -> bool:
    """Whether the row tells of a day that was measured; a 0 of an unworn day does not."""
    told = [value for name, value in row.items() if name not in _GIVEN_ANYWAY]
    if row["has_wellness"] == 0:
        return any(told)
    return any(value is not None for value in told)


_V2: Final[Mapping[str, Column]] = {
    "calendar_date": day("calendarDate"),
    "start_utc": at_utc("wellnessChronology.startTimestampGmt"),
    "end_utc": at_utc("wellnessChronology.endTimestampGmt"),
    "utc_offset_s": offset(
        "wellnessChronology.startTimestampLocal", "wellnessChronology.startTimestampGmt"
    ),
    "duration_s": number("wellnessChronology.totalDurationInMillis", per=1000),
    "has_wellness": flag("includesWellnessData"),
    "has_activity": flag("includesActivityData"),
    "steps": integer("movement.steps.value", not_negative),
    "step_goal": integer("movement.steps.goal"),
    "step_distance_m": number("movement.steps.distanceInMeters"),
    "floors_up": number("movement.floorsAscended.value"),
    "floors_down": number("movement.floorsDescended.value"),
    "floors_goal": number("movement.floorsAscended.goal"),
    "pushes": integer("movement.pushes.value"),
    "calories_total_kcal": number("calories.burnedTotal"),
    "calories_active_kcal": number("calories.burnedActive"),
    "calories_resting_kcal": number("calories.burnedResting"),
    "calories_consumed_kcal": number("calories.consumedValue"),
    "min_hr_bpm": integer("heartRate.minValue", positive),
    "max_hr_bpm": integer("heartRate.maxValue", positive),
    "resting_hr_bpm": integer("heartRate.restingValue", positive),
    "moderate_intensity_min": integer("intensityMinutes.moderate"),
    "vigorous_intensity_min": integer("intensityMinutes.vigorous"),
    "intensity_goal_min": integer("intensityMinutes.goal"),
    "stress_avg": integer("stress.avgLevel", not_negative),
    "stress_max": integer("stress.maxLevel", not_negative),
    "stress_rest_s": number("stress.restDurationInMillis", per=1000),
    "stress_low_s": number("stress.lowStressDurationInMillis", per=1000),
    "stress_medium_s": number("stress.mediumStressDurationInMillis", per=1000),
    "stress_high_s": number("stress.highStressDurationInMillis", per=1000),
    "stress_activity_s": number("stress.activityDurationInMillis", per=1000),
    "stress_uncategorized_s": number("stress.uncategorizedDurationInMillis", per=1000),
    "stress_total_s": number("stress.totalDurationInMillis", per=1000),
    "stress_qualifier": lower_text("stress.qualifier"),
    "body_battery_min": integer("bodyBattery.minValue", not_negative),
    "body_battery_max": integer("bodyBattery.maxValue", not_negative),
    "body_battery_charged": integer("bodyBattery.chargedValue", not_negative),
    "body_battery_drained": integer("bodyBattery.drainedValue", not_negative),
    "body_battery_latest": integer("bodyBattery.latestValue", not_negative),
    "body_battery_end_of_day": integer("bodyBattery.endOfDayValue", not_negative),
    "hydration_ml": number("hydration.consumedInMl"),
    "hydration_goal_ml": number("hydration.goalInMl"),
    "respiration_avg_brpm": number("respiration.avgValue", positive),
    "respiration_min_brpm": number("respiration.minValue", positive),
    "respiration_max_brpm": number("respiration.maxValue", positive),
    "spo2_avg_pct": number("pulseOx.avgValue", positive),
    "spo2_min_pct": number("pulseOx.minValue", positive),
    "spo2_latest_pct": number("pulseOx.latestValue", positive),
}

_V1: Final[Mapping[str, Column]] = {
    "calendar_date": day("calendarDate"),
    "start_utc": at_utc("wellnessStartTimeGmt"),
    "end_utc": at_utc("wellnessEndTimeGmt"),
    "utc_offset_s": offset("wellnessStartTimeLocal", "wellnessStartTimeGmt"),
    "duration_s": number("durationInMilliseconds", per=1000),
    "has_wellness": flag("includesWellnessData"),
    "has_activity": flag("includesActivityData"),
    "steps": integer("totalSteps", not_negative),
    "step_goal": integer("dailyStepGoal"),
    "step_distance_m": number("wellnessDistanceMeters"),
    "distance_m": number("totalDistanceMeters"),
    "floors_up": number("floorsAscended"),
    "floors_down": number("floorsDescended"),
    "floors_goal": number("userFloorsAscendedGoal"),
    "pushes": integer("totalPushes"),
    "calories_total_kcal": number("totalKilocalories"),
    "calories_active_kcal": number("activeKilocalories"),
    "calories_resting_kcal": number("bmrKilocalories"),
    "calories_consumed_kcal": number("consumedKilocalories"),
    # The 2-minute averages that v2 gives; the absolute ones where a sample has no others.
    "min_hr_bpm": first_of(integer("minAvgHeartRate", positive), integer("minHeartRate", positive)),
    "max_hr_bpm": first_of(integer("maxAvgHeartRate", positive), integer("maxHeartRate", positive)),
    "resting_hr_bpm": integer("restingHeartRate", positive),
    "resting_hr_7d_bpm": integer("lastSevenDaysAvgRestingHeartRate", positive),
    "moderate_intensity_min": integer("moderateIntensityMinutes"),
    "vigorous_intensity_min": integer("vigorousIntensityMinutes"),
    "intensity_goal_min": integer("intensityMinutesGoal"),
    "stress_avg": integer("averageStressLevel", not_negative),
    "stress_max": integer("maxStressLevel", not_negative),
    **{
        f"stress_{part}_s": number(f"{part}StressDuration")
        for part in ("rest", "low", "medium", "high", "activity", "uncategorized", "total")
    },
    "stress_qualifier": lower_text("stressQualifier"),
    "body_battery_min": integer("bodyBatteryLowestValue", not_negative),
    "body_battery_max": integer("bodyBatteryHighestValue", not_negative),
    "body_battery_charged": integer("bodyBatteryChargedValue", not_negative),
    "body_battery_drained": integer("bodyBatteryDrainedValue", not_negative),
    "body_battery_latest": integer("bodyBatteryMostRecentValue", not_negative),
    "body_battery_at_wake": integer("bodyBatteryAtWakeTime", not_negative),
    "body_battery_sleep_gain": integer("bodyBatteryDuringSleep"),
    "hydration_ml": number("hydrationValueInML"),
    "hydration_goal_ml": number("hydrationGoalInML"),
    "respiration_avg_brpm": number("avgWakingRespirationValue", positive),
    "respiration_min_brpm": number("lowestRespirationValue", positive),
    "respiration_max_brpm": number("highestRespirationValue", positive),
    "spo2_avg_pct": number("averageSpo2", positive),
    "spo2_min_pct": number("lowestSpo2", positive),
    "spo2_latest_pct": number("latestSpo2", positive),
    "sleeping_s": integer("sleepingSeconds"),
    "sedentary_s": integer("sedentarySeconds"),
    "active_s": integer("activeSeconds"),
    "highly_active_s": integer("highlyActiveSeconds"),
    "last_sync_utc": at_utc("lastSyncTimestampGMT"),
}


def _unprotected(body: Json) -> list[Record]:
    """Take the v1 answer; one that is hidden from us is an answer to somebody else."""
    records = single(body)
    if any(record.get("privacyProtected") is True for record in records):
        raise UnexpectedPayload
    return records


parse_daily_summaries: Final = RowParser(
    listed("data"), _V2, key=("calendar_date",), measured=_was_worn
)
"""Return one row per worn day of a v2 range answer; its ms become seconds.

Source: `/usersummary-service/v2/dailysummaries`, modelled (no recording is known).
"""

parse_daily_summary_v1: Final = RowParser(
    _unprotected, _V1, key=("calendar_date",), measured=_was_worn
)
"""Return the row of a v1 day answer, or none for an unworn day.

Respiration is that of the waking hours, floors are fractions; v2 has the whole day and
whole floors. Raises `UnexpectedPayload` too when the answer is privacy protected.
Source: `/usersummary-service/usersummary/daily/{display_name}?calendarDate`, recorded 2025.
"""

# A year is documented; beyond about 90 days it fails, with 500 and not with 400.
_ROUTE: Final = Route(
    path="/usersummary-service/v2/dailysummaries",
    query={"startDate": "{first}", "endDate": "{last}"},
    parse=parse_daily_summaries,
    cap_days=31,
    too_long_is_500=True,
)

DAILY_SUMMARY: Final = Stream(
    name="daily_summary",
    group=Group.WELLNESS,
    table="daily_summaries",
    key=("calendar_date",),
    routes={Api.ACCOUNT: _ROUTE, Api.PERSONAL: _ROUTE},
)
