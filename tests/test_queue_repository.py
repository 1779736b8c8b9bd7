"""The state of the queue as it is read for whoever watches."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from training_analyzer.db.repositories.leases import LeasesRepository
from training_analyzer.db.repositories.pauses import Pause, PausesRepository
from training_analyzer.db.repositories.queue import QueueRepository, RunningSync
from training_analyzer.db.repositories.schedule import ScheduleRepository
from training_analyzer.model import Api, Circuit, Kind, Region, RunStatus, SyncType

if TYPE_CHECKING:
    from fake_clock import FakeClock

    from training_analyzer.db import Database
    from training_analyzer.db.repositories import GarminCredentialsRepository
    from training_analyzer.model import Lease

MINUTE = timedelta(minutes=1)


@pytest.fixture
def queue(database: Database) -> QueueRepository:
    """Give the queue of an empty database, of each kind in turn."""
    return QueueRepository(database)


@pytest.fixture
def schedule(database: Database) -> ScheduleRepository:
    """Give the schedule of the same database."""
    return ScheduleRepository(database)


def claim(database: Database, user_id: str, clock: FakeClock, *, owner: str = "here") -> Lease:
    """Begin a sync of *user_id* and return its lease of a minute."""
    lease = LeasesRepository(database).claim(
        user_id,
        sync_type=SyncType.SCHEDULED,
        owner=owner,
        now=clock(),
        ttl=MINUTE,
        is_abandoned=lambda _: False,
    )
    assert lease is not None
    return lease


def test_an_empty_queue_says_so(queue: QueueRepository, clock: FakeClock) -> None:
    """Where nobody is, nobody is due, runs or is left out."""
    found = queue.now(clock())

    assert (found.due, found.running, found.parked, found.paused) == (0, (), 0, 0)
    assert (found.connections, found.needs_reconnect) == (0, 0)
    assert found.oldest_due_at is found.next_due_at is found.last_success_at is None
    assert found.everybody_paused_at is None
    assert found.oldest_due_age == timedelta()


def test_the_oldest_is_who_has_waited_longest(
    queue: QueueRepository, schedule: ScheduleRepository, clock: FakeClock
) -> None:
    """Whose time has come is counted, and the first of them gives the age; the next is told."""
    now = clock()
    schedule.set_due("ana", now - 5 * MINUTE)
    schedule.set_due("ben", now - 2 * MINUTE)
    schedule.set_due("cat", now + 3 * MINUTE)
    schedule.set_due("dan", now + 9 * MINUTE)

    found = queue.now(now)

    assert (found.due, found.oldest_due_age) == (2, 5 * MINUTE)
    assert found.next_due_at == now + 3 * MINUTE


def test_who_runs_is_not_due(
    database: Database, queue: QueueRepository, schedule: ScheduleRepository, clock: FakeClock
) -> None:
    """A sync that goes on is listed with the process that does it and since when."""
    began = clock()
    schedule.set_due("ana", began - MINUTE)
    lease = claim(database, "ana", clock, owner="web:1:77:ab")
    clock.advance(seconds=30)

    found = queue.now(clock())

    assert found.due == 0
    assert found.running == (
        RunningSync(user_id="ana", sync_id=lease.run_id, owner="web:1:77:ab", since=began),
    )


def test_a_run_without_a_process_is_due_again(
    database: Database, queue: QueueRepository, schedule: ScheduleRepository, clock: FakeClock
) -> None:
    """A run whose lease ran out does not count as running any more."""
    schedule.set_due("ana", clock())
    claim(database, "ana", clock)
    clock.advance(minutes=2)

    found = queue.now(clock())

    assert (found.due, found.running) == (1, ())


def test_pauses_are_counted(
    database: Database, queue: QueueRepository, schedule: ScheduleRepository, clock: FakeClock
) -> None:
    """A person's own pause and everybody's are told apart."""
    schedule.set_due("ana", clock() - MINUTE)
    schedule.pause("ana", now=clock())
    PausesRepository(database).begin(Pause(since=clock()))

    found = queue.now(clock())

    assert (found.due, found.paused, found.everybody_paused_at) == (0, 1, clock())


def test_who_takes_processes_down_is_parked(
    database: Database, queue: QueueRepository, schedule: ScheduleRepository, clock: FakeClock
) -> None:
    """After three runs that lost their process a user is counted as parked, not as due."""
    schedule.set_due("ana", clock())
    for _ in range(3):
        claim(database, "ana", clock)
        clock.advance(minutes=2)
    parked = LeasesRepository(database).claim(
        "ana",
        sync_type=SyncType.SCHEDULED,
        owner="here",
        now=clock(),
        ttl=MINUTE,
        is_abandoned=lambda _: False,
        only_if_due=True,
    )

    found = queue.now(clock())

    assert parked is None
    assert (found.due, found.running, found.parked) == (0, (), 1)


def test_connections_and_their_last_success_are_known(
    repo: GarminCredentialsRepository, queue: QueueRepository, clock: FakeClock
) -> None:
    """Connections that were refused are counted, and the newest completed run is found."""
    for user_id in ("ana", "ben"):
        repo.save_credentials(user_id, "x", "y")
    repo.update_validation_status("ben", is_valid=False)
    repo.save_credentials("cat", None, None, kind=Kind.PERSONAL_KEY)
    done = repo.start_sync("ana", "manual")
    clock.advance(minutes=3)
    repo.complete_sync(done, RunStatus.COMPLETED.value)
    succeeded_at = clock()
    failed = repo.start_sync("ben", "manual")
    clock.advance(minutes=3)
    repo.complete_sync(failed, RunStatus.FAILED.value)

    found = queue.now(clock())

    assert (found.connections, found.needs_reconnect) == (3, 1)
    assert found.last_success_at == succeeded_at
    assert queue.circuits() == {
        Circuit(Api.ACCOUNT, Region.COM),
        Circuit(Api.PERSONAL, Region.COM),
    }
