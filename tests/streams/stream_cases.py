"""What the tests of this folder share: every parser by name, and rows as plain JSON."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from training_analyzer.arrays import unpack
from training_analyzer.model import Api
from training_analyzer.streams import (
    CATALOG,
    parse_daily_summary_v1,
    parse_hrv_night,
    parse_sleep_night,
    stream,
)
from training_analyzer.streams.sleep import parse_sleep_extras

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from training_analyzer.streams import Json, Parser, Row, Stream

HERE = Path(__file__).parent
GOLDEN = HERE / "golden"


class Reading(NamedTuple):
    """A parser, and the stream whose table its rows are for."""

    parse: Parser
    stream: Stream


def _of(name: str, api: Api = Api.ACCOUNT) -> Reading:
    member = stream(name)
    return Reading(member.routes[api].parse, member)


# Parsers of day answers that have no route yet.
EXTRA = {
    "daily_summary_v1": Reading(parse_daily_summary_v1, stream("daily_summary")),
    "hrv_night": Reading(parse_hrv_night, stream("hrv")),
    "sleep_night": Reading(parse_sleep_night, stream("sleep")),
    "sleep_extras": Reading(parse_sleep_extras, stream("sleep")),
}
READINGS = {
    f"{member.name}-{api}": Reading(route.parse, member)
    for member in CATALOG
    for api, route in member.routes.items()
} | EXTRA

GOLDEN_READINGS = {
    "activities": _of("activities"),
    "activities_old_rows": _of("activities"),
    "body_battery": _of("body_battery"),
    "daily_summary": _of("daily_summary"),
    "daily_summary_v1": EXTRA["daily_summary_v1"],
    "hrv_day": EXTRA["hrv_night"],
    "heart_rate_day": _of("heart_rate_detail"),
    "hrv_range": _of("hrv"),
    "hrv_readings": _of("hrv_detail"),
    "profile": _of("profile"),
    "resting_heart_rate": _of("resting_heart_rate"),
    "sleep_curves": _of("sleep_detail"),
    "sleep_extras": EXTRA["sleep_extras"],
    "sleep_night": EXTRA["sleep_night"],
    "sleep_stats": _of("sleep"),
    "sleep_summaries": _of("sleep", Api.PERSONAL),
    "stress_day": _of("stress_detail"),
    "training_status": _of("training_status"),
    "user_settings": _of("user_settings"),
    "vo2max": _of("vo2max"),
    "weight": _of("weight"),
    **{
        name: _of(name)
        for name in (
            "training_readiness",
            "race_predictions",
            "endurance_score",
            "hill_score",
            "fitness_age",
            "blood_pressure",
            "lactate_threshold",
            "functional_threshold",
            "heart_rate_zones",
            "personal_records",
            "devices",
        )
    },
}


def golden(name: str) -> Json:
    """Return the payload of a golden pair."""
    body: Json = json.loads((GOLDEN / f"{name}.json").read_text(encoding="utf-8"))
    return body


def leaves(body: Json, change: Callable[[Json], Json]) -> Json:
    """Return *body* with *change* done to everything that is no list and no object."""
    if isinstance(body, dict):
        return {name: leaves(member, change) for name, member in body.items()}
    if isinstance(body, list):
        return [leaves(member, change) for member in body]
    return change(body)


def plain(rows: Iterable[Row]) -> list[dict[str, Any]]:
    """Return rows as they stand in an expectation: no nulls, instants as texts, curves open.

    A digest of the row is left out: it says nothing that the row does not.
    """

    def shown(value: object) -> object:
        if isinstance(value, bytes):
            return unpack(value)
        return value.isoformat() if isinstance(value, datetime) else value

    return [
        {
            name: shown(value)
            for name, value in row.items()
            if value is not None and name != "row_sha256"
        }
        for row in rows
    ]
