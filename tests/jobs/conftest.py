"""Fleets: every dispatcher on every database that it can serve."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from fleet import Fleet

from training_analyzer.db import open_database

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fake_clock import FakeClock

_POSTGRES = pytest.mark.postgres


@pytest.fixture(
    params=[
        "threads-sqlite",
        pytest.param("threads-postgres", marks=_POSTGRES),
        pytest.param("queue-postgres", marks=_POSTGRES),
    ]
)
def fleet(request: pytest.FixtureRequest, clock: FakeClock) -> Iterator[Fleet]:
    """Give a fleet without members, whose clock is the test's; of each kind in turn."""
    kind, _, database = request.param.partition("-")
    url = str(request.getfixturevalue(f"{database}_url"))
    opened = open_database(url)
    made = Fleet(kind, url, opened, clock)
    yield made
    made.close()
    opened.close()


@pytest.fixture
def queue(postgres_url: str, clock: FakeClock) -> Iterator[Fleet]:
    """Give a fleet without members on the queue in PostgreSQL."""
    opened = open_database(postgres_url)
    made = Fleet("queue", postgres_url, opened, clock)
    yield made
    made.close()
    opened.close()
