"""The track of an activity: a loop from the door, a point every two seconds."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from training_analyzer.simulator.fate import place_on

if TYPE_CHECKING:
    from training_analyzer.simulator.athletes import Athlete
    from training_analyzer.simulator.training import Activity

STEP_S = 2
_METRES_PER_DEGREE = 111_320.0
_DOOR_M = 34.0


@dataclass(frozen=True, slots=True)
class Point:
    """One point; metres, metres per second, beats, degrees. None where not measured."""

    at: datetime
    distance_m: float
    speed_mps: float
    altitude_m: float | None
    bpm: int | None
    watts: int | None
    position: tuple[float, float] | None


def track(athlete: Athlete, one: Activity) -> list[Point]:
    """Return the points of an activity without legs, from its start to its end."""
    dice = athlete.dice(one.day, f"track {one.activity_id}")
    place = place_on(athlete, one.day)
    outdoors = one.kind.outdoors and one.distance_m > 0
    radius = one.distance_m / (2 * math.pi) / _METRES_PER_DEGREE
    narrowing = math.cos(math.radians(place.latitude))
    count = max(1, int(one.duration_s // STEP_S))
    points = []
    for n in range(count + 1):
        share = n / count
        angle = 2 * math.pi * share
        position = (
            place.latitude + radius * (1 - math.cos(angle)),
            place.longitude + radius * math.sin(angle) / narrowing,
        )
        climbed = one.ascent_m * (1 - math.cos(3 * angle)) / 6
        wobble = dice.random() - 0.5
        points.append(
            Point(
                at=one.start + timedelta(seconds=n * STEP_S),
                distance_m=round(one.distance_m * share, 2),
                speed_mps=round(one.speed_mps * (1 + 0.08 * wobble), 3),
                altitude_m=round(_DOOR_M + climbed, 1) if outdoors else None,
                bpm=one.avg_bpm and round(one.avg_bpm + 8 * wobble),
                watts=one.power_w and round(one.power_w * (1 + 0.4 * wobble)),
                position=position if outdoors else None,
            )
        )
    return points
