"""Laps that Garmin's interface alone tells. What a file says of an activity's laps comes first."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, delete, update

from training_analyzer.db.repositories.archive import archive
from training_analyzer.db.repositories.file_rows import with_file_laps
from training_analyzer.db.repositories.leases import hold
from training_analyzer.db.repositories.news_of_data import tell_activity
from training_analyzer.db.repositories.progress import write_progress
from training_analyzer.db.repositories.sync_events import AskedWindow
from training_analyzer.db.tables import activities, activity_laps
from training_analyzer.db.upsert import upsert
from training_analyzer.errors import LeaseLost
from training_analyzer.model import DayState
from training_analyzer.streams.splits import ACTIVITY_SPLITS

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from sqlalchemy import Connection

    from training_analyzer.db import Database
    from training_analyzer.db.repositories.file_rows import Answered
    from training_analyzer.db.repositories.progress import RunCounts
    from training_analyzer.model import Lease
    from training_analyzer.planning.files import KnownActivity


class ActivitySplitsRepository:
    """The splits of all users' activities on one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def note_try(self, lease: Lease, activity: KnownActivity, *, until: datetime) -> int:
        """Write that the splits are about to be asked for; return for which time.

        An answer on which the process dies is thereby counted, too.
        """
        is_again = activity.splits_version == activity.version
        tries = (activity.splits_tries if is_again else 0) + 1
        with self._database.write() as db:
            if not hold(db, lease, until=until):
                raise LeaseLost
            _mark(db, lease, activity, splits_version=activity.version, splits_tries=tries)
        return tries

    def take_back_try(self, lease: Lease, activity: KnownActivity, *, until: datetime) -> None:
        """Write *activity* as it was before it was asked for: Garmin itself was at fault."""
        with self._database.write() as db:
            if not hold(db, lease, until=until):
                raise LeaseLost
            _mark(
                db,
                lease,
                activity,
                splits_version=activity.splits_version,
                splits_tries=activity.splits_tries,
            )

    def store(
        self,
        lease: Lease,
        activity: KnownActivity,
        found: Answered | None,
        *,
        counts: RunCounts,
        now: datetime,
        ttl: timedelta,
    ) -> int:
        """Store the splits, None where Garmin has none; return how many rows changed.

        Laps of an earlier answer go. Raises `LeaseLost`, and stores nothing, when the lease
        is not ours.
        """
        one = activity.activity_id
        with self._database.write() as db:
            if not hold(db, lease, until=now + ttl):
                raise LeaseLost
            changed = 0
            if found is not None:
                archive(db, lease.user_id, found.window, found.payload, now=now)
            if not with_file_laps(db, lease.user_id, [one]):
                rows = found.rows if found is not None else ()
                mine = and_(
                    activity_laps.c.user_id == lease.user_id, activity_laps.c.activity_id == one
                )
                surplus = activity_laps.c.lap_index >= len(rows)
                db.execute(delete(activity_laps).where(mine, surplus))
                owner = {"user_id": lease.user_id, "api": found.payload.api.value} if found else {}
                changed = upsert(db, activity_laps, [owner | row for row in rows], now=now)
            if changed:
                tell_activity(db, lease.user_id, one, now=now)
            _mark(db, lease, activity, splits_tries=0)
            total = replace(counts, rows_changed=counts.rows_changed + changed)
            day = activity.calendar_date or now.date()
            asked = AskedWindow(
                stream=ACTIVITY_SPLITS.name,
                first=day,
                last=day,
                state=DayState.EMPTY if found is None else DayState.DATA,
                days=int(found is not None),
            )
            write_progress(db, lease, total, asked, now=now)
        return changed


def _mark(
    db: Connection,
    lease: Lease,
    activity: KnownActivity,
    **values: Any,  # noqa: ANN401 - columns of one table
) -> None:
    mine = and_(
        activities.c.user_id == lease.user_id, activities.c.activity_id == activity.activity_id
    )
    db.execute(update(activities).where(mine).values(**values))
