"""The laps of an activity as lines, those that were clearly faster marked. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Any, Final

from training_analyzer.web import measures
from training_analyzer.web.charts.bars import share_bar
from training_analyzer.web.pages.activity_drawings import Span
from training_analyzer.web.pages.sports import fast

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from markupsafe import Markup

    from training_analyzer.web.pages.activity_track import Recording
    from training_analyzer.web.tongue import Tongue

# Faster than the middle lap by so much is faster on purpose.
_CLEARLY: Final = 1.08
# With fewer laps no middle says what is usual.
_ENOUGH: Final = 3
# A lap shorter than this part of the middle one is what was left over at the end.
_REST: Final = 0.1
_A_DISTANCE_M: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class LapLine:
    """One lap; empty for what is not known."""

    number: str
    distance: str
    time: str
    speed: str
    bar: Markup | None
    heart: str
    power: str
    ascent: str
    is_fast: bool


@dataclass(frozen=True, slots=True)
class Laps:
    """The table: its units, and which columns have anything."""

    lines: tuple[LapLine, ...]
    distance_unit: str
    speed_unit: str
    ascent_unit: str
    has_distance: bool
    has_heart: bool
    has_power: bool
    has_ascent: bool


def laps_of(rows: Sequence[Mapping[str, Any]], sport: str, tongue: Tongue) -> Laps | None:
    """Return the table of *rows*; None with less than two: one lap is the whole."""
    if len(rows) < 2:  # noqa: PLR2004 - see above
        return None
    speeds = [_speed(row) for row in rows]
    strong, most = fast_of(rows), max((v for v in speeds if v), default=0.0)
    lines = []
    for n, (row, speed) in enumerate(zip(rows, speeds, strict=True)):
        seconds, heart = row["timer_s"] or row["elapsed_s"], row["avg_hr_bpm"]
        gain, power = row["ascent_m"], row["avg_power_w"]
        far = row["distance_m"] if (row["distance_m"] or 0) >= _A_DISTANCE_M else None
        colour = "hr" if n in strong else "steps"
        lines.append(
            LapLine(
                number=tongue.number(n + 1),
                distance=measures.distance(far, tongue).number if far else "",
                time="" if seconds is None else measures.stopwatch(seconds),
                speed=fast(speed, sport, tongue).number if speed else "",
                bar=share_bar(speed / most, label="", colour=colour) if speed else None,
                heart="" if heart is None else tongue.number(heart),
                power="" if power is None else tongue.number(power),
                ascent="" if gain is None else measures.elevation(gain, tongue).number,
                is_fast=n in strong,
            )
        )
    return Laps(
        tuple(lines),
        measures.distance(1.0, tongue).unit,
        fast(1.0, sport, tongue).unit,
        measures.elevation(1.0, tongue).unit,
        has_distance=any(line.distance for line in lines),
        has_heart=any(line.heart for line in lines),
        has_power=any(line.power for line in lines),
        has_ascent=any(line.ascent for line in lines),
    )


def fast_of(rows: Sequence[Mapping[str, Any]]) -> frozenset[int]:
    """Return the numbers of the laps that were clearly faster than the middle one."""
    speeds = {n: speed for n, row in enumerate(rows) if (speed := _speed(row)) is not None}
    if len(speeds) < _ENOUGH:
        return frozenset()
    usual = median(speeds.values())
    long = median([row["distance_m"] for row in rows if row["distance_m"]])
    return frozenset(
        n
        for n, speed in speeds.items()
        if speed >= usual * _CLEARLY and rows[n]["distance_m"] >= long * _REST
    )


def spans_of_laps(recording: Recording, rows: Sequence[Mapping[str, Any]]) -> list[Span]:
    """Return where the clearly faster laps are in *recording*."""
    spans = []
    for n in sorted(fast_of(rows)):
        start, lasts = rows[n]["start_utc"], rows[n]["elapsed_s"] or rows[n]["timer_s"]
        if start is None or lasts is None:
            continue
        first = recording.index_at(start.timestamp())
        last = recording.index_at(start.timestamp() + lasts)
        if last > first:
            spans.append(Span(first, last))
    return spans


def _speed(row: Mapping[str, Any]) -> float | None:
    """Return the mean speed of a lap, worked out where the file does not say it."""
    told, metres = row["avg_speed_mps"], row["distance_m"]
    seconds = row["timer_s"] or row["elapsed_s"]
    if not metres or metres < _A_DISTANCE_M:
        return None
    if told:
        return float(told)
    return float(metres / seconds) if seconds else None
