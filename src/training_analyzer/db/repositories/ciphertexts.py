"""Every sealed secret of a database, wherever it stands: to count, to open, to seal anew.

It cannot decrypt. `garmin_credentials` holds two secrets a row, `garmin_secrets` and
`user_secrets` one.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy import Text, bindparam, case, cast, func, null, or_, select, tuple_, update

from training_analyzer.db.repositories.credentials import EMAIL, PASSWORD, as_credentials
from training_analyzer.db.repositories.encryption_keys import BOUND, lock_keys, mark_retired
from training_analyzer.db.tables import garmin_credentials, garmin_secrets, user_secrets
from training_analyzer.model import Sealed, SecretContext

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sqlalchemy import ColumnElement, Connection, Select, Table, Update

    from training_analyzer.db.database import Database
    from training_analyzer.model import GarminCredentials

BATCH: Final = 200
_COLUMNS: Final = {
    EMAIL: garmin_credentials.c.encrypted_email,
    PASSWORD: garmin_credentials.c.encrypted_password,
}
_OTHERS: Final = (garmin_secrets, user_secrets)
_HEAD: Final = f"{BOUND}."


@dataclass(frozen=True, slots=True)
class SealedRow:
    """The secrets of one row: those of `garmin_credentials` together, any other by itself."""

    user_id: str
    secrets: tuple[Sealed, ...]
    table: str


@dataclass(frozen=True, slots=True)
class Resealed:
    """What a row's secrets are to become, by field; a field that is left out stays."""

    row: SealedRow
    tokens: Mapping[str, str]


