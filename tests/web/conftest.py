"""A web face over a real runtime on SQLite, with a pretend Garmin behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from web_stage import Person, arrive, settings_over

from training_analyzer.services.garmin_scheduler import GarminSyncScheduler
from training_analyzer.services.runtime import build_runtime
from training_analyzer.simulator import SimulatorServer
from training_analyzer.simulator.residents import demo_world
from training_analyzer.web.app import create_app

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from fastapi import FastAPI

    from training_analyzer.services.runtime import Runtime
    from training_analyzer.settings import Settings


@pytest.fixture
def garmin(clock: Callable[[], Any]) -> Iterator[SimulatorServer]:
    """Serve a pretend Garmin with five athletes whose time is the test's clock."""
    with SimulatorServer(demo_world(7, clock=clock)) as server:
        yield server


@pytest.fixture
def settings(sqlite_url: str, garmin: SimulatorServer, encryption_key: str) -> Settings:
    """Give settings for a fresh database and the pretend Garmin."""
    return settings_over(sqlite_url, garmin, encryption_key, public_url="https://sync.example.test")


@pytest.fixture
def runtime(settings: Settings, clock: Callable[[], Any]) -> Iterator[Runtime]:
    """Give everything built, closed at the end."""
    with build_runtime(settings, now=clock) as built:
        yield built


@pytest.fixture
def app(runtime: Runtime) -> FastAPI:
    """Give the web face; its scheduler does not tick."""
    return create_app(runtime, GarminSyncScheduler(runtime), limits_factor=100)


@pytest.fixture
def ana(app: FastAPI, runtime: Runtime) -> Person:
    """Give Ana, signed in and not connected."""
    return arrive(app, runtime, "Ana")


@pytest.fixture
def ben(app: FastAPI, runtime: Runtime) -> Person:
    """Give Ben, signed in and not connected."""
    return arrive(app, runtime, "Ben")
