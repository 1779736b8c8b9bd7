"""What streams and groups of data are called, in a person's words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from training_analyzer.model import Group

if TYPE_CHECKING:
    from training_analyzer.web.tongue import Tongue


def stream_name(tongue: Tongue, stream: str) -> str:
    """Return what the stream is called; its own name where we have none."""
    text = tongue.text
    named = {
        "profile": text("Profile"),
        "user_settings": text("Settings of the watch"),
        "devices": text("Devices"),
        "activities": text("Activities"),
        "activity_files": text("Original files"),
        "activity_legs": text("Legs of activities"),
        "activity_splits": text("Splits of activities"),
        "daily_summary": text("Daily summary"),
        "sleep": text("Sleep"),
        "hrv": text("HRV"),
        "body_battery": text("Body battery"),
        "resting_heart_rate": text("Resting heart rate"),
        "weight": text("Weight"),
        "blood_pressure": text("Blood pressure"),
        "training_status": text("Training status"),
        "vo2max": text("VO2max"),
        "training_readiness": text("Training readiness"),
        "race_predictions": text("Race predictions"),
        "endurance_score": text("Endurance score"),
        "hill_score": text("Hill score"),
        "fitness_age": text("Fitness age"),
        "lactate_threshold": text("Lactate threshold"),
        "functional_threshold": text("Functional threshold power"),
        "heart_rate_zones": text("Heart rate zones"),
        "personal_records": text("Personal records"),
        "sleep_detail": text("Sleep, minute by minute"),
        "hrv_detail": text("HRV, minute by minute"),
        "heart_rate_detail": text("Heart rate, minute by minute"),
        "stress_detail": text("Stress, minute by minute"),
    }
    return named.get(stream) or stream.replace("_", " ")


def group_name(tongue: Tongue, group: str) -> str:
    """Return what the group of streams is called."""
    named = {
        Group.PROFILE.value: tongue.text("Profile"),
        Group.ACTIVITIES.value: tongue.text("Activities"),
        Group.WELLNESS.value: tongue.text("Wellness"),
        Group.FITNESS.value: tongue.text("Fitness"),
    }
    return named.get(group, group)


def several(tongue: Tongue, names: list[str], most: int = 3) -> str:
    """Return `Sleep, HRV and 4 more`."""
    if len(names) <= most:
        return ", ".join(names)
    rest = len(names) - most + 1
    return tongue.text(
        "%(names)s and %(rest)s more",
        names=", ".join(names[: most - 1]),
        rest=tongue.number(rest),
    )
