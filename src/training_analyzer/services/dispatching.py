"""Which dispatcher runs the woken users: `DATABASE_URL` alone decides."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from training_analyzer.db.engine import parse_url
from training_analyzer.errors import SettingsError
from training_analyzer.jobs.threads import ThreadDispatcher

if TYPE_CHECKING:
    from training_analyzer.db import Database
    from training_analyzer.jobs import Dispatcher
    from training_analyzer.settings import Settings


def dispatcher_for(settings: Settings, database: Database) -> Dispatcher:
    """Return the threads of this process on SQLite, the shared queue on PostgreSQL."""
    if database.dialect == "sqlite":
        return ThreadDispatcher(settings.concurrent_syncs)
    # An embedded installation lacks what this module imports.
    postgres = import_module("training_analyzer.jobs.postgres")
    queue: Dispatcher = postgres.PostgresDispatcher(
        parse_url(settings.database_url), settings.concurrent_syncs
    )
    return queue


def refuse_file(settings: Settings) -> None:
    """Raise `SettingsError` when the database is a file: one process then syncs for all."""
    if parse_url(settings.database_url).get_backend_name() == "sqlite":
        message = (
            "DATABASE_URL names an SQLite file, which a single process syncs into:"
            " run garmin-sync serve. Workers need postgresql://..."
        )
        raise SettingsError(message)
