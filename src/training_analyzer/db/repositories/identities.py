"""Whose data a user's data is (`garmin_identities`), and who has an account (`garmin_claims`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from training_analyzer.db.insert import insert_into
from training_analyzer.db.tables import garmin_claims, garmin_identities

if TYPE_CHECKING:
    from training_analyzer.db import Database
    from training_analyzer.model import Region


class IdentitiesRepository:
    """One Garmin account per user, for as long as data of it is kept; one user per account."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def garmin_user_id(self, user_id: str) -> str | None:
        """Return Garmin's id of the account that the user's data came from, or None."""
        with self._database.read() as db:
            return db.execute(
                select(garmin_identities.c.garmin_user_id).where(
                    garmin_identities.c.user_id == user_id
                )
            ).scalar_one_or_none()

    def keep(self, user_id: str, garmin_user_id: str, region: Region) -> None:
        """Write down whose the user's data is from now on."""
        values = {"garmin_user_id": garmin_user_id, "region": region.value}
        with self._database.write() as db:
            db.execute(
                insert_into(db, garmin_identities)
                .values(user_id=user_id, **values)
                .on_conflict_do_update(index_elements=["user_id"], set_=values)
            )

    def claim(self, user_id: str, garmin_user_id: str, region: Region) -> bool:
        """Give the account to *user_id*, instead of the one before; False when it is another's.

        The constraint says no, so two people who connect it at once do not both get it.
        """
        values = {"garmin_user_id": garmin_user_id, "region": region.value}
        try:
            with self._database.write() as db:
                db.execute(
                    insert_into(db, garmin_claims)
                    .values(user_id=user_id, **values)
                    .on_conflict_do_update(index_elements=["user_id"], set_=values)
                )
        except IntegrityError:
            return False
        return True

    def claimed_by(self, garmin_user_id: str, region: Region) -> str | None:
        """Return who has the account connected here, or None."""
        with self._database.read() as db:
            return db.execute(
                select(garmin_claims.c.user_id).where(
                    garmin_claims.c.garmin_user_id == garmin_user_id,
                    garmin_claims.c.region == region.value,
                )
            ).scalar_one_or_none()
