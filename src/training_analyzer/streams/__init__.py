"""The catalog of Garmin data. Pure: no clock, no network, no database.

A stream that one of the modules below defines is in the catalog.
"""

from __future__ import annotations

from typing import Final

from training_analyzer.streams import (
    activities,
    blood_pressure,
    body,
    daily,
    details,
    devices,
    fitness,
    hrv,
    profile,
    readiness,
    scores,
    sleep,
    thresholds,
)
from training_analyzer.streams.daily import parse_daily_summary_v1
from training_analyzer.streams.hrv import parse_hrv_night
from training_analyzer.streams.legs import ACTIVITY_LEGS
from training_analyzer.streams.rows import drift
from training_analyzer.streams.sleep import parse_sleep_night
from training_analyzer.streams.splits import ACTIVITY_SPLITS
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

# In the order in which a run asks for what is equally old: the profile first, because its
# time zone decides which day today is.
_MODULES: Final = (
    *(profile, activities, daily, sleep, hrv, body, blood_pressure),
    *(fitness, readiness, scores, thresholds, devices, details),
)
CATALOG: Final[tuple[Stream, ...]] = tuple(
    member for module in _MODULES for member in vars(module).values() if isinstance(member, Stream)
)
"""Every stream that a module above defines, in the order of its definition."""

BY_ACTIVITY: Final = (ACTIVITY_LEGS, ACTIVITY_SPLITS)
"""What is asked for activity by activity: archived and read like the catalog, planned apart."""

_BY_NAME: Final = {member.name: member for member in CATALOG}


def stream(name: str) -> Stream:
    """Return the stream called *name*; a KeyError lists the names that there are."""
    if name not in _BY_NAME:
        message = f"no stream is called {name!r}; there are {', '.join(sorted(_BY_NAME))}"
        raise KeyError(message)
    return _BY_NAME[name]


__all__ = [
    "BY_ACTIVITY",
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
