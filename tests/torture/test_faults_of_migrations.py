"""Migrations that are killed or meet each other, and programs that are older than the schema."""

from __future__ import annotations

import signal
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import SecretStr
from scripts import need, told_by
from sqlalchemy import text

from training_analyzer.db import Database, open_database
from training_analyzer.db.schema import head
from training_analyzer.db.tables import metadata
from training_analyzer.errors import DatabaseUnusable
from training_analyzer.services.runtime import build_runtime
from training_analyzer.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from postgres_server import PostgresServer

SEED = 2026


@pytest.fixture
def postgres_url(postgres_server: PostgresServer) -> Iterator[str]:
    """Give a PostgreSQL database of this test alone: it may change the schema."""
    with postgres_server.database() as url:
        yield url


@pytest.mark.torture
@pytest.mark.parametrize(("kind", "some", "least"), [("statements", 4, 250), ("calls", 3, 400)])
def test_fault_43_killed_migration_is_taken_up(
    tmp_path: Path, rounds: Callable[[int, int], int], kind: str, some: int, least: int
) -> None:
    """A migration killed anywhere leaves the old schema or the new one, and can be repeated."""
    if kind == "calls":
        need("strace", "-o", "/dev/null", "true")

    found = told_by("killed_migrations.py", tmp_path, SEED, kind, rounds(some, 0))

    assert len(found["told"]) >= rounds(2 * some, least)
    for kill in found["told"]:
        assert kill["signal"] == signal.SIGKILL, kill
        assert kill["left"] in {kill["begin"], found["head"]}, kill
        assert (kill["is_ok"], kill["same"]) == (True, True), kill
        assert kill["people"] == (1 if kill["begin"] else 0), kill


@pytest.mark.torture
def test_fault_43_of_processes_that_migrate_at_once_one_does(
    tmp_path: Path, rounds: Callable[[int, int], int]
) -> None:
    """Four processes that meet at an old or a new file migrate it once, and all can use it."""
    found = told_by("killed_migrations.py", tmp_path, SEED, "together", rounds(2, 300))

    for meeting in found["told"]:
        assert meeting["ended"] == [True] * 4, meeting
        assert sum(made > 0 for made in meeting["makers"]) == 1, meeting
        assert meeting["is_ok"], meeting


@pytest.mark.torture
@pytest.mark.postgres
def test_fault_43_killed_migration_of_postgresql_is_taken_up(
    tmp_path: Path, rounds: Callable[[int, int], int], postgres_server: PostgresServer
) -> None:
    """On PostgreSQL, too, a killed migration leaves nothing or all of it, and can be repeated."""
    with ExitStack() as stack:
        urls = [
            stack.enter_context(postgres_server.database(migrated=False))
            for _ in range(rounds(2, 60) + 1)
        ]

        found = told_by("killed_migrations.py", tmp_path, SEED, "postgresql", *urls)

    for kill in found["told"]:
        assert kill["signal"] == signal.SIGKILL, kill
        assert kill["left"] in {"", found["head"]}, kill
        assert kill["is_ok"], kill


def everything(database: Database) -> dict[str, list[Any]]:
    """Return every row of every table."""
    with database.read() as db:
        return {
            name: sorted(map(tuple, db.execute(table.select())), key=repr)
            for name, table in metadata.tables.items()
        }


def test_fault_44_newer_schema_is_refused_and_never_written(
    database: Database, database_url: str, encryption_key: str, tmp_path: Path
) -> None:
    """A program older than the schema names both versions, and leaves every byte as it was."""
    with database.write() as db:
        db.execute(
            text("INSERT INTO users (user_id, name, created_at) VALUES ('u', 'Eva', :at)"),
            {"at": "2026-01-01T00:00:00.000Z"},
        )
        db.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    before = everything(database)
    database.close()
    settings = Settings(encryption_key=SecretStr(encryption_key), database_url=database_url)
    files = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    openings: list[Callable[[], object]] = [
        lambda: open_database(database_url),
        lambda: open_database(database_url, migrate=True),
        lambda: build_runtime(settings),
    ]

    for opening in openings:
        with pytest.raises(DatabaseUnusable) as refused:
            opening()
        assert "9999" in refused.value.message
        assert head() in refused.value.message
        assert "install the newer garmin-sync" in refused.value.message

    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == files
    # Opened before, so it looks without asking for the version.
    assert everything(database) == before
