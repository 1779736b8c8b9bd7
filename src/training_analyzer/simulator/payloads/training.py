"""Training status with load, VO2max, readiness."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from training_analyzer.simulator.curves import ms
from training_analyzer.simulator.fate import ONE_DAY, bounds, offset_s, vo2max_on
from training_analyzer.simulator.fitness import (
    STATUS_NAMES,
    Readiness,
    readiness,
    status_since,
    training_status,
    vo2max,
)
from training_analyzer.simulator.payloads.asking import ACCOUNT, Ask, Served, stamp
from training_analyzer.simulator.training import acute_load, chronic_load

if TYPE_CHECKING:
    from training_analyzer.streams import Json

_LEVELS = ((95, "PRIME"), (75, "HIGH"), (50, "MODERATE"), (25, "LOW"), (0, "POOR"))
_RATIOS = ((0.8, "LOW"), (1.5, "OPTIMAL"), (2.0, "HIGH"), (99.0, "VERY_HIGH"))
_LOOK_BACK_DAYS = 30


def _part(url: str, payload: Json) -> dict[str, Json]:
    """Wrap a payload as the gateway does: its own status inside a 200."""
    return {
        "requestUrl": url,
        "statusCode": 200,
        "headers": {},
        "errorMessage": None,
        "payload": payload,
        "successful": True,
    }


def _status_row(ask: Ask, day: date, status: int) -> dict[str, Json]:
    athlete = ask.athlete
    acute, chronic = acute_load(athlete, day), chronic_load(athlete, day)
    ratio = round(acute / max(1.0, chronic), 1)
    trend = vo2max_on(athlete, day) - vo2max_on(athlete, day - 21 * ONE_DAY)
    noon = bounds(athlete, day)[0] + timedelta(hours=12, minutes=11)
    return {
        "calendarDate": day.isoformat(),
        "sinceDate": status_since(athlete, day).isoformat(),
        "weeklyTrainingLoad": None,
        "trainingStatus": status,
        "timestamp": ms(min(noon, ask.known)),
        "deviceId": athlete.watch_on(day).device_id,
        "loadTunnelMin": None,
        "loadTunnelMax": None,
        "loadLevelTrend": None,
        "sport": "CYCLING" if athlete.traits.ftp_w else "RUNNING",
        "subSport": "GENERIC",
        "fitnessTrendSport": "CYCLING" if athlete.traits.ftp_w else "RUNNING",
        "fitnessTrend": 2 if trend > 0.25 else 0 if trend < -0.55 else 1,  # noqa: PLR2004 - ml/kg/min
        "trainingStatusFeedbackPhrase": f"{STATUS_NAMES[status]}_{1 + day.toordinal() % 6}",
        "trainingPaused": False,
        "acuteTrainingLoadDTO": {
            "acwrPercent": max(0, min(100, round(42 + (ratio - 1) * 47.5))),
            "acwrStatus": next(word for most, word in _RATIOS if ratio <= most),
            "acwrStatusFeedback": "FEEDBACK_2",
            "dailyTrainingLoadAcute": round(acute),
            "maxTrainingLoadChronic": round(chronic) * 1.5,
            "minTrainingLoadChronic": round(chronic) * 0.8,
            "dailyTrainingLoadChronic": round(chronic),
            "dailyAcuteChronicWorkloadRatio": ratio,
        },
        "primaryTrainingDevice": True,
    }


def _statuses(ask: Ask) -> dict[str, list[Json]]:
    """Return the daily rows by device; a new watch is a new key."""
    found: dict[str, list[Json]] = {}
    for day in ask.days:
        status = training_status(ask.athlete, day)
        if status is not None:
            device = str(ask.athlete.watch_on(day).device_id)
            found.setdefault(device, []).append(_status_row(ask, day, status))
    return found


def _recorded_devices(ask: Ask, keys: list[str]) -> list[Json]:
    return [
        {
            "deviceId": watch.device_id,
            "imageURL": "https://example.invalid/watch.png",
            "deviceName": watch.name,
            "category": 0,
        }
        for _, watch in ask.athlete.watches
        if str(watch.device_id) in keys
    ]


def _status_range(ask: Ask) -> Json:
    rows = _statuses(ask)
    first, last = ask.first.isoformat(), ask.last.isoformat()
    measured = [(day, vo2max(ask.athlete, day)) for day in ask.days]
    values: list[Json] = [
        {"value": float(round(value.generic)), "calendarDate": day.isoformat()}
        for day, value in measured
        if value is not None and value.generic is not None
    ]
    return {
        "vo2MaxWeeklyStatistics": _part(
            f"/metrics-service/metrics/maxmet/stats/daily/{first}/{last}",
            {
                "userProfileId": ask.owner.profile_id,
                "statisticsStartDate": first,
                "statisticsEndDate": last,
                "allMetrics": {"metricsMap": {"ACTIVITY_VO2_MAX": values} if values else {}},
                "groupedMetrics": None,
            },
        ),
        "weeklyTrainingStatus": _part(
            f"/metrics-service/metrics/trainingstatus/weekly/{ask.owner.display_name}",
            {
                "userId": ask.owner.profile_id,
                "fromCalendarDate": first,
                "toCalendarDate": last,
                "showSelector": False,
                "recordedDevices": _recorded_devices(ask, list(rows)),
                "reportData": {device: list(of_it) for device, of_it in rows.items()},
            },
        ),
    }


def _latest(ask: Ask) -> dict[str, Json]:
    """Return the newest parts on the asked day, bare."""
    day, athlete = min(ask.first, ask.now.date()), ask.athlete
    recent = [day - n * ONE_DAY for n in range(_LOOK_BACK_DAYS)]
    judged = next((one for one in recent if training_status(athlete, one) is not None), None)
    status: dict[str, Json] = {}
    if judged is not None:
        row = _status_row(ask, judged, training_status(athlete, judged) or 0)
        status[str(row["deviceId"])] = row
    measured = next((one for one in recent if vo2max(athlete, one) is not None), None)
    return {
        "mostRecentVO2Max": None if measured is None else _maxmet_row(ask, measured),
        "mostRecentTrainingLoadBalance": {
            "userId": ask.owner.profile_id,
            "metricsTrainingLoadBalanceDTOMap": {
                device: _balance(ask, judged or day, device) for device in status
            },
            "recordedDevices": _recorded_devices(ask, list(status)),
        },
        "mostRecentTrainingStatus": {
            "userId": ask.owner.profile_id,
            "latestTrainingStatusData": status,
            "recordedDevices": _recorded_devices(ask, list(status)),
            "showSelector": False,
            "lastPrimarySyncDate": None,
        },
    }


def _balance(ask: Ask, day: date, device: str) -> dict[str, Json]:
    month = 4 * chronic_load(ask.athlete, day)
    return {
        "calendarDate": day.isoformat(),
        "deviceId": int(device),
        "monthlyLoadAerobicLow": round(month * 0.55, 2),
        "monthlyLoadAerobicHigh": round(month * 0.37, 2),
        "monthlyLoadAnaerobic": round(month * 0.08, 2),
        "monthlyLoadAerobicLowTargetMin": round(month * 0.35),
        "monthlyLoadAerobicLowTargetMax": round(month * 0.6),
        "monthlyLoadAerobicHighTargetMin": round(month * 0.25),
        "monthlyLoadAerobicHighTargetMax": round(month * 0.5),
        "monthlyLoadAnaerobicTargetMin": 0,
        "monthlyLoadAnaerobicTargetMax": round(month * 0.2),
        "trainingBalanceFeedbackPhrase": "BALANCED",
        "primaryTrainingDevice": True,
    }


def _latest_wrapped(ask: Ask) -> Json:
    day = ask.first.isoformat()
    return {
        name: _part(f"/metrics-service/{name}/{day}", body) for name, body in _latest(ask).items()
    }


def _maxmet_row(ask: Ask, day: date) -> dict[str, Json]:
    value = vo2max(ask.athlete, day)
    parts: dict[str, Json] = {}
    for name in ("generic", "cycling"):
        precise = getattr(value, name)
        parts[name] = (
            None
            if precise is None
            else {
                "calendarDate": day.isoformat(),
                "vo2MaxPreciseValue": precise,
                "vo2MaxValue": float(round(precise)),
                "fitnessAge": None,
                "fitnessAgeDescription": None,
                "maxMetCategory": 0,
            }
        )
    return {"userId": ask.owner.profile_id, **parts, "heatAltitudeAcclimation": None}


def _maxmet(ask: Ask) -> Json:
    return [_maxmet_row(ask, day) for day in ask.days if vo2max(ask.athlete, day) is not None]


def _readiness(ask: Ask) -> Json:
    rows: list[Json] = []
    for day in reversed(list(ask.days)):
        reckoned = [one for one in readiness(ask.athlete, day) if one.at <= ask.known]
        rows.extend(_readiness_row(ask, day, one) for one in reversed(reckoned))
    return rows


def _readiness_row(ask: Ask, day: date, one: Readiness) -> dict[str, Json]:
    sleep, recovery, ratio, hrv, history, stress = one.factors
    level = next(word for least, word in _LEVELS if one.score >= least)
    return {
        "userProfilePK": ask.owner.profile_id,
        "calendarDate": day.isoformat(),
        "timestamp": stamp(one.at),
        "timestampLocal": stamp(one.at, offset_s(ask.athlete, day, one.at)),
        "deviceId": ask.athlete.watch_on(day).device_id,
        "level": level,
        "feedbackLong": f"{level}_RT_AVAILABLE_SS_AVAILABLE",
        "feedbackShort": "WELL_RECOVERED" if one.score > 74 else "RECOVERY_IN_PROGRESS",  # noqa: PLR2004 - HIGH
        "score": one.score,
        "sleepScore": one.sleep_score,
        "sleepScoreFactorPercent": sleep,
        "recoveryTime": one.recovery_min,
        "recoveryTimeFactorPercent": recovery,
        "acwrFactorPercent": ratio,
        "acuteLoad": one.acute_load,
        "stressHistoryFactorPercent": stress,
        "hrvFactorPercent": hrv,
        "hrvWeeklyAverage": one.hrv_weekly,
        "sleepHistoryFactorPercent": history,
        "validSleep": True,
        "inputContext": one.context,
        "primaryActivityTracker": True,
        "recoveryTimeChangePhrase": "NO_CHANGE_SLEEP",
    }


_GATEWAY = "/mobile-gateway/usersummary/trainingstatus"
_METRICS = "/metrics-service/metrics"
ROUTES = (
    Served(f"{_GATEWAY}/weekly/{{first}}/{{last}}", _status_range, ACCOUNT, cap_days=366),
    Served(f"{_GATEWAY}/latest/{{day}}", _latest_wrapped, ACCOUNT),
    Served(f"{_METRICS}/trainingstatus/aggregated/{{day}}", _latest, ACCOUNT),
    Served(f"{_METRICS}/maxmet/daily/{{first}}/{{last}}", _maxmet, ACCOUNT, cap_days=365),
    Served(f"{_METRICS}/trainingreadiness/{{first}}/{{last}}", _readiness, ACCOUNT, cap_days=365),
    Served(f"{_METRICS}/trainingreadiness/{{day}}", _readiness, ACCOUNT),
)
