"""`garmin_credentials`: one row per connection, secrets sealed. In the caller's transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import case, func, literal, or_, select, update

from training_analyzer.db.insert import insert_into
from training_analyzer.db.repositories.encryption_keys import named_key, refuse_retired
from training_analyzer.db.repositories.news_of_connections import (
    tell_checked,
    tell_saved,
    validity,
)
from training_analyzer.db.tables import garmin_credentials, garmin_sync_config
from training_analyzer.model import GarminCredentials, Kind, Region, Sealed, SecretContext

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy import Connection, RowMapping

EMAIL: Final = "email"
PASSWORD: Final = "password"  # noqa: S105 - the name of a field


def save(
    db: Connection,
    user_id: str,
    secrets: Mapping[str, str | None],
    kept_if_none: Mapping[str, str | None],
    *,
    now: datetime,
) -> GarminCredentials:
    """Insert or replace *secrets*; of *kept_if_none* a None keeps what is stored.

    A bound token names its key: the row then does, too, whatever label was given.
    Raises `KeyRetired` when no secret may use that key any more.
    """
    tokens = (secrets["encrypted_email"], secrets["encrypted_password"])
    refuse_retired(db, *tokens)
    if label := next(filter(None, map(named_key, tokens)), None):
        secrets = {**secrets, "encryption_key_id": label}
    before = validity(db, user_id)
    given = {name: value for name, value in kept_if_none.items() if value is not None}
    changed = {**secrets, **given, "is_valid": 1, "updated_at": now}
    saved = db.execute(
        insert_into(db, garmin_credentials)
        .values(user_id=user_id, created_at=now, **changed)
        .on_conflict_do_update(
            index_elements=["user_id"],
            set_=changed | {"validation_error": None, "error_code": None, "failed_validations": 0},
        )
        .returning(garmin_credentials)
    )
    tell_saved(db, user_id, before, now=now)
    return as_credentials(saved.mappings().one())


def find(db: Connection, user_id: str) -> GarminCredentials | None:
    """Return a user's credentials, or None."""
    found = db.execute(select(garmin_credentials).where(garmin_credentials.c.user_id == user_id))
    row = found.mappings().one_or_none()
    return None if row is None else as_credentials(row)


def change(
    db: Connection, user_id: str, values: Mapping[str, Any], *, as_of: datetime | None = None
) -> bool:
    """Set columns of a user's row, with *as_of* only one last updated then; False without one."""
    statement = update(garmin_credentials).where(garmin_credentials.c.user_id == user_id)
    if as_of is not None:
        statement = statement.where(garmin_credentials.c.updated_at == as_of)
    return db.execute(statement.values(**values)).rowcount == 1


def note_check(
    db: Connection, user_id: str, values: Mapping[str, Any], *, as_of: datetime | None
) -> bool:
    """Set columns as `change` does, `is_valid` among them, and tell what that is news of."""
    before = validity(db, user_id)
    if not values["is_valid"]:
        # Of a connection that is broken already it stays what it was.
        broke_at = garmin_credentials.c.broke_at
        this_instant = literal(values["updated_at"], broke_at.type)
        breaks = case((garmin_credentials.c.is_valid == 1, this_instant), else_=broke_at)
        values = {**values, "broke_at": breaks}
    if not change(db, user_id, values, as_of=as_of):
        return False
    tell_checked(
        db,
        user_id,
        before,
        is_valid=bool(values["is_valid"]),
        error_code=values["error_code"],
        now=values["updated_at"],
    )
    return True


def last_login(db: Connection, known: GarminCredentials) -> datetime | None:
    """Return the latest password login of the account of *known*, by any of its users."""
    own = garmin_credentials.c.user_id == known.user_id
    # Garmin's ids are numbers; anything else is an embedding program's label.
    if known.garmin_user_id is not None and known.garmin_user_id.isdecimal():
        own = or_(own, garmin_credentials.c.garmin_user_id == known.garmin_user_id)
    latest = select(func.max(garmin_credentials.c.last_password_login_at)).where(own)
    at: datetime | None = db.execute(latest).scalar_one()
    return at


def auto_synced(db: Connection, *, unless_configured: bool) -> list[str]:
    """Return the users with valid credentials and auto-sync on, or not configured and so on."""
    is_on = func.coalesce(garmin_sync_config.c.auto_sync_enabled, int(unless_configured))
    found = db.execute(
        select(garmin_credentials.c.user_id)
        .outerjoin(garmin_sync_config, garmin_sync_config.c.user_id == garmin_credentials.c.user_id)
        .where(garmin_credentials.c.is_valid == 1, is_on == 1)
        .order_by(garmin_credentials.c.user_id)
    )
    return list(found.scalars())


def as_credentials(row: RowMapping) -> GarminCredentials:
    """Return a row as the value it stands for, its secrets sealed with whose they are."""
    user_id, key_id = row["user_id"], row["encryption_key_id"]
    return GarminCredentials(
        user_id=user_id,
        encrypted_email=_sealed(row["encrypted_email"], SecretContext(user_id, EMAIL), key_id),
        encrypted_password=_sealed(
            row["encrypted_password"], SecretContext(user_id, PASSWORD), key_id
        ),
        encryption_key_id=key_id,
        garmin_user_id=row["garmin_user_id"],
        garmin_display_name=row["garmin_display_name"],
        is_valid=bool(row["is_valid"]),
        last_validation_at=row["last_validation_at"],
        validation_error=row["validation_error"],
        kind=Kind(row["kind"]),
        region=Region(row["region"]),
        error_code=row["error_code"],
        last_password_login_at=row["last_password_login_at"],
        uses_mfa=bool(row["uses_mfa"]),
        updated_at=row["updated_at"],
        key_expires_on=row["key_expires_on"],
        failed_validations=row["failed_validations"],
    )


def _sealed(token: str | None, owner: SecretContext, key_id: str) -> Sealed | None:
    return None if token is None else Sealed(token, owner, key_id)
