"""What an athlete does: blocks of three weeks and a rest week, sessions, races, their load."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from training_analyzer.simulator.athletes import Athlete, remembered
from training_analyzer.simulator.fate import (
    ONE_DAY,
    illness,
    is_away,
    is_ill,
    local,
    offset_s,
    place_on,
    vo2max_on,
    wears,
)
from training_analyzer.simulator.habits import (
    GYM,
    MULTISPORT,
    RACE,
    RIDE,
    RUN,
    STRENGTH,
    SWIM,
    TRAIL_RUN,
    TRAINER,
    TRANSITION,
    YOGA,
    Effort,
    Kind,
    Session,
)

if TYPE_CHECKING:
    from random import Random

ZONE_SHARES = (0.55, 0.67, 0.76, 0.86, 0.94)  # middle of each zone, of the maximum heart rate
_LOAD_PER_MINUTE = (0.5, 1.15, 2.0, 3.2, 4.6)
_FIRST_ID = 10_000_000_000
_REST_WEEK = 3
_SATURDAY, _SUNDAY = 5, 6
_RUNS = (RUN, TRAIL_RUN)
_RIDES = (RIDE, TRAINER)


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """One activity. Seconds, metres, beats, watts; a multisport one has `legs`."""

    activity_id: int
    day: date
    kind: Kind
    name: str
    effort: Effort
    start: datetime
    offset_s: int
    duration_s: float
    distance_m: float = 0.0
    ascent_m: float = 0.0
    zone_s: tuple[float, ...] = (0.0,) * 5
    avg_bpm: int | None = None
    max_bpm: int | None = None
    power_w: int | None = None
    kcal: float = 0.0
    load: float = 0.0
    is_race: bool = False
    is_manual: bool = False
    parent_id: int | None = None
    legs: tuple[Activity, ...] = ()

    @property
    def elapsed_s(self) -> float:
        """Duration with the pauses."""
        return round(self.duration_s * 1.02, 3)

    @property
    def end(self) -> datetime:
        """When it ended, pauses included."""
        return self.start + timedelta(seconds=self.elapsed_s)

    @property
    def steps(self) -> int:
        """Steps made on foot during it."""
        return 0 if self.kind.parent_id in (2, 26, 29) else round(self.distance_m / 1.02)

    @property
    def speed_mps(self) -> float:
        """Average speed."""
        return self.distance_m / self.duration_s

    @property
    def effect(self) -> float:
        """Aerobic training effect, 0 to 5."""
        return round(min(5.0, 0.75 * math.sqrt(self.load / 5)), 1)

    @property
    def anaerobic_effect(self) -> float:
        """Anaerobic training effect, 0 to 5."""
        return round(min(4.0, self.zone_s[4] / 130), 1)


def is_rest_week(day: date) -> bool:
    """Return whether *day* lies in the fourth, lighter week of a block."""
    return _week(day) % 4 == _REST_WEEK


@remembered
def activities_on(athlete: Athlete, day: date) -> tuple[Activity, ...]:
    """Return what the athlete does on *day*, in order of time; legs are inside their parent."""
    if not wears(athlete, day) or is_ill(athlete, day):
        return ()
    dice = athlete.dice(day, "training")
    done: list[Activity] = []
    for session in _planned(athlete, day):
        chance = session.chance * (0.45 if is_away(athlete, day) else 1.0)
        if session.effort is not RACE and dice.random() > chance:
            continue
        done.append(_activity(athlete, day, session, dice, len(done)))
    if athlete.traits.bricks and done and day.weekday() == _SATURDAY and _week(day) % 4 == 1:
        done = [_brick(athlete, done[0], dice)]
    return tuple(done)


def find_activity(athlete: Athlete, activity_id: int) -> Activity | None:
    """Return the activity or leg with that id, or None."""
    ordinal, rest = divmod(activity_id - _FIRST_ID, 10_000)
    if not date.min.toordinal() <= ordinal <= date.max.toordinal():
        return None
    if rest // 10 != athlete.profile_id % 1000:
        return None
    for activity in activities_on(athlete, date.fromordinal(ordinal)):
        for one in (activity, *activity.legs):
            if one.activity_id == activity_id:
                return one
    return None


@remembered
def load_on(athlete: Athlete, day: date) -> float:
    """Return the training load of *day*."""
    return sum(activity.load for activity in activities_on(athlete, day))


@remembered
def acute_load(athlete: Athlete, day: date) -> float:
    """Return the load of the seven days up to *day*."""
    return sum(load_on(athlete, day - n * ONE_DAY) for n in range(7))


@remembered
def chronic_load(athlete: Athlete, day: date) -> float:
    """Return the load of an average week of the last four."""
    return sum(acute_load(athlete, day - 7 * n * ONE_DAY) for n in range(4)) / 4


def _week(day: date) -> int:
    return (day.toordinal() - 1) // 7


def _planned(athlete: Athlete, day: date) -> tuple[Session, ...]:
    sessions = athlete.traits.plan[day.weekday()]
    race_day = day.weekday() == _SUNDAY and _week(day) % 8 == _REST_WEEK
    if athlete.traits.races and race_day:
        return (Session(RUN, RACE, 0, 9 * 60 + 30),)
    if is_rest_week(day):
        return tuple(session for session in sessions if not session.effort.is_hard)
    return sessions


def _activity(athlete: Athlete, day: date, session: Session, dice: Random, index: int) -> Activity:
    traits = athlete.traits
    weakness = 1 - 0.3 * illness(athlete, day)
    week = _week(day) % 4
    volume = (0.92, 1.0, 1.08, 0.62)[week] * dice.uniform(0.9, 1.1) * weakness
    speed = _speed(athlete, day, session) * dice.uniform(0.97, 1.03)
    is_race = session.effort is RACE
    distance = 10_000.0 + dice.randint(10, 70) if is_race else 0.0
    seconds = round(distance / speed if is_race else session.minutes * 60 * volume, 3)
    distance = distance or round(speed * seconds, 2)
    zones = _zones(session.effort, seconds, dice)
    share = sum(z * s for z, s in zip(zones, ZONE_SHARES, strict=True)) / seconds
    avg = round(traits.max_bpm * share)
    start = local(athlete, day, session.at) + timedelta(seconds=dice.randint(0, 1500))
    is_manual = session.kind is YOGA and dice.random() < 0.3  # noqa: PLR2004 - now and then
    power = None
    if traits.ftp_w and session.kind in _RIDES:
        power = round(traits.ftp_w * (0.3 + 0.55 * session.effort.pace / 0.7) * weakness)
    return Activity(
        activity_id=_id(athlete, day, index),
        day=day,
        kind=session.kind,
        name=_name(athlete, day, session),
        effort=session.effort,
        start=start,
        offset_s=offset_s(athlete, day, start),
        duration_s=seconds,
        distance_m=distance if session.effort is not GYM else 0.0,
        ascent_m=float(round(distance * dice.uniform(0.004, 0.012)))
        if session.kind.outdoors
        else 0.0,
        zone_s=(0.0,) * 5 if is_manual else zones,
        avg_bpm=None if is_manual else avg,
        max_bpm=None if is_manual else min(traits.max_bpm, avg + 8 + round(60 * zones[4] / 600)),
        power_w=power,
        kcal=float(round(seconds / 60 * traits.weight_g / 1000 * (share - 0.4) * 0.38)),
        load=0.0 if is_manual else _load(zones),
        is_race=is_race,
        is_manual=is_manual,
    )


def _speed(athlete: Athlete, day: date, session: Session) -> float:
    """Return the speed of a session in m/s; for running after Daniels and Gilbert."""
    kind, pace = session.kind, session.effort.pace
    fit = vo2max_on(athlete, day)
    if kind in _RUNS:
        hills = 0.88 if kind is TRAIL_RUN else 1.0
        return run_speed(fit) * pace * hills
    if kind in _RIDES:
        return 4.2 + 5.6 * pace * fit / 50
    if kind is SWIM:
        return 0.55 + 0.65 * pace * fit / 50
    return 1.0 + 0.9 * pace


def run_speed(vo2: float) -> float:
    """Return the running speed in m/s that takes *vo2* ml/kg/min (Daniels and Gilbert, 1979)."""
    root = math.sqrt(0.182258**2 + 4 * 0.000104 * (vo2 + 4.6))
    return (root - 0.182258) / (2 * 0.000104) / 60


def _zones(effort: Effort, seconds: float, dice: Random) -> tuple[float, ...]:
    """Return the seconds in each heart-rate zone; together they are *seconds*."""
    raw = [share * dice.uniform(0.85, 1.15) for share in effort.zones]
    upper = [round(seconds * share / sum(raw), 3) for share in raw[1:]]
    return (round(seconds - sum(upper), 3), *upper)


def _load(zones: tuple[float, ...]) -> float:
    return round(sum(s / 60 * w for s, w in zip(zones, _LOAD_PER_MINUTE, strict=True)), 2)


def _name(athlete: Athlete, day: date, session: Session) -> str:
    city = place_on(athlete, day).city
    if session.effort is RACE:
        return f"{city} 10K"
    if session.kind in (STRENGTH, YOGA):
        return session.kind.label
    return (
        f"{city} - {session.effort.name}"
        if session.effort.is_hard
        else f"{city} {session.kind.label}"
    )


def _id(athlete: Athlete, day: date, index: int) -> int:
    """Return an id that grows with time and tells its athlete and day."""
    return _FIRST_ID + day.toordinal() * 10_000 + athlete.profile_id % 1000 * 10 + index


def _brick(athlete: Athlete, ride: Activity, dice: Random) -> Activity:
    """Make a multisport activity of a ride: the ride, a transition, a run straight after."""
    run_s = 1500.0 + dice.randint(0, 600)
    run = _activity(athlete, ride.day, Session(RUN, ride.effort, 25), dice, 0)
    shares = tuple(z / run.duration_s * run_s for z in run.zone_s)
    run = replace(
        run,
        duration_s=run_s,
        distance_m=round(run.speed_mps * run_s, 2),
        zone_s=shares,
        load=_load(shares),
        kcal=float(round(run.kcal * run_s / run.duration_s)),
    )
    change = replace(
        ride,
        kind=TRANSITION,
        duration_s=95.0,
        distance_m=80.0,
        ascent_m=0.0,
        power_w=None,
        zone_s=(40.0, 55.0, 0.0, 0.0, 0.0),
        kcal=12.0,
        load=1.5,
    )
    legs: list[Activity] = []
    for index, leg in enumerate((ride, change, run), start=1):
        start = legs[-1].end if legs else ride.start
        legs.append(
            replace(
                leg,
                activity_id=ride.activity_id + index,
                start=start,
                parent_id=ride.activity_id,
                name=f"Brick - {leg.kind.label}",
            )
        )
    return replace(
        ride,
        kind=MULTISPORT,
        name="Brick",
        duration_s=sum(leg.duration_s for leg in legs),
        distance_m=sum(leg.distance_m for leg in legs),
        zone_s=tuple(sum(parts) for parts in zip(*(leg.zone_s for leg in legs), strict=True)),
        kcal=sum(leg.kcal for leg in legs),
        load=round(sum(leg.load for leg in legs), 2),
        power_w=None,
        legs=tuple(legs),
    )
