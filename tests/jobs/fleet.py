"""Processes that share a schedule, played in one: each has a dispatcher, all one database."""

from __future__ import annotations

import threading
import time
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import text

from training_analyzer.db.engine import parse_url
from training_analyzer.db.repositories.leases import LeasesRepository
from training_analyzer.db.repositories.schedule import ScheduleRepository
from training_analyzer.jobs.postgres import PostgresDispatcher
from training_analyzer.jobs.threads import ThreadDispatcher
from training_analyzer.model import RunStatus, SyncOutcome, SyncType
from training_analyzer.planning import NextDue

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from training_analyzer.db import Database
    from training_analyzer.jobs import Dispatcher
    from training_analyzer.model import Lease

TTL = timedelta(seconds=60)
PATIENCE_S = 30.0
NEVER = NextDue(None)


def wait_until(holds: Callable[[], object]) -> None:
    """Look until something holds; fail when it does not for half a minute."""
    until = time.monotonic() + PATIENCE_S
    pause = threading.Event()
    while not holds():
        assert time.monotonic() < until, "it never came about"
        pause.wait(0.01)


class Member:
    """One process of the fleet. `work` is what its runs do between claim and finish."""

    def __init__(self, fleet: Fleet, name: str, dispatcher: Dispatcher) -> None:
        self.fleet = fleet
        self.name = name
        self.dispatcher = dispatcher
        self.delivered: list[str] = []
        self.ended: list[str] = []
        self.work: Callable[[Lease], None] = lambda _lease: None

    def tick(self) -> None:
        """Wake whoever is due, as every scheduler does."""
        fleet = self.fleet
        self.dispatcher.wake(fleet.schedule.due(fleet.now(), 1000))

    def run(self, user_id: str) -> None:
        """Claim, work, finish: what a dispatcher calls."""
        self.delivered.append(user_id)
        try:
            lease = self.fleet.claim(user_id, owner=self.name)
            if lease is not None:
                self.fleet.runs.append((user_id, self.name))
                self.work(lease)
                self.fleet.finish(lease)
        finally:
            self.ended.append(user_id)


class Fleet:
    """A database, its schedule, and members with dispatchers of one kind."""

    def __init__(
        self, kind: str, url: str, database: Database, now: Callable[[], datetime]
    ) -> None:
        self._kind = kind
        self._url = url
        self.database = database
        self.now = now
        self.schedule = ScheduleRepository(database)
        self.leases = LeasesRepository(database)
        self.runs: list[tuple[str, str]] = []
        self.members: list[Member] = []

    def member(self, workers: int = 4, *, begun: bool = True) -> Member:
        """Add a process with *workers* threads."""
        dispatcher: Dispatcher
        if self._kind == "threads":
            dispatcher = ThreadDispatcher(workers)
        else:
            dispatcher = PostgresDispatcher(parse_url(self._url), workers)
        member = Member(self, f"m{len(self.members)}", dispatcher)
        self.members.append(member)
        if begun:
            dispatcher.start(member.run)
        return member

    def due(self, *users: str) -> None:
        """Make users due now."""
        for user_id in users:
            self.schedule.set_due(user_id, self.now())

    def claim(self, user_id: str, *, owner: str) -> Lease | None:
        """Claim a user who is due."""
        return self.leases.claim(
            user_id,
            sync_type=SyncType.SCHEDULED,
            owner=owner,
            now=self.now(),
            ttl=TTL,
            is_abandoned=lambda _owner: False,
            only_if_due=True,
        )

    def finish(self, lease: Lease, due: NextDue = NEVER) -> None:
        """End a run well; the user is due no more, or as told."""
        outcome = SyncOutcome(sync_id=lease.run_id, status=RunStatus.COMPLETED)
        self.leases.finish(lease, outcome, due, now=self.now())

    def settle(self) -> None:
        """Wait until whatever was woken was delivered, and has ended."""
        wait_until(self._is_settled)

    def close(self) -> None:
        """Stop every member, all of them at once."""
        stopping = [
            threading.Thread(target=member.dispatcher.stop, args=(PATIENCE_S,))
            for member in self.members
        ]
        for thread in stopping:
            thread.start()
        for thread in stopping:
            thread.join()
        # Also what a test did not let end in time: it still has a connection.
        wait_until(lambda: all(len(m.ended) == len(m.delivered) for m in self.members))

    def _is_settled(self) -> bool:
        if self._kind == "threads":
            dispatchers = [member.dispatcher for member in self.members]
            return not any(
                dispatcher._waiting or dispatcher._running
                for dispatcher in dispatchers
                if isinstance(dispatcher, ThreadDispatcher)
            )
        deliveries = [
            member.dispatcher._delivery
            for member in self.members
            if isinstance(member.dispatcher, PostgresDispatcher)
        ]
        if any(each._woken or each._running for each in deliveries if each is not None):
            return False
        with self.database.read() as db:
            rows: int = db.execute(text("SELECT count(*) FROM pgqueuer.pgqueuer")).scalar_one()
        return rows == 0
