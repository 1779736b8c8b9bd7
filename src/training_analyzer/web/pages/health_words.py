"""Garmin's own words of health in a person's language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from training_analyzer.web.pages.health_card import Pill

if TYPE_CHECKING:
    from training_analyzer.web.tongue import Tongue


def sleep_quality(word: str | None, tongue: Tongue) -> str:
    """Return what Garmin's word for a night's score means; empty for one that we do not know."""
    return {
        "EXCELLENT": tongue.text("excellent"),
        "GOOD": tongue.text("good"),
        "FAIR": tongue.text("fair"),
        "POOR": tongue.text("poor"),
    }.get((word or "").upper(), "")


def hrv_pill(word: str | None, tongue: Tongue) -> Pill | None:
    """Return Garmin's status of the heart rate variability."""
    return {
        "BALANCED": Pill("ok", "ok", tongue.text("Balanced")),
        "UNBALANCED": Pill("warn", "warn", tongue.text("Unbalanced")),
        "LOW": Pill("warn", "warn", tongue.text("Low")),
        "POOR": Pill("bad", "warn", tongue.text("Poor")),
    }.get((word or "").upper())


def training_status(code: int | None, tongue: Tongue) -> Pill | None:
    """Return Garmin's training status."""
    return {
        1: Pill("idle", "ring", tongue.text("Detraining")),
        2: Pill("warn", "warn", tongue.text("Unproductive")),
        4: Pill("info", "ring", tongue.text("Maintaining")),
        5: Pill("info", "ring", tongue.text("Recovery")),
        6: Pill("ok", "ok", tongue.text("Peaking")),
        7: Pill("ok", "ok", tongue.text("Productive")),
        8: Pill("warn", "warn", tongue.text("Strained")),
    }.get(code or 0)


def readiness_word(level: str | None, tongue: Tongue) -> str:
    """Return Garmin's word for a readiness."""
    return {
        "PRIME": tongue.text("prime"),
        "HIGH": tongue.text("high"),
        "MODERATE": tongue.text("moderate"),
        "LOW": tongue.text("low"),
        "POOR": tongue.text("poor"),
    }.get((level or "").upper(), "")
