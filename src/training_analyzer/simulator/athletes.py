"""Invented athletes whose whole life follows from a seed: any day, alone, in any process."""

from __future__ import annotations

import functools
import hashlib
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import TYPE_CHECKING, cast
from uuid import UUID

from training_analyzer.simulator.answer import Owner
from training_analyzer.simulator.habits import CYCLIST, RUNNER, TRIATHLETE, WALKER, Traits

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True)
class Watch:
    """A device on the wrist and what it can measure."""

    device_id: int
    name: str
    part_number: str
    has_hrv: bool = True
    has_training: bool = True  # load, status, readiness, VO2max
    has_oximeter: bool = True


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody is: a zone, and a point where activities begin."""

    time_zone: str
    latitude: float
    longitude: float

    @property
    def city(self) -> str:
        """The name that activities carry."""
        return self.time_zone.rpartition("/")[2].replace("_", " ")


@dataclass(frozen=True, kw_only=True)
class Athlete:
    """A seeded life. Every fact of it is a pure function of these fields and a day.

    `watches` are (first day, watch), oldest first. `memory` only spares work: it
    holds what was already worked out and never changes an answer.
    """

    seed: int
    name: str
    email: str
    home: Place
    away: Place
    since: date
    watches: tuple[tuple[date, Watch], ...]
    traits: Traits = RUNNER
    has_mfa: bool = False
    has_personal_key: bool = False
    memory: dict[tuple[object, date], object] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    @property
    def time_zone(self) -> str:
        """The IANA zone of the profile."""
        return self.home.time_zone

    @functools.cached_property
    def profile_id(self) -> int:
        """The number of the account at Garmin."""
        return 90_000_000 + self._digest() % 1_000_000

    @property
    def display_name(self) -> str:
        """The name in paths: the first name and four hexadecimal digits."""
        return f"{self.name.split()[0].lower()}-{self._digest() % 0x10000:04x}"

    @property
    def guid(self) -> str:
        """The account's `garminGUID`."""
        return str(UUID(int=self._digest() << 32))

    @property
    def owner(self) -> Owner:
        """Who asks, as the HTTP half knows them."""
        return Owner(
            profile_id=self.profile_id,
            display_name=self.display_name,
            full_name=self.name,
            email=self.email,
            guid=self.guid,
            athlete=self,
        )

    def dice(self, day: date, what: str) -> Random:
        """Return the randomness of *what* on *day*: always the same."""
        return Random(f"{self.seed}:{self.email}:{day.isoformat()}:{what}")

    def watch_on(self, day: date) -> Watch:
        """Return the watch worn on *day*; the first one before there was any."""
        worn = [watch for first, watch in self.watches if first <= day]
        return worn[-1] if worn else self.watches[0][1]

    def _digest(self) -> int:
        return int(hashlib.sha256(f"{self.seed}:{self.email}".encode()).hexdigest()[:24], 16)


def remembered[T](make: Callable[[Athlete, date], T]) -> Callable[[Athlete, date], T]:
    """Work a fact of a day out once per athlete."""

    @functools.wraps(make)
    def recall(athlete: Athlete, day: date) -> T:
        key = (make, day)
        if key not in athlete.memory:
            athlete.memory[key] = make(athlete, day)
        return cast("T", athlete.memory[key])

    return recall


_OLD = Watch(
    *(3_311_000_101, "Forerunner 245", "006-B03076-00"),
    has_hrv=False,
    has_training=False,
    has_oximeter=False,
)
_NEW = Watch(3_469_703_076, "Forerunner 265", "006-B04257-00")
_BIG = Watch(3_470_118_442, "fenix 7X Pro Sapphire Solar", "006-B04375-00")
_BAND = Watch(3_329_978_681, "vivosmart 5", "006-B04121-00", has_hrv=False, has_training=False)
_EDGE = Watch(3_477_316_333, "Venu 3", "006-B04260-00")


def demo_athletes(seed: int, today: date) -> list[Athlete]:
    """Return five ready-made lives, two to three years long on *today*.

    A runner whose new watch adds HRV half-way through the year, a triathlete with
    a second factor, a walker with a simple band, a cyclist with a Personal API
    key, and somebody who has joined this month.
    """
    start = date(today.year - 2, 1, 1)
    # The first of a month, so that the next days of a long-running simulator agree.
    half_a_year_ago = (today.replace(day=1) - timedelta(days=150)).replace(day=1)
    ada = Athlete(
        seed=seed,
        name="Ada Example",
        email="ada@example.test",
        home=Place("Europe/Berlin", 52.4731, 13.4036),
        away=Place("Europe/Lisbon", 38.6972, -9.2057),
        since=start,
        watches=((start, _OLD), (half_a_year_ago, _NEW)),
    )
    tom = Athlete(
        seed=seed,
        name="Tom Trial",
        email="tom@example.test",
        home=Place("Europe/Madrid", 40.4189, -3.6836),
        away=Place("Atlantic/Canary", 28.1409, -15.4302),
        since=start,
        watches=((start, _BIG),),
        traits=TRIATHLETE,
        has_mfa=True,
    )
    return [ada, tom, *_quieter_athletes(seed, start, today)]


def _quieter_athletes(seed: int, start: date, today: date) -> list[Athlete]:
    """Return the walker, the cyclist with a key and the newcomer."""
    new_york = Place("America/New_York", 40.7712, -73.9742)
    chicago = Place("America/Chicago", 41.8826, -87.6233)
    tokyo = Place("Asia/Tokyo", 35.6712, 139.6949)
    this_month = today.replace(day=1)
    will = Athlete(
        seed=seed,
        name="Will Walker",
        email="will@example.test",
        home=new_york,
        away=chicago,
        since=start,
        watches=((start, _BAND),),
        traits=WALKER,
    )
    kay = Athlete(
        seed=seed,
        name="Kay Keyholder",
        email="kay@example.test",
        home=tokyo,
        away=Place("Australia/Brisbane", -27.4760, 153.0290),
        since=start,
        watches=((start, _EDGE),),
        traits=CYCLIST,
        has_personal_key=True,
    )
    nia = Athlete(
        seed=seed,
        name="Nia Newcomer",
        email="nia@example.test",
        home=Place("Europe/London", 51.5430, -0.0130),
        away=Place("Europe/Paris", 48.8635, 2.3275),
        since=this_month,
        watches=((this_month, _NEW),),
        has_mfa=True,
        has_personal_key=True,
    )
    return [will, kay, nia]
