"""`users`, the part that is a person's own to change: how they are called and spoken to."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from sqlalchemy import select, update

from training_analyzer.db.tables import users

if TYPE_CHECKING:
    from training_analyzer.db.database import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What a person told about themself; None where they left it to us."""

    display_name: str | None = None
    email: str | None = None
    locale: str | None = None
    timezone: str | None = None
    theme: str | None = None
    units: str | None = None
    first_weekday: int | None = None


NAMES = tuple(field.name for field in fields(Profile))


class ProfilesRepository:
    """The profiles of everybody."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, user_id: str) -> Profile | None:
        """Return the person's profile, or None when nobody has that id."""
        query = select(*(users.c[name] for name in NAMES)).where(users.c.user_id == user_id)
        with self._database.read() as db:
            row = db.execute(query).mappings().one_or_none()
        return None if row is None else Profile(**row)

    def change(
        self, user_id: str, changes: dict[str, str | int | None], *, seen: Profile | None = None
    ) -> bool:
        """Change what is named; with *seen* only where the profile still is that one.

        False when there is no such person, or the profile is another one by now.
        """
        change = update(users).where(users.c.user_id == user_id)
        if seen is not None:
            for name in NAMES:
                change = change.where(users.c[name].is_not_distinct_from(getattr(seen, name)))
        with self._database.write() as db:
            return db.execute(change.values(changes)).rowcount == 1
