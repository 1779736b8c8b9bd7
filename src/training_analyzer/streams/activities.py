"""The list of activities: one row each, with the totals that the person may have edited."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from training_analyzer.model import Api, Group
from training_analyzer.streams.fields import (
    at_local,
    at_utc,
    big_integer,
    day,
    first_of,
    flag,
    identifier,
    integer,
    not_negative,
    number,
    offset,
    positive,
    text,
)
from training_analyzer.streams.rows import RowParser, any_of, digest_of, listed
from training_analyzer.streams.stream import Route, Stream

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from training_analyzer.streams.fields import Column, Record

_start_utc = at_utc("startTimeGMT")
_end_utc = at_utc("endTimeGMT")
_duration_s = number("duration", not_negative)
_elapsed = number("elapsedDuration", not_negative)
# No land on earth is higher; old rows give centimetres, so theirs is.
_HIGHEST_M: Final = 9000


def _counts_milliseconds(record: Record) -> bool:
    """Whether the row is of the old kind: elapsed time in ms, elevations in cm.

    Recorded rows of 2018-2021 are, those of 2026 are not. A pause of days looks alike,
    except that end and start then confirm the elapsed seconds.
    """
    elapsed, duration = _elapsed(record), _duration_s(record)
    if not elapsed or not duration or elapsed <= 100 * duration:
        return False
    start, end = _start_utc(record), _end_utc(record)
    if start is None or end is None:
        return True
    return abs((end - start).total_seconds() - elapsed) > elapsed / 10


def _elapsed_s(record: Record) -> float | None:
    elapsed = _elapsed(record)
    if elapsed is None or not _counts_milliseconds(record):
        return elapsed
    return elapsed / 1000


def _end(record: Record) -> datetime | None:
    """Return the end; old rows have none, theirs is the start plus the elapsed time."""
    end, start = _end_utc(record), _start_utc(record)
    if end is not None or start is None:
        return end
    length = _elapsed_s(record) or _duration_s(record)
    try:
        return None if length is None else start + timedelta(milliseconds=round(length * 1000))
    except OverflowError:
        return None


def _elevation_m(path: str) -> Column:
    """Read an elevation; of an old row None, because its detail has the right one."""
    elevation = number(path, lambda metres: abs(metres) <= _HIGHEST_M)
    return lambda record: None if _counts_milliseconds(record) else elevation(record)


_COLUMNS: Final[Mapping[str, Column]] = {
    "activity_id": big_integer("activityId"),
    "name": text("activityName"),
    "type_key": text("activityType.typeKey"),
    "type_id": integer("activityType.typeId"),
    "parent_type_id": integer("activityType.parentTypeId"),
    "event_type": text("eventType.typeKey"),
    "start_utc": _start_utc,
    "start_local": at_local("startTimeLocal"),
    "utc_offset_s": offset("startTimeLocal", "startTimeGMT"),
    "end_utc": _end,
    # The user's day; the UTC day of a row without a wall clock is at most one off.
    "calendar_date": first_of(day("startTimeLocal"), day("startTimeGMT")),
    "distance_m": number("distance"),
    "duration_s": _duration_s,
    "elapsed_s": _elapsed_s,
    "moving_s": number("movingDuration"),
    "elevation_gain_m": number("elevationGain"),
    "elevation_loss_m": number("elevationLoss"),
    "elevation_min_m": _elevation_m("minElevation"),
    "elevation_max_m": _elevation_m("maxElevation"),
    "avg_speed_mps": number("averageSpeed"),
    "max_speed_mps": number("maxSpeed"),
    "avg_grade_adjusted_speed_mps": number("avgGradeAdjustedSpeed"),
    "avg_hr_bpm": number("averageHR", positive),
    "max_hr_bpm": number("maxHR", positive),
    **{f"hr_zone{zone}_s": number(f"hrTimeInZone_{zone}") for zone in range(1, 6)},
    "avg_power_w": number("avgPower"),
    "max_power_w": number("maxPower"),
    "norm_power_w": number("normPower"),
    "max_20min_power_w": number("max20MinPower"),
    **{f"power_zone{zone}_s": number(f"powerTimeInZone_{zone}") for zone in range(1, 8)},
    "training_stress_score": number("trainingStressScore"),
    "intensity_factor": number("intensityFactor"),
    "calories_kcal": number("calories"),
    "bmr_calories_kcal": number("bmrCalories"),
    "avg_run_cadence_spm": number("averageRunningCadenceInStepsPerMinute"),
    "max_run_cadence_spm": number("maxRunningCadenceInStepsPerMinute"),
    "avg_bike_cadence_rpm": number("averageBikingCadenceInRevPerMinute"),
    "avg_swim_cadence_spm": number("averageSwimCadenceInStrokesPerMinute"),
    "avg_swolf": number("averageSwolf"),
    "active_lengths": integer("activeLengths"),
    "pool_length_cm": number("poolLength"),
    "strokes": number("strokes"),
    "steps": integer("steps"),
    "avg_stride_cm": number("avgStrideLength"),
    "avg_ground_contact_ms": number("avgGroundContactTime"),
    "avg_vertical_oscillation_cm": number("avgVerticalOscillation"),
    "aerobic_training_effect": number("aerobicTrainingEffect"),
    "anaerobic_training_effect": number("anaerobicTrainingEffect"),
    "training_effect_label": text("trainingEffectLabel"),
    "training_load": number("activityTrainingLoad"),
    "vo2max": number("vO2MaxValue", positive),
    "moderate_intensity_min": integer("moderateIntensityMinutes"),
    "vigorous_intensity_min": integer("vigorousIntensityMinutes"),
    "body_battery_change": integer("differenceBodyBattery"),
    "sweat_ml": number("waterEstimated"),
    "min_temperature_c": number("minTemperature"),
    "max_temperature_c": number("maxTemperature"),
    "start_latitude_deg": number("startLatitude"),
    "start_longitude_deg": number("startLongitude"),
    "end_latitude_deg": number("endLatitude"),
    "end_longitude_deg": number("endLongitude"),
    "location": text("locationName"),
    "lap_count": integer("lapCount"),
    "device_id": identifier("deviceId"),
    "manufacturer": text("manufacturer"),
    "workout_id": identifier("workoutId"),
    "privacy": text("privacy.typeKey"),
    "is_parent": flag("parent"),
    "parent_id": big_integer("parentId"),
    "is_manual": flag("manualActivity"),
    "is_favorite": flag("favorite"),
    "is_personal_record": flag("pr"),
    "has_gps": flag("hasPolyline"),
}

parse_activities: Final = RowParser(
    listed(),
    {**_COLUMNS, "row_sha256": digest_of(_COLUMNS)},
    key=("activity_id",),
    measured=any_of("calendar_date"),
)
"""Return one row per activity of a list answer; absent fields are None.

A multisport is one row, its parent: the legs are in nobody's list. Rows of before about
2022 give elapsed time in ms, which is converted, and elevations in cm, which are left out.
Source: `/activitylist-service/activities/search/activities`, recorded 2018-2026.
"""


def _route(page_size: int) -> Route:
    return Route(
        path="/activitylist-service/activities/search/activities",
        query={"startDate": "{first}", "endDate": "{last}"},
        parse=parse_activities,
        cap_days=92,
        page_size=page_size,
    )


ACTIVITIES: Final = Stream(
    name="activities",
    group=Group.ACTIVITIES,
    table="activities",
    key=("activity_id",),
    # A row has no stamp of its last change: an old one is found by asking for it again.
    sweep_days=7,
    # The Personal API answers 500 to pages of more than about 45 rows.
    routes={Api.ACCOUNT: _route(page_size=100), Api.PERSONAL: _route(page_size=40)},
)
