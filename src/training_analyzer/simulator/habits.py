"""Who an invented athlete is: the body, the weekly plan, the habits. No dates in here."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, slots=True)
class Kind:
    """A type of activity, with the ids of Garmin's tree of types (root 17)."""

    type_id: int
    key: str
    parent_id: int
    label: str
    outdoors: bool = True


RUN = Kind(1, "running", 17, "Running")
TRAIL_RUN = Kind(6, "trail_running", 1, "Trail Running")
RIDE = Kind(10, "road_biking", 2, "Road Cycling")
TRAINER = Kind(25, "indoor_cycling", 2, "Indoor Cycling", outdoors=False)
SWIM = Kind(27, "lap_swimming", 26, "Pool Swim", outdoors=False)
WALK = Kind(9, "walking", 17, "Walking")
HIKE = Kind(3, "hiking", 17, "Hiking")
STRENGTH = Kind(13, "strength_training", 29, "Strength", outdoors=False)
YOGA = Kind(163, "yoga", 29, "Yoga", outdoors=False)
MULTISPORT = Kind(89, "multi_sport", 17, "Multisport")
TRANSITION = Kind(189, "transition_v2", 4, "Transition")
KINDS = (
    *(RUN, TRAIL_RUN, RIDE, TRAINER, SWIM, WALK, HIKE, STRENGTH, YOGA, MULTISPORT, TRANSITION),
    Kind(17, "all", 0, "All"),
    Kind(2, "cycling", 17, "Cycling"),
    Kind(26, "swimming", 17, "Swimming"),
    Kind(29, "fitness_equipment", 17, "Gym"),
    Kind(4, "other", 17, "Other"),
)


@dataclass(frozen=True, slots=True)
class Effort:
    """How hard a session is: shares of the five heart-rate zones, and a name."""

    name: str
    zones: tuple[float, float, float, float, float]
    pace: float  # share of the speed at VO2max
    label: str = "AEROBIC_BASE"

    @property
    def is_hard(self) -> bool:
        """Whether a rest week leaves it out."""
        return self.zones[3] + self.zones[4] > 0.2  # noqa: PLR2004 - a fifth of the time hurts


EASY = Effort("Base", (0.17, 0.73, 0.10, 0.0, 0.0), 0.66)
LONG = Effort("Long Run", (0.12, 0.66, 0.20, 0.02, 0.0), 0.64)
TEMPO = Effort("Tempo", (0.14, 0.34, 0.27, 0.23, 0.02), 0.76, "TEMPO")
INTERVALS = Effort("Intervals", (0.22, 0.32, 0.13, 0.20, 0.13), 0.74, "VO2MAX")
RACE = Effort("Race", (0.01, 0.04, 0.20, 0.60, 0.15), 0.90, "LACTATE_THRESHOLD")
STROLL = Effort("", (0.93, 0.07, 0.0, 0.0, 0.0), 0.35, "RECOVERY")
GYM = Effort("", (0.70, 0.25, 0.05, 0.0, 0.0), 0.0, "UNKNOWN")


@dataclass(frozen=True, slots=True)
class Session:
    """One line of the weekly plan: what, how long, when in local minutes, how surely."""

    kind: Kind
    effort: Effort
    minutes: int
    at: int = 18 * 60 + 10
    chance: float = 0.92


@dataclass(frozen=True, slots=True, kw_only=True)
class Traits:
    """The constants of a life; weeks are Monday to Sunday."""

    plan: tuple[tuple[Session, ...], ...]
    sex: str
    born: date
    height_cm: float
    weight_g: int
    resting_bpm: int
    max_bpm: int
    hrv_ms: float
    vo2max: float
    ftp_w: int | None = None
    steps: int = 6500
    step_goal: int = 8000
    sleep_min: int = 455
    bed_min: int = 22 * 60 + 50
    weigh_in_days: frozenset[int] = field(default_factory=frozenset)
    hydration_chance: float = 0.0
    races: bool = False
    bricks: bool = False
    cuff: bool = False  # measures blood pressure


_MORNING = 7 * 60 + 20
_SUNDAY = 9 * 60 + 45

RUNNER = Traits(
    plan=(
        (Session(YOGA, GYM, 35, chance=0.35),),
        (Session(RUN, INTERVALS, 52),),
        (Session(RUN, EASY, 45),),
        (Session(RUN, TEMPO, 50),),
        (Session(STRENGTH, GYM, 40, chance=0.5),),
        (Session(TRAIL_RUN, EASY, 55, 10 * 60),),
        (Session(RUN, LONG, 100, _SUNDAY),),
    ),
    sex="FEMALE",
    born=date(1990, 1, 1),
    height_cm=172.0,
    weight_g=62_500,
    resting_bpm=49,
    max_bpm=188,
    hrv_ms=62.0,
    vo2max=49.0,
    weigh_in_days=frozenset({0, 3, 5}),
    hydration_chance=0.6,
    races=True,
)
TRIATHLETE = Traits(
    plan=(
        (Session(SWIM, EASY, 50, _MORNING, 0.85),),
        (Session(TRAINER, INTERVALS, 60),),
        (Session(RUN, TEMPO, 50),),
        (Session(SWIM, TEMPO, 55, _MORNING, 0.85), Session(STRENGTH, GYM, 35, chance=0.4)),
        (Session(RUN, EASY, 40, chance=0.7),),
        (Session(RIDE, LONG, 165, 10 * 60),),
        (Session(RUN, LONG, 85, _SUNDAY),),
    ),
    sex="MALE",
    born=date(1984, 5, 17),
    height_cm=181.0,
    weight_g=75_200,
    resting_bpm=45,
    max_bpm=182,
    hrv_ms=71.0,
    vo2max=54.0,
    ftp_w=262,
    steps=5800,
    sleep_min=440,
    bed_min=22 * 60 + 20,
    weigh_in_days=frozenset({6}),
    hydration_chance=0.3,
    bricks=True,
)
WALKER = Traits(
    plan=(
        (),
        (Session(WALK, STROLL, 35, chance=0.4),),
        (),
        (Session(WALK, STROLL, 40, chance=0.4),),
        (),
        (Session(HIKE, STROLL, 120, 11 * 60, 0.35),),
        (Session(WALK, STROLL, 55, 11 * 60, 0.6),),
    ),
    sex="MALE",
    born=date(1961, 9, 3),
    height_cm=176.0,
    weight_g=88_900,
    resting_bpm=63,
    max_bpm=165,
    hrv_ms=34.0,
    vo2max=33.0,
    steps=5200,
    step_goal=7000,
    sleep_min=425,
    weigh_in_days=frozenset({0}),
    cuff=True,
)
CYCLIST = Traits(
    plan=(
        (),
        (Session(TRAINER, INTERVALS, 55),),
        (Session(STRENGTH, GYM, 35, chance=0.5),),
        (Session(TRAINER, TEMPO, 60),),
        (),
        (Session(RIDE, EASY, 110, 10 * 60, 0.8),),
        (Session(RIDE, LONG, 190, _SUNDAY, 0.85),),
    ),
    sex="FEMALE",
    born=date(1995, 11, 30),
    height_cm=168.0,
    weight_g=59_800,
    resting_bpm=52,
    max_bpm=192,
    hrv_ms=56.0,
    vo2max=47.0,
    ftp_w=205,
    steps=7200,
    weigh_in_days=frozenset({2}),
)
