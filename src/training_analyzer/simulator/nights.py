"""How an athlete sleeps, and what the watch learns from the night: resting heart rate, HRV."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import fmean

from training_analyzer.simulator.athletes import Athlete, remembered
from training_analyzer.simulator.fate import (
    ONE_DAY,
    illness,
    local,
    offset_s,
    sleeps_with_watch,
    vo2max_on,
    wears,
)
from training_analyzer.simulator.training import acute_load, chronic_load, load_on

# Garmin shows no baseline before three weeks of nights.
_ONBOARDING_NIGHTS = 19
_SATURDAY = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Night:
    """A measured night; it belongs to the day of waking up. Stages are whole minutes, in s."""

    day: date
    start: datetime
    end: datetime
    offset_s: int
    deep_s: int
    light_s: int
    rem_s: int
    awake_s: int
    awake_count: int
    restless_count: int
    score: int
    resting_bpm: int
    avg_bpm: int
    stress: int
    breaths: int
    spo2: int | None
    skin_temp_c: float | None
    need_min: int

    @property
    def total_s(self) -> int:
        """Time asleep: the three stages together."""
        return self.deep_s + self.light_s + self.rem_s


@dataclass(frozen=True, slots=True)
class HrvNight:
    """The HRV of one night in ms; `baseline` is None while the watch is still learning."""

    day: date
    created: datetime
    weekly_avg: int | None
    night_avg: int
    readings: tuple[int, ...]
    baseline: tuple[int, int, int] | None

    @property
    def status(self) -> str:
        """BALANCED, UNBALANCED, LOW, or NONE while learning."""
        if self.baseline is None or self.weekly_avg is None:
            return "NONE"
        low_upper, balanced_low, balanced_upper = self.baseline
        if self.weekly_avg < low_upper:
            return "LOW"
        return "BALANCED" if balanced_low <= self.weekly_avg <= balanced_upper else "UNBALANCED"

    @property
    def marker(self) -> float:
        """Where the weekly average stands between the limits, 0 to 1."""
        if self.baseline is None or self.weekly_avg is None:
            return 0.0
        low, _, high = self.baseline
        return round(min(1.0, max(0.0, (self.weekly_avg - low) / (high - low) * 0.75 + 0.25)), 6)


@remembered
def in_bed(athlete: Athlete, day: date) -> tuple[datetime, datetime]:
    """Return when the athlete falls asleep for the night that ends on *day*, and wakes."""
    traits = athlete.traits
    dice = athlete.dice(day, "bed")
    weekend = day.weekday() >= _SATURDAY
    bed = traits.bed_min - 24 * 60 + (35 if weekend else 0) + dice.gauss(0, 18)
    length = traits.sleep_min + (30 if weekend else 0) + 25 * illness(athlete, day)
    # Nobody misses the first session of the morning, nor sleeps before the last one has ended.
    start = round(max(-150.0, min(75.0, bed)))
    end = start + round(max(300.0, min(570.0, length + 22 + dice.gauss(0, 24))))
    end = min(end, 9 * 60 + 20 if weekend else 7 * 60 + 5)
    return local(athlete, day, start), local(athlete, day, end)


@remembered
def fatigue(athlete: Athlete, day: date) -> float:
    """Return how tired training has made the athlete by the morning of *day*: about -1 to 1.5."""
    before = day - ONE_DAY
    usual = max(60.0, chronic_load(athlete, before))
    ratio = acute_load(athlete, before) / usual - 1
    return max(-1.0, min(1.5, ratio + load_on(athlete, before) / usual - 0.15))


@remembered
def resting_bpm(athlete: Athlete, day: date) -> int | None:
    """Return the resting heart rate of *day*, None when the watch was not worn."""
    if not wears(athlete, day):
        return None
    traits = athlete.traits
    fitter = (vo2max_on(athlete, day) - traits.vo2max) * 0.5
    strain = 1.6 * fatigue(athlete, day) + 9 * illness(athlete, day)
    return round(traits.resting_bpm - fitter + strain + athlete.dice(day, "rhr").gauss(0, 0.9))


@remembered
def night(athlete: Athlete, day: date) -> Night | None:
    """Return the night that ends on *day*, None when it was not measured."""
    resting = resting_bpm(athlete, day)
    if resting is None or not sleeps_with_watch(athlete, day):
        return None
    dice = athlete.dice(day, "stages")
    start, end = in_bed(athlete, day)
    ill = illness(athlete, day)
    minutes = round((end - start) / timedelta(minutes=1))
    awake = round(minutes * dice.uniform(0.02, 0.07) + 25 * ill)
    asleep = minutes - awake
    deep = round(asleep * dice.uniform(0.13, 0.22) * (1 - 0.3 * ill))
    rem = round(asleep * dice.uniform(0.17, 0.26) * (1 - 0.2 * ill))
    stress = round(13 + 3 * fatigue(athlete, day) + 16 * ill + dice.gauss(0, 2.5))
    watch = athlete.watch_on(day)
    need = 480 + (10 if fatigue(athlete, day) > 0.5 else 0)  # noqa: PLR2004 - hard training
    short = max(0.0, need - asleep)
    score = 92 - short * 0.17 - awake * 0.25 - max(0, stress - 12) * 0.7 + dice.gauss(0, 3)
    warmer = 0.9 * ill + dice.gauss(0, 0.2)
    return Night(
        day=day,
        start=start,
        end=end,
        offset_s=offset_s(athlete, day, start),
        deep_s=deep * 60,
        light_s=(asleep - deep - rem) * 60,
        rem_s=rem * 60,
        awake_s=awake * 60,
        awake_count=min(awake, dice.randint(1, 3)) if awake else 0,
        restless_count=dice.randint(18, 52),
        score=max(18, min(98, round(score))),
        resting_bpm=resting,
        avg_bpm=resting + 5,
        stress=max(3, stress),
        breaths=round(13.5 + 1.5 * ill + dice.gauss(0, 0.5)),
        spo2=dice.randint(94, 97) if watch.has_oximeter else None,
        skin_temp_c=round(warmer, 1) if watch.has_hrv else None,
        need_min=need,
    )


@remembered
def hrv_night(athlete: Athlete, day: date) -> HrvNight | None:
    """Return the HRV of the night that ends on *day*, None when it was not measured."""
    slept = night(athlete, day)
    if slept is None or not athlete.watch_on(day).has_hrv:
        return None
    readings = _readings(athlete, day, round((slept.end - slept.start).total_seconds() // 300))
    week = [_night_avg(athlete, day - n * ONE_DAY) for n in range(7)]
    measured = [avg for avg in week if avg is not None]
    usual = athlete.traits.hrv_ms * (1 + 0.03 * math.sin(day.toordinal() / 58))
    learnt = _nights_with_this_watch(athlete, day) >= _ONBOARDING_NIGHTS
    return HrvNight(
        day=day,
        created=slept.end + timedelta(seconds=athlete.dice(day, "hrv made").randint(120, 900)),
        weekly_avg=round(fmean(measured)) if len(measured) >= 3 else None,  # noqa: PLR2004 - days
        night_avg=round(fmean(readings)),
        readings=readings,
        baseline=(round(usual * 0.87), round(usual * 0.92), round(usual * 1.12))
        if learnt
        else None,
    )


@remembered
def _night_avg(athlete: Athlete, day: date) -> int | None:
    if night(athlete, day) is None or not athlete.watch_on(day).has_hrv:
        return None
    tired = 0.07 * fatigue(athlete, day) + 0.28 * illness(athlete, day)
    spread = athlete.dice(day, "hrv").gauss(0, 0.07)
    return round(athlete.traits.hrv_ms * max(0.4, 1 - tired + spread))


def _readings(athlete: Athlete, day: date, count: int) -> tuple[int, ...]:
    """Return five-minute values whose mean is the night's average."""
    avg = _night_avg(athlete, day) or 0
    dice = athlete.dice(day, "hrv readings")
    values = [round(avg * dice.uniform(0.68, 1.3)) for _ in range(count)]
    missing = avg * count - sum(values)
    step = 1 if missing > 0 else -1
    for turn in range(abs(missing)):
        values[turn % count] += step
    return tuple(values)


def _nights_with_this_watch(athlete: Athlete, day: date) -> int:
    """Return for how many nights the watch of *day* has been worn, up to the onboarding time."""
    watch = athlete.watch_on(day)
    nights = 0
    for n in range(2 * _ONBOARDING_NIGHTS):
        earlier = day - n * ONE_DAY
        if earlier < athlete.since or athlete.watch_on(earlier) is not watch:
            break
        nights += night(athlete, earlier) is not None
    return nights
