"""Fitness as Garmin computes it: training status with its loads, and VO2max."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from training_analyzer.errors import UnexpectedPayload
from training_analyzer.model import Api, Group
from training_analyzer.streams.fields import (
    at_utc,
    day,
    first_of,
    flag,
    identifier,
    integer,
    number,
    positive,
    text,
)
from training_analyzer.streams.rows import RowParser, any_of, child, inner_objects, listed
from training_analyzer.streams.stream import Route, Stream

if TYPE_CHECKING:
    from collections.abc import Iterator

    from training_analyzer.streams.fields import Record
    from training_analyzer.streams.stream import Json

_OK: Final = 200
_NOTHING_THERE: Final = (204, 404)


def _days_of_devices(body: Json) -> Iterator[Record]:
    """Yield the day rows of every device; the map's key stands in for a missing `deviceId`.

    The gateway answers 200 with parts that have a status of their own. One that failed
    is `UnexpectedPayload`: its days are unknown, not empty.
    """
    part = child(body, "weeklyTrainingStatus")
    status = part.get("statusCode") if isinstance(part, dict) else None
    if status in _NOTHING_THERE:
        return
    if status not in (None, _OK):
        raise UnexpectedPayload
    report = child(child(part, "payload"), "reportData")
    if report is None or report == []:
        return
    if not isinstance(report, dict):
        raise UnexpectedPayload
    for device, days in report.items():
        for record in inner_objects(days):
            yield {**record, "keyOfDevice": device}


parse_training_status: Final = RowParser(
    _days_of_devices,
    {
        "calendar_date": day("calendarDate"),
        "device_id": first_of(identifier("deviceId"), identifier("keyOfDevice")),
        "is_primary": flag("primaryTrainingDevice"),
        # Recorded with these phrases: 1 DETRAINING, 2 UNPRODUCTIVE, 4 MAINTAINING,
        # 5 RECOVERY, 6 PEAKING, 7 PRODUCTIVE, 8 STRAINED.
        "status": integer("trainingStatus"),
        "feedback": text("trainingStatusFeedbackPhrase"),
        "since_date": day("sinceDate"),
        "is_paused": flag("trainingPaused"),
        "sport": text("sport"),
        "fitness_trend": integer("fitnessTrend"),
        "computed_utc": at_utc("timestamp"),
        "load_acute": number("acuteTrainingLoadDTO.dailyTrainingLoadAcute"),
        "load_chronic": number("acuteTrainingLoadDTO.dailyTrainingLoadChronic"),
        "load_chronic_min": number("acuteTrainingLoadDTO.minTrainingLoadChronic"),
        "load_chronic_max": number("acuteTrainingLoadDTO.maxTrainingLoadChronic"),
        "acute_chronic_ratio": number("acuteTrainingLoadDTO.dailyAcuteChronicWorkloadRatio"),
        "acute_chronic_pct": integer("acuteTrainingLoadDTO.acwrPercent"),
        "acute_chronic_status": text("acuteTrainingLoadDTO.acwrStatus"),
    },
    key=("calendar_date", "device_id"),
    measured=any_of("status", "load_acute", "load_chronic"),
)
"""Return one row per device and day.

The whole VO2max values beside them are not read: the precise ones have their own stream.
Source: `/mobile-gateway/usersummary/trainingstatus/weekly/{first}/{last}`, recorded
2024-2025; despite its name it answers one row per day.
"""

TRAINING_STATUS: Final = Stream(
    name="training_status",
    group=Group.FITNESS,
    table="training_status_days",
    key=("calendar_date", "device_id"),
    routes={
        Api.ACCOUNT: Route(
            path="/mobile-gateway/usersummary/trainingstatus/weekly/{first}/{last}",
            parse=parse_training_status,
            cap_days=365,
        )
    },
)

# Garmin calls running "generic".
_SPORTS: Final = (("generic", "running"), ("cycling", "cycling"))


def _values_of_sports(body: Json) -> Iterator[Record]:
    for record in listed()(body):
        for name, sport in _SPORTS:
            value = record.get(name)
            if isinstance(value, dict):
                yield {**value, "sport": sport}


parse_vo2max: Final = RowParser(
    _values_of_sports,
    {
        "calendar_date": day("calendarDate"),
        "sport": text("sport"),
        "vo2max": number("vo2MaxValue", positive),
        "vo2max_precise": number("vo2MaxPreciseValue", positive),
        "fitness_age": integer("fitnessAge"),
        "category": integer("maxMetCategory"),
    },
    key=("calendar_date", "sport"),
    measured=any_of("vo2max", "vo2max_precise"),
)
"""Return one row per day and sport, in ml/kg/min; days without a new value are left out.

Source: `/metrics-service/metrics/maxmet/daily/{first}/{last}`; key names recorded, values
only of the latest day.
"""

VO2MAX: Final = Stream(
    name="vo2max",
    group=Group.FITNESS,
    table="vo2max_days",
    key=("calendar_date", "sport"),
    routes={
        Api.ACCOUNT: Route(
            path="/metrics-service/metrics/maxmet/daily/{first}/{last}",
            parse=parse_vo2max,
            cap_days=365,
        )
    },
    every_days=3,
)
