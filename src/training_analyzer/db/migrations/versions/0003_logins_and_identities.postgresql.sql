ALTER TABLE garmin_credentials ADD COLUMN uses_mfa INTEGER DEFAULT 0 NOT NULL CONSTRAINT ck_garmin_credentials_uses_mfa CHECK (uses_mfa IN (0, 1));

CREATE TABLE garmin_identities (
    user_id TEXT NOT NULL,
    garmin_user_id TEXT NOT NULL,
    region TEXT NOT NULL,
    CONSTRAINT pk_garmin_identities PRIMARY KEY (user_id),
    CONSTRAINT ck_garmin_identities_region CHECK (region IN ('com', 'cn'))
);

CREATE TABLE garmin_logins (
    id BIGSERIAL NOT NULL,
    account TEXT NOT NULL,
    server TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    ended TEXT NOT NULL,
    CONSTRAINT pk_garmin_logins PRIMARY KEY (id),
    CONSTRAINT ck_garmin_logins_ended CHECK (ended IN ('entered', 'asked_for_code', 'rejected', 'blocked', 'unknown'))
);

CREATE INDEX ix_garmin_logins_at ON garmin_logins (at);
