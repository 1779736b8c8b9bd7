"""`attempt_counters`: how often something was tried, for limits that outlive a process."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import case, delete, literal, or_, select

from training_analyzer.db.insert import insert_into
from training_analyzer.db.tables import attempt_counters

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from training_analyzer.db.database import Database


@dataclass(frozen=True, slots=True)
class Tally:
    """How many attempts a window has seen, and when it began."""

    attempts: int
    began_at: datetime


class AttemptCountersRepository:
    """The counters of all processes on one database. `now` is always the caller's."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, bucket: str, window: timedelta, *, now: datetime) -> Tally:
        """Count one attempt, in a new window when the last is over; one statement.

        A window that would begin in the future is of a clock that was set back: it is over, too.
        """
        began = attempt_counters.c.window_began_at
        # Within a CASE only a literal has the column's own form of an instant.
        this_instant = literal(now, began.type)
        is_over = or_(began <= now - window, began > now + window)
        with self._database.write() as db:
            row = db.execute(
                insert_into(db, attempt_counters)
                .values(bucket=bucket, window_began_at=now, attempts=1)
                .on_conflict_do_update(
                    index_elements=["bucket"],
                    set_={
                        "attempts": case((is_over, 1), else_=attempt_counters.c.attempts + 1),
                        "window_began_at": case((is_over, this_instant), else_=began),
                    },
                )
                .returning(attempt_counters.c.attempts, attempt_counters.c.window_began_at)
            ).one()
        return Tally(row.attempts, row.window_began_at)

    def find(self, bucket: str) -> Tally | None:
        """Return what was counted last, be its window over or not."""
        query = select(attempt_counters).where(attempt_counters.c.bucket == bucket)
        with self._database.read() as db:
            row = db.execute(query).one_or_none()
        return None if row is None else Tally(row.attempts, row.window_began_at)

    def drop(self, bucket: str) -> None:
        """Forget what was counted."""
        with self._database.write() as db:
            db.execute(delete(attempt_counters).where(attempt_counters.c.bucket == bucket))

    def drop_older(self, before: datetime) -> int:
        """Forget every window that began before; return how many there were."""
        with self._database.write() as db:
            old = delete(attempt_counters).where(attempt_counters.c.window_began_at < before)
            return db.execute(old).rowcount
