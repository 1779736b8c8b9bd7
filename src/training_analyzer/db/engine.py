"""Engines with the right settings for SQLite and for PostgreSQL.

Each is a pair over one pool: one for writing, one whose transactions can only read.
Refusals are `DatabaseUnusable`, one line, without a driver's text: it may hold a password.
"""

from __future__ import annotations

import errno
import os
import sqlite3
from contextlib import suppress
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sqlalchemy import URL, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from training_analyzer.errors import DatabaseUnusable

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine
    from sqlalchemy.engine.interfaces import DBAPIConnection, DBAPICursor
    from sqlalchemy.pool import ConnectionPoolEntry

_OLDEST_SQLITE: Final = (3, 37)  # the first with STRICT tables
# How long a writer waits for another program that holds an SQLite file.
BUSY_TIMEOUT: Final = timedelta(seconds=15)
_MOST_MEETINGS: Final = 100
_WRONG_URL: Final = "DATABASE_URL must be sqlite:///PATH, the path of a file, or postgresql://..."


def parse_url(url: str) -> URL:
    """Return *url*, which may also be the plain path of an SQLite file, ready for an engine."""
    if "://" not in url:
        return _sqlite_url(url)
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        raise DatabaseUnusable(_WRONG_URL) from None
    if parsed.drivername == "sqlite":
        return _sqlite_url(parsed.database)
    if parsed.drivername in {"postgresql", "postgres", "postgresql+psycopg"}:
        return parsed.set(drivername="postgresql+psycopg")
    raise DatabaseUnusable(_WRONG_URL)


def _sqlite_url(path: str | None) -> URL:
    if not path or path.startswith((":memory:", "file:")) or "\x00" in path:
        raise DatabaseUnusable(_WRONG_URL)
    return URL.create("sqlite", database=str(Path(path).expanduser().absolute()))


def make_engines(url: URL, busy_timeout: timedelta) -> tuple[Engine, Engine]:
    """Return the engine that writes and the one that only reads; nothing connects yet."""
    if url.get_backend_name() == "sqlite":
        return _sqlite_engines(url, busy_timeout)
    try:
        writing = create_engine(
            url,
            # An error's text would show a row: names, places, sealed secrets.
            hide_parameters=True,
            pool_pre_ping=True,
            pool_size=10,
            connect_args={"application_name": "garmin-sync", "connect_timeout": 10},
        )
    except (ModuleNotFoundError, NoSuchModuleError):
        message = "PostgreSQL needs its driver: pip install 'training-analyzer[postgres]'."
        raise DatabaseUnusable(message) from None
    return writing, writing.execution_options(postgresql_readonly=True)


def _sqlite_engines(url: URL, busy_timeout: timedelta) -> tuple[Engine, Engine]:
    if sqlite3.sqlite_version_info < _OLDEST_SQLITE:
        message = f"SQLite {sqlite3.sqlite_version} is too old: 3.37 or newer is needed."
        raise DatabaseUnusable(message)
    _make_private_file(Path(url.database or ""))
    # Each of FastAPI's forty threads may be reading.
    writing = create_engine(url, hide_parameters=True, pool_size=10, max_overflow=50)
    event.listen(writing, "connect", partial(_prepare_sqlite, busy_timeout))
    event.listen(writing, "begin", _begin_sqlite)
    return writing, writing.execution_options(read_only=True)


def _make_private_file(path: Path) -> None:
    """Create the file and its folders for this user alone; SQLite's side files inherit that."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with suppress(FileExistsError):
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        with path.open("r+b"):
            pass
    except OSError as error:
        message = f"{path} cannot be used as a database: {_reason(error)}."
        raise DatabaseUnusable(message) from None
    # A file alone would not do: SQLite could neither begin a log nor go on with one.
    if not os.access(path.parent, os.W_OK | os.X_OK):
        message = f"{path} cannot be used as a database: its folder is read-only for this user."
        raise DatabaseUnusable(message)


def _reason(error: OSError) -> str:
    if error.errno == errno.EROFS:
        return "it lies on a read-only file system"
    if isinstance(error, PermissionError):
        return "this user may not write it"
    return "check that it is a file you may write"


def _prepare_sqlite(
    busy_timeout: timedelta, connection: DBAPIConnection, _: ConnectionPoolEntry
) -> None:
    # Transactions are begun by `_begin_sqlite`, not by the driver's guesses.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout={busy_timeout // timedelta(milliseconds=1)}")
    _keep_log(cursor)
    for pragma in (
        # NORMAL loses acknowledged commits in a power cut: leases and new tokens among them.
        "synchronous=FULL",
        "foreign_keys=ON",
        "secure_delete=ON",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _keep_log(cursor: DBAPICursor) -> None:
    """Switch to a write-ahead log, which the file then has for good.

    Of processes that meet at a new file one switches, and the others are refused at once,
    whatever the timeout. An empty transaction does wait for its turn; then the file has its log.
    """
    for _ in range(_MOST_MEETINGS):
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                raise
        else:
            return
        cursor.execute("BEGIN IMMEDIATE")
        cursor.execute("COMMIT")
    cursor.execute("PRAGMA journal_mode=WAL")


def _begin_sqlite(connection: Connection) -> None:
    """Begin for reading, or with the write lock at once.

    A deferred transaction that reads, then writes after another commit, fails at once
    whatever the timeout. `query_only` holds readers to their word.
    """
    read_only = bool(connection.get_execution_options().get("read_only"))
    # A connection that mostly reads is told so once, not in each of thousands of transactions.
    if connection.info.get("read_only") is not read_only:
        connection.exec_driver_sql(f"PRAGMA query_only={int(read_only)}")
        connection.info["read_only"] = read_only
    connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")
