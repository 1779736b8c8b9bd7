ALTER TABLE users ADD COLUMN role TEXT DEFAULT 'user' NOT NULL CONSTRAINT ck_users_role CHECK (role IN ('user', 'admin'));

ALTER TABLE users ADD COLUMN disabled_at TIMESTAMP WITH TIME ZONE;

ALTER TABLE users ADD COLUMN email TEXT;

ALTER TABLE users ADD COLUMN display_name TEXT;

ALTER TABLE users ADD COLUMN locale TEXT;

ALTER TABLE users ADD COLUMN timezone TEXT;

ALTER TABLE users ADD COLUMN units TEXT;

ALTER TABLE users ADD COLUMN theme TEXT;

ALTER TABLE users ADD COLUMN totp_secret TEXT;

ALTER TABLE users ADD COLUMN totp_confirmed_at TIMESTAMP WITH TIME ZONE;

ALTER TABLE users ADD COLUMN totp_step INTEGER;

ALTER TABLE users ADD COLUMN recovery_codes TEXT;

ALTER TABLE users ADD COLUMN oidc_issuer TEXT;

ALTER TABLE users ADD COLUMN oidc_subject TEXT;

ALTER TABLE garmin_sync_config ADD COLUMN version INTEGER DEFAULT 1 NOT NULL;

ALTER TABLE garmin_sync_history ADD COLUMN retry_of BIGINT;

ALTER TABLE garmin_sync_history ADD COLUMN backfill_id TEXT;

ALTER TABLE garmin_sync_history ADD COLUMN cancel_requested INTEGER DEFAULT 0 NOT NULL CONSTRAINT ck_garmin_sync_history_cancel_requested CHECK (cancel_requested IN (0, 1));

ALTER TABLE garmin_sync_history ADD COLUMN config_snapshot TEXT;

CREATE UNIQUE INDEX uq_users_oidc ON users (oidc_issuer, oidc_subject);

CREATE TABLE user_sessions (
    user_id TEXT NOT NULL,
    session_id TEXT NOT NULL,
    token_sha256 TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    seen_at TIMESTAMP WITH TIME ZONE NOT NULL,
    authenticated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    agent TEXT,
    network TEXT,
    CONSTRAINT pk_user_sessions PRIMARY KEY (user_id, session_id),
    CONSTRAINT uq_user_sessions_token_sha256 UNIQUE (token_sha256)
);

CREATE TABLE one_time_links (
    token_sha256 TEXT NOT NULL,
    purpose TEXT NOT NULL,
    user_id TEXT,
    role TEXT,
    made_by TEXT,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_one_time_links PRIMARY KEY (token_sha256),
    CONSTRAINT ck_one_time_links_purpose CHECK (purpose IN ('sign_in', 'setup', 'invitation', 'password'))
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

CREATE TABLE sync_events (
    user_id TEXT NOT NULL,
    sync_id BIGINT NOT NULL,
    number INTEGER NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    kind TEXT NOT NULL,
    body TEXT NOT NULL,
    CONSTRAINT pk_sync_events PRIMARY KEY (user_id, sync_id, number)
);

CREATE INDEX ix_sync_events_at ON sync_events (at);

CREATE TABLE backfills (
    user_id TEXT NOT NULL,
    backfill_id TEXT NOT NULL,
    first_date TEXT NOT NULL,
    last_date TEXT NOT NULL,
    streams TEXT,
    pace TEXT NOT NULL,
    state TEXT NOT NULL,
    windows_total INTEGER DEFAULT 0 NOT NULL,
    windows_done INTEGER DEFAULT 0 NOT NULL,
    windows_failed INTEGER DEFAULT 0 NOT NULL,
    sync_id BIGINT,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_backfills PRIMARY KEY (user_id, backfill_id),
    CONSTRAINT ck_backfills_pace CHECK (pace IN ('polite', 'normal')),
    CONSTRAINT ck_backfills_state CHECK (state IN ('queued', 'running', 'paused', 'completed', 'partial', 'cancelled'))
);

CREATE TABLE export_jobs (
    user_id TEXT NOT NULL,
    export_id TEXT NOT NULL,
    format TEXT NOT NULL,
    request TEXT NOT NULL,
    state TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    ready_at TIMESTAMP WITH TIME ZONE,
    expires_at TIMESTAMP WITH TIME ZONE,
    file_name TEXT,
    size_bytes BIGINT,
    error_code TEXT,
    CONSTRAINT pk_export_jobs PRIMARY KEY (user_id, export_id),
    CONSTRAINT ck_export_jobs_format CHECK (format IN ('csv', 'parquet', 'jsonl')),
    CONSTRAINT ck_export_jobs_state CHECK (state IN ('queued', 'running', 'ready', 'failed', 'expired'))
);

CREATE TABLE webhooks (
    user_id TEXT NOT NULL,
    webhook_id TEXT NOT NULL,
    url TEXT NOT NULL,
    events TEXT NOT NULL,
    description TEXT,
    secret TEXT NOT NULL,
    older_secret TEXT,
    older_secret_until TIMESTAMP WITH TIME ZONE,
    enabled INTEGER DEFAULT 1 NOT NULL,
    include_data INTEGER DEFAULT 0 NOT NULL,
    disabled_because TEXT,
    version INTEGER DEFAULT 1 NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_webhooks PRIMARY KEY (user_id, webhook_id),
    CONSTRAINT ck_webhooks_enabled CHECK (enabled IN (0, 1)),
    CONSTRAINT ck_webhooks_include_data CHECK (include_data IN (0, 1))
);

CREATE TABLE webhook_events (
    id BIGSERIAL NOT NULL,
    user_id TEXT NOT NULL,
    event_id TEXT NOT NULL,
    type TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    body TEXT NOT NULL,
    spread_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_webhook_events PRIMARY KEY (id),
    CONSTRAINT uq_webhook_events_event_id UNIQUE (event_id)
);

CREATE INDEX ix_webhook_events_spread_at ON webhook_events (spread_at);

CREATE TABLE webhook_deliveries (
    user_id TEXT NOT NULL,
    delivery_id TEXT NOT NULL,
    webhook_id TEXT NOT NULL,
    event_id TEXT NOT NULL,
    type TEXT NOT NULL,
    body TEXT NOT NULL,
    attempts INTEGER DEFAULT 0 NOT NULL,
    next_attempt_at TIMESTAMP WITH TIME ZONE,
    last_attempt_at TIMESTAMP WITH TIME ZONE,
    response_status INTEGER,
    duration_ms INTEGER,
    response_start TEXT,
    error_code TEXT,
    state TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_webhook_deliveries PRIMARY KEY (user_id, delivery_id),
    CONSTRAINT ck_webhook_deliveries_state CHECK (state IN ('pending', 'delivered', 'failed'))
);

CREATE INDEX ix_webhook_deliveries_next_attempt_at ON webhook_deliveries (next_attempt_at);

UPDATE users SET role = 'admin' WHERE user_id IN (SELECT user_id FROM users ORDER BY created_at, user_id LIMIT 1);
