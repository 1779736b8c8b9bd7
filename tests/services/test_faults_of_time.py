"""The machine's clock jumps: nobody runs twice, is stuck, or waits for the time that was."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from services_stage import TICK, Paper

from training_analyzer.db.repositories.leases import LeasesRepository
from training_analyzer.errors import GarminUnavailable, LeaseLost
from training_analyzer.model import SyncType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fake_clock import FakeClock

    from training_analyzer.services.run import Progress

DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
LEASE = timedelta(seconds=60)
ELSEWHERE = "elsewhere:1:1:abcdef12"


@pytest.fixture
def paper(sqlite_url: str, encryption_key: str, clock: FakeClock) -> Iterator[Paper]:
    """Give the service on SQLite, whose clock is the machine's: the test's."""
    made = Paper(sqlite_url, encryption_key, clock)
    yield made
    made.runtime.close()


@pytest.mark.parametrize("frequency", ["hourly", "daily", "weekly"])
@pytest.mark.parametrize("jump", [DAY, -DAY, 400 * DAY, -400 * DAY], ids=lambda jump: f"{jump}")
def test_fault_12_clock_that_is_wrong_for_an_hour_costs_nobody_their_slot(
    paper: Paper, clock: FakeClock, frequency: str, jump: timedelta
) -> None:
    """However the clock jumps and comes back, the next slot is the right one, and comes once."""
    user = paper.connect("ada", sync_frequency=frequency)
    paper.live(clock.now + (8 * DAY if frequency == "weekly" else DAY))
    right = paper.scheduler.get_next_sync_time(user)
    assert right is not None
    before = len(paper.runs(user))

    clock.now += jump
    paper.live(clock.now + HOUR)
    assert len(paper.runs(user)) - before <= 2, "one to catch up, and one of the hour"
    clock.now -= jump
    paper.tick()

    told = paper.scheduler.get_next_sync_time(user)
    assert told is not None
    assert told == right or clock.now < told <= clock.now + HOUR + 15 * MINUTE
    begun = len(paper.runs(user))
    paper.live(told + TICK)
    assert len(paper.runs(user)) == begun + 1
    assert all(run.status == "completed" for run in paper.runs(user))


@pytest.mark.parametrize("jump", [DAY, -DAY, 37 * MINUTE, -37 * MINUTE], ids=lambda jump: f"{jump}")
def test_fault_12_clock_that_jumps_in_mid_run_leaves_one_completed_run(
    paper: Paper, clock: FakeClock, jump: timedelta
) -> None:
    """A run through a jump completes, once; a second one at once with it is refused or fenced."""
    user = paper.connect("ada", sync_wellness=True)
    jumps = [jump]

    def set_the_clock(_: Progress) -> None:
        if jumps:
            clock.now += jumps.pop()
            # The tick that follows wakes nobody who runs, as the pool does not.
            paper.dispatcher.run = None
            paper.tick()

    outcome = paper.scheduler.sync_user(user, watch=set_the_clock)

    assert outcome.status == "completed"
    (run,) = paper.runs(user)
    assert run.status == "completed"
    assert run.duration_seconds is not None
    assert run.duration_seconds >= 0
    entry = paper.runtime.schedule.entry(user)
    assert entry is not None
    assert (entry.lease_until, entry.owner) == (None, None)
    told = paper.scheduler.get_next_sync_time(user)
    assert told is not None
    assert clock.now < told <= clock.now + DAY + 15 * MINUTE


def test_fault_12_worker_that_a_jump_made_late_writes_nothing_more(
    paper: Paper, clock: FakeClock
) -> None:
    """When the clock jumps past a lease another may take it, and the first has lost it."""
    user = paper.connect("ada", sync_wellness=True)
    taken: list[str] = []

    def jump(_: Progress) -> None:
        if not taken:
            clock.now += DAY
            taken.append(paper.scheduler.sync_user(user, force=True).status)

    with pytest.raises(LeaseLost):
        paper.scheduler.sync_user(user, watch=jump)

    assert taken == ["completed"]
    assert sorted(run.status for run in paper.runs(user)) == ["completed", "partial"]


def test_fault_12_lease_of_another_time_is_waited_for_no_longer_than_a_lease(
    paper: Paper, clock: FakeClock
) -> None:
    """A worker that died while the clock was a day ahead holds its user for one lease only."""
    user = paper.connect("ada")
    paper.tick()
    clock.now += DAY
    paper.runtime.schedule.request(user, now=clock.now)
    lease = LeasesRepository(paper.runtime.database).claim(
        user,
        sync_type=SyncType.MANUAL,
        owner=ELSEWHERE,
        now=clock.now,
        ttl=LEASE,
        is_abandoned=lambda _: False,
    )
    assert lease is not None
    paper.tick()
    clock.now -= DAY

    paper.tick()
    assert [run.status for run in paper.runs(user)] == ["running"], "it may be alive"
    paper.live(clock.now + LEASE + 2 * TICK)

    ended = sorted(paper.runs(user), key=lambda run: run.id)
    assert [run.status for run in ended] == ["failed", "completed"]
    assert not LeasesRepository(paper.runtime.database).renew(lease, now=clock.now, ttl=LEASE)


def test_fault_12_living_holder_keeps_its_lease_when_the_clock_is_set_back(
    paper: Paper, clock: FakeClock
) -> None:
    """The shortened lease is prolonged by the holder's next beat, by the present clock."""
    user = paper.connect("ada")
    leases = LeasesRepository(paper.runtime.database)
    clock.now += DAY
    lease = leases.claim(
        user,
        sync_type=SyncType.MANUAL,
        owner=ELSEWHERE,
        now=clock.now,
        ttl=LEASE,
        is_abandoned=lambda _: False,
    )
    assert lease is not None
    clock.now -= DAY
    paper.tick()

    clock.advance(seconds=20)
    assert leases.renew(lease, now=clock.now, ttl=LEASE)
    clock.advance(seconds=50)
    paper.tick()

    assert [run.status for run in paper.runs(user)] == ["running"]


