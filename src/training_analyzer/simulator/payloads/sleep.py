"""Nights: the statistics of a range, the summaries, and one night in detail."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from training_analyzer.simulator.curves import bed_level, heart_rate, ms, stress, wake_level
from training_analyzer.simulator.fate import ONE_DAY
from training_analyzer.simulator.nights import Night, hrv_night, night
from training_analyzer.simulator.payloads.asking import (
    ACCOUNT,
    PERSONAL,
    Ask,
    Served,
    stamp,
)
from training_analyzer.simulator.stages import levels

if TYPE_CHECKING:
    from training_analyzer.streams import Json

_GRADES = ((90, "EXCELLENT"), (80, "GOOD"), (60, "FAIR"), (0, "POOR"))
_NO_NIGHT = (
    *("sleepTimeSeconds", "napTimeSeconds", "sleepWindowConfirmed"),
    *("sleepWindowConfirmationType", "sleepStartTimestampGMT", "sleepEndTimestampGMT"),
    *("sleepStartTimestampLocal", "sleepEndTimestampLocal", "autoSleepStartTimestampGMT"),
    *("autoSleepEndTimestampGMT", "sleepQualityTypePK", "sleepResultTypePK"),
    *("unmeasurableSleepSeconds", "deepSleepSeconds", "lightSleepSeconds"),
    *("remSleepSeconds", "awakeSleepSeconds"),
)


def _grade(value: float) -> str:
    return next(word for least, word in _GRADES if value >= least)


def known_night(ask: Ask, day: date) -> Night | None:
    """Return the night that ends on *day*, once the watch has told of it."""
    slept = night(ask.athlete, day)
    return slept if slept is not None and slept.end <= ask.known else None


def _nights(ask: Ask) -> list[Night]:
    found = (known_night(ask, day) for day in ask.days)
    return [slept for slept in found if slept is not None]


def _battery_change(ask: Ask, day: date) -> int:
    return round(wake_level(ask.athlete, day)) - round(bed_level(ask.athlete, day - ONE_DAY))


def _stats(ask: Ask) -> Json:
    nights = _nights(ask)
    count = max(1, len(nights))
    return {
        "individualStats": [
            {"calendarDate": slept.day.isoformat(), "values": _values(ask, slept)}
            for slept in nights
        ],
        "overallStats": {
            "averageSleepSeconds": sum(slept.total_s for slept in nights) / count,
            "averageSleepScore": sum(slept.score for slept in nights) / count,
        }
        if nights
        else {"averageSleepSeconds": None, "averageSleepScore": None},
    }


def _values(ask: Ask, slept: Night) -> dict[str, Json]:
    hrv = hrv_night(ask.athlete, slept.day)
    shift = slept.offset_s * 1000
    return {
        "gmtSleepStartTimeInMillis": ms(slept.start),
        "gmtSleepEndTimeInMillis": ms(slept.end),
        "localSleepStartTimeInMillis": ms(slept.start) + shift,
        "localSleepEndTimeInMillis": ms(slept.end) + shift,
        "totalSleepTimeInSeconds": slept.total_s,
        "deepTime": slept.deep_s,
        "lightTime": slept.light_s,
        "remTime": slept.rem_s,
        "awakeTime": slept.awake_s,
        "sleepScore": slept.score,
        "sleepScoreQuality": _grade(slept.score),
        "restingHeartRate": slept.resting_bpm,
        "avgHeartRate": float(slept.avg_bpm),
        "avgOvernightHrv": float(hrv.night_avg) if hrv else None,
        "hrv7dAverage": float(hrv.weekly_avg) if hrv and hrv.weekly_avg else None,
        "hrvStatus": hrv.status if hrv else None,
        "respiration": float(slept.breaths),
        "spO2": float(slept.spo2) if slept.spo2 else None,
        "skinTempC": slept.skin_temp_c,
        "bodyBatteryChange": _battery_change(ask, slept.day),
        "sleepNeed": slept.need_min,
        "sleepAlignmentStatus": "ALIGNED",
    }


def _scores(ask: Ask) -> Json:
    return [{"calendarDate": slept.day.isoformat(), "value": slept.score} for slept in _nights(ask)]


def _summaries(ask: Ask) -> Json:
    return [_daily_sleep(ask, slept) for slept in _nights(ask)]


def _daily_sleep(ask: Ask, slept: Night) -> dict[str, Json]:
    shift = slept.offset_s * 1000
    return {
        "id": ms(slept.start),
        "userProfilePK": ask.owner.profile_id,
        "calendarDate": slept.day.isoformat(),
        "sleepTimeSeconds": slept.total_s,
        "napTimeSeconds": 0,
        "sleepWindowConfirmed": True,
        "sleepWindowConfirmationType": "enhanced_confirmed_final",
        "sleepStartTimestampGMT": ms(slept.start),
        "sleepEndTimestampGMT": ms(slept.end),
        "sleepStartTimestampLocal": ms(slept.start) + shift,
        "sleepEndTimestampLocal": ms(slept.end) + shift,
        "unmeasurableSleepSeconds": 0,
        "deepSleepSeconds": slept.deep_s,
        "lightSleepSeconds": slept.light_s,
        "remSleepSeconds": slept.rem_s,
        "awakeSleepSeconds": slept.awake_s,
        "deviceRemCapable": True,
        "retro": False,
        "sleepFromDevice": True,
        "averageSpO2Value": float(slept.spo2) if slept.spo2 else None,
        "lowestSpO2Value": slept.spo2 - 7 if slept.spo2 else None,
        "highestSpO2Value": min(100, slept.spo2 + 3) if slept.spo2 else None,
        "averageRespirationValue": float(slept.breaths),
        "lowestRespirationValue": float(slept.breaths - 4),
        "highestRespirationValue": float(slept.breaths + 4),
        "awakeCount": slept.awake_count,
        "avgSleepStress": float(slept.stress),
        "avgHeartRate": float(slept.avg_bpm),
        "ageGroup": "ADULT",
        "sleepScoreFeedback": "POSITIVE_DEEP",
        "sleepScoreInsight": "NONE",
        "sleepScores": _score_parts(slept),
        "sleepVersion": 2,
        "sleepNeed": _need(ask, slept.day, slept.need_min),
        "nextSleepNeed": _need(ask, slept.day + ONE_DAY, slept.need_min),
        "dailyNapDTOS": None,
        "breathingDisruptionSeverity": "NONE",
    }


def _score_parts(slept: Night) -> dict[str, Json]:
    total = max(1, slept.total_s)
    parts: dict[str, Json] = {
        f"{stage}Percentage": {"value": round(100 * s / total), "qualifierKey": _grade(85)}
        for stage, s in (("rem", slept.rem_s), ("light", slept.light_s), ("deep", slept.deep_s))
    }
    return {
        "overall": {"value": slept.score, "qualifierKey": _grade(slept.score)},
        "totalDuration": {"qualifierKey": _grade(100 * total / 60 / slept.need_min)},
        "stress": {"qualifierKey": _grade(102 - 1.4 * slept.stress)},
        "awakeCount": {"qualifierKey": _grade(100 - 9 * slept.awake_count)},
        "restlessness": {"qualifierKey": _grade(110 - slept.restless_count)},
        **parts,
    }


def _need(ask: Ask, day: date, minutes: int) -> dict[str, Json]:
    return {
        "userProfilePk": ask.owner.profile_id,
        "calendarDate": day.isoformat(),
        "deviceId": ask.athlete.watch_on(day).device_id,
        "baseline": 480,
        "actual": minutes,
        "feedback": "NO_CHANGE_NO_ADJUSTMENTS" if minutes == 480 else "INCREASED",  # noqa: PLR2004 - the baseline
    }


def _no_night(ask: Ask) -> dict[str, Json]:
    return {
        "id": None,
        "userProfilePK": ask.owner.profile_id,
        "calendarDate": ask.first.isoformat(),
        **dict.fromkeys(_NO_NIGHT),
        "deviceRemCapable": False,
        "retro": False,
    }


def _personal_night(ask: Ask) -> Json:
    slept = known_night(ask, ask.first)
    return _no_night(ask) if slept is None else _daily_sleep(ask, slept)


def _account_night(ask: Ask) -> Json:
    slept = known_night(ask, ask.first)
    if slept is None:
        return {
            "dailySleepDTO": _no_night(ask),
            "sleepMovement": [],
            "remSleepData": None,
            "sleepLevels": [],
        }
    hrv = hrv_night(ask.athlete, slept.day)
    return {
        "dailySleepDTO": _daily_sleep(ask, slept),
        "remSleepData": True,
        **(_archived() if ask.is_archived else _series(ask, slept)),
        "restlessMomentsCount": slept.restless_count,
        "skinTempDataExists": slept.skin_temp_c is not None,
        "avgSkinTempDeviationC": slept.skin_temp_c,
        "bodyBatteryChange": _battery_change(ask, slept.day),
        "restingHeartRate": slept.resting_bpm,
        "avgOvernightHrv": float(hrv.night_avg) if hrv else None,
        "hrvStatus": hrv.status if hrv else None,
    }


def _archived() -> dict[str, Json]:
    return {"sleepMovement": None, "sleepLevels": None}


def _series(ask: Ask, slept: Night) -> dict[str, Json]:
    first, last = ms(slept.start), ms(slept.end)
    dice = ask.athlete.dice(slept.day, "movement")
    beats = [
        sample
        for day in (slept.day - ONE_DAY, slept.day)
        for sample in heart_rate(ask.athlete, day, slept.end)
    ]
    tension = [
        sample
        for day in (slept.day - ONE_DAY, slept.day)
        for sample in stress(ask.athlete, day, slept.end)
    ]
    hrv = hrv_night(ask.athlete, slept.day)
    minutes = (last - first) // 60_000
    return {
        "sleepMovement": [
            {
                "startGMT": stamp(slept.start + timedelta(minutes=n)),
                "endGMT": stamp(slept.start + timedelta(minutes=n + 1)),
                "activityLevel": round(dice.expovariate(1.6), 4),
            }
            for n in range(minutes)
        ],
        "sleepLevels": [
            {"startGMT": stamp(start), "endGMT": stamp(end), "activityLevel": float(stage)}
            for start, end, stage in levels(ask.athlete, slept)
        ],
        "sleepHeartRate": [
            {"startGMT": at, "value": bpm} for at, bpm in beats if first <= at < last and bpm
        ],
        "sleepStress": [
            {"startGMT": at, "value": level} for at, level in tension if first <= at < last
        ],
        "hrvData": [
            {"startGMT": first + 300_000 * (n + 1), "value": float(value)}
            for n, value in enumerate(hrv.readings if hrv else ())
        ],
        "sleepRestlessMoments": [
            {"startGMT": at, "value": 1}
            for at in sorted(dice.sample(range(first, last, 60_000), slept.restless_count))
        ],
    }


ROUTES = (
    Served("/sleep-service/stats/sleep/daily/{first}/{last}", _stats, ACCOUNT, cap_days=28),
    Served(
        "/sleep-service/sleep/dailySleepSummariesByDate",
        _summaries,
        PERSONAL,
        ("startDate", "endDate"),
        cap_days=31,
    ),
    Served("/sleep-service/sleep/dailySleep", _personal_night, PERSONAL, ("date",)),
    Served("/sleep-service/sleep/dailySleepData", _account_night, ACCOUNT, ("date",)),
    Served("/wellness-service/wellness/dailySleepData/{name}", _account_night, ACCOUNT, ("date",)),
    Served(
        "/wellness-service/stats/daily/sleep/score/{first}/{last}", _scores, ACCOUNT, cap_days=28
    ),
)
