"""Lengths, speeds and weights in a person's units. Pure; a value is (number, unit)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from training_analyzer.web.tongue import Tongue

MILE_M: Final = 1609.344
_FOOT_M: Final = 0.3048
_POUND_G: Final = 453.59237
KILOMETRE_M: Final = 1000.0
_KILOGRAM_G: Final = 1000.0
_YARD_M: Final = 0.9144
_POOL: Final = 100
_MINUTE_S: Final = 60
_HOUR_S: Final = 3600
# Shorter ones have two digits after the point.
_LONG: Final = 50


class Measure(NamedTuple):
    """A number as it is shown, and its unit."""

    number: str
    unit: str

    def __str__(self) -> str:
        """Return both, for a sentence."""
        return f"{self.number} {self.unit}" if self.unit else self.number


def distance(metres: float, tongue: Tongue) -> Measure:
    """Return `21.34 km`, `61.2 km`, `13.26 mi`."""
    unit, length = ("mi", MILE_M) if tongue.is_imperial else ("km", KILOMETRE_M)
    value = metres / length
    return Measure(tongue.number(value, 1 if value >= _LONG else 2), unit)


def elevation(metres: float, tongue: Tongue) -> Measure:
    """Return `342 m` or `1,122 ft`."""
    if tongue.is_imperial:
        return Measure(tongue.number(metres / _FOOT_M), "ft")
    return Measure(tongue.number(metres), "m")


def weight(grams: float, tongue: Tongue) -> Measure:
    """Return `71.4 kg` or `157.4 lb`."""
    unit, mass = ("lb", _POUND_G) if tongue.is_imperial else ("kg", _KILOGRAM_G)
    return Measure(tongue.number(grams / mass, 1), unit)


def speed(metres_per_second: float, tongue: Tongue) -> Measure:
    """Return `25.4 km/h` or `15.8 mph`."""
    unit, length = ("mph", MILE_M) if tongue.is_imperial else ("km/h", KILOMETRE_M)
    return Measure(tongue.number(metres_per_second * _HOUR_S / length, 1), unit)


def pace(metres_per_second: float, tongue: Tongue) -> Measure:
    """Return `5:11 /km` or `8:20 /mi`; a dash for who stood still."""
    unit, length = ("/mi", MILE_M) if tongue.is_imperial else ("/km", KILOMETRE_M)
    return _time_for(length, metres_per_second, unit)


def swim_pace(metres_per_second: float, tongue: Tongue) -> Measure:
    """Return `1:48 /100 m` or `1:39 /100 yd`; a dash for who stood still."""
    unit, length = ("/100 yd", _POOL * _YARD_M) if tongue.is_imperial else ("/100 m", _POOL)
    return _time_for(length, metres_per_second, unit)


def _time_for(metres: float, metres_per_second: float, unit: str) -> Measure:
    if metres_per_second <= 0:
        return Measure("\N{EN DASH}", unit)
    minutes, seconds = divmod(round(metres / metres_per_second), _MINUTE_S)
    return Measure(f"{minutes}:{seconds:02d}", unit)


def stopwatch(seconds: float) -> str:
    """Return `1:50:26` or `32:05`."""
    minutes, rest = divmod(round(seconds), _MINUTE_S)
    hours, minutes = divmod(minutes, _MINUTE_S)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


def hours_minutes(seconds: float) -> tuple[int, int]:
    """Return whole hours and minutes."""
    return divmod(round(seconds / _MINUTE_S), _MINUTE_S)
