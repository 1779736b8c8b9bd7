"""Every table, once. Names and units are part of the contract.

A day is `calendar_date`, text `YYYY-MM-DD` as Garmin gave it; an instant is UTC; units
stand in the column names. The migrations are tested to add up to exactly this.
"""

from __future__ import annotations

from training_analyzer.db.tables.activities import (
    activities,
    activity_files,
    activity_laps,
    activity_tracks,
)
from training_analyzer.db.tables.columns import (
    metadata,
)
from training_analyzer.db.tables.fitness import (
    devices,
    endurance_scores,
    fitness_ages,
    functional_thresholds,
    heart_rate_zones,
    hill_scores,
    lactate_thresholds,
    personal_records,
    profiles,
    race_predictions,
    training_readiness,
    training_status_days,
    vo2max_days,
)
from training_analyzer.db.tables.keys import (
    encryption_keys,
)
from training_analyzer.db.tables.sync import (
    garmin_breakers,
    garmin_coverage,
    garmin_credentials,
    garmin_identities,
    garmin_learned_caps,
    garmin_logins,
    garmin_pause,
    garmin_payloads,
    garmin_probes,
    garmin_reparses,
    garmin_schedule,
    garmin_secrets,
    garmin_sync_config,
    garmin_sync_history,
    users,
)
from training_analyzer.db.tables.wellness import (
    blood_pressures,
    body_battery_days,
    daily_summaries,
    hrv_nights,
    intraday_series,
    resting_heart_rates,
    sleep_nights,
    weigh_ins,
)

__all__ = [
    "activities",
    "activity_files",
    "activity_laps",
    "activity_tracks",
    "blood_pressures",
    "body_battery_days",
    "daily_summaries",
    "devices",
    "encryption_keys",
    "endurance_scores",
    "fitness_ages",
    "functional_thresholds",
    "garmin_breakers",
    "garmin_coverage",
    "garmin_credentials",
    "garmin_identities",
    "garmin_learned_caps",
    "garmin_logins",
    "garmin_pause",
    "garmin_payloads",
    "garmin_probes",
    "garmin_reparses",
    "garmin_schedule",
    "garmin_secrets",
    "garmin_sync_config",
    "garmin_sync_history",
    "heart_rate_zones",
    "hill_scores",
    "hrv_nights",
    "intraday_series",
    "lactate_thresholds",
    "metadata",
    "personal_records",
    "profiles",
    "race_predictions",
    "resting_heart_rates",
    "sleep_nights",
    "training_readiness",
    "training_status_days",
    "users",
    "vo2max_days",
    "weigh_ins",
]
