"""Events of runs: how each went on, step by step, for who watches it.

They are written inside the transactions that a run has anyway. Its fence makes it the only
writer of its run, so that the numbers go 1, 2, 3, and a reader never sees a gap.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from sqlalchemy import and_, bindparam, delete, func, insert, or_, select

from training_analyzer.db.tables import garmin_sync_history as history
from training_analyzer.db.tables import sync_events as table
from training_analyzer.model import RunStatus

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date, datetime

    from sqlalchemy import BindParameter, Connection

    from training_analyzer.db import Database
    from training_analyzer.model import DayState

KEPT_FOR: Final = timedelta(days=7)
# Runs in one query: what SQLite takes of a condition has an end.
_AT_ONCE: Final = 50

type Data = Mapping[str, str | int | None]


class Kind(StrEnum):
    """What an event tells of; after the last kind there comes none."""

    PROGRESS = "sync.progress"
    WINDOW = "sync.window"
    FINISHED = "sync.finished"


class Step(StrEnum):
    """What a run does at the moment."""

    SIGN_IN = "sign_in"
    LOOK = "look"
    FETCH = "fetch"
    FILES = "files"
    FINISH = "finish"


@dataclass(frozen=True, slots=True)
class Happening:
    """An event on its way into the database."""

    kind: Kind
    data: Data


@dataclass(frozen=True, slots=True)
class SyncEvent:
    """An event as it is read; `data` is JSON."""

    number: int
    kind: Kind
    data: str


@dataclass(frozen=True, slots=True)
class News:
    """What a run has that its watcher has not seen, and whether nothing will follow."""

    events: tuple[SyncEvent, ...]
    is_over: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedWindow:
    """A window that was asked for: the days of a stream, and what came of them."""

    stream: str
    first: date
    last: date
    state: DayState
    days: int = 0
    error_code: str | None = None

    def told(self) -> Happening:
        """Return the event that tells of it."""
        outcome = {"state": self.state.value, "days": self.days, "error_code": self.error_code}
        return Happening(Kind.WINDOW, self.place() | outcome)

    def place(self) -> dict[str, str | int | None]:
        """Return the stream and its days, both included."""
        first, last = self.first.isoformat(), self.last.isoformat()
        return {"stream": self.stream, "from": first, "to": last}


def note_events(
    db: Connection, user_id: str, run_id: int, happenings: Iterable[Happening], *, at: datetime
) -> None:
    """Write what happened, in this order, inside the transaction that proved the lease."""
    lines = [
        {
            "of_user": user_id,
            "of_run": run_id,
            "kind": happening.kind.value,
            "at": at,
            "data": as_json(run_id, happening, at=at),
        }
        for happening in happenings
    ]
    db.execute(_NOTE, lines)


def as_json(run_id: int, happening: Happening, *, at: datetime) -> str:
    """Return what a watcher gets of an event."""
    told = {"sync_id": run_id, "at": as_text(at), **happening.data}
    return json.dumps(told, separators=(",", ":"))


def as_text(at: datetime) -> str:
    """Return an instant of UTC as RFC 3339 has it."""
    return at.isoformat().replace("+00:00", "Z")


def forget_old_events(db: Connection, user_id: str, *, now: datetime) -> None:
    """Delete the user's events that are older than a week."""
    db.execute(delete(table).where(table.c.user_id == user_id, table.c.at < now - KEPT_FOR))


_USER: Final[BindParameter[str]] = bindparam("of_user")
_RUN: Final[BindParameter[int]] = bindparam("of_run")
_LAST: Final = (
    select(func.coalesce(func.max(table.c.number), 0))
    .where(table.c.user_id == _USER, table.c.run_id == _RUN)
    .scalar_subquery()
)
_NOTE: Final = insert(table).values(user_id=_USER, run_id=_RUN, number=_LAST + 1)


class SyncEventsRepository:
    """Reads the events of runs. Never writes: a run does that, in its own transactions."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def last_number(self, user_id: str, run_id: int) -> int:
        """Return the number of the run's newest event; 0 before the first."""
        query = select(func.max(table.c.number)).where(
            table.c.user_id == user_id, table.c.run_id == run_id
        )
        with self._database.read() as db:
            return db.execute(query).scalar_one() or 0

    def after(self, user_id: str, run_id: int, number: int, *, limit: int) -> list[SyncEvent]:
        """Return *limit* events of the run behind *number*, in order."""
        query = (
            select(table)
            .where(table.c.user_id == user_id, table.c.run_id == run_id, table.c.number > number)
            .order_by(table.c.number)
            .limit(limit)
        )
        with self._database.read() as db:
            return [_event(row.number, row.kind, row.data) for row in db.execute(query)]

    def progress(self, user_id: str, run_id: int) -> SyncEvent | None:
        """Return the newest event that tells how far the run is, or None."""
        query = (
            select(table)
            .where(
                table.c.user_id == user_id,
                table.c.run_id == run_id,
                table.c.kind == Kind.PROGRESS.value,
            )
            .order_by(table.c.number.desc())
            .limit(1)
        )
        with self._database.read() as db:
            row = db.execute(query).one_or_none()
        return None if row is None else _event(row.number, row.kind, row.data)

    def finished(self, user_id: str, run_id: int) -> SyncEvent | None:
        """Return the event that ended the run, or None."""
        query = select(table).where(
            table.c.user_id == user_id,
            table.c.run_id == run_id,
            table.c.kind == Kind.FINISHED.value,
        )
        with self._database.read() as db:
            row = db.execute(query).one_or_none()
        return None if row is None else _event(row.number, row.kind, row.data)

    def news(self, seen: Mapping[tuple[str, int], int]) -> dict[tuple[str, int], News]:
        """Return what each run of *seen*, user and run -> number, has behind that number."""
        told: dict[tuple[str, int], News] = {}
        runs = list(seen)
        for start in range(0, len(runs), _AT_ONCE):
            some = runs[start : start + _AT_ONCE]
            told |= self._news({run: seen[run] for run in some})
        return told

    def _news(self, seen: Mapping[tuple[str, int], int]) -> dict[tuple[str, int], News]:
        wanted = or_(
            *(
                and_(table.c.user_id == user_id, table.c.run_id == run_id, table.c.number > number)
                for (user_id, run_id), number in seen.items()
            )
        )
        with self._database.read() as db:
            # The runs first: of one that is over by then, no event is missing below.
            running = _running(db, [run_id for _, run_id in seen])
            found: dict[tuple[str, int], list[SyncEvent]] = {run: [] for run in seen}
            query = select(table).where(wanted).order_by(table.c.number)
            for row in db.execute(query):
                event = _event(row.number, row.kind, row.data)
                found[row.user_id, row.run_id].append(event)
        return {run: News(tuple(found[run]), run not in running) for run in seen}


def _running(db: Connection, run_ids: Sequence[int]) -> set[tuple[str, int]]:
    query = select(history.c.user_id, history.c.id).where(
        history.c.id.in_(run_ids), history.c.status == RunStatus.RUNNING.value
    )
    return {(row.user_id, row.id) for row in db.execute(query)}


def _event(number: int, kind: str, data: str) -> SyncEvent:
    return SyncEvent(number, Kind(kind), data)
