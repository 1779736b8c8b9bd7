"""The layers of stacked minutes that Garmin tells: of stress, of intensity."""

from __future__ import annotations

from typing import TYPE_CHECKING

from training_analyzer.web.charts.stacked import Part

if TYPE_CHECKING:
    from training_analyzer.web.tongue import Tongue


def stress_parts(tongue: Tongue) -> list[Part]:
    """Return rest, low, medium and high stress, the calmest at the bottom."""
    return [
        Part(name=tongue.text("Rest"), colour="calm-1"),
        Part(name=tongue.text("Low"), colour="calm-2"),
        Part(name=tongue.text("Medium"), colour="calm-3"),
        Part(name=tongue.text("High"), colour="calm-4"),
    ]


def intensity_parts(tongue: Tongue) -> list[Part]:
    """Return moderate and vigorous minutes, which Garmin counts twice."""
    return [
        Part(name=tongue.text("Moderate"), colour="heat-1"),
        Part(name=tongue.text("Vigorous"), colour="heat-3"),
    ]
