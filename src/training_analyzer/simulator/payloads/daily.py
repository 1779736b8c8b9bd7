"""The daily summary of the first generation: one day, flat, durations in seconds."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from training_analyzer.simulator.body import drinks
from training_analyzer.simulator.curves import wake_level
from training_analyzer.simulator.fate import ONE_DAY, offset_s
from training_analyzer.simulator.nights import night, resting_bpm
from training_analyzer.simulator.payloads.asking import (
    ACCOUNT,
    BOTH,
    Ask,
    Served,
    midnight,
    stamp,
)
from training_analyzer.simulator.payloads.battery import events, qualifier
from training_analyzer.simulator.wellness import Wellness, wellness

if TYPE_CHECKING:
    from datetime import date

    from training_analyzer.streams import Json

_V1_EMPTY = (
    *("totalKilocalories", "activeKilocalories", "bmrKilocalories", "totalSteps"),
    *("totalDistanceMeters", "wellnessDistanceMeters", "wellnessStartTimeGmt"),
    *("wellnessEndTimeGmt", "durationInMilliseconds", "highlyActiveSeconds"),
    *("activeSeconds", "sedentarySeconds", "sleepingSeconds", "moderateIntensityMinutes"),
    *("vigorousIntensityMinutes", "floorsAscended", "floorsDescended", "minHeartRate"),
    *("maxHeartRate", "restingHeartRate", "lastSevenDaysAvgRestingHeartRate"),
    *("averageStressLevel", "maxStressLevel", "stressDuration", "restStressDuration"),
    *("totalStressDuration", "stressQualifier", "lastSyncTimestampGMT"),
    *("bodyBatteryChargedValue", "bodyBatteryDrainedValue", "bodyBatteryHighestValue"),
    *("bodyBatteryLowestValue", "bodyBatteryMostRecentValue", "averageSpo2", "lowestSpo2"),
    *("latestSpo2",),
)


def seven_day_resting(ask: Ask, day: date) -> int | None:
    """Return the mean resting heart rate of the week up to *day*."""
    week = [resting_bpm(ask.athlete, day - n * ONE_DAY) for n in range(7)]
    worn = [bpm for bpm in week if bpm is not None]
    return round(sum(worn) / len(worn)) if worn else None


def _summary_v1(ask: Ask) -> Json:
    day = ask.first
    seen = wellness(ask.athlete, day, ask.known)
    frame: dict[str, Json] = {
        "userProfileId": ask.owner.profile_id,
        "calendarDate": day.isoformat(),
        "privacyProtected": False,
        "includesActivityData": bool(seen and seen.activities),
        "includesCalorieConsumedData": False,
        "dailyStepGoal": ask.athlete.traits.step_goal if seen else None,
        "intensityMinutesGoal": 150,
        "userFloorsAscendedGoal": 10,
        "rule": {"typeId": 2, "typeKey": "private"},
    }
    if seen is None:
        return {**dict.fromkeys(_V1_EMPTY), **frame, "includesWellnessData": False}
    return {**frame, **_v1_body(ask, seen), **_v1_heart(ask, seen), **_v1_battery(ask, seen)}


def _v1_body(ask: Ask, seen: Wellness) -> dict[str, Json]:
    total = seen.kcal_resting + seen.kcal_active
    moved = seen.active_s + seen.highly_active_s + seen.sleeping_s
    water = drinks(ask.athlete, seen.day)
    return {
        "uuid": UUID(int=ask.athlete.profile_id << 64 | seen.day.toordinal()).hex,
        "source": "GARMIN",
        "includesWellnessData": True,
        "wellnessStartTimeGmt": stamp(seen.start),
        "wellnessStartTimeLocal": midnight(seen.day),
        "wellnessEndTimeGmt": stamp(seen.end),
        "wellnessEndTimeLocal": end_local(ask, seen),
        "durationInMilliseconds": seen.duration_s * 1000,
        "totalKilocalories": float(total),
        "activeKilocalories": float(seen.kcal_active),
        "bmrKilocalories": float(seen.kcal_resting),
        "wellnessKilocalories": float(total),
        "consumedKilocalories": None,
        "totalSteps": seen.steps,
        "totalDistanceMeters": seen.distance_m,
        "wellnessDistanceMeters": seen.distance_m,
        "highlyActiveSeconds": seen.highly_active_s,
        "activeSeconds": seen.active_s,
        "sedentarySeconds": max(0, seen.duration_s - moved),
        "sleepingSeconds": seen.sleeping_s,
        "moderateIntensityMinutes": seen.moderate_min,
        "vigorousIntensityMinutes": seen.vigorous_min,
        "floorsAscended": seen.floors_up,
        "floorsDescended": seen.floors_down,
        "floorsAscendedInMeters": round(seen.floors_up * 3.048, 3),
        "floorsDescendedInMeters": round(seen.floors_down * 3.048, 3),
        "hydrationValueInML": water.drunk_ml if water else None,
        "hydrationGoalInML": water.goal_ml if water else None,
    }


def _v1_heart(ask: Ask, seen: Wellness) -> dict[str, Json]:
    tense = seen.stress
    shares = {
        "stressPercentage": tense.stress_s,
        "restStressPercentage": tense.rest_s,
        "activityStressPercentage": tense.activity_s,
        "uncategorizedStressPercentage": tense.unmeasured_s,
        "lowStressPercentage": tense.low_s,
        "mediumStressPercentage": tense.medium_s,
        "highStressPercentage": tense.high_s,
    }
    return {
        "minHeartRate": seen.min_bpm,
        "maxHeartRate": seen.max_bpm,
        "minAvgHeartRate": seen.min_bpm,
        "maxAvgHeartRate": seen.max_bpm,
        "restingHeartRate": seen.resting_bpm,
        "lastSevenDaysAvgRestingHeartRate": seven_day_resting(ask, seen.day),
        "averageStressLevel": tense.avg,
        "maxStressLevel": tense.peak,
        "stressDuration": tense.stress_s,
        "restStressDuration": tense.rest_s,
        "activityStressDuration": tense.activity_s,
        "uncategorizedStressDuration": tense.unmeasured_s,
        "totalStressDuration": tense.total_s,
        "lowStressDuration": tense.low_s,
        "mediumStressDuration": tense.medium_s,
        "highStressDuration": tense.high_s,
        "stressQualifier": qualifier(tense.avg).upper(),
        "avgWakingRespirationValue": float(seen.breaths),
        "highestRespirationValue": float(seen.breaths + 8),
        "lowestRespirationValue": float(seen.breaths - 5),
        "lastSyncTimestampGMT": None if seen.end < ask.known else stamp(ask.known),
        **{name: round(100 * s / max(1, tense.total_s), 2) for name, s in shares.items()},
    }


def _v1_battery(ask: Ask, seen: Wellness) -> dict[str, Json]:
    full = seen.battery
    slept = night(ask.athlete, seen.day)
    slept = slept if slept and slept.end <= ask.known else None
    woke = round(wake_level(ask.athlete, seen.day)) if slept else None
    asleep = events(ask, seen.day)
    return {
        "bodyBatteryChargedValue": full.charged,
        "bodyBatteryDrainedValue": full.drained,
        "bodyBatteryHighestValue": full.highest,
        "bodyBatteryLowestValue": full.lowest,
        "bodyBatteryMostRecentValue": full.latest,
        "bodyBatteryAtWakeTime": woke,
        "bodyBatteryDuringSleep": asleep[0]["bodyBatteryImpact"] if slept else None,
        "bodyBatteryVersion": 3.0,
        "bodyBatteryActivityEventList": [dict(event) for event in asleep],
        "averageSpo2": float(slept.spo2) if slept and slept.spo2 else None,
        "lowestSpo2": slept.spo2 - 7 if slept and slept.spo2 else None,
        "latestSpo2": slept.spo2 if slept and slept.spo2 else None,
    }


def end_local(ask: Ask, seen: Wellness) -> str:
    """Return the wall clock at the end; a full day ends at midnight, whatever the zone does."""
    if seen.end < ask.known:
        return midnight(seen.day + ONE_DAY)
    return stamp(seen.end, offset_s(ask.athlete, seen.day, seen.end))


ROUTES = (
    Served(
        "/usersummary-service/usersummary/daily/{name}", _summary_v1, ACCOUNT, ("calendarDate",)
    ),
    Served("/usersummary-service/usersummary/daily", _summary_v1, BOTH, ("calendarDate",)),
)
