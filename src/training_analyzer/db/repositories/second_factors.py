"""`user_totp`: who has a second factor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from training_analyzer.db.tables import user_totp

if TYPE_CHECKING:
    from training_analyzer.db.database import Database


class SecondFactorsRepository:
    """The second factors of everybody."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def is_confirmed(self, user_id: str) -> bool:
        """Tell whether the person has shown a first code of a factor of theirs."""
        query = select(user_totp.c.user_id).where(
            user_totp.c.user_id == user_id, user_totp.c.confirmed_at.is_not(None)
        )
        with self._database.read() as db:
            return db.execute(query).one_or_none() is not None
