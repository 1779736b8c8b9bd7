"""`garmin_backfills`: what is to be asked for beyond what syncs ask for anyway.

A run takes the oldest one that is active. How far each is says the ledger, not this table.
"""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import and_, func, insert, or_, select, update

from training_analyzer.db.repositories.disabled import is_not_disabled
from training_analyzer.db.repositories.outbox import tell
from training_analyzer.db.repositories.schedule import ensure_row, request_sync
from training_analyzer.db.tables import garmin_backfills, garmin_credentials, garmin_schedule
from training_analyzer.model import SyncType
from training_analyzer.planning.backfills import Backfill, BackfillState, Pace
from training_analyzer.planning.webhooks import EventType

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from sqlalchemy import Connection

    from training_analyzer.db import Database

table: Final = garmin_backfills
OPEN: Final = (BackfillState.ACTIVE, BackfillState.PAUSED)


class BackfillsRepository:
    """The backfills of all users. `now` is always the caller's."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, backfill: Backfill, *, most_open: int, now: datetime) -> bool:
        """Keep *backfill* and make its user due; False when *most_open* are open already.

        Both or neither: who is killed in between has not accepted anything.
        """
        user_id = backfill.user_id
        with self._database.write() as db:
            ensure_row(db, user_id)
            # Held until the end, so that two at once are counted one after the other.
            db.execute(
                select(garmin_schedule.c.user_id)
                .where(garmin_schedule.c.user_id == user_id)
                .with_for_update()
            )
            open_ones = select(func.count()).where(
                table.c.user_id == user_id, table.c.state.in_(OPEN)
            )
            if db.execute(open_ones).scalar_one() >= most_open:
                return False
            db.execute(insert(table).values(_row(backfill)))
            request_sync(db, user_id, SyncType.MANUAL, now=now)
        return True

    def one(self, user_id: str, backfill_id: str) -> Backfill | None:
        """Return the user's backfill of that id, or None."""
        query = select(table).where(table.c.user_id == user_id, table.c.backfill_id == backfill_id)
        with self._database.read() as db:
            row = db.execute(query).one_or_none()
        return None if row is None else _backfill(row)

    def page(
        self, user_id: str, *, limit: int, after: tuple[datetime, str] | None = None
    ) -> list[Backfill]:
        """Return *limit* backfills, newest first; with *after* those behind that time and id."""
        query = select(table).where(table.c.user_id == user_id)
        if after is not None:
            at, backfill_id = after
            query = query.where(
                or_(
                    table.c.created_at < at,
                    and_(table.c.created_at == at, table.c.backfill_id < backfill_id),
                )
            )
        query = query.order_by(table.c.created_at.desc(), table.c.backfill_id.desc()).limit(limit)
        with self._database.read() as db:
            return [_backfill(row) for row in db.execute(query)]

    def active(self, user_id: str) -> Backfill | None:
        """Return the one that the user's next run works for, or None."""
        with self._database.read() as db:
            row = db.execute(
                select(table).where(_is_active(user_id)).order_by(*_OLDEST_FIRST).limit(1)
            ).one_or_none()
        return None if row is None else _backfill(row)

    def waiting(self) -> list[str]:
        """Return the users with an active one whose clock stands still and whom nobody holds."""
        schedule = garmin_schedule.c
        with self._database.read() as db:
            found = db.execute(
                select(schedule.user_id)
                .distinct()
                .join(table, table.c.user_id == schedule.user_id)
                .join(garmin_credentials, garmin_credentials.c.user_id == schedule.user_id)
                .where(table.c.state == BackfillState.ACTIVE.value)
                .where(garmin_credentials.c.is_valid == 1, is_not_disabled(schedule.user_id))
                .where(schedule.due_at.is_(None), schedule.lease_until.is_(None))
                .where(schedule.paused_at.is_(None))
            )
            return [row.user_id for row in found]

    def move(
        self,
        user_id: str,
        backfill_id: str,
        *,
        among: Collection[BackfillState],
        to: BackfillState,
        now: datetime,
    ) -> bool:
        """Change the state to *to* if it is *among* those; False when it is not.

        Who goes on is due at once; webhooks hear of a completion.
        """
        ends = {"ended_at": now} if to not in OPEN else {}
        with self._database.write() as db:
            moved = db.execute(
                update(table)
                .where(table.c.user_id == user_id, table.c.backfill_id == backfill_id)
                .where(table.c.state.in_(among))
                .values(state=to.value, **ends)
                .returning(table.c.first_date, table.c.last_date)
            ).one_or_none()
            if moved is None:
                return False
            if to is BackfillState.ACTIVE:
                ensure_row(db, user_id)
                request_sync(db, user_id, SyncType.MANUAL, now=now)
            elif to is BackfillState.COMPLETED:
                data = {
                    "backfill_id": backfill_id,
                    "from": moved.first_date,
                    "to": moved.last_date,
                }
                tell(db, user_id, EventType.BACKFILL_COMPLETED, data, now=now)
        return True


def next_backfill(db: Connection, user_id: str) -> str | None:
    """Return the id of the backfill that a run of the user takes, in the caller's transaction."""
    return db.execute(
        select(table.c.backfill_id).where(_is_active(user_id)).order_by(*_OLDEST_FIRST).limit(1)
    ).scalar_one_or_none()


_OLDEST_FIRST: Final = (table.c.created_at, table.c.backfill_id)


def _is_active(user_id: str) -> Any:  # noqa: ANN401 - a condition of SQLAlchemy's
    return and_(table.c.user_id == user_id, table.c.state == BackfillState.ACTIVE.value)


def _row(backfill: Backfill) -> dict[str, object]:
    streams = backfill.streams
    return {
        "user_id": backfill.user_id,
        "backfill_id": backfill.backfill_id,
        "first_date": backfill.first.isoformat(),
        "last_date": backfill.last.isoformat(),
        "streams": None if streams is None else json.dumps(sorted(streams)),
        "pace": backfill.pace.value,
        "state": backfill.state.value,
        "windows_total": backfill.windows_total,
        "created_at": backfill.created_at,
        "ended_at": backfill.ended_at,
    }


def _backfill(row: Any) -> Backfill:  # noqa: ANN401 - a row of `garmin_backfills`
    return Backfill(
        user_id=row.user_id,
        backfill_id=row.backfill_id,
        first=date.fromisoformat(row.first_date),
        last=date.fromisoformat(row.last_date),
        streams=None if row.streams is None else frozenset(json.loads(row.streams)),
        pace=Pace(row.pace),
        state=BackfillState(row.state),
        windows_total=row.windows_total,
        created_at=row.created_at,
        ended_at=row.ended_at,
    )
