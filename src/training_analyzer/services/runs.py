"""Runs to look at, and to end before their time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from training_analyzer.db.repositories.run_lists import WantedRuns

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from training_analyzer.db.repositories.leases import LeasesRepository
    from training_analyzer.db.repositories.run_lists import RunListsRepository
    from training_analyzer.model import GarminSyncHistory

# The faces take it from here: they know no database.
__all__ = ["Runs", "WantedRuns"]


@dataclass(frozen=True, slots=True)
class Runs:
    """One user's runs."""

    lists: RunListsRepository
    leases: LeasesRepository
    now: Callable[[], datetime]

    def page(
        self,
        user_id: str,
        wanted: WantedRuns,
        *,
        limit: int,
        after: tuple[datetime, int] | None = None,
    ) -> list[GarminSyncHistory]:
        """Return *limit* runs, newest first, behind the start and id of *after*."""
        return self.lists.page(user_id, wanted, limit=limit, after=after)

    def one(self, user_id: str, run_id: int) -> GarminSyncHistory | None:
        """Return the user's run of that id, or None."""
        return self.lists.one(user_id, run_id)

    def streams(self, run: GarminSyncHistory) -> Mapping[str, Mapping[str, int]]:
        """Return stream -> state -> days that *run* was the last to ask for.

        A later run takes over the days that it asks for again.
        """
        last = run.completed_at or self.now()
        return self.lists.answered_since(run.user_id, first=run.started_at, last=last)

    def cancel(self, user_id: str, run_id: int) -> bool:
        """Let a running sync end after its present window; False when it does not run."""
        return self.leases.cancel(user_id, run_id)
