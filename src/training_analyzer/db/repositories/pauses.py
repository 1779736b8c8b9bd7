"""`garmin_pause`: whether automatic syncs stand still for everybody, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import delete, func, select

from training_analyzer.db.insert import insert_into
from training_analyzer.db.tables import garmin_pause

if TYPE_CHECKING:
    from datetime import datetime

    from training_analyzer.db import Database

_THE_ROW = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """The pause of everybody; `paused_by` is a user id, None when it began on the machine."""

    since: datetime
    reason: str | None = None
    paused_by: str | None = None


class PausesRepository:
    """The pause of the whole instance; that of one user stands in the schedule."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def now(self) -> Pause | None:
        """Return the pause that is on, or None."""
        with self._database.read() as db:
            row = db.execute(select(garmin_pause)).one_or_none()
        if row is None:
            return None
        return Pause(since=row.paused_at, reason=row.reason, paused_by=row.paused_by)

    def begin(self, pause: Pause) -> None:
        """Pause everybody; pausing twice keeps the first time, and what is said last."""
        table = garmin_pause.c
        with self._database.write() as db:
            asked = insert_into(db, garmin_pause).values(
                id=_THE_ROW,
                paused_at=pause.since,
                reason=pause.reason,
                paused_by=pause.paused_by,
            )
            db.execute(
                asked.on_conflict_do_update(
                    index_elements=[table.id],
                    set_={
                        "reason": func.coalesce(asked.excluded.reason, table.reason),
                        "paused_by": func.coalesce(asked.excluded.paused_by, table.paused_by),
                    },
                )
            )

    def end(self) -> bool:
        """Go on with everybody; False when there was no pause."""
        with self._database.write() as db:
            return db.execute(delete(garmin_pause)).rowcount == 1
