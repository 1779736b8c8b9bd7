"""`encryption_keys`: which keys have sealed secrets here, and which no secret may use any more.

It knows check values and ids. What they mean for a start is decided in `services`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy import select, update

from training_analyzer.db.insert import insert_into
from training_analyzer.db.tables import encryption_keys
from training_analyzer.errors import KeyRetired

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy import Connection

    from training_analyzer.db.database import Database

BOUND: Final = "gs1"
PRIMARY: Final = "primary"
PREVIOUS: Final = "previous"
RETIRED: Final = "retired"


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownKey:
    """A row of `encryption_keys`; `check_value` tells whether a key is the same, and no more."""

    key_id: str
    check_value: str
    status: str
    created_at: datetime

    @property
    def is_retired(self) -> bool:
        """Whether no secret may be sealed with it any more."""
        return self.status == RETIRED


class EncryptionKeysRepository:
    """The keys of a database, by id."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> dict[str, KnownKey]:
        """Return every key that was ever recorded, by id."""
        with self._database.read() as db:
            return _all(db)

    def record(self, check_values: Mapping[str, str], primary: str, *, now: datetime) -> None:
        """Add the keys that are new, and note which one seals now; a retired one stays so.

        A key that is there keeps its check value: compare them before.
        """
        wanted = dict.fromkeys(check_values, PREVIOUS) | {primary: PRIMARY}
        # Most starts change nothing, and need not wait for whoever writes just now.
        with self._database.read() as db:
            known = {key_id: key.status for key_id, key in _all(db).items()}
        if all(known.get(key_id) in {status, RETIRED} for key_id, status in wanted.items()):
            return
        with self._database.write() as db:
            for key_id, status in sorted(wanted.items()):
                db.execute(
                    insert_into(db, encryption_keys)
                    .values(key_id=key_id, kcv=check_values[key_id], status=status, created_at=now)
                    .on_conflict_do_update(
                        index_elements=["key_id"],
                        set_={"status": status},
                        where=encryption_keys.c.status.not_in([RETIRED, status]),
                    )
                )


def lock_keys(db: Connection, key_ids: set[str]) -> None:
    """Wait for writers that seal with *key_ids* just now, and hold off others.

    What is counted afterwards in the same transaction is what there is.
    """
    db.execute(
        select(encryption_keys.c.key_id)
        .where(encryption_keys.c.key_id.in_(sorted(key_ids)))
        .order_by(encryption_keys.c.key_id)
        .with_for_update()
    ).all()


def mark_retired(db: Connection, key_ids: set[str], *, successor: str) -> None:
    """Let *successor* seal instead of *key_ids*, from this transaction's end on."""
    for wanted, status in ((sorted(key_ids), RETIRED), ([successor], PRIMARY)):
        db.execute(
            update(encryption_keys)
            .where(encryption_keys.c.key_id.in_(wanted))
            .values(status=status)
        )


def refuse_retired(db: Connection, *tokens: str | None) -> None:
    """Raise `KeyRetired` when one of *tokens* is sealed with a key that is retired.

    Holds off a retirement until the caller's transaction ends: by a lock of the row on
    PostgreSQL, on SQLite because there is one writer.
    """
    named = sorted({key_id for token in tokens if (key_id := named_key(token))})
    if not named:
        return
    found = db.execute(
        select(encryption_keys.c.status)
        .where(encryption_keys.c.key_id.in_(named))
        .order_by(encryption_keys.c.key_id)
        .with_for_update(read=True)
    )
    if RETIRED in found.scalars():
        raise KeyRetired


def primary_key(db: Connection) -> str | None:
    """Return the id of the key that was made primary last, or None."""
    found = db.execute(select(encryption_keys.c.key_id).where(encryption_keys.c.status == PRIMARY))
    return found.scalars().first()


def named_key(token: str | None) -> str | None:
    """Return the id of the key that a bound *token* names; None for any other."""
    version, _, rest = (token or "").partition(".")
    key_id, dot, _ = rest.partition(".")
    return key_id if version == BOUND and dot else None


def _all(db: Connection) -> dict[str, KnownKey]:
    return {
        row.key_id: KnownKey(
            key_id=row.key_id, check_value=row.kcv, status=row.status, created_at=row.created_at
        )
        for row in db.execute(select(encryption_keys).order_by(encryption_keys.c.key_id))
    }
