"""The ledger, some thousand lines of a person, is read no more often than it changes."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from activities_stage import CountedGarmin, Stage
from sqlalchemy import Engine, event

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fake_clock import FakeClock

    from training_analyzer.db import Database
    from training_analyzer.db.repositories import GarminCredentialsRepository
    from training_analyzer.services.encryption import EncryptionService


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Give SQLite alone: how often it is read depends on no database."""
    return sqlite_url


@pytest.fixture
def stage(
    database: Database,
    repo: GarminCredentialsRepository,
    encryption: EncryptionService,
    clock: FakeClock,
) -> Stage:
    """Give a walker who wants everything."""
    wants = {"sync_wellness": True, "sync_fitness_metrics": True}
    return Stage(database, repo, encryption, clock, 2, **wants)


@contextmanager
def ledger_reads() -> Iterator[list[str]]:
    """Give the list of statements that read a whole ledger, as they come."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith("SELECT") and "garmin_coverage.settled" in statement:
            seen.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def test_run_reads_the_ledger_once_and_once_after_each_walk(stage: Stage) -> None:
    """A whole run reads it at its begin, after snapshots, ranges and curves; an idle one once."""
    garmin = CountedGarmin(stage).uploaded(stage.clock.now)

    with ledger_reads() as first:
        assert stage.sync(garmin).status == "completed"
    before = garmin.requests
    with ledger_reads() as idle:
        stage.sync(garmin)

    assert len(first) <= 4
    assert (len(idle), garmin.requests - before) == (1, 1)
