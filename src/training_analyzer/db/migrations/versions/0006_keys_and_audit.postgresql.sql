ALTER TABLE users ADD COLUMN role TEXT DEFAULT 'user' NOT NULL CONSTRAINT ck_users_role CHECK (role IN ('user', 'admin'));

ALTER TABLE users ADD COLUMN disabled_at TIMESTAMP WITH TIME ZONE;

ALTER TABLE garmin_sync_history ADD COLUMN cancel_requested INTEGER DEFAULT 0 NOT NULL CONSTRAINT ck_garmin_sync_history_cancel_requested CHECK (cancel_requested IN (0, 1));

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

UPDATE users SET role = 'admin' WHERE user_id IN (SELECT user_id FROM users ORDER BY created_at, user_id LIMIT 1);
