"""Activities to page through, and one of them with its original file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, func, or_, select

from training_analyzer.db.tables import activities, activity_files

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Select

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
class Holding:
    """How many activities are stored, how many with their original file, and the size of those."""

    activities: int
    with_file: int
    file_bytes: int


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

    def seconds_by_day(self, user_id: str, *, first: date, last: date) -> dict[date, float]:
        """Return day -> how long its activities took; days without any are left out.

        Nothing is counted twice, and what was deleted at Garmin not at all.
        """
        day = activities.c.calendar_date
        query = (
            select(day.label("day"), func.sum(activities.c.duration_s).label("seconds"))
            .where(*_counted(user_id), day.between(first.isoformat(), last.isoformat()))
            # A day and its start in UTC are never further apart; the index is by start.
            .where(activities.c.start_utc >= _midnight(first) - timedelta(days=2))
            .group_by(day)
        )
        with self._database.read() as db:
            return {
                date.fromisoformat(row.day): float(row.seconds or 0.0) for row in db.execute(query)
            }

    def holding(self, user_id: str) -> Holding:
        """Return how much of the user's activities is stored."""
        counts = select(func.count(), func.count(activities.c.file_sha256)).where(
            *_counted(user_id)
        )
        size = select(func.coalesce(func.sum(activity_files.c.file_bytes), 0)).where(
            activity_files.c.user_id == user_id
        )
        with self._database.read() as db:
            many, with_file = db.execute(counts).one()
            return Holding(int(many), int(with_file), int(db.execute(size).scalar_one()))

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


def _counted(user_id: str) -> tuple[ColumnElement[bool], ...]:
    """Return what activities fulfil that totals count: no legs, no duplicates, none deleted."""
    return (
        activities.c.user_id == user_id,
        activities.c.parent_id.is_(None),
        activities.c.duplicate_of.is_(None),
        activities.c.deleted_at.is_(None),
    )


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=UTC)


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
