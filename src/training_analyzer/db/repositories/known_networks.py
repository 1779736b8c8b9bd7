"""From where people signed in before: read from the audit log, which a sign-out leaves alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from training_analyzer.db.tables import audit_log

if TYPE_CHECKING:
    from datetime import datetime

    from training_analyzer.db.database import Database

SIGNED_IN: Final = "signed_in"


class KnownNetworksRepository:
    """The networks that sign-ins came from."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def is_known(self, user_id: str, network: str, *, since: datetime) -> bool:
        """Tell whether the person has signed in from *network* since then."""
        query = (
            select(audit_log.c.id)
            .where(
                audit_log.c.user_id == user_id,
                audit_log.c.at >= since,
                audit_log.c.action == SIGNED_IN,
                audit_log.c.result == "ok",
                audit_log.c.network == network,
            )
            .limit(1)
        )
        with self._database.read() as db:
            return db.execute(query).one_or_none() is not None
