ALTER TABLE garmin_sync_config ADD COLUMN sync_weekday INTEGER DEFAULT 0 NOT NULL CONSTRAINT ck_garmin_sync_config_sync_weekday CHECK (sync_weekday BETWEEN 0 AND 6);

ALTER TABLE garmin_sync_config ADD COLUMN timezone TEXT DEFAULT 'UTC' NOT NULL;

ALTER TABLE garmin_schedule ADD COLUMN crashes INTEGER DEFAULT 0 NOT NULL;

ALTER TABLE garmin_schedule ADD COLUMN parked_at TIMESTAMP WITH TIME ZONE;

ALTER TABLE garmin_schedule ADD COLUMN paused_at TIMESTAMP WITH TIME ZONE;

CREATE TABLE garmin_pause (
    id INTEGER NOT NULL,
    paused_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_garmin_pause PRIMARY KEY (id),
    CONSTRAINT ck_garmin_pause_id CHECK (id = 1)
);

CREATE TABLE garmin_breakers (
    api TEXT NOT NULL,
    region TEXT NOT NULL,
    failures INTEGER DEFAULT 0 NOT NULL,
    openings INTEGER DEFAULT 0 NOT NULL,
    open_until TIMESTAMP WITH TIME ZONE,
    probing_until TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_garmin_breakers PRIMARY KEY (api, region)
);

ALTER TABLE activities ADD COLUMN file_sha256 TEXT;

ALTER TABLE activities ADD COLUMN splits_version TEXT;

ALTER TABLE activities ADD COLUMN splits_tries INTEGER;

ALTER TABLE activity_laps ADD COLUMN source TEXT;

ALTER TABLE garmin_reparses ADD COLUMN position BIGINT;

CREATE INDEX ix_garmin_sync_history_user_id_status_started_at ON garmin_sync_history (user_id, status, started_at, id);

ALTER TABLE garmin_sync_history ADD COLUMN cancel_requested INTEGER DEFAULT 0 NOT NULL CONSTRAINT ck_garmin_sync_history_cancel_requested CHECK (cancel_requested IN (0, 1));
