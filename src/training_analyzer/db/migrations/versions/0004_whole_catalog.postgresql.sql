ALTER TABLE activities ADD COLUMN row_sha256 TEXT;

ALTER TABLE activities ADD COLUMN deleted_at TIMESTAMP WITH TIME ZONE;

ALTER TABLE activities ADD COLUMN duplicate_of BIGINT;

CREATE TABLE training_readiness (
    user_id TEXT NOT NULL,
    computed_utc TIMESTAMP WITH TIME ZONE NOT NULL,
    calendar_date TEXT,
    device_id TEXT,
    score INTEGER,
    level TEXT,
    feedback TEXT,
    context TEXT,
    has_valid_sleep INTEGER,
    sleep_score INTEGER,
    recovery_min INTEGER,
    recovery_phrase TEXT,
    load_acute INTEGER,
    hrv_weekly_avg_ms INTEGER,
    sleep_factor_pct INTEGER,
    recovery_factor_pct INTEGER,
    acute_chronic_factor_pct INTEGER,
    stress_factor_pct INTEGER,
    hrv_factor_pct INTEGER,
    sleep_history_factor_pct INTEGER,
    api TEXT NOT NULL,
    first_seen_at TIMESTAMP WITH TIME ZONE NOT NULL,
    changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_training_readiness PRIMARY KEY (user_id, computed_utc)
);

CREATE TABLE race_predictions (
    user_id TEXT NOT NULL,
    calendar_date TEXT NOT NULL,
    time_5k_s INTEGER,
    time_10k_s INTEGER,
    time_half_marathon_s INTEGER,
    time_marathon_s INTEGER,
    api TEXT NOT NULL,
    first_seen_at TIMESTAMP WITH TIME ZONE NOT NULL,
    changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_race_predictions PRIMARY KEY (user_id, calendar_date)
);

CREATE TABLE endurance_scores (
    user_id TEXT NOT NULL,
    calendar_date TEXT NOT NULL,
    score INTEGER,
    classification INTEGER,
    lower_limit_intermediate INTEGER,
    lower_limit_trained INTEGER,
    lower_limit_well_trained INTEGER,
    lower_limit_expert INTEGER,
    lower_limit_superior INTEGER,
    lower_limit_elite INTEGER,
    device_id TEXT,
    api TEXT NOT NULL,
    first_seen_at TIMESTAMP WITH TIME ZONE NOT NULL,
    changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_endurance_scores PRIMARY KEY (user_id, calendar_date)
);

CREATE TABLE hill_scores (
    user_id TEXT NOT NULL,
    calendar_date TEXT NOT NULL,
    score INTEGER,
    strength INTEGER,
    endurance INTEGER,
    classification INTEGER,
    feedback INTEGER,
    vo2max_precise DOUBLE PRECISION,
    device_id TEXT,
    api TEXT NOT NULL,
    first_seen_at TIMESTAMP WITH TIME ZONE NOT NULL,
    changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_hill_scores PRIMARY KEY (user_id, calendar_date)
);

CREATE TABLE fitness_ages (
    user_id TEXT NOT NULL,
    calendar_date TEXT NOT NULL,
    fitness_age_years DOUBLE PRECISION,
    chronological_age_years DOUBLE PRECISION,
    achievable_age_years DOUBLE PRECISION,
    previous_age_years DOUBLE PRECISION,
    vigorous_days_avg DOUBLE PRECISION,
    vigorous_min_avg DOUBLE PRECISION,
    resting_hr_bpm DOUBLE PRECISION,
    bmi DOUBLE PRECISION,
    body_fat_pct DOUBLE PRECISION,
    api TEXT NOT NULL,
    first_seen_at TIMESTAMP WITH TIME ZONE NOT NULL,
    changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_fitness_ages PRIMARY KEY (user_id, calendar_date)
);

CREATE TABLE lactate_thresholds (
    user_id TEXT NOT NULL,
    calendar_date TEXT NOT NULL,
    sport TEXT NOT NULL,
    speed_mps DOUBLE PRECISION,
    hr_bpm INTEGER,
    api TEXT NOT NULL,
    first_seen_at TIMESTAMP WITH TIME ZONE NOT NULL,
    changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_lactate_thresholds PRIMARY KEY (user_id, calendar_date, sport)
);

CREATE TABLE functional_thresholds (
    user_id TEXT NOT NULL,
    calendar_date TEXT NOT NULL,
    sport TEXT NOT NULL,
    power_w DOUBLE PRECISION,
    power_to_weight_wkg DOUBLE PRECISION,
    is_stale INTEGER,
    source TEXT,
    api TEXT NOT NULL,
    first_seen_at TIMESTAMP WITH TIME ZONE NOT NULL,
    changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_functional_thresholds PRIMARY KEY (user_id, calendar_date, sport)
);

