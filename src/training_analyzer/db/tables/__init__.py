"""Every table, once. Names and units are part of the contract.

A day is `calendar_date`, text `YYYY-MM-DD` as Garmin gave it; an instant is UTC; units
stand in the column names. The migrations are tested to add up to exactly this.
"""

from __future__ import annotations

from training_analyzer.db.tables.activities import (
    activities,
)
from training_analyzer.db.tables.columns import (
    metadata,
)
from training_analyzer.db.tables.fitness import (
    profiles,
    training_status_days,
    vo2max_days,
)
from training_analyzer.db.tables.keys import (
    encryption_keys,
)
from training_analyzer.db.tables.sync import (
    garmin_coverage,
    garmin_credentials,
    garmin_identities,
    garmin_logins,
    garmin_payloads,
    garmin_schedule,
    garmin_secrets,
    garmin_sync_config,
    garmin_sync_history,
    users,
)
from training_analyzer.db.tables.wellness import (
    body_battery_days,
    daily_summaries,
    hrv_nights,
    resting_heart_rates,
    sleep_nights,
    weigh_ins,
)

__all__ = [
    "activities",
    "body_battery_days",
    "daily_summaries",
    "encryption_keys",
    "garmin_coverage",
    "garmin_credentials",
    "garmin_identities",
    "garmin_logins",
    "garmin_payloads",
    "garmin_schedule",
    "garmin_secrets",
    "garmin_sync_config",
    "garmin_sync_history",
    "hrv_nights",
    "metadata",
    "profiles",
    "resting_heart_rates",
    "sleep_nights",
    "training_status_days",
    "users",
    "vo2max_days",
    "weigh_ins",
]
