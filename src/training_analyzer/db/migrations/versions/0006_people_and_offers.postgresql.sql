ALTER TABLE users ADD COLUMN role TEXT DEFAULT 'user' NOT NULL CONSTRAINT ck_users_role CHECK (role IN ('user', 'admin'));

ALTER TABLE users ADD COLUMN disabled_at TIMESTAMP WITH TIME ZONE;

ALTER TABLE users ADD COLUMN display_name TEXT;

ALTER TABLE users ADD COLUMN email TEXT;

ALTER TABLE users ADD COLUMN locale TEXT;

ALTER TABLE users ADD COLUMN timezone TEXT;

ALTER TABLE users ADD COLUMN theme TEXT CONSTRAINT ck_users_theme CHECK (theme IN ('light', 'dark'));

ALTER TABLE users ADD COLUMN units TEXT CONSTRAINT ck_users_units CHECK (units IN ('metric', 'imperial'));

ALTER TABLE users ADD COLUMN first_weekday INTEGER CONSTRAINT ck_users_first_weekday CHECK (first_weekday BETWEEN 0 AND 6);

ALTER TABLE garmin_credentials ADD COLUMN key_expires_on TEXT;

ALTER TABLE garmin_credentials ADD COLUMN failed_validations INTEGER DEFAULT 0 NOT NULL;

ALTER TABLE garmin_credentials ADD COLUMN broke_at TIMESTAMP WITH TIME ZONE;

ALTER TABLE garmin_credentials ADD COLUMN notified_at TIMESTAMP WITH TIME ZONE;

ALTER TABLE garmin_sync_config ADD COLUMN sync_sleep INTEGER DEFAULT 1 NOT NULL CONSTRAINT ck_garmin_sync_config_sync_sleep CHECK (sync_sleep IN (0, 1));

ALTER TABLE garmin_sync_config ADD COLUMN disabled_streams TEXT DEFAULT '[]' NOT NULL;

ALTER TABLE garmin_sync_config ADD COLUMN quiet_from TEXT;

ALTER TABLE garmin_sync_config ADD COLUMN quiet_to TEXT;

ALTER TABLE garmin_sync_config ADD COLUMN version INTEGER DEFAULT 1 NOT NULL;

ALTER TABLE garmin_sync_history ADD COLUMN retry_of BIGINT;

ALTER TABLE garmin_sync_history ADD COLUMN backfill_id TEXT;

ALTER TABLE garmin_sync_history ADD COLUMN config_snapshot TEXT;

ALTER TABLE garmin_pause ADD COLUMN reason TEXT;

ALTER TABLE garmin_pause ADD COLUMN paused_by TEXT;

CREATE TABLE sessions (
    user_id TEXT NOT NULL,
    session_id TEXT NOT NULL,
    token_sha256 TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    seen_at TIMESTAMP WITH TIME ZONE NOT NULL,
    authenticated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    client TEXT,
    network TEXT,
    CONSTRAINT pk_sessions PRIMARY KEY (user_id, session_id),
    CONSTRAINT uq_sessions_token_sha256 UNIQUE (token_sha256)
);

CREATE TABLE one_time_links (
    token_sha256 TEXT NOT NULL,
    purpose TEXT NOT NULL,
    user_id TEXT,
    role TEXT,
    created_by TEXT,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_one_time_links PRIMARY KEY (token_sha256),
    CONSTRAINT ck_one_time_links_purpose CHECK (purpose IN ('sign_in', 'set_up', 'invitation', 'password')),
    CONSTRAINT ck_one_time_links_role CHECK (role IN ('user', 'admin'))
);

CREATE TABLE user_secrets (
    user_id TEXT NOT NULL,
    field TEXT NOT NULL,
    token TEXT NOT NULL,
    encryption_key_id TEXT NOT NULL,
    version INTEGER DEFAULT 1 NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_user_secrets PRIMARY KEY (user_id, field)
);

CREATE TABLE user_totp (
    user_id TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    confirmed_at TIMESTAMP WITH TIME ZONE,
    last_step BIGINT,
    CONSTRAINT pk_user_totp PRIMARY KEY (user_id)
);

