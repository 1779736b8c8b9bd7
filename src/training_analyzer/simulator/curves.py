"""The curves of a day: heart rate every two minutes, stress every three, Body Battery as knots."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum, auto

from training_analyzer.simulator.athletes import Athlete, remembered
from training_analyzer.simulator.fate import ONE_DAY, bounds, illness, local, wears
from training_analyzer.simulator.nights import in_bed, night, resting_bpm
from training_analyzer.simulator.training import activities_on, load_on

HEART_STEP_MS = 120_000
STRESS_STEP_MS = 180_000
# Garmin's own marks for minutes without a stress value.
UNMEASURED, MOVING = -1, -2


class State(Enum):
    """What the athlete is doing, as far as the watch can tell."""

    ASLEEP = auto()
    AWAKE = auto()
    ACTIVE = auto()
    OFF_WRIST = auto()


@dataclass(frozen=True, slots=True)
class Phase:
    """A stretch of one state; instants are epoch ms, `until_ms` is not included."""

    from_ms: int
    until_ms: int
    state: State
    bpm: int = 0


def ms(instant: datetime) -> int:
    """Return an aware instant as epoch milliseconds."""
    return round(instant.timestamp() * 1000)


def phases(athlete: Athlete, day: date, until: datetime) -> list[Phase]:
    """Return what the watch sees from the start of *day* to its end or *until*, in order."""
    first, last = (ms(edge) for edge in bounds(athlete, day))
    last = min(last, ms(until))
    found = []
    for morning in (day, day + ONE_DAY):
        asleep, awake = in_bed(athlete, morning)
        state = State.ASLEEP if night(athlete, morning) else State.OFF_WRIST
        found.append(Phase(ms(asleep), ms(awake), state))
    found.extend(
        Phase(ms(done.start), ms(done.end), State.ACTIVE, done.avg_bpm or 0)
        for done in activities_on(athlete, day)
    )
    # The watch charges while its owner reads in the evening.
    plugged = ms(local(athlete, day, 20 * 60 + athlete.dice(day, "charge").randint(25, 40)))
    found.append(Phase(plugged, plugged + 1_500_000, State.OFF_WRIST))
    return _without_gaps(sorted(found, key=lambda phase: phase.from_ms), first, last)


def _without_gaps(found: list[Phase], first: int, last: int) -> list[Phase]:
    whole: list[Phase] = []
    at = first
    for phase in found:
        start, end = max(phase.from_ms, at), min(phase.until_ms, last)
        if start >= end:
            continue
        if start > at:
            whole.append(Phase(at, start, State.AWAKE))
        whole.append(Phase(start, end, phase.state, phase.bpm))
        at = end
    if at < last:
        whole.append(Phase(at, last, State.AWAKE))
    return whole


def heart_rate(athlete: Athlete, day: date, until: datetime) -> list[tuple[int, int | None]]:
    """Return (epoch ms, bpm or None) every two minutes; empty when the watch was not worn."""
    resting = resting_bpm(athlete, day)
    if resting is None:
        return []
    roll = athlete.dice(day, "heart").random
    samples: list[tuple[int, int | None]] = []
    level, at = resting + 10.0, ms(bounds(athlete, day)[0])
    for phase in phases(athlete, day, until):
        mean, spread = {
            State.ASLEEP: (resting + 4.0, 4.0),
            State.AWAKE: (resting + 21.0, 26.0),
            State.ACTIVE: (phase.bpm or resting + 40.0, 14.0),
            State.OFF_WRIST: (resting + 12.0, 0.0),
        }[phase.state]
        while at < phase.until_ms:
            level += (mean - level) * 0.45 + (roll() - 0.5) * spread
            seen = None if phase.state is State.OFF_WRIST else max(resting - 2, round(level))
            samples.append((at, seen))
            at += HEART_STEP_MS
    return samples


def stress(athlete: Athlete, day: date, until: datetime) -> list[tuple[int, int]]:
    """Return (epoch ms, level 1-100 or a negative mark) every three minutes."""
    if not wears(athlete, day):
        return []
    ill = illness(athlete, day)
    roll = athlete.dice(day, "stress").random
    means = {State.ASLEEP: 13.0 + 14 * ill, State.AWAKE: 33.0 + 16 * ill}
    samples: list[tuple[int, int]] = []
    level, at = 25.0, ms(bounds(athlete, day)[0])
    for phase in phases(athlete, day, until):
        mark = {State.OFF_WRIST: UNMEASURED, State.ACTIVE: MOVING}.get(phase.state)
        mean = means.get(phase.state, 30.0)
        spread = 12.0 if phase.state is State.ASLEEP else 44.0
        while at < phase.until_ms:
            level += (mean - level) * 0.3 + (roll() - 0.5) * spread
            samples.append((at, mark or max(1, min(99, round(level)))))
            at += STRESS_STEP_MS
    return samples


@remembered
def bed_level(athlete: Athlete, day: date) -> float:
    """Return the Body Battery with which the athlete goes to sleep at the end of *day*."""
    roll = athlete.dice(day, "battery bed")
    return max(5.0, min(40.0, 34 - 0.11 * load_on(athlete, day) + roll.gauss(0, 4)))


@remembered
def wake_level(athlete: Athlete, day: date) -> float:
    """Return the Body Battery on waking up on *day*."""
    slept = night(athlete, day)
    quality = 62.0 if slept is None else slept.score
    return max(42.0, min(100.0, 12 + quality - 20 * illness(athlete, day)))


@remembered
def battery_knots(athlete: Athlete, day: date) -> tuple[tuple[int, float], ...]:
    """Return (epoch ms, level) between which the Body Battery of *day* runs straight.

    They reach over both ends of the day: from falling asleep before it to waking
    up after it, so that one day goes on where the other stopped.
    """
    asleep, awake = in_bed(athlete, day)
    tonight, tomorrow = in_bed(athlete, day + ONE_DAY)
    top, bottom = wake_level(athlete, day), bed_level(athlete, day)
    knots = [(ms(asleep), bed_level(athlete, day - ONE_DAY)), (ms(awake), top)]
    done = [one for one in activities_on(athlete, day) if one.start > awake]
    costs = [min(16.0, 1.0 + 0.09 * one.load) for one in done]
    share = min(1.0, 0.6 * (top - bottom) / max(1.0, sum(costs)))
    idle = (tonight - awake) - sum((one.end - one.start for one in done), timedelta())
    slope = (top - bottom - share * sum(costs)) / (idle / timedelta(seconds=1))
    level, at = top, awake
    for one, cost in zip(done, costs, strict=True):
        level -= slope * (one.start - at).total_seconds()
        knots.append((ms(one.start), level))
        level, at = level - share * cost, one.end
        knots.append((ms(one.end), level))
    knots.append((ms(tonight), bottom))
    knots.append((ms(tomorrow), wake_level(athlete, day + ONE_DAY)))
    return tuple(knots)


def battery_at(knots: tuple[tuple[int, float], ...], at: int) -> float:
    """Return the level at an instant between the knots, in epoch ms."""
    for (left, low), (right, high) in itertools.pairwise(knots):
        if at <= right:
            return low + (high - low) * max(0, at - left) / max(1, right - left)
    return knots[-1][1]


def battery_points(athlete: Athlete, day: date, until: datetime) -> list[tuple[int, float]]:
    """Return the change points of *day* with its two ends; empty when not worn."""
    first, last = (ms(edge) for edge in bounds(athlete, day))
    last = min(last, ms(until))
    if not wears(athlete, day) or last <= first:
        return []
    knots = battery_knots(athlete, day)
    inside = [(at, level) for at, level in knots if first < at < last]
    return [
        (first, battery_at(knots, first)),
        *inside,
        (last, battery_at(knots, last)),
    ]
