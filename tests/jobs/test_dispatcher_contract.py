"""The nine promises of every dispatcher, on every database: who is due runs, and once."""

from __future__ import annotations

import threading
import time
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from fleet import PATIENCE_S, TTL, wait_until

from training_analyzer.db.clock import clock_of
from training_analyzer.db.repositories.garmin_credentials import GarminCredentialsRepository
from training_analyzer.db.repositories.leases import hold
from training_analyzer.errors import LeaseLost, SyncAlreadyRunning
from training_analyzer.model import SyncType
from training_analyzer.planning import NextDue

if TYPE_CHECKING:
    from fake_clock import FakeClock
    from fleet import Fleet, Member

    from training_analyzer.model import Lease


class Gate:
    """Work that waits until it is let through."""

    def __init__(self, *members: Member) -> None:
        self.entered = threading.Event()
        self.opened = threading.Event()
        self.leases: list[Lease] = []
        for member in members:
            member.work = self._wait

    def _wait(self, lease: Lease) -> None:
        self.leases.append(lease)
        self.entered.set()
        self.opened.wait(PATIENCE_S)

    def reached(self) -> Lease:
        """Wait until somebody works; return the lease."""
        assert self.entered.wait(PATIENCE_S)
        return self.leases[0]


def test_one_lease_for_a_user(fleet: Fleet) -> None:
    """While a user runs, nobody else gets the lease, woken or by name."""
    first, second = fleet.member(), fleet.member()
    gate = Gate(first, second)
    fleet.due("ada")
    first.dispatcher.wake(["ada"])
    lease = gate.reached()

    second.dispatcher.wake(["ada"])
    with pytest.raises(SyncAlreadyRunning):
        fleet.leases.claim(
            "ada",
            sync_type=SyncType.MANUAL,
            owner="somebody",
            now=fleet.now(),
            ttl=TTL,
            is_abandoned=lambda _owner: False,
        )
    gate.opened.set()
    fleet.settle()

    assert (len(fleet.runs), gate.leases) == (1, [lease])


def test_worker_that_slept_past_its_lease_writes_nothing(fleet: Fleet, clock: FakeClock) -> None:
    """The fence grows with each claim, and who holds an old one is refused from then on."""
    sleeper = fleet.member()
    gate = Gate(sleeper)
    fleet.due("ada")
    sleeper.dispatcher.wake(["ada"])
    old = gate.reached()
    clock.advance(seconds=61)

    lease = fleet.claim("ada", owner="other")

    assert lease is not None
    assert lease.fence == old.fence + 1
    with fleet.database.write() as db:
        assert not hold(db, old, until=clock.now)
    with pytest.raises(LeaseLost):
        fleet.finish(old)
    gate.opened.set()
    fleet.settle()
    fleet.finish(lease)


def test_user_of_a_dead_worker_is_due_again_after_the_lease(fleet: Fleet, clock: FakeClock) -> None:
    """A run whose worker died is closed by the next claim, which counts as another attempt."""
    fleet.due("ada")
    assert fleet.claim("ada", owner="dead") is not None
    member = fleet.member()
    member.tick()
    fleet.settle()
    assert member.delivered == []
    attempts: list[int] = []
    member.work = lambda lease: attempts.append(lease.attempt)

    clock.advance(seconds=61)
    member.tick()
    wait_until(lambda: attempts)
    fleet.settle()

    assert attempts == [2]
    credentials = GarminCredentialsRepository(database=fleet.database, now=clock)
    assert [run.status for run in credentials.get_sync_history("ada")] == ["completed", "failed"]


def test_engine_repeats_nothing_by_itself(fleet: Fleet) -> None:
    """A run that ends with an error is not tried again until its due time; others go on."""
    member = fleet.member(workers=2)

    def fail(lease: Lease) -> None:
        if lease.user_id == "ada":
            raise RuntimeError

    member.work = fail
    fleet.due("ada", "bob")
    member.tick()
    wait_until(lambda: len(member.delivered) == 2)
    fleet.settle()
    member.tick()
    fleet.settle()

    assert sorted(member.delivered) == ["ada", "bob"]
    assert sorted(user for user, _ in fleet.runs) == ["ada", "bob"]


def test_user_woken_many_times_runs_once(fleet: Fleet) -> None:
    """Waking twice, or while the user runs, makes one run; a request makes a second."""
    member = fleet.member()
    gate = Gate(member)
    fleet.due("ada")
    member.dispatcher.wake(["ada", "ada"])
    member.dispatcher.wake(["ada"])
    gate.reached()
    member.dispatcher.wake(["ada"])
    fleet.schedule.request("ada", now=fleet.now())
    gate.opened.set()
    fleet.settle()
    assert fleet.runs == [("ada", "m0")]

    member.tick()
    wait_until(lambda: len(fleet.runs) == 2)
    fleet.settle()
    member.tick()
    fleet.settle()

    assert fleet.runs == [("ada", "m0")] * 2


