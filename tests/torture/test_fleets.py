"""Fleets on paper time: everybody in time, the rate never exceeded, once each."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from paper_fleet import Fleet

from training_analyzer.db import open_database
from training_analyzer.model import GarminSyncConfig
from training_analyzer.planning.due import SPREAD_WINDOW

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from training_analyzer.db import Database

PER_MINUTE = 60
DAY = timedelta(days=1)
# What an ordinary daily sync asks for.
REQUESTS = 20


@pytest.fixture
def sqlite(sqlite_url: str) -> Iterator[Database]:
    """Give an open SQLite database."""
    database = open_database(sqlite_url)
    yield database
    database.close()


def through_the_day(number: int) -> GarminSyncConfig:
    """Return a daily user whose time of day is as good as random."""
    digest = hashlib.sha256(f"time of {number}".encode()).digest()
    minute = int.from_bytes(digest[:4]) % 1440
    return GarminSyncConfig(
        user_id=f"user-{number:06d}", sync_time=f"{minute // 60:02d}:{minute % 60:02d}"
    )


@pytest.mark.torture
@pytest.mark.timeout(5400)
def test_fleet_through_the_day_is_synced_in_time_and_within_the_rate(
    sqlite: Database, rounds: Callable[[int, int], int]
) -> None:
    """100,000 daily users and four workers of eight: 99 of 100 begin within the spread window.

    No account is asked more often than GARMIN_REQUESTS_PER_MINUTE, and all together never
    more often than the slots at that rate.
    """
    users, slots = rounds(300, 100_000), rounds(2, 32)
    fleet = Fleet(
        sqlite,
        [through_the_day(n) for n in range(users)],
        slots=slots,
        requests=lambda _: REQUESTS,
        per_minute=PER_MINUTE,
    )

    told = fleet.live(DAY + SPREAD_WINDOW + timedelta(hours=1))

    assert told.late(0.99) <= SPREAD_WINDOW
    assert min(told.runs.values()) >= 1
    assert len(told.runs) == users
    assert max(told.runs.values()) <= 2  # the hour after the day brings some their second
    assert told.most_in_a_minute() <= slots * PER_MINUTE
    assert told.most_in_a_minute("user-000007") <= PER_MINUTE


@pytest.mark.torture
@pytest.mark.timeout(5400)
def test_fault_37_everybody_due_at_six_is_spread_and_served_once(
    sqlite: Database, rounds: Callable[[int, int], int]
) -> None:
    """10,000 users with the default time: spread over a quarter of an hour, in time, once each."""
    users, slots = rounds(200, 10_000), rounds(8, 512)
    fleet = Fleet(
        sqlite,
        [GarminSyncConfig(user_id=f"user-{n:06d}") for n in range(users)],
        slots=slots,
        requests=lambda _: REQUESTS,
        per_minute=PER_MINUTE,
    )

    told = fleet.live(timedelta(hours=8))

    assert set(told.runs.values()) == {1}
    assert len(told.runs) == users
    assert told.late(0.99) <= SPREAD_WINDOW
    assert told.most_in_a_minute() <= slots * PER_MINUTE
    assert told.most_at_once <= slots
