"""`user_identities`: who somebody is at a provider of OpenID Connect."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from training_analyzer.db.insert import insert_into
from training_analyzer.db.tables import user_identities
from training_analyzer.model import Role

if TYPE_CHECKING:
    from datetime import datetime

    from training_analyzer.db.database import Database
    from training_analyzer.db.repositories.users import UsersRepository


class ProviderIdentitiesRepository:
    """Who is who: one user for each pair of issuer and subject."""

    def __init__(self, database: Database, users: UsersRepository) -> None:
        self._database = database
        self._users = users

    def find(self, issuer: str, subject: str) -> str | None:
        """Return whose identity it is, or None."""
        query = select(user_identities.c.user_id).where(
            user_identities.c.issuer == issuer, user_identities.c.subject == subject
        )
        with self._database.read() as db:
            return db.execute(query).scalar_one_or_none()

    def has(self, user_id: str, issuer: str) -> bool:
        """Tell whether the person has an identity there."""
        query = select(user_identities.c.subject).where(
            user_identities.c.user_id == user_id, user_identities.c.issuer == issuer
        )
        with self._database.read() as db:
            return db.execute(query.limit(1)).one_or_none() is not None

    def link(self, user_id: str, issuer: str, subject: str, *, now: datetime) -> bool:
        """Give the identity to the person; False when it is somebody else's."""
        with self._database.write() as db:
            db.execute(
                insert_into(db, user_identities)
                .values(user_id=user_id, issuer=issuer, subject=subject, created_at=now)
                .on_conflict_do_nothing()
            )
        return self.find(issuer, subject) == user_id

    def join(self, name: str, issuer: str, subject: str, *, now: datetime) -> str | None:
        """Add a person called *name* with that identity; None when it has somebody already.

        The constraint says no, so two sign-ins at once do not make two people.
        """
        try:
            with self._database.write() as db:
                # Never an administrator, not even the first of all.
                user = self._users.add_within(db, name, None, Role.USER)
                db.execute(
                    insert_into(db, user_identities).values(
                        user_id=user.user_id, issuer=issuer, subject=subject, created_at=now
                    )
                )
        except IntegrityError:
            return None
        return user.user_id

    def unlink(self, user_id: str, issuer: str) -> bool:
        """Take the person's identities there away; False where there was none."""
        with self._database.write() as db:
            removed = db.execute(
                delete(user_identities).where(
                    user_identities.c.user_id == user_id, user_identities.c.issuer == issuer
                )
            )
        return removed.rowcount > 0
