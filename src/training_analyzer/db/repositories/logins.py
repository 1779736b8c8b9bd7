"""`garmin_logins`: the password logins that went to Garmin, so that no restart forgets them.

An account is kept as a keyed fingerprint: deleting and connecting it again does not
shorten a wait, and the table does not tell whose accounts they are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, insert, select

from training_analyzer.db.tables import garmin_logins
from training_analyzer.errors import BlockCause
from training_analyzer.planning.logins import MEMORY, Login, LoginEnd

if TYPE_CHECKING:
    from datetime import datetime

    from training_analyzer.db import Database


class LoginsRepository:
    """The logins of all accounts, from all servers that share the database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, account: str, server: str, *, now: datetime) -> int:
        """Write down a login before it goes out, ended as `unknown`; return its id."""
        with self._database.write() as db:
            db.execute(delete(garmin_logins).where(garmin_logins.c.at < now - MEMORY))
            begun = db.execute(
                insert(garmin_logins)
                .values(account=account, server=server, at=now, ended=LoginEnd.UNKNOWN.value)
                .returning(garmin_logins.c.id)
            )
            return int(begun.scalar_one())

    def end(self, login_id: int, end: LoginEnd, cause: BlockCause | None = None) -> None:
        """Write down how it ended, and of a block its *cause*."""
        with self._database.write() as db:
            db.execute(
                garmin_logins.update()
                .where(garmin_logins.c.id == login_id)
                .values(ended=end.value, cause=cause)
            )

    def recent(self, *, now: datetime) -> list[Login]:
        """Return all logins within `MEMORY`, from every server, oldest first."""
        with self._database.read() as db:
            found = db.execute(
                select(garmin_logins)
                .where(garmin_logins.c.at >= now - MEMORY)
                .order_by(garmin_logins.c.at)
            )
            return [
                Login(
                    row.account,
                    row.at,
                    LoginEnd(row.ended),
                    row.server,
                    BlockCause(row.cause) if row.cause else None,
                )
                for row in found
            ]
