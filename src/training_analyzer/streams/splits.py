"""The splits of an activity: its laps as the account API tells them, where no file does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from training_analyzer.model import Api, Group
from training_analyzer.streams.fields import (
    at,
    at_utc,
    big_integer,
    first_of,
    integer,
    not_negative,
    number,
    positive,
)
from training_analyzer.streams.rows import RowParser, any_above_zero, child, inner_objects
from training_analyzer.streams.stream import Route, Stream

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from training_analyzer.streams.fields import Column, Record
    from training_analyzer.streams.stream import Json

SOURCE: Final = "splits"


def _laps(body: Json) -> Iterator[Record]:
    """Find each lap, with its activity and its place: `lapIndex` counts from 1, or is missing."""
    activity = at(body, "activityId")
    for place, lap in enumerate(inner_objects(child(body, "lapDTOs"))):
        yield {**lap, "activityId": activity, "place": place}


_timer_s = number("duration", not_negative)
_COLUMNS: Final[Mapping[str, Column]] = {
    "activity_id": big_integer("activityId"),
    "lap_index": integer("place"),
    "session_index": lambda _: None,
    "start_utc": at_utc("startTimeGMT"),
    "elapsed_s": first_of(number("elapsedDuration", not_negative), _timer_s),
    "timer_s": _timer_s,
    "distance_m": number("distance", not_negative),
    "sport": lambda _: None,
    "sub_sport": lambda _: None,
    "avg_hr_bpm": integer("averageHR", positive),
    "max_hr_bpm": integer("maxHR", positive),
    "avg_speed_mps": number("averageSpeed"),
    "max_speed_mps": number("maxSpeed"),
    "avg_power_w": integer("averagePower"),
    "max_power_w": integer("maxPower"),
    "avg_cadence_rpm": integer("averageBikeCadence"),
    "ascent_m": number("elevationGain"),
    "descent_m": number("elevationLoss"),
    "calories_kcal": number("calories"),
    "source": lambda _: SOURCE,
}

parse_splits: Final = RowParser(
    _laps,
    _COLUMNS,
    key=("activity_id", "lap_index"),
    measured=any_above_zero("timer_s", "elapsed_s", "distance_m"),
)
"""Yield one row per lap in the columns of `activity_laps`, with `source` = `splits`.

Steps per minute stay out of `avg_cadence_rpm`: a file counts the turns of one leg there.
Source: `/activity-service/activity/{id}/splits`; key names recorded, no values.
"""

ACTIVITY_SPLITS: Final = Stream(
    name="activity_splits",
    group=Group.ACTIVITIES,
    table="activity_laps",
    key=("activity_id", "lap_index"),
    day_column=None,
    whole_by="activity_id",
    routes={
        Api.ACCOUNT: Route(
            path="/activity-service/activity/{activity_id}/splits", parse=parse_splits
        )
    },
)
"""The splits of one activity. In no plan: they are asked for where no file gave a lap."""
