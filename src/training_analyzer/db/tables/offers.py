"""What goes out of this server: events of runs, backfills, exports, webhooks."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Column, Index, LargeBinary, PrimaryKeyConstraint, Table, text

from training_analyzer.db.tables.columns import (
    big,
    flag,
    instant,
    integer,
    metadata,
    one_of,
    text_,
    truth,
)

# How a run went on, step by step: for who watches it, and kept for a week.
sync_events: Final = Table(
    "sync_events",
    metadata,
    text_("user_id", null=False),
    big("run_id", null=False),
    integer("number", null=False),
    text_("kind", null=False),
    instant("at", null=False),
    # JSON.
    text_("data", null=False),
    PrimaryKeyConstraint("user_id", "run_id", "number"),
    sqlite_strict=True,
)

# Who signs in to Garmin right now, wherever the request came in.
garmin_sign_ins: Final = Table(
    "garmin_sign_ins",
    metadata,
    text_("user_id", null=False),
    text_("login_id", null=False),
    text_("state", null=False),
    text_("error_code"),
    instant("began_at", null=False),
    instant("ended_at"),
    PrimaryKeyConstraint("user_id", "login_id"),
    # `saving`: Garmin has let the person in, and nobody can call it off any more.
    one_of("state", "signing_in", "mfa_required", "saving", "connected", "failed", "abandoned"),
    sqlite_strict=True,
)

# Days that are to be asked for again, or for the first time, beyond what syncs do anyway.
garmin_backfills: Final = Table(
    "garmin_backfills",
    metadata,
    text_("user_id", null=False),
    text_("backfill_id", null=False),
    text_("first_date", null=False),
    text_("last_date", null=False),
    # Names of streams as a JSON list; NULL: all that the configuration wants.
    text_("streams"),
    text_("pace", null=False),
    text_("state", null=False),
    integer("windows_total", null=False),
    instant("created_at", null=False),
    instant("ended_at"),
    PrimaryKeyConstraint("user_id", "backfill_id"),
    one_of("pace", "polite", "normal"),
    one_of("state", "active", "paused", "completed", "cancelled"),
    sqlite_strict=True,
)

exports: Final = Table(
    "exports",
    metadata,
    text_("user_id", null=False),
    text_("export_id", null=False),
    text_("state", null=False),
    text_("format", null=False),
    text_("first_date"),
    text_("last_date"),
    # Names of tables as a JSON list; NULL: all.
    text_("types"),
    flag("include_raw", default=0),
    flag("include_files", default=0),
    instant("created_at", null=False),
    instant("ended_at"),
    instant("expires_at"),
    # Within EXPORT_DIR.
    text_("file_name"),
    big("file_bytes"),
    text_("error_code"),
    # A table is one part; so are the raw answers, and the files.
    integer("parts_done", null=False, default=0),
    integer("parts_total"),
    # Counted when it is taken: with the owner this tells one attempt from another.
    integer("attempts", null=False, default=0),
    text_("owner"),
    instant("lease_until"),
    PrimaryKeyConstraint("user_id", "export_id"),
    one_of("state", "queued", "running", "ready", "failed", "expired"),
    one_of("format", "csv", "parquet", "jsonl"),
    truth("include_raw"),
    truth("include_files"),
    Index("ix_exports_state", "state"),
    # One that is not made yet: more would only wait for it.
    Index(
        "uq_exports_user_id",
        "user_id",
        unique=True,
        sqlite_where=text("state IN ('queued', 'running')"),
        postgresql_where=text("state IN ('queued', 'running')"),
    ),
    sqlite_strict=True,
)

webhooks: Final = Table(
    "webhooks",
    metadata,
    text_("user_id", null=False),
    text_("webhook_id", null=False),
    text_("url", null=False),
    # Types of events as a JSON list.
    text_("events", null=False),
    text_("description"),
    flag("enabled", default=1),
    flag("include_data", default=0),
    # Why we turned it off: `gone` or `failing`.
    text_("disabled_reason"),
    # Until when the former secret signs, too.
    instant("old_secret_until"),
    integer("version", null=False, default=1),
    instant("created_at", null=False),
    instant("updated_at", null=False),
    PrimaryKeyConstraint("user_id", "webhook_id"),
    truth("enabled"),
    truth("include_data"),
    sqlite_strict=True,
)

# One row for each webhook that an event is for, written with the change that it tells.
webhook_deliveries: Final = Table(
    "webhook_deliveries",
    metadata,
    text_("user_id", null=False),
    text_("delivery_id", null=False),
    text_("webhook_id", null=False),
    # The same for every attempt, and for every webhook that hears of the event.
    text_("event_id", null=False),
    text_("event_type", null=False),
    text_("body", null=False),
    text_("state", null=False),
    integer("attempts", null=False, default=0),
    instant("created_at", null=False),
    # NULL once nothing more is tried.
    instant("next_attempt_at"),
    instant("attempted_at"),
    integer("response_status"),
    Column("response_head", LargeBinary),
    integer("duration_ms"),
    text_("error_code"),
    text_("owner"),
    instant("lease_until"),
    PrimaryKeyConstraint("user_id", "delivery_id"),
    one_of("state", "pending", "delivered", "failed"),
    Index(
        "ix_webhook_deliveries_next_attempt_at",
        "next_attempt_at",
        sqlite_where=text("next_attempt_at IS NOT NULL"),
        postgresql_where=text("next_attempt_at IS NOT NULL"),
    ),
    Index("ix_webhook_deliveries_user_id_webhook_id", "user_id", "webhook_id", "created_at"),
    sqlite_strict=True,
)
