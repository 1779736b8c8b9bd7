"""`garmin_schedule`: who is due, who holds the lease, and how a run begins and ends.

One row per user is the scheduler's memory, the running-lock, the retry clock and the
crash recovery. Nothing here looks first and acts then: each step is one statement
with its condition in it.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, or_, select, true, update

from training_analyzer.db.insert import insert_into
from training_analyzer.db.repositories.runs import (
    close_interrupted,
    close_run,
    has_run,
    open_run,
)
from training_analyzer.db.tables import (
    garmin_credentials,
    garmin_schedule,
    garmin_sync_config,
)
from training_analyzer.errors import LeaseLost, SyncAlreadyRunning
from training_analyzer.model import Lease, SyncType

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime, timedelta

    from sqlalchemy import ColumnElement, Connection
    from sqlalchemy.sql.dml import ReturningUpdate

    from training_analyzer.db import Database
    from training_analyzer.model import SyncOutcome
    from training_analyzer.planning import NextDue

LEASE_SECONDS = 60


@dataclass(frozen=True, slots=True)
class ScheduleEntry:
    """What the schedule says of one user."""

    user_id: str
    due_at: datetime | None
    not_before: datetime | None
    lease_until: datetime | None
    owner: str | None
    attempt: int
    sync_id: int | None


class ScheduleRepository:
    """The schedule of all users on one database. `now` is always the caller's."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def entry(self, user_id: str) -> ScheduleEntry | None:
        """Return the user's row, or None when there is none."""
        with self._database.read() as db:
            row = db.execute(
                select(garmin_schedule).where(garmin_schedule.c.user_id == user_id)
            ).one_or_none()
        return None if row is None else _entry(row)

    def set_due(
        self, user_id: str, due_at: datetime | None, reason: SyncType = SyncType.SCHEDULED
    ) -> None:
        """Set when a user is next due; None stops the clock. `not_before` still holds."""
        with self._database.write() as db:
            _ensure_row(db, user_id)
            db.execute(
                update(garmin_schedule)
                .where(garmin_schedule.c.user_id == user_id)
                .values(due_at=due_at, reason=reason.value)
            )

    def lift(self, user_id: str) -> None:
        """Forget cool-down and attempts: the person has connected anew."""
        with self._database.write() as db:
            db.execute(
                update(garmin_schedule)
                .where(garmin_schedule.c.user_id == user_id)
                .values(not_before=None, attempt=0)
            )

    def unscheduled(self) -> list[str]:
        """Return the valid, auto-synced users whose clock stands still and whom nobody holds."""
        wants = or_(
            garmin_sync_config.c.auto_sync_enabled.is_(None),
            garmin_sync_config.c.auto_sync_enabled == 1,
        )
        with self._database.read() as db:
            found = db.execute(
                select(garmin_credentials.c.user_id)
                .outerjoin(
                    garmin_sync_config,
                    garmin_sync_config.c.user_id == garmin_credentials.c.user_id,
                )
                .outerjoin(
                    garmin_schedule, garmin_schedule.c.user_id == garmin_credentials.c.user_id
                )
                .where(garmin_credentials.c.is_valid == 1, wants)
                .where(garmin_schedule.c.due_at.is_(None), garmin_schedule.c.lease_until.is_(None))
                .order_by(garmin_credentials.c.user_id)
            )
            return [row.user_id for row in found]

    def due(self, now: datetime, limit: int) -> list[str]:
        """Return at most *limit* users whose time has come and whom nobody holds."""
        with self._database.read() as db:
            found = db.execute(
                select(garmin_schedule.c.user_id)
                .where(_is_due(now), _is_free(now, abandoned_owner=None))
                .order_by(garmin_schedule.c.due_at)
                .limit(limit)
            )
            return [row.user_id for row in found]

    def next_due(self) -> datetime | None:
        """Return the earliest due time of all users, or None."""
        with self._database.read() as db:
            return db.execute(
                select(garmin_schedule.c.due_at)
                .where(garmin_schedule.c.due_at.is_not(None))
                .order_by(garmin_schedule.c.due_at)
                .limit(1)
            ).scalar_one_or_none()

    def claim(
        self,
        user_id: str,
        *,
        sync_type: SyncType,
        owner: str,
        now: datetime,
        ttl: timedelta,
        is_abandoned: Callable[[str], bool],
        only_if_due: bool = False,
    ) -> Lease | None:
        """Take the lease of *user_id* and open its run; None when *only_if_due* and it is not.

        Closes a run that lost its process. Raises `SyncAlreadyRunning` when another
        worker holds the lease. A holder that *is_abandoned* says is dead is not waited for.
        """
        with self._database.write() as db:
            _ensure_row(db, user_id)
            before = _row(db, user_id)
            free = _is_free(now, _dead_owner(before, is_abandoned))
            taken = db.execute(
                _taking(user_id, owner, now + ttl)
                .where(free, _is_due(now) if only_if_due else true())
                .values(attempt=garmin_schedule.c.attempt + 1, rerun_requested=0)
            ).one_or_none()
            if taken is None:
                if only_if_due:
                    return None
                raise SyncAlreadyRunning(before.sync_id)
            close_interrupted(db, user_id, now=now)
            actual = sync_type if has_run(db, user_id) else SyncType.INITIAL
            run_id = open_run(db, user_id, actual, now=now)
            db.execute(
                update(garmin_schedule)
                .where(garmin_schedule.c.user_id == user_id)
                .values(sync_id=run_id)
            )
            return Lease(
                user_id=user_id,
                fence=taken.fence,
                owner=owner,
                until=now + ttl,
                attempt=taken.attempt,
                run_id=run_id,
                sync_type=actual,
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
            _ensure_row(db, user_id)
            free = _is_free(now, _dead_owner(_row(db, user_id), is_abandoned))
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
        sync that was asked for while this one ran makes the user due at once.
        """
        with self._database.write() as db:
            if not hold(db, lease, until=now):
                raise LeaseLost
            rerun = _row(db, lease.user_id).rerun_requested
            due_at = max(now, due.not_before or now) if rerun else due.due_at
            db.execute(
                update(garmin_schedule)
                .where(_is_held_by(lease))
                .values(
                    due_at=due_at,
                    not_before=due.not_before,
                    attempt=due.attempt,
                    reason=SyncType.SCHEDULED.value,
                    lease_until=None,
                    owner=None,
                    sync_id=None,
                    rerun_requested=0,
                )
            )
            close_run(db, lease, outcome, now=now)


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


def forget_slot(db: Connection, user_id: str, *, first_sync_too: bool) -> None:
    """Drop the user's due time inside the caller's transaction; the next tick sets a new one.

    A first sync that is waiting stays due unless *first_sync_too*.
    """
    regular = garmin_schedule.c.reason == SyncType.SCHEDULED.value
    db.execute(
        update(garmin_schedule)
        .where(garmin_schedule.c.user_id == user_id)
        .where(true() if first_sync_too else regular)
        .values(due_at=None)
    )


def _is_held_by(lease: Lease) -> ColumnElement[bool]:
    return and_(garmin_schedule.c.user_id == lease.user_id, garmin_schedule.c.fence == lease.fence)


def _is_due(now: datetime) -> ColumnElement[bool]:
    ready = or_(garmin_schedule.c.not_before.is_(None), garmin_schedule.c.not_before <= now)
    return and_(garmin_schedule.c.due_at <= now, ready)


def _is_free(now: datetime, abandoned_owner: str | None) -> ColumnElement[bool]:
    lease = garmin_schedule.c.lease_until
    free = or_(lease.is_(None), lease <= now)
    return (
        free if abandoned_owner is None else or_(free, garmin_schedule.c.owner == abandoned_owner)
    )


def _ensure_row(db: Connection, user_id: str) -> None:
    # A fence begins at a random number: who disconnects and connects again gets a new row,
    # and a worker that slept through both must not find its old fence in it.
    first_fence = secrets.randbits(48)
    db.execute(
        insert_into(db, garmin_schedule)
        .values(user_id=user_id, fence=first_fence)
        .on_conflict_do_nothing()
    )


def _row(db: Connection, user_id: str) -> Any:  # noqa: ANN401 - a row of the schedule
    return db.execute(select(garmin_schedule).where(garmin_schedule.c.user_id == user_id)).one()


def _entry(row: Any) -> ScheduleEntry:  # noqa: ANN401 - a row of the schedule
    return ScheduleEntry(
        user_id=row.user_id,
        due_at=row.due_at,
        not_before=row.not_before,
        lease_until=row.lease_until,
        owner=row.owner,
        attempt=row.attempt,
        sync_id=row.sync_id,
    )
