"""Sealed texts by user and field: `garmin_secrets` of connections, `user_secrets` of people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, select, update

from training_analyzer.db.clock import utc_now
from training_analyzer.db.insert import insert_into
from training_analyzer.db.repositories.disabled import is_not_disabled
from training_analyzer.db.repositories.encryption_keys import primary_key, refuse_retired
from training_analyzer.db.repositories.user_id import checked_user_id
from training_analyzer.db.tables import garmin_credentials, garmin_secrets, user_secrets
from training_analyzer.model import Sealed, SecretContext

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from sqlalchemy import Connection, Table

    from training_analyzer.db.database import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredSecret:
    """A row of a table of secrets; `version` grows with each write."""

    token: Sealed
    version: int
    expires_at: datetime | None
    key_id: str


class SecretsRepository:
    """The sealed secrets of all users in one *table*. It cannot decrypt.

    Those of `garmin_secrets` go with the connection, those of `user_secrets` with the person.
    """

    def __init__(
        self,
        database: Database,
        now: Callable[[], datetime] = utc_now,
        table: Table = garmin_secrets,
    ) -> None:
        self._database = database
        self._now = now
        self._table = table

    def put(
        self,
        user_id: str,
        field: str,
        token: str,
        key_id: str,
        expires_at: datetime | None = None,
        *,
        expected_version: int | None = None,
        now: datetime | None = None,
    ) -> bool:
        """Store *token* instead of what was there; False, and no change, when that moved.

        *expected_version* is the version that was read; 0 says that there was nothing.
        Without it the last writer wins.
        """
        with self._database.write() as db:
            return put_secret(
                db,
                self._table,
                SecretContext(checked_user_id(user_id), field),
                {"token": str(token), "encryption_key_id": key_id, "expires_at": expires_at},
                expected_version=expected_version,
                now=now or self._now(),
            )

    def get(self, user_id: str, field: str) -> StoredSecret | None:
        """Return the secret, expired or not; None when there is none."""
        with self._database.read() as db:
            row = db.execute(
                select(self._table).where(
                    self._table.c.user_id == user_id, self._table.c.field == field
                )
            ).one_or_none()
        if row is None:
            return None
        return StoredSecret(
            token=Sealed(row.token, SecretContext(user_id, field), row.encryption_key_id),
            version=row.version,
            expires_at=row.expires_at,
            key_id=row.encryption_key_id,
        )

    def idle(self, field: str, *, before: datetime) -> list[str]:
        """Return the users with valid credentials whose *field* was last written *before*."""
        with self._database.read() as db:
            found = db.execute(
                select(self._table.c.user_id)
                .join(
                    garmin_credentials,
                    garmin_credentials.c.user_id == self._table.c.user_id,
                )
                .where(self._table.c.field == field, self._table.c.updated_at < before)
                .where(garmin_credentials.c.is_valid == 1)
                .where(is_not_disabled(garmin_credentials.c.user_id))
                .order_by(self._table.c.updated_at)
            )
            return [row.user_id for row in found]

    def sealing_key(self) -> str | None:
        """Return the id of the key that secrets are to be sealed with; None if none is recorded."""
        with self._database.read() as db:
            return primary_key(db)

    def delete(self, user_id: str, field: str) -> bool:
        """Remove the secret; tell whether there was one."""
        with self._database.write() as db:
            removed = db.execute(
                delete(self._table).where(
                    self._table.c.user_id == user_id, self._table.c.field == field
                )
            )
        return removed.rowcount == 1


def secrets_of_people(database: Database, now: Callable[[], datetime]) -> SecretsRepository:
    """Return the secrets that outlive a disconnect: second factors, webhooks' keys."""
    return SecretsRepository(database, now, user_secrets)


def put_secret(
    db: Connection,
    table: Table,
    owner: SecretContext,
    values: Mapping[str, Any],
    *,
    expected_version: int | None,
    now: datetime,
) -> bool:
    """Store a secret within the caller's transaction; see `SecretsRepository.put`.

    Raises `KeyRetired` when it was sealed with a key that no secret may use any more.
    """
    refuse_retired(db, values["token"])
    changed = {**values, "updated_at": now}
    if expected_version:
        moved = db.execute(
            update(table)
            .where(
                table.c.user_id == owner.user_id,
                table.c.field == owner.field,
                table.c.version == expected_version,
            )
            .values(version=table.c.version + 1, **changed)
        )
        return moved.rowcount == 1
    insert = insert_into(db, table).values(
        user_id=owner.user_id, field=owner.field, version=1, **changed
    )
    key = ["user_id", "field"]
    if expected_version is None:
        insert = insert.on_conflict_do_update(
            index_elements=key, set_=changed | {"version": table.c.version + 1}
        )
    else:
        insert = insert.on_conflict_do_nothing(index_elements=key)
    # psycopg's count of an INSERT is lost without the option.
    written = db.execute(insert, execution_options={"preserve_rowcount": True})
    return written.rowcount == 1
