"""What Garmin concludes: training status, readiness, predictions, scores, thresholds, records."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from training_analyzer.simulator.athletes import Athlete, remembered
from training_analyzer.simulator.fate import ONE_DAY, illness, vo2max_on, wears
from training_analyzer.simulator.habits import RIDE, RUN, TRAIL_RUN, TRAINER
from training_analyzer.simulator.nights import Night, fatigue, hrv_night, night
from training_analyzer.simulator.training import (
    activities_on,
    acute_load,
    chronic_load,
    is_rest_week,
    run_speed,
)

NO_STATUS, DETRAINING, UNPRODUCTIVE, MAINTAINING, RECOVERY, PEAKING, PRODUCTIVE, STRAINED = (
    *(0, 1, 2, 4, 5, 6, 7, 8),
)
STATUS_NAMES = {
    NO_STATUS: "NO_STATUS",
    DETRAINING: "DETRAINING",
    UNPRODUCTIVE: "UNPRODUCTIVE",
    MAINTAINING: "MAINTAINING",
    RECOVERY: "RECOVERY",
    PEAKING: "PEAKING",
    PRODUCTIVE: "PRODUCTIVE",
    STRAINED: "STRAINED",
}
_STATUS_AFTER_DAYS = 14
_LEAST_LOAD = 20
_TUNNEL = (0.8, 1.6)  # acute to chronic load
_RISING, _FALLING = 0.25, -0.55  # ml/kg/min in three weeks
# Share of the speed at VO2max that is held over 5 km, 10 km, half and full marathon.
_RACES = ((5_000.0, 0.935), (10_000.0, 0.89), (21_097.5, 0.84), (42_195.0, 0.785))


def measures_training(athlete: Athlete, day: date) -> bool:
    """Return whether the watch of *day* was worn and judges training."""
    return wears(athlete, day) and athlete.watch_on(day).has_training


@remembered
def training_status(athlete: Athlete, day: date) -> int | None:
    """Return the status of *day*, None when no watch judged it."""
    if not measures_training(athlete, day):
        return None
    chronic = chronic_load(athlete, day)
    if (day - athlete.since).days < _STATUS_AFTER_DAYS or chronic < _LEAST_LOAD:
        return NO_STATUS
    ratio = acute_load(athlete, day) / chronic
    trend = vo2max_on(athlete, day) - vo2max_on(athlete, day - 21 * ONE_DAY)
    if ratio < _TUNNEL[0]:
        peaks = is_rest_week(day) and trend >= 0
        resting = PEAKING if peaks else RECOVERY
        return resting if ratio > _TUNNEL[0] / 2 else DETRAINING
    if ratio > _TUNNEL[1]:
        return STRAINED
    if trend > _RISING:
        return PRODUCTIVE
    return MAINTAINING if trend > _FALLING else UNPRODUCTIVE


def status_since(athlete: Athlete, day: date) -> date:
    """Return the first day on which the status of *day* held, at most ninety days back."""
    status = training_status(athlete, day)
    for back in range(1, 90):
        if training_status(athlete, day - back * ONE_DAY) != status:
            return day - (back - 1) * ONE_DAY
    return day - 90 * ONE_DAY


@dataclass(frozen=True, slots=True)
class VO2max:
    """A measurement of the day's runs (`generic`) or rides (`cycling`), ml/kg/min."""

    generic: float | None
    cycling: float | None


