ALTER TABLE garmin_credentials ADD COLUMN uses_mfa INTEGER DEFAULT 0 NOT NULL CONSTRAINT ck_garmin_credentials_uses_mfa CHECK (uses_mfa IN (0, 1));

CREATE TABLE garmin_identities (
    user_id TEXT NOT NULL,
    garmin_user_id TEXT NOT NULL,
    region TEXT NOT NULL,
    CONSTRAINT pk_garmin_identities PRIMARY KEY (user_id),
    CONSTRAINT ck_garmin_identities_region CHECK (region IN ('com', 'cn'))
)
 STRICT;

CREATE TABLE garmin_logins (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    account TEXT NOT NULL,
    server TEXT NOT NULL,
    at TEXT NOT NULL,
    ended TEXT NOT NULL,
    CONSTRAINT ck_garmin_logins_ended CHECK (ended IN ('entered', 'asked_for_code', 'rejected', 'blocked', 'unknown'))
)
 STRICT;

CREATE INDEX ix_garmin_logins_at ON garmin_logins (at);
