"""Leases: who holds a user, and how a run begins and ends.

Nothing here looks first and acts then: each step is one statement with its condition in it,
and every write of a run proves its fence in its own transaction.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import and_, case, select, true, update

from training_analyzer.db.repositories.backfills import next_backfill
from training_analyzer.db.repositories.news_of_connections import tell_wait
from training_analyzer.db.repositories.runs import (
    Opening,
    close_interrupted,
    close_run,
    forget_old_runs,
    has_run,
    note_cancel,
    open_run,
    wants_cancel,
)
from training_analyzer.db.repositories.schedule import ensure_row, is_due, is_free
from training_analyzer.db.repositories.sync_events import forget_old_events
from training_analyzer.db.tables import garmin_schedule
from training_analyzer.errors import LeaseLost, StorageFull, SyncAlreadyRunning
from training_analyzer.model import Lease, SyncType

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from sqlalchemy import ColumnElement, Connection
    from sqlalchemy.sql.dml import ReturningUpdate

    from training_analyzer.db import Database
    from training_analyzer.model import SyncOutcome
    from training_analyzer.planning import NextDue

# A run that takes its process down must not do so for ever, nor be forgotten for ever.
CRASHES_TO_PARK: Final = 3
PARKED_FOR: Final = timedelta(hours=24)
_PLAIN: Final = Opening()


class LeasesRepository:
    """The leases of all users on one database. `now` is always the caller's."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def claim(  # noqa: PLR0913 - what a claim depends on, each named
        self,
        user_id: str,
        *,
        sync_type: SyncType,
        owner: str,
        now: datetime,
        ttl: timedelta,
        is_abandoned: Callable[[str], bool],
        only_if_due: bool = False,
        opening: Opening = _PLAIN,
    ) -> Lease | None:
        """Take the lease of *user_id* and open its run; None when *only_if_due* and it is not.

        Closes a run that lost its process. Raises `SyncAlreadyRunning` when another
        worker holds the lease. A holder that *is_abandoned* says is dead is not waited for.
        A due user whose last three runs all lost their process is parked instead, for a day.
        """
        with self._database.write(needs_room=True) as db:
            ensure_row(db, user_id)
            before = _row(db, user_id)
            free = is_free(now, _dead_owner(before, is_abandoned))
            if only_if_due and _crashes_always(before):
                _park(db, user_id, free, now=now)
                return None
            taken = db.execute(
                _taking(user_id, owner, now + ttl)
                .where(free, is_due(now) if only_if_due else true())
                .values(
                    attempt=garmin_schedule.c.attempt + 1,
                    crashes=garmin_schedule.c.crashes + 1,
                    parked_at=None,
                    rerun_requested=0,
                )
            ).one_or_none()
            if taken is None:
                if only_if_due:
                    return None
                raise SyncAlreadyRunning(_row(db, user_id).sync_id)
            wanted = SyncType(before.reason) if only_if_due else sync_type
            begun = _begin_run(db, user_id, wanted, opening, now=now)
            return Lease(
                user_id=user_id,
                fence=taken.fence,
                owner=owner,
                until=now + ttl,
                attempt=taken.attempt,
                run_id=begun.run_id,
                sync_type=begun.sync_type,
                backfill_id=begun.backfill_id,
            )

    def borrow(
        self,
        user_id: str,
        *,
        owner: str,
        now: datetime,
        ttl: timedelta,
        is_abandoned: Callable[[str], bool],
    ) -> Lease | None:
        """Take the lease for something that is no run; None while another worker holds it."""
        with self._database.write() as db:
            ensure_row(db, user_id)
            free = is_free(now, _dead_owner(_row(db, user_id), is_abandoned))
            taken = db.execute(_taking(user_id, owner, now + ttl).where(free)).one_or_none()
        if taken is None:
            return None
        return Lease(
            user_id=user_id,
            fence=taken.fence,
            owner=owner,
            until=now + ttl,
            attempt=taken.attempt,
            run_id=0,
            sync_type=SyncType.SCHEDULED,
        )

    def give_back(self, lease: Lease) -> None:
        """End a borrowed lease; nothing happens when it was lost meanwhile."""
        with self._database.write() as db:
            db.execute(
                update(garmin_schedule)
                .where(_is_held_by(lease))
                .values(lease_until=None, owner=None)
            )

    def renew(self, lease: Lease, *, now: datetime, ttl: timedelta) -> bool:
        """Prolong *lease*; False when another claim holds the user by now."""
        with self._database.write() as db:
            return hold(db, lease, until=now + ttl)

    def finish(self, lease: Lease, outcome: SyncOutcome, due: NextDue, *, now: datetime) -> None:
        """Close the run of *lease* and set when its user is next due.

        Raises `LeaseLost`, and changes nothing, when a newer claim holds the user. A
        sync that was asked for while this one ran makes the user due at once. Runs of the
        user that are older than two years go, except the last that completed.
        """
        try:
            self._close(lease, outcome, due, now=now)
        except StorageFull:
            # Which threw the ballast off: now there is room for this much.
            self._close(lease, outcome, due, now=now)

    def _close(self, lease: Lease, outcome: SyncOutcome, due: NextDue, *, now: datetime) -> None:
        with self._database.write() as db:
            if not hold(db, lease, until=now):
                raise LeaseLost
            before = _row(db, lease.user_id)
            due_at = None if before.paused_at else due.due_at
            if before.rerun_requested:
                due_at = max(now, due.not_before or now)
            reason = SyncType.MANUAL if before.rerun_requested else SyncType.SCHEDULED
            db.execute(
                update(garmin_schedule)
                .where(_is_held_by(lease))
                .values(
                    due_at=due_at,
                    not_before=due.not_before,
                    attempt=due.attempt,
                    crashes=0,
                    reason=reason.value,
                    lease_until=None,
                    owner=None,
                    sync_id=None,
                    rerun_requested=0,
                )
            )
            close_run(db, lease, outcome, now=now)
            tell_wait(db, lease.user_id, before.not_before, due, outcome, now=now)
            forget_old_runs(db, lease.user_id, now=now)
            forget_old_events(db, lease.user_id, now=now)

    def shorten(self, until: datetime) -> int:
        """Let no lease end later than *until*; return how many would have.

        For a clock that was set back. The fences stay: a holder that is alive prolongs its
        lease by the present clock, and one that is gone is not waited for until the old one.
        """
        with self._database.write() as db:
            shortened = db.execute(
                update(garmin_schedule)
                .where(garmin_schedule.c.lease_until > until)
                .values(lease_until=until)
            )
        return shortened.rowcount

    def disown(self, user_id: str) -> None:
        """Make whoever syncs the user write nothing more; the next may begin once they noticed.

        The lease is not given back: nobody begins with what is being replaced.
        """
        with self._database.write() as db:
            db.execute(
                update(garmin_schedule)
                .where(garmin_schedule.c.user_id == user_id)
                .values(fence=garmin_schedule.c.fence + 1)
            )

    def cancel(self, user_id: str, run_id: int) -> bool:
        """Ask the worker of a run to end it, wherever it is; False when it does not run."""
        with self._database.write() as db:
            return note_cancel(db, user_id, run_id)

    def is_cancelled(self, lease: Lease) -> bool:
        """Tell whether somebody asked to end the run of *lease*."""
        with self._database.read() as db:
            return wants_cancel(db, lease.run_id)

    def drop(self, owner: str) -> int:
        """Take back every lease of *owner*, who is leaving; return how many there were.

        A thread of it that is still alive can write nothing any more, and the users are
        due at once for others. Its runs did not lose their process: none counts as a crash.
        """
        with self._database.write() as db:
            dropped = db.execute(
                update(garmin_schedule)
                .where(garmin_schedule.c.owner == owner)
                .values(
                    fence=garmin_schedule.c.fence + 1,
                    crashes=case(
                        (garmin_schedule.c.crashes > 0, garmin_schedule.c.crashes - 1), else_=0
                    ),
                    lease_until=None,
                    owner=None,
                )
            )
        return dropped.rowcount