def test_fault_12_rest_of_another_time_ends_within_the_longest_rest(
    paper: Paper, clock: FakeClock
) -> None:
    """An outage met while the clock was ahead keeps nobody from Garmin for a day."""
    user = paper.connect("ada", sync_frequency="hourly")
    paper.tick()
    clock.now += DAY
    paper.silence = GarminUnavailable()
    paper.live(clock.now + 2 * HOUR)
    paper.silence = None
    clock.now -= DAY
    first = len(paper.runs(user))
    began = clock.now

    paper.live(clock.now + HOUR + 15 * MINUTE)

    again = paper.runs(user)
    assert len(again) > first
    newest = max(run.started_at for run in again if run.started_at < began + 2 * HOUR)
    assert newest >= began


def test_fault_12_machine_that_begins_with_a_wrong_clock_heals_at_the_next_start(
    paper: Paper, clock: FakeClock, sqlite_url: str, encryption_key: str
) -> None:
    """Due times of a year ahead do not outlive a restart after the clock was set right."""
    daily, hourly = paper.connect("ada"), paper.connect("will", sync_frequency="hourly")
    clock.now += 365 * DAY
    paper.live(clock.now + HOUR)
    clock.now -= 365 * DAY

    again = Paper(sqlite_url, encryption_key, clock)
    again.tick()

    for user, longest in ((daily, DAY), (hourly, HOUR)):
        told = again.scheduler.get_next_sync_time(user)
        assert told is not None
        assert told <= clock.now + longest + 15 * MINUTE
    again.runtime.close()


def test_fault_12_person_who_asked_while_the_clock_was_ahead_is_served_at_once(
    paper: Paper, clock: FakeClock
) -> None:
    """What was asked for an hour ahead of the time is asked for now."""
    user = paper.connect("ada")
    paper.tick()
    begun = len(paper.runs(user))
    clock.now += HOUR
    paper.tick()
    paper.runtime.schedule.request(user, now=clock.now)
    clock.now -= HOUR

    paper.tick()

    assert len(paper.runs(user)) == begun + 1
