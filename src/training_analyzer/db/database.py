"""One open database: transactions, migrations, integrity. It knows no table."""

from __future__ import annotations

import threading
import weakref
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy.exc import DBAPIError

from training_analyzer.db import schema
from training_analyzer.db.ballast import Ballast
from training_analyzer.db.engine import BUSY_TIMEOUT, make_engines, parse_url
from training_analyzer.db.failures import told
from training_analyzer.db.same_file import SameFile
from training_analyzer.errors import DatabaseUnusable, StorageFailed, StorageFull, SyncError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from datetime import timedelta

    from sqlalchemy import URL, Connection

_CHECKPOINT_WAIT_MS: Final = 250


class Database:
    """An open database; `open_database` makes it. Safe to share between threads.

    A connection is for one unit of work: never hold one while waiting for Garmin. A full or
    failing disk, and another program that does not let go, raise `StorageFull`,
    `StorageFailed` and `StorageBusy`; whatever was being written is rolled back.
    """

    def __init__(self, url: URL, *, busy_timeout: timedelta = BUSY_TIMEOUT) -> None:
        self._url = url
        self._writing, self._reading = make_engines(url, busy_timeout)
        self.dialect: Final = url.get_backend_name()
        # Only now: `make_engines` made the file where there was none.
        path = Path(url.database or "") if self.dialect == "sqlite" else None
        self._file = SameFile(path) if path else None
        self._ballast = Ballast(path) if path else None
        # SQLite's own waiting is unfair: threads queue here instead (0.4 s worst, not 4 s).
        self._one_writer = threading.Lock()
        self._listening = threading.Lock()
        self._writer: int | None = None
        self._ears: tuple[Callable[[], None], ...] = ()
        self._owes_scrub = False
        self._has_lost_writes = False
        # A database that is merely forgotten still gives its connections back.
        weakref.finalize(self, self._writing.dispose)

    @property
    def where(self) -> str:
        """Where the data is, for a person; without user and password."""
        if self.dialect == "sqlite":
            return self._url.database or ""
        return f"{self._url.database or ''} on {self._url.host or 'this machine'}"

    @contextmanager
    def write(self, *, needs_room: bool = False) -> Iterator[Connection]:
        """Open a transaction that commits at the end of the block, or rolls back on an error.

        What *needs_room* begins something that will write much more: it meets `StorageFull`
        at once on a disk where that could not even be told how it ended. Raises
        `DatabaseUnusable` when the file was replaced since it was opened.
        """
        if self._writer == threading.get_ident():
            message = "write() inside write() of one thread waits for itself"
            raise RuntimeError(message)
        with self._turn(), self._told(writing=True):
            if self._has_lost_writes:
                raise StorageFailed
            if needs_room and self._ballast is not None and not self._ballast.take():
                raise StorageFull
            self._refuse_other_file()
            with self._writing.begin() as connection:
                yield connection
                # A commit into a file that nobody will find again would be a lie.
                self._refuse_other_file()
            if self._owes_scrub:
                self._truncate_log(wait_ms=0)
        for hear in self._ears:
            hear()

    def on_write(self, hear: Callable[[], None]) -> Callable[[], None]:
        """Call *hear* after each transaction for writing of this process, in its thread.

        It must return at once. Returns what ends that.
        """
        with self._listening:
            self._ears = (*self._ears, hear)

        def end() -> None:
            with self._listening:
                self._ears = tuple(each for each in self._ears if each is not hear)

        return end

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Open a transaction that sees one moment of the data and can change nothing.

        Raises `DatabaseUnusable` as `write` does.
        """
        self._refuse_other_file()
        with self._told(writing=False), self._reading.connect() as connection:
            yield connection

    @contextmanager
    def _told(self, *, writing: bool) -> Iterator[None]:
        """Raise what the failures of the block mean, and react to a disk that is full or lies."""
        try:
            with told(writing=writing):
                yield
        except StorageFull:
            if self._ballast is not None:
                self._ballast.throw_off()
            raise
        except StorageFailed as error:
            self._has_lost_writes = self._has_lost_writes or error.lost_writes
            raise

    def refuse_replaced(self) -> None:
        """Raise `DatabaseUnusable` when an SQLite file was moved or replaced since it was opened.

        Likewise when its disk did not keep what was written. Whoever waits for this should
        end: a new process opens what lies there now.
        """
        if self._has_lost_writes:
            message = (
                f"The disk of {self.where} did not keep what was written: nothing more is"
                " written. Look at the disk, then start again."
            )
            raise DatabaseUnusable(message)
        self._refuse_other_file()

    def _refuse_other_file(self) -> None:
        if self._file is not None:
            self._file.check()

    def close(self) -> None:
        """Close every idle connection; a later use opens new ones. Closing twice does no harm."""
        if self._owes_scrub and (self._file is None or self._file.is_there):
            self.scrub()
        self._writing.dispose()

    def upgrade(self) -> None:
        """Bring the schema to this program's revision. Raises `DatabaseUnusable` if newer."""
        with self._turn():
            schema.upgrade(self._writing)

    def check(self) -> schema.DatabaseCheck:
        """Look for damage and at the schema's revision; changes nothing."""
        with self.read() as connection:
            return schema.check(connection)

    def scrub(self) -> bool:
        """Make deleted bytes really gone from the files; False while a reader holds them.

        SQLite keeps deleted rows in its write-ahead log until this checkpoint; after a
        False each later transaction for writing, and `close`, try it again. PostgreSQL
        cleans up by itself, at a time of its own: nothing to do, True.
        """
        if self.dialect != "sqlite":
            return True
        with self._turn():
            return self._truncate_log(wait_ms=_CHECKPOINT_WAIT_MS)

    def _truncate_log(self, *, wait_ms: int) -> bool:
        with self._writing.connect() as connection:
            raw: Any = connection.connection.driver_connection
            (waited,) = raw.execute("PRAGMA busy_timeout").fetchone()
            raw.execute(f"PRAGMA busy_timeout={wait_ms}")
            try:
                (busy, _, _) = raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            finally:
                raw.execute(f"PRAGMA busy_timeout={waited}")
        self._owes_scrub = bool(busy)
        return not busy

    def _turn(self) -> AbstractContextManager[None]:
        return self._take_turn() if self.dialect == "sqlite" else nullcontext()

    @contextmanager
    def _take_turn(self) -> Iterator[None]:
        with self._one_writer:
            self._writer = threading.get_ident()
            try:
                yield
            finally:
                self._writer = None


