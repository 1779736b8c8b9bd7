"""A week of many users on an accelerated clock: everybody as configured, nothing grows."""

from __future__ import annotations

import gc
import os
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from pydantic import SecretStr
from services_stage import TICK, Inline

from training_analyzer.services.connections import Connected
from training_analyzer.services.garmin_scheduler import GarminSyncScheduler
from training_analyzer.services.runtime import build_runtime
from training_analyzer.settings import Settings
from training_analyzer.simulator import SimulatorServer
from training_analyzer.simulator.athletes import demo_athletes
from training_analyzer.simulator.residents import inhabited

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from fake_clock import FakeClock

    from training_analyzer.services.runtime import Runtime

ZONES = ("UTC", "Europe/Berlin", "America/Los_Angeles", "Asia/Tokyo", "Pacific/Auckland")
MB = 1024 * 1024


@pytest.fixture
def users(rounds: Callable[[int, int], int]) -> int:
    """Give how many people there are."""
    return rounds(4, 100)


@pytest.fixture
def garmin(clock: FakeClock, users: int) -> Iterator[SimulatorServer]:
    """Serve a pretend Garmin with an account for each of them."""
    walker = demo_athletes(7, clock.now.date())[2]
    athletes = [replace(walker, email=f"user{n}@example.test", seed=n + 1) for n in range(users)]
    with SimulatorServer(inhabited(athletes, clock=clock)) as server:
        yield server


@pytest.fixture
def runtime(
    sqlite_url: str, garmin: SimulatorServer, encryption_key: str, clock: FakeClock
) -> Iterator[Runtime]:
    """Give everything built, with syncs that run inside the ticks."""
    settings = Settings(
        encryption_key=SecretStr(encryption_key),
        database_url=sqlite_url,
        garmin_server_url=garmin.url,
        requests_per_minute=6000,
    )
    with build_runtime(settings, now=clock) as built:
        yield replace(built, dispatcher=Inline())


def arrive(runtime: Runtime, garmin: SimulatorServer) -> dict[str, int]:
    """Connect everybody, hourly or daily or weekly, each where they live.

    Returns user id -> hours between two syncs.
    """
    every: dict[str, int] = {}
    for number, account in enumerate(garmin.world.accounts):
        user_id = runtime.people.add(f"user{number}").user_id
        entered = runtime.connections.connect_password(user_id, account.email, account.password)
        assert isinstance(entered, Connected)
        frequency, hours = (("hourly", 1), ("daily", 24), ("weekly", 168), ("daily", 24))[
            number % 4
        ]
        runtime.credentials.update_sync_config(
            user_id,
            sync_frequency=frequency,
            sync_time=f"{number % 24:02d}:{number % 60:02d}",
            sync_weekday=number % 7,
            timezone=ZONES[number % len(ZONES)],
            initial_sync_days=3,
        )
        every[user_id] = hours
    return every


def descriptors() -> int:
    """Return how many files and sockets this process holds, garbage left out."""
    gc.collect()
    return len(list(Path("/proc/self/fd").iterdir()))


def resident() -> int:
    """Return the memory of this process in bytes."""
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


@pytest.mark.torture
@pytest.mark.timeout(7200)
def test_fault_46_week_of_many_users_leaks_nothing_and_logs_nobody_in(
    runtime: Runtime,
    garmin: SimulatorServer,
    clock: FakeClock,
    rounds: Callable[[int, int], int],
) -> None:
    """Seven days, a hundred users: each synced as configured, no login, nothing left open."""
    every = arrive(runtime, garmin)
    scheduler = GarminSyncScheduler(runtime)
    runtime.dispatcher.start(scheduler._work)
    begin, days = clock.now, rounds(1, 7)
    passwords = sum("/sso/" in entry.path or "/mobile/" in entry.path for entry in garmin.log)
    held: list[tuple[int, int]] = []

    for day in range(1, days + 1):
        end = begin + timedelta(days=day)
        while clock.now < end:
            scheduler.tick()
            told = [scheduler.get_next_sync_time(user_id) for user_id in every]
            following = min((at for at in told if at is not None), default=end)
            clock.now = min(end, max(clock.now + TICK, following))
        held.append((descriptors(), resident()))

    for user_id, hours in every.items():
        runs = runtime.credentials.get_sync_history(user_id, limit=1000)
        regular = [run for run in runs if run.sync_type == "scheduled"]
        assert {run.status for run in runs} == {"completed"}
        assert abs(len(regular) - days * 24 / hours) <= 1
    logins = sum("/sso/" in entry.path or "/mobile/" in entry.path for entry in garmin.log)
    assert logins == passwords
    open_files = [files for files, _ in held]
    assert max(open_files) - min(open_files) <= 2
    # The pretend Garmin remembers each request in this very process: some 400 bytes of one.
    remembered = 1000 * len(garmin.log)
    settled = held[min(1, len(held) - 1)]
    assert held[-1][1] - settled[1] < 20 * MB + remembered
