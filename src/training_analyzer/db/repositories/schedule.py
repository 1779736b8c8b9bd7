"""`garmin_schedule`: who is due, and when. One row per user is the scheduler's memory.

The same row is the running-lock, the retry clock and the crash recovery: see `leases`.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, func, not_, or_, select, update

from training_analyzer.db.insert import insert_into
from training_analyzer.db.repositories.breakers import asks
from training_analyzer.db.repositories.disabled import is_not_disabled
from training_analyzer.db.tables import (
    garmin_credentials,
    garmin_schedule,
    garmin_sync_config,
)
from training_analyzer.model import Frequency, SyncType
from training_analyzer.planning import next_slot

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime

    from sqlalchemy import ColumnElement, Connection

    from training_analyzer.db import Database
    from training_analyzer.model import Circuit, GarminSyncConfig, GarminSyncHistory


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
    reason: SyncType
    parked_at: datetime | None
    paused_at: datetime | None

    def is_due(self, now: datetime) -> bool:
        """Tell whether the time has come, Garmin's wish to wait respected."""
        if self.due_at is None or self.due_at > now:
            return False
        return self.not_before is None or self.not_before <= now


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
            ensure_row(db, user_id)
            db.execute(
                update(garmin_schedule)
                .where(garmin_schedule.c.user_id == user_id)
                .where(garmin_schedule.c.paused_at.is_(None))
                .values(due_at=due_at, reason=reason.value)
            )

    def request(self, user_id: str, reason: SyncType = SyncType.MANUAL, *, now: datetime) -> None:
        """Make *user_id* due now; a sync that is running is followed by another.

        `not_before` still holds, and a pause is for automatic syncs only.
        """
        with self._database.write() as db:
            ensure_row(db, user_id)
            request_sync(db, user_id, reason, now=now)

    def pause(self, user_id: str, *, now: datetime) -> None:
        """Stop the user's automatic syncs; one that is running ends as it would."""
        with self._database.write() as db:
            ensure_row(db, user_id)
            db.execute(
                update(garmin_schedule)
                .where(garmin_schedule.c.user_id == user_id)
                .values(due_at=None, paused_at=now)
            )

    def resume(self, user_id: str, due_at: datetime) -> bool:
        """Go on with a paused user's syncs at *due_at*; False when there is no pause."""
        with self._database.write() as db:
            resumed = db.execute(
                update(garmin_schedule)
                .where(garmin_schedule.c.user_id == user_id)
                .where(garmin_schedule.c.paused_at.is_not(None))
                .values(due_at=due_at, paused_at=None)
            )
        return resumed.rowcount == 1

    def lift(self, user_id: str) -> None:
        """Forget cool-down and attempts: the person has connected anew."""
        with self._database.write() as db:
            db.execute(
                update(garmin_schedule)
                .where(garmin_schedule.c.user_id == user_id)
                .values(not_before=None, attempt=0, crashes=0, parked_at=None)
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
                .where(garmin_schedule.c.paused_at.is_(None))
                .where(is_not_disabled(garmin_credentials.c.user_id))
                .order_by(garmin_credentials.c.user_id)
            )
            return [row.user_id for row in found]

    def due(self, now: datetime, limit: int, *, resting: Collection[Circuit] = ()) -> list[str]:
        """Return at most *limit* users whose time has come and whom nobody holds.

        Whoever would ask one of the *resting* parts of Garmin waits.
        """
        found = (
            select(garmin_schedule.c.user_id)
            .where(is_due(now), is_free(now, abandoned_owner=None))
            .order_by(garmin_schedule.c.due_at)
            .limit(limit)
        )
        if resting:
            found = found.join(
                garmin_credentials, garmin_credentials.c.user_id == garmin_schedule.c.user_id
            ).where(*(not_(asks(circuit)) for circuit in resting))
        with self._database.read() as db:
            return [row.user_id for row in db.execute(found)]

    def ahead(self, of: Mapping[Frequency, datetime], *, now: datetime) -> list[tuple[str, bool]]:
        """Return who is due later than *of* their frequency, and whether by a regular slot.

        Whoever is due by request, or for the first time, was due when it was written: of
        those all that are due later than *now* are returned. Parked users are left out.
        """
        frequency = func.coalesce(garmin_sync_config.c.sync_frequency, Frequency.DAILY.value)
        is_regular = garmin_schedule.c.reason == SyncType.SCHEDULED.value
        too_far = or_(
            *(
                and_(frequency == each.value, garmin_schedule.c.due_at > until)
                for each, until in of.items()
            )
        )
        found = (
            select(garmin_schedule.c.user_id, garmin_schedule.c.reason)
            .outerjoin(
                garmin_sync_config, garmin_sync_config.c.user_id == garmin_schedule.c.user_id
            )
            .where(garmin_schedule.c.due_at > now, or_(not_(is_regular), too_far))
            .where(or_(garmin_schedule.c.parked_at.is_(None), garmin_schedule.c.parked_at > now))
        )
        with self._database.read() as db:
            return [
                (row.user_id, row.reason == SyncType.SCHEDULED.value) for row in db.execute(found)
            ]

    def bring_forward(self, user_id: str, due_at: datetime) -> bool:
        """Make a user who is due later due at *due_at*; `not_before` still holds."""
        with self._database.write() as db:
            brought = db.execute(
                update(garmin_schedule)
                .where(garmin_schedule.c.user_id == user_id, garmin_schedule.c.due_at > due_at)
                .values(due_at=due_at)
            )
        return brought.rowcount == 1

    def put_off(self, user_id: str, due_at: datetime, *, seen: datetime) -> bool:
        """Make a user due at *due_at* instead of *seen*; not if they asked for it by hand since."""
        with self._database.write() as db:
            put_off = db.execute(
                update(garmin_schedule)
                .where(garmin_schedule.c.user_id == user_id, garmin_schedule.c.due_at == seen)
                .where(garmin_schedule.c.reason == SyncType.SCHEDULED.value)
                .values(due_at=due_at)
            )
        return put_off.rowcount == 1

    def limit_waits(self, until: datetime) -> None:
        """Let nobody wait for Garmin longer than *until*."""
        with self._database.write() as db:
            db.execute(
                update(garmin_schedule)
                .where(garmin_schedule.c.not_before > until)
                .values(not_before=until)
            )

    def next_due(self) -> datetime | None:
        """Return the earliest due time of all users, or None."""
        with self._database.read() as db:
            return db.execute(
                select(garmin_schedule.c.due_at)
                .where(garmin_schedule.c.due_at.is_not(None))
                .order_by(garmin_schedule.c.due_at)
                .limit(1)
            ).scalar_one_or_none()


