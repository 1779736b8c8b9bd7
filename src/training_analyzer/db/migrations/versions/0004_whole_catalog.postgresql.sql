ALTER TABLE activities ADD COLUMN row_sha256 TEXT;

ALTER TABLE activities ADD COLUMN deleted_at TIMESTAMP WITH TIME ZONE;

ALTER TABLE activities ADD COLUMN duplicate_of BIGINT;

ALTER TABLE activities ADD COLUMN missing_since TIMESTAMP WITH TIME ZONE;

ALTER TABLE activities ADD COLUMN file_version TEXT;

ALTER TABLE activities ADD COLUMN file_state TEXT;

ALTER TABLE activities ADD COLUMN file_tries INTEGER;

ALTER TABLE activities ADD COLUMN file_tried_at TIMESTAMP WITH TIME ZONE;

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
    seen_at TIMESTAMP WITH TIME ZONE,
    full_pass_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_garmin_probes PRIMARY KEY (user_id)
);

CREATE TABLE garmin_reparses (
    user_id TEXT NOT NULL,
    data_table TEXT NOT NULL,
    program TEXT NOT NULL,
    done_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_garmin_reparses PRIMARY KEY (user_id, data_table)
);

CREATE VIEW v_activity AS
SELECT user_id, activity_id, calendar_date, start_utc, start_local, type_key, name, event_type,
  distance_m / 1000.0 AS distance_km,
  duration_s / 60.0 AS duration_min,
  elapsed_s / 60.0 AS elapsed_min,
  moving_s / 60.0 AS moving_min,
  avg_speed_mps * 3.6 AS avg_speed_kmh,
  max_speed_mps * 3.6 AS max_speed_kmh,
  duration_s / 60.0 / nullif(distance_m / 1000.0, 0) AS pace_min_per_km,
  elevation_gain_m, elevation_loss_m, avg_hr_bpm, max_hr_bpm,
  hr_zone1_s / 60.0 AS hr_zone1_min,
  hr_zone2_s / 60.0 AS hr_zone2_min,
  hr_zone3_s / 60.0 AS hr_zone3_min,
  hr_zone4_s / 60.0 AS hr_zone4_min,
  hr_zone5_s / 60.0 AS hr_zone5_min,
  avg_power_w, norm_power_w, calories_kcal, training_load, aerobic_training_effect,
  anaerobic_training_effect, training_effect_label, vo2max, lap_count, location, device_id,
  is_parent AS is_multisport, is_manual, is_personal_record
FROM activities
WHERE deleted_at IS NULL AND duplicate_of IS NULL AND parent_id IS NULL;

CREATE VIEW v_night AS
WITH nights AS (
  SELECT user_id, calendar_date FROM sleep_nights
  UNION SELECT user_id, calendar_date FROM hrv_nights
)
SELECT n.user_id, n.calendar_date, s.start_utc, s.end_utc, s.utc_offset_s,
  CAST(s.sleep_total_s AS double precision) / 3600 AS sleep_h,
  CAST(s.sleep_deep_s AS double precision) / 3600 AS deep_h,
  CAST(s.sleep_light_s AS double precision) / 3600 AS light_h,
  CAST(s.sleep_rem_s AS double precision) / 3600 AS rem_h,
  CAST(s.sleep_awake_s AS double precision) / 3600 AS awake_h,
  CAST(s.nap_s AS double precision) / 3600 AS nap_h,
  CAST(s.need_min AS double precision) / 60 AS need_h,
  s.awake_count, s.restless_count, s.score, s.score_quality,
  coalesce(h.last_night_avg_ms, s.hrv_avg_ms) AS hrv_ms,
  coalesce(h.weekly_avg_ms, s.hrv_7d_ms) AS hrv_weekly_ms,
  coalesce(h.status, s.hrv_status) AS hrv_status,
  h.baseline_balanced_low_ms AS hrv_balanced_low_ms,
  h.baseline_balanced_upper_ms AS hrv_balanced_upper_ms,
  coalesce(r.resting_hr_bpm, s.resting_hr_bpm) AS resting_hr_bpm,
  s.avg_hr_bpm, s.respiration_avg_brpm, s.spo2_avg_pct, s.spo2_min_pct, s.stress_avg,
  s.skin_temperature_deviation_c, s.body_battery_change
FROM nights AS n
LEFT JOIN sleep_nights AS s ON s.user_id = n.user_id AND s.calendar_date = n.calendar_date
LEFT JOIN hrv_nights AS h ON h.user_id = n.user_id AND h.calendar_date = n.calendar_date
LEFT JOIN resting_heart_rates AS r ON r.user_id = n.user_id AND r.calendar_date = n.calendar_date;

