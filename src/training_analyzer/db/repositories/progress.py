"""How far a run is, as its row of the history and its events show it while it goes on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sqlalchemy import update

from training_analyzer.db.repositories.sync_events import (
    AskedWindow,
    Happening,
    Kind,
    Step,
    as_text,
    note_events,
)
from training_analyzer.db.tables import garmin_sync_history
from training_analyzer.model import DayState, Group

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from training_analyzer.model import Lease
    from training_analyzer.planning import LedgerDay
    from training_analyzer.streams import Window


@dataclass(frozen=True, slots=True)
class RunCounts:
    """What a run has done so far, as its history row and its events show it."""

    activities_synced: int = 0
    wellness_days_synced: int = 0
    fitness_days_synced: int = 0
    requests: int = 0
    rows_changed: int = 0
    windows_done: int = 0
    windows_total: int | None = None
    step: Step = Step.LOOK
    eta_seconds: int | None = None

    def after(self, window: Window, changed: int) -> RunCounts:
        """Return the counts once *changed* rows of *window* were written."""
        activities = changed if window.stream.group is Group.ACTIVITIES else 0
        return replace(
            self,
            rows_changed=self.rows_changed + changed,
            activities_synced=self.activities_synced + activities,
        )


def write_progress(
    db: Connection, lease: Lease, counts: RunCounts, asked: AskedWindow, *, now: datetime
) -> None:
    """Write how far a run is, and what came of its last window, in the caller's transaction."""
    db.execute(
        update(garmin_sync_history)
        .where(garmin_sync_history.c.id == lease.run_id)
        .values(
            activities_synced=counts.activities_synced,
            wellness_days_synced=counts.wellness_days_synced,
            fitness_days_synced=counts.fitness_days_synced,
            requests=counts.requests,
            rows_changed=counts.rows_changed,
            windows_done=counts.windows_done,
            windows_total=counts.windows_total,
        )
    )
    happened = (asked.told(), progress_of(counts, asked))
    note_events(db, lease.user_id, lease.run_id, happened, at=now)


def progress_of(counts: RunCounts, asked: AskedWindow | None = None) -> Happening:
    """Return the event that tells how far a run is, *asked* being its last window."""
    place = asked.place() if asked is not None else {"stream": None, "from": None, "to": None}
    return Happening(
        Kind.PROGRESS,
        {
            "step": counts.step.value,
            "windows_done": counts.windows_done,
            "windows_total": counts.windows_total,
            "requests_used": counts.requests,
            "eta_seconds": counts.eta_seconds,
        }
        | place,
    )


def finished_with(
    status: str,
    counts: RunCounts,
    *,
    failed_windows: int,
    error_code: str | None,
    retry_at: datetime | None,
) -> Happening:
    """Return the event that tells how a run ended: the last one of it."""
    return Happening(
        Kind.FINISHED,
        {
            "status": status,
            "activities_synced": counts.activities_synced,
            "wellness_days_synced": counts.wellness_days_synced,
            "fitness_days_synced": counts.fitness_days_synced,
            "requests_used": counts.requests,
            "rows_changed": counts.rows_changed,
            "windows_done": counts.windows_done,
            "windows_total": counts.windows_total,
            "failed_windows": failed_windows,
            "error_code": error_code,
            "retry_at": None if retry_at is None else as_text(retry_at),
        },
    )


def asked_for(window: Window, ledger: Sequence[LedgerDay]) -> AskedWindow:
    """Return what the lines of the ledger say that came of *window*."""
    days = sum(line.state is DayState.DATA for line in ledger)
    code = next((line.error_code for line in ledger if line.error_code), None)
    answered = DayState.DATA if days else DayState.EMPTY
    return AskedWindow(
        stream=window.stream.name,
        first=window.first,
        last=window.last,
        state=answered if code is None else DayState.FAILED,
        days=days,
        error_code=code,
    )
