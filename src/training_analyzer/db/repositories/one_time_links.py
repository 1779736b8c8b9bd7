"""`one_time_links`: tokens that work once. Only their hashes are kept."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, delete, insert, select

from training_analyzer.db.tables import one_time_links
from training_analyzer.model import Role

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from training_analyzer.db.database import Database


class Purpose(StrEnum):
    """What a link is good for."""

    SIGN_IN = "sign_in"
    SET_UP = "set_up"
    INVITATION = "invitation"
    PASSWORD = "password"  # noqa: S105 - a purpose, not a password


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A row of `one_time_links`: whom it is for, or what an invited person will be."""

    purpose: Purpose
    user_id: str | None = None
    role: Role | None = None
    created_by: str | None = None
    created_at: datetime
    expires_at: datetime


class OneTimeLinksRepository:
    """The links that are out. `now` is always the caller's."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, link: Link, token_sha256: str) -> None:
        """Keep *link*; those that are over go."""
        with self._database.write() as db:
            db.execute(delete(one_time_links).where(one_time_links.c.expires_at <= link.created_at))
            db.execute(
                insert(one_time_links).values(
                    token_sha256=token_sha256,
                    purpose=link.purpose.value,
                    user_id=link.user_id,
                    role=link.role.value if link.role else None,
                    created_by=link.created_by,
                    created_at=link.created_at,
                    expires_at=link.expires_at,
                )
            )

    def find(self, token_sha256: str, purpose: Purpose, *, now: datetime) -> Link | None:
        """Return the link, which stays good; None when it is over or for something else."""
        query = select(one_time_links).where(_is_good(token_sha256, purpose, now))
        with self._database.read() as db:
            row = db.execute(query).one_or_none()
        return None if row is None else _link(row)

    def take(self, token_sha256: str, purpose: Purpose, *, now: datetime) -> Link | None:
        """Use the link up and return it; None for whoever comes second, or too late."""
        with self._database.write() as db:
            return take_link(db, token_sha256, purpose, now=now)

    def drop(self, purpose: Purpose, user_id: str | None = None) -> int:
        """Take back every link of that purpose, or only the person's; return how many."""
        unwanted = delete(one_time_links).where(one_time_links.c.purpose == purpose.value)
        if user_id is not None:
            unwanted = unwanted.where(one_time_links.c.user_id == user_id)
        with self._database.write() as db:
            return db.execute(unwanted).rowcount


def take_link(db: Connection, token_sha256: str, purpose: Purpose, *, now: datetime) -> Link | None:
    """Use the link up and return it, within the caller's transaction."""
    row = db.execute(
        delete(one_time_links).where(_is_good(token_sha256, purpose, now)).returning(one_time_links)
    ).one_or_none()
    return None if row is None else _link(row)


def wait_for_turn(db: Connection, purpose: Purpose) -> None:
    """Let nobody else use a link of that purpose up before the caller's transaction ends.

    Whoever comes to this while it goes on sees only then what it did. SQLite has one writer
    at a time as it is.
    """
    links = select(one_time_links.c.token_sha256).where(one_time_links.c.purpose == purpose.value)
    # In one order, so that no two wait for each other.
    db.execute(links.order_by(one_time_links.c.token_sha256).with_for_update()).all()


def _is_good(token_sha256: str, purpose: Purpose, now: datetime) -> Any:  # noqa: ANN401 - a condition of SQLAlchemy's
    table = one_time_links.c
    return and_(
        table.token_sha256 == token_sha256,
        table.purpose == purpose.value,
        table.expires_at > now,
    )


def _link(row: Any) -> Link:  # noqa: ANN401 - a row of `one_time_links`
    return Link(
        purpose=Purpose(row.purpose),
        user_id=row.user_id,
        role=Role(row.role) if row.role else None,
        created_by=row.created_by,
        created_at=row.created_at,
        expires_at=row.expires_at,
    )
