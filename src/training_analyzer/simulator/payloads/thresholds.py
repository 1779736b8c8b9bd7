"""Thresholds, power and zones: the latest values and their history."""

from __future__ import annotations

from typing import TYPE_CHECKING

from training_analyzer.simulator.fitness import threshold
from training_analyzer.simulator.payloads.asking import ACCOUNT, BOTH, Ask, Served, midnight
from training_analyzer.simulator.payloads.fitness import judged, latest_judged

if TYPE_CHECKING:
    from datetime import date

    from training_analyzer.streams import Json


def _threshold_entry(ask: Ask, day: date, **value: Json) -> dict[str, Json]:
    return {
        "userProfilePK": ask.owner.profile_id,
        "version": day.toordinal(),
        "calendarDate": midnight(day),
        "sequence": day.toordinal(),
        "speed": None,
        "hearRate": None,
        "heartRateCycling": None,
        **value,
    }


def _latest_threshold(ask: Ask) -> Json:
    """Answer in two near-duplicates as Garmin does: m/s by ten, and `hearRate` sic."""
    day = latest_judged(ask)
    if day is None:
        return []
    speed, bpm = threshold(ask.athlete, day)
    return [
        _threshold_entry(ask, day, speed=round(speed / 10, 8)),
        _threshold_entry(ask, day, hearRate=bpm),
    ]


def _threshold_range(ask: Ask) -> Json:
    wants_speed = "speed" in ask.places["series"].lower()
    rows: list[Json] = []
    for day in [day for day in judged(ask) if day.day in (1, 15)]:
        speed, bpm = threshold(ask.athlete, day)
        rows.append(
            {
                "from": day.isoformat(),
                "until": day.isoformat(),
                "series": "running",
                "value": round(speed / 10, 8) if wants_speed else float(bpm),
                "updatedDate": day.isoformat(),
            }
        )
    return rows


def _ftp_entry(ask: Ask, day: date) -> dict[str, Json]:
    return {
        "userProfilePK": ask.owner.profile_id,
        "calendarDate": midnight(day),
        "functionalThresholdPower": ask.athlete.traits.ftp_w,
        "sport": "CYCLING",
        "isStale": False,
        "biometricSourceType": "DEVICE",
    }


def _latest_ftp(ask: Ask) -> Json:
    day = latest_judged(ask)
    return _ftp_entry(ask, day) if day and ask.athlete.traits.ftp_w else {}


def _power_to_weight(ask: Ask) -> Json:
    """Answer a row per sport: its date moves with the weight, the threshold keeps its own."""
    day, ftp = latest_judged(ask), ask.athlete.traits.ftp_w
    if day is None or ftp is None:
        return []
    kilograms = ask.athlete.traits.weight_g / 1000
    return [
        {
            "userProfilePk": ask.owner.profile_id,
            "calendarDate": midnight(day),
            "origin": "weight",
            "sport": "CYCLING",
            "functionalThresholdPower": ftp,
            "weight": kilograms,
            "powerToWeight": round(ftp / kilograms, 2),
            "ftpCreateTime": midnight(max(day.replace(day=1), ask.athlete.since)),
            "weightCreateTime": midnight(day),
            "isStale": False,
        }
    ]


def _zones(ask: Ask) -> Json:
    traits = ask.athlete.traits
    floors = [round(traits.max_bpm * share) for share in (0.50, 0.60, 0.72, 0.82, 0.90)]
    return [
        {
            "trainingMethod": "HR_MAX",
            "restingHeartRateUsed": traits.resting_bpm,
            "lactateThresholdHeartRateUsed": round(traits.max_bpm * 0.9),
            **{f"zone{n}Floor": floor for n, floor in enumerate(floors, start=1)},
            "maxHeartRateUsed": traits.max_bpm,
            "restingHrAutoUpdateUsed": False,
            "sport": sport,
            "changeState": "UNCHANGED",
        }
        for sport in ("DEFAULT", "RUNNING", "CYCLING")
    ]


_BIOMETRIC = "/biometric-service/biometric"
_STATS = "/biometric-service/stats"
ROUTES = (
    Served(f"{_BIOMETRIC}/latestLactateThreshold", _latest_threshold, ACCOUNT),
    Served(
        f"{_STATS}/{{series}}/range/{{first}}/{{last}}", _threshold_range, ACCOUNT, cap_days=366
    ),
    Served(f"{_BIOMETRIC}/latestFunctionalThresholdPower/CYCLING", _latest_ftp, ACCOUNT),
    Served(f"{_BIOMETRIC}/powerToWeight/latest/{{day}}", _power_to_weight, ACCOUNT),
    Served("/biometric-service/heartRateZones/v2", _zones, BOTH),
    Served("/biometric-service/heartRateZones", _zones, ACCOUNT),
    Served("/biometric-service/powerZones/sports/all", lambda _ask: [], ACCOUNT),
)