class CiphertextsRepository:
    """All secrets of a database. Rows come in batches, each a short read of its own."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def count_by_key(self) -> Counter[str | None]:
        """Count the secrets by the key that they name; under None those that name none."""
        with self._database.read() as db:
            return _count_by_key(db)

    def batches(self, *, named: str | None = None, size: int = BATCH) -> Iterator[list[SealedRow]]:
        """Yield all rows with secrets, or only secrets that name the key *named*, in batches.

        What is written meanwhile may be missed or seen as it was.
        """
        yield from self._logins(named, size)
        for table in _OTHERS:
            yield from self._others(table, named, size)

    def unbound(self) -> Iterator[Sealed]:
        """Yield the secrets that look like plain Fernet tokens."""
        for batch in self.batches():
            for row in batch:
                yield from (secret for secret in row.secrets if secret.startswith("gAAAA"))

    def reseal(self, changes: Sequence[Resealed], key_id: str) -> int:
        """Replace secrets by those of the key *key_id*; return how many rows were.

        A row that somebody else wrote since it was read is left as it is. Versions do
        not grow: who holds one to save renewed tokens must still be able to.
        """
        with self._database.write() as db:
            return _execute(
                db,
                _reseal_logins(key_id),
                [_login_change(change) for change in _of(changes, garmin_credentials)],
            ) + sum(
                _execute(
                    db,
                    _reseal_others(table, key_id),
                    [_other_change(change) for change in _of(changes, table)],
                )
                for table in _OTHERS
            )

    def label_empty_rows(self, key_id: str) -> None:
        """Name *key_id* in rows of `garmin_credentials` that hold no secret at all."""
        with self._database.write() as db:
            db.execute(
                update(garmin_credentials)
                .where(*(column.is_(None) for column in _COLUMNS.values()))
                .where(garmin_credentials.c.encryption_key_id != key_id)
                .values(encryption_key_id=key_id)
            )

    def retire(self, key_ids: set[str], *, successor: str) -> bool:
        """Retire *key_ids*; False, and no change, while a secret may still need one of them."""
        with self._database.write() as db:
            lock_keys(db, key_ids)
            named = _count_by_key(db)
            if any(named[key_id] for key_id in (*key_ids, None)):
                return False
            mark_retired(db, key_ids, successor=successor)
        return True

    def scrub(self) -> bool:
        """Make replaced bytes really gone from the files; False while a reader holds them."""
        return self._database.scrub()

    def _logins(self, named: str | None, size: int) -> Iterator[list[SealedRow]]:
        query = (
            select(garmin_credentials)
            .where(_any_of(list(_COLUMNS.values()), named))
            .order_by(garmin_credentials.c.user_id)
            .limit(size)
        )
        after = ""
        while True:
            with self._database.read() as db:
                found = db.execute(query.where(garmin_credentials.c.user_id > after))
                read = [as_credentials(row) for row in found.mappings()]
            if not read:
                return
            after = read[-1].user_id
            yield [
                SealedRow(one.user_id, _secrets_of(one), garmin_credentials.name) for one in read
            ]

    def _others(self, table: Table, named: str | None, size: int) -> Iterator[list[SealedRow]]:
        key = tuple_(table.c.user_id, table.c.field)
        query = (
            select(table)
            .where(_any_of([table.c.token], named))
            .order_by(table.c.user_id, table.c.field)
            .limit(size)
        )
        after = ("", "")
        while True:
            with self._database.read() as db:
                read = db.execute(query.where(key > after)).all()
            if not read:
                return
            after = (read[-1].user_id, read[-1].field)
            yield [
                SealedRow(
                    row.user_id,
                    (
                        Sealed(
                            row.token, SecretContext(row.user_id, row.field), row.encryption_key_id
                        ),
                    ),
                    table.name,
                )
                for row in read
            ]


def _of(changes: Sequence[Resealed], table: Table) -> Iterator[Resealed]:
    return (change for change in changes if change.row.table == table.name)


def _secrets_of(login: GarminCredentials) -> tuple[Sealed, ...]:
    both = (login.encrypted_email, login.encrypted_password)
    return tuple(secret for secret in both if secret is not None)


def _any_of(columns: list[ColumnElement[str]], named: str | None) -> ColumnElement[bool]:
    if named is None:
        return or_(*(column.is_not(None) for column in columns))
    head = f"{_HEAD}{named}."
    # No LIKE: it takes `_` for any letter, and SQLite's does not mind upper case.
    return or_(*(func.substr(column, 1, len(head)) == head for column in columns))


def _count_by_key(db: Connection) -> Counter[str | None]:
    total: Counter[str | None] = Counter()
    for column in (*_COLUMNS.values(), *(table.c.token for table in _OTHERS)):
        for named, count in db.execute(_named_counts(db, column)):
            total[named] += count
    return total


def _named_counts(db: Connection, column: ColumnElement[str]) -> Select[str | None, int]:
    place = func.instr if db.dialect.name == "sqlite" else func.strpos
    rest = func.substr(column, len(_HEAD) + 1)
    named = case(
        (func.substr(column, 1, len(_HEAD)) != _HEAD, cast(null(), Text)),
        # A header without its end is no header: nobody is named.
        (place(rest, ".") == 0, ""),
        else_=func.substr(column, len(_HEAD) + 1, place(rest, ".") - 1),
    ).label("named")
    return select(named, func.count()).where(column.is_not(None)).group_by(named)


def _login_change(change: Resealed) -> dict[str, str | None]:
    old: dict[str, str] = {secret.context.field: str(secret) for secret in change.row.secrets}
    new = {**old, **change.tokens}
    return {
        "user": change.row.user_id,
        "old_email": old.get(EMAIL),
        "old_password": old.get(PASSWORD),
        "new_email": new.get(EMAIL),
        "new_password": new.get(PASSWORD),
    }


def _other_change(change: Resealed) -> dict[str, str | None]:
    (secret,) = change.row.secrets
    field = secret.context.field
    return {
        "user": change.row.user_id,
        "field_": field,
        "old": str(secret),
        "new": change.tokens[field],
    }


def _reseal_logins(key_id: str) -> Update:
    table = garmin_credentials
    return (
        update(table)
        .where(
            table.c.user_id == bindparam("user"),
            table.c.encrypted_email.is_not_distinct_from(bindparam("old_email", type_=Text)),
            table.c.encrypted_password.is_not_distinct_from(bindparam("old_password", type_=Text)),
        )
        .values(
            encrypted_email=bindparam("new_email"),
            encrypted_password=bindparam("new_password"),
            encryption_key_id=key_id,
        )
    )


def _reseal_others(table: Table, key_id: str) -> Update:
    return (
        update(table)
        .where(
            table.c.user_id == bindparam("user"),
            table.c.field == bindparam("field_"),
            table.c.token == bindparam("old"),
        )
        .values(token=bindparam("new"), encryption_key_id=key_id)
    )


def _execute(db: Connection, statement: Update, changes: list[dict[str, str | None]]) -> int:
    if not changes:
        return 0
    # Without the option psycopg's count of an executemany is lost on the way.
    done = db.execute(statement, changes, execution_options={"preserve_rowcount": True})
    return done.rowcount