def open_database(
    url: str, *, migrate: bool | None = None, busy_timeout: timedelta = BUSY_TIMEOUT
) -> Database:
    """Open the database at *url*: `sqlite:///PATH`, a plain path, or `postgresql://...`.

    An SQLite file is created and brought up to date. A PostgreSQL database must be up to
    date already (`garmin-sync db upgrade`) unless *migrate* is True; False looks at neither.
    *busy_timeout* is how long a writer waits for other programs to let go of the file.
    Raises `DatabaseUnusable`, one line, also when the schema is newer than this program.
    """
    database = Database(parse_url(url), busy_timeout=busy_timeout)
    wanted = database.dialect == "sqlite" if migrate is None else migrate
    try:
        if wanted:
            database.upgrade()
        else:
            with database.read() as connection:
                schema.refuse_other(connection, older_too=migrate is None)
    except DBAPIError as error:
        database.close()
        # The driver's text may hold a password; the kind of the error does not.
        kind = type(error.orig).__name__
        message = f"The database {database.where} cannot be used ({kind}): check DATABASE_URL."
        raise DatabaseUnusable(message) from None
    except SyncError as error:
        database.close()
        message = f"The database {database.where} cannot be used. {error.message}"
        raise DatabaseUnusable(message) from None
    except DatabaseUnusable:
        database.close()
        raise
    return database
