"""Connections, schedule and history: the document's tables and the ledger's."""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    CheckConstraint,
    Column,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    text,
)

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

garmin_credentials: Final = Table(
    "garmin_credentials",
    metadata,
    Column("user_id", Text, primary_key=True),
    text_("encrypted_email"),
    text_("encrypted_password"),
    text_("encryption_key_id", null=False),
    text_("garmin_user_id"),
    text_("garmin_display_name"),
    flag("is_valid", default=1),
    instant("last_validation_at"),
    text_("validation_error"),
    Column("kind", Text, nullable=False, server_default=text("'password'")),
    Column("region", Text, nullable=False, server_default=text("'com'")),
    text_("error_code"),
    instant("last_password_login_at"),
    instant("created_at", null=False),
    instant("updated_at", null=False),
    flag("uses_mfa", default=0),
    # The day on which a Personal API key ends, as the person said it.
    text_("key_expires_on"),
    # Syncs and tests in a row that Garmin refused.
    integer("failed_validations", null=False, default=0),
    # When it last ceased to work, and when its owner was last written to about that.
    instant("broke_at"),
    instant("notified_at"),
    truth("is_valid"),
    truth("uses_mfa"),
    one_of("kind", "password", "token", "personal-key"),
    one_of("region", "com", "cn"),
    sqlite_strict=True,
)

