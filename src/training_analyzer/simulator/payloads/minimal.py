"""Small honest answers for what unmodified clients ask and the invented lives do not have."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from training_analyzer.simulator.fate import bounds
from training_analyzer.simulator.payloads.asking import (
    ACCOUNT,
    BOTH,
    NO_CONTENT,
    Ask,
    Served,
    stamp,
)
from training_analyzer.simulator.payloads.battery import frame
from training_analyzer.simulator.wellness import wellness

if TYPE_CHECKING:
    from training_analyzer.streams import Json

_QUARTER = timedelta(minutes=15)


def _steps_day(ask: Ask) -> Json:
    """Spread the day's steps evenly over its quarters of an hour."""
    seen = wellness(ask.athlete, ask.first, ask.known)
    if seen is None:
        return []
    count = max(1, (seen.end - seen.start) // _QUARTER)
    rows: list[Json] = []
    for n in range(count):
        start = seen.start + n * _QUARTER
        upto, before = seen.steps * (n + 1) // count, seen.steps * n // count
        rows.append(
            {
                "startGMT": stamp(start),
                "endGMT": stamp(start + _QUARTER),
                "steps": upto - before,
                "pushes": 0,
                "primaryActivityLevel": "sedentary",
                "activityLevelConstant": True,
            }
        )
    return rows


def _floors_day(ask: Ask) -> Json:
    seen = wellness(ask.athlete, ask.first, ask.known)
    values: list[Json] = []
    if seen is not None:
        span = [stamp(seen.start), stamp(seen.end)]
        values.append([*span, int(seen.floors_up), int(seen.floors_down)])
    keys = ("startTimeGMT", "endTimeGMT", "floorsAscended", "floorsDescended")
    return {
        **frame(ask, ask.first),
        "floorsValueDescriptorDTOList": [
            {"key": key, "index": index} for index, key in enumerate(keys)
        ],
        "floorValuesArray": values,
    }


def _intensity_day(ask: Ask) -> Json:
    seen = wellness(ask.athlete, ask.first, ask.known)
    return {
        "userProfilePK": ask.owner.profile_id,
        **frame(ask, ask.first),
        "weekGoal": 150,
        "moderateMinutes": seen.moderate_min if seen else None,
        "vigorousMinutes": seen.vigorous_min if seen else None,
        "imValuesArray": [],
    }


def _respiration_day(ask: Ask) -> Json:
    seen = wellness(ask.athlete, ask.first, ask.known)
    values: list[Json] = []
    if seen is not None and not ask.is_archived:
        start = round(bounds(ask.athlete, ask.first)[0].timestamp() * 1000)
        values = [[start + 3_600_000 * n, float(seen.breaths)] for n in range(24)]
    return {
        "userProfilePK": ask.owner.profile_id,
        **frame(ask, ask.first),
        "lowestRespirationValue": float(seen.breaths - 5) if seen else None,
        "highestRespirationValue": float(seen.breaths + 8) if seen else None,
        "avgWakingRespirationValue": float(seen.breaths) if seen else None,
        "avgSleepRespirationValue": float(seen.breaths - 1) if seen else None,
        "respirationValuesArray": values,
    }


def _no_food(ask: Ask) -> Json:
    return {"mealDate": ask.first.isoformat(), "dailyNutritionContent": None, "mealDetails": []}


_WELLNESS = "/wellness-service/wellness"
_PERIODIC = "/periodichealth-service/menstrualcycle"
ROUTES = (
    Served(f"{_WELLNESS}/dailySummaryChart/{{name}}", _steps_day, ACCOUNT, ("date",)),
    Served(f"{_WELLNESS}/floorsChartData/daily/{{day}}", _floors_day, ACCOUNT),
    Served(f"{_WELLNESS}/daily/im/{{day}}", _intensity_day, ACCOUNT),
    Served(f"{_WELLNESS}/daily/respiration/{{day}}", _respiration_day, ACCOUNT),
    Served(f"{_WELLNESS}/dailyEvents", lambda _ask: [], ACCOUNT),
    Served("/sleep-service/sleep/naps/{day}", lambda _ask: [], ACCOUNT),
    Served(
        "/goal-service/goal/user/effective/weightgoal/{first}/{last}",
        lambda _ask: {"goals": []},
        BOTH,
    ),
    Served("/nutrition-service/food/logs/{day}", _no_food, BOTH),
    Served(f"{_PERIODIC}/summary/{{day}}", lambda _ask: NO_CONTENT, BOTH),
    Served(f"{_PERIODIC}/dayview/{{day}}", lambda _ask: NO_CONTENT, BOTH),
    Served(
        "/wellnessactivity-service/activity/summary/range/{first}/{last}", lambda _ask: [], BOTH
    ),
)