CREATE TABLE heart_rate_zones (
    user_id TEXT NOT NULL,
    sport TEXT NOT NULL,
    method TEXT,
    zone1_floor_bpm INTEGER,
    zone2_floor_bpm INTEGER,
    zone3_floor_bpm INTEGER,
    zone4_floor_bpm INTEGER,
    zone5_floor_bpm INTEGER,
    max_hr_bpm INTEGER,
    resting_hr_bpm INTEGER,
    lactate_threshold_hr_bpm INTEGER,
    api TEXT NOT NULL,
    first_seen_at TIMESTAMP WITH TIME ZONE NOT NULL,
    changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_heart_rate_zones PRIMARY KEY (user_id, sport)
);

CREATE TABLE personal_records (
    user_id TEXT NOT NULL,
    record_id BIGINT NOT NULL,
    type_id INTEGER,
    value DOUBLE PRECISION,
    activity_id BIGINT,
    activity_type TEXT,
    set_utc TIMESTAMP WITH TIME ZONE,
    status TEXT,
    api TEXT NOT NULL,
    first_seen_at TIMESTAMP WITH TIME ZONE NOT NULL,
    changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_personal_records PRIMARY KEY (user_id, record_id)
);

CREATE TABLE devices (
    user_id TEXT NOT NULL,
    device_id TEXT NOT NULL,
    name TEXT,
    application_key TEXT,
    part_number TEXT,
    serial_number TEXT,
    software_version TEXT,
    last_upload_utc TIMESTAMP WITH TIME ZONE,
    is_primary INTEGER,
    api TEXT NOT NULL,
    first_seen_at TIMESTAMP WITH TIME ZONE NOT NULL,
    changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_devices PRIMARY KEY (user_id, device_id)
);

CREATE TABLE blood_pressures (
    user_id TEXT NOT NULL,
    measurement_id BIGINT NOT NULL,
    calendar_date TEXT,
    measured_utc TIMESTAMP WITH TIME ZONE,
    measured_local TEXT,
    systolic_mmhg INTEGER,
    diastolic_mmhg INTEGER,
    pulse_bpm INTEGER,
    category TEXT,
    source TEXT,
    notes TEXT,
    api TEXT NOT NULL,
    first_seen_at TIMESTAMP WITH TIME ZONE NOT NULL,
    changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_blood_pressures PRIMARY KEY (user_id, measurement_id)
);

CREATE TABLE intraday_series (
    user_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    calendar_date TEXT NOT NULL,
    start_utc TIMESTAMP WITH TIME ZONE,
    point_count INTEGER NOT NULL,
    points_zstd BYTEA NOT NULL,
    api TEXT NOT NULL,
    first_seen_at TIMESTAMP WITH TIME ZONE NOT NULL,
    changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_intraday_series PRIMARY KEY (user_id, kind, calendar_date)
);

CREATE TABLE activity_files (
    user_id TEXT NOT NULL,
    activity_id BIGINT NOT NULL,
    sha256 TEXT NOT NULL,
    inner_name TEXT,
    format TEXT,
    file_bytes INTEGER NOT NULL,
    content BYTEA NOT NULL,
    decode_status TEXT,
    decoder TEXT,
    decode_errors TEXT,
    api TEXT NOT NULL,
    first_seen_at TIMESTAMP WITH TIME ZONE NOT NULL,
    changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_activity_files PRIMARY KEY (user_id, activity_id, sha256)
);

CREATE TABLE activity_laps (
    user_id TEXT NOT NULL,
    activity_id BIGINT NOT NULL,
    lap_index INTEGER NOT NULL,
    session_index INTEGER,
    start_utc TIMESTAMP WITH TIME ZONE,
    elapsed_s DOUBLE PRECISION,
    timer_s DOUBLE PRECISION,
    distance_m DOUBLE PRECISION,
    sport TEXT,
    sub_sport TEXT,
    avg_hr_bpm INTEGER,
    max_hr_bpm INTEGER,
    avg_speed_mps DOUBLE PRECISION,
    max_speed_mps DOUBLE PRECISION,
    avg_power_w INTEGER,
    max_power_w INTEGER,
    avg_cadence_rpm INTEGER,
    ascent_m DOUBLE PRECISION,
    descent_m DOUBLE PRECISION,
    calories_kcal DOUBLE PRECISION,
    api TEXT NOT NULL,
    first_seen_at TIMESTAMP WITH TIME ZONE NOT NULL,
    changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_activity_laps PRIMARY KEY (user_id, activity_id, lap_index)
);

CREATE TABLE activity_tracks (
    user_id TEXT NOT NULL,
    activity_id BIGINT NOT NULL,
    start_utc TIMESTAMP WITH TIME ZONE,
    point_count INTEGER NOT NULL,
    columns TEXT NOT NULL,
    points_zstd BYTEA NOT NULL,
    api TEXT NOT NULL,
    first_seen_at TIMESTAMP WITH TIME ZONE NOT NULL,
    changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_activity_tracks PRIMARY KEY (user_id, activity_id)
);

CREATE TABLE garmin_learned_caps (
    api TEXT NOT NULL,
    stream TEXT NOT NULL,
    cap_days INTEGER NOT NULL,
    learned_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_garmin_learned_caps PRIMARY KEY (api, stream)
);

CREATE TABLE garmin_probes (
    user_id TEXT NOT NULL,
    stamp TEXT,
    full_pass_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_garmin_probes PRIMARY KEY (user_id)
);
