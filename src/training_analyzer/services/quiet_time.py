"""Put regular syncs off that would begin in their person's quiet hours.

Slots and retries keep out of them already; who was due before, and waited in the queue or
for a server that was down, comes here. What a person asks for by hand is never put off.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from training_analyzer.model import SyncType
from training_analyzer.planning import spread
from training_analyzer.planning.quiet import is_quiet, out_of_quiet

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from training_analyzer.db.repositories.schedule import ScheduleEntry, ScheduleRepository
    from training_analyzer.model import GarminSyncConfig


@dataclass(frozen=True, slots=True)
class QuietTime:
    """Keeps regular syncs out of quiet hours. `config` tells what a user wants."""

    schedule: ScheduleRepository
    config: Callable[[str], GarminSyncConfig]
    now: Callable[[], datetime]

    def put_off(self, user_id: str) -> None:
        """Make a user who is due in quiet hours due at their end."""
        entry = self.schedule.entry(user_id)
        now = self.now()
        if entry is None or entry.due_at is None or not entry.is_due(now):
            return
        if entry.reason is SyncType.SCHEDULED and is_quiet(self.config(user_id), now):
            self.schedule.put_off(user_id, self.begin_of(entry, now), seen=entry.due_at)

    def begin_of(self, entry: ScheduleEntry, at: datetime) -> datetime:
        """Return when the sync that *entry* waits for begins, if Garmin allows it *at*.

        One that should have begun before now, as after a pause, begins now unless it is quiet.
        """
        if entry.reason is not SyncType.SCHEDULED:
            return at
        config, now = self.config(entry.user_id), self.now()
        if at < now and not is_quiet(config, now):
            return at
        return out_of_quiet(config, max(at, now), offset=spread(entry.user_id))
