CREATE TABLE activities (
    user_id TEXT NOT NULL,
    activity_id INTEGER NOT NULL,
    name TEXT,
    type_key TEXT,
    type_id INTEGER,
    parent_type_id INTEGER,
    event_type TEXT,
    start_utc TEXT,
    start_local TEXT,
    utc_offset_s INTEGER,
    end_utc TEXT,
    calendar_date TEXT,
    distance_m REAL,
    duration_s REAL,
    elapsed_s REAL,
    moving_s REAL,
    elevation_gain_m REAL,
    elevation_loss_m REAL,
    elevation_min_m REAL,
    elevation_max_m REAL,
    avg_speed_mps REAL,
    max_speed_mps REAL,
    avg_grade_adjusted_speed_mps REAL,
    avg_hr_bpm REAL,
    max_hr_bpm REAL,
    hr_zone1_s REAL,
    hr_zone2_s REAL,
    hr_zone3_s REAL,
    hr_zone4_s REAL,
    hr_zone5_s REAL,
    avg_power_w REAL,
    max_power_w REAL,
    norm_power_w REAL,
    max_20min_power_w REAL,
    power_zone1_s REAL,
    power_zone2_s REAL,
    power_zone3_s REAL,
    power_zone4_s REAL,
    power_zone5_s REAL,
    power_zone6_s REAL,
    power_zone7_s REAL,
    training_stress_score REAL,
    intensity_factor REAL,
    calories_kcal REAL,
    bmr_calories_kcal REAL,
    avg_run_cadence_spm REAL,
    max_run_cadence_spm REAL,
    avg_bike_cadence_rpm REAL,
    avg_swim_cadence_spm REAL,
    avg_swolf REAL,
    active_lengths INTEGER,
    pool_length_cm REAL,
    strokes REAL,
    steps INTEGER,
    avg_stride_cm REAL,
    avg_ground_contact_ms REAL,
    avg_vertical_oscillation_cm REAL,
    aerobic_training_effect REAL,
    anaerobic_training_effect REAL,
    training_effect_label TEXT,
    training_load REAL,
    vo2max REAL,
    moderate_intensity_min INTEGER,
    vigorous_intensity_min INTEGER,
    body_battery_change INTEGER,
    sweat_ml REAL,
    min_temperature_c REAL,
    max_temperature_c REAL,
    start_latitude_deg REAL,
    start_longitude_deg REAL,
    end_latitude_deg REAL,
    end_longitude_deg REAL,
    location TEXT,
    lap_count INTEGER,
    device_id TEXT,
    manufacturer TEXT,
    workout_id TEXT,
    privacy TEXT,
    is_parent INTEGER,
    parent_id INTEGER,
    is_manual INTEGER,
    is_favorite INTEGER,
    is_personal_record INTEGER,
    has_gps INTEGER,
    api TEXT NOT NULL,
    first_seen_at TEXT NOT NULL,
    changed_at TEXT NOT NULL,
    CONSTRAINT pk_activities PRIMARY KEY (user_id, activity_id)
)
 STRICT;

CREATE INDEX ix_activities_user_id_start_utc ON activities (user_id, start_utc);

CREATE TABLE body_battery_days (
    user_id TEXT NOT NULL,
    calendar_date TEXT NOT NULL,
    charged INTEGER,
    drained INTEGER,
    lowest INTEGER,
    highest INTEGER,
    start_utc TEXT,
    end_utc TEXT,
    utc_offset_s INTEGER,
    feedback TEXT,
    api TEXT NOT NULL,
    first_seen_at TEXT NOT NULL,
    changed_at TEXT NOT NULL,
    CONSTRAINT pk_body_battery_days PRIMARY KEY (user_id, calendar_date)
)
 STRICT;

