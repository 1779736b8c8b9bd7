"""A Garmin that does not answer is left in peace, by everybody, and then asked by one."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from services_stage import Inline, connect

from training_analyzer.db.repositories.breakers import BreakersRepository
from training_analyzer.errors import CoolingDown, GarminUnavailable, RateLimited
from training_analyzer.model import Api, Circuit, Region
from training_analyzer.planning.breaker import FIRST_REST
from training_analyzer.services.breakers import Breakers
from training_analyzer.services.garmin_scheduler import GarminSyncScheduler

if TYPE_CHECKING:
    from fake_clock import FakeClock

    from training_analyzer.db import Database
    from training_analyzer.services.runtime import Runtime
    from training_analyzer.simulator import SimulatorServer

COM = Circuit(Api.ACCOUNT, Region.COM)
CN = Circuit(Api.ACCOUNT, Region.CN)


@pytest.fixture
def breakers(database: Database, clock: FakeClock) -> Breakers:
    """Give the breakers on a database of each kind."""
    return Breakers(BreakersRepository(database), clock)


def silence(breakers: Breakers, circuit: Circuit = COM, times: int = 3) -> None:
    """Have so many runs end without an answer."""
    for _ in range(times):
        breakers.ended(circuit, GarminUnavailable())


def test_all_processes_leave_a_silent_part_in_peace_and_no_other(
    database: Database, clock: FakeClock, breakers: Breakers
) -> None:
    """ASVS 16.5.2: what one process learns of Garmin's com world holds for all, and not for cn."""
    silence(breakers)

    elsewhere = Breakers(BreakersRepository(database), clock)

    assert elsewhere.resting() == [COM]
    with pytest.raises(CoolingDown) as refused:
        elsewhere.admit(COM)
    assert refused.value.retry_at == clock.now + FIRST_REST
    elsewhere.admit(CN)


def test_one_of_eight_asks_when_the_rest_is_over(breakers: Breakers, clock: FakeClock) -> None:
    """Half-open, exactly one caller is let through; its answer lets everybody through."""
    silence(breakers)
    clock.advance(minutes=1)
    barrier = threading.Barrier(8)
    admitted: list[int] = []

    def ask(number: int) -> None:
        barrier.wait()
        try:
            breakers.admit(COM)
        except CoolingDown:
            return
        admitted.append(number)

    threads = [threading.Thread(target=ask, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(admitted) == 1

    breakers.answered(COM)
    assert breakers.resting() == []
    breakers.admit(COM)


def test_an_answer_between_failures_begins_the_count_anew(breakers: Breakers) -> None:
    """Two failures, an answer (a 429 is one), two failures: nobody is kept away."""
    silence(breakers, times=2)
    breakers.ended(COM, RateLimited())
    silence(breakers, times=2)

    assert breakers.resting() == []


def test_silent_garmin_is_asked_by_one_user_at_a_time_and_everybody_catches_up(
    runtime: Runtime, garmin: SimulatorServer, clock: Any
) -> None:
    """In an outage users stop asking; when it is over, everybody is synced once."""
    names = ["ada", "will", "kay"]
    users = [connect(runtime, garmin, name) for name in names]
    for user_id in users:
        runtime.credentials.update_sync_config(user_id, initial_sync_days=3)
    dispatcher = Inline()
    object.__setattr__(runtime, "dispatcher", dispatcher)
    scheduler = GarminSyncScheduler(runtime)
    garmin.faults.answer("/", status=503)

    scheduler.start()
    try:
        first = len(garmin.log)
        assert [found.state(clock.now) for found in runtime.breakers.all().values()] == ["open"]
        for _ in range(4):
            scheduler.tick()
        assert len(garmin.log) == first, "nobody asks a resting Garmin"

        clock.advance(minutes=1)
        dispatcher.woken.clear()
        scheduler.tick()
        assert len(garmin.log) - first <= 12, "one user asks, and the others wait"

        garmin.faults.clear()
        for _ in range(40):
            clock.advance(minutes=1)
            scheduler.tick()
    finally:
        scheduler.stop()

    for user_id in users:
        done = [run.status for run in runtime.credentials.get_sync_history(user_id)]
        assert done.count("completed") == 1, done
    assert runtime.breakers.all()[COM].state(clock.now) == "closed"


def test_manual_sync_waits_for_a_resting_garmin_too_unless_forced(
    runtime: Runtime, ada: str, scheduler: GarminSyncScheduler, clock: Any
) -> None:
    """By hand one is told until when; with force one may try."""
    silence(runtime.breakers)

    with pytest.raises(CoolingDown) as refused:
        scheduler.sync_user(ada)

    assert refused.value.retry_at == clock.now + FIRST_REST
    assert scheduler.get_next_sync_time(ada) == clock.now + FIRST_REST
    assert scheduler.sync_user(ada, force=True).status == "completed"
    following = scheduler.get_next_sync_time(ada)
    assert following is not None
    assert following > clock.now + timedelta(hours=1)
