"""Automatic syncs stand still for a while: one person's, or everybody's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from training_analyzer.db.repositories.pauses import Pause
from training_analyzer.errors import SyncingPaused

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from training_analyzer.db.repositories.pauses import PausesRepository
    from training_analyzer.db.repositories.schedule import ScheduleRepository
    from training_analyzer.services.sync import SyncService

__all__ = ["Pause", "Pauses"]


@dataclass(frozen=True, slots=True)
class Pauses:
    """Pauses and goes on; sessions are kept alive meanwhile.

    Whoever is paused alone may sync by hand. While everybody is, only who works on the
    machine itself may.
    """

    schedule: ScheduleRepository
    everybody: PausesRepository
    syncs: SyncService
    now: Callable[[], datetime]

    def of_everybody(self) -> Pause | None:
        """Return the pause of everybody, None when there is none."""
        return self.everybody.now()

    def since(self) -> datetime | None:
        """Return since when everybody is paused, None when nobody is."""
        pause = self.everybody.now()
        return pause.since if pause else None

    def refuse(self) -> None:
        """Raise `SyncingPaused`, with what an administrator said, while everybody is paused."""
        pause = self.everybody.now()
        if pause is not None:
            raise SyncingPaused(pause.reason)

    def pause(self, user_id: str) -> None:
        """Stop the automatic syncs of *user_id*; one that is running ends as it would."""
        self.schedule.pause(user_id, now=self.now())

    def resume(self, user_id: str) -> bool:
        """Go on with them, at once where a slot was missed; False when they were not paused."""
        entry = self.schedule.entry(user_id)
        if entry is None or entry.paused_at is None:
            return False
        return self.schedule.resume(user_id, self.syncs.next_slot(user_id, now=entry.paused_at))

    def pause_everybody(self, reason: str | None = None, *, by: str | None = None) -> None:
        """Stop all automatic syncs, of all processes, from the next tick on.

        People read *reason* where a sync by hand is refused; *by* is who pauses.
        """
        self.everybody.begin(Pause(since=self.now(), reason=reason, paused_by=by))

    def resume_everybody(self) -> bool:
        """Go on; whoever missed a slot is synced once. False when there was no pause."""
        return self.everybody.end()
