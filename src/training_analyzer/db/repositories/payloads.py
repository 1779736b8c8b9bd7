"""The raw archive, read again: what lies in it, its bodies some at a time, and the rows made anew.

Reading and writing are transactions of their own, so that a long pass is in nobody's way.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import zstandard
from sqlalchemy import and_, bindparam, delete, func, or_, select, update

from training_analyzer.db.repositories.file_rows import with_file_laps
from training_analyzer.db.repositories.stored_files import StoredFilesRepository
from training_analyzer.db.tables import (
    activity_laps,
    garmin_payloads,
    garmin_reparses,
    garmin_schedule,
    metadata,
)
from training_analyzer.db.text import storable
from training_analyzer.db.upsert import upsert

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, Connection, Table

    from training_analyzer.db import Database
    from training_analyzer.planning.newest import TableRows
    from training_analyzer.streams import Row

# Far above the longest answer, far below what fills the memory.
_MOST_BYTES: Final = 256 * 1024 * 1024
_NAMES: Final = ("stream", "api", "first_date", "last_date", "sha256", "body_bytes", "fetched_at")


@dataclass(frozen=True, slots=True)
class ArchivedPayload:
    """An answer of the archive, without its body."""

    stream: str
    api: str
    first_date: str
    last_date: str
    sha256: str
    body_bytes: int
    fetched_at: datetime


class PayloadsRepository:
    """The archive of all users on one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @property
    def files(self) -> StoredFilesRepository:
        """Return the original files, which are archived apart."""
        return StoredFilesRepository(self._database)

    @property
    def keys(self) -> dict[str, tuple[str, ...]]:
        """Return what tells one row of a user's from another: table -> columns."""
        return {
            name: tuple(key.name for key in table.primary_key if key.name != "user_id")
            for name, table in metadata.tables.items()
        }

    def users(self) -> list[str]:
        """Return everybody of whom an answer is archived."""
        query = select(garmin_payloads.c.user_id).distinct().order_by(garmin_payloads.c.user_id)
        with self._database.read() as db:
            return list(db.execute(query).scalars())

    def streams(self, user_id: str) -> dict[str, int]:
        """Return how many answers of each stream are archived."""
        query = (
            select(garmin_payloads.c.stream, func.count())
            .where(garmin_payloads.c.user_id == user_id)
            .group_by(garmin_payloads.c.stream)
            .order_by(garmin_payloads.c.stream)
        )
        with self._database.read() as db:
            return {row[0]: row[1] for row in db.execute(query)}

    def listing(self, user_id: str, streams: Iterable[str]) -> list[ArchivedPayload]:
        """Return the answers of *streams*, the last stored first.

        Of two of the same millisecond, the stream that a run asks for later comes first.
        """
        place = {name: number for number, name in enumerate(streams)}
        query = select(*(garmin_payloads.c[name] for name in _NAMES)).where(_of(user_id, place))
        with self._database.read() as db:
            found = [ArchivedPayload(*row) for row in db.execute(query)]
        return sorted(found, key=lambda one: (one.fetched_at, place[one.stream]), reverse=True)

    def bodies(self, user_id: str, payloads: Iterable[ArchivedPayload]) -> Iterator[bytes | None]:
        """Yield the body of each of *payloads*; None for one that is damaged or gone."""
        with self._database.read() as db:
            for payload in payloads:
                of = garmin_payloads.c
                packed = db.execute(
                    select(of.body_zstd).where(
                        of.user_id == user_id,
                        of.stream == payload.stream,
                        of.api == payload.api,
                        of.first_date == payload.first_date,
                        of.last_date == payload.last_date,
                        of.sha256 == payload.sha256,
                    )
                ).scalar_one_or_none()
                yield None if packed is None else opened(packed, payload.sha256)

    def rewrite(
        self,
        user_id: str,
        listing: Sequence[ArchivedPayload],
        streams: Iterable[str],
        made: Iterable[TableRows],
        *,
        now: datetime,
    ) -> int | None:
        """Write rows that were read again, in one transaction; return how many changed.

        None, and nothing is written, when the archive of *streams* is no longer what
        *listing* says: a sync has brought newer answers, and older ones must not win.
        """
        with self._database.write() as db:
            # A sync holds this row while it stores: on PostgreSQL the two take turns.
            db.execute(
                select(garmin_schedule.c.user_id)
                .where(garmin_schedule.c.user_id == user_id)
                .with_for_update()
            )
            if _state(db, user_id, streams) != (len(listing), listing[0].fetched_at):
                return None
            return sum(
                (_fill if rows.is_rest else upsert)(
                    db,
                    metadata.tables[rows.table],
                    [{"user_id": user_id, **row} for row in kept],
                    now=now,
                )
                for rows in made
                if (kept := _kept(db, user_id, rows))
            )

    def finished(self, user_id: str, program: str) -> set[str]:
        """Return which tables an interrupted pass of the same *program* has finished."""
        of = garmin_reparses.c
        query = select(of.data_table).where(
            of.user_id == user_id, of.program == program, of.position.is_(None)
        )
        with self._database.read() as db:
            return set(db.execute(query).scalars())

    def note_finished(self, user_id: str, table: str, program: str, *, now: datetime) -> None:
        """Write that the pass of *program* has finished a table."""
        row = {"user_id": user_id, "data_table": table, "program": program, "done_at": now}
        with self._database.write() as db:
            upsert(db, garmin_reparses, [row], now=now)

    def forget_finished(self, user_ids: Iterable[str]) -> None:
        """Let the next pass begin at the beginning."""
        with self._database.write() as db:
            for user_id in user_ids:
                db.execute(delete(garmin_reparses).where(garmin_reparses.c.user_id == user_id))


