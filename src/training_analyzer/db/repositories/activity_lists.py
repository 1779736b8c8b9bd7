"""Activities to page through, and one of them with its original file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, func, or_, select

from training_analyzer.db.tables import activities, activity_files

if TYPE_CHECKING:
    from datetime import date, datetime

    from sqlalchemy import Select

    from training_analyzer.db import Database
    from training_analyzer.streams import Row


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which activities are asked for; a filter that is None leaves nothing out."""

    first: date | None = None
    last: date | None = None
    type_key: str | None = None
    words: str | None = None
    with_deleted: bool = False


@dataclass(frozen=True, slots=True)
class OriginalFile:
    """The file of an activity as Garmin gave it."""

    name: str
    content: bytes
    sha256: str


class ActivityListsRepository:
    """Reads one user's activities. Never writes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def page(
        self,
        user_id: str,
        wanted: Wanted,
        *,
        limit: int,
        after: tuple[datetime, int] | None = None,
    ) -> list[Row]:
        """Return *limit* rows, newest first; with *after* those behind that start and id.

        Legs of a multisport are left out: their parent is in the list.
        """
        query = _filtered(select(activities), user_id, wanted)
        if after is not None:
            start, activity_id = after
            query = query.where(
                or_(
                    activities.c.start_utc < start,
                    and_(activities.c.start_utc == start, activities.c.activity_id < activity_id),
                )
            )
        query = query.order_by(
            activities.c.start_utc.desc(), activities.c.activity_id.desc()
        ).limit(limit)
        with self._database.read() as db:
            return [dict(row) for row in db.execute(query).mappings()]

    def one(self, user_id: str, activity_id: int) -> Row | None:
        """Return one activity's row, a deleted one's as well, or None."""
        query = select(activities).where(
            activities.c.user_id == user_id, activities.c.activity_id == activity_id
        )
        with self._database.read() as db:
            row = db.execute(query).mappings().one_or_none()
        return None if row is None else dict(row)

    def legs(self, user_id: str, activity_id: int) -> list[int]:
        """Return the ids of the legs of a multisport, in their order."""
        query = (
            select(activities.c.activity_id)
            .where(activities.c.user_id == user_id, activities.c.parent_id == activity_id)
            .order_by(activities.c.start_utc, activities.c.activity_id)
        )
        with self._database.read() as db:
            return list(db.execute(query).scalars())

    def original(self, user_id: str, activity_id: int) -> OriginalFile | None:
        """Return the newest original file of an activity, or None."""
        query = (
            select(activity_files)
            .where(activity_files.c.user_id == user_id, activity_files.c.activity_id == activity_id)
            .order_by(activity_files.c.first_seen_at.desc())
            .limit(1)
        )
        with self._database.read() as db:
            row = db.execute(query).one_or_none()
        return None if row is None else OriginalFile(row.inner_name or "", row.content, row.sha256)


def _filtered(query: Select[Any], user_id: str, wanted: Wanted) -> Select[Any]:
    day = activities.c.calendar_date
    query = query.where(activities.c.user_id == user_id, activities.c.parent_id.is_(None))
    # A row without a start would have no place in the order of the list.
    query = query.where(activities.c.start_utc.is_not(None))
    if not wanted.with_deleted:
        query = query.where(activities.c.deleted_at.is_(None))
    if wanted.first is not None:
        query = query.where(day >= wanted.first.isoformat())
    if wanted.last is not None:
        query = query.where(day <= wanted.last.isoformat())
    if wanted.type_key is not None:
        query = query.where(activities.c.type_key == wanted.type_key)
    if wanted.words is not None:
        found = func.lower(activities.c.name).contains(wanted.words.lower(), autoescape=True)
        query = query.where(found)
    return query
