"""Runs to look at, and to end before their time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from training_analyzer.db.repositories.run_lists import WantedRuns
from training_analyzer.streams import CATALOG

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date, datetime

    from training_analyzer.db.repositories.leases import LeasesRepository
    from training_analyzer.db.repositories.run_lists import RunListsRepository
    from training_analyzer.model import Failure, GarminSyncHistory

# The faces take it from here: they know no database.
__all__ = ["Runs", "WantedRuns"]

_OF_NOW: Final = frozenset(stream.name for stream in CATALOG if stream.is_snapshot)
# A person who retries does so soon.
_RETRIED_WITHIN: Final = timedelta(days=30)


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

    def counts(self, user_id: str) -> Mapping[str, int]:
        """Return status -> how many runs of the user have it."""
        return self.lists.counts(user_id)

    def retries_of(self, run: GarminSyncHistory) -> list[GarminSyncHistory]:
        """Return the runs, oldest first, that were started to make up for *run*."""
        return self.lists.retries_of(run, until=run.started_at + _RETRIED_WITHIN)

    def healed(
        self, run: GarminSyncHistory, failures: Sequence[Failure]
    ) -> Mapping[Failure, int | None]:
        """Return which of *failures* later runs have made up for, and by which run the last of it.

        The run is None where the history does not tell. A window is healed when each of its
        days was answered later, the state of now when it was answered at all.
        """
        ended = run.completed_at
        if not failures or ended is None:
            return {}
        found = self.lists.answered_after(
            run.user_id,
            {failure.stream for failure in failures},
            first=min(failure.first for failure in failures),
            after=ended,
        )
        answered: dict[str, dict[date, datetime]] = {}
        for stream, day, at in found:
            answered.setdefault(stream, {})[day] = at
        ends = {each: _healed_at(each, answered.get(each.stream, {})) for each in failures}
        runs = {at: self.lists.at(run.user_id, at) for at in set(ends.values()) if at is not None}
        return {each: runs[at] for each, at in ends.items() if at is not None}

    def is_to_end(self, run: GarminSyncHistory) -> bool:
        """Tell whether somebody asked *run* to end before its time."""
        return self.lists.is_to_end(run.user_id, run.id)

    def cancel(self, user_id: str, run_id: int) -> bool:
        """Let a running sync end after its present window; False when it does not run."""
        return self.leases.cancel(user_id, run_id)


def _healed_at(failure: Failure, answered: Mapping[date, datetime]) -> datetime | None:
    """Return when the last day of a window was answered; None while one is missing."""
    if failure.stream in _OF_NOW:
        return max(answered.values(), default=None)
    days = (failure.last - failure.first).days + 1
    wanted = [failure.first + timedelta(days=n) for n in range(days)]
    if any(day not in answered for day in wanted):
        return None
    return max(answered[day] for day in wanted)
