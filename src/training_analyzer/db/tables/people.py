"""People: who they are, how they sign in, what their programs may do, and what was done."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Column, Index, PrimaryKeyConstraint, Table, Text, UniqueConstraint, text

from training_analyzer.db.tables.columns import (
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
    text_("email"),
    text_("display_name"),
    text_("locale"),
    text_("timezone"),
    text_("units"),
    text_("theme"),
    # Sealed like every secret; it counts once a code of it was entered.
    text_("totp_secret"),
    instant("totp_confirmed_at"),
    # The last time step that was used: no code counts twice.
    integer("totp_step"),
    # Hashes of the recovery codes that are left, one a line.
    text_("recovery_codes"),
    # Who an OpenID provider says that it is.
    text_("oidc_issuer"),
    text_("oidc_subject"),
    one_of("role", "user", "admin"),
    UniqueConstraint("name"),
    Index("uq_users_oidc", "oidc_issuer", "oidc_subject", unique=True),
    sqlite_strict=True,
)

# Who is signed in, in which browser. Only a hash of the cookie's value is kept.
user_sessions: Final = Table(
    "user_sessions",
    metadata,
    text_("user_id", null=False),
    text_("session_id", null=False),
    text_("token_sha256", null=False),
    instant("created_at", null=False),
    instant("seen_at", null=False),
    # When the person last proved who they are: what is delicate asks for it anew.
    instant("authenticated_at", null=False),
    instant("expires_at", null=False),
    text_("agent"),
    text_("network"),
    PrimaryKeyConstraint("user_id", "session_id"),
    UniqueConstraint("token_sha256"),
    sqlite_strict=True,
)

# Links that work once: to sign in, to set the server up, to join it, to choose a new password.
one_time_links: Final = Table(
    "one_time_links",
    metadata,
    Column("token_sha256", Text, primary_key=True),
    text_("purpose", null=False),
    text_("user_id"),
    text_("role"),
    text_("made_by"),
    instant("created_at", null=False),
    instant("expires_at", null=False),
    one_of("purpose", "sign_in", "setup", "invitation", "password"),
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
    # Whose matter it is; None where it concerns nobody known.
    text_("user_id"),
    # Who did it: a user id, `system`, or None for a stranger.
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
    # None while the first request still runs.
    integer("status"),
    text_("headers"),
    text_("body"),
    PrimaryKeyConstraint("user_id", "route", "key"),
    sqlite_strict=True,
)
