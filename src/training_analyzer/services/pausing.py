"""Automatic syncs stand still for a while: one person's, or everybody's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from training_analyzer.db.repositories.pauses import PausesRepository
    from training_analyzer.db.repositories.schedule import ScheduleRepository
    from training_analyzer.services.sync import SyncService


@dataclass(frozen=True, slots=True)
class Pauses:
    """Pauses and goes on. Syncs by hand are possible all the same, and sessions are kept alive."""

    schedule: ScheduleRepository
    everybody: PausesRepository
    syncs: SyncService
    now: Callable[[], datetime]

    def since(self) -> datetime | None:
        """Return since when everybody is paused, None when nobody is."""
        return self.everybody.since()

    def pause(self, user_id: str) -> None:
        """Stop the automatic syncs of *user_id*; one that is running ends as it would."""
        self.schedule.pause(user_id, now=self.now())

    def resume(self, user_id: str) -> bool:
        """Go on with them, at once where a slot was missed; False when they were not paused."""
        entry = self.schedule.entry(user_id)
        if entry is None or entry.paused_at is None:
            return False
        return self.schedule.resume(user_id, self.syncs.next_slot(user_id, now=entry.paused_at))

    def pause_everybody(self) -> None:
        """Stop all automatic syncs, of all processes, from the next tick on."""
        self.everybody.begin(now=self.now())

    def resume_everybody(self) -> bool:
        """Go on; whoever missed a slot is synced once. False when there was no pause."""
        return self.everybody.end()
