ALTER TABLE garmin_logins ADD COLUMN cause TEXT CONSTRAINT ck_garmin_logins_cause CHECK (cause IN ('rate_limited', 'captcha', 'forbidden'));
