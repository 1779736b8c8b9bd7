"""The columns that tables are made of, and the one `MetaData` they all stand in."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import (
    CheckConstraint,
    Column,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    text,
)

from training_analyzer.db.types import BIG, NUMBER, UtcDateTime

DAY: Final = "calendar_date"

metadata: Final = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def text_(name: str, *, null: bool = True) -> Column[str]:
    """Return a text column."""
    return Column(name, Text, nullable=null)


def integer(name: str, *, null: bool = True, default: int | None = None) -> Column[int]:
    """Return an integer column."""
    server = None if default is None else text(str(default))
    return Column(name, Integer, nullable=null, server_default=server)


def big(name: str, *, null: bool = True) -> Column[int]:
    """Return a 64-bit column; Garmin's ids exceed 32 bits."""
    return Column(name, BIG, nullable=null)


def number(name: str) -> Column[float]:
    """Return a double-precision column."""
    return Column(name, NUMBER)


def instant(name: str, *, null: bool = True) -> Column[Any]:
    """Return a column of UTC instants."""
    return Column(name, UtcDateTime, nullable=null)


def flag(name: str, *, default: int | None = None, null: bool = False) -> Column[int]:
    """Return a truth value, 0 or 1."""
    return integer(name, null=null, default=default)


def one_of(name: str, *allowed: str) -> CheckConstraint:
    """Return the constraint that *name* is one of *allowed*."""
    listed = ", ".join(f"'{value}'" for value in allowed)
    return CheckConstraint(f"{name} IN ({listed})", name=name)


def truth(name: str) -> CheckConstraint:
    """Return the constraint that *name* is 0 or 1."""
    return CheckConstraint(f"{name} IN (0, 1)", name=name)


def data_table(name: str, key: tuple[Column[Any], ...], *values: Column[Any]) -> Table:
    """Return a table of typed Garmin rows: user first in its key, then *key*, then values."""
    return Table(
        name,
        metadata,
        text_("user_id", null=False),
        *key,
        *values,
        text_("api", null=False),
        instant("first_seen_at", null=False),
        instant("changed_at", null=False),
        PrimaryKeyConstraint("user_id", *(column.name for column in key)),
        sqlite_strict=True,
    )
