"""Stress and Body Battery: the day's curve, the reports of a range, the events."""

from __future__ import annotations

from typing import TYPE_CHECKING

from training_analyzer.simulator.curves import (
    STRESS_STEP_MS,
    battery_at,
    battery_knots,
    battery_points,
    bed_level,
    ms,
    wake_level,
)
from training_analyzer.simulator.curves import stress as stress_curve
from training_analyzer.simulator.fate import ONE_DAY, bounds, offset_s
from training_analyzer.simulator.nights import night
from training_analyzer.simulator.payloads.asking import (
    ACCOUNT,
    BOTH,
    NULL,
    Ask,
    Served,
    midnight,
    stamp,
)
from training_analyzer.simulator.training import activities_on
from training_analyzer.simulator.wellness import wellness

if TYPE_CHECKING:
    from datetime import date, datetime

    from training_analyzer.simulator.answer import Answer
    from training_analyzer.streams import Json

# Averages at which Garmin's wording for a whole day changes; modelled.
_QUALIFIERS = ((25, "calm"), (40, "balanced"), (55, "stressful"), (101, "very_stressful"))


def qualifier(avg: int) -> str:
    """Return the word for a day's average stress, in lower case."""
    return next(word for below, word in _QUALIFIERS if avg < below)


def events(ask: Ask, day: date) -> list[dict[str, Json]]:
    """Return the day's Body Battery events, oldest first: the night, then each activity."""
    athlete = ask.athlete
    found: list[dict[str, Json]] = []
    slept = night(athlete, day)
    if slept and slept.end <= ask.known:
        gain = round(wake_level(athlete, day)) - round(bed_level(athlete, day - ONE_DAY))
        found.append(_event(ask, day, "SLEEP", (slept.start, slept.end), gain))
    knots = battery_knots(athlete, day)
    for done in activities_on(athlete, day):
        if done.end <= ask.known:
            cost = battery_at(knots, ms(done.end)) - battery_at(knots, ms(done.start))
            one = _event(ask, day, "ACTIVITY", (done.start, done.end), round(cost))
            one |= {
                "activityId": done.activity_id,
                "activityName": done.name,
                "activityType": done.kind.key,
            }
            found.append(one)
    return found


def _event(
    ask: Ask, day: date, kind: str, span: tuple[datetime, datetime], impact: int
) -> dict[str, Json]:
    start, end = span
    return {
        "eventType": kind,
        "eventStartTimeGmt": stamp(start).removesuffix(".0"),
        "timezoneOffset": offset_s(ask.athlete, day, start) * 1000,
        "durationInMilliseconds": ms(end) - ms(start),
        "bodyBatteryImpact": impact,
        "feedbackType": "NONE",
        "shortFeedback": "NONE",
        "deviceId": ask.athlete.watch_on(day).device_id,
        "activityName": None,
        "activityType": None,
        "activityId": None,
        "eventUpdateTimeGmt": stamp(end).removesuffix(".0"),
    }


def _stress_day(ask: Ask) -> Json | Answer:
    day, athlete = ask.first, ask.athlete
    seen = wellness(athlete, day, ask.known)
    if seen is None:
        return NULL
    curve = [] if ask.is_archived else stress_curve(athlete, day, seen.end)
    knots = battery_knots(athlete, day)
    first = ms(seen.start)
    count = 0 if ask.is_archived else (ms(seen.end) - first) // STRESS_STEP_MS
    grid = [first + n * STRESS_STEP_MS for n in range(count)]
    return {
        "userProfilePK": ask.owner.profile_id,
        **frame(ask, day),
        "maxStressLevel": seen.stress.peak,
        "avgStressLevel": seen.stress.avg,
        "stressChartValueOffset": 1,
        "stressChartYAxisOrigin": -1,
        "stressValueDescriptorsDTOList": [
            {"key": "timestamp", "index": 0},
            {"key": "stressLevel", "index": 1},
        ],
        "stressValuesArray": [[at, level] for at, level in curve],
        "bodyBatteryValueDescriptorsDTOList": _descriptors(
            "timestamp", "bodyBatteryStatus", "bodyBatteryLevel", "bodyBatteryVersion"
        ),
        "bodyBatteryValuesArray": [
            [at, "MEASURED", round(battery_at(knots, at)), 3.0] for at in grid
        ],
    }


def frame(ask: Ask, day: date) -> dict[str, Json]:
    """Return the calendar day and its two ends, in UTC and on the wall clock."""
    start, end = bounds(ask.athlete, day)
    return {
        "calendarDate": day.isoformat(),
        "startTimestampGMT": stamp(start),
        "endTimestampGMT": stamp(end),
        "startTimestampLocal": midnight(day),
        "endTimestampLocal": midnight(day + ONE_DAY),
    }


def _descriptors(*keys: str) -> list[Json]:
    return [
        {"bodyBatteryValueDescriptorIndex": index, "bodyBatteryValueDescriptorKey": key}
        for index, key in enumerate(keys)
    ]


def _reports(ask: Ask) -> Json:
    return [_report(ask, day) for day in ask.days]


def _report(ask: Ask, day: date) -> dict[str, Json]:
    seen = wellness(ask.athlete, day, ask.known)
    points = battery_points(ask.athlete, day, seen.end) if seen else []
    whole = frame(ask, day)
    del whole["calendarDate"]
    return {
        "date": day.isoformat(),
        "charged": seen.battery.charged if seen else None,
        "drained": seen.battery.drained if seen else None,
        **whole,
        "bodyBatteryValuesArray": [[at, round(level)] for at, level in points],
        "bodyBatteryValueDescriptorDTOList": _descriptors("timestamp", "bodyBatteryLevel"),
        "bodyBatteryDynamicFeedbackEvent": {
            "eventTimestampGmt": stamp(seen.end).removesuffix(".0"),
            "bodyBatteryLevel": "HIGH" if seen.battery.latest > 60 else "MODERATE",  # noqa: PLR2004 - percent
            "feedbackShortType": "DAY_RECOVERING_AND_INACTIVE",
            "feedbackLongType": "DAY_RECOVERING_AND_INACTIVE",
        }
        if seen
        else None,
        "bodyBatteryActivityEvent": [dict(event) for event in events(ask, day)] if seen else [],
    }


def _events_day(ask: Ask) -> Json:
    if wellness(ask.athlete, ask.first, ask.known) is None:
        return []
    found: list[Json] = []
    for event in events(ask, ask.first):
        about = {key: event.pop(key) for key in ("activityName", "activityType", "activityId")}
        found.append(
            {
                "event": event,
                **about,
                "averageStress": 14.0,
                "stressValuesArray": [],
                "bodyBatteryValuesArray": [],
            }
        )
    return found


ROUTES = (
    Served("/wellness-service/wellness/dailyStress/{day}", _stress_day, ACCOUNT),
    Served(
        "/wellness-service/wellness/bodyBattery/reports/daily",
        _reports,
        BOTH,
        ("startDate", "endDate"),
        cap_days=31,
    ),
    Served("/wellness-service/wellness/bodyBattery/events/{day}", _events_day, ACCOUNT),
)
