"""Records as the columns that are stored: units in the names, FIT's own precision."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, Final

from training_analyzer.fit import beats

if TYPE_CHECKING:
    from collections.abc import Sequence

    from training_analyzer.fit.messages import Cell, Messages

# Column -> the fields that may hold it, the better first, and its decimals: a semicircle
# is 1 cm, a step of altitude 20 cm. More digits would be noise of the conversion.
_COLUMNS: Final = {
    "latitude_deg": (("position_lat",), 7),
    "longitude_deg": (("position_long",), 7),
    "altitude_m": (("enhanced_altitude", "altitude"), 1),
    "distance_m": (("distance",), 2),
    "speed_mps": (("enhanced_speed", "speed"), 3),
    "hr_bpm": (("heart_rate",), 0),
    "cadence_rpm": (("cadence",), 0),
    "power_w": (("power",), 0),
    "temperature_c": (("temperature",), 0),
}


def track_of(messages: Messages) -> dict[str, list[Cell]]:
    """Return one value per record and column, columns without any value left out.

    `time_s` is unix seconds; `session_index` is there when there are several sessions.
    """
    times = messages.records.get("timestamp")
    if times is None:
        return {}
    found: dict[str, list[Cell]] = {"time_s": _rounded(times, 0)}
    for name, (fields, digits) in _COLUMNS.items():
        columns = [messages.records[field] for field in fields if field in messages.records]
        if columns:
            found[name] = _rounded(_first_of(columns), digits)
    # No living heart stands still: some apps write 0 for "no strap".
    rates = [rate or None for rate in found.get("hr_bpm", [])]
    found["hr_bpm"] = beats.fill(times, rates, messages.beats) if messages.beats else rates
    starts = session_starts(messages)
    if len(starts) > 1:
        found["session_index"] = [index_at(starts, at) for at in times]
    return {
        name: column for name, column in found.items() if any(cell is not None for cell in column)
    }


def session_starts(messages: Messages) -> list[float]:
    """Return when each session began, in order of time; unix seconds."""
    return sorted(at for at in messages.sessions.get("start_time", ()) if at is not None)


def index_at(starts: Sequence[float], at: Cell) -> int | None:
    """Return which session an instant belongs to: the last one that had begun."""
    if at is None or not starts:
        return None
    return max(0, bisect_right(starts, at) - 1)


def _first_of(columns: Sequence[list[Cell]]) -> list[Cell]:
    if len(columns) == 1:
        return columns[0]
    return [
        next((cell for cell in cells if cell is not None), None)
        for cells in zip(*columns, strict=True)
    ]


def _rounded(column: Sequence[Cell], digits: int) -> list[Cell]:
    # `round` to no digits gives an int, which is shorter when it is written down.
    if digits:
        return [None if cell is None else round(cell, digits) for cell in column]
    return [None if cell is None else round(cell) for cell in column]
