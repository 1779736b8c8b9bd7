"""What both decoders hand on: a FIT file's messages as columns of plain numbers.

Instants are unix seconds, positions degrees, sports FIT's own numbers; everything else
has the unit of the FIT profile. None is what was not measured.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

type Cell = float | None
# Field name -> one value per message, all of one length; a field nobody sent is missing.
type Columns = dict[str, list[Cell]]

UNIX_OF_FIT: Final = 631_065_600
DEGREES_PER_SEMICIRCLE: Final = 180 / 2**31

RECORD_FIELDS: Final = (
    *("timestamp", "position_lat", "position_long", "enhanced_altitude", "altitude"),
    *("distance", "enhanced_speed", "speed", "heart_rate", "cadence", "power", "temperature"),
)
LAP_FIELDS: Final = (
    *("timestamp", "start_time", "total_elapsed_time", "total_timer_time", "total_distance"),
    *("sport", "sub_sport", "avg_heart_rate", "max_heart_rate", "enhanced_avg_speed"),
    *("avg_speed", "enhanced_max_speed", "max_speed", "avg_power", "max_power", "avg_cadence"),
    *("total_ascent", "total_descent", "total_calories"),
)
SESSION_FIELDS: Final = (
    *("timestamp", "start_time", "total_elapsed_time", "total_timer_time", "total_distance"),
    *("sport", "sub_sport", "avg_heart_rate", "max_heart_rate"),
)
FIELDS: Final = {"record": RECORD_FIELDS, "lap": LAP_FIELDS, "session": SESSION_FIELDS}


@dataclass(frozen=True, slots=True)
class HeartBeats:
    """One `hr` message: beats per minute, and when, as the chest strap stored them."""

    bpm: tuple[float, ...]
    event_s: tuple[float, ...] = ()
    packed: bytes = b""
    timestamp: float | None = None
    fraction_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Messages:
    """The messages of a FIT file that an activity is made of."""

    records: Columns
    laps: Columns
    sessions: Columns
    beats: Sequence[HeartBeats] = ()
    errors: tuple[str, ...] = ()
    count: int = field(default=0, kw_only=True)


def height(columns: Columns) -> int:
    """Return how many messages *columns* are of."""
    return len(next(iter(columns.values()), ()))


def measured(value: object) -> Cell:
    """Return *value* if it is one finite number."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return value if math.isfinite(value) else None
