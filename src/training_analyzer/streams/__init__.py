"""The catalog of Garmin data. Pure: no clock, no network, no database."""

from __future__ import annotations

from typing import Final

from training_analyzer.streams.activities import ACTIVITIES
from training_analyzer.streams.body import BODY_BATTERY, RESTING_HEART_RATE, WEIGHT
from training_analyzer.streams.daily import DAILY_SUMMARY, parse_daily_summary_v1
from training_analyzer.streams.fitness import TRAINING_STATUS, VO2MAX
from training_analyzer.streams.hrv import HRV, parse_hrv_night
from training_analyzer.streams.profile import PROFILE, USER_SETTINGS
from training_analyzer.streams.rows import drift
from training_analyzer.streams.sleep import SLEEP, parse_sleep_night
from training_analyzer.streams.stream import (
    Json,
    Parser,
    Payload,
    Route,
    Row,
    Stream,
    Value,
    Window,
)

CATALOG: Final[tuple[Stream, ...]] = (
    PROFILE,
    USER_SETTINGS,
    ACTIVITIES,
    DAILY_SUMMARY,
    SLEEP,
    HRV,
    BODY_BATTERY,
    RESTING_HEART_RATE,
    WEIGHT,
    TRAINING_STATUS,
    VO2MAX,
)

_BY_NAME: Final = {member.name: member for member in CATALOG}


def stream(name: str) -> Stream:
    """Return the stream called *name*; a KeyError lists the names that there are."""
    if name not in _BY_NAME:
        message = f"no stream is called {name!r}; there are {', '.join(sorted(_BY_NAME))}"
        raise KeyError(message)
    return _BY_NAME[name]


__all__ = [
    "CATALOG",
    "Json",
    "Parser",
    "Payload",
    "Route",
    "Row",
    "Stream",
    "Value",
    "Window",
    "drift",
    "parse_daily_summary_v1",
    "parse_hrv_night",
    "parse_sleep_night",
    "stream",
]
