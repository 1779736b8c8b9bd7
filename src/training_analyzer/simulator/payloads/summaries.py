"""The daily summaries of the second generation: a range, grouped, durations in milliseconds."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from training_analyzer.simulator.body import drinks
from training_analyzer.simulator.nights import night
from training_analyzer.simulator.payloads.asking import BOTH, Ask, Served, midnight, stamp
from training_analyzer.simulator.payloads.battery import events, qualifier
from training_analyzer.simulator.payloads.daily import end_local
from training_analyzer.simulator.wellness import Wellness, wellness

if TYPE_CHECKING:
    from datetime import date

    from training_analyzer.streams import Json


def _summaries_v2(ask: Ask) -> Json:
    rows: list[Json] = []
    for day in ask.days:
        seen = wellness(ask.athlete, day, ask.known)
        rows.append(_v2_row(ask, seen) if seen else _v2_unworn(ask, day))
    return {"data": rows}


def _v2_unworn(ask: Ask, day: date) -> dict[str, Json]:
    groups = "movement calories heartRate stress bodyBattery respiration pulseOx"
    return {
        "userProfilePk": ask.owner.profile_id,
        "calendarDate": day.isoformat(),
        "includesWellnessData": False,
        "includesActivityData": False,
        "wellnessChronology": None,
        **dict.fromkeys(groups.split()),
    }


def _v2_row(ask: Ask, seen: Wellness) -> dict[str, Json]:
    slept = night(ask.athlete, seen.day)
    oxygen = slept.spo2 if slept and slept.end <= ask.known else None
    water = drinks(ask.athlete, seen.day)
    return {
        "uuid": str(UUID(int=ask.athlete.profile_id << 64 | seen.day.toordinal())),
        "userProfilePk": ask.owner.profile_id,
        "calendarDate": seen.day.isoformat(),
        "source": "GARMIN",
        "includesWellnessData": True,
        "includesActivityData": bool(seen.activities),
        "wellnessChronology": {
            "startTimestampGmt": stamp(seen.start),
            "startTimestampLocal": midnight(seen.day),
            "endTimestampGmt": stamp(seen.end),
            "endTimestampLocal": end_local(ask, seen),
            "totalDurationInMillis": seen.duration_s * 1000,
        },
        **_v2_moved(ask, seen),
        "heartRate": {
            "minValue": seen.min_bpm,
            "maxValue": seen.max_bpm,
            "restingValue": seen.resting_bpm,
        },
        "intensityMinutes": {
            "goal": 150,
            "moderate": seen.moderate_min,
            "vigorous": seen.vigorous_min,
        },
        "stress": _v2_stress(seen),
        "bodyBattery": _v2_battery(ask, seen),
        "hydration": {
            "goalInMl": round(water.goal_ml) if water else None,
            "consumedInMl": water.drunk_ml if water else None,
        },
        "respiration": {
            "avgValue": seen.breaths,
            "minValue": seen.breaths - 5,
            "maxValue": seen.breaths + 8,
        },
        "pulseOx": {
            "avgValue": oxygen,
            "minValue": oxygen - 7 if oxygen else None,
            "latestValue": oxygen,
        },
    }


def _v2_moved(ask: Ask, seen: Wellness) -> dict[str, Json]:
    return {
        "movement": {
            "steps": {
                "value": seen.steps,
                "goal": ask.athlete.traits.step_goal,
                "distanceInMeters": seen.distance_m,
            },
            "floorsAscended": {"value": int(seen.floors_up), "goal": 10},
            "floorsDescended": {"value": int(seen.floors_down)},
            "pushes": None,
        },
        "calories": {
            "burnedResting": seen.kcal_resting,
            "burnedActive": seen.kcal_active,
            "burnedTotal": seen.kcal_resting + seen.kcal_active,
            "consumedValue": None,
        },
    }


def _v2_stress(seen: Wellness) -> dict[str, Json]:
    tense = seen.stress
    return {
        "avgLevel": tense.avg,
        "maxLevel": tense.peak,
        "restDurationInMillis": tense.rest_s * 1000,
        "lowStressDurationInMillis": tense.low_s * 1000,
        "mediumStressDurationInMillis": tense.medium_s * 1000,
        "highStressDurationInMillis": tense.high_s * 1000,
        "activityDurationInMillis": tense.activity_s * 1000,
        "uncategorizedDurationInMillis": tense.unmeasured_s * 1000,
        "totalDurationInMillis": tense.total_s * 1000,
        "qualifier": qualifier(tense.avg),
    }


def _v2_battery(ask: Ask, seen: Wellness) -> dict[str, Json]:
    full = seen.battery
    return {
        "minValue": full.lowest,
        "maxValue": full.highest,
        "chargedValue": full.charged,
        "drainedValue": full.drained,
        "latestValue": full.latest,
        "endOfDayValue": full.latest if seen.end < ask.known else None,
        "featureVersion": "3.0",
        "activityEvents": [
            {
                "eventType": event["eventType"],
                "eventStartTimeGmt": event["eventStartTimeGmt"],
                "durationInMillis": event["durationInMilliseconds"],
                "bodyBatteryImpact": event["bodyBatteryImpact"],
                "feedbackType": event["feedbackType"],
                "deviceId": event["deviceId"],
                "activityId": event["activityId"],
            }
            for event in events(ask, seen.day)
        ],
    }


ROUTES = (
    Served(
        "/usersummary-service/v2/dailysummaries",
        _summaries_v2,
        BOTH,
        ("startDate", "endDate"),
        cap_days=90,
        too_long=500,
    ),
)
