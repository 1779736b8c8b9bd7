"""What an administrator sees and changes of everybody: people, connections, runs, the database.

No health value and no secret is read here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy import and_, delete, func, or_, select, text, true, update

from training_analyzer.db import schema
from training_analyzer.db.repositories.administrators import leaves_an_administrator
from training_analyzer.db.repositories.sync_history import as_run
from training_analyzer.db.repositories.users import as_user
from training_analyzer.db.tables import (
    audit_log,
    garmin_credentials,
    garmin_sync_history,
    sessions,
    user_totp,
    users,
)
from training_analyzer.errors import LastAdministrator
from training_analyzer.model import Role

if TYPE_CHECKING:
    from datetime import datetime

    from training_analyzer.db import Database
    from training_analyzer.model import GarminSyncHistory, User

_SQLITE_SIZE: Final = text(
    "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"
)
_POSTGRESQL_SIZE: Final = text("SELECT pg_database_size(current_database())")


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonSeen:
    """A person as an administrator sees them; `kind` is that of the connection, if any."""

    user: User
    has_password: bool
    has_totp: bool
    last_seen_at: datetime | None
    kind: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseFacts:
    """What the database is, and how large."""

    kind: str
    size_bytes: int
    revision: str | None
    newest_revision: str


class AdministrationRepository:
    """Everybody's rows. Only an administrator's routes may use it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def people(
        self, *, limit: int, after: tuple[datetime, str] | None = None, user_id: str | None = None
    ) -> list[PersonSeen]:
        """Return *limit* people, who came last first, behind the time and id of *after*."""
        seen = select(func.max(sessions.c.seen_at)).where(sessions.c.user_id == users.c.user_id)
        query = (
            select(
                users,
                garmin_credentials.c.kind,
                user_totp.c.confirmed_at,
                seen.scalar_subquery().label("last_seen_at"),
            )
            .outerjoin(garmin_credentials, garmin_credentials.c.user_id == users.c.user_id)
            .outerjoin(user_totp, user_totp.c.user_id == users.c.user_id)
            .order_by(users.c.created_at.desc(), users.c.user_id)
            .limit(limit)
        )
        if user_id is not None:
            query = query.where(users.c.user_id == user_id)
        if after is not None:
            at, last_id = after
            same = and_(users.c.created_at == at, users.c.user_id > last_id)
            query = query.where(or_(users.c.created_at < at, same))
        with self._database.read() as db:
            return [
                PersonSeen(
                    user=as_user(row),
                    has_password=row.password_hash is not None,
                    has_totp=row.confirmed_at is not None,
                    last_seen_at=row.last_seen_at,
                    kind=row.kind,
                )
                for row in db.execute(query)
            ]

    def change_person(
        self, user_id: str, *, role: Role | None, disabled: bool | None, now: datetime
    ) -> bool:
        """Give a person another *role*, keep them out or let them in; False when unknown.

        Whoever is disabled is signed out everywhere, and a sync of theirs that runs ends
        after its present window. Raises `LastAdministrator`, and changes nothing.
        """
        values: dict[str, object] = {}
        if role is not None:
            values["role"] = role.value
        if disabled is not None:
            values["disabled_at"] = func.coalesce(users.c.disabled_at, now) if disabled else None
        with self._database.write() as db:
            leaves = role is Role.USER or disabled is True
            allowed = leaves_an_administrator(db, user_id) if leaves else true()
            one = users.c.user_id == user_id
            if db.execute(update(users).where(one, allowed).values(**values)).rowcount == 0:
                if db.execute(select(users.c.user_id).where(one)).one_or_none() is None:
                    return False
                raise LastAdministrator
            if disabled:
                db.execute(delete(sessions).where(sessions.c.user_id == user_id))
                running = garmin_sync_history.c.status == "running"
                db.execute(
                    update(garmin_sync_history)
                    .where(garmin_sync_history.c.user_id == user_id, running)
                    .values(cancel_requested=1)
                )
        return True

    def connected(self, *, limit: int, after: str | None = None) -> list[tuple[str, str | None]]:
        """Return ids and names of *limit* users with a connection, by id, behind *after*."""
        query = (
            select(garmin_credentials.c.user_id, users.c.name)
            .outerjoin(users, users.c.user_id == garmin_credentials.c.user_id)
            .order_by(garmin_credentials.c.user_id)
            .limit(limit)
        )
        if after is not None:
            query = query.where(garmin_credentials.c.user_id > after)
        with self._database.read() as db:
            return [(row.user_id, row.name) for row in db.execute(query)]

    def runs(
        self, *, limit: int, after: int | None = None, status: str | None = None
    ) -> list[tuple[GarminSyncHistory, str | None]]:
        """Return *limit* runs of all users and whose they are, newest first, behind *after*."""
        table = garmin_sync_history
        query = (
            select(table, users.c.name)
            .outerjoin(users, users.c.user_id == table.c.user_id)
            .order_by(table.c.id.desc())
            .limit(limit)
        )
        if status is not None:
            query = query.where(table.c.status == status)
        if after is not None:
            query = query.where(table.c.id < after)
        with self._database.read() as db:
            return [(as_run(row), row["name"]) for row in db.execute(query).mappings()]

    def last_act(self, action: str) -> datetime | None:
        """Return when *action*, which is of nobody's matters, was last done and noted."""
        query = (
            select(audit_log.c.at)
            .where(audit_log.c.user_id.is_(None), audit_log.c.action == action)
            .order_by(audit_log.c.at.desc())
            .limit(1)
        )
        with self._database.read() as db:
            return db.execute(query).scalar_one_or_none()

    def last_run_at(self) -> datetime | None:
        """Return when the newest run of anybody began."""
        table = garmin_sync_history
        query = select(table.c.started_at).order_by(table.c.id.desc()).limit(1)
        with self._database.read() as db:
            return db.execute(query).scalar_one_or_none()

    def database(self) -> DatabaseFacts:
        """Return what the database is, and how large."""
        size = _SQLITE_SIZE if self._database.dialect == "sqlite" else _POSTGRESQL_SIZE
        with self._database.read() as db:
            return DatabaseFacts(
                kind=self._database.dialect,
                size_bytes=int(db.execute(size).scalar_one()),
                revision=schema.revision(db),
                newest_revision=schema.head(),
            )