CREATE TABLE daily_summaries (
    user_id TEXT NOT NULL,
    calendar_date TEXT NOT NULL,
    start_utc TEXT,
    end_utc TEXT,
    utc_offset_s INTEGER,
    duration_s REAL,
    has_wellness INTEGER,
    has_activity INTEGER,
    steps INTEGER,
    step_goal INTEGER,
    step_distance_m REAL,
    distance_m REAL,
    floors_up REAL,
    floors_down REAL,
    floors_goal REAL,
    pushes INTEGER,
    calories_total_kcal REAL,
    calories_active_kcal REAL,
    calories_resting_kcal REAL,
    calories_consumed_kcal REAL,
    min_hr_bpm INTEGER,
    max_hr_bpm INTEGER,
    resting_hr_bpm INTEGER,
    resting_hr_7d_bpm INTEGER,
    moderate_intensity_min INTEGER,
    vigorous_intensity_min INTEGER,
    intensity_goal_min INTEGER,
    stress_avg INTEGER,
    stress_max INTEGER,
    stress_rest_s REAL,
    stress_low_s REAL,
    stress_medium_s REAL,
    stress_high_s REAL,
    stress_activity_s REAL,
    stress_uncategorized_s REAL,
    stress_total_s REAL,
    stress_qualifier TEXT,
    body_battery_min INTEGER,
    body_battery_max INTEGER,
    body_battery_charged INTEGER,
    body_battery_drained INTEGER,
    body_battery_latest INTEGER,
    body_battery_end_of_day INTEGER,
    body_battery_at_wake INTEGER,
    body_battery_sleep_gain INTEGER,
    hydration_ml REAL,
    hydration_goal_ml REAL,
    respiration_avg_brpm REAL,
    respiration_min_brpm REAL,
    respiration_max_brpm REAL,
    spo2_avg_pct REAL,
    spo2_min_pct REAL,
    spo2_latest_pct REAL,
    sleeping_s INTEGER,
    sedentary_s INTEGER,
    active_s INTEGER,
    highly_active_s INTEGER,
    last_sync_utc TEXT,
    api TEXT NOT NULL,
    first_seen_at TEXT NOT NULL,
    changed_at TEXT NOT NULL,
    CONSTRAINT pk_daily_summaries PRIMARY KEY (user_id, calendar_date)
)
 STRICT;

CREATE TABLE garmin_coverage (
    user_id TEXT NOT NULL,
    stream TEXT NOT NULL,
    calendar_date TEXT NOT NULL,
    state TEXT NOT NULL,
    settled INTEGER DEFAULT 0 NOT NULL,
    fetched_at TEXT NOT NULL,
    error_code TEXT,
    CONSTRAINT pk_garmin_coverage PRIMARY KEY (user_id, stream, calendar_date),
    CONSTRAINT ck_garmin_coverage_state CHECK (state IN ('data', 'empty', 'failed', 'unsupported')),
    CONSTRAINT ck_garmin_coverage_settled CHECK (settled IN (0, 1))
)
 STRICT;

CREATE TABLE garmin_credentials (
    user_id TEXT NOT NULL,
    encrypted_email TEXT,
    encrypted_password TEXT,
    encryption_key_id TEXT NOT NULL,
    garmin_user_id TEXT,
    garmin_display_name TEXT,
    is_valid INTEGER DEFAULT 1 NOT NULL,
    last_validation_at TEXT,
    validation_error TEXT,
    kind TEXT DEFAULT 'password' NOT NULL,
    region TEXT DEFAULT 'com' NOT NULL,
    error_code TEXT,
    last_password_login_at TEXT,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    CONSTRAINT pk_garmin_credentials PRIMARY KEY (user_id),
    CONSTRAINT ck_garmin_credentials_is_valid CHECK (is_valid IN (0, 1)),
    CONSTRAINT ck_garmin_credentials_kind CHECK (kind IN ('password', 'token', 'personal-key')),
    CONSTRAINT ck_garmin_credentials_region CHECK (region IN ('com', 'cn'))
)
 STRICT;

CREATE TABLE garmin_payloads (
    user_id TEXT NOT NULL,
    stream TEXT NOT NULL,
    api TEXT NOT NULL,
    first_date TEXT NOT NULL,
    last_date TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    body_zstd BLOB NOT NULL,
    body_bytes INTEGER NOT NULL,
    fetched_at TEXT NOT NULL,
    CONSTRAINT pk_garmin_payloads PRIMARY KEY (user_id, stream, api, first_date, last_date, sha256)
)
 STRICT;

CREATE TABLE garmin_schedule (
    user_id TEXT NOT NULL,
    due_at TEXT,
    reason TEXT DEFAULT 'scheduled' NOT NULL,
    sync_id INTEGER,
    lease_until TEXT,
    fence INTEGER DEFAULT 0 NOT NULL,
    owner TEXT,
    attempt INTEGER DEFAULT 0 NOT NULL,
    not_before TEXT,
    rerun_requested INTEGER DEFAULT 0 NOT NULL,
    CONSTRAINT pk_garmin_schedule PRIMARY KEY (user_id),
    CONSTRAINT ck_garmin_schedule_rerun_requested CHECK (rerun_requested IN (0, 1))
)
 STRICT;

CREATE INDEX ix_garmin_schedule_due_at ON garmin_schedule (due_at);

