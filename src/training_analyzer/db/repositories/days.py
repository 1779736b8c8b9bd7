"""Days as they are stored: which of them have anything, and the rows of a few tables on them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select, union

from training_analyzer.db.tables import metadata

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from sqlalchemy import Column, FromClause, Select

    from training_analyzer.db import Database
    from training_analyzer.streams import Row

# What tells of the storing and not of the person.
HOUSEKEEPING = frozenset({"user_id", "first_seen_at", "changed_at"})


class DaysRepository:
    """Reads one user's rows by day. Never writes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def newest(
        self, user_id: str, tables: Sequence[str], *, first: date, last: date, limit: int
    ) -> list[str]:
        """Return the newest *limit* days from *first* to *last* with a row in one of *tables*."""
        query = _newest(user_id, tables, first=first, last=last, limit=limit)
        with self._database.read() as db:
            return [str(day) for day in db.execute(query).scalars()]

    def joined(
        self,
        user_id: str,
        values: Mapping[str, Sequence[str]],
        *,
        first: date,
        last: date,
        limit: int,
    ) -> list[Row]:
        """Return the newest *limit* days that any of *values* may be of, newest first.

        *values* says for each name which columns it may come from, each `table.column` of a
        table with one row a day: the first that is known counts, and None where none is.
        """
        sources = {
            name: [_column(column) for column in columns] for name, columns in values.items()
        }
        tables = {column.table: None for columns in sources.values() for column in columns}
        names = [str(table.name) for table in tables]
        days = _newest(user_id, names, first=first, last=last, limit=limit).subquery()
        joined: FromClause = days
        for table in tables:
            is_that_day = table.c.calendar_date == days.c.calendar_date
            joined = joined.outerjoin(table, is_that_day & (table.c.user_id == user_id))
        chosen = [
            columns[0] if len(columns) == 1 else func.coalesce(*columns)
            for columns in sources.values()
        ]
        query = (
            select(days.c.calendar_date, *chosen)
            .select_from(joined)
            .order_by(days.c.calendar_date.desc())
        )
        answered = ["calendar_date", *values]
        with self._database.read() as db:
            return [dict(zip(answered, row, strict=True)) for row in db.execute(query)]

    def rows(
        self,
        user_id: str,
        table_name: str,
        *,
        first: date | str,
        last: date | str,
        columns: Iterable[str] | None = None,
    ) -> list[Row]:
        """Return the rows of a table from *first* to *last*, by day and then by key."""
        table = metadata.tables[table_name]
        chosen = [table.c[name] for name in columns] if columns is not None else list(table.c)
        names = [column.name for column in chosen]
        query = (
            select(*chosen)
            .where(table.c.user_id == user_id)
            .where(table.c.calendar_date.between(str(first), str(last)))
            .order_by(table.c.calendar_date, *table.primary_key.columns)
        )
        with self._database.read() as db:
            # A mapping of SQLAlchemy's looks each name up: of 200 days that was half the time.
            return [dict(zip(names, row, strict=True)) for row in db.execute(query)]

    def version(self, user_id: str, table_name: str, *, first: date, last: date) -> str:
        """Return a text that changes whenever a row from *first* to *last* does."""
        table = metadata.tables[table_name]
        query = select(func.count(), func.max(table.c.changed_at)).where(
            table.c.user_id == user_id,
            table.c.calendar_date.between(first.isoformat(), last.isoformat()),
        )
        with self._database.read() as db:
            count, changed_at = db.execute(query).one()
        return f"{count}:{changed_at}"


def _column(name: str) -> Column[Any]:
    table, _, column = name.partition(".")
    return metadata.tables[table].c[column]


def _newest(
    user_id: str, tables: Sequence[str], *, first: date, last: date, limit: int
) -> Select[tuple[str]]:
    named = [metadata.tables[name] for name in tables]
    days = union(
        *(
            select(table.c.calendar_date)
            .where(table.c.user_id == user_id)
            .where(table.c.calendar_date.between(first.isoformat(), last.isoformat()))
            for table in named
        )
    ).subquery()
    return select(days.c.calendar_date).order_by(days.c.calendar_date.desc()).limit(limit)


def value_columns(table_name: str) -> list[str]:
    """Return the columns of a table that hold Garmin's values, its days first."""
    return [column.name for column in metadata.tables[table_name].c if _tells(column.name)]


def _tells(name: str) -> bool:
    return name not in HOUSEKEEPING