def hold(db: Connection, lease: Lease, *, until: datetime) -> bool:
    """Prove inside the caller's transaction that *lease* is still ours, and prolong it.

    On PostgreSQL the row lock makes a concurrent claim wait until the transaction
    ends; on SQLite the write lock does.
    """
    held = db.execute(update(garmin_schedule).where(_is_held_by(lease)).values(lease_until=until))
    return held.rowcount == 1


def _taking(user_id: str, owner: str, until: datetime) -> ReturningUpdate[Any]:
    """Return the statement that makes *owner* the holder, whatever else its caller demands."""
    return (
        update(garmin_schedule)
        .where(garmin_schedule.c.user_id == user_id)
        .values(fence=garmin_schedule.c.fence + 1, owner=owner, lease_until=until)
        .returning(garmin_schedule.c.fence, garmin_schedule.c.attempt)
    )


def _dead_owner(row: Any, is_abandoned: Callable[[str], bool]) -> str | None:  # noqa: ANN401 - a row of the schedule
    return row.owner if row.owner and is_abandoned(row.owner) else None


@dataclass(frozen=True, slots=True)
class _Begun:
    """A run that was just opened; the first one of a user is always the initial one."""

    run_id: int
    sync_type: SyncType
    backfill_id: str | None


def _begin_run(
    db: Connection, user_id: str, wanted: SyncType, opening: Opening, *, now: datetime
) -> _Begun:
    """Close the run of *user_id* that lost its process, and open the next one."""
    close_interrupted(db, user_id, now=now)
    actual = wanted if has_run(db, user_id) else SyncType.INITIAL
    backfill_id = next_backfill(db, user_id) if opening.takes_backfill else None
    run_id = open_run(db, user_id, actual, now=now, opening=opening, backfill_id=backfill_id)
    db.execute(
        update(garmin_schedule).where(garmin_schedule.c.user_id == user_id).values(sync_id=run_id)
    )
    return _Begun(run_id, actual, backfill_id)


def _crashes_always(row: Any) -> bool:  # noqa: ANN401 - a row of the schedule
    """Tell whether a user is to be parked: crashed three times, and not parked since."""
    return row.crashes >= CRASHES_TO_PARK and row.parked_at is None


def _park(db: Connection, user_id: str, free: ColumnElement[bool], *, now: datetime) -> None:
    parked = db.execute(
        update(garmin_schedule)
        .where(garmin_schedule.c.user_id == user_id, free, is_due(now))
        .values(
            due_at=now + PARKED_FOR,
            parked_at=now,
            fence=garmin_schedule.c.fence + 1,
            lease_until=None,
            owner=None,
        )
    )
    if parked.rowcount:
        close_interrupted(db, user_id, now=now)


def _is_held_by(lease: Lease) -> ColumnElement[bool]:
    return and_(garmin_schedule.c.user_id == lease.user_id, garmin_schedule.c.fence == lease.fence)


def _row(db: Connection, user_id: str) -> Any:  # noqa: ANN401 - a row of the schedule
    return db.execute(select(garmin_schedule).where(garmin_schedule.c.user_id == user_id)).one()
