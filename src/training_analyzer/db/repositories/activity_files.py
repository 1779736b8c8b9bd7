"""Original files with their laps and tracks, and what became of activities: gone, or doubled.

One activity is one transaction, which begins by proving that the lease is still ours.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, exists, or_, select, update

from training_analyzer.db.repositories.activity_splits import ActivitySplitsRepository
from training_analyzer.db.repositories.archive import archive
from training_analyzer.db.repositories.file_rows import is_of_a_file, write_file
from training_analyzer.db.repositories.leases import hold
from training_analyzer.db.repositories.news_of_data import tell_activity
from training_analyzer.db.repositories.progress import write_progress
from training_analyzer.db.repositories.sync_events import AskedWindow
from training_analyzer.db.tables import (
    activities,
    activity_laps,
    garmin_coverage,
)
from training_analyzer.db.upsert import upsert
from training_analyzer.errors import LeaseLost
from training_analyzer.model import DayState
from training_analyzer.planning.files import FILES, FileState, KnownActivity

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime, timedelta

    from sqlalchemy import ColumnElement

    from training_analyzer.db import Database
    from training_analyzer.db.repositories.file_rows import ActivityFile, Answered
    from training_analyzer.db.repositories.progress import RunCounts
    from training_analyzer.model import Lease


class ActivityFilesRepository:
    """Files, laps and tracks of all users on one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @property
    def splits(self) -> ActivitySplitsRepository:
        """Return what is stored of laps that no file tells."""
        return ActivitySplitsRepository(self._database)

    def known(self, user_id: str) -> list[KnownActivity]:
        """Return what decides about the files of the user's activities."""
        wanted = KnownActivity.__dataclass_fields__.keys() - {"listed_at", "has_file_laps"}
        listed_on = and_(
            garmin_coverage.c.user_id == activities.c.user_id,
            garmin_coverage.c.stream == activities.name,
            garmin_coverage.c.calendar_date == activities.c.calendar_date,
        )
        has_file_laps = exists().where(
            activity_laps.c.user_id == activities.c.user_id,
            activity_laps.c.activity_id == activities.c.activity_id,
            is_of_a_file(),
        )
        query = (
            select(
                *(activities.c[name] for name in wanted),
                garmin_coverage.c.fetched_at.label("listed_at"),
                has_file_laps.label("has_file_laps"),
            )
            .join(garmin_coverage, listed_on, isouter=True)
            .where(activities.c.user_id == user_id)
        )
        with self._database.read() as db:
            return [_known(row) for row in db.execute(query).mappings()]

    def note_try(
        self, lease: Lease, activity: KnownActivity, *, now: datetime, ttl: timedelta
    ) -> None:
        """Write that the file of *activity* is about to be asked for, before it is.

        A file on which the process dies is thereby counted, too.
        """
        is_again = activity.file_version == activity.version
        tries = (activity.file_tries if is_again else 0) + 1
        self._mark(
            lease,
            activity.activity_id,
            until=now + ttl,
            file_version=activity.version,
            file_state=FileState.TRYING.value,
            file_tries=tries,
            file_tried_at=now,
        )

    def give_up(self, lease: Lease, activity: KnownActivity, *, until: datetime) -> None:
        """Write that the file of *activity* was tried often enough for now."""
        self._mark(lease, activity.activity_id, until=until, file_state=FileState.FAILED.value)

    def take_back_try(self, lease: Lease, activity: KnownActivity, *, until: datetime) -> None:
        """Write *activity* as it was before it was asked for: the fault was not the file's."""
        self._mark(
            lease,
            activity.activity_id,
            until=until,
            file_version=activity.file_version,
            file_state=activity.file_state,
            file_tries=activity.file_tries,
            file_tried_at=activity.file_tried_at,
        )

    def note_refused(
        self, lease: Lease, stream: str, code: str, *, now: datetime, ttl: timedelta
    ) -> None:
        """Write to the ledger that Garmin gives this account no file at all."""
        line = {
            "user_id": lease.user_id,
            "stream": stream,
            "calendar_date": now.date().isoformat(),
            "state": DayState.UNSUPPORTED.value,
            "settled": 0,
            "fetched_at": now,
            "error_code": code,
        }
        with self._database.write() as db:
            if not hold(db, lease, until=now + ttl):
                raise LeaseLost
            upsert(db, garmin_coverage, [line], now=now)

    def store(  # noqa: PLR0913 - the parts of one transaction, each named
        self,
        lease: Lease,
        activity: KnownActivity,
        found: ActivityFile | None,
        legs: Answered | None,
        *,
        api: str,
        counts: RunCounts,
        now: datetime,
        ttl: timedelta,
    ) -> int:
        """Store a file with all that was read in it, and the legs' answer; return rows changed.

        *found* is None where Garmin has no file. Laps and tracks of an earlier version go;
        its file stays. Raises `LeaseLost`, and stores nothing, when the lease is not ours.
        """
        state = FileState.NONE if found is None else FileState.STORED
        owner = {"user_id": lease.user_id, "api": api}
        with self._database.write() as db:
            if not hold(db, lease, until=now + ttl):
                raise LeaseLost
            changed = 0
            if legs is not None:
                archive(db, lease.user_id, legs.window, legs.payload, now=now)
                changed += upsert(db, activities, [owner | leg for leg in legs.rows], now=now)
            values = {"file_state": state.value, "file_tries": 0}
            if found is not None:
                mine = {**owner, "activity_id": activity.activity_id}
                changed += write_file(db, mine, found, now=now)
                values["file_sha256"] = found.sha256
            db.execute(
                update(activities).where(_is(lease.user_id, activity.activity_id)).values(**values)
            )
            if changed:
                tell_activity(db, lease.user_id, activity.activity_id, now=now)
            so_far = replace(counts, rows_changed=counts.rows_changed + changed)
            write_progress(db, lease, so_far, _asked(activity, found, now=now), now=now)
        return changed

    def delete(self, lease: Lease, activity_id: int, *, now: datetime, ttl: timedelta) -> None:
        """Write that the activity and its legs are gone from Garmin; every row stays."""
        with self._database.write() as db:
            if not hold(db, lease, until=now + ttl):
                raise LeaseLost
            one = or_(
                activities.c.activity_id == activity_id, activities.c.parent_id == activity_id
            )
            db.execute(
                update(activities)
                .where(activities.c.user_id == lease.user_id, one)
                .values(deleted_at=now, changed_at=now)
            )
            tell_activity(db, lease.user_id, activity_id, now=now)

    def keep(self, lease: Lease, activity_id: int, *, until: datetime) -> None:
        """Write that the activity is there although a list did not have it."""
        self._mark(lease, activity_id, until=until, missing_since=None)

    def link(
        self, lease: Lease, links: Mapping[int, int | None], *, now: datetime, ttl: timedelta
    ) -> None:
        """Write which activity each of *links* is a duplicate of."""
        with self._database.write() as db:
            if not hold(db, lease, until=now + ttl):
                raise LeaseLost
            for activity_id, duplicate_of in links.items():
                db.execute(
                    update(activities)
                    .where(_is(lease.user_id, activity_id))
                    .values(duplicate_of=duplicate_of, changed_at=now)
                )

    def _mark(
        self,
        lease: Lease,
        activity_id: int,
        *,
        until: datetime,
        **values: Any,  # noqa: ANN401 - columns of one table
    ) -> None:
        with self._database.write() as db:
            if not hold(db, lease, until=until):
                raise LeaseLost
            db.execute(update(activities).where(_is(lease.user_id, activity_id)).values(**values))


def _asked(activity: KnownActivity, found: ActivityFile | None, *, now: datetime) -> AskedWindow:
    day = activity.calendar_date or now.date()
    state = DayState.EMPTY if found is None else DayState.DATA
    return AskedWindow(stream=FILES, first=day, last=day, state=state, days=int(found is not None))


def _is(user_id: str, activity_id: int) -> ColumnElement[bool]:
    return and_(activities.c.user_id == user_id, activities.c.activity_id == activity_id)


def _known(row: Mapping[Any, Any]) -> KnownActivity:
    values = dict(row)
    day, state = values["calendar_date"], values["file_state"]
    values["calendar_date"] = date.fromisoformat(day) if day else None
    values["file_state"] = FileState(state) if state else None
    values["file_tries"] = values["file_tries"] or 0
    values["splits_tries"] = values["splits_tries"] or 0
    for name in ("is_parent", "is_manual", "has_file_laps"):
        values[name] = bool(values[name])
    return KnownActivity(**values)
