"""Training readiness: a row each time that Garmin reckoned it, several a day."""

from __future__ import annotations

from typing import Final

from training_analyzer.model import Api, Group
from training_analyzer.streams.fields import (
    at_utc,
    day,
    flag,
    identifier,
    integer,
    not_negative,
    text,
)
from training_analyzer.streams.rows import RowParser, listed
from training_analyzer.streams.stream import Route, Stream

parse_training_readiness: Final = RowParser(
    listed(),
    {
        "computed_utc": at_utc("timestamp"),
        "calendar_date": day("calendarDate"),
        "device_id": identifier("deviceId"),
        "score": integer("score", not_negative),
        "level": text("level"),
        "feedback": text("feedbackShort"),
        # AFTER_WAKEUP_RESET is the row that stands for the day.
        "context": text("inputContext"),
        "has_valid_sleep": flag("validSleep"),
        "sleep_score": integer("sleepScore", not_negative),
        # Minutes, also where the phrase says REACHED_ZERO: recorded with 2790.
        "recovery_min": integer("recoveryTime", not_negative),
        "recovery_phrase": text("recoveryTimeChangePhrase"),
        "load_acute": integer("acuteLoad", not_negative),
        "hrv_weekly_avg_ms": integer("hrvWeeklyAverage", not_negative),
        "sleep_factor_pct": integer("sleepScoreFactorPercent", not_negative),
        "recovery_factor_pct": integer("recoveryTimeFactorPercent", not_negative),
        "acute_chronic_factor_pct": integer("acwrFactorPercent", not_negative),
        "stress_factor_pct": integer("stressHistoryFactorPercent", not_negative),
        "hrv_factor_pct": integer("hrvFactorPercent", not_negative),
        "sleep_history_factor_pct": integer("sleepHistoryFactorPercent", not_negative),
    },
    key=("computed_utc",),
    measured=lambda row: row["score"] is not None and row["calendar_date"] is not None,
)
"""Return one row per reckoning, newest first.

Source: `/metrics-service/metrics/trainingreadiness/{first}/{last}`, and the day form of
the same path; the day form was recorded in 2025.
"""

TRAINING_READINESS: Final = Stream(
    name="training_readiness",
    group=Group.FITNESS,
    table="training_readiness",
    key=("computed_utc",),
    routes={
        Api.ACCOUNT: Route(
            path="/metrics-service/metrics/trainingreadiness/{first}/{last}",
            parse=parse_training_readiness,
            # Nobody has written the cap down; a refused window is halved.
            cap_days=365,
        )
    },
)