CREATE TABLE garmin_secrets (
    user_id TEXT NOT NULL,
    field TEXT NOT NULL,
    token TEXT NOT NULL,
    encryption_key_id TEXT NOT NULL,
    version INTEGER DEFAULT 1 NOT NULL,
    expires_at TEXT,
    updated_at TEXT NOT NULL,
    CONSTRAINT pk_garmin_secrets PRIMARY KEY (user_id, field)
)
 STRICT;

CREATE TABLE garmin_sync_config (
    user_id TEXT NOT NULL,
    auto_sync_enabled INTEGER DEFAULT 1 NOT NULL,
    sync_frequency TEXT DEFAULT 'daily' NOT NULL,
    sync_time TEXT DEFAULT '06:00' NOT NULL,
    sync_activities INTEGER DEFAULT 1 NOT NULL,
    sync_wellness INTEGER DEFAULT 1 NOT NULL,
    sync_fitness_metrics INTEGER DEFAULT 1 NOT NULL,
    initial_sync_days INTEGER DEFAULT 365 NOT NULL,
    incremental_sync_days INTEGER DEFAULT 7 NOT NULL,
    min_sync_interval_minutes INTEGER DEFAULT 60 NOT NULL,
    updated_at TEXT NOT NULL,
    CONSTRAINT pk_garmin_sync_config PRIMARY KEY (user_id),
    CONSTRAINT ck_garmin_sync_config_auto_sync_enabled CHECK (auto_sync_enabled IN (0, 1)),
    CONSTRAINT ck_garmin_sync_config_sync_activities CHECK (sync_activities IN (0, 1)),
    CONSTRAINT ck_garmin_sync_config_sync_wellness CHECK (sync_wellness IN (0, 1)),
    CONSTRAINT ck_garmin_sync_config_sync_fitness_metrics CHECK (sync_fitness_metrics IN (0, 1)),
    CONSTRAINT ck_garmin_sync_config_sync_frequency CHECK (sync_frequency IN ('hourly', 'daily', 'weekly'))
)
 STRICT;

CREATE TABLE garmin_sync_history (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    user_id TEXT NOT NULL,
    sync_type TEXT NOT NULL,
    started_at TEXT NOT NULL,
    completed_at TEXT,
    duration_seconds INTEGER,
    status TEXT NOT NULL,
    activities_synced INTEGER DEFAULT 0 NOT NULL,
    wellness_days_synced INTEGER DEFAULT 0 NOT NULL,
    fitness_days_synced INTEGER DEFAULT 0 NOT NULL,
    error_message TEXT,
    error_details TEXT,
    sync_from_date TEXT,
    sync_to_date TEXT,
    requests INTEGER DEFAULT 0 NOT NULL,
    rows_changed INTEGER DEFAULT 0 NOT NULL,
    windows_done INTEGER DEFAULT 0 NOT NULL,
    windows_total INTEGER,
    CONSTRAINT ck_garmin_sync_history_sync_type CHECK (sync_type IN ('manual', 'scheduled', 'initial')),
    CONSTRAINT ck_garmin_sync_history_status CHECK (status IN ('running', 'completed', 'partial', 'failed'))
)
 STRICT;

CREATE INDEX ix_garmin_sync_history_user_id_started_at ON garmin_sync_history (user_id, started_at);

CREATE UNIQUE INDEX uq_garmin_sync_history_running ON garmin_sync_history (user_id) WHERE status = 'running';

CREATE TABLE hrv_nights (
    user_id TEXT NOT NULL,
    calendar_date TEXT NOT NULL,
    weekly_avg_ms INTEGER,
    last_night_avg_ms INTEGER,
    last_night_5min_high_ms INTEGER,
    status TEXT,
    baseline_low_upper_ms INTEGER,
    baseline_balanced_low_ms INTEGER,
    baseline_balanced_upper_ms INTEGER,
    baseline_marker REAL,
    feedback TEXT,
    created_utc TEXT,
    api TEXT NOT NULL,
    first_seen_at TEXT NOT NULL,
    changed_at TEXT NOT NULL,
    CONSTRAINT pk_hrv_nights PRIMARY KEY (user_id, calendar_date)
)
 STRICT;

CREATE TABLE profiles (
    user_id TEXT NOT NULL,
    time_zone TEXT,
    measurement_system TEXT,
    locale TEXT,
    gender TEXT,
    birth_date TEXT,
    height_cm REAL,
    weight_g REAL,
    vo2max_running REAL,
    vo2max_cycling REAL,
    lactate_threshold_hr_bpm INTEGER,
    lactate_threshold_speed_mps REAL,
    sleep_time_s INTEGER,
    wake_time_s INTEGER,
    api TEXT NOT NULL,
    first_seen_at TEXT NOT NULL,
    changed_at TEXT NOT NULL,
    CONSTRAINT pk_profiles PRIMARY KEY (user_id)
)
 STRICT;

