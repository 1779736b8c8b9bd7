ALTER TABLE users ADD COLUMN role TEXT DEFAULT 'user' NOT NULL CONSTRAINT ck_users_role CHECK (role IN ('user', 'admin'));

ALTER TABLE users ADD COLUMN disabled_at TEXT;

ALTER TABLE users ADD COLUMN email TEXT;

ALTER TABLE users ADD COLUMN display_name TEXT;

ALTER TABLE users ADD COLUMN locale TEXT;

ALTER TABLE users ADD COLUMN timezone TEXT;

ALTER TABLE users ADD COLUMN units TEXT;

ALTER TABLE users ADD COLUMN theme TEXT;

ALTER TABLE users ADD COLUMN totp_secret TEXT;

ALTER TABLE users ADD COLUMN totp_confirmed_at TEXT;

ALTER TABLE users ADD COLUMN totp_step INTEGER;

ALTER TABLE users ADD COLUMN recovery_codes TEXT;

ALTER TABLE users ADD COLUMN oidc_issuer TEXT;

ALTER TABLE users ADD COLUMN oidc_subject TEXT;

ALTER TABLE garmin_sync_config ADD COLUMN version INTEGER DEFAULT 1 NOT NULL;

ALTER TABLE garmin_sync_history ADD COLUMN retry_of INTEGER;

ALTER TABLE garmin_sync_history ADD COLUMN backfill_id TEXT;

ALTER TABLE garmin_sync_history ADD COLUMN cancel_requested INTEGER DEFAULT 0 NOT NULL CONSTRAINT ck_garmin_sync_history_cancel_requested CHECK (cancel_requested IN (0, 1));

ALTER TABLE garmin_sync_history ADD COLUMN config_snapshot TEXT;

CREATE UNIQUE INDEX uq_users_oidc ON users (oidc_issuer, oidc_subject);

CREATE TABLE user_sessions (
    user_id TEXT NOT NULL,
    session_id TEXT NOT NULL,
    token_sha256 TEXT NOT NULL,
    created_at TEXT NOT NULL,
    seen_at TEXT NOT NULL,
    authenticated_at TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    agent TEXT,
    network TEXT,
    CONSTRAINT pk_user_sessions PRIMARY KEY (user_id, session_id),
    CONSTRAINT uq_user_sessions_token_sha256 UNIQUE (token_sha256)
)
 STRICT;

CREATE TABLE one_time_links (
    token_sha256 TEXT NOT NULL,
    purpose TEXT NOT NULL,
    user_id TEXT,
    role TEXT,
    made_by TEXT,
    created_at TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    CONSTRAINT pk_one_time_links PRIMARY KEY (token_sha256),
    CONSTRAINT ck_one_time_links_purpose CHECK (purpose IN ('sign_in', 'setup', 'invitation', 'password'))
)
 STRICT;

CREATE TABLE api_keys (
    user_id TEXT NOT NULL,
    key_id TEXT NOT NULL,
    token_sha256 TEXT NOT NULL,
    name TEXT NOT NULL,
    scopes TEXT NOT NULL,
    created_at TEXT NOT NULL,
    last_used_at TEXT,
    expires_at TEXT,
    CONSTRAINT pk_api_keys PRIMARY KEY (user_id, key_id),
    CONSTRAINT uq_api_keys_key_id UNIQUE (key_id)
)
 STRICT;

CREATE TABLE audit_log (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    user_id TEXT,
    actor TEXT,
    at TEXT NOT NULL,
    action TEXT NOT NULL,
    result TEXT NOT NULL,
    target TEXT,
    network TEXT,
    request_id TEXT
)
 STRICT;

CREATE INDEX ix_audit_log_at ON audit_log (at);

CREATE INDEX ix_audit_log_user_id_at ON audit_log (user_id, at);

CREATE TABLE attempt_counters (
    bucket TEXT NOT NULL,
    window_began_at TEXT NOT NULL,
    attempts INTEGER DEFAULT 0 NOT NULL,
    CONSTRAINT pk_attempt_counters PRIMARY KEY (bucket)
)
 STRICT;

