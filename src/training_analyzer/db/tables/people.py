"""People: who they are, how they prove it, what their programs may do, what was done."""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    CheckConstraint,
    Column,
    Index,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from training_analyzer.db.tables.columns import (
    big,
    instant,
    integer,
    metadata,
    one_of,
    text_,
)
from training_analyzer.db.types import BIG

users: Final = Table(
    "users",
    metadata,
    Column("user_id", Text, primary_key=True),
    text_("name", null=False),
    text_("password_hash"),
    instant("created_at", null=False),
    Column("role", Text, nullable=False, server_default=text("'user'")),
    instant("disabled_at"),
    text_("display_name"),
    text_("email"),
    # How pages speak to them; NULL: as the browser and the server have it.
    text_("locale"),
    text_("timezone"),
    text_("theme"),
    text_("units"),
    # 0 is Monday.
    integer("first_weekday"),
    one_of("role", "user", "admin"),
    one_of("theme", "light", "dark"),
    one_of("units", "metric", "imperial"),
    CheckConstraint("first_weekday BETWEEN 0 AND 6", name="first_weekday"),
    UniqueConstraint("name"),
    sqlite_strict=True,
)

# Who is signed in. A session's own id is known to the browser alone.
sessions: Final = Table(
    "sessions",
    metadata,
    text_("user_id", null=False),
    # What its owner ends it by; it opens nothing.
    text_("session_id", null=False),
    text_("token_sha256", null=False),
    instant("created_at", null=False),
    instant("seen_at", null=False),
    # When the person last proved who they are.
    instant("authenticated_at", null=False),
    # Coarse, for a person to recognise it by.
    text_("client"),
    text_("network"),
    PrimaryKeyConstraint("user_id", "session_id"),
    UniqueConstraint("token_sha256"),
    sqlite_strict=True,
)

# Links that work once: to sign in, to set the server up, to come in, to choose a password.
one_time_links: Final = Table(
    "one_time_links",
    metadata,
    Column("token_sha256", Text, primary_key=True),
    text_("purpose", null=False),
    # Whom it is for; NULL for somebody who is not here yet.
    text_("user_id"),
    # What an invited person will be.
    text_("role"),
    text_("created_by"),
    instant("created_at", null=False),
    instant("expires_at", null=False),
    one_of("purpose", "sign_in", "set_up", "invitation", "password"),
    one_of("role", "user", "admin"),
    sqlite_strict=True,
)

# Secrets that are not Garmin's and outlive a disconnect: second factors, webhooks' keys.
user_secrets: Final = Table(
    "user_secrets",
    metadata,
    text_("user_id", null=False),
    text_("field", null=False),
    text_("token", null=False),
    text_("encryption_key_id", null=False),
    integer("version", null=False, default=1),
    instant("expires_at"),
    instant("updated_at", null=False),
    PrimaryKeyConstraint("user_id", "field"),
    sqlite_strict=True,
)

# A second factor; its secret is in `user_secrets`.
user_totp: Final = Table(
    "user_totp",
    metadata,
    Column("user_id", Text, primary_key=True),
    instant("created_at", null=False),
    # NULL until the person has shown a first code.
    instant("confirmed_at"),
    # The step of the last code that was taken: none is taken twice.
    big("last_step"),
    sqlite_strict=True,
)

# For who has lost the second factor. A code goes when it is used.
recovery_codes: Final = Table(
    "recovery_codes",
    metadata,
    text_("user_id", null=False),
    text_("code_sha256", null=False),
    PrimaryKeyConstraint("user_id", "code_sha256"),
    sqlite_strict=True,
)

# Who somebody is elsewhere, by OpenID Connect.
user_identities: Final = Table(
    "user_identities",
    metadata,
    text_("user_id", null=False),
    text_("issuer", null=False),
    text_("subject", null=False),
    instant("created_at", null=False),
    PrimaryKeyConstraint("user_id", "issuer", "subject"),
    UniqueConstraint("issuer", "subject"),
    sqlite_strict=True,
)

api_keys: Final = Table(
    "api_keys",
    metadata,
    text_("user_id", null=False),
    text_("key_id", null=False),
    text_("token_sha256", null=False),
    text_("name", null=False),
    # Scopes, with a space between them.
    text_("scopes", null=False),
    instant("created_at", null=False),
    instant("last_used_at"),
    instant("expires_at"),
    PrimaryKeyConstraint("user_id", "key_id"),
    UniqueConstraint("key_id"),
    sqlite_strict=True,
)

# Each use of credentials and each act of an administrator; never with a secret.
audit_log: Final = Table(
    "audit_log",
    metadata,
    Column("id", BIG, primary_key=True, autoincrement=True),
    # Whose matter it is; NULL where it concerns nobody known.
    text_("user_id"),
    # Who did it: a user id, `system`, or NULL for a stranger.
    text_("actor"),
    instant("at", null=False),
    text_("action", null=False),
    text_("result", null=False),
    text_("target"),
    text_("network"),
    text_("request_id"),
    Index("ix_audit_log_user_id_at", "user_id", "at"),
    Index("ix_audit_log_at", "at"),
    sqlite_autoincrement=True,
    sqlite_strict=True,
)

# How often something was tried within a window of time; survives a restart.
attempt_counters: Final = Table(
    "attempt_counters",
    metadata,
    Column("bucket", Text, primary_key=True),
    instant("window_began_at", null=False),
    integer("attempts", null=False, default=0),
    Index("ix_attempt_counters_window_began_at", "window_began_at"),
    sqlite_strict=True,
)

# What was answered to a request that names an Idempotency-Key, for a day.
idempotency_keys: Final = Table(
    "idempotency_keys",
    metadata,
    text_("user_id", null=False),
    text_("route", null=False),
    text_("key", null=False),
    # A keyed hash: passwords pass here.
    text_("body_hmac", null=False),
    instant("created_at", null=False),
    # NULL while the first request still runs.
    integer("status"),
    text_("headers"),
    text_("body"),
    PrimaryKeyConstraint("user_id", "route", "key"),
    Index("ix_idempotency_keys_created_at", "created_at"),
    sqlite_strict=True,
)
