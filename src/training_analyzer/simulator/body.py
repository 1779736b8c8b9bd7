"""What an athlete notes down: weigh-ins, drinks, blood pressure."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from training_analyzer.simulator.athletes import Athlete, remembered
from training_analyzer.simulator.fate import illness, is_away
from training_analyzer.simulator.nights import in_bed
from training_analyzer.simulator.training import activities_on


@dataclass(frozen=True, slots=True, kw_only=True)
class WeighIn:
    """One weighing, in grams; a manual one knows the weight only."""

    at: datetime
    weight_g: float
    fat_pct: float | None
    water_pct: float | None
    bone_g: int | None
    muscle_g: int | None

    @property
    def is_manual(self) -> bool:
        """Whether it was typed in."""
        return self.fat_pct is None


@remembered
def weigh_ins(athlete: Athlete, day: date) -> tuple[WeighIn, ...]:
    """Return the weighings of *day*, oldest first: a habit at home, in good health."""
    habit = day.weekday() in athlete.traits.weigh_in_days
    if day < athlete.since or is_away(athlete, day) or not habit:
        return ()
    dice = athlete.dice(day, "scale")
    if dice.random() > 0.82 - 0.6 * illness(athlete, day):
        return ()
    morning = in_bed(athlete, day)[1] + timedelta(seconds=dice.randint(300, 2400))
    season = math.cos((day.timetuple().tm_yday - 10) / 365.25 * 2 * math.pi)
    weight = athlete.traits.weight_g * (1 + 0.013 * season + dice.gauss(0, 0.005))
    fat = 18.5 + 1.2 * season + dice.gauss(0, 0.4) + (6 if athlete.traits.vo2max < 40 else 0)  # noqa: PLR2004 - unfit
    taken = [
        WeighIn(
            at=morning,
            weight_g=float(round(weight, -1)),
            fat_pct=round(fat, 1),
            water_pct=round(73 - 0.73 * fat, 1),
            bone_g=round(weight * 0.055),
            muscle_g=round(weight * 0.44),
        )
    ]
    if dice.random() < 0.06:  # noqa: PLR2004 - now and then a second look in the evening
        taken.append(
            WeighIn(
                at=morning + timedelta(hours=13),
                weight_g=float(round(weight + dice.uniform(200, 900), -2)),
                fat_pct=None,
                water_pct=None,
                bone_g=None,
                muscle_g=None,
            )
        )
    return tuple(taken)


@dataclass(frozen=True, slots=True)
class Drinks:
    """Water of a day in ml."""

    drunk_ml: float
    goal_ml: float
    sweat_ml: float


@remembered
def drinks(athlete: Athlete, day: date) -> Drinks | None:
    """Return what was noted on *day*, None when nothing was."""
    dice = athlete.dice(day, "drinks")
    if day < athlete.since or dice.random() > athlete.traits.hydration_chance:
        return None
    sweat = round(sum(done.kcal for done in activities_on(athlete, day)) * 1.05)
    return Drinks(250.0 * dice.randint(5, 10), 2000.0 + sweat, float(sweat))


@dataclass(frozen=True, slots=True)
class Pressure:
    """A blood pressure measurement in mmHg and beats per minute."""

    at: datetime
    systolic: int
    diastolic: int
    pulse: int


@remembered
def blood_pressure(athlete: Athlete, day: date) -> Pressure | None:
    """Return the measurement of *day*; only athletes with a cuff have some."""
    dice = athlete.dice(day, "cuff")
    wanted = athlete.traits.cuff and day >= athlete.since and not is_away(athlete, day)
    if not wanted or dice.random() > 0.3:  # noqa: PLR2004 - twice a week
        return None
    at = in_bed(athlete, day)[1] + timedelta(minutes=dice.randint(20, 60))
    pulse = athlete.traits.resting_bpm + dice.randint(2, 9)
    return Pressure(at, dice.randint(118, 139), dice.randint(72, 88), pulse)
