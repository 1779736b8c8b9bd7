"""Bring the configured database's schema up to date, or look at it and change nothing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy.exc import DBAPIError

from training_analyzer.db import open_database
from training_analyzer.db.engine import parse_url
from training_analyzer.errors import DatabaseUnusable, StorageFailed

if TYPE_CHECKING:
    from training_analyzer.db.schema import DatabaseCheck
    from training_analyzer.settings import Settings


def upgrade_database(settings: Settings) -> DatabaseCheck:
    """Run the migrations that are missing, and tell how the database is then.

    Raises `DatabaseUnusable` when it cannot be opened or its schema is newer.
    """
    database = open_database(settings.database_url, migrate=True)
    try:
        return database.check()
    finally:
        database.close()


def check_database(settings: Settings) -> DatabaseCheck:
    """Look for damage and at the schema's revision. Raises `DatabaseUnusable` without one."""
    url = parse_url(settings.database_url)
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").exists():
        message = f"There is no database at {url.database}: garmin-sync db upgrade makes one."
        raise DatabaseUnusable(message)
    database = open_database(settings.database_url, migrate=False)
    try:
        return database.check()
    except DBAPIError as error:
        # The driver's text may repeat stored values.
        kind = type(error.orig).__name__
        message = f"The database {database.where} is damaged ({kind}): restore a copy of it."
        raise DatabaseUnusable(message) from None
    except StorageFailed:
        message = f"The database {database.where} is damaged or its disk fails: restore a copy."
        raise DatabaseUnusable(message) from None
    finally:
        database.close()
