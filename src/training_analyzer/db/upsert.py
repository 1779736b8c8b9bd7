"""Write rows that may be there already, and count those that really changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import or_

from training_analyzer.db.insert import insert_into
from training_analyzer.db.text import storable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime
    from typing import Any

    from sqlalchemy import Connection, Table

# When we first had a row and when it last changed: they tell of a change and make none.
_STAMPS: Final = ("first_seen_at", "changed_at")


def upsert(
    connection: Connection, table: Table, rows: Iterable[Mapping[str, Any]], *, now: datetime
) -> int:
    """Insert *rows* or change those that differ; return how many were written.

    A row holds the whole primary key and all rows name the same columns; columns they do
    not name stay as they are. `first_seen_at` is kept and `changed_at` set on a change.
    An equal row is not written at all: neither log nor dead rows grow (storage facts: 6).
    The caller owns the transaction. Raises `ValueError` when the rows' columns differ.
    """
    given = [{name: storable(value) for name, value in row.items()} for row in rows]
    if not given:
        return 0
    columns = _columns(given, table)
    stamps = [name for name in _STAMPS if name in table.c]
    key = [column.name for column in table.primary_key.columns]
    values = [name for name in columns if name not in key]
    statement = insert_into(connection, table)
    new = statement.excluded
    if values:
        changes = {name: new[name] for name in [*values, *stamps] if name != "first_seen_at"}
        differs = or_(*(table.c[name].is_distinct_from(new[name]) for name in values))
        statement = statement.on_conflict_do_update(index_elements=key, set_=changes, where=differs)
    else:
        statement = statement.on_conflict_do_nothing(index_elements=key)
    stamped = [row | dict.fromkeys(stamps, now) for row in given]
    # Without the option psycopg's count of an executemany is lost on the way.
    written = connection.execute(statement, stamped, execution_options={"preserve_rowcount": True})
    return written.rowcount


def _columns(rows: list[dict[str, Any]], table: Table) -> list[str]:
    """Return the columns that every one of *rows* names; SQLAlchemy asks the first alone."""
    columns = list(rows[0])
    if any(row.keys() != rows[0].keys() for row in rows):
        message = f"rows for {table.name} do not all name the same columns"
        raise ValueError(message)
    if unknown := set(columns) - set(table.c.keys()) | (set(columns) & set(_STAMPS)):
        message = f"rows for {table.name} name columns that are not theirs: {sorted(unknown)}"
        raise ValueError(message)
    return columns
