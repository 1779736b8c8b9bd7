"""Lease and fence: one worker per user, and a worker that lost its lease writes nothing."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from training_analyzer.db.repositories.garmin_credentials import GarminCredentialsRepository
from training_analyzer.db.repositories.garmin_data import GarminDataRepository
from training_analyzer.db.repositories.leases import LeasesRepository
from training_analyzer.db.repositories.progress import RunCounts
from training_analyzer.db.repositories.schedule import ScheduleRepository
from training_analyzer.errors import LeaseLost, SyncAlreadyRunning
from training_analyzer.model import Api, DayState, Lease, RunStatus, SyncOutcome, SyncType
from training_analyzer.planning import LedgerDay, NextDue
from training_analyzer.services.heartbeat import Heartbeat
from training_analyzer.services.owner import is_gone, process_name
from training_analyzer.streams import Payload, Window, stream

if TYPE_CHECKING:
    from training_analyzer.db import Database

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
TTL = timedelta(seconds=60)
DAY = date(2026, 3, 1)


@pytest.fixture
def schedule(database: Database) -> ScheduleRepository:
    """Give the schedule on a database of each kind."""
    return ScheduleRepository(database)


@pytest.fixture
def leases(database: Database) -> LeasesRepository:
    """Give the leases on a database of each kind."""
    return LeasesRepository(database)


def claim(
    leases: LeasesRepository,
    *,
    now: datetime = NOW,
    owner: str = "here",
    gone: tuple[str, ...] = (),
) -> Lease:
    """Claim the one user for *owner*; owners in *gone* count as dead."""
    lease = leases.claim(
        "ada",
        sync_type=SyncType.MANUAL,
        owner=owner,
        now=now,
        ttl=TTL,
        is_abandoned=gone.__contains__,
    )
    assert lease is not None
    return lease


def store(database: Database, lease: Lease) -> int:
    """Store one night under *lease*."""
    window = Window(stream("hrv"), DAY, DAY)
    return GarminDataRepository(database).store(
        lease,
        window,
        Payload(Api.ACCOUNT, {"hrvSummaries": []}),
        {"hrv_nights": [{"calendar_date": DAY.isoformat(), "last_night_avg_ms": 61}]},
        [LedgerDay(DAY, DayState.DATA, NOW)],
        counts=RunCounts(windows_done=1),
        now=NOW,
        ttl=TTL,
    )


def test_one_of_eight_threads_gets_the_lease(leases: LeasesRepository) -> None:
    """Of eight claims at once one succeeds, and seven are told that a sync is running."""
    barrier = threading.Barrier(8)
    won: list[Lease] = []
    refused: list[SyncAlreadyRunning] = []

    def race() -> None:
        barrier.wait()
        try:
            won.append(claim(leases))
        except SyncAlreadyRunning as error:
            refused.append(error)

    threads = [threading.Thread(target=race) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (len(won), len(refused)) == (1, 7)


def test_expired_lease_is_taken_over_and_the_old_worker_writes_nothing(
    database: Database, leases: LeasesRepository
) -> None:
    """A worker that slept past its lease loses every further write, in its transaction."""
    frozen = claim(leases)
    newer = claim(leases, now=NOW + TTL, owner="there")

    with pytest.raises(LeaseLost):
        store(database, frozen)
    outcome = SyncOutcome(sync_id=frozen.run_id, status=RunStatus.COMPLETED)
    with pytest.raises(LeaseLost):
        leases.finish(frozen, outcome, NextDue(None), now=NOW)

    assert not leases.renew(frozen, now=NOW, ttl=TTL)
    assert leases.renew(newer, now=NOW + TTL, ttl=TTL)
    assert GarminDataRepository(database).coverage("ada").days == {}
    assert store(database, newer) == 1


def test_dead_process_is_not_waited_for(leases: LeasesRepository) -> None:
    """A lease whose process is certainly gone is taken over at once."""
    dead = claim(leases, owner="dead")
    with pytest.raises(SyncAlreadyRunning):
        claim(leases, owner="other")

    assert claim(leases, owner="other", gone=("dead",)).fence == dead.fence + 1


def test_lost_run_is_closed_as_interrupted(database: Database, leases: LeasesRepository) -> None:
    """The next claim closes a run that lost its process: partial when it had saved something."""
    first = claim(leases)
    store(database, first)
    claim(leases, now=NOW + TTL)
    claim(leases, now=NOW + 2 * TTL)

    running, failed, partial = GarminCredentialsRepository(database=database).get_sync_history(
        "ada"
    )

    assert (running.status, running.completed_at) == ("running", None)
    assert (failed.status, partial.status) == ("failed", "partial")
    assert partial.error_details == '{"code": "interrupted", "retry_at": null, "failures": []}'


def test_finish_gives_the_lease_back_and_sets_the_due_time(
    leases: LeasesRepository, schedule: ScheduleRepository
) -> None:
    """After a run nobody holds the user, and the schedule says when it is due."""
    lease = claim(leases)
    due = NOW + timedelta(days=1)

    leases.finish(
        lease,
        SyncOutcome(sync_id=lease.run_id, status=RunStatus.COMPLETED),
        NextDue(due),
        now=NOW,
    )

    entry = schedule.entry("ada")
    assert entry is not None
    assert (entry.due_at, entry.lease_until, entry.owner, entry.attempt) == (due, None, None, 0)
    assert schedule.due(NOW, 10) == []
    assert schedule.due(due, 10) == ["ada"]


def test_user_in_a_cool_down_is_not_due(
    leases: LeasesRepository, schedule: ScheduleRepository
) -> None:
    """While Garmin asked to wait, a due time does not wake the user."""
    lease = claim(leases)
    later = NOW + timedelta(hours=2)
    waits = SyncOutcome(sync_id=lease.run_id, status=RunStatus.PARTIAL, retry_at=later)
    leases.finish(lease, waits, NextDue(later, not_before=later), now=NOW)

    schedule.set_due("ada", NOW)

    assert schedule.due(NOW, 10) == []
    assert schedule.due(later, 10) == ["ada"]


def test_this_process_is_not_gone_and_a_foreign_one_is_never_called_gone() -> None:
    """Only a process of this machine that has certainly ended counts as gone."""
    name = process_name()
    place = name.rsplit(":", 2)[0]

    assert not is_gone(name)
    assert is_gone(f"{place}:999999999:abcdef12")
    assert not is_gone("elsewhere:1:999999999:abcdef12")
    assert not is_gone("nonsense")


def test_heartbeat_tells_that_the_lease_is_lost() -> None:
    """A heartbeat renews until it is told that somebody else holds the user."""
    answers = iter([True, True, False])
    beats: list[bool] = []

    def renew() -> bool:
        beats.append(next(answers))
        return beats[-1]

    with Heartbeat(renew, interval_s=0.001) as heartbeat:
        assert heartbeat.lost.wait(timeout=10)

    assert beats == [True, True, False]


def test_heartbeat_outlives_a_fault_of_the_database() -> None:
    """A renewal that fails is tried again at the next beat."""
    done = threading.Event()
    beats: list[int] = []

    def renew() -> bool:
        beats.append(1)
        if len(beats) == 1:
            raise ConnectionError
        done.set()
        return True

    with Heartbeat(renew, interval_s=0.001):
        assert done.wait(timeout=10)
