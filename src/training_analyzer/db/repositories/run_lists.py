"""Runs to page through, and one of them by its id."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from sqlalchemy import and_, func, or_, select

from training_analyzer.db.repositories.sync_history import as_run
from training_analyzer.db.tables import garmin_coverage
from training_analyzer.db.tables import garmin_sync_history as history
from training_analyzer.model import DayState

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from training_analyzer.db import Database
    from training_analyzer.model import GarminSyncHistory

_MAX_ID = 2**63 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedRuns:
    """Which runs are asked for; a filter that is None leaves nothing out."""

    status: str | None = None
    sync_type: str | None = None
    first: datetime | None = None
    before: datetime | None = None


class RunListsRepository:
    """Reads one user's runs. Never writes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def page(
        self,
        user_id: str,
        wanted: WantedRuns,
        *,
        limit: int,
        after: tuple[datetime, int] | None = None,
    ) -> list[GarminSyncHistory]:
        """Return *limit* runs, newest first; with *after* those behind that start and id."""
        began = history.c.started_at
        query = select(history).where(history.c.user_id == user_id)
        if wanted.status is not None:
            query = query.where(history.c.status == wanted.status)
        if wanted.sync_type is not None:
            query = query.where(history.c.sync_type == wanted.sync_type)
        if wanted.first is not None:
            query = query.where(began >= wanted.first)
        if wanted.before is not None:
            query = query.where(began < wanted.before)
        if after is not None:
            start, run_id = after
            query = query.where(or_(began < start, and_(began == start, history.c.id < run_id)))
        query = query.order_by(began.desc(), history.c.id.desc()).limit(limit)
        with self._database.read() as db:
            return [as_run(row) for row in db.execute(query).mappings()]

    def one(self, user_id: str, run_id: int) -> GarminSyncHistory | None:
        """Return the user's run of that id, or None."""
        if not 0 < run_id <= _MAX_ID:
            return None
        query = select(history).where(history.c.user_id == user_id, history.c.id == run_id)
        with self._database.read() as db:
            row = db.execute(query).mappings().one_or_none()
        return None if row is None else as_run(row)

    def counts(self, user_id: str) -> Mapping[str, int]:
        """Return status -> how many runs of the user have it."""
        query = (
            select(history.c.status, func.count().label("runs"))
            .where(history.c.user_id == user_id)
            .group_by(history.c.status)
        )
        with self._database.read() as db:
            return {row.status: row.runs for row in db.execute(query)}

    def retries_of(self, run: GarminSyncHistory, *, until: datetime) -> list[GarminSyncHistory]:
        """Return the runs, oldest first, that began before *until* to make up for *run*."""
        query = (
            select(history)
            .where(history.c.user_id == run.user_id, history.c.retry_of == run.id)
            .where(history.c.started_at.between(run.started_at, until))
            .order_by(history.c.started_at)
        )
        with self._database.read() as db:
            return [as_run(row) for row in db.execute(query).mappings()]

    def is_to_end(self, user_id: str, run_id: int) -> bool:
        """Tell whether somebody asked the run to end before its time."""
        query = select(history.c.cancel_requested).where(
            history.c.user_id == user_id, history.c.id == run_id
        )
        with self._database.read() as db:
            return bool(db.execute(query).scalar())

    def at(self, user_id: str, at: datetime) -> int | None:
        """Return the id of the user's run that went on at *at*, or None."""
        query = (
            select(history.c.id, history.c.completed_at)
            .where(history.c.user_id == user_id, history.c.started_at <= at)
            .order_by(history.c.started_at.desc(), history.c.id.desc())
            .limit(1)
        )
        with self._database.read() as db:
            row = db.execute(query).one_or_none()
        if row is None or (row.completed_at is not None and row.completed_at < at):
            return None
        return int(row.id)

    def answered_after(
        self, user_id: str, streams: Iterable[str], *, first: date, after: datetime
    ) -> list[tuple[str, date, datetime]]:
        """Return stream, day and instant of what was had after *after*, from the day *first* on."""
        table = garmin_coverage
        query = select(table.c.stream, table.c.calendar_date, table.c.fetched_at).where(
            table.c.user_id == user_id,
            table.c.stream.in_(list(streams)),
            table.c.calendar_date >= first.isoformat(),
            table.c.fetched_at > after,
            table.c.state.in_((DayState.DATA.value, DayState.EMPTY.value)),
        )
        with self._database.read() as db:
            return [
                (row.stream, date.fromisoformat(row.calendar_date), row.fetched_at)
                for row in db.execute(query)
            ]

    def answered_since(
        self, user_id: str, *, first: datetime, last: datetime
    ) -> Mapping[str, Mapping[str, int]]:
        """Return stream -> state -> days that were last asked for between two instants.

        `windows` is how many requests those days took: all of one were stored together.
        """
        table = garmin_coverage
        query = (
            select(table.c.stream, table.c.state, func.count().label("days"))
            .where(table.c.user_id == user_id, table.c.fetched_at.between(first, last))
            .group_by(table.c.stream, table.c.state)
        )
        windows = (
            select(table.c.stream, func.count(table.c.fetched_at.distinct()).label("windows"))
            .where(table.c.user_id == user_id, table.c.fetched_at.between(first, last))
            .group_by(table.c.stream)
        )
        found: dict[str, dict[str, int]] = {}
        with self._database.read() as db:
            for row in db.execute(query):
                found.setdefault(row.stream, {})[row.state] = row.days
            for row in db.execute(windows):
                found[row.stream]["windows"] = row.windows
        return found
