"""Every process on a PostgreSQL reads the same time, whatever its machine's clock says."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from training_analyzer.db import open_database
from training_analyzer.db.clock import DatabaseClock, clock_of, utc_now

if TYPE_CHECKING:
    from collections.abc import Iterator

    from postgres_server import PostgresServer

    from training_analyzer.db import Database


class Monotonic:
    """A monotonic clock that is moved by hand."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        """Tell the seconds."""
        return self.seconds


@pytest.fixture
def postgres(postgres_url: str) -> Iterator[Database]:
    """Give an open PostgreSQL."""
    database = open_database(postgres_url)
    yield database
    database.close()


@pytest.mark.postgres
def test_fault_12_clock_of_the_machine_may_jump(postgres: Database) -> None:
    """What counts is the database's time and how much time went by, not the machine's date."""
    monotonic = Monotonic()
    clock = DatabaseClock(postgres, monotonic)
    first = clock()
    assert abs(first - datetime.now(UTC)) < timedelta(minutes=1)

    monotonic.seconds += 30

    assert clock() == first + timedelta(seconds=30)


@pytest.mark.postgres
def test_clock_is_set_by_the_database_once_a_minute(postgres: Database) -> None:
    """A process that slept reads the database's time again, not what it made up meanwhile."""
    monotonic = Monotonic()
    clock = DatabaseClock(postgres, monotonic)
    first = clock()

    monotonic.seconds += 3600

    assert clock() - first < timedelta(minutes=1)


@pytest.mark.postgres
def test_clock_goes_on_while_the_database_is_away(postgres_server: PostgresServer) -> None:
    """Without an answer the last reading and the monotonic clock tell the time."""
    monotonic = Monotonic()
    with postgres_server.database() as url:
        database = open_database(url)
        clock = DatabaseClock(database, monotonic)
        first = clock()
    # The database is dropped by now.

    monotonic.seconds += 90

    assert clock() == first + timedelta(seconds=90)
    database.close()


def test_sqlite_has_the_clock_of_its_machine(sqlite_url: str) -> None:
    """One machine, one clock: nothing is measured."""
    database = open_database(sqlite_url)

    assert clock_of(database) is utc_now

    database.close()
