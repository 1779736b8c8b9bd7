"""A person's data, table by table, a batch at a time. Never writes, never all at once."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import BigInteger, Float, Integer, LargeBinary, select

from training_analyzer.db.repositories.payloads import opened
from training_analyzer.db.tables import (
    activities,
    activity_files,
    garmin_coverage,
    garmin_payloads,
    garmin_sync_history,
    metadata,
)
from training_analyzer.db.types import UtcDateTime
from training_analyzer.planning.exports import EVER, OF_ACTIVITIES, Between

if TYPE_CHECKING:
    from sqlalchemy import Column, ColumnElement, Connection, Table

    from training_analyzer.db import Database

# Rows that are held at once; a track is a hundred times as large as other rows.
_BATCH: Final = 1000
_BATCH_OF_CURVES: Final = 16
# Beside Garmin's typed data: which days are known, and the runs that brought them.
_LEDGERS: Final = (garmin_coverage, garmin_sync_history)
_DAY: Final = "calendar_date"
_PACKED: Final = "points_zstd"

# Close it when you leave it half-way: the database still holds the rest.
type Rows = Generator[Sequence[Sequence[Any]]]


class Kind(StrEnum):
    """What a column holds, whatever the database calls it."""

    TEXT = "text"
    DAY = "day"
    INTEGER = "integer"
    NUMBER = "number"
    INSTANT = "instant"
    CURVES = "curves"


@dataclass(frozen=True, slots=True)
class ExportTable:
    """A table as it is exported: its name, and (name, kind) of each column."""

    name: str
    columns: tuple[tuple[str, Kind], ...]


@dataclass(frozen=True, slots=True)
class OriginalFile:
    """The file of one version of an activity."""

    activity_id: int
    sha256: str
    format: str | None
    content: bytes


@dataclass(frozen=True, slots=True)
class RawAnswer:
    """An answer of Garmin's as it came; `body` is None for one that is damaged."""

    stream: str
    api: str
    first_date: str
    last_date: str
    sha256: str
    body: bytes | None


class Snapshot:
    """One user's data at one moment, of some days where *span* says so.

    What belongs to no day, such as a device, is there whatever the days are.
    """

    def __init__(self, db: Connection, user_id: str, span: Between) -> None:
        self._db = db
        self._user_id = user_id
        self._span = span

    def batches(self, table: ExportTable) -> Rows:
        """Yield the user's rows in the order of their key, some at a time, values as in Python."""
        source = metadata.tables[table.name]
        columns = [source.c[name] for name, _ in table.columns]
        curves = any(kind is Kind.CURVES for _, kind in table.columns)
        return self._batches(source, columns, _BATCH_OF_CURVES if curves else _BATCH)

    def files(self) -> Generator[OriginalFile]:
        """Yield the original file of each version of each activity."""
        of = activity_files.c
        columns = [of.activity_id, of.sha256, of.format, of.content]
        with closing(self._batches(activity_files, columns, _BATCH_OF_CURVES)) as batches:
            for batch in batches:
                yield from (OriginalFile(*row) for row in batch)

    def answers(self, streams: frozenset[str] | None) -> Generator[RawAnswer]:
        """Yield Garmin's own answers, those of *streams* alone where they are named."""
        of = garmin_payloads.c
        columns = [of.stream, of.api, of.first_date, of.last_date, of.sha256, of.body_zstd]
        is_wanted = [] if streams is None else [of.stream.in_(streams)]
        with closing(
            self._batches(garmin_payloads, columns, _BATCH_OF_CURVES, *is_wanted)
        ) as batches:
            for batch in batches:
                for stream, api, first, last, sha256, packed in batch:
                    body = opened(packed, sha256)
                    yield RawAnswer(stream, api, first, last, sha256, body)

    def _batches(
        self,
        source: Table,
        columns: Sequence[Column[Any]],
        size: int,
        *wanted: ColumnElement[bool],
    ) -> Rows:
        query = (
            select(*columns)
            .where(source.c.user_id == self._user_id, *self._within(source), *wanted)
            .order_by(*source.primary_key.columns)
        )
        # A cursor of the server's on PostgreSQL: the driver would fetch everything at once.
        with self._db.execute(query, execution_options={"yield_per": size}) as result:
            yield from result.partitions()

    def _within(self, source: Table) -> Iterator[ColumnElement[bool]]:
        """Yield the conditions that a row is of the wanted days."""
        first, last = self._span.first, self._span.last
        if first is None and last is None:
            return
        if source.name.startswith(OF_ACTIVITIES):
            mine = select(activities.c.activity_id).where(activities.c.user_id == self._user_id)
            yield source.c.activity_id.in_(mine.where(*self._within(activities)))
        elif source is garmin_payloads:
            yield from _between(source.c.last_date, first and first.isoformat(), None)
            yield from _between(source.c.first_date, None, last and last.isoformat())
        elif source is garmin_sync_history:
            until = last and datetime.combine(last + timedelta(days=1), time(), UTC)
            yield from _between(
                source.c.started_at,
                first and datetime.combine(first, time(), UTC),
                until and until - timedelta(milliseconds=1),
            )
        elif _DAY in source.c:
            yield from _between(
                source.c[_DAY], first and first.isoformat(), last and last.isoformat()
            )


class ExportRepository:
    """What there is to export, and one user's share of it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @property
    def tables(self) -> tuple[ExportTable, ...]:
        """Every table of typed data, by name, and the two ledgers; no secret and no raw answer."""
        typed = [table for table in metadata.tables.values() if "first_seen_at" in table.c]
        return tuple(
            ExportTable(table.name, tuple(_columns(table)))
            for table in sorted([*typed, *_LEDGERS], key=lambda table: table.name)
        )

    @contextmanager
    def snapshot(self, user_id: str, span: Between = EVER) -> Iterator[Snapshot]:
        """Give the user's data as they are at this moment, whatever is written meanwhile."""
        with self._database.read() as db:
            if db.dialect.name == "postgresql":
                db.execution_options(isolation_level="REPEATABLE READ")
            yield Snapshot(db, user_id, span)


def _between(column: Column[Any], least: Any, most: Any) -> Iterator[ColumnElement[bool]]:  # noqa: ANN401 - of the column's own type
    if least is not None:
        yield column >= least
    if most is not None:
        yield column <= most


def _columns(table: Table) -> Iterator[tuple[str, Kind]]:
    for column in table.columns:
        if column.name == _PACKED:
            yield column.name, Kind.CURVES
        # Original files are a folder of their own.
        elif not isinstance(column.type, LargeBinary):
            yield column.name, _kind(column)


def _kind(column: Column[Any]) -> Kind:
    if isinstance(column.type, UtcDateTime):
        return Kind.INSTANT
    if isinstance(column.type, Integer | BigInteger):
        return Kind.INTEGER
    if isinstance(column.type, Float):
        return Kind.NUMBER
    return Kind.DAY if column.name == _DAY else Kind.TEXT


__all__ = [
    "ExportRepository",
    "ExportTable",
    "Kind",
    "OriginalFile",
    "RawAnswer",
    "Rows",
    "Snapshot",
]
