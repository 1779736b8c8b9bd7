"""What the server offers beside syncing: live events, backfills, exports, webhooks."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Column, Index, PrimaryKeyConstraint, Table, UniqueConstraint

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
from training_analyzer.db.types import BIG

# What happened in a run, to follow it live and after a reconnect; kept for a week.
sync_events: Final = Table(
    "sync_events",
    metadata,
    text_("user_id", null=False),
    big("sync_id", null=False),
    integer("number", null=False),
    instant("at", null=False),
    text_("kind", null=False),
    text_("body", null=False),
    PrimaryKeyConstraint("user_id", "sync_id", "number"),
    Index("ix_sync_events_at", "at"),
    sqlite_strict=True,
)

backfills: Final = Table(
    "backfills",
    metadata,
    text_("user_id", null=False),
    text_("backfill_id", null=False),
    text_("first_date", null=False),
    text_("last_date", null=False),
    # Names of streams with a space between them; None for all.
    text_("streams"),
    text_("pace", null=False),
    text_("state", null=False),
    integer("windows_total", null=False, default=0),
    integer("windows_done", null=False, default=0),
    integer("windows_failed", null=False, default=0),
    big("sync_id"),
    instant("created_at", null=False),
    instant("updated_at", null=False),
    PrimaryKeyConstraint("user_id", "backfill_id"),
    one_of("pace", "polite", "normal"),
    one_of("state", "queued", "running", "paused", "completed", "partial", "cancelled"),
    sqlite_strict=True,
)

export_jobs: Final = Table(
    "export_jobs",
    metadata,
    text_("user_id", null=False),
    text_("export_id", null=False),
    text_("format", null=False),
    text_("request", null=False),
    text_("state", null=False),
    instant("created_at", null=False),
    instant("ready_at"),
    instant("expires_at"),
    text_("file_name"),
    big("size_bytes"),
    text_("error_code"),
    PrimaryKeyConstraint("user_id", "export_id"),
    one_of("format", "csv", "parquet", "jsonl"),
    one_of("state", "queued", "running", "ready", "failed", "expired"),
    sqlite_strict=True,
)

webhooks: Final = Table(
    "webhooks",
    metadata,
    text_("user_id", null=False),
    text_("webhook_id", null=False),
    text_("url", null=False),
    # Names of events with a space between them.
    text_("events", null=False),
    text_("description"),
    # Sealed like every secret; the older one signs beside the new for a day.
    text_("secret", null=False),
    text_("older_secret"),
    instant("older_secret_until"),
    flag("enabled", default=1),
    flag("include_data", default=0),
    text_("disabled_because"),
    integer("version", null=False, default=1),
    instant("created_at", null=False),
    instant("updated_at", null=False),
    PrimaryKeyConstraint("user_id", "webhook_id"),
    truth("enabled"),
    truth("include_data"),
    sqlite_strict=True,
)

# The outbox: written with the change that it tells of.
webhook_events: Final = Table(
    "webhook_events",
    metadata,
    Column("id", BIG, primary_key=True, autoincrement=True),
    text_("user_id", null=False),
    text_("event_id", null=False),
    text_("type", null=False),
    instant("at", null=False),
    text_("body", null=False),
    # None until deliveries were made of it, one for each webhook that wants it.
    instant("spread_at"),
    UniqueConstraint("event_id"),
    Index("ix_webhook_events_spread_at", "spread_at"),
    sqlite_autoincrement=True,
    sqlite_strict=True,
)

webhook_deliveries: Final = Table(
    "webhook_deliveries",
    metadata,
    text_("user_id", null=False),
    text_("delivery_id", null=False),
    text_("webhook_id", null=False),
    text_("event_id", null=False),
    text_("type", null=False),
    text_("body", null=False),
    integer("attempts", null=False, default=0),
    instant("next_attempt_at"),
    instant("last_attempt_at"),
    integer("response_status"),
    integer("duration_ms"),
    text_("response_start"),
    text_("error_code"),
    text_("state", null=False),
    instant("created_at", null=False),
    PrimaryKeyConstraint("user_id", "delivery_id"),
    one_of("state", "pending", "delivered", "failed"),
    Index("ix_webhook_deliveries_next_attempt_at", "next_attempt_at"),
    sqlite_strict=True,
)
