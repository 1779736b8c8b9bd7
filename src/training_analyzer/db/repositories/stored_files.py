"""The original files that are stored, for a reparse: one at a time, and where it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy import and_, or_, select

from training_analyzer.db.repositories.file_rows import write_file
from training_analyzer.db.tables import (
    activities,
    activity_files,
    garmin_reparses,
    garmin_schedule,
)
from training_analyzer.db.upsert import upsert

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import ColumnElement, Connection

    from training_analyzer.db import Database
    from training_analyzer.db.repositories.file_rows import ActivityFile

_TABLE: Final = activity_files.name


@dataclass(frozen=True, slots=True)
class StoredFile:
    """The file that an activity's laps and track are of, without its content."""

    activity_id: int
    sha256: str
    api: str
    calendar_date: str | None


class StoredFilesRepository:
    """The stored files of all users on one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def current(self, user_id: str, *, after: int | None = None) -> list[StoredFile]:
        """Return the current file of each activity, by id, those up to *after* left out."""
        with self._database.read() as db:
            return _current(db, user_id, activity_files.c.activity_id > (after or 0))

    def content(self, user_id: str, stored: StoredFile) -> bytes | None:
        """Return a file as Garmin sent it; None when it is gone."""
        of = activity_files.c
        query = select(of.content).where(
            of.user_id == user_id,
            of.activity_id == stored.activity_id,
            of.sha256 == stored.sha256,
        )
        with self._database.read() as db:
            found: bytes | None = db.execute(query).scalar_one_or_none()
            return found

    def position(self, user_id: str, program: str) -> int | None:
        """Return the last activity that an interrupted pass of the same *program* had."""
        of = garmin_reparses.c
        query = select(of.position).where(
            of.user_id == user_id, of.program == program, of.data_table == _TABLE
        )
        with self._database.read() as db:
            found: int | None = db.execute(query).scalar_one_or_none()
            return found

    def rewrite(
        self,
        user_id: str,
        stored: StoredFile,
        found: ActivityFile | None,
        *,
        program: str,
        now: datetime,
    ) -> int:
        """Write what was read, and that the pass is this far; return how many rows changed.

        Nothing but the latter where *found* is None, or a sync has brought another file
        meanwhile: then that one was read by this version.
        """
        one = stored.activity_id
        with self._database.write() as db:
            # A sync holds this row while it stores: on PostgreSQL the two take turns.
            db.execute(
                select(garmin_schedule.c.user_id)
                .where(garmin_schedule.c.user_id == user_id)
                .with_for_update()
            )
            changed = 0
            if found is not None and stored in _current(
                db, user_id, activity_files.c.activity_id == one
            ):
                owner = {"user_id": user_id, "api": stored.api, "activity_id": one}
                changed = write_file(db, owner, found, now=now)
            place = {
                "user_id": user_id,
                "data_table": _TABLE,
                "program": program,
                "done_at": now,
                "position": one,
            }
            upsert(db, garmin_reparses, [place], now=now)
        return changed


def _current(db: Connection, user_id: str, which: ColumnElement[bool]) -> list[StoredFile]:
    """Return which files are current: as the activity says, else the last that came."""
    of = activity_files.c
    its = and_(activities.c.user_id == of.user_id, activities.c.activity_id == of.activity_id)
    named = activities.c.file_sha256
    query = (
        select(of.activity_id, of.sha256, of.api, activities.c.calendar_date)
        .join(activities, its, isouter=True)
        .where(of.user_id == user_id, which, or_(named.is_(None), named == of.sha256))
        .order_by(of.activity_id, of.first_seen_at)
    )
    found = {row.activity_id: StoredFile(*row) for row in db.execute(query)}
    return list(found.values())
