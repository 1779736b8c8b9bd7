"""Training status and load, VO2max, and the athlete's own figures."""

from __future__ import annotations

from typing import Final

from training_analyzer.db.tables.columns import (
    DAY,
    big,
    data_table,
    flag,
    instant,
    integer,
    number,
    text_,
)

profiles: Final = data_table(
    "profiles",
    (),
    text_("time_zone"),
    text_("measurement_system"),
    text_("locale"),
    text_("gender"),
    text_("birth_date"),
    number("height_cm"),
    number("weight_g"),
    number("vo2max_running"),
    number("vo2max_cycling"),
    integer("lactate_threshold_hr_bpm"),
    number("lactate_threshold_speed_mps"),
    integer("sleep_time_s"),
    integer("wake_time_s"),
)

training_status_days: Final = data_table(
    "training_status_days",
    (text_(DAY, null=False), text_("device_id", null=False)),
    flag("is_primary", null=True),
    integer("status"),
    text_("feedback"),
    text_("since_date"),
    flag("is_paused", null=True),
    text_("sport"),
    integer("fitness_trend"),
    instant("computed_utc"),
    number("load_acute"),
    number("load_chronic"),
    number("load_chronic_min"),
    number("load_chronic_max"),
    number("acute_chronic_ratio"),
    integer("acute_chronic_pct"),
    text_("acute_chronic_status"),
)

vo2max_days: Final = data_table(
    "vo2max_days",
    (text_(DAY, null=False), text_("sport", null=False)),
    number("vo2max"),
    number("vo2max_precise"),
    integer("fitness_age"),
    integer("category"),
)

training_readiness: Final = data_table(
    "training_readiness",
    (instant("computed_utc", null=False),),
    text_(DAY),
    text_("device_id"),
    integer("score"),
    text_("level"),
    text_("feedback"),
    text_("context"),
    flag("has_valid_sleep", null=True),
    integer("sleep_score"),
    integer("recovery_min"),
    text_("recovery_phrase"),
    integer("load_acute"),
    integer("hrv_weekly_avg_ms"),
    integer("sleep_factor_pct"),
    integer("recovery_factor_pct"),
    integer("acute_chronic_factor_pct"),
    integer("stress_factor_pct"),
    integer("hrv_factor_pct"),
    integer("sleep_history_factor_pct"),
)

race_predictions: Final = data_table(
    "race_predictions",
    (text_(DAY, null=False),),
    integer("time_5k_s"),
    integer("time_10k_s"),
    integer("time_half_marathon_s"),
    integer("time_marathon_s"),
)

endurance_scores: Final = data_table(
    "endurance_scores",
    (text_(DAY, null=False),),
    integer("score"),
    integer("classification"),
    integer("lower_limit_intermediate"),
    integer("lower_limit_trained"),
    integer("lower_limit_well_trained"),
    integer("lower_limit_expert"),
    integer("lower_limit_superior"),
    integer("lower_limit_elite"),
)

hill_scores: Final = data_table(
    "hill_scores",
    (text_(DAY, null=False),),
    integer("score"),
    integer("strength"),
    integer("endurance"),
    integer("classification"),
    integer("feedback"),
    number("vo2max_precise"),
    text_("device_id"),
)

fitness_ages: Final = data_table(
    "fitness_ages",
    (text_(DAY, null=False),),
    number("fitness_age_years"),
    number("chronological_age_years"),
    number("achievable_age_years"),
    number("previous_age_years"),
    number("vigorous_days_avg"),
    number("vigorous_min_avg"),
    number("resting_hr_bpm"),
    number("bmi"),
    number("body_fat_pct"),
)

lactate_thresholds: Final = data_table(
    "lactate_thresholds",
    (text_(DAY, null=False), text_("sport", null=False)),
    number("speed_mps"),
    integer("hr_bpm"),
)

functional_thresholds: Final = data_table(
    "functional_thresholds",
    (text_(DAY, null=False), text_("sport", null=False)),
    number("power_w"),
    number("power_to_weight_wkg"),
    flag("is_stale", null=True),
)

heart_rate_zones: Final = data_table(
    "heart_rate_zones",
    (text_("sport", null=False),),
    text_("method"),
    *(integer(f"zone{zone}_floor_bpm") for zone in range(1, 6)),
    integer("max_hr_bpm"),
    integer("resting_hr_bpm"),
    integer("lactate_threshold_hr_bpm"),
)

personal_records: Final = data_table(
    "personal_records",
    (big("record_id", null=False),),
    integer("type_id"),
    number("value"),
    big("activity_id"),
    text_("activity_type"),
    instant("set_utc"),
    text_("status"),
)

devices: Final = data_table(
    "devices",
    (text_("device_id", null=False),),
    text_("name"),
    text_("application_key"),
    text_("part_number"),
    text_("serial_number"),
    text_("software_version"),
    flag("is_primary", null=True),
)
