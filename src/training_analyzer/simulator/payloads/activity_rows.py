"""One row of the activity list, in the words of 2026: only keys that have a value."""

from __future__ import annotations

from typing import TYPE_CHECKING

from training_analyzer.simulator.curves import ms
from training_analyzer.simulator.fate import place_on, vo2max_on
from training_analyzer.simulator.habits import RUN, SWIM, TRAIL_RUN, Kind
from training_analyzer.simulator.payloads.asking import Ask, spaced

if TYPE_CHECKING:
    from training_analyzer.simulator.training import Activity
    from training_analyzer.streams import Json


def type_of(kind: Kind) -> dict[str, Json]:
    """Return Garmin's description of a type."""
    return {
        "typeId": kind.type_id,
        "typeKey": kind.key,
        "parentTypeId": kind.parent_id,
        "isHidden": False,
        "restricted": False,
        "trimmable": kind.outdoors,
    }


def event_of(one: Activity) -> dict[str, Json]:
    """Return Garmin's description of the occasion."""
    if one.is_race:
        return {"typeId": 4, "typeKey": "race", "sortOrder": 4}
    return {"typeId": 9, "typeKey": "uncategorized", "sortOrder": 10}


def has_gps(one: Activity) -> bool:
    """Return whether the activity has a track."""
    return one.kind.outdoors and not one.is_manual and one.distance_m > 0


def list_row(ask: Ask, one: Activity) -> dict[str, Json]:
    """Return the activity as the list shows it."""
    row: dict[str, Json] = {
        "activityId": one.activity_id,
        "activityName": one.name,
        "startTimeLocal": spaced(one.start, one.offset_s),
        "startTimeGMT": spaced(one.start),
        "endTimeGMT": spaced(one.end),
        "activityType": type_of(one.kind),
        "eventType": event_of(one),
        **_moved(one),
        "hasPolyline": has_gps(one),
        "ownerId": ask.owner.profile_id,
        "ownerDisplayName": ask.owner.display_name,
        "ownerFullName": ask.owner.full_name,
        "calories": one.kcal,
        "bmrCalories": float(round(one.duration_s / 60)),
        "averageHR": one.avg_bpm and float(one.avg_bpm),
        "maxHR": one.max_bpm and float(one.max_bpm),
        "privacy": {"typeId": 2, "typeKey": "private"},
        "beginTimestamp": None if one.legs else ms(one.start),
        "sportTypeId": one.kind.type_id,
        "manufacturer": None if one.is_manual else "GARMIN",
        "deviceId": None if one.is_manual else ask.athlete.watch_on(one.day).device_id,
        "lapCount": max(1, len(one.legs)),
        "waterEstimated": float(round(one.kcal * 1.05)),
        "moderateIntensityMinutes": round(one.zone_s[1] / 60),
        "vigorousIntensityMinutes": round(sum(one.zone_s[2:]) / 60),
        "parent": bool(one.legs),
        "parentId": one.parent_id,
        "pr": False,
        "favorite": one.is_race,
        "manualActivity": one.is_manual,
        "elevationCorrected": False,
        **_training(ask, one),
        **_on_foot(one),
        **_place(ask, one),
    }
    if one.power_w:
        row |= {
            "avgPower": float(one.power_w),
            "maxPower": float(round(one.power_w * 2.4)),
            "normPower": float(round(one.power_w * 1.07)),
            "averageBikingCadenceInRevPerMinute": 84.0,
        }
    if one.kind is SWIM:
        row |= {"poolLength": 2500.0, "activeLengths": int(one.distance_m / 25)}
    return {key: value for key, value in row.items() if value is not None}


def _moved(one: Activity) -> dict[str, Json]:
    return {
        "distance": one.distance_m,
        "duration": one.duration_s,
        "elapsedDuration": one.elapsed_s,
        "movingDuration": round(one.duration_s * 0.99, 1),
        "elevationGain": one.ascent_m,
        "elevationLoss": one.ascent_m,
        "averageSpeed": round(one.speed_mps, 4),
        "maxSpeed": round(one.speed_mps * 1.35, 4),
    }


def _training(ask: Ask, one: Activity) -> dict[str, Json]:
    if one.is_manual:
        return {}
    zones = {f"hrTimeInZone_{n}": s for n, s in enumerate(one.zone_s, start=1)}
    runs = one.kind in (RUN, TRAIL_RUN) and ask.athlete.watch_on(one.day).has_training
    return {
        **zones,
        "aerobicTrainingEffect": one.effect,
        "anaerobicTrainingEffect": one.anaerobic_effect,
        "trainingEffectLabel": one.effort.label,
        "activityTrainingLoad": one.load,
        "vO2MaxValue": float(round(vo2max_on(ask.athlete, one.day))) if runs else None,
        "differenceBodyBattery": -round(min(16.0, 1 + 0.09 * one.load)),
    }


def _on_foot(one: Activity) -> dict[str, Json]:
    if not one.steps or one.legs:
        return {}
    cadence = one.steps / one.duration_s * 60
    return {
        "steps": one.steps,
        "averageRunningCadenceInStepsPerMinute": round(cadence, 2),
        "avgStrideLength": round(100 * one.distance_m / one.steps, 2),
    }


def _place(ask: Ask, one: Activity) -> dict[str, Json]:
    if not has_gps(one):
        return {}
    place = place_on(ask.athlete, one.day)
    return {
        "startLatitude": place.latitude,
        "startLongitude": place.longitude,
        "endLatitude": place.latitude,
        "endLongitude": place.longitude,
        "locationName": place.city,
        "minElevation": 34.0,
        "maxElevation": round(34.0 + one.ascent_m / 3, 1),
    }
