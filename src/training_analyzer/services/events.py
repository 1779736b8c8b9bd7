"""Events of runs, for who watches one: what happened so far, what is new, how it ended."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from training_analyzer.db.repositories.progress import RunCounts, finished_with
from training_analyzer.db.repositories.sync_events import Kind, News, SyncEvent, as_json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import datetime

    from training_analyzer.db import Database
    from training_analyzer.db.repositories.sync_events import SyncEventsRepository
    from training_analyzer.model import GarminSyncHistory

# The faces take them from here: they know no database.
__all__ = ["Events", "Kind", "News", "SyncEvent"]

_AT_ONCE: Final = 1000


@dataclass(frozen=True, slots=True)
class Events:
    """The events of everybody's runs."""

    repository: SyncEventsRepository
    database: Database

    def last_number(self, user_id: str, run_id: int) -> int:
        """Return the number of the run's newest event; 0 before the first."""
        return self.repository.last_number(user_id, run_id)

    def after(self, user_id: str, run_id: int, number: int, *, limit: int) -> list[SyncEvent]:
        """Return *limit* events of the run behind *number*, in order."""
        return self.repository.after(user_id, run_id, number, limit=limit)

    def progress(self, user_id: str, run_id: int) -> Mapping[str, Any] | None:
        """Return what the run told last of how far it is; None before it told anything."""
        newest = self.repository.progress(user_id, run_id)
        told: Mapping[str, Any] | None = json.loads(newest.data) if newest else None
        return told

    def all(self, user_id: str, run_id: int) -> Iterator[SyncEvent]:
        """Give every event of the run, in order, as many at once as a query should bring."""
        number = 0
        while found := self.repository.after(user_id, run_id, number, limit=_AT_ONCE):
            yield from found
            number = found[-1].number

    def news(self, seen: Mapping[tuple[str, int], int]) -> Mapping[tuple[str, int], News]:
        """Return what each run, user and run -> number, has behind that number."""
        return self.repository.news(seen)

    def end_of(
        self,
        run: GarminSyncHistory,
        *,
        failed_windows: int,
        error_code: str | None,
        retry_at: datetime | None,
    ) -> SyncEvent:
        """Return the event that ended *run*; one without a number where it is gone by now."""
        kept = self.repository.finished(run.user_id, run.id)
        if kept is not None:
            return kept
        counts = RunCounts(
            activities_synced=run.activities_synced,
            wellness_days_synced=run.wellness_days_synced,
            fitness_days_synced=run.fitness_days_synced,
            requests=run.requests,
            rows_changed=run.rows_changed,
            windows_done=run.windows_done,
            windows_total=run.windows_total,
        )
        finished = finished_with(
            run.status,
            counts,
            failed_windows=failed_windows,
            error_code=error_code,
            retry_at=retry_at,
        )
        told = as_json(run.id, finished, at=run.completed_at or run.started_at)
        return SyncEvent(0, Kind.FINISHED, told)

    def on_write(self, hear: Callable[[], None]) -> Callable[[], None]:
        """Call *hear* after each transaction of this process; return what ends that."""
        return self.database.on_write(hear)
