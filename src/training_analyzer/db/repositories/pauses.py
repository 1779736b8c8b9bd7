"""`garmin_pause`: whether automatic syncs stand still for everybody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, select

from training_analyzer.db.insert import insert_into
from training_analyzer.db.tables import garmin_pause

if TYPE_CHECKING:
    from datetime import datetime

    from training_analyzer.db import Database

_THE_ROW = 1


class PausesRepository:
    """The pause of the whole instance; that of one user stands in the schedule."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def since(self) -> datetime | None:
        """Return since when everybody is paused, None when nobody is."""
        with self._database.read() as db:
            return db.execute(select(garmin_pause.c.paused_at)).scalar_one_or_none()

    def begin(self, *, now: datetime) -> None:
        """Pause everybody; pausing twice keeps the first time."""
        with self._database.write() as db:
            db.execute(
                insert_into(db, garmin_pause)
                .values(id=_THE_ROW, paused_at=now)
                .on_conflict_do_nothing()
            )

    def end(self) -> bool:
        """Go on with everybody; False when there was no pause."""
        with self._database.write() as db:
            return db.execute(delete(garmin_pause)).rowcount == 1
