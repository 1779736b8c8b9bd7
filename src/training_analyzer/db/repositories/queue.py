"""The state of the queue, read for whoever watches: counts, the oldest, what runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy import and_, case, func, or_, select

from training_analyzer.db.repositories.disabled import is_not_disabled
from training_analyzer.db.tables import (
    garmin_credentials,
    garmin_pause,
    garmin_schedule,
    garmin_sync_history,
)
from training_analyzer.model import Circuit, Kind, Region, RunStatus

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from sqlalchemy import Connection, Select

    from training_analyzer.db import Database

# How far back a success is looked for: beyond, it is as if there was none.
_LATEST_RUNS: Final = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningSync:
    """A run that goes on, who does it and since when."""

    user_id: str
    sync_id: int
    owner: str
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """Who waits, who runs and who is left out at one moment.

    `due` are the users whose time has come and whom nobody holds, the first of them since
    `oldest_due_at`. `parked` lost their process three times in a row, `paused` asked for
    it. `needs_reconnect` are connections that stopped because Garmin refuses them.
    `last_success_at` is when a run last completed, None if none of the latest 10,000 did.
    """

    at: datetime
    due: int
    oldest_due_at: datetime | None
    next_due_at: datetime | None
    running: tuple[RunningSync, ...]
    parked: int
    paused: int
    everybody_paused_at: datetime | None
    connections: int
    needs_reconnect: int
    last_success_at: datetime | None

    @property
    def oldest_due_age(self) -> timedelta:
        """How long the first of those who are due has waited; nothing when nobody is due."""
        return self.at - (self.oldest_due_at or self.at)


class QueueRepository:
    """Reads the queue of all users on one database; changes nothing."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def now(self, now: datetime) -> Queue:
        """Return how the queue stands at *now*, all of it at one moment."""
        with self._database.read() as db:
            due, oldest_due_at = db.execute(_due(now)).one()
            parked, paused = db.execute(_LEFT_OUT).one()
            connections, valid = db.execute(_CONNECTIONS).one()
            return Queue(
                at=now,
                due=due,
                oldest_due_at=oldest_due_at,
                next_due_at=db.execute(_next_due(now)).scalar_one_or_none(),
                running=_running(db, now),
                parked=parked,
                paused=paused,
                everybody_paused_at=db.execute(select(garmin_pause.c.paused_at)).scalar(),
                connections=connections,
                needs_reconnect=connections - valid,
                last_success_at=db.execute(_LAST_SUCCESS).scalar_one_or_none(),
            )

    def circuits(self) -> set[Circuit]:
        """Return the parts of Garmin that the stored connections ask."""
        ways = select(garmin_credentials.c.kind, garmin_credentials.c.region).distinct()
        with self._database.read() as db:
            return {Circuit.of(Kind(row.kind), Region(row.region)) for row in db.execute(ways)}


_schedule = garmin_schedule.c
_history = garmin_sync_history.c

_LEFT_OUT: Final = select(func.count(_schedule.parked_at), func.count(_schedule.paused_at))
_CONNECTIONS: Final = select(
    func.count(), func.count(case((garmin_credentials.c.is_valid == 1, 1)))
).select_from(garmin_credentials)
_LAST_SUCCESS: Final = (
    select(_history.completed_at)
    .where(_history.id > select(func.max(_history.id) - _LATEST_RUNS).scalar_subquery())
    .where(_history.status == RunStatus.COMPLETED.value)
    .order_by(_history.id.desc())
    .limit(1)
)


def _due(now: datetime) -> Select[int, datetime | None]:
    # Who was told to wait is due when the wait is over.
    waits_until = case(
        (_schedule.not_before > _schedule.due_at, _schedule.not_before), else_=_schedule.due_at
    )
    return select(func.count(), func.min(waits_until)).where(
        _schedule.due_at <= now,
        or_(_schedule.not_before.is_(None), _schedule.not_before <= now),
        or_(_schedule.lease_until.is_(None), _schedule.lease_until <= now),
        is_not_disabled(_schedule.user_id),
    )


def _next_due(now: datetime) -> Select[datetime]:
    return (
        select(_schedule.due_at)
        .where(_schedule.due_at > now, is_not_disabled(_schedule.user_id))
        .order_by(_schedule.due_at)
        .limit(1)
    )


def _running(db: Connection, now: datetime) -> tuple[RunningSync, ...]:
    """Return the runs whose lease still holds, longest first: a partial index finds them."""
    found = db.execute(
        select(_history.user_id, _history.id, _schedule.owner, _history.started_at)
        .join(
            garmin_schedule,
            and_(_schedule.user_id == _history.user_id, _schedule.sync_id == _history.id),
        )
        .where(_history.status == RunStatus.RUNNING.value, _schedule.lease_until > now)
        .order_by(_history.started_at, _history.id)
    )
    return tuple(
        RunningSync(user_id=row.user_id, sync_id=row.id, owner=row.owner, since=row.started_at)
        for row in found
    )
