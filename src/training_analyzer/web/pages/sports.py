"""What sports are called, the sign of each, and how its speed is told. Pure."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final

from training_analyzer.web import measures

if TYPE_CHECKING:
    from training_analyzer.web.measures import Measure
    from training_analyzer.web.tongue import Tongue

# The first word that is in Garmin's key decides.
_SIGNS: Final = (
    ("running", "run"),
    ("cycling", "ride"),
    ("biking", "ride"),
    ("bike", "ride"),
    ("swimming", "swim"),
    ("strength", "strength"),
    ("cardio", "strength"),
    ("walking", "walk"),
    ("hiking", "walk"),
)
OTHER_SIGN: Final = "tab-activities"


class Telling(StrEnum):
    """How people of a sport tell how fast they were."""

    PACE = "pace"
    SWIM = "swim"
    SPEED = "speed"


_TELLINGS: Final = {"run": Telling.PACE, "walk": Telling.PACE, "swim": Telling.SWIM}


def sport_name(tongue: Tongue, type_key: str | None) -> str:
    """Return what a sport is called; Garmin's own word where we have none."""
    text = tongue.text
    named = {
        "": text("Activity"),
        "other": text("Other"),
        "uncategorized": text("Other"),
        "running": text("Running"),
        "trail_running": text("Trail running"),
        "treadmill_running": text("Treadmill running"),
        "track_running": text("Track running"),
        "indoor_running": text("Indoor running"),
        "cycling": text("Cycling"),
        "road_biking": text("Road cycling"),
        "gravel_cycling": text("Gravel cycling"),
        "mountain_biking": text("Mountain biking"),
        "indoor_cycling": text("Indoor cycling"),
        "virtual_ride": text("Virtual ride"),
        "lap_swimming": text("Pool swimming"),
        "open_water_swimming": text("Open-water swimming"),
        "swimming": text("Swimming"),
        "walking": text("Walking"),
        "hiking": text("Hiking"),
        "strength_training": text("Strength training"),
        "indoor_cardio": text("Indoor cardio"),
        "yoga": text("Yoga"),
        "pilates": text("Pilates"),
        "breathwork": text("Breathwork"),
        "multi_sport": text("Multisport"),
        "transition_v2": text("Transition"),
        "indoor_rowing": text("Indoor rowing"),
        "rowing": text("Rowing"),
        "cross_country_skiing_ws": text("Cross-country skiing"),
        "resort_skiing_snowboarding_ws": text("Skiing and snowboarding"),
        "tennis": text("Tennis"),
    }
    key = type_key or ""
    return named.get(key) or key.replace("_", " ").capitalize()


def sign_of(type_key: str | None) -> str:
    """Return the name of the icon of a sport."""
    key = type_key or ""
    return next((sign for word, sign in _SIGNS if word in key), OTHER_SIGN)


def telling_of(type_key: str | None) -> Telling:
    """Return whether a sport goes by pace or by speed."""
    return _TELLINGS.get(sign_of(type_key), Telling.SPEED)


def fast(metres_per_second: float, type_key: str | None, tongue: Tongue) -> Measure:
    """Return how fast that is in the way of the sport: `5:11 /km`, `1:48 /100 m`, `25.4 km/h`."""
    told = {
        Telling.PACE: measures.pace,
        Telling.SWIM: measures.swim_pace,
        Telling.SPEED: measures.speed,
    }
    return told[telling_of(type_key)](metres_per_second, tongue)
