"""The whole path below the faces: a pretend Garmin over HTTP, a database, a clock."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from pydantic import SecretStr
from services_stage import connect

from training_analyzer.services.garmin_scheduler import GarminSyncScheduler
from training_analyzer.services.runtime import build_runtime
from training_analyzer.settings import Settings
from training_analyzer.simulator import SimulatorServer
from training_analyzer.simulator.residents import demo_world

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from training_analyzer.services.runtime import Runtime


@pytest.fixture
def garmin(clock: Callable[[], Any]) -> Iterator[SimulatorServer]:
    """Serve a pretend Garmin with five athletes whose time is the test's clock."""
    with SimulatorServer(demo_world(7, clock=clock)) as server:
        yield server


@pytest.fixture
def settings(database_url: str, garmin: SimulatorServer, encryption_key: str) -> Settings:
    """Give settings for a fresh database of each kind and the pretend Garmin."""
    return Settings(
        encryption_key=SecretStr(encryption_key),
        database_url=database_url,
        garmin_server_url=garmin.url,
        requests_per_minute=6000,
    )


@pytest.fixture
def runtime(settings: Settings, clock: Callable[[], Any]) -> Iterator[Runtime]:
    """Give everything built, closed at the end."""
    with build_runtime(settings, now=clock) as built:
        yield built


@pytest.fixture
def scheduler(runtime: Runtime) -> Iterator[GarminSyncScheduler]:
    """Give a scheduler that is stopped at the end."""
    made = GarminSyncScheduler(runtime)
    yield made
    made.stop()


@pytest.fixture
def ada(runtime: Runtime, garmin: SimulatorServer) -> str:
    """Give the id of a connected user who wants 60 days of history."""
    user_id = connect(runtime, garmin, "ada")
    runtime.credentials.update_sync_config(user_id, initial_sync_days=60)
    return user_id
