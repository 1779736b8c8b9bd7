"""Activities: the list, one in detail, the light rows of a range, the types."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

from training_analyzer.model import Api
from training_analyzer.simulator.fate import ONE_DAY
from training_analyzer.simulator.habits import KINDS, Kind
from training_analyzer.simulator.payloads.activity_detail import detail, time_in_zones
from training_analyzer.simulator.payloads.activity_rows import list_row
from training_analyzer.simulator.payloads.asking import (
    ACCOUNT,
    BOTH,
    NOT_FOUND,
    Ask,
    Served,
    stamp,
)
from training_analyzer.simulator.training import Activity, activities_on, find_activity

if TYPE_CHECKING:
    from collections.abc import Mapping

    from training_analyzer.simulator.answer import Answer
    from training_analyzer.streams import Json

_DEFAULT_PAGE: Final = {Api.ACCOUNT: 20, Api.PERSONAL: 99}
_LARGEST_PERSONAL_PAGE: Final = 45
_LARGEST_PAGE: Final = 1000
_CHILD_OF: Final = {kind.type_id: kind.parent_id for kind in KINDS}
_KEY_OF: Final = {kind.type_id: kind.key for kind in KINDS}


def _known(ask: Ask, first: date, last: date) -> list[Activity]:
    """Return the finished activities of the days, newest first."""
    found: list[Activity] = []
    day = min(last, ask.now.date() + ONE_DAY)
    while day >= max(first, ask.athlete.since):
        done = [one for one in activities_on(ask.athlete, day) if one.end <= ask.known]
        found.extend(reversed(done))
        day -= ONE_DAY
    return found


def _is_of(kind: Kind, key: str) -> bool:
    """Return whether *kind* is *key* or lies below it in the tree of types."""
    at: int | None = kind.type_id
    while at:
        if _KEY_OF.get(at) == key:
            return True
        at = _CHILD_OF.get(at)
    return False


def _list(ask: Ask) -> Json | Answer:
    query = ask.query
    try:
        start = int(query.get("start", "0"))
        limit = int(query.get("limit", _DEFAULT_PAGE[ask.api]))
        first = _date(query.get("startDate"), ask.athlete.since)
        last = _date(query.get("endDate"), ask.now.date() + ONE_DAY)
    except ValueError:
        return ask.refuse(400, "Bad Request")
    if start < 0 or not 0 < limit <= _LARGEST_PAGE:
        return ask.refuse(400, "Bad Request")
    if ask.api is Api.PERSONAL and limit > _LARGEST_PERSONAL_PAGE:
        return ask.refuse(500)
    wanted = [one for one in _known(ask, first, last) if _matches(one, query)]
    if query.get("sortOrder") == "asc":
        wanted.reverse()
    return [list_row(ask, one) for one in wanted[start : start + limit]]


def _matches(one: Activity, query: Mapping[str, str]) -> bool:
    kind, sub_kind = query.get("activityType"), query.get("activitySubType")
    return (not kind or _is_of(one.kind, kind)) and (not sub_kind or one.kind.key == sub_kind)


def _date(text: str | None, otherwise: date) -> date:
    return date.fromisoformat(text) if text else otherwise


def _count(ask: Ask) -> Json:
    return len(_known(ask, ask.athlete.since, ask.now.date() + ONE_DAY))


def found_activity(ask: Ask) -> Activity | None:
    """Return the activity or leg that the path names, once it has reached Garmin."""
    one = find_activity(ask.athlete, int(ask.places["id"]))
    return one if one is not None and one.end <= ask.known else None


def _detail(ask: Ask) -> Json | Answer:
    one = found_activity(ask)
    return NOT_FOUND if one is None else detail(ask, one)


def _zones(ask: Ask) -> Json | Answer:
    one = found_activity(ask)
    return NOT_FOUND if one is None else time_in_zones(ask, one)


def _none_of(ask: Ask) -> Json | Answer:
    """Answer with an empty list for parts that the invented activities do not have."""
    return NOT_FOUND if found_activity(ask) is None else []


def _splits(ask: Ask) -> Json | Answer:
    one = found_activity(ask)
    if one is None:
        return NOT_FOUND
    parts = one.legs or (one,)
    laps: list[Json] = [_lap(leg, number) for number, leg in enumerate(parts, start=1)]
    return {"activityId": one.activity_id, "lapDTOs": laps, "eventDTOs": []}


def _lap(one: Activity, number: int) -> dict[str, Json]:
    """Return what a file would say of the lap; a watch makes one for each sport."""
    values: dict[str, Json] = {
        "startTimeGMT": stamp(one.start),
        "distance": one.distance_m,
        "duration": one.duration_s,
        "movingDuration": round(one.duration_s * 0.99, 1),
        "elapsedDuration": one.elapsed_s,
        "elevationGain": one.ascent_m,
        "elevationLoss": one.ascent_m,
        "averageSpeed": round(one.speed_mps, 4),
        "maxSpeed": round(one.speed_mps * 1.35, 4),
        "calories": one.kcal,
        "averageHR": one.avg_bpm and float(one.avg_bpm),
        "maxHR": one.max_bpm and float(one.max_bpm),
        "averagePower": one.power_w and float(one.power_w),
        "lapIndex": number,
        "lengthDTOs": [],
        "connectIQMeasurement": [],
    }
    return {key: value for key, value in values.items() if value is not None}


def _light_rows(ask: Ask) -> Json:
    rows: list[Json] = []
    for one in reversed(_known(ask, ask.first, ask.last)):
        parent = _KEY_OF.get(one.kind.parent_id, "all")
        rows.append(
            {
                "activityId": one.activity_id,
                "startLocal": stamp(one.start, one.offset_s).removesuffix(".0"),
                "activityType": one.kind.key if parent == "all" else parent,
                "aerobicTrainingEffect": one.effect,
                "parentId": None,
            }
        )
    return rows


def _types(_ask: Ask) -> Json:
    return [
        {
            "typeId": kind.type_id,
            "typeKey": kind.key,
            "parentTypeId": kind.parent_id or None,
            "isHidden": False,
            "restricted": False,
            "trimmable": True,
        }
        for kind in KINDS
    ]


def _fordate(ask: Ask) -> Json:
    rows: list[Json] = [dict(list_row(ask, one)) for one in _known(ask, ask.first, ask.last)]
    return {"ActivitiesForDay": {"payload": rows}}


_ONE = "/activity-service/activity/{id}"
ROUTES = (
    Served("/activitylist-service/activities/search/activities", _list, BOTH),
    Served("/activitylist-service/activities/count", _count, ACCOUNT),
    Served("/mobile-gateway/heartRate/forDate/{day}", _fordate, ACCOUNT),
    Served("/fitnessstats-service/activity/all", _light_rows, ACCOUNT, ("startDate", "endDate")),
    Served("/activity-service/activity/activityTypes", _types, ACCOUNT),
    Served(_ONE, _detail, BOTH),
    Served(f"{_ONE}/workouts", _none_of, BOTH),
    Served(f"{_ONE}/splits", _splits, ACCOUNT),
    Served(f"{_ONE}/typedsplits", _splits, ACCOUNT),
    Served(f"{_ONE}/hrTimeInZones", _zones, ACCOUNT),
    Served(f"{_ONE}/powerTimeInZones", _none_of, ACCOUNT),
    Served(f"{_ONE}/exerciseSets", _none_of, ACCOUNT),
    Served("/gear-service/gear/filterGear", lambda _ask: [], ACCOUNT),
)
