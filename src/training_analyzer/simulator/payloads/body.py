"""Weight and blood pressure: every measurement of a range, newest day first."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING

from training_analyzer.simulator.body import WeighIn, blood_pressure, weigh_ins
from training_analyzer.simulator.curves import ms
from training_analyzer.simulator.fate import ONE_DAY, offset_s
from training_analyzer.simulator.payloads.asking import ACCOUNT, BOTH, Ask, Served, stamp

if TYPE_CHECKING:
    from training_analyzer.streams import Json

_AVERAGES = (
    *("weight", "bmi", "bodyFat", "bodyWater", "boneMass", "muscleMass"),
    *("physiqueRating", "visceralFat", "metabolicAge"),
)
_NEIGHBOUR_DAYS = 60


def _known(ask: Ask, day: date) -> list[WeighIn]:
    # A scale has its own way to Garmin: it does not wait for the watch.
    return [one for one in weigh_ins(ask.athlete, day) if one.at <= ask.now]


def _metric(ask: Ask, day: date, one: WeighIn) -> dict[str, Json]:
    at = ms(one.at)
    metres = ask.athlete.traits.height_cm / 100
    return {
        "samplePk": at + 26_851,
        "date": at + offset_s(ask.athlete, day, one.at) * 1000,
        "calendarDate": day.isoformat(),
        "weight": one.weight_g,
        "bmi": None if one.is_manual else round(one.weight_g / 1000 / metres**2, 1),
        "bodyFat": one.fat_pct,
        "bodyWater": one.water_pct,
        "boneMass": one.bone_g,
        "muscleMass": one.muscle_g,
        "physiqueRating": None,
        "visceralFat": None,
        "metabolicAge": None,
        "sourceType": "MANUAL" if one.is_manual else "INDEX_SCALE",
        "timestampGMT": at,
        "weightDelta": None,
    }


def _no_metric() -> dict[str, Json]:
    names = (*("samplePk", "date", "calendarDate"), *_AVERAGES)
    return dict.fromkeys((*names, "sourceType", "timestampGMT", "weightDelta"))


def _day(ask: Ask, day: date) -> dict[str, Json] | None:
    newest_first = [_metric(ask, day, one) for one in reversed(_known(ask, day))]
    if not newest_first:
        return None
    weights = [one.weight_g for one in _known(ask, day)]
    return {
        "summaryDate": day.isoformat(),
        "numOfWeightEntries": len(newest_first),
        "minWeight": min(weights),
        "maxWeight": max(weights),
        "latestWeight": newest_first[0],
        "allWeightMetrics": [dict(metric) for metric in newest_first],
    }


def _neighbour(ask: Ask, edge: date, step: int) -> dict[str, Json]:
    for n in range(1, _NEIGHBOUR_DAYS):
        day = edge + step * n * ONE_DAY
        found = _known(ask, day)
        if found:
            return _metric(ask, day, found[-1])
    return _no_metric()


def _wall_days(ask: Ask) -> list[date]:
    """Return the asked days that can have a weighing, newest first."""
    last = min(ask.last, ask.now.date() + ONE_DAY)
    first = max(ask.first, ask.athlete.since)
    return [last - n * ONE_DAY for n in range(max(0, (last - first).days + 1))]


def _average(ask: Ask, days: list[date]) -> dict[str, Json]:
    taken = [one for day in days for one in _known(ask, day)]
    start = datetime.combine(ask.first, time(), tzinfo=UTC)
    end = datetime.combine(ask.last + ONE_DAY, time(), tzinfo=UTC)
    fats = [one.fat_pct for one in taken if one.fat_pct is not None]
    return {
        "from": ms(start),
        "until": ms(end) - 1,
        **dict.fromkeys(_AVERAGES),
        "weight": sum(one.weight_g for one in taken) / len(taken) if taken else None,
        "bodyFat": round(sum(fats) / len(fats), 1) if fats else None,
    }


def _range(ask: Ask) -> Json:
    days = _wall_days(ask)
    rows = [_day(ask, day) for day in days]
    return {
        "dailyWeightSummaries": [row for row in rows if row is not None],
        "totalAverage": _average(ask, days),
        "previousDateWeight": _neighbour(ask, ask.first, -1),
        "nextDateWeight": _neighbour(ask, ask.last, 1),
    }


def _one_a_day(ask: Ask) -> Json:
    days = _wall_days(ask)
    rows = [_metric(ask, day, _known(ask, day)[-1]) for day in days if _known(ask, day)]
    return {
        "startDate": ask.first.isoformat(),
        "endDate": ask.last.isoformat(),
        "dateWeightList": [dict(row) for row in rows],
        "totalAverage": _average(ask, days),
    }


def _pressures(ask: Ask) -> Json:
    found: list[Json] = []
    for day in _wall_days(ask):
        taken = blood_pressure(ask.athlete, day)
        if taken is None or taken.at > ask.now:
            continue
        found.append(
            {
                "startDate": day.isoformat(),
                "endDate": day.isoformat(),
                "highSystolic": taken.systolic,
                "lowSystolic": taken.systolic,
                "highDiastolic": taken.diastolic,
                "lowDiastolic": taken.diastolic,
                "numOfMeasurements": 1,
                "measurements": [
                    {
                        "version": ms(taken.at),
                        "systolic": taken.systolic,
                        "diastolic": taken.diastolic,
                        "pulse": taken.pulse,
                        "multiMeasurement": False,
                        "notes": None,
                        "sourceType": "INDEX_BPM",
                        "measurementTimestampGMT": stamp(taken.at),
                        "measurementTimestampLocal": stamp(
                            taken.at, offset_s(ask.athlete, day, taken.at)
                        ),
                        "category": 1,
                        "categoryName": "NORMAL",
                    }
                ],
            }
        )
    return {
        "from": ask.first.isoformat(),
        "until": ask.last.isoformat(),
        "measurementSummaries": found,
        "categoryStats": None,
    }


ROUTES = (
    Served("/weight-service/weight/range/{first}/{last}", _range, BOTH),
    Served("/weight-service/weight/dateRange", _one_a_day, ACCOUNT, ("startDate", "endDate")),
    Served("/weight-service/weight/dayview/{day}", _one_a_day, ACCOUNT),
    # 400 for any input, as measured by gcpapi_sync: no reply can be reached below a cap of 0.
    Served("/weight-service/weight/all/{first}/{last}", _one_a_day, BOTH, cap_days=0),
    Served("/bloodpressure-service/bloodpressure/range/{first}/{last}", _pressures, ACCOUNT),
)