CREATE TABLE recovery_codes (
    user_id TEXT NOT NULL,
    code_sha256 TEXT NOT NULL,
    CONSTRAINT pk_recovery_codes PRIMARY KEY (user_id, code_sha256)
);

CREATE TABLE user_identities (
    user_id TEXT NOT NULL,
    issuer TEXT NOT NULL,
    subject TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_user_identities PRIMARY KEY (user_id, issuer, subject),
    CONSTRAINT uq_user_identities_issuer_subject UNIQUE (issuer, subject)
);

CREATE TABLE api_keys (
    user_id TEXT NOT NULL,
    key_id TEXT NOT NULL,
    token_sha256 TEXT NOT NULL,
    name TEXT NOT NULL,
    scopes TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    last_used_at TIMESTAMP WITH TIME ZONE,
    expires_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_api_keys PRIMARY KEY (user_id, key_id),
    CONSTRAINT uq_api_keys_key_id UNIQUE (key_id)
);

CREATE TABLE audit_log (
    id BIGSERIAL NOT NULL,
    user_id TEXT,
    actor TEXT,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    action TEXT NOT NULL,
    result TEXT NOT NULL,
    target TEXT,
    network TEXT,
    request_id TEXT,
    CONSTRAINT pk_audit_log PRIMARY KEY (id)
);

CREATE INDEX ix_audit_log_at ON audit_log (at);

CREATE INDEX ix_audit_log_user_id_at ON audit_log (user_id, at);

CREATE TABLE attempt_counters (
    bucket TEXT NOT NULL,
    window_began_at TIMESTAMP WITH TIME ZONE NOT NULL,
    attempts INTEGER DEFAULT 0 NOT NULL,
    CONSTRAINT pk_attempt_counters PRIMARY KEY (bucket)
);

CREATE INDEX ix_attempt_counters_window_began_at ON attempt_counters (window_began_at);

CREATE TABLE idempotency_keys (
    user_id TEXT NOT NULL,
    route TEXT NOT NULL,
    key TEXT NOT NULL,
    body_hmac TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    status INTEGER,
    headers TEXT,
    body TEXT,
    CONSTRAINT pk_idempotency_keys PRIMARY KEY (user_id, route, key)
);

CREATE INDEX ix_idempotency_keys_created_at ON idempotency_keys (created_at);

CREATE TABLE sync_events (
    user_id TEXT NOT NULL,
    run_id BIGINT NOT NULL,
    number INTEGER NOT NULL,
    kind TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    data TEXT NOT NULL,
    CONSTRAINT pk_sync_events PRIMARY KEY (user_id, run_id, number)
);

CREATE TABLE garmin_claims (
    user_id TEXT NOT NULL,
    garmin_user_id TEXT NOT NULL,
    region TEXT NOT NULL,
    CONSTRAINT pk_garmin_claims PRIMARY KEY (user_id),
    CONSTRAINT ck_garmin_claims_region CHECK (region IN ('com', 'cn')),
    CONSTRAINT uq_garmin_claims_garmin_user_id_region UNIQUE (garmin_user_id, region)
);

CREATE TABLE garmin_sign_ins (
    user_id TEXT NOT NULL,
    login_id TEXT NOT NULL,
    state TEXT NOT NULL,
    error_code TEXT,
    began_at TIMESTAMP WITH TIME ZONE NOT NULL,
    ended_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_garmin_sign_ins PRIMARY KEY (user_id, login_id),
    CONSTRAINT ck_garmin_sign_ins_state CHECK (state IN ('signing_in', 'mfa_required', 'saving', 'connected', 'failed', 'abandoned'))
);

CREATE TABLE garmin_backfills (
    user_id TEXT NOT NULL,
    backfill_id TEXT NOT NULL,
    first_date TEXT NOT NULL,
    last_date TEXT NOT NULL,
    streams TEXT,
    pace TEXT NOT NULL,
    state TEXT NOT NULL,
    windows_total INTEGER NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    ended_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_garmin_backfills PRIMARY KEY (user_id, backfill_id),
    CONSTRAINT ck_garmin_backfills_pace CHECK (pace IN ('polite', 'normal')),
    CONSTRAINT ck_garmin_backfills_state CHECK (state IN ('active', 'paused', 'completed', 'cancelled'))
);

