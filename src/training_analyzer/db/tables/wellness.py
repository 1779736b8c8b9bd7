"""Days and nights: summaries, sleep, HRV, body battery, heart rate, weight."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Column, LargeBinary

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

daily_summaries: Final = data_table(
    "daily_summaries",
    (text_(DAY, null=False),),
    instant("start_utc"),
    instant("end_utc"),
    integer("utc_offset_s"),
    number("duration_s"),
    flag("has_wellness", null=True),
    flag("has_activity", null=True),
    integer("steps"),
    integer("step_goal"),
    number("step_distance_m"),
    number("distance_m"),
    number("floors_up"),
    number("floors_down"),
    number("floors_goal"),
    integer("pushes"),
    number("calories_total_kcal"),
    number("calories_active_kcal"),
    number("calories_resting_kcal"),
    number("calories_consumed_kcal"),
    integer("min_hr_bpm"),
    integer("max_hr_bpm"),
    integer("resting_hr_bpm"),
    integer("resting_hr_7d_bpm"),
    integer("moderate_intensity_min"),
    integer("vigorous_intensity_min"),
    integer("intensity_goal_min"),
    integer("stress_avg"),
    integer("stress_max"),
    *(
        number(f"stress_{part}_s")
        for part in ("rest", "low", "medium", "high", "activity", "uncategorized", "total")
    ),
    text_("stress_qualifier"),
    integer("body_battery_min"),
    integer("body_battery_max"),
    integer("body_battery_charged"),
    integer("body_battery_drained"),
    integer("body_battery_latest"),
    integer("body_battery_end_of_day"),
    integer("body_battery_at_wake"),
    integer("body_battery_sleep_gain"),
    number("hydration_ml"),
    number("hydration_goal_ml"),
    number("respiration_avg_brpm"),
    number("respiration_min_brpm"),
    number("respiration_max_brpm"),
    number("spo2_avg_pct"),
    number("spo2_min_pct"),
    number("spo2_latest_pct"),
    integer("sleeping_s"),
    integer("sedentary_s"),
    integer("active_s"),
    integer("highly_active_s"),
    instant("last_sync_utc"),
)

sleep_nights: Final = data_table(
    "sleep_nights",
    (text_(DAY, null=False),),
    instant("start_utc"),
    instant("end_utc"),
    integer("utc_offset_s"),
    integer("sleep_total_s"),
    integer("sleep_deep_s"),
    integer("sleep_light_s"),
    integer("sleep_rem_s"),
    integer("sleep_awake_s"),
    integer("sleep_unmeasurable_s"),
    integer("nap_s"),
    integer("awake_count"),
    integer("score"),
    text_("score_quality"),
    number("resting_hr_bpm"),
    number("avg_hr_bpm"),
    number("hrv_avg_ms"),
    number("hrv_7d_ms"),
    text_("hrv_status"),
    number("respiration_avg_brpm"),
    number("respiration_min_brpm"),
    number("respiration_max_brpm"),
    number("spo2_avg_pct"),
    number("spo2_min_pct"),
    number("spo2_max_pct"),
    number("stress_avg"),
    number("skin_temperature_deviation_c"),
    integer("body_battery_change"),
    integer("need_min"),
    integer("need_baseline_min"),
    text_("alignment_status"),
    flag("is_confirmed", null=True),
    text_("confirmation"),
    flag("is_from_device", null=True),
    integer("restless_count"),
)

hrv_nights: Final = data_table(
    "hrv_nights",
    (text_(DAY, null=False),),
    integer("weekly_avg_ms"),
    integer("last_night_avg_ms"),
    integer("last_night_5min_high_ms"),
    text_("status"),
    integer("baseline_low_upper_ms"),
    integer("baseline_balanced_low_ms"),
    integer("baseline_balanced_upper_ms"),
    number("baseline_marker"),
    text_("feedback"),
    instant("created_utc"),
)

body_battery_days: Final = data_table(
    "body_battery_days",
    (text_(DAY, null=False),),
    integer("charged"),
    integer("drained"),
    integer("lowest"),
    integer("highest"),
    instant("start_utc"),
    instant("end_utc"),
    integer("utc_offset_s"),
    text_("feedback"),
)

resting_heart_rates: Final = data_table(
    "resting_heart_rates",
    (text_(DAY, null=False),),
    integer("resting_hr_bpm"),
)

weigh_ins: Final = data_table(
    "weigh_ins",
    (big("sample_pk", null=False),),
    text_(DAY),
    instant("measured_utc"),
    integer("utc_offset_s"),
    number("weight_g"),
    number("bmi"),
    number("body_fat_pct"),
    number("body_water_pct"),
    number("bone_g"),
    number("muscle_g"),
    number("visceral_fat"),
    number("metabolic_age"),
    number("physique_rating"),
    text_("source"),
)

blood_pressures: Final = data_table(
    "blood_pressures",
    (big("measurement_id", null=False),),
    text_(DAY),
    instant("measured_utc"),
    text_("measured_local"),
    integer("systolic_mmhg"),
    integer("diastolic_mmhg"),
    integer("pulse_bpm"),
    text_("category"),
    text_("source"),
    text_("notes"),
)

# One row per curve and day: a sample each two minutes would be 260,000 rows a year.
intraday_series: Final = data_table(
    "intraday_series",
    (text_("kind", null=False), text_(DAY, null=False)),
    instant("start_utc"),
    integer("point_count", null=False),
    Column("points_zstd", LargeBinary, nullable=False),
)
