"""Training status and load, VO2max, and the athlete's own figures."""

from __future__ import annotations

from typing import Final

from training_analyzer.db.tables.columns import (
    DAY,
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
