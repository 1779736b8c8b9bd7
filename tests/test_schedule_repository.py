"""The schedule's memory: what is asked for, paused, parked, dropped."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from training_analyzer.db.repositories.leases import (
    CRASHES_TO_PARK,
    PARKED_FOR,
    LeasesRepository,
)
from training_analyzer.db.repositories.schedule import ScheduleRepository
from training_analyzer.errors import LeaseLost
from training_analyzer.model import Lease, RunStatus, SyncOutcome, SyncType
from training_analyzer.planning import NextDue

if TYPE_CHECKING:
    from datetime import datetime

    from fake_clock import FakeClock

    from training_analyzer.db import Database
    from training_analyzer.db.repositories.garmin_credentials import GarminCredentialsRepository

TTL = timedelta(seconds=60)


class Desk:
    """The schedule of one user, and a worker that claims it."""

    def __init__(self, database: Database, clock: FakeClock) -> None:
        self.schedule = ScheduleRepository(database)
        self.leases = LeasesRepository(database)
        self.clock = clock

    def claim(self, *, only_if_due: bool = True, owner: str = "here") -> Lease | None:
        """Claim the user now."""
        return self.leases.claim(
            "ada",
            sync_type=SyncType.SCHEDULED,
            owner=owner,
            now=self.clock.now,
            ttl=TTL,
            is_abandoned=lambda _: False,
            only_if_due=only_if_due,
        )

    def claimed(self, *, only_if_due: bool = True) -> Lease:
        """Claim the user, who is due."""
        lease = self.claim(only_if_due=only_if_due)
        assert lease is not None
        return lease

    def finish(self, lease: Lease, due_at: datetime | None = None) -> None:
        """End the run well; the user is next due at *due_at*."""
        done = SyncOutcome(sync_id=lease.run_id, status=RunStatus.COMPLETED)
        self.leases.finish(lease, done, NextDue(due_at), now=self.clock.now)

    def crash(self) -> None:
        """Claim the user when due, and lose the process."""
        self.schedule.set_due("ada", self.clock.now)
        self.claimed()
        self.clock.advance(seconds=61)

    def due_at(self) -> datetime | None:
        """Return when the user is due."""
        entry = self.schedule.entry("ada")
        assert entry is not None
        return entry.due_at


@pytest.fixture
def desk(database: Database, clock: FakeClock) -> Desk:
    """Give the schedule on a database of each kind."""
    return Desk(database, clock)


def test_request_makes_due_at_once_and_the_run_is_a_manual_one(
    desk: Desk, clock: FakeClock
) -> None:
    """Whoever asks for a sync is due now, whatever their regular time is."""
    desk.finish(desk.claimed(only_if_due=False), clock.now + timedelta(hours=20))

    desk.schedule.request("ada", now=clock.now)

    assert desk.schedule.due(clock.now, 10) == ["ada"]
    assert desk.claimed().sync_type is SyncType.MANUAL


def test_request_while_a_sync_runs_is_followed_by_one_more(desk: Desk, clock: FakeClock) -> None:
    """Asking three times during a run brings one run after it, and no second one beside it."""
    lease = desk.claimed(only_if_due=False)

    for _ in range(3):
        desk.schedule.request("ada", now=clock.now)
    assert desk.schedule.due(clock.now, 10) == []
    desk.finish(lease, clock.now + timedelta(hours=20))

    again = desk.claimed()
    assert again.sync_type is SyncType.MANUAL
    desk.finish(again, clock.now + timedelta(hours=20))
    assert desk.schedule.due(clock.now, 10) == []


def test_request_does_not_overtake_what_garmin_asked_for(desk: Desk, clock: FakeClock) -> None:
    """A cool-down holds for a sync by hand as well."""
    later = clock.now + timedelta(hours=1)
    lease = desk.claimed(only_if_due=False)
    waits = SyncOutcome(sync_id=lease.run_id, status=RunStatus.PARTIAL, retry_at=later)
    desk.leases.finish(lease, waits, NextDue(later, not_before=later), now=clock.now)

    desk.schedule.request("ada", now=clock.now)

    assert desk.claim() is None
    clock.now = later
    desk.claimed()


def test_paused_user_is_not_due_until_resumed(desk: Desk, clock: FakeClock) -> None:
    """A pause outlives a run that was going on, and ends when told to."""
    lease = desk.claimed(only_if_due=False)
    desk.schedule.pause("ada", now=clock.now)
    desk.finish(lease, clock.now)
    desk.schedule.set_due("ada", clock.now)

    assert desk.schedule.due(clock.now + timedelta(days=30), 10) == []

    assert desk.schedule.resume("ada", clock.now)
    assert desk.schedule.due(clock.now, 10) == ["ada"]
    assert not desk.schedule.resume("ada", clock.now)


def test_paused_user_gets_no_due_time_of_the_tick(
    desk: Desk, clock: FakeClock, repo: GarminCredentialsRepository
) -> None:
    """Who is connected and not scheduled is found by the tick; who is paused is not."""
    repo.save_credentials("ada", "sealed", "sealed")
    assert desk.schedule.unscheduled() == ["ada"]

    desk.schedule.pause("ada", now=clock.now)

    assert desk.schedule.unscheduled() == []


def test_fault_33_poison_user_is_parked_after_three_crashes(desk: Desk, clock: FakeClock) -> None:
    """Three runs that took their process down are counted before they work; then a day of rest."""
    for _ in range(CRASHES_TO_PARK):
        desk.crash()

    assert desk.claim() is None
    assert desk.due_at() == clock.now + PARKED_FOR
    entry = desk.schedule.entry("ada")
    assert entry is not None
    assert entry.parked_at == clock.now
    assert entry.owner is None

    clock.advance(hours=24)
    lease = desk.claimed()
    clock.advance(seconds=61)
    assert desk.claim() is None, "one more crash parks the user for another day"
    with pytest.raises(LeaseLost):
        desk.finish(lease)


def test_run_that_ends_forgets_the_crashes_before_it(desk: Desk, clock: FakeClock) -> None:
    """Only crashes in a row count: a run that ended, however badly, begins the count anew."""
    for _ in range(CRASHES_TO_PARK - 1):
        desk.crash()
    desk.finish(desk.claimed(), clock.now)

    for _ in range(CRASHES_TO_PARK - 1):
        desk.crash()

    desk.claimed()


def test_sync_by_hand_of_a_parked_user_is_possible(desk: Desk) -> None:
    """A person may try what the scheduler does not try any more."""
    for _ in range(CRASHES_TO_PARK):
        desk.crash()
    assert desk.claim() is None

    desk.finish(desk.claimed(only_if_due=False), desk.clock.now)

    desk.claimed()


def test_dropped_lease_can_write_nothing_and_others_go_on_at_once(
    desk: Desk, clock: FakeClock
) -> None:
    """A process that leaves takes back its leases; that is no crash, and others do not wait."""
    desk.schedule.set_due("ada", clock.now)
    lease = desk.claimed()

    assert desk.leases.drop("here") == 1

    assert not desk.leases.renew(lease, now=clock.now, ttl=TTL)
    with pytest.raises(LeaseLost):
        desk.finish(lease)
    following = desk.claim(owner="elsewhere")
    assert following is not None
    assert desk.leases.drop("here") == 0
