"""Arriving by a link: the link is used up and the person added, or neither."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from training_analyzer.db.repositories.one_time_links import Purpose, take_link, wait_for_turn
from training_analyzer.db.tables import users
from training_analyzer.model import Role

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from training_analyzer.db.database import Database
    from training_analyzer.db.repositories.users import UsersRepository
    from training_analyzer.model import User


class ArrivalsRepository:
    """Joins the links that are out and the people who come by them."""

    def __init__(self, database: Database, users: UsersRepository) -> None:
        self._database = database
        self._users = users

    def join(
        self, token_sha256: str, name: str, password_hash: str, *, now: datetime
    ) -> User | None:
        """Add who was invited; None when the invitation is over or its author rules no more.

        Raises `UserExists`, or `InvalidUserName`; the invitation then stays good.
        """
        with self._database.write() as db:
            link = take_link(db, token_sha256, Purpose.INVITATION, now=now)
            if link is None or not _still_rules(db, link.created_by):
                return None
            return self._users.add_within(db, name, password_hash, link.role or Role.USER)

    def set_up(
        self, token_sha256: str, name: str, password_hash: str, *, now: datetime
    ) -> User | None:
        """Add the first person, an administrator; None when the link is over or somebody is here.

        Raises `InvalidUserName`; the link then stays good.
        """
        with self._database.write() as db:
            # Two links are two rows: without this, neither of two would see the other's person.
            wait_for_turn(db, Purpose.SET_UP)
            if take_link(db, token_sha256, Purpose.SET_UP, now=now) is None:
                return None
            return self._users.add_first_within(db, name, password_hash)


def _still_rules(db: Connection, author: str | None) -> bool:
    """Tell whether who made an invitation might make it today; None is the machine's owner."""
    if author is None:
        return True
    ruler = select(users.c.user_id).where(
        users.c.user_id == author, users.c.role == Role.ADMIN.value, users.c.disabled_at.is_(None)
    )
    return db.execute(ruler).one_or_none() is not None
