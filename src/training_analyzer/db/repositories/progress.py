"""How far a run is, as its row of the history shows it while it goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import update

from training_analyzer.db.tables import garmin_sync_history

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from training_analyzer.db.repositories.garmin_data import RunCounts


def write_progress(db: Connection, run_id: int, counts: RunCounts) -> None:
    """Write how far a run is, inside the caller's transaction."""
    db.execute(
        update(garmin_sync_history)
        .where(garmin_sync_history.c.id == run_id)
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