CREATE VIEW v_day AS
WITH days AS (
  SELECT user_id, calendar_date FROM daily_summaries
  UNION SELECT user_id, calendar_date FROM sleep_nights
  UNION SELECT user_id, calendar_date FROM hrv_nights
  UNION SELECT user_id, calendar_date FROM resting_heart_rates
  UNION SELECT user_id, calendar_date FROM body_battery_days
  UNION SELECT user_id, calendar_date FROM training_status_days
  UNION SELECT user_id, calendar_date FROM vo2max_days
  UNION SELECT user_id, calendar_date FROM race_predictions
  UNION SELECT user_id, calendar_date FROM endurance_scores
  UNION SELECT user_id, calendar_date FROM hill_scores
  UNION SELECT user_id, calendar_date FROM fitness_ages
  UNION SELECT user_id, calendar_date FROM training_readiness WHERE calendar_date IS NOT NULL
  UNION SELECT user_id, calendar_date FROM weigh_ins WHERE calendar_date IS NOT NULL
  UNION SELECT user_id, calendar_date FROM v_activity WHERE calendar_date IS NOT NULL
),
trained AS (
  SELECT user_id, calendar_date, count(*) AS activity_count,
    sum(distance_km) AS activity_distance_km, sum(duration_min) AS activity_duration_min,
    sum(calories_kcal) AS activity_calories_kcal, sum(training_load) AS activity_training_load
  FROM v_activity GROUP BY user_id, calendar_date
),
weighed AS (
  SELECT user_id, calendar_date, avg(weight_g) / 1000.0 AS weight_kg,
    avg(body_fat_pct) AS body_fat_pct
  FROM weigh_ins GROUP BY user_id, calendar_date
),
statuses AS (
  SELECT user_id, calendar_date, device_id, status, feedback, load_acute, load_chronic,
    acute_chronic_ratio,
    row_number() OVER (
      PARTITION BY user_id, calendar_date
      ORDER BY coalesce(is_primary, 0) DESC, computed_utc IS NULL, computed_utc DESC, device_id
    ) AS place
  FROM training_status_days
),
readiness AS (
  SELECT user_id, calendar_date, score, level,
    row_number() OVER (
      PARTITION BY user_id, calendar_date
      ORDER BY CASE WHEN context = 'AFTER_WAKEUP_RESET' THEN 0
        WHEN has_valid_sleep = 1 THEN 1 ELSE 2 END, computed_utc
    ) AS place
  FROM training_readiness
)
SELECT x.user_id, x.calendar_date,
  d.steps, d.step_goal, d.distance_m / 1000.0 AS distance_km, d.floors_up,
  d.calories_total_kcal, d.calories_active_kcal, d.moderate_intensity_min,
  d.vigorous_intensity_min, d.min_hr_bpm, d.max_hr_bpm, d.stress_avg, d.stress_max,
  d.respiration_avg_brpm, d.spo2_avg_pct, d.hydration_ml,
  coalesce(r.resting_hr_bpm, d.resting_hr_bpm, s.resting_hr_bpm) AS resting_hr_bpm,
  CAST(s.sleep_total_s AS double precision) / 3600 AS sleep_h,
  CAST(s.sleep_deep_s AS double precision) / 3600 AS deep_h,
  CAST(s.sleep_light_s AS double precision) / 3600 AS light_h,
  CAST(s.sleep_rem_s AS double precision) / 3600 AS rem_h,
  CAST(s.sleep_awake_s AS double precision) / 3600 AS awake_h, s.score AS sleep_score,
  coalesce(h.last_night_avg_ms, s.hrv_avg_ms) AS hrv_ms,
  coalesce(h.weekly_avg_ms, s.hrv_7d_ms) AS hrv_weekly_ms,
  coalesce(h.status, s.hrv_status) AS hrv_status,
  coalesce(b.charged, d.body_battery_charged) AS body_battery_charged,
  coalesce(b.drained, d.body_battery_drained) AS body_battery_drained,
  coalesce(b.lowest, d.body_battery_min) AS body_battery_min,
  coalesce(b.highest, d.body_battery_max) AS body_battery_max,
  t.device_id AS training_device_id, t.status AS training_status,
  t.feedback AS training_feedback, t.load_acute, t.load_chronic, t.acute_chronic_ratio,
  g.score AS readiness_score, g.level AS readiness_level,
  coalesce(v.vo2max_precise, v.vo2max) AS vo2max_running,
  p.time_5k_s AS predicted_5k_s, p.time_10k_s AS predicted_10k_s,
  p.time_half_marathon_s AS predicted_half_marathon_s, p.time_marathon_s AS predicted_marathon_s,
  e.score AS endurance_score, i.score AS hill_score, f.fitness_age_years,
  w.weight_kg, w.body_fat_pct,
  coalesce(a.activity_count, 0) AS activity_count, a.activity_distance_km,
  a.activity_duration_min, a.activity_calories_kcal, a.activity_training_load
FROM days AS x
LEFT JOIN daily_summaries AS d ON d.user_id = x.user_id AND d.calendar_date = x.calendar_date
LEFT JOIN resting_heart_rates AS r ON r.user_id = x.user_id AND r.calendar_date = x.calendar_date
LEFT JOIN sleep_nights AS s ON s.user_id = x.user_id AND s.calendar_date = x.calendar_date
LEFT JOIN hrv_nights AS h ON h.user_id = x.user_id AND h.calendar_date = x.calendar_date
LEFT JOIN body_battery_days AS b ON b.user_id = x.user_id AND b.calendar_date = x.calendar_date
LEFT JOIN statuses AS t
  ON t.user_id = x.user_id AND t.calendar_date = x.calendar_date AND t.place = 1
LEFT JOIN readiness AS g
  ON g.user_id = x.user_id AND g.calendar_date = x.calendar_date AND g.place = 1
LEFT JOIN vo2max_days AS v
  ON v.user_id = x.user_id AND v.calendar_date = x.calendar_date AND v.sport = 'running'
LEFT JOIN race_predictions AS p ON p.user_id = x.user_id AND p.calendar_date = x.calendar_date
LEFT JOIN endurance_scores AS e ON e.user_id = x.user_id AND e.calendar_date = x.calendar_date
LEFT JOIN hill_scores AS i ON i.user_id = x.user_id AND i.calendar_date = x.calendar_date
LEFT JOIN fitness_ages AS f ON f.user_id = x.user_id AND f.calendar_date = x.calendar_date
LEFT JOIN weighed AS w ON w.user_id = x.user_id AND w.calendar_date = x.calendar_date
LEFT JOIN trained AS a ON a.user_id = x.user_id AND a.calendar_date = x.calendar_date;