def _of(user_id: str, streams: Iterable[str]) -> ColumnElement[bool]:
    of = garmin_payloads.c
    return and_(of.user_id == user_id, of.stream.in_(list(streams)))


def _state(db: Connection, user_id: str, streams: Iterable[str]) -> tuple[int, datetime | None]:
    query = select(func.count(), func.max(garmin_payloads.c.fetched_at))
    count, newest = db.execute(query.where(_of(user_id, streams))).one()
    return count, newest


def _kept(db: Connection, user_id: str, rows: TableRows) -> Sequence[Row]:
    """Return the rows without splits of activities whose laps a file tells."""
    if rows.table != activity_laps.name:
        return rows.rows
    ids = {int(str(row["activity_id"])) for row in rows.rows}
    told = with_file_laps(db, user_id, ids)
    return [row for row in rows.rows if row["activity_id"] not in told]


def opened(packed: bytes, sha256: str) -> bytes | None:
    """Return an archived body as it came; None for one that is damaged."""
    try:
        body = zstandard.ZstdDecompressor().decompress(packed, max_output_size=_MOST_BYTES)
    except zstandard.ZstdError:
        return None
    return body if hashlib.sha256(body).hexdigest() == sha256 else None


def _fill(db: Connection, table: Table, rows: Sequence[Mapping[str, Any]], *, now: datetime) -> int:
    """Change columns of rows that are there, where they differ; return how many rows changed."""
    key = [column.name for column in table.primary_key.columns]
    names = [name for name in rows[0] if name not in key]
    new = {name: bindparam(f"new_{name}", type_=table.c[name].type) for name in names}
    statement = (
        update(table)
        .where(*(table.c[name] == bindparam(f"key_{name}") for name in key))
        .where(or_(*(table.c[name].is_distinct_from(new[name]) for name in names)))
        .values(new | {"changed_at": now})
    )
    given = [
        {
            f"{'key' if name in key else 'new'}_{name}": storable(value)
            for name, value in row.items()
        }
        for row in rows
    ]
    # Without the option psycopg's count of an executemany is lost on the way.
    return db.execute(statement, given, execution_options={"preserve_rowcount": True}).rowcount