garmin_secrets: Final = Table(
    "garmin_secrets",
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

# Whose data a user's data is. It outlives a disconnect that keeps the data.
garmin_identities: Final = Table(
    "garmin_identities",
    metadata,
    Column("user_id", Text, primary_key=True),
    text_("garmin_user_id", null=False),
    text_("region", null=False),
    one_of("region", "com", "cn"),
    sqlite_strict=True,
)

# Who has a Garmin account connected here: one user at most. It goes with the connection.
garmin_claims: Final = Table(
    "garmin_claims",
    metadata,
    Column("user_id", Text, primary_key=True),
    text_("garmin_user_id", null=False),
    text_("region", null=False),
    one_of("region", "com", "cn"),
    UniqueConstraint("garmin_user_id", "region"),
    sqlite_strict=True,
)

# Password logins that went to Garmin; `account` is a keyed fingerprint.
garmin_logins: Final = Table(
    "garmin_logins",
    metadata,
    Column("id", BIG, primary_key=True, autoincrement=True),
    text_("account", null=False),
    text_("server", null=False),
    instant("at", null=False),
    text_("ended", null=False),
    # Of a blocked one, where Garmin let it be seen.
    text_("cause"),
    one_of("ended", "entered", "asked_for_code", "rejected", "blocked", "unknown"),
    one_of("cause", "rate_limited", "captcha", "forbidden"),
    Index("ix_garmin_logins_at", "at"),
    sqlite_autoincrement=True,
    sqlite_strict=True,
)

garmin_sync_config: Final = Table(
    "garmin_sync_config",
    metadata,
    Column("user_id", Text, primary_key=True),
    flag("auto_sync_enabled", default=1),
    Column("sync_frequency", Text, nullable=False, server_default=text("'daily'")),
    Column("sync_time", Text, nullable=False, server_default=text("'06:00'")),
    flag("sync_activities", default=1),
    flag("sync_wellness", default=1),
    flag("sync_fitness_metrics", default=1),
    integer("initial_sync_days", null=False, default=365),
    integer("incremental_sync_days", null=False, default=7),
    integer("min_sync_interval_minutes", null=False, default=60),
    instant("updated_at", null=False),
    integer("sync_weekday", null=False, default=0),
    Column("timezone", Text, nullable=False, server_default=text("'UTC'")),
    # Narrows wellness: without it no night is asked for.
    flag("sync_sleep", default=1),
    # Names of streams that the person wants left alone, as a JSON list.
    Column("disabled_streams", Text, nullable=False, server_default=text("'[]'")),
    # Times of day in the configuration's zone between which no sync begins by itself.
    text_("quiet_from"),
    text_("quiet_to"),
    # Grows with each change, so that nobody overwrites what they have not seen.
    integer("version", null=False, default=1),
    truth("auto_sync_enabled"),
    truth("sync_activities"),
    truth("sync_wellness"),
    truth("sync_fitness_metrics"),
    truth("sync_sleep"),
    CheckConstraint("sync_weekday BETWEEN 0 AND 6", name="sync_weekday"),
    one_of("sync_frequency", "hourly", "daily", "weekly"),
    sqlite_strict=True,
)

garmin_sync_history: Final = Table(
    "garmin_sync_history",
    metadata,
    Column("id", BIG, primary_key=True, autoincrement=True),
    text_("user_id", null=False),
    text_("sync_type", null=False),
    instant("started_at", null=False),
    instant("completed_at"),
    integer("duration_seconds"),
    text_("status", null=False),
    integer("activities_synced", null=False, default=0),
    integer("wellness_days_synced", null=False, default=0),
    integer("fitness_days_synced", null=False, default=0),
    text_("error_message"),
    text_("error_details"),
    text_("sync_from_date"),
    text_("sync_to_date"),
    integer("requests", null=False, default=0),
    integer("rows_changed", null=False, default=0),
    integer("windows_done", null=False, default=0),
    integer("windows_total"),
    flag("cancel_requested", default=0),
    # The run whose failed windows this one asks for again; the backfill it works for.
    big("retry_of"),
    text_("backfill_id"),
    # The configuration at its beginning, as JSON.
    text_("config_snapshot"),
    truth("cancel_requested"),
    one_of("sync_type", "manual", "scheduled", "initial"),
    one_of("status", "running", "completed", "partial", "failed"),
    Index("ix_garmin_sync_history_user_id_started_at", "user_id", "started_at"),
    # The last that completed, also of somebody none of whose runs did for a year.
    Index(
        "ix_garmin_sync_history_user_id_status_started_at", "user_id", "status", "started_at", "id"
    ),
    # At most one running row per user, said by the database and not by a look before.
    Index(
        "uq_garmin_sync_history_running",
        "user_id",
        unique=True,
        sqlite_where=text("status = 'running'"),
        postgresql_where=text("status = 'running'"),
    ),
    sqlite_autoincrement=True,
    sqlite_strict=True,
)

garmin_schedule: Final = Table(
    "garmin_schedule",
    metadata,
    Column("user_id", Text, primary_key=True),
    instant("due_at"),
    Column("reason", Text, nullable=False, server_default=text("'scheduled'")),
    big("sync_id"),
    instant("lease_until"),
    Column("fence", BIG, nullable=False, server_default=text("0")),
    text_("owner"),
    integer("attempt", null=False, default=0),
    instant("not_before"),
    flag("rerun_requested", default=0),
    # Runs in a row that lost their process: counted by each claim, forgotten by each finish.
    integer("crashes", null=False, default=0),
    instant("parked_at"),
    instant("paused_at"),
    truth("rerun_requested"),
    Index("ix_garmin_schedule_due_at", "due_at"),
    sqlite_strict=True,
)

# One row while automatic syncs stand still for everybody.
garmin_pause: Final = Table(
    "garmin_pause",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    instant("paused_at", null=False),
    CheckConstraint("id = 1", name="id"),
    # In the words of whoever paused; a user id, or NULL when it was done on the machine.
    text_("reason"),
    text_("paused_by"),
    sqlite_strict=True,
)

# The circuit breaker of each part of Garmin: how often in a row it did not answer.
garmin_breakers: Final = Table(
    "garmin_breakers",
    metadata,
    text_("api", null=False),
    text_("region", null=False),
    integer("failures", null=False, default=0),
    integer("openings", null=False, default=0),
    # Nobody asks before; afterwards one asks, and the others wait until `probing_until`.
    instant("open_until"),
    instant("probing_until"),
    PrimaryKeyConstraint("api", "region"),
    sqlite_strict=True,
)

garmin_coverage: Final = Table(
    "garmin_coverage",
    metadata,
    text_("user_id", null=False),
    text_("stream", null=False),
    text_("calendar_date", null=False),
    text_("state", null=False),
    flag("settled", default=0),
    instant("fetched_at", null=False),
    text_("error_code"),
    PrimaryKeyConstraint("user_id", "stream", "calendar_date"),
    one_of("state", "data", "empty", "failed", "unsupported"),
    truth("settled"),
    sqlite_strict=True,
)

garmin_payloads: Final = Table(
    "garmin_payloads",
    metadata,
    text_("user_id", null=False),
    text_("stream", null=False),
    text_("api", null=False),
    text_("first_date", null=False),
    text_("last_date", null=False),
    text_("sha256", null=False),
    Column("body_zstd", LargeBinary, nullable=False),
    integer("body_bytes", null=False),
    instant("fetched_at", null=False),
    PrimaryKeyConstraint("user_id", "stream", "api", "first_date", "last_date", "sha256"),
    sqlite_strict=True,
)

# How many days a route gives at most, where it gave fewer than the catalog says.
garmin_learned_caps: Final = Table(
    "garmin_learned_caps",
    metadata,
    text_("api", null=False),
    text_("stream", null=False),
    integer("cap_days", null=False),
    instant("learned_at", null=False),
    PrimaryKeyConstraint("api", "stream"),
    sqlite_strict=True,
)

# What Garmin last said about the newest upload, and when everything was last asked for.
garmin_probes: Final = Table(
    "garmin_probes",
    metadata,
    Column("user_id", Text, primary_key=True),
    text_("stamp"),
    instant("seen_at"),
    instant("full_pass_at"),
    sqlite_strict=True,
)

# How far a reparse of the archive got: a row for each table that it has finished.
garmin_reparses: Final = Table(
    "garmin_reparses",
    metadata,
    text_("user_id", null=False),
    text_("data_table", null=False),
    # The version that read the archive; another one begins anew.
    text_("program", null=False),
    instant("done_at", null=False),
    # The last activity that was read again of a table that is under way; NULL: it is finished.
    big("position"),
    PrimaryKeyConstraint("user_id", "data_table"),
    sqlite_strict=True,
)
