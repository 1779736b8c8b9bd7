"""The stages of a night as Garmin draws them: stretches that add up to the night's totals."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from training_analyzer.simulator.athletes import Athlete
    from training_analyzer.simulator.nights import Night

DEEP, LIGHT, REM, AWAKE = 0, 1, 2, 3


def levels(athlete: Athlete, slept: Night) -> list[tuple[datetime, datetime, int]]:
    """Return (start, end, stage) without gaps from falling asleep to waking up.

    Deep sleep comes early, REM late; the minutes of each stage add up to the
    night's.
    """
    cycles = max(3, round((slept.end - slept.start) / timedelta(minutes=95)))
    dice = athlete.dice(slept.day, "cycles")
    early = [cycles - n + dice.random() for n in range(cycles)]
    late = [1 + n + dice.random() for n in range(cycles)]
    even = [4 + dice.random() for _ in range(2 * cycles)]
    deep = _shares(slept.deep_s // 60, early)
    rem = _shares(slept.rem_s // 60, late)
    light = _shares(slept.light_s // 60, even)
    awake = _shares(slept.awake_s // 60, [1.0] * max(1, slept.awake_count))
    parts: list[tuple[int, int]] = []
    for n in range(cycles):
        parts += [(light[2 * n], LIGHT), (deep[n], DEEP), (light[2 * n + 1], LIGHT), (rem[n], REM)]
        if n < len(awake):
            parts.append((awake[n], AWAKE))
    at, found = slept.start, []
    for minutes, stage in parts:
        if minutes:
            found.append((at, at + timedelta(minutes=minutes), stage))
            at = found[-1][1]
    return found


def _shares(total: int, weights: list[float]) -> list[int]:
    """Split *total* whole minutes by weight; the last one takes what rounding left over."""
    parts = [int(total * weight / sum(weights)) for weight in weights[:-1]]
    return [*parts, total - sum(parts)]
