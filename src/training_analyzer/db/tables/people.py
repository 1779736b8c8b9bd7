"""People: who they are, what their programs may do, and what was done."""

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
    one_of("role", "user", "admin"),
    UniqueConstraint("name"),
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