CREATE TABLE exports (
    user_id TEXT NOT NULL,
    export_id TEXT NOT NULL,
    state TEXT NOT NULL,
    format TEXT NOT NULL,
    first_date TEXT,
    last_date TEXT,
    types TEXT,
    include_raw INTEGER DEFAULT 0 NOT NULL,
    include_files INTEGER DEFAULT 0 NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    ended_at TIMESTAMP WITH TIME ZONE,
    expires_at TIMESTAMP WITH TIME ZONE,
    file_name TEXT,
    file_bytes BIGINT,
    error_code TEXT,
    parts_done INTEGER DEFAULT 0 NOT NULL,
    parts_total INTEGER,
    attempts INTEGER DEFAULT 0 NOT NULL,
    owner TEXT,
    lease_until TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_exports PRIMARY KEY (user_id, export_id),
    CONSTRAINT ck_exports_state CHECK (state IN ('queued', 'running', 'ready', 'failed', 'expired')),
    CONSTRAINT ck_exports_format CHECK (format IN ('csv', 'parquet', 'jsonl')),
    CONSTRAINT ck_exports_include_raw CHECK (include_raw IN (0, 1)),
    CONSTRAINT ck_exports_include_files CHECK (include_files IN (0, 1))
);

CREATE INDEX ix_exports_state ON exports (state);

CREATE UNIQUE INDEX uq_exports_user_id ON exports (user_id) WHERE state IN ('queued', 'running');

CREATE TABLE webhooks (
    user_id TEXT NOT NULL,
    webhook_id TEXT NOT NULL,
    url TEXT NOT NULL,
    events TEXT NOT NULL,
    description TEXT,
    enabled INTEGER DEFAULT 1 NOT NULL,
    include_data INTEGER DEFAULT 0 NOT NULL,
    disabled_reason TEXT,
    old_secret_until TIMESTAMP WITH TIME ZONE,
    version INTEGER DEFAULT 1 NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_webhooks PRIMARY KEY (user_id, webhook_id),
    CONSTRAINT ck_webhooks_enabled CHECK (enabled IN (0, 1)),
    CONSTRAINT ck_webhooks_include_data CHECK (include_data IN (0, 1))
);

CREATE TABLE webhook_deliveries (
    user_id TEXT NOT NULL,
    delivery_id TEXT NOT NULL,
    webhook_id TEXT NOT NULL,
    event_id TEXT NOT NULL,
    event_type TEXT NOT NULL,
    body TEXT NOT NULL,
    state TEXT NOT NULL,
    attempts INTEGER DEFAULT 0 NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    next_attempt_at TIMESTAMP WITH TIME ZONE,
    attempted_at TIMESTAMP WITH TIME ZONE,
    response_status INTEGER,
    response_head BYTEA,
    duration_ms INTEGER,
    error_code TEXT,
    owner TEXT,
    lease_until TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_webhook_deliveries PRIMARY KEY (user_id, delivery_id),
    CONSTRAINT ck_webhook_deliveries_state CHECK (state IN ('pending', 'delivered', 'failed'))
);

CREATE INDEX ix_webhook_deliveries_next_attempt_at ON webhook_deliveries (next_attempt_at) WHERE next_attempt_at IS NOT NULL;

CREATE INDEX ix_webhook_deliveries_user_id_webhook_id ON webhook_deliveries (user_id, webhook_id, created_at);

INSERT INTO garmin_claims (user_id, garmin_user_id, region)
SELECT user_id, garmin_user_id, region FROM garmin_credentials
WHERE garmin_user_id IS NOT NULL ORDER BY created_at, user_id
ON CONFLICT DO NOTHING;

UPDATE users SET role = 'admin' WHERE user_id IN (SELECT user_id FROM users ORDER BY created_at, user_id LIMIT 1);
