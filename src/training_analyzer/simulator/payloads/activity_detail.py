"""One activity as its own page shows it; names differ from the list's."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from training_analyzer.simulator.fate import place_on
from training_analyzer.simulator.payloads.activity_rows import event_of, has_gps, type_of
from training_analyzer.simulator.payloads.asking import Ask, stamp

if TYPE_CHECKING:
    from training_analyzer.simulator.training import Activity
    from training_analyzer.streams import Json


def detail(ask: Ask, one: Activity) -> dict[str, Json]:
    """Return the detail of an activity or of a leg."""
    zone = place_on(ask.athlete, one.day).time_zone
    found: dict[str, Json] = {
        "activityId": one.activity_id,
        "activityUUID": {"uuid": str(UUID(int=one.activity_id))},
        "activityName": one.name,
        "userProfileId": ask.owner.profile_id,
        "isMultiSportParent": bool(one.legs),
        "activityTypeDTO": type_of(one.kind),
        "eventTypeDTO": event_of(one),
        "accessControlRuleDTO": {"typeId": 2, "typeKey": "private"},
        "timeZoneUnitDTO": {"unitId": 124, "unitKey": zone, "factor": 0.0, "timeZone": zone},
        "metadataDTO": _metadata(ask, one),
        "summaryDTO": _summary(ask, one),
        "locationName": place_on(ask.athlete, one.day).city if has_gps(one) else None,
    }
    if one.parent_id is not None:
        found["parentId"] = one.parent_id
    return found


def _metadata(ask: Ask, one: Activity) -> dict[str, Json]:
    uploaded = stamp(one.end + timedelta(minutes=3))
    watch = None if one.is_manual else ask.athlete.watch_on(one.day)
    return {
        "isOriginal": True,
        "fileFormat": None if watch is None else {"formatId": 7, "formatKey": "fit"},
        "lastUpdateDate": uploaded,
        "uploadedDate": uploaded,
        "hasPolyline": has_gps(one),
        "hasHrTimeInZones": one.avg_bpm is not None,
        "hasPowerTimeInZones": False,
        "userInfoDto": {
            "userProfilePk": ask.owner.profile_id,
            "displayname": ask.owner.display_name,
            "fullname": ask.owner.full_name,
        },
        "childIds": [leg.activity_id for leg in one.legs],
        "childActivityTypes": [leg.kind.key for leg in one.legs],
        "manufacturer": None if watch is None else "GARMIN",
        "lapCount": max(1, len(one.legs)),
        "deviceMetaDataDTO": None
        if watch is None
        else {"deviceId": str(watch.device_id), "deviceTypePk": 37229, "deviceVersionPk": 1003399},
        "personalRecord": False,
        "gcj02": False,
        "favorite": one.is_race,
        "elevationCorrected": False,
        "manualActivity": one.is_manual,
        "trimmed": False,
    }


def _summary(ask: Ask, one: Activity) -> dict[str, Json]:
    place = place_on(ask.athlete, one.day)
    values: dict[str, Json] = {
        "startTimeLocal": stamp(one.start, one.offset_s),
        "startTimeGMT": stamp(one.start),
        "startLatitude": place.latitude if has_gps(one) else None,
        "startLongitude": place.longitude if has_gps(one) else None,
        "distance": one.distance_m,
        "duration": one.duration_s,
        "movingDuration": round(one.duration_s * 0.99, 1),
        "elapsedDuration": one.elapsed_s,
        "elevationGain": one.ascent_m,
        "elevationLoss": one.ascent_m,
        "averageSpeed": round(one.speed_mps, 4),
        "averageMovingSpeed": round(one.speed_mps / 0.99, 4),
        "maxSpeed": round(one.speed_mps * 1.35, 4),
        "calories": one.kcal,
        "averageHR": one.avg_bpm and float(one.avg_bpm),
        "maxHR": one.max_bpm and float(one.max_bpm),
        "averagePower": one.power_w and float(one.power_w),
        "normalizedPower": one.power_w and float(round(one.power_w * 1.07)),
        "moderateIntensityMinutes": round(one.zone_s[1] / 60),
        "vigorousIntensityMinutes": round(sum(one.zone_s[2:]) / 60),
        "steps": one.steps or None,
    }
    if not one.is_manual:
        values |= {
            "trainingEffect": one.effect,
            "anaerobicTrainingEffect": one.anaerobic_effect,
            "trainingEffectLabel": one.effort.label,
            "activityTrainingLoad": one.load,
        }
    return {key: value for key, value in values.items() if value is not None}


def time_in_zones(ask: Ask, one: Activity) -> list[Json]:
    """Return the seconds in each heart-rate zone with the zone's lower edge."""
    top = ask.athlete.traits.max_bpm
    edges = (0.50, 0.60, 0.72, 0.82, 0.90)
    return [
        {"zoneNumber": n, "secsInZone": s, "zoneLowBoundary": round(top * edge)}
        for n, (s, edge) in enumerate(zip(one.zone_s, edges, strict=True), start=1)
    ]
