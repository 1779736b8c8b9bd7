"""Ranges of single totals; a day without data is left out, never zero."""

from __future__ import annotations

from typing import TYPE_CHECKING

from training_analyzer.simulator.body import drinks
from training_analyzer.simulator.payloads.asking import ACCOUNT, BOTH, Ask, Served
from training_analyzer.simulator.wellness import Wellness, wellness

if TYPE_CHECKING:
    from training_analyzer.streams import Json


def _worn(ask: Ask) -> list[Wellness]:
    found = (wellness(ask.athlete, day, ask.known) for day in ask.days)
    return [seen for seen in found if seen is not None]


def _steps(ask: Ask) -> Json:
    goal = ask.athlete.traits.step_goal
    return [
        {
            "calendarDate": seen.day.isoformat(),
            "totalSteps": seen.steps,
            "totalDistance": seen.distance_m,
            "stepGoal": goal,
        }
        for seen in _worn(ask)
    ]


def _stress(ask: Ask) -> Json:
    return [
        {
            "calendarDate": seen.day.isoformat(),
            "values": {
                "overallStressLevel": seen.stress.avg,
                "restStressDuration": seen.stress.rest_s,
                "lowStressDuration": seen.stress.low_s,
                "mediumStressDuration": seen.stress.medium_s,
                "highStressDuration": seen.stress.high_s,
            },
        }
        for seen in _worn(ask)
    ]


def _battery(ask: Ask) -> Json:
    return [
        {
            "calendarDate": seen.day.isoformat(),
            "values": {
                "lowBodyBattery": seen.battery.lowest,
                "highBodyBattery": seen.battery.highest,
            },
        }
        for seen in _worn(ask)
    ]


def _heart_rate(ask: Ask) -> Json:
    return [
        {
            "calendarDate": seen.day.isoformat(),
            "values": {
                "restingHR": seen.resting_bpm,
                "wellnessMinAvgHR": seen.min_bpm,
                "wellnessMaxAvgHR": seen.max_bpm,
            },
        }
        for seen in _worn(ask)
    ]


def _floors(ask: Ask) -> Json:
    return [
        {
            "calendarDate": seen.day.isoformat(),
            "values": {
                "wellnessFloorsAscended": seen.floors_up,
                "wellnessFloorsDescended": seen.floors_down,
                "wellnessUserFloorsAscendedGoal": 10,
            },
        }
        for seen in _worn(ask)
    ]


def _intensity(ask: Ask) -> Json:
    return [
        {
            "calendarDate": seen.day.isoformat(),
            "weeklyGoal": 150,
            "moderateValue": seen.moderate_min,
            "vigorousValue": seen.vigorous_min,
        }
        for seen in _worn(ask)
    ]


def _respiration(ask: Ask) -> Json:
    return [
        {
            "calendarDate": seen.day.isoformat(),
            "avgWakingRespiration": float(seen.breaths),
            "avgSleepRespiration": float(seen.breaths - 1),
        }
        for seen in _worn(ask)
    ]


def _hydration(ask: Ask) -> Json:
    noted = [(day, drinks(ask.athlete, day)) for day in ask.days]
    return [
        {"calendarDate": day.isoformat(), "valueInML": water.drunk_ml, "goalInML": water.goal_ml}
        for day, water in noted
        if water is not None
    ]


def _hydration_day(ask: Ask) -> Json:
    water = drinks(ask.athlete, ask.first) if ask.first in ask.days else None
    return {
        "userId": ask.owner.profile_id,
        "calendarDate": ask.first.isoformat(),
        "valueInML": water.drunk_ml if water else None,
        "goalInML": water.goal_ml if water else None,
        "sweatLossInML": water.sweat_ml if water else None,
        "activityIntakeInML": None,
        "lastEntryTimestampLocal": None,
    }


_STATS = "/usersummary-service/stats/{kind}/daily/{{first}}/{{last}}"
ROUTES = (
    Served(_STATS.format(kind="steps"), _steps, BOTH, cap_days=28),
    Served(_STATS.format(kind="stress"), _stress, BOTH, cap_days=28),
    Served(_STATS.format(kind="hydration"), _hydration, BOTH, cap_days=31),
    Served(_STATS.format(kind="bodybattery"), _battery, ACCOUNT, cap_days=28),
    Served(_STATS.format(kind="heartRate"), _heart_rate, ACCOUNT, cap_days=28),
    Served(_STATS.format(kind="floors"), _floors, ACCOUNT, cap_days=28),
    Served(_STATS.format(kind="im"), _intensity, ACCOUNT, cap_days=28),
    Served(_STATS.format(kind="respiration"), _respiration, ACCOUNT, cap_days=31),
    Served("/usersummary-service/usersummary/hydration/daily/{day}", _hydration_day, ACCOUNT),
)
