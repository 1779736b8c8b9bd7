"""Who the account belongs to, its devices, its records, and the probe for changes."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from training_analyzer.simulator.curves import ms
from training_analyzer.simulator.fate import ONE_DAY, today_of, vo2max_on
from training_analyzer.simulator.fitness import threshold
from training_analyzer.simulator.habits import RIDE, RUN, TRAIL_RUN, TRAINER
from training_analyzer.simulator.payloads.asking import ACCOUNT, BOTH, NULL, Ask, Served, stamp
from training_analyzer.simulator.training import Activity, activities_on
from training_analyzer.simulator.wellness import last_sync

if TYPE_CHECKING:
    from collections.abc import Iterator

    from training_analyzer.simulator.answer import Answer
    from training_analyzer.streams import Json

_RUN_RECORDS = ((1, 1000.0), (2, 1609.344), (3, 5000.0), (4, 10_000.0))
_LONGEST_RUN, _LONGEST_RIDE, _MOST_ASCENT = 7, 8, 9


def _social(ask: Ask) -> Json:
    return {
        "id": ask.owner.profile_id - 1_000_000,
        "profileId": ask.owner.profile_id,
        "garminGUID": ask.owner.guid,
        "displayName": ask.owner.display_name,
        "fullName": ask.owner.full_name,
        "userName": ask.owner.email,
        "profileVisibility": "private",
    }


def _user_settings(ask: Ask) -> Json:
    athlete, traits = ask.athlete, ask.athlete.traits
    today = today_of(athlete, ask.now)
    speed, bpm = threshold(athlete, today)
    trains = athlete.watch_on(today).has_training
    level = float(round(vo2max_on(athlete, today)))
    return {
        "id": ask.owner.profile_id,
        "userData": {
            "gender": traits.sex,
            "weight": float(traits.weight_g),
            "height": traits.height_cm,
            "birthDate": traits.born.isoformat(),
            "measurementSystem": "metric",
            "vo2MaxRunning": level if trains else None,
            "vo2MaxCycling": level - 2 if trains and traits.ftp_w else None,
            "lactateThresholdHeartRate": bpm if trains else None,
            "lactateThresholdSpeed": round(speed / 10, 8) if trains else None,
        },
        "userSleep": {
            "sleepTime": traits.bed_min * 60,
            "defaultSleepTime": False,
            "wakeTime": (traits.bed_min + traits.sleep_min) % 1440 * 60,
            "defaultWakeTime": False,
        },
        "connectDate": None,
        "sourceType": None,
    }


def _settings(ask: Ask) -> Json:
    return {
        "displayName": ask.owner.display_name,
        "preferredLocale": "en",
        "measurementSystem": "metric",
        "timeZone": ask.athlete.time_zone,
    }


def _personal_information(ask: Ask) -> Json:
    zone = ask.athlete.time_zone
    return {"userInfo": {"timeZone": zone, "locale": "en"}, "timeZone": zone}


def _devices(ask: Ask) -> Json:
    current = ask.athlete.watch_on(today_of(ask.athlete, ask.now))
    return [
        {
            "deviceId": watch.device_id,
            "unitId": watch.device_id,
            "productDisplayName": watch.name,
            "displayName": watch.name,
            "applicationKey": watch.name.lower().replace(" ", "").replace("-", ""),
            "partNumber": watch.part_number,
            "currentFirmwareVersion": "21.19",
            "primaryActivityTrackerIndicator": watch is current,
            "deviceStatus": "active",
        }
        for first, watch in ask.athlete.watches
        if first <= ask.now.date()
    ]


def _last_used(ask: Ask) -> Json:
    synced = last_sync(ask.athlete, ask.now)
    watch = ask.athlete.watch_on(today_of(ask.athlete, ask.known))
    return {
        "userDeviceId": watch.device_id,
        "userProfileNumber": ask.owner.profile_id,
        "lastUsedDeviceName": watch.name,
        "lastUsedDeviceUploadTime": None if synced is None else ms(synced),
    }


def _primary_device(ask: Ask) -> Json:
    watch = ask.athlete.watch_on(today_of(ask.athlete, ask.now))
    primary: dict[str, Json] = {"deviceId": watch.device_id, "displayName": watch.name}
    return {"PrimaryTrainingDevice": primary, "PrimaryTrainingDevices": {"deviceWeights": []}}


def _sync_timestamp(ask: Ask) -> Json | Answer:
    synced = last_sync(ask.athlete, ask.now)
    return NULL if synced is None else stamp(synced)


def _whole_life(ask: Ask) -> Iterator[Activity]:
    day = ask.athlete.since
    last = today_of(ask.athlete, ask.now)
    while day <= last:
        for one in activities_on(ask.athlete, day):
            if one.end <= ask.known:
                yield from one.legs or (one,)
        day += ONE_DAY


def _records(ask: Ask) -> Json:
    best: dict[int, tuple[float, Activity]] = {}
    for one in _whole_life(ask):
        if one.kind in (RUN, TRAIL_RUN):
            for type_id, metres in _RUN_RECORDS:
                seconds = metres / (one.speed_mps * (1.06 if metres < one.distance_m / 2 else 1.01))
                if metres <= one.distance_m and seconds < best.get(type_id, (9e9,))[0]:
                    best[type_id] = (round(seconds, 3), one)
            _keep_larger(best, _LONGEST_RUN, one.distance_m, one)
        elif one.kind in (RIDE, TRAINER):
            _keep_larger(best, _LONGEST_RIDE, one.distance_m, one)
            _keep_larger(best, _MOST_ASCENT, one.ascent_m, one)
    return [
        {
            "id": one.activity_id * 100 + type_id,
            "typeId": type_id,
            "activityId": one.activity_id,
            "activityName": one.name,
            "activityType": one.kind.key,
            "status": "ACCEPTED",
            "value": value,
            "prStartTimeGmt": ms(one.start),
            "actStartDateTimeInGMT": ms(one.start),
            "createdDate": ms(one.end + timedelta(minutes=3)),
        }
        for type_id, (value, one) in sorted(best.items())
    ]


def _keep_larger(
    best: dict[int, tuple[float, Activity]], type_id: int, value: float, one: Activity
) -> None:
    if value > best.get(type_id, (0.0,))[0]:
        best[type_id] = (value, one)


_PROFILE = "/userprofile-service"
_DEVICE = "/device-service"
ROUTES = (
    Served(f"{_PROFILE}/socialProfile", _social, ACCOUNT),
    Served(f"{_PROFILE}/userprofile/user-settings", _user_settings, ACCOUNT),
    Served(f"{_PROFILE}/userprofile/settings", _settings, BOTH),
    Served(f"{_PROFILE}/userprofile/personal-information/{{name}}", _personal_information, ACCOUNT),
    Served(f"{_DEVICE}/deviceregistration/devices", _devices, ACCOUNT),
    Served(f"{_DEVICE}/deviceservice/mylastused", _last_used, ACCOUNT),
    Served("/web-gateway/device-info/primary-training-device", _primary_device, ACCOUNT),
    Served("/wellness-service/wellness/syncTimestamp", _sync_timestamp, ACCOUNT),
    Served("/personalrecord-service/personalrecord/prs/{name}", _records, ACCOUNT),
)
