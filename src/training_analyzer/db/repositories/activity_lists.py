"""Activities to page through, and one of them with its original file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import and_, func, or_, select

from training_analyzer.db.tables import (
    activities,
    activity_files,
    activity_tracks,
    devices,
    heart_rate_zones,
)

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Select

    from training_analyzer.db import Database
    from training_analyzer.streams import Row

_WITH_ZONES: Final = ("running", "cycling", "swimming")


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
class Totals:
    """Sums over activities."""

    count: int
    distance_m: float
    duration_s: float
    elevation_gain_m: float


@dataclass(frozen=True, slots=True)
class ActiveDay:
    """One day: how long its activities took together, and the name of the longest."""

    day: date
    seconds: float
    name: str


@dataclass(frozen=True, slots=True)
class Around:
    """What is known beside an activity's own row; None where it is not known.

    `zone_floors` are the lowest heart rates of the five zones as they are set today.
    """

    device: str | None
    zone_floors: tuple[int, ...] | None
    file_format: str | None
    file_bytes: int | None
    parent_name: str | None


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

    def legs(self, user_id: str, activity_id: int) -> list[Row]:
        """Return the rows of the legs of a multisport, in their order."""
        query = (
            select(activities)
            .where(activities.c.user_id == user_id, activities.c.parent_id == activity_id)
            .order_by(activities.c.start_utc, activities.c.activity_id)
        )
        with self._database.read() as db:
            return [dict(row) for row in db.execute(query).mappings()]

    def has_track(self, user_id: str, activity_id: int) -> bool:
        """Tell whether an activity has a recording, without reading it."""
        query = select(activity_tracks.c.point_count).where(
            activity_tracks.c.user_id == user_id, activity_tracks.c.activity_id == activity_id
        )
        with self._database.read() as db:
            return db.execute(query).one_or_none() is not None

    def around(self, user_id: str, row: Row) -> Around:
        """Return what is known beside the activity of *row*."""
        own = devices.c.user_id == user_id
        device = select(devices.c.name).where(own, devices.c.device_id == row["device_id"])
        zones = heart_rate_zones
        # `trail_running` has the zones of running where it has none of its own.
        own_type = str(row["type_key"] or "")
        families = [each for each in _WITH_ZONES if each in own_type]
        sports = [own_type, *families, "default"]
        floors = select(zones.c.sport, *(zones.c[f"zone{n}_floor_bpm"] for n in range(1, 6))).where(
            zones.c.user_id == user_id, zones.c.sport.in_(sports)
        )
        file = select(activity_files.c.format, activity_files.c.file_bytes).where(
            activity_files.c.user_id == user_id,
            activity_files.c.activity_id == row["activity_id"],
            activity_files.c.sha256 == row["file_sha256"],
        )
        parent = select(activities.c.name).where(
            activities.c.user_id == user_id, activities.c.activity_id == row["parent_id"]
        )
        with self._database.read() as db:
            known = {sport: tuple(each) for sport, *each in db.execute(floors)}
            stored = db.execute(file).one_or_none()
            chosen = next((known[sport] for sport in sports if sport in known), None)
            return Around(
                device=db.execute(device).scalar_one_or_none(),
                zone_floors=None if chosen is None or None in chosen else chosen,
                file_format=stored.format if stored else None,
                file_bytes=stored.file_bytes if stored else None,
                parent_name=db.execute(parent).scalar_one_or_none(),
            )

    def totals(self, user_id: str, wanted: Wanted) -> Totals:
        """Return the sums over what is *wanted*; nothing is counted twice."""
        sums = [
            func.coalesce(func.sum(activities.c[name]), 0.0)
            for name in ("distance_m", "duration_s", "elevation_gain_m")
        ]
        query = _filtered(select(func.count(), *sums), user_id, wanted).where(*_counted(user_id))
        with self._database.read() as db:
            count, *numbers = db.execute(query).one()
            return Totals(int(count), *(float(number) for number in numbers))

    def active_days(self, user_id: str, wanted: Wanted, *, first: date) -> list[ActiveDay]:
        """Return the days from *first* on with activities that are *wanted*, oldest first."""
        day, lasted = activities.c.calendar_date, activities.c.duration_s
        query = _filtered(select(day, lasted, activities.c.name), user_id, wanted).where(
            *_counted(user_id),
            day >= first.isoformat(),
            # A day and its start in UTC are never further apart; the index is by start.
            activities.c.start_utc >= _midnight(first) - timedelta(days=2),
        )
        of_day: dict[str, list[tuple[float, str]]] = {}
        with self._database.read() as db:
            for row in db.execute(query):
                each = (float(row.duration_s or 0.0), row.name or "")
                of_day.setdefault(row.calendar_date, []).append(each)
        return [
            ActiveDay(date.fromisoformat(on), sum(lasts for lasts, _ in found), max(found)[1])
            for on, found in sorted(of_day.items())
        ]

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
