"""Heart rate: the day's curve, the resting range, the nights of HRV."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from training_analyzer.simulator.curves import heart_rate
from training_analyzer.simulator.fate import bounds
from training_analyzer.simulator.nights import HrvNight, hrv_night, night, resting_bpm
from training_analyzer.simulator.payloads.asking import (
    ACCOUNT,
    BOTH,
    NO_CONTENT,
    Ask,
    Served,
    stamp,
)
from training_analyzer.simulator.payloads.battery import frame
from training_analyzer.simulator.payloads.daily import seven_day_resting
from training_analyzer.simulator.wellness import wellness

if TYPE_CHECKING:
    from training_analyzer.simulator.answer import Answer
    from training_analyzer.streams import Json

_METRICS: Final = {
    "60": "WELLNESS_RESTING_HEART_RATE",
    "22": "WELLNESS_ACTIVE_CALORIES",
    "23": "WELLNESS_BMR_CALORIES",
}


def _heart_day(ask: Ask) -> Json:
    day = ask.first
    seen = wellness(ask.athlete, day, ask.known)
    whole = seen is not None and not ask.is_archived
    curve = heart_rate(ask.athlete, day, ask.known) if whole else []
    samples: list[Json] = [[at, bpm] for at, bpm in curve]
    return {
        "userProfilePK": ask.owner.profile_id,
        **frame(ask, day),
        "maxHeartRate": seen.max_bpm if seen else None,
        "minHeartRate": seen.min_bpm if seen else None,
        "restingHeartRate": seen.resting_bpm if seen else None,
        "lastSevenDaysAvgRestingHeartRate": seven_day_resting(ask, day) if seen else None,
        "heartRateValueDescriptors": [
            {"key": "timestamp", "index": 0},
            {"key": "heartrate", "index": 1},
        ]
        if whole
        else None,
        "heartRateValues": samples if whole else None,
    }


def _resting_range(ask: Ask) -> Json:
    metric = ask.query.get("metricId", "60")
    rows: list[Json] = []
    for day in ask.days:
        seen = wellness(ask.athlete, day, ask.known)
        if seen is None:
            continue
        values = {
            "60": resting_bpm(ask.athlete, day),
            "22": seen.kcal_active,
            "23": seen.kcal_resting,
        }
        value = values.get(metric)
        rows.append({"value": None if value is None else float(value), "calendarDate": str(day)})
    return {
        "userProfileId": ask.owner.profile_id,
        "statisticsStartDate": ask.first.isoformat(),
        "statisticsEndDate": ask.last.isoformat(),
        "allMetrics": {"metricsMap": {_METRICS[metric]: rows} if metric in _METRICS else {}},
        "groupedMetrics": None,
    }


def _known_hrv(ask: Ask) -> list[HrvNight]:
    nights = (hrv_night(ask.athlete, day) for day in ask.days)
    return [slept for slept in nights if slept is not None and slept.created <= ask.known]


def _hrv_summary(slept: HrvNight) -> dict[str, Json]:
    baseline: Json = None
    if slept.baseline is not None:
        low_upper, balanced_low, balanced_upper = slept.baseline
        baseline = {
            "lowUpper": low_upper,
            "balancedLow": balanced_low,
            "balancedUpper": balanced_upper,
            "markerValue": slept.marker,
        }
    return {
        "calendarDate": slept.day.isoformat(),
        "weeklyAvg": slept.weekly_avg,
        "lastNightAvg": slept.night_avg,
        "lastNight5MinHigh": max(slept.readings),
        "baseline": baseline,
        "status": slept.status,
        "feedbackPhrase": f"HRV_{slept.status}_7" if slept.baseline else "ONBOARDING_1",
        # No suffix, but UTC, as recorded.
        "createTimeStamp": stamp(slept.created).replace(".0", ".898"),
    }


def _hrv_range(ask: Ask) -> Json | Answer:
    nights = _known_hrv(ask)
    if not nights:
        return NO_CONTENT
    return {
        "hrvSummaries": [_hrv_summary(slept) for slept in nights],
        "userProfilePk": ask.owner.profile_id,
    }


def _hrv_day(ask: Ask) -> Json | Answer:
    measured = _known_hrv(ask)
    slept = night(ask.athlete, ask.first)
    if not measured or slept is None:
        return NO_CONTENT
    readings: list[Json] = []
    for index, value in enumerate(() if ask.is_archived else measured[0].readings):
        at = slept.start.timestamp() + 300 * (index + 1)
        instant = type(slept.start).fromtimestamp(at, tz=slept.start.tzinfo)
        readings.append(
            {
                "hrvValue": value,
                "readingTimeGMT": stamp(instant),
                "readingTimeLocal": stamp(instant, slept.offset_s),
            }
        )
    return {
        "userProfilePk": ask.owner.profile_id,
        "hrvSummary": _hrv_summary(measured[0]),
        "hrvReadings": readings,
        "startTimestampGMT": stamp(slept.start),
        "endTimestampGMT": stamp(slept.end),
        "startTimestampLocal": stamp(slept.start, slept.offset_s),
        "endTimestampLocal": stamp(slept.end, slept.offset_s),
        "sleepStartTimestampGMT": stamp(slept.start),
        "sleepEndTimestampGMT": stamp(slept.end),
        "sleepStartTimestampLocal": stamp(slept.start, slept.offset_s),
        "sleepEndTimestampLocal": stamp(slept.end, slept.offset_s),
    }


def _oxygen_day(ask: Ask) -> Json:
    slept = night(ask.athlete, ask.first)
    if slept is not None and slept.end > ask.known:
        slept = None
    spo2 = slept.spo2 if slept else None
    start, _ = bounds(ask.athlete, ask.first)
    hours: Json = None
    if slept and spo2 and not ask.is_archived:
        hours = [[round(start.timestamp() + 3600 * n) * 1000, spo2] for n in range(6)]
    return {
        "userProfilePK": ask.owner.profile_id,
        **frame(ask, ask.first),
        "averageSpO2": float(spo2) if spo2 else None,
        "lowestSpO2": spo2 - 7 if spo2 else None,
        "latestSpO2": spo2,
        "lastSevenDaysAvgSpO2": float(spo2) if spo2 else None,
        "avgSleepSpO2": float(spo2) if spo2 else None,
        "latestSpO2TimestampGMT": stamp(slept.end) if slept and spo2 else None,
        "spO2HourlyAveragesDescriptorList": [
            {"spo2ValueDescIndex": 0, "spo2ValueDescKey": "timestamp"},
            {"spo2ValueDescIndex": 1, "spo2ValueDescKey": "spo2Level"},
        ],
        "spO2HourlyAverages": hours,
        "spO2SingleValues": None,
    }


_WELLNESS = "/wellness-service/wellness"
ROUTES = (
    Served(f"{_WELLNESS}/dailyHeartRate/{{name}}", _heart_day, ACCOUNT, ("date",)),
    Served(f"{_WELLNESS}/dailyHeartRate", _heart_day, BOTH, ("date",)),
    Served(
        "/userstats-service/wellness/daily/{name}",
        _resting_range,
        ACCOUNT,
        ("fromDate", "untilDate"),
        cap_days=366,
    ),
    Served("/hrv-service/hrv/daily/{first}/{last}", _hrv_range, BOTH, cap_days=365),
    Served("/hrv-service/hrv/{day}", _hrv_day, BOTH),
    Served(f"{_WELLNESS}/daily/spo2acclimation/{{day}}", _oxygen_day, BOTH),
    Served(f"{_WELLNESS}/daily/spo2/{{day}}", _oxygen_day, ACCOUNT),
)