@remembered
def vo2max(athlete: Athlete, day: date) -> VO2max | None:
    """Return what was measured on *day*, None when nothing was."""
    if not measures_training(athlete, day):
        return None
    kinds = {leg.kind for one in activities_on(athlete, day) for leg in (one, *one.legs)}
    level = vo2max_on(athlete, day)
    generic = level if kinds & {RUN, TRAIL_RUN} else None
    powered = athlete.traits.ftp_w is not None and bool(kinds & {RIDE, TRAINER})
    if generic is None and not powered:
        return None
    return VO2max(generic, round(level - 1.8, 1) if powered else None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Readiness:
    """One reckoning of training readiness."""

    at: datetime
    context: str
    score: int
    sleep_score: int | None
    recovery_min: int
    acute_load: int
    hrv_weekly: int | None
    factors: tuple[int, int, int, int, int, int]  # sleep, recovery, acwr, hrv, history, stress


@remembered
def readiness(athlete: Athlete, day: date) -> tuple[Readiness, ...]:
    """Return the day's reckonings, oldest first: on waking up, then after each activity."""
    slept = night(athlete, day)
    if slept is None or not measures_training(athlete, day) or not athlete.watch_on(day).has_hrv:
        return ()
    load = acute_load(athlete, day - ONE_DAY)
    recovery = max(0, round(60 * (8 + 18 * fatigue(athlete, day))))
    woken = slept.end + timedelta(minutes=4)
    rows = [_reckon(athlete, slept, (woken, "AFTER_WAKEUP_RESET"), load, recovery)]
    for done in activities_on(athlete, day):
        load, recovery = load + done.load, recovery + round(14 * done.load)
        after = (done.end + timedelta(seconds=40), "AFTER_POST_EXERCISE_RESET")
        rows.append(_reckon(athlete, slept, after, load, recovery))
    return tuple(rows)


def _reckon(
    athlete: Athlete, slept: Night, moment: tuple[datetime, str], load: float, recovery: int
) -> Readiness:
    hrv = hrv_night(athlete, slept.day)
    before = slept.day - ONE_DAY
    ratio = acute_load(athlete, before) / max(60.0, chronic_load(athlete, before))
    sick = illness(athlete, slept.day)
    steady = hrv is not None and hrv.status in ("BALANCED", "NONE")
    raw = (
        slept.score,
        100 - recovery // 50,
        100 - 70 * max(0.0, ratio - 1.0),
        92 if steady else 48,
        slept.score + 4,
        94 - 60 * sick,
    )
    sleep, rest, strain, balance, history, calm = (max(1, min(100, round(part))) for part in raw)
    score = (0.3 * sleep + 0.35 * rest + 0.15 * strain + 0.2 * balance) * (1 - 0.5 * sick)
    return Readiness(
        at=moment[0],
        context=moment[1],
        score=max(1, min(100, round(score))),
        sleep_score=slept.score,
        recovery_min=recovery,
        acute_load=round(load),
        hrv_weekly=hrv.weekly_avg if hrv else None,
        factors=(sleep, rest, strain, balance, history, calm),
    )


def race_times(athlete: Athlete, day: date) -> tuple[int, int, int, int]:
    """Return the predicted seconds for 5 km, 10 km, half and full marathon."""
    best = run_speed(vo2max_on(athlete, day))
    five, ten, half, full = (round(metres / (best * share)) for metres, share in _RACES)
    return five, ten, half, full


def endurance_score(athlete: Athlete, day: date) -> int:
    """Return the endurance score; about 4000 for a beginner, 8800 for the best."""
    return round(3400 + 70 * (vo2max_on(athlete, day) - 30) + 1.6 * chronic_load(athlete, day))


def hill_scores(athlete: Athlete, day: date) -> tuple[int, int, int]:
    """Return overall, strength and endurance, each 1 to 100."""
    climbed = sum(
        one.ascent_m for n in range(28) for one in activities_on(athlete, day - n * ONE_DAY)
    )
    strength = max(1, min(100, round(climbed / 60)))
    endurance = max(1, min(100, round(chronic_load(athlete, day) / 9)))
    return max(1, round(0.4 * strength + 0.6 * endurance)), strength, endurance


def fitness_age(athlete: Athlete, day: date) -> float:
    """Return the fitness age in years."""
    years = (day - athlete.traits.born).days / 365.25
    return round(max(20.0, years - 0.55 * (vo2max_on(athlete, day) - 38)), 2)


def threshold(athlete: Athlete, day: date) -> tuple[float, int]:
    """Return speed in m/s and heart rate at the lactate threshold."""
    return round(run_speed(vo2max_on(athlete, day)) * 0.86, 4), round(athlete.traits.max_bpm * 0.9)