CREATE TABLE resting_heart_rates (
    user_id TEXT NOT NULL,
    calendar_date TEXT NOT NULL,
    resting_hr_bpm INTEGER,
    api TEXT NOT NULL,
    first_seen_at TEXT NOT NULL,
    changed_at TEXT NOT NULL,
    CONSTRAINT pk_resting_heart_rates PRIMARY KEY (user_id, calendar_date)
)
 STRICT;

CREATE TABLE sleep_nights (
    user_id TEXT NOT NULL,
    calendar_date TEXT NOT NULL,
    start_utc TEXT,
    end_utc TEXT,
    utc_offset_s INTEGER,
    sleep_total_s INTEGER,
    sleep_deep_s INTEGER,
    sleep_light_s INTEGER,
    sleep_rem_s INTEGER,
    sleep_awake_s INTEGER,
    sleep_unmeasurable_s INTEGER,
    nap_s INTEGER,
    awake_count INTEGER,
    score INTEGER,
    score_quality TEXT,
    resting_hr_bpm REAL,
    avg_hr_bpm REAL,
    hrv_avg_ms REAL,
    hrv_7d_ms REAL,
    hrv_status TEXT,
    respiration_avg_brpm REAL,
    respiration_min_brpm REAL,
    respiration_max_brpm REAL,
    spo2_avg_pct REAL,
    spo2_min_pct REAL,
    spo2_max_pct REAL,
    stress_avg REAL,
    skin_temperature_deviation_c REAL,
    body_battery_change INTEGER,
    need_min INTEGER,
    need_baseline_min INTEGER,
    alignment_status TEXT,
    is_confirmed INTEGER,
    confirmation TEXT,
    is_from_device INTEGER,
    restless_count INTEGER,
    api TEXT NOT NULL,
    first_seen_at TEXT NOT NULL,
    changed_at TEXT NOT NULL,
    CONSTRAINT pk_sleep_nights PRIMARY KEY (user_id, calendar_date)
)
 STRICT;

CREATE TABLE training_status_days (
    user_id TEXT NOT NULL,
    calendar_date TEXT NOT NULL,
    device_id TEXT NOT NULL,
    is_primary INTEGER,
    status INTEGER,
    feedback TEXT,
    since_date TEXT,
    is_paused INTEGER,
    sport TEXT,
    fitness_trend INTEGER,
    computed_utc TEXT,
    load_acute REAL,
    load_chronic REAL,
    load_chronic_min REAL,
    load_chronic_max REAL,
    acute_chronic_ratio REAL,
    acute_chronic_pct INTEGER,
    acute_chronic_status TEXT,
    api TEXT NOT NULL,
    first_seen_at TEXT NOT NULL,
    changed_at TEXT NOT NULL,
    CONSTRAINT pk_training_status_days PRIMARY KEY (user_id, calendar_date, device_id)
)
 STRICT;

CREATE TABLE users (
    user_id TEXT NOT NULL,
    name TEXT NOT NULL,
    password_hash TEXT,
    created_at TEXT NOT NULL,
    CONSTRAINT pk_users PRIMARY KEY (user_id),
    CONSTRAINT uq_users_name UNIQUE (name)
)
 STRICT;

CREATE TABLE vo2max_days (
    user_id TEXT NOT NULL,
    calendar_date TEXT NOT NULL,
    sport TEXT NOT NULL,
    vo2max REAL,
    vo2max_precise REAL,
    fitness_age INTEGER,
    category INTEGER,
    api TEXT NOT NULL,
    first_seen_at TEXT NOT NULL,
    changed_at TEXT NOT NULL,
    CONSTRAINT pk_vo2max_days PRIMARY KEY (user_id, calendar_date, sport)
)
 STRICT;

CREATE TABLE weigh_ins (
    user_id TEXT NOT NULL,
    sample_pk INTEGER NOT NULL,
    calendar_date TEXT,
    measured_utc TEXT,
    utc_offset_s INTEGER,
    weight_g REAL,
    bmi REAL,
    body_fat_pct REAL,
    body_water_pct REAL,
    bone_g REAL,
    muscle_g REAL,
    visceral_fat REAL,
    metabolic_age REAL,
    physique_rating REAL,
    source TEXT,
    api TEXT NOT NULL,
    first_seen_at TEXT NOT NULL,
    changed_at TEXT NOT NULL,
    CONSTRAINT pk_weigh_ins PRIMARY KEY (user_id, sample_pk)
)
 STRICT;
