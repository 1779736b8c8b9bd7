"""`users`: the people of this installation. An embedding program may do without."""

from __future__ import annotations

import re
import secrets
import unicodedata
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import case, delete, insert, literal, not_, select, update

from training_analyzer.db.clock import utc_now
from training_analyzer.db.insert import insert_into
from training_analyzer.db.repositories.administrators import leaves_an_administrator
from training_analyzer.db.tables import metadata, users
from training_analyzer.db.text import storable
from training_analyzer.errors import InvalidUserName, LastAdministrator, UserExists
from training_analyzer.model import Role, User

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from sqlalchemy import Connection

    from training_analyzer.db.database import Database

_MAX_NAME: Final = 64
_AN_ID: Final = re.compile(r"usr_[0-9a-f]{12}")


def new_user_id() -> str:
    """Return an id that nobody has: `usr_` and twelve random hex digits."""
    return f"usr_{secrets.token_hex(6)}"


class UsersRepository:
    """The people of this installation, by name."""

    def __init__(
        self,
        database: Database,
        now: Callable[[], datetime] = utc_now,
        new_id: Callable[[], str] = new_user_id,
    ) -> None:
        self._database = database
        self._now = now
        self._new_id = new_id

    def add(self, name: str, password_hash: str | None = None, role: Role | None = None) -> User:
        """Add a person. Raises `InvalidUserName`, or `UserExists` when the name is taken.

        Without a *role* the first person of all is an administrator, and nobody else.
        """
        with self._database.write() as db:
            return self.add_within(db, name, password_hash, role)

    def add_within(
        self, db: Connection, name: str, password_hash: str | None, role: Role | None
    ) -> User:
        """Add a person within the caller's transaction. Raises as `add` does."""
        nobody = not_(select(users.c.user_id).exists())
        first_rules = case((nobody, Role.ADMIN.value), else_=Role.USER.value)
        values = {
            "user_id": self._new_id(),
            "name": checked_name(name),
            "password_hash": password_hash,
            "created_at": self._now(),
            "role": role.value if role else first_rules,
        }
        added = db.execute(
            insert_into(db, users)
            .values(**values)
            .on_conflict_do_nothing(index_elements=["name"])
            .returning(users)
        ).one_or_none()
        if added is None:
            raise UserExists
        return as_user(added)

    def add_first_within(self, db: Connection, name: str, password_hash: str) -> User | None:
        """Add the first person, an administrator; None when somebody is here already.

        Raises `InvalidUserName`.
        """
        row = select(
            literal(self._new_id()),
            literal(checked_name(name)),
            literal(password_hash),
            literal(self._now(), users.c.created_at.type),
            literal(Role.ADMIN.value),
        ).where(not_(select(users.c.user_id).exists()))
        columns = ["user_id", "name", "password_hash", "created_at", "role"]
        added = db.execute(insert(users).from_select(columns, row).returning(users)).one_or_none()
        return None if added is None else as_user(added)

    def by_name(self, name: str) -> User | None:
        """Return the person of that name, or None."""
        spelled = _spelled(name)
        if storable(spelled) != spelled:
            return None
        with self._database.read() as db:
            row = db.execute(select(users).where(users.c.name == spelled)).one_or_none()
        return None if row is None else as_user(row)

    def by_id(self, user_id: str) -> User | None:
        """Return the person with that id, or None."""
        with self._database.read() as db:
            row = db.execute(select(users).where(users.c.user_id == user_id)).one_or_none()
        return None if row is None else as_user(row)

    def list(self) -> list[User]:
        """Return everybody, by name."""
        with self._database.read() as db:
            return [as_user(row) for row in db.execute(select(users).order_by(users.c.name))]

    def password_hash(self, user_id: str) -> str | None:
        """Return what the password is checked against; None when the person has none."""
        with self._database.read() as db:
            return db.execute(
                select(users.c.password_hash).where(users.c.user_id == user_id)
            ).scalar_one_or_none()

    def set_password_hash(
        self, user_id: str, password_hash: str, *, instead_of: str | None = None
    ) -> bool:
        """Replace what the password is checked against; False when there is no such person.

        With *instead_of* only where it still is that one.
        """
        change = update(users).where(users.c.user_id == user_id)
        if instead_of is not None:
            change = change.where(users.c.password_hash == instead_of)
        with self._database.write() as db:
            return db.execute(change.values(password_hash=password_hash)).rowcount == 1

    def has_anybody(self, *, with_password: bool = False) -> bool:
        """Tell whether somebody is here, or, *with_password*, somebody who has one."""
        query = select(users.c.user_id).limit(1)
        if with_password:
            query = query.where(users.c.password_hash.is_not(None), users.c.disabled_at.is_(None))
        with self._database.read() as db:
            return db.execute(query).one_or_none() is not None

    def remove(self, user_id: str, *, leaves_an_admin: bool = False) -> bool:
        """Remove a person with every row of theirs in every table; False when unknown.

        Raises `LastAdministrator` when one has to be left and none would be.
        """
        with self._database.write() as db:
            removal = delete(users).where(users.c.user_id == user_id)
            if leaves_an_admin:
                removal = removal.where(leaves_an_administrator(db, user_id))
            if db.execute(removal).rowcount == 0:
                known = select(users.c.user_id).where(users.c.user_id == user_id)
                if leaves_an_admin and db.execute(known).one_or_none() is not None:
                    raise LastAdministrator
                return False
            for table in metadata.sorted_tables:
                if "user_id" in table.c:
                    db.execute(delete(table).where(table.c.user_id == user_id))
        self._database.scrub()
        return True


def _spelled(name: str) -> str:
    """Return *name* in one spelling of its accents, so that it is found again as it looks."""
    return unicodedata.normalize("NFC", name)


def checked_name(name: str) -> str:
    """Return *name* as it is kept. Raises `InvalidUserName`."""
    spelled = _spelled(name)
    if (
        not 1 <= len(spelled) <= _MAX_NAME
        or not spelled.isprintable()
        or spelled != spelled.strip()
        # Whoever is called like another's id could be taken for them.
        or _AN_ID.fullmatch(spelled)
    ):
        raise InvalidUserName
    return spelled


def as_user(row: Any) -> User:  # noqa: ANN401 - a row of `users`
    """Return the person of a row of `users`."""
    return User(
        user_id=row.user_id,
        name=row.name,
        created_at=row.created_at,
        role=Role(row.role),
        disabled_at=row.disabled_at,
    )
