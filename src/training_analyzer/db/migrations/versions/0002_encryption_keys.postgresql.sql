CREATE TABLE encryption_keys (
    key_id TEXT NOT NULL,
    kcv TEXT NOT NULL,
    status TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_encryption_keys PRIMARY KEY (key_id),
    CONSTRAINT ck_encryption_keys_status CHECK (status IN ('primary', 'previous', 'retired'))
);
