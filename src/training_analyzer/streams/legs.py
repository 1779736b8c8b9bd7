"""An activity's own page: the legs of a multisport, which no list has, and who they are."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from training_analyzer.model import Api, Group
from training_analyzer.streams.fields import (
    at,
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
from training_analyzer.streams.rows import (
    RowParser,
    any_of,
    child,
    digest_of,
    inner_objects,
    single_with,
)
from training_analyzer.streams.stream import Route, Stream

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from training_analyzer.streams.fields import Column, Record
    from training_analyzer.streams.stream import Json

_SUMMARY: Final = "summaryDTO"
_start_utc = at_utc(f"{_SUMMARY}.startTimeGMT")
_elapsed_s = number(f"{_SUMMARY}.elapsedDuration", not_negative)
_duration_s = number(f"{_SUMMARY}.duration", not_negative)


def _end(record: Record) -> datetime | None:
    start, length = _start_utc(record), _elapsed_s(record) or _duration_s(record)
    if start is None or length is None:
        return None
    try:
        return start + timedelta(milliseconds=round(length * 1000))
    except OverflowError:
        return None


_COLUMNS: Final[Mapping[str, Column]] = {
    "activity_id": big_integer("activityId"),
    "name": text("activityName"),
    "type_key": text("activityTypeDTO.typeKey"),
    "type_id": integer("activityTypeDTO.typeId"),
    "parent_type_id": integer("activityTypeDTO.parentTypeId"),
    "event_type": text("eventTypeDTO.typeKey"),
    "start_utc": _start_utc,
    "start_local": at_local(f"{_SUMMARY}.startTimeLocal"),
    "utc_offset_s": offset(f"{_SUMMARY}.startTimeLocal", f"{_SUMMARY}.startTimeGMT"),
    "end_utc": _end,
    "calendar_date": first_of(day(f"{_SUMMARY}.startTimeLocal"), day(f"{_SUMMARY}.startTimeGMT")),
    "distance_m": number(f"{_SUMMARY}.distance"),
    "duration_s": _duration_s,
    "elapsed_s": _elapsed_s,
    "moving_s": number(f"{_SUMMARY}.movingDuration"),
    "elevation_gain_m": number(f"{_SUMMARY}.elevationGain"),
    "elevation_loss_m": number(f"{_SUMMARY}.elevationLoss"),
    "elevation_min_m": number(f"{_SUMMARY}.minElevation"),
    "elevation_max_m": number(f"{_SUMMARY}.maxElevation"),
    "avg_speed_mps": number(f"{_SUMMARY}.averageSpeed"),
    "max_speed_mps": number(f"{_SUMMARY}.maxSpeed"),
    "avg_hr_bpm": number(f"{_SUMMARY}.averageHR", positive),
    "max_hr_bpm": number(f"{_SUMMARY}.maxHR", positive),
    "avg_power_w": number(f"{_SUMMARY}.averagePower"),
    "max_power_w": number(f"{_SUMMARY}.maxPower"),
    "norm_power_w": number(f"{_SUMMARY}.normalizedPower"),
    "calories_kcal": number(f"{_SUMMARY}.calories"),
    "avg_run_cadence_spm": number(f"{_SUMMARY}.averageRunCadence"),
    "avg_bike_cadence_rpm": number(f"{_SUMMARY}.averageBikeCadence"),
    "avg_stride_cm": number(f"{_SUMMARY}.strideLength"),
    "steps": integer(f"{_SUMMARY}.steps"),
    "aerobic_training_effect": number(f"{_SUMMARY}.trainingEffect"),
    "anaerobic_training_effect": number(f"{_SUMMARY}.anaerobicTrainingEffect"),
    "training_effect_label": text(f"{_SUMMARY}.trainingEffectLabel"),
    "training_load": number(f"{_SUMMARY}.activityTrainingLoad"),
    "moderate_intensity_min": integer(f"{_SUMMARY}.moderateIntensityMinutes"),
    "vigorous_intensity_min": integer(f"{_SUMMARY}.vigorousIntensityMinutes"),
    "min_temperature_c": number(f"{_SUMMARY}.minTemperature"),
    "max_temperature_c": number(f"{_SUMMARY}.maxTemperature"),
    "start_latitude_deg": number(f"{_SUMMARY}.startLatitude"),
    "start_longitude_deg": number(f"{_SUMMARY}.startLongitude"),
    "end_latitude_deg": number(f"{_SUMMARY}.endLatitude"),
    "end_longitude_deg": number(f"{_SUMMARY}.endLongitude"),
    "location": text("locationName"),
    "lap_count": integer("metadataDTO.lapCount"),
    "device_id": identifier("metadataDTO.deviceMetaDataDTO.deviceId"),
    "manufacturer": text("metadataDTO.manufacturer"),
    "privacy": text("accessControlRuleDTO.typeKey"),
    "is_manual": flag("metadataDTO.manualActivity"),
    "is_favorite": flag("metadataDTO.favorite"),
    "is_personal_record": flag("metadataDTO.personalRecord"),
    "has_gps": flag("metadataDTO.hasPolyline"),
    "parent_id": big_integer("parentId"),
}

_READ: Final[Mapping[str, Column]] = {**_COLUMNS, "row_sha256": digest_of(_COLUMNS)}
parse_leg: Final = RowParser(
    single_with(_SUMMARY), _READ, key=("activity_id",), measured=any_of("calendar_date")
)
"""Return the row of a leg in the columns of `activities`; names and units of the page differ.

Source: `/activity-service/activity/{id}`, recorded and modelled.
"""


def legs_of(page: Json) -> list[int]:
    """Return the ids of a multisport's legs, transitions included, in their order."""
    children = at(page, "metadataDTO.childIds")
    members = children if isinstance(children, list) else []
    return [one for one in members if isinstance(one, int) and not isinstance(one, bool)]


def joined(activity_id: int, legs: Sequence[Json]) -> Json:
    """Return the pages of a multisport's legs as the one answer that is archived."""
    return {"activityId": activity_id, "legs": list(legs)}


def _legs(body: Json) -> Iterator[Record]:
    """Find each leg's page; whatever that says, its parent is the activity it was asked for."""
    parent = at(body, "activityId")
    for page in inner_objects(child(body, "legs")):
        for record in single_with(_SUMMARY)(page):
            yield {**record, "parentId": parent}


_ROUTE: Final = Route(
    path="/activity-service/activity/{activity_id}",
    parse=RowParser(_legs, _READ, key=("activity_id",), measured=any_of("calendar_date")),
)
ACTIVITY_LEGS: Final = Stream(
    name="activity_legs",
    group=Group.ACTIVITIES,
    table="activities",
    key=("activity_id",),
    routes={Api.ACCOUNT: _ROUTE, Api.PERSONAL: _ROUTE},
)
"""The legs of one multisport. In no plan: they are asked for with its file, by its id."""
