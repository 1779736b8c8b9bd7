"""`audit_log`: who did what to whose matters, and how it ended. It holds no secret."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import delete, insert, select, tuple_

from training_analyzer.db.tables import audit_log

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from training_analyzer.db.database import Database

KEPT_FOR: Final = timedelta(days=365)


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """A row of `audit_log`; `id` is 0 until it is written."""

    id: int = 0
    at: datetime
    action: str
    result: str = "ok"
    user_id: str | None = None
    actor: str | None = None
    target: str | None = None
    network: str | None = None
    request_id: str | None = None


class AuditLogRepository:
    """What was done. Rows are added and, after a year, forgotten; none is changed."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, entry: AuditEntry) -> None:
        """Write *entry* down, and forget what is a year older."""
        with self._database.write() as db:
            write_entry(db, entry)
            db.execute(delete(audit_log).where(audit_log.c.at < entry.at - KEPT_FOR))

    def page(
        self,
        *,
        user_id: str | None = None,
        limit: int,
        after: tuple[datetime, int] | None = None,
    ) -> list[AuditEntry]:
        """Return *limit* entries, newest first, behind the time and id of *after*.

        With *user_id* only those that are that person's matter.
        """
        table = audit_log
        query = select(table).order_by(table.c.at.desc(), table.c.id.desc()).limit(limit)
        if user_id is not None:
            query = query.where(table.c.user_id == user_id)
        if after is not None:
            query = query.where(tuple_(table.c.at, table.c.id) < after)
        with self._database.read() as db:
            return [_entry(row) for row in db.execute(query).mappings()]


def write_entry(db: Connection, entry: AuditEntry) -> None:
    """Write *entry* down within the caller's transaction."""
    db.execute(
        insert(audit_log).values(
            user_id=entry.user_id,
            actor=entry.actor,
            at=entry.at,
            action=entry.action,
            result=entry.result,
            target=entry.target,
            network=entry.network,
            request_id=entry.request_id,
        )
    )


def _entry(row: Any) -> AuditEntry:  # noqa: ANN401 - a mapping of a row
    entry = AuditEntry(**{name: row[name] for name in AuditEntry.__dataclass_fields__})
    # Some were once spelled with a point; a row is never changed.
    return replace(entry, action=entry.action.replace(".", "_"))
