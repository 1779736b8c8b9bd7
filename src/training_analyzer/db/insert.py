"""INSERT statements that can say what happens on a conflict, for the dialect in use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy.dialects import postgresql, sqlite

if TYPE_CHECKING:
    from sqlalchemy import Connection, Table


def insert_into(db: Connection, table: Table) -> postgresql.Insert | sqlite.Insert:
    """Return an INSERT into *table* with `on_conflict_do_update` and `on_conflict_do_nothing`."""
    if db.dialect.name == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)