def request_sync(db: Connection, user_id: str, reason: SyncType, *, now: datetime) -> None:
    """Make *user_id*, who has a row, due now inside the caller's transaction."""
    asked = update(garmin_schedule).where(garmin_schedule.c.user_id == user_id)
    running = db.execute(asked.where(garmin_schedule.c.lease_until > now).values(rerun_requested=1))
    if not running.rowcount:
        db.execute(asked.values(due_at=now, reason=reason.value))


def reschedule(
    db: Connection,
    config: GarminSyncConfig,
    last_success: GarminSyncHistory | None,
    *,
    now: datetime,
) -> None:
    """Set the user's due time by a *config* that has changed, inside the caller's transaction.

    A sync that waits out of turn, such as the first, stays due unless auto-sync is off. The
    clock of somebody who is paused, or whose credentials are not valid, stands still.
    """
    changing = (
        update(garmin_schedule)
        .where(garmin_schedule.c.user_id == config.user_id)
        .where(garmin_schedule.c.paused_at.is_(None))
    )
    if not config.auto_sync_enabled:
        db.execute(changing.values(due_at=None))
        return
    last_started = last_success.started_at if last_success else None
    is_valid = select(garmin_credentials.c.user_id).where(
        garmin_credentials.c.user_id == config.user_id, garmin_credentials.c.is_valid == 1
    )
    db.execute(
        changing.where(garmin_schedule.c.reason == SyncType.SCHEDULED.value)
        .where(is_valid.exists())
        .values(due_at=next_slot(config, now=now, last_started=last_started))
    )


def is_due(now: datetime) -> ColumnElement[bool]:
    """Return the condition that a user's time has come, Garmin's wish to wait respected.

    It does not come for somebody who is disabled.
    """
    ready = or_(garmin_schedule.c.not_before.is_(None), garmin_schedule.c.not_before <= now)
    allowed = is_not_disabled(garmin_schedule.c.user_id)
    return and_(garmin_schedule.c.due_at <= now, ready, allowed)


def is_free(now: datetime, abandoned_owner: str | None) -> ColumnElement[bool]:
    """Return the condition that nobody holds a user, or only *abandoned_owner*, who is gone."""
    lease = garmin_schedule.c.lease_until
    free = or_(lease.is_(None), lease <= now)
    return (
        free if abandoned_owner is None else or_(free, garmin_schedule.c.owner == abandoned_owner)
    )


def ensure_row(db: Connection, user_id: str) -> None:
    """Give *user_id* a row in the schedule, if there is none."""
    # A fence begins at a random number: who disconnects and connects again gets a new row,
    # and a worker that slept through both must not find its old fence in it.
    first_fence = secrets.randbits(48)
    db.execute(
        insert_into(db, garmin_schedule)
        .values(user_id=user_id, fence=first_fence)
        .on_conflict_do_nothing()
    )


def _entry(row: Any) -> ScheduleEntry:  # noqa: ANN401 - a row of the schedule
    return ScheduleEntry(
        user_id=row.user_id,
        due_at=row.due_at,
        not_before=row.not_before,
        lease_until=row.lease_until,
        owner=row.owner,
        attempt=row.attempt,
        sync_id=row.sync_id,
        reason=SyncType(row.reason),
        parked_at=row.parked_at,
        paused_at=row.paused_at,
    )
