"""The totals of a day, counted from its curves and activities, so that all answers agree."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from training_analyzer.simulator.athletes import Athlete, remembered
from training_analyzer.simulator.curves import (
    MOVING,
    battery_points,
    heart_rate,
    stress,
)
from training_analyzer.simulator.fate import ONE_DAY, bounds, illness, is_away, local, wears
from training_analyzer.simulator.nights import in_bed, night, resting_bpm
from training_analyzer.simulator.training import Activity, activities_on

_SUNDAY = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class StressTotals:
    """Average, peak and seconds per band; the curve's three-minute values counted."""

    avg: int
    peak: int
    rest_s: int
    low_s: int
    medium_s: int
    high_s: int
    activity_s: int
    unmeasured_s: int

    @property
    def total_s(self) -> int:
        """Seconds that the watch was looking at."""
        return self.stress_s + self.rest_s + self.activity_s + self.unmeasured_s

    @property
    def stress_s(self) -> int:
        """Seconds above rest."""
        return self.low_s + self.medium_s + self.high_s


@dataclass(frozen=True, slots=True, kw_only=True)
class BatteryTotals:
    """Body Battery of a day."""

    charged: int
    drained: int
    highest: int
    lowest: int
    latest: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Wellness:
    """A worn day up to its end, or up to the last sync of an unfinished one."""

    day: date
    start: datetime
    end: datetime
    steps: int
    distance_m: int
    floors_up: float
    floors_down: float
    kcal_resting: int
    kcal_active: int
    moderate_min: int
    vigorous_min: int
    min_bpm: int | None
    max_bpm: int | None
    resting_bpm: int
    stress: StressTotals
    battery: BatteryTotals
    sleeping_s: int
    active_s: int
    highly_active_s: int
    breaths: int
    activities: tuple[Activity, ...]

    @property
    def duration_s(self) -> int:
        """How long the day was, or has been so far."""
        return round((self.end - self.start).total_seconds())


def last_sync(athlete: Athlete, now: datetime) -> datetime | None:
    """Return when the watch last reached the phone: what Garmin can know at *now*.

    It syncs after waking up, at half past twelve, six and ten, and after each
    activity; not on days in the drawer.
    """
    for back in range(-1, 14):
        day = now.date() - back * ONE_DAY
        if not wears(athlete, day):
            continue
        moments = [local(athlete, day, minutes) for minutes in (750, 1080, 1320)]
        moments.append(in_bed(athlete, day)[1] + timedelta(minutes=10))
        moments.extend(done.end + timedelta(minutes=3) for done in activities_on(athlete, day))
        past = [moment for moment in moments if moment <= now]
        if past:
            return max(past)
    return None


def wellness(athlete: Athlete, day: date, until: datetime) -> Wellness | None:
    """Return the day as known at *until*; None when it was not worn or has not begun."""
    start, end = bounds(athlete, day)
    if not wears(athlete, day) or until <= start:
        return None
    return _whole_day(athlete, day) if until >= end else _count(athlete, day, until)


@remembered
def _whole_day(athlete: Athlete, day: date) -> Wellness:
    return _count(athlete, day, bounds(athlete, day)[1])


def _count(athlete: Athlete, day: date, until: datetime) -> Wellness:
    traits = athlete.traits
    start, day_end = bounds(athlete, day)
    end = min(day_end, until)
    done = tuple(one for one in activities_on(athlete, day) if one.end <= end)
    _asleep, awake = in_bed(athlete, day)
    tonight = in_bed(athlete, day + ONE_DAY)[0]
    # How much of the waking day has passed; walking about is spread over it evenly.
    share = min(1.0, max(0.0, (end - awake) / (min(tonight, day_end) - awake)))
    dice = athlete.dice(day, "moving")
    mood = dice.uniform(0.65, 1.4) * (1.35 if is_away(athlete, day) else 1.0)
    mood *= (1 - 0.65 * illness(athlete, day)) * (0.85 if day.weekday() == _SUNDAY else 1.0)
    about = round(traits.steps * mood * share)
    steps = about + sum(one.steps for one in done)
    on_foot = sum(one.distance_m for one in done if one.steps)
    floors = (dice.uniform(2, 14) * share) + sum(one.ascent_m for one in done if one.steps) / 12
    beats = [bpm for _, bpm in heart_rate(athlete, day, end) if bpm is not None]
    age = (day - traits.born).days / 365.25
    bmr = 10 * traits.weight_g / 1000 + 6.25 * traits.height_cm - 5 * age
    bmr += 5 if traits.sex == "MALE" else -161
    slept = night(athlete, day)
    return Wellness(
        day=day,
        start=start,
        end=end,
        steps=steps,
        distance_m=round(about * 0.74 + on_foot),
        floors_up=round(floors, 5),
        floors_down=round(floors * dice.uniform(0.8, 1.2), 5),
        kcal_resting=round(bmr * (end - start) / (day_end - start)),
        kcal_active=round(about * 0.032 + sum(one.kcal for one in done)),
        moderate_min=round(sum(one.zone_s[1] for one in done) / 60),
        vigorous_min=round(sum(sum(one.zone_s[2:]) for one in done) / 60),
        min_bpm=min(beats, default=None),
        max_bpm=max([*beats, *(one.max_bpm for one in done if one.max_bpm)], default=None),
        resting_bpm=resting_bpm(athlete, day) or traits.resting_bpm,
        stress=_stress(stress(athlete, day, end)),
        battery=_battery(battery_points(athlete, day, end)),
        sleeping_s=slept.total_s if slept and awake <= end else 0,
        active_s=round(about * 0.6),
        highly_active_s=round(sum(one.duration_s for one in done)),
        breaths=14 + round(2 * illness(athlete, day)),
        activities=done,
    )


def _stress(samples: list[tuple[int, int]]) -> StressTotals:
    levels = [level for _, level in samples if level > 0]
    bands = [sum(1 for level in levels if level > over) * 180 for over in (0, 25, 50, 75)]
    moving = sum(1 for _, level in samples if level == MOVING)
    return StressTotals(
        avg=round(sum(levels) / len(levels)) if levels else -1,
        peak=max(levels, default=-1),
        rest_s=bands[0] - bands[1],
        low_s=bands[1] - bands[2],
        medium_s=bands[2] - bands[3],
        high_s=bands[3],
        activity_s=moving * 180,
        unmeasured_s=(len(samples) - len(levels) - moving) * 180,
    )


def _battery(points: list[tuple[int, float]]) -> BatteryTotals:
    levels = [level for _, level in points]
    moves = [after - before for before, after in itertools.pairwise(levels)]
    return BatteryTotals(
        charged=round(sum(move for move in moves if move > 0)),
        drained=round(-sum(move for move in moves if move < 0)),
        highest=round(max(levels)),
        lowest=round(min(levels)),
        latest=round(levels[-1]),
    )