def test_request_overtakes_back_off_but_not_garmins_wish(fleet: Fleet, clock: FakeClock) -> None:
    """Who asks for a sync need not wait for the next try, but for what Garmin asked for."""
    member = fleet.member()
    fleet.schedule.set_due("ada", clock.now + timedelta(hours=1))
    fleet.schedule.request("ada", now=clock.now)
    member.tick()
    wait_until(lambda: fleet.runs == [("ada", "m0")])
    fleet.settle()

    fleet.due("bob")
    lease = fleet.claim("bob", owner="m0")
    assert lease is not None
    in_an_hour = clock.now + timedelta(hours=1)
    fleet.finish(lease, NextDue(in_an_hour, not_before=in_an_hour))
    fleet.schedule.request("bob", now=clock.now)
    member.dispatcher.wake(["bob"], urgent=True)
    wait_until(lambda: len(member.delivered) == 2)
    fleet.settle()

    assert fleet.runs == [("ada", "m0")]
    assert member.delivered == ["ada", "bob"]


def test_every_scheduler_may_tick(fleet: Fleet) -> None:
    """Four processes that all tick, twice, run each of forty due users once."""
    users = [f"user-{number:02d}" for number in range(40)]
    fleet.due(*users)
    members = [fleet.member() for _ in range(4)]
    barrier = threading.Barrier(4)

    def tick(member: Member) -> None:
        barrier.wait()
        member.tick()
        member.tick()

    threads = [threading.Thread(target=tick, args=(member,)) for member in members]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    wait_until(lambda: len(fleet.runs) >= 40)
    fleet.settle()

    assert sorted(user for user, _ in fleet.runs) == users
    assert fleet.schedule.due(fleet.now(), 1000) == []


def test_stop_lets_whoever_runs_finish_and_nobody_begin(fleet: Fleet) -> None:
    """After a stop what ran has ended, what waited is still due, and no lease is left."""
    member = fleet.member(workers=1)
    gate = Gate(member)
    fleet.due("ada", "bob", "cyd")
    member.dispatcher.wake(["ada", "bob", "cyd"])
    lease = gate.reached()
    threading.Timer(0.2, gate.opened.set).start()

    assert member.dispatcher.stop(PATIENCE_S)

    assert fleet.runs == [(lease.user_id, "m0")]
    waiting = {"ada", "bob", "cyd"} - {lease.user_id}
    assert set(fleet.schedule.due(fleet.now(), 10)) == waiting
    entries = [fleet.schedule.entry(user_id) for user_id in ("ada", "bob", "cyd")]
    assert [entry.lease_until for entry in entries if entry] == [None] * 3


def test_stop_waits_no_longer_than_told(fleet: Fleet) -> None:
    """A run that does not end in time is told of, and can be stripped of its lease."""
    member = fleet.member(workers=1)
    gate = Gate(member)
    fleet.due("ada")
    member.dispatcher.wake(["ada"])
    lease = gate.reached()
    began = time.monotonic()

    assert not member.dispatcher.stop(0.1)

    assert time.monotonic() - began < 5.0
    assert fleet.leases.drop(member.name) == 1
    with pytest.raises(LeaseLost):
        fleet.finish(lease)
    assert fleet.schedule.due(fleet.now(), 10) == ["ada"]
    gate.opened.set()


def test_stopped_dispatcher_starts_again(fleet: Fleet) -> None:
    """Starting and stopping twice is the same as once, and after a stop it can start anew."""
    member = fleet.member()
    member.dispatcher.start(member.run)
    assert member.dispatcher.stop(PATIENCE_S)
    assert member.dispatcher.stop(PATIENCE_S)
    fleet.due("ada")

    member.dispatcher.start(member.run)
    member.tick()

    wait_until(lambda: fleet.runs == [("ada", "m0")])
    fleet.settle()


def test_urgent_user_overtakes_the_backlog(fleet: Fleet) -> None:
    """A user who is waited for comes before all that wait, also when they waited already."""
    member = fleet.member(workers=2)
    gate = Gate(member)
    others = [f"user-{number:02d}" for number in range(20)]
    fleet.due(*others, "ada")
    member.dispatcher.wake([*others, "ada"])
    gate.reached()

    member.dispatcher.wake(["ada"], urgent=True)
    wait_until(lambda: not _untold(member))
    gate.opened.set()
    wait_until(lambda: len(fleet.runs) == 21)
    fleet.settle()

    assert [user for user, _ in fleet.runs].index("ada") <= 4


def _untold(member: Member) -> object:
    delivery = getattr(member.dispatcher, "_delivery", None)
    return delivery is not None and (delivery._woken or delivery._session._look.is_set())


def test_clock_is_the_databases(fleet: Fleet) -> None:
    """Due times and leases are read from the clock that all processes share."""
    fleet.now = clock_of(fleet.database)
    member = fleet.member()
    gate = Gate(member)
    fleet.due("ada")
    fleet.schedule.set_due("bob", fleet.now() + timedelta(minutes=1))
    member.tick()
    lease = gate.reached()

    assert timedelta(seconds=50) < lease.until - fleet.now() <= TTL
    gate.opened.set()
    fleet.settle()
    assert fleet.runs == [("ada", "m0")]
