"""Whom to tell that their connection broke: once for each time, at most once a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from sqlalchemy import func, or_, select, update

from training_analyzer.db.tables import garmin_credentials, users
from training_analyzer.model import Kind

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import ColumnElement

    from training_analyzer.db.database import Database

EVERY: Final = timedelta(days=1)
_MOST: Final = 100
# Faults of the server, which the operator sees and nobody else can repair.
_OURS: Final = ("key_unavailable", "key_retired")


@dataclass(frozen=True, slots=True)
class Notice:
    """Somebody whose connection broke, and who was not told of it."""

    user_id: str
    email: str
    locale: str | None
    kind: Kind
    error_code: str | None
    broke_at: datetime
    # The last time, of an earlier break.
    notified_at: datetime | None


class NoticesRepository:
    """The broken connections of everybody who wants to be written to."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def due(self, *, now: datetime) -> list[Notice]:
        """Return who is to be told now, the longest broken first."""
        known = garmin_credentials.c
        query = (
            select(
                *(known.user_id, users.c.email, users.c.locale, known.kind, known.error_code),
                *(known.broke_at, known.notified_at),
            )
            .join(users, users.c.user_id == known.user_id)
            .where(
                known.is_valid == 0,
                func.coalesce(known.error_code, "").not_in(_OURS),
                users.c.email.is_not(None),
                users.c.disabled_at.is_(None),
                known.broke_at.is_not(None),
                or_(
                    known.notified_at.is_(None),
                    (known.notified_at < known.broke_at) & (known.notified_at <= now - EVERY),
                ),
            )
            .order_by(known.broke_at, known.user_id)
            .limit(_MOST)
        )
        with self._database.read() as db:
            rows = db.execute(query).mappings().all()
        return [Notice(**{**row, "kind": Kind(row["kind"])}) for row in rows]

    def claim(self, notice: Notice, *, now: datetime) -> bool:
        """Note that the person is told now; False where another process was faster.

        False, too, where the connection was mended, deleted or broke anew since.
        """
        known = garmin_credentials.c
        return self._mark(
            notice,
            now,
            known.is_valid == 0,
            known.broke_at == notice.broke_at,
            known.notified_at.is_not_distinct_from(notice.notified_at),
        )

    def give_back(self, notice: Notice, *, claimed_at: datetime) -> None:
        """Undo a claim of which nothing came, so that it is tried again."""
        claimed = garmin_credentials.c.notified_at == claimed_at
        self._mark(notice, notice.notified_at, claimed)

    def _mark(self, notice: Notice, at: datetime | None, *only: ColumnElement[bool]) -> bool:
        own = garmin_credentials.c.user_id == notice.user_id
        with self._database.write() as db:
            change = update(garmin_credentials).where(own, *only).values(notified_at=at)
            return db.execute(change).rowcount == 1
