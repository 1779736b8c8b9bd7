"""A fleet of users on paper time: the real schedule, claims and paces; only Garmin is missing.

The clock jumps from event to event: ticks every 15 seconds, runs that begin when a worker
is free and end when their requests have had their turns.
"""

from __future__ import annotations

import heapq
import itertools
from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from sqlalchemy import insert

from training_analyzer.db.repositories.leases import LeasesRepository
from training_analyzer.db.repositories.schedule import ScheduleRepository
from training_analyzer.db.tables import garmin_schedule
from training_analyzer.garmin.pacing import Pacing
from training_analyzer.model import GarminSyncConfig, Lease, RunStatus, SyncOutcome, SyncType
from training_analyzer.planning import after_run, next_slot
from training_analyzer.services.garmin_scheduler import TICK_S

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from training_analyzer.db import Database

BEGIN: Final = datetime(2026, 3, 2, 0, 0, tzinfo=UTC)
_AT_ONCE: Final = 1000
_TTL: Final = timedelta(hours=12)  # on paper no heartbeat beats


@dataclass
class Told:
    """What came of a day: how late each run began, and when each request was made."""

    late_s: list[float] = field(default_factory=list)
    runs: dict[str, int] = field(default_factory=dict)
    requests: list[tuple[float, str]] = field(default_factory=list)
    most_at_once: int = 0

    def late(self, share: float) -> timedelta:
        """Return the lateness that *share* of the runs did not exceed."""
        ordered = sorted(self.late_s)
        return timedelta(seconds=ordered[min(len(ordered) - 1, int(share * len(ordered)))])

    def most_in_a_minute(self, user_id: str | None = None) -> int:
        """Return the most requests in any 60 seconds, of one account or of all together."""
        recent: deque[float] = deque()
        most = 0
        for at in sorted(at for at, who in self.requests if user_id in {None, who}):
            recent.append(at)
            # A request exactly a minute later belongs to the next minute.
            while recent[0] <= at - 60 + 1e-6:
                recent.popleft()
            most = max(most, len(recent))
        return most


class Fleet:
    """Users, workers with so many slots, and a day of events."""

    def __init__(
        self,
        database: Database,
        configs: Sequence[GarminSyncConfig],
        *,
        slots: int,
        requests: Callable[[str], int],
        per_minute: int,
    ) -> None:
        self._schedule = ScheduleRepository(database)
        self._leases = LeasesRepository(database)
        self._configs = {config.user_id: config for config in configs}
        self._free = slots
        self._slots = slots
        self._requests = requests
        self._now = BEGIN
        self._pacing = Pacing(per_minute, clock=self._seconds, sleep=self._sleep)
        self._asleep = 0.0
        self._queue: deque[str] = deque()
        self._queued: set[str] = set()
        self._events: list[tuple[datetime, int, Callable[[], None]]] = []
        self._numbers = itertools.count()
        self.told = Told()
        rows = [
            {"user_id": config.user_id, "due_at": next_slot(config, now=BEGIN)}
            for config in configs
        ]
        with database.write() as db:
            db.execute(insert(garmin_schedule), rows)

    def live(self, span: timedelta) -> Told:
        """Let *span* pass from the beginning, and tell what came of it."""
        end = BEGIN + span
        self._at(BEGIN, self._tick)
        while self._events and self._events[0][0] < end:
            self._now, _, event = heapq.heappop(self._events)
            event()
        return self.told

    def _at(self, when: datetime, event: Callable[[], None]) -> None:
        heapq.heappush(self._events, (when, next(self._numbers), event))

    def _tick(self) -> None:
        for user_id in self._schedule.due(self._now, _AT_ONCE):
            if user_id not in self._queued:
                self._queued.add(user_id)
                self._queue.append(user_id)
        self._begin_runs()
        self._at(self._now + timedelta(seconds=TICK_S), self._tick)

    def _begin_runs(self) -> None:
        while self._free and self._queue:
            user_id = self._queue.popleft()
            self._queued.discard(user_id)
            entry = self._schedule.entry(user_id)
            lease = self._leases.claim(
                user_id,
                sync_type=SyncType.SCHEDULED,
                owner="paper",
                now=self._now,
                ttl=_TTL,
                is_abandoned=lambda _: False,
                only_if_due=True,
            )
            if lease is None or entry is None or entry.due_at is None:
                continue
            self._free -= 1
            self.told.most_at_once = max(self.told.most_at_once, self._slots - self._free)
            self.told.late_s.append((self._now - entry.due_at).total_seconds())
            self._run(user_id, lease)

    def _run(self, user_id: str, lease: Lease) -> None:
        pace = self._pacing.for_account(user_id)
        started_at, self._asleep = self._now, 0.0
        for _ in range(self._requests(user_id)):
            pace.wait()
            self.told.requests.append((self._seconds(), user_id))
        ends_at = self._now + timedelta(seconds=self._asleep + 1)
        self._asleep = 0.0

        def end() -> None:
            self.told.runs[user_id] = self.told.runs.get(user_id, 0) + 1
            done = SyncOutcome(sync_id=lease.run_id, status=RunStatus.COMPLETED)
            due = after_run(
                self._configs[user_id],
                done,
                reaction=None,
                now=self._now,
                started_at=started_at,
                attempt=lease.attempt,
                max_retries=3,
            )
            self._leases.finish(lease, done, due, now=self._now)
            self._free += 1
            self._begin_runs()

        self._at(ends_at, end)

    def _seconds(self) -> float:
        return (self._now - BEGIN).total_seconds() + self._asleep

    def _sleep(self, seconds: float) -> None:
        self._asleep += seconds
