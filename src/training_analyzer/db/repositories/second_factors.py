"""`user_totp` and `recovery_codes`: who has a second factor, and what was taken of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, func, insert, or_, select, update

from training_analyzer.db.insert import insert_into
from training_analyzer.db.repositories.secrets import put_secret
from training_analyzer.db.tables import recovery_codes, user_secrets, user_totp
from training_analyzer.model import SecretContext

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from training_analyzer.db.database import Database


class SecondFactorsRepository:
    """The second factors of everybody. *field* names their secret in `user_secrets`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def is_confirmed(self, user_id: str) -> bool:
        """Tell whether the person has shown a first code of a factor of theirs."""
        query = select(user_totp.c.user_id).where(
            user_totp.c.user_id == user_id, user_totp.c.confirmed_at.is_not(None)
        )
        with self._database.read() as db:
            return db.execute(query).one_or_none() is not None

    def begin(self, user_id: str, field: str, sealed: str, key_id: str, *, now: datetime) -> bool:
        """Keep the secret of a factor to be; False, and no change, where one is confirmed."""
        with self._database.write() as db:
            begun = db.execute(
                insert_into(db, user_totp)
                .values(user_id=user_id, created_at=now)
                .on_conflict_do_update(
                    index_elements=["user_id"],
                    set_={"created_at": now},
                    where=user_totp.c.confirmed_at.is_(None),
                )
                .returning(user_totp.c.user_id)
            ).one_or_none()
            if begun is None:
                return False
            put_secret(
                db,
                user_secrets,
                SecretContext(user_id, field),
                {"token": sealed, "encryption_key_id": key_id, "expires_at": None},
                expected_version=None,
                now=now,
            )
        return True

    def confirm(
        self,
        user_id: str,
        field: str,
        version: int,
        *,
        step: int,
        hashes: Sequence[str],
        now: datetime,
    ) -> bool:
        """Turn on the factor whose secret has that *version*, with its recovery codes.

        False, and no change, where it is on already or was begun anew.
        """
        is_still_that = (
            select(user_secrets.c.user_id)
            .where(
                user_secrets.c.user_id == user_id,
                user_secrets.c.field == field,
                user_secrets.c.version == version,
            )
            .exists()
        )
        with self._database.write() as db:
            # Whoever begins anew waits from here on, so that the version stays what it is.
            db.execute(
                select(user_totp.c.user_id).where(user_totp.c.user_id == user_id).with_for_update()
            )
            turned_on = db.execute(
                update(user_totp)
                .where(
                    user_totp.c.user_id == user_id,
                    user_totp.c.confirmed_at.is_(None),
                    is_still_that,
                )
                .values(confirmed_at=now, last_step=step)
            )
            if turned_on.rowcount == 0:
                return False
            _replace_codes(db, user_id, hashes)
        return True

    def renew(self, user_id: str, hashes: Sequence[str]) -> bool:
        """Put other recovery codes in the place of those that are left; False without a factor."""
        is_on = select(user_totp.c.user_id).where(
            user_totp.c.user_id == user_id, user_totp.c.confirmed_at.is_not(None)
        )
        with self._database.write() as db:
            # A second set made in the same moment waits, and then takes the place of this one.
            if db.execute(is_on.with_for_update()).one_or_none() is None:
                return False
            _replace_codes(db, user_id, hashes)
        return True

    def codes_left(self, user_id: str) -> int:
        """Return how many recovery codes the person has not used."""
        query = select(func.count()).where(recovery_codes.c.user_id == user_id)
        with self._database.read() as db:
            return db.execute(query).scalar_one()

    def take(self, user_id: str, step: int) -> bool:
        """Take the code of *step*; False when it, or a later one, was taken before."""
        with self._database.write() as db:
            taken = db.execute(
                update(user_totp)
                .where(
                    user_totp.c.user_id == user_id,
                    user_totp.c.confirmed_at.is_not(None),
                    or_(user_totp.c.last_step.is_(None), user_totp.c.last_step < step),
                )
                .values(last_step=step)
            )
        return taken.rowcount == 1

    def redeem(self, user_id: str, code_sha256: str) -> bool:
        """Use a recovery code up; False when it is none of the person's, or was used."""
        with self._database.write() as db:
            used = db.execute(
                delete(recovery_codes).where(
                    recovery_codes.c.user_id == user_id,
                    recovery_codes.c.code_sha256 == code_sha256,
                )
            )
        return used.rowcount == 1

    def remove(self, user_id: str, field: str) -> bool:
        """Remove the person's factor, its secret and its recovery codes; False without one."""
        with self._database.write() as db:
            removed = db.execute(delete(user_totp).where(user_totp.c.user_id == user_id))
            db.execute(delete(recovery_codes).where(recovery_codes.c.user_id == user_id))
            db.execute(
                delete(user_secrets).where(
                    user_secrets.c.user_id == user_id, user_secrets.c.field == field
                )
            )
        return removed.rowcount == 1


def _replace_codes(db: Connection, user_id: str, hashes: Sequence[str]) -> None:
    db.execute(delete(recovery_codes).where(recovery_codes.c.user_id == user_id))
    db.execute(
        insert(recovery_codes), [{"user_id": user_id, "code_sha256": each} for each in hashes]
    )
