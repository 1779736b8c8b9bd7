"""`api_keys`: what programs prove with whose they are. Only hashes of the keys are kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, delete, func, insert, literal, or_, select, update

from training_analyzer.db.repositories.users import as_user
from training_analyzer.db.tables import api_keys, users

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from training_analyzer.db.database import Database
    from training_analyzer.model import User


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """A row of `api_keys`, as its owner may see it."""

    user_id: str
    key_id: str
    name: str
    scopes: frozenset[str]
    created_at: datetime
    last_used_at: datetime | None = None
    expires_at: datetime | None = None


class ApiKeysRepository:
    """The keys of everybody. `now` is always the caller's."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, key: ApiKey, token_sha256: str, *, most: int) -> bool:
        """Keep *key*; False when the person has *most* already."""
        row = {
            "user_id": key.user_id,
            "key_id": key.key_id,
            "token_sha256": token_sha256,
            "name": key.name,
            "scopes": " ".join(sorted(key.scopes)),
            "created_at": key.created_at,
            "expires_at": key.expires_at,
        }
        count = select(func.count()).where(api_keys.c.user_id == key.user_id).scalar_subquery()
        values = [literal(value, api_keys.c[name].type) for name, value in row.items()]
        with self._database.write() as db:
            added = db.execute(
                insert(api_keys)
                .from_select(list(row), select(*values).where(count < most))
                .returning(api_keys.c.key_id)
            ).one_or_none()
        return added is not None

    def by_id(self, key_id: str) -> tuple[ApiKey, str, User] | None:
        """Return the key, the hash of it and whose it is, or None. Two look-ups by key."""
        query = select(api_keys).where(api_keys.c.key_id == key_id)
        with self._database.read() as db:
            row = db.execute(query).one_or_none()
            if row is None:
                return None
            owner = db.execute(select(users).where(users.c.user_id == row.user_id)).one_or_none()
        return None if owner is None else (_key(row), row.token_sha256, as_user(owner))

    def list(self, user_id: str) -> list[ApiKey]:
        """Return the person's keys, the newest first."""
        query = (
            select(api_keys)
            .where(api_keys.c.user_id == user_id)
            .order_by(api_keys.c.created_at.desc(), api_keys.c.key_id)
        )
        with self._database.read() as db:
            return [_key(row) for row in db.execute(query)]

    def replace(
        self,
        user_id: str,
        key_id: str,
        token_sha256: str,
        *,
        expires_at: datetime | None,
        now: datetime,
    ) -> ApiKey | None:
        """Let another token take the place of the key's; None when there is no such key."""
        values = {
            "token_sha256": token_sha256,
            "created_at": now,
            "last_used_at": None,
            "expires_at": expires_at,
        }
        with self._database.write() as db:
            row = db.execute(
                update(api_keys).where(_is(user_id, key_id)).values(**values).returning(api_keys)
            ).one_or_none()
        return None if row is None else _key(row)

    def note_use(self, key: ApiKey, *, now: datetime, every: timedelta) -> None:
        """Write down that *key* is in use, unless that was done less than *every* ago."""
        last = api_keys.c.last_used_at
        with self._database.write() as db:
            db.execute(
                update(api_keys)
                .where(_is(key.user_id, key.key_id), or_(last.is_(None), last <= now - every))
                .values(last_used_at=now)
            )

    def drop(self, user_id: str, key_id: str) -> bool:
        """End one key of the person; False when there is no such."""
        with self._database.write() as db:
            return db.execute(delete(api_keys).where(_is(user_id, key_id))).rowcount == 1


def _is(user_id: str, key_id: str) -> Any:  # noqa: ANN401 - a condition of SQLAlchemy's
    return and_(api_keys.c.user_id == user_id, api_keys.c.key_id == key_id)


def _key(row: Any) -> ApiKey:  # noqa: ANN401 - a row of `api_keys`
    return ApiKey(
        user_id=row.user_id,
        key_id=row.key_id,
        name=row.name,
        scopes=frozenset(row.scopes.split()),
        created_at=row.created_at,
        last_used_at=row.last_used_at,
        expires_at=row.expires_at,
    )
