"""`garmin_identities`: which Garmin account a user's data came from. Outlives a disconnect."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from training_analyzer.db.insert import insert_into
from training_analyzer.db.tables import garmin_identities

if TYPE_CHECKING:
    from training_analyzer.db import Database
    from training_analyzer.model import Region


class IdentitiesRepository:
    """One Garmin account per user, for as long as data of it is kept."""

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
