"""Laps and sessions as rows: totals of the file, which the person's own edits never reach."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from fitdecode.profile import FIELD_TYPES

from training_analyzer.fit.messages import height
from training_analyzer.fit.track import index_at, session_starts

if TYPE_CHECKING:
    from training_analyzer.fit.messages import Cell, Columns, Messages
    from training_analyzer.streams import Row

_SPORTS: Final = {name: FIELD_TYPES[name].enum for name in ("sport", "sub_sport")}
_INT32: Final = 2**31
# Column -> the fields that may hold it, the better first.
_NUMBERS: Final = {
    "elapsed_s": ("total_elapsed_time",),
    "timer_s": ("total_timer_time",),
    "distance_m": ("total_distance",),
    "avg_speed_mps": ("enhanced_avg_speed", "avg_speed"),
    "max_speed_mps": ("enhanced_max_speed", "max_speed"),
    "ascent_m": ("total_ascent",),
    "descent_m": ("total_descent",),
    "calories_kcal": ("total_calories",),
}
_WHOLE: Final = {
    "avg_hr_bpm": "avg_heart_rate",
    "max_hr_bpm": "max_heart_rate",
    "avg_power_w": "avg_power",
    "max_power_w": "max_power",
    "avg_cadence_rpm": "avg_cadence",
}


def laps_of(messages: Messages) -> list[Row]:
    """Return one row per lap, with the session that it began in."""
    starts = session_starts(messages)
    return [
        {
            "lap_index": n,
            "session_index": index_at(starts, _at(messages.laps, "start_time", n)),
            **_row(messages.laps, n),
        }
        for n in range(height(messages.laps))
    ]


def sessions_of(messages: Messages) -> list[Row]:
    """Return one row per session; a multisport file has one for each leg."""
    return [
        {"session_index": n, **_row(messages.sessions, n)} for n in range(height(messages.sessions))
    ]


def instant(unix_s: Cell) -> datetime | None:
    """Return unix seconds as an instant, None where no calendar has it."""
    if unix_s is None:
        return None
    try:
        return datetime.fromtimestamp(unix_s, UTC)
    except (OverflowError, OSError, ValueError):
        return None


def _row(columns: Columns, n: int) -> Row:
    row: Row = {"start_utc": instant(_at(columns, "start_time", n))}
    for name, names in _SPORTS.items():
        row[name] = names.get(_at(columns, name, n))
    for name, fields in _NUMBERS.items():
        cells = (_at(columns, field, n) for field in fields)
        row[name] = next((float(cell) for cell in cells if cell is not None), None)
    for name, field in _WHOLE.items():
        cell = _at(columns, field, n)
        row[name] = None if cell is None or abs(cell) >= _INT32 else round(cell)
    # No living heart stands still: some apps write 0 for "no strap".
    return row | {name: row[name] or None for name in ("avg_hr_bpm", "max_hr_bpm")}


def _at(columns: Columns, field: str, n: int) -> Cell:
    return columns[field][n] if field in columns else None
