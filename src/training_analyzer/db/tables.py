"""Every table, once. Names and units are part of the contract.

A day is `calendar_date`, text `YYYY-MM-DD` as Garmin gave it; an instant is UTC; units
stand in the column names. The migrations are tested to add up to exactly this.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    CheckConstraint,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from training_analyzer.db.types import BIG, NUMBER, UtcDateTime

metadata: Final = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _text(name: str, *, null: bool = True) -> Column[str]:
    return Column(name, Text, nullable=null)


def _int(name: str, *, null: bool = True, default: int | None = None) -> Column[int]:
    server = None if default is None else text(str(default))
    return Column(name, Integer, nullable=null, server_default=server)


def _big(name: str, *, null: bool = True) -> Column[int]:
    return Column(name, BIG, nullable=null)


def _real(name: str) -> Column[float]:
    return Column(name, NUMBER)


def _at(name: str, *, null: bool = True) -> Column[object]:
    return Column(name, UtcDateTime, nullable=null)


def _flag(name: str, *, default: int | None = None, null: bool = False) -> Column[int]:
    return _int(name, null=null, default=default)


def _one_of(name: str, *allowed: str) -> CheckConstraint:
    listed = ", ".join(f"'{value}'" for value in allowed)
    return CheckConstraint(f"{name} IN ({listed})", name=name)


def _boolean(name: str) -> CheckConstraint:
    return CheckConstraint(f"{name} IN (0, 1)", name=name)


users: Final = Table(
    "users",
    metadata,
    Column("user_id", Text, primary_key=True),
    _text("name", null=False),
    _text("password_hash"),
    _at("created_at", null=False),
    UniqueConstraint("name"),
    sqlite_strict=True,
)

garmin_credentials: Final = Table(
    "garmin_credentials",
    metadata,
    Column("user_id", Text, primary_key=True),
    _text("encrypted_email"),
    _text("encrypted_password"),
    _text("encryption_key_id", null=False),
    _text("garmin_user_id"),
    _text("garmin_display_name"),
    _flag("is_valid", default=1),
    _at("last_validation_at"),
    _text("validation_error"),
    Column("kind", Text, nullable=False, server_default=text("'password'")),
    Column("region", Text, nullable=False, server_default=text("'com'")),
    _text("error_code"),
    _at("last_password_login_at"),
    _at("created_at", null=False),
    _at("updated_at", null=False),
    _boolean("is_valid"),
    _one_of("kind", "password", "token", "personal-key"),
    _one_of("region", "com", "cn"),
    sqlite_strict=True,
)

garmin_secrets: Final = Table(
    "garmin_secrets",
    metadata,
    _text("user_id", null=False),
    _text("field", null=False),
    _text("token", null=False),
    _text("encryption_key_id", null=False),
    _int("version", null=False, default=1),
    _at("expires_at"),
    _at("updated_at", null=False),
    PrimaryKeyConstraint("user_id", "field"),
    sqlite_strict=True,
)

garmin_sync_config: Final = Table(
    "garmin_sync_config",
    metadata,
    Column("user_id", Text, primary_key=True),
    _flag("auto_sync_enabled", default=1),
    Column("sync_frequency", Text, nullable=False, server_default=text("'daily'")),
    Column("sync_time", Text, nullable=False, server_default=text("'06:00'")),
    _flag("sync_activities", default=1),
    _flag("sync_wellness", default=1),
    _flag("sync_fitness_metrics", default=1),
    _int("initial_sync_days", null=False, default=365),
    _int("incremental_sync_days", null=False, default=7),
    _int("min_sync_interval_minutes", null=False, default=60),
    _at("updated_at", null=False),
    _boolean("auto_sync_enabled"),
    _boolean("sync_activities"),
    _boolean("sync_wellness"),
    _boolean("sync_fitness_metrics"),
    _one_of("sync_frequency", "hourly", "daily", "weekly"),
    sqlite_strict=True,
)

garmin_sync_history: Final = Table(
    "garmin_sync_history",
    metadata,
    Column("id", BIG, primary_key=True, autoincrement=True),
    _text("user_id", null=False),
    _text("sync_type", null=False),
    _at("started_at", null=False),
    _at("completed_at"),
    _int("duration_seconds"),
    _text("status", null=False),
    _int("activities_synced", null=False, default=0),
    _int("wellness_days_synced", null=False, default=0),
    _int("fitness_days_synced", null=False, default=0),
    _text("error_message"),
    _text("error_details"),
    _text("sync_from_date"),
    _text("sync_to_date"),
    _int("requests", null=False, default=0),
    _int("rows_changed", null=False, default=0),
    _int("windows_done", null=False, default=0),
    _int("windows_total"),
    _one_of("sync_type", "manual", "scheduled", "initial"),
    _one_of("status", "running", "completed", "partial", "failed"),
    Index("ix_garmin_sync_history_user_id_started_at", "user_id", "started_at"),
    # At most one running row per user, said by the database and not by a look before.
    Index(
        "uq_garmin_sync_history_running",
        "user_id",
        unique=True,
        sqlite_where=text("status = 'running'"),
        postgresql_where=text("status = 'running'"),
    ),
    sqlite_autoincrement=True,
    sqlite_strict=True,
)

garmin_schedule: Final = Table(
    "garmin_schedule",
    metadata,
    Column("user_id", Text, primary_key=True),
    _at("due_at"),
    Column("reason", Text, nullable=False, server_default=text("'scheduled'")),
    _big("sync_id"),
    _at("lease_until"),
    Column("fence", BIG, nullable=False, server_default=text("0")),
    _text("owner"),
    _int("attempt", null=False, default=0),
    _at("not_before"),
    _flag("rerun_requested", default=0),
    _boolean("rerun_requested"),
    Index("ix_garmin_schedule_due_at", "due_at"),
    sqlite_strict=True,
)

garmin_coverage: Final = Table(
    "garmin_coverage",
    metadata,
    _text("user_id", null=False),
    _text("stream", null=False),
    _text("calendar_date", null=False),
    _text("state", null=False),
    _flag("settled", default=0),
    _at("fetched_at", null=False),
    _text("error_code"),
    PrimaryKeyConstraint("user_id", "stream", "calendar_date"),
    _one_of("state", "data", "empty", "failed", "unsupported"),
    _boolean("settled"),
    sqlite_strict=True,
)

garmin_payloads: Final = Table(
    "garmin_payloads",
    metadata,
    _text("user_id", null=False),
    _text("stream", null=False),
    _text("api", null=False),
    _text("first_date", null=False),
    _text("last_date", null=False),
    _text("sha256", null=False),
    Column("body_zstd", LargeBinary, nullable=False),
    _int("body_bytes", null=False),
    _at("fetched_at", null=False),
    PrimaryKeyConstraint("user_id", "stream", "api", "first_date", "last_date", "sha256"),
    sqlite_strict=True,
)


def _data_table(name: str, key: tuple[Column[object], ...], *values: Column[object]) -> Table:
    """Return a table of typed Garmin rows: user first in its key, then *key*, then values."""
    return Table(
        name,
        metadata,
        _text("user_id", null=False),
        *key,
        *values,
        _text("api", null=False),
        _at("first_seen_at", null=False),
        _at("changed_at", null=False),
        PrimaryKeyConstraint("user_id", *(column.name for column in key)),
        sqlite_strict=True,
    )


profiles: Final = _data_table(
    "profiles",
    (),
    _text("time_zone"),
    _text("measurement_system"),
    _text("locale"),
    _text("gender"),
    _text("birth_date"),
    _real("height_cm"),
    _real("weight_g"),
    _real("vo2max_running"),
    _real("vo2max_cycling"),
    _int("lactate_threshold_hr_bpm"),
    _real("lactate_threshold_speed_mps"),
    _int("sleep_time_s"),
    _int("wake_time_s"),
)

activities: Final = _data_table(
    "activities",
    (_big("activity_id", null=False),),
    _text("name"),
    _text("type_key"),
    _int("type_id"),
    _int("parent_type_id"),
    _text("event_type"),
    _at("start_utc"),
    _text("start_local"),
    _int("utc_offset_s"),
    _at("end_utc"),
    _text("calendar_date"),
    _real("distance_m"),
    _real("duration_s"),
    _real("elapsed_s"),
    _real("moving_s"),
    _real("elevation_gain_m"),
    _real("elevation_loss_m"),
    _real("elevation_min_m"),
    _real("elevation_max_m"),
    _real("avg_speed_mps"),
    _real("max_speed_mps"),
    _real("avg_grade_adjusted_speed_mps"),
    _real("avg_hr_bpm"),
    _real("max_hr_bpm"),
    *(_real(f"hr_zone{zone}_s") for zone in range(1, 6)),
    _real("avg_power_w"),
    _real("max_power_w"),
    _real("norm_power_w"),
    _real("max_20min_power_w"),
    *(_real(f"power_zone{zone}_s") for zone in range(1, 8)),
    _real("training_stress_score"),
    _real("intensity_factor"),
    _real("calories_kcal"),
    _real("bmr_calories_kcal"),
    _real("avg_run_cadence_spm"),
    _real("max_run_cadence_spm"),
    _real("avg_bike_cadence_rpm"),
    _real("avg_swim_cadence_spm"),
    _real("avg_swolf"),
    _int("active_lengths"),
    _real("pool_length_cm"),
    _real("strokes"),
    _int("steps"),
    _real("avg_stride_cm"),
    _real("avg_ground_contact_ms"),
    _real("avg_vertical_oscillation_cm"),
    _real("aerobic_training_effect"),
    _real("anaerobic_training_effect"),
    _text("training_effect_label"),
    _real("training_load"),
    _real("vo2max"),
    _int("moderate_intensity_min"),
    _int("vigorous_intensity_min"),
    _int("body_battery_change"),
    _real("sweat_ml"),
    _real("min_temperature_c"),
    _real("max_temperature_c"),
    _real("start_latitude_deg"),
    _real("start_longitude_deg"),
    _real("end_latitude_deg"),
    _real("end_longitude_deg"),
    _text("location"),
    _int("lap_count"),
    _text("device_id"),
    _text("manufacturer"),
    _text("workout_id"),
    _text("privacy"),
    _flag("is_parent", null=True),
    _big("parent_id"),
    _flag("is_manual", null=True),
    _flag("is_favorite", null=True),
    _flag("is_personal_record", null=True),
    _flag("has_gps", null=True),
)
Index("ix_activities_user_id_start_utc", activities.c.user_id, activities.c.start_utc)

_DAY = "calendar_date"

daily_summaries: Final = _data_table(
    "daily_summaries",
    (_text(_DAY, null=False),),
    _at("start_utc"),
    _at("end_utc"),
    _int("utc_offset_s"),
    _real("duration_s"),
    _flag("has_wellness", null=True),
    _flag("has_activity", null=True),
    _int("steps"),
    _int("step_goal"),
    _real("step_distance_m"),
    _real("distance_m"),
    _real("floors_up"),
    _real("floors_down"),
    _real("floors_goal"),
    _int("pushes"),
    _real("calories_total_kcal"),
    _real("calories_active_kcal"),
    _real("calories_resting_kcal"),
    _real("calories_consumed_kcal"),
    _int("min_hr_bpm"),
    _int("max_hr_bpm"),
    _int("resting_hr_bpm"),
    _int("resting_hr_7d_bpm"),
    _int("moderate_intensity_min"),
    _int("vigorous_intensity_min"),
    _int("intensity_goal_min"),
    _int("stress_avg"),
    _int("stress_max"),
    *(
        _real(f"stress_{part}_s")
        for part in ("rest", "low", "medium", "high", "activity", "uncategorized", "total")
    ),
    _text("stress_qualifier"),
    _int("body_battery_min"),
    _int("body_battery_max"),
    _int("body_battery_charged"),
    _int("body_battery_drained"),
    _int("body_battery_latest"),
    _int("body_battery_end_of_day"),
    _int("body_battery_at_wake"),
    _int("body_battery_sleep_gain"),
    _real("hydration_ml"),
    _real("hydration_goal_ml"),
    _real("respiration_avg_brpm"),
    _real("respiration_min_brpm"),
    _real("respiration_max_brpm"),
    _real("spo2_avg_pct"),
    _real("spo2_min_pct"),
    _real("spo2_latest_pct"),
    _int("sleeping_s"),
    _int("sedentary_s"),
    _int("active_s"),
    _int("highly_active_s"),
    _at("last_sync_utc"),
)

sleep_nights: Final = _data_table(
    "sleep_nights",
    (_text(_DAY, null=False),),
    _at("start_utc"),
    _at("end_utc"),
    _int("utc_offset_s"),
    _int("sleep_total_s"),
    _int("sleep_deep_s"),
    _int("sleep_light_s"),
    _int("sleep_rem_s"),
    _int("sleep_awake_s"),
    _int("sleep_unmeasurable_s"),
    _int("nap_s"),
    _int("awake_count"),
    _int("score"),
    _text("score_quality"),
    _real("resting_hr_bpm"),
    _real("avg_hr_bpm"),
    _real("hrv_avg_ms"),
    _real("hrv_7d_ms"),
    _text("hrv_status"),
    _real("respiration_avg_brpm"),
    _real("respiration_min_brpm"),
    _real("respiration_max_brpm"),
    _real("spo2_avg_pct"),
    _real("spo2_min_pct"),
    _real("spo2_max_pct"),
    _real("stress_avg"),
    _real("skin_temperature_deviation_c"),
    _int("body_battery_change"),
    _int("need_min"),
    _int("need_baseline_min"),
    _text("alignment_status"),
    _flag("is_confirmed", null=True),
    _text("confirmation"),
    _flag("is_from_device", null=True),
    _int("restless_count"),
)

hrv_nights: Final = _data_table(
    "hrv_nights",
    (_text(_DAY, null=False),),
    _int("weekly_avg_ms"),
    _int("last_night_avg_ms"),
    _int("last_night_5min_high_ms"),
    _text("status"),
    _int("baseline_low_upper_ms"),
    _int("baseline_balanced_low_ms"),
    _int("baseline_balanced_upper_ms"),
    _real("baseline_marker"),
    _text("feedback"),
    _at("created_utc"),
)

body_battery_days: Final = _data_table(
    "body_battery_days",
    (_text(_DAY, null=False),),
    _int("charged"),
    _int("drained"),
    _int("lowest"),
    _int("highest"),
    _at("start_utc"),
    _at("end_utc"),
    _int("utc_offset_s"),
    _text("feedback"),
)

resting_heart_rates: Final = _data_table(
    "resting_heart_rates",
    (_text(_DAY, null=False),),
    _int("resting_hr_bpm"),
)

weigh_ins: Final = _data_table(
    "weigh_ins",
    (_big("sample_pk", null=False),),
    _text(_DAY),
    _at("measured_utc"),
    _int("utc_offset_s"),
    _real("weight_g"),
    _real("bmi"),
    _real("body_fat_pct"),
    _real("body_water_pct"),
    _real("bone_g"),
    _real("muscle_g"),
    _real("visceral_fat"),
    _real("metabolic_age"),
    _real("physique_rating"),
    _text("source"),
)

training_status_days: Final = _data_table(
    "training_status_days",
    (_text(_DAY, null=False), _text("device_id", null=False)),
    _flag("is_primary", null=True),
    _int("status"),
    _text("feedback"),
    _text("since_date"),
    _flag("is_paused", null=True),
    _text("sport"),
    _int("fitness_trend"),
    _at("computed_utc"),
    _real("load_acute"),
    _real("load_chronic"),
    _real("load_chronic_min"),
    _real("load_chronic_max"),
    _real("acute_chronic_ratio"),
    _int("acute_chronic_pct"),
    _text("acute_chronic_status"),
)

vo2max_days: Final = _data_table(
    "vo2max_days",
    (_text(_DAY, null=False), _text("sport", null=False)),
    _real("vo2max"),
    _real("vo2max_precise"),
    _int("fitness_age"),
    _int("category"),
)
