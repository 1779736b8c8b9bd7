"""`sessions`: who is signed in, and from where. Ids of browsers are kept as hashes only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import and_, bindparam, delete, insert, select, update

from training_analyzer.db.tables import sessions, users
from training_analyzer.model import Role, User

if TYPE_CHECKING:
    from datetime import datetime

    from training_analyzer.db.database import Database

# Every request of a browser asks this, so it is put together once.
_BY_TOKEN: Final = (
    select(
        sessions,
        users.c.name,
        users.c.role,
        users.c.disabled_at,
        users.c.created_at.label("person_since"),
    )
    .join(users, users.c.user_id == sessions.c.user_id)
    .where(sessions.c.token_sha256 == bindparam("token_sha256"))
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A row of `sessions`, as its owner may see it."""

    user_id: str
    session_id: str
    created_at: datetime
    seen_at: datetime
    authenticated_at: datetime
    client: str | None
    network: str | None


class SessionsRepository:
    """The sessions of everybody. `now` is always the caller's."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, session: Session, token_sha256: str, *, forget_before: datetime) -> None:
        """Begin *session*; those of the person that began before *forget_before* go."""
        with self._database.write() as db:
            db.execute(
                delete(sessions).where(
                    sessions.c.user_id == session.user_id, sessions.c.created_at < forget_before
                )
            )
            db.execute(
                insert(sessions).values(
                    user_id=session.user_id,
                    session_id=session.session_id,
                    token_sha256=token_sha256,
                    created_at=session.created_at,
                    seen_at=session.seen_at,
                    authenticated_at=session.authenticated_at,
                    client=session.client,
                    network=session.network,
                )
            )

    def by_token(self, token_sha256: str) -> tuple[Session, User] | None:
        """Return the session with that hash and whose it is, or None."""
        with self._database.read() as db:
            found = db.execute(_BY_TOKEN, {"token_sha256": token_sha256})
            row = found.mappings().one_or_none()
        if row is None:
            return None
        user = User(
            user_id=row["user_id"],
            name=row["name"],
            created_at=row["person_since"],
            role=Role(row["role"]),
            disabled_at=row["disabled_at"],
        )
        return _session(row), user

    def note_seen(self, user_id: str, session_id: str, *, now: datetime) -> None:
        """Write down that the session is in use."""
        self._change(user_id, session_id, seen_at=now)

    def note_proof(self, user_id: str, session_id: str, *, now: datetime) -> None:
        """Write down that the person proved anew who they are."""
        self._change(user_id, session_id, authenticated_at=now, seen_at=now)

    def list(self, user_id: str) -> list[Session]:
        """Return the person's sessions, the one that was used last first."""
        query = (
            select(sessions)
            .where(sessions.c.user_id == user_id)
            .order_by(sessions.c.seen_at.desc(), sessions.c.session_id)
        )
        with self._database.read() as db:
            return [_session(row) for row in db.execute(query).mappings()]

    def end(self, user_id: str, session_id: str) -> bool:
        """End one session of the person; False when there is no such."""
        with self._database.write() as db:
            ended = db.execute(delete(sessions).where(_is(user_id, session_id)))
        return ended.rowcount == 1

    def end_all(self, user_id: str, *, but: str | None = None) -> int:
        """End the person's sessions, except *but*; return how many there were."""
        with self._database.write() as db:
            ended = db.execute(
                delete(sessions).where(
                    sessions.c.user_id == user_id, sessions.c.session_id != (but or "")
                )
            )
        return ended.rowcount

    def _change(self, user_id: str, session_id: str, **values: datetime) -> None:
        with self._database.write() as db:
            db.execute(update(sessions).where(_is(user_id, session_id)).values(**values))


def _is(user_id: str, session_id: str) -> Any:  # noqa: ANN401 - a condition of SQLAlchemy's
    return and_(sessions.c.user_id == user_id, sessions.c.session_id == session_id)


def _session(row: Any) -> Session:  # noqa: ANN401 - a mapping of a row
    return Session(**{name: row[name] for name in Session.__dataclass_fields__})