CREATE TABLE idempotency_keys (
    user_id TEXT NOT NULL,
    route TEXT NOT NULL,
    "key" TEXT NOT NULL,
    body_hmac TEXT NOT NULL,
    created_at TEXT NOT NULL,
    status INTEGER,
    headers TEXT,
    body TEXT,
    CONSTRAINT pk_idempotency_keys PRIMARY KEY (user_id, route, "key")
)
 STRICT;

CREATE TABLE sync_events (
    user_id TEXT NOT NULL,
    sync_id INTEGER NOT NULL,
    number INTEGER NOT NULL,
    at TEXT NOT NULL,
    kind TEXT NOT NULL,
    body TEXT NOT NULL,
    CONSTRAINT pk_sync_events PRIMARY KEY (user_id, sync_id, number)
)
 STRICT;

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
    sync_id INTEGER,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    CONSTRAINT pk_backfills PRIMARY KEY (user_id, backfill_id),
    CONSTRAINT ck_backfills_pace CHECK (pace IN ('polite', 'normal')),
    CONSTRAINT ck_backfills_state CHECK (state IN ('queued', 'running', 'paused', 'completed', 'partial', 'cancelled'))
)
 STRICT;

CREATE TABLE export_jobs (
    user_id TEXT NOT NULL,
    export_id TEXT NOT NULL,
    format TEXT NOT NULL,
    request TEXT NOT NULL,
    state TEXT NOT NULL,
    created_at TEXT NOT NULL,
    ready_at TEXT,
    expires_at TEXT,
    file_name TEXT,
    size_bytes INTEGER,
    error_code TEXT,
    CONSTRAINT pk_export_jobs PRIMARY KEY (user_id, export_id),
    CONSTRAINT ck_export_jobs_format CHECK (format IN ('csv', 'parquet', 'jsonl')),
    CONSTRAINT ck_export_jobs_state CHECK (state IN ('queued', 'running', 'ready', 'failed', 'expired'))
)
 STRICT;

CREATE TABLE webhooks (
    user_id TEXT NOT NULL,
    webhook_id TEXT NOT NULL,
    url TEXT NOT NULL,
    events TEXT NOT NULL,
    description TEXT,
    secret TEXT NOT NULL,
    older_secret TEXT,
    older_secret_until TEXT,
    enabled INTEGER DEFAULT 1 NOT NULL,
    include_data INTEGER DEFAULT 0 NOT NULL,
    disabled_because TEXT,
    version INTEGER DEFAULT 1 NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    CONSTRAINT pk_webhooks PRIMARY KEY (user_id, webhook_id),
    CONSTRAINT ck_webhooks_enabled CHECK (enabled IN (0, 1)),
    CONSTRAINT ck_webhooks_include_data CHECK (include_data IN (0, 1))
)
 STRICT;

CREATE TABLE webhook_events (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    user_id TEXT NOT NULL,
    event_id TEXT NOT NULL,
    type TEXT NOT NULL,
    at TEXT NOT NULL,
    body TEXT NOT NULL,
    spread_at TEXT,
    CONSTRAINT uq_webhook_events_event_id UNIQUE (event_id)
)
 STRICT;

CREATE INDEX ix_webhook_events_spread_at ON webhook_events (spread_at);

CREATE TABLE webhook_deliveries (
    user_id TEXT NOT NULL,
    delivery_id TEXT NOT NULL,
    webhook_id TEXT NOT NULL,
    event_id TEXT NOT NULL,
    type TEXT NOT NULL,
    body TEXT NOT NULL,
    attempts INTEGER DEFAULT 0 NOT NULL,
    next_attempt_at TEXT,
    last_attempt_at TEXT,
    response_status INTEGER,
    duration_ms INTEGER,
    response_start TEXT,
    error_code TEXT,
    state TEXT NOT NULL,
    created_at TEXT NOT NULL,
    CONSTRAINT pk_webhook_deliveries PRIMARY KEY (user_id, delivery_id),
    CONSTRAINT ck_webhook_deliveries_state CHECK (state IN ('pending', 'delivered', 'failed'))
)
 STRICT;

CREATE INDEX ix_webhook_deliveries_next_attempt_at ON webhook_deliveries (next_attempt_at);

UPDATE users SET role = 'admin' WHERE user_id IN (SELECT user_id FROM users ORDER BY created_at, user_id LIMIT 1);
