"""`idempotency_keys`: what was answered to a request that may come twice."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, delete, or_, select, update

from training_analyzer.db.insert import insert_into
from training_analyzer.db.tables import idempotency_keys

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from training_analyzer.db.database import Database


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """An answer as it went out."""

    status: int
    headers: Mapping[str, str]
    body: str


@dataclass(frozen=True, slots=True)
class Reserved:
    """The right to work on a request, and to say what was answered; `began_at` is its fence."""

    user_id: str
    route: str
    key: str
    began_at: datetime


@dataclass(frozen=True, slots=True)
class Earlier:
    """The request that came with the key before; no answer while it is worked on."""

    body_hmac: str
    answer: KeptAnswer | None


class IdempotencyKeysRepository:
    """The keys of everybody. `now` is always the caller's."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def reserve(
        self, wanted: Reserved, body_hmac: str, *, over_before: datetime, lost_before: datetime
    ) -> Reserved | Earlier | None:
        """Reserve a key, or return the request that has it; None when it just got free again.

        Answers of *over_before* are forgotten, and what was begun by *lost_before* and never
        answered lost its process.
        """
        table = idempotency_keys.c
        is_free = or_(
            table.created_at <= over_before,
            and_(table.status.is_(None), table.created_at <= lost_before),
        )
        anew = {
            "body_hmac": body_hmac,
            "created_at": wanted.began_at,
            "status": None,
            "headers": None,
            "body": None,
        }
        row = {"user_id": wanted.user_id, "route": wanted.route, "key": wanted.key, **anew}
        with self._database.write() as db:
            taken = db.execute(
                insert_into(db, idempotency_keys)
                .values(**row)
                .on_conflict_do_update(
                    index_elements=["user_id", "route", "key"], set_=anew, where=is_free
                )
                .returning(table.key)
            ).one_or_none()
            if taken is not None:
                return wanted
            found = db.execute(select(idempotency_keys).where(_is(wanted))).one_or_none()
        return None if found is None else Earlier(found.body_hmac, _answer(found))

    def keep(self, reserved: Reserved, answer: KeptAnswer) -> bool:
        """Keep the answer; False when somebody else has the key by now."""
        with self._database.write() as db:
            kept = db.execute(
                update(idempotency_keys)
                .where(_is_mine(reserved))
                .values(
                    status=answer.status,
                    headers=json.dumps(dict(answer.headers)),
                    body=answer.body,
                )
            )
        return kept.rowcount == 1

    def free(self, reserved: Reserved) -> None:
        """Give the key back, as if it had never come."""
        with self._database.write() as db:
            db.execute(delete(idempotency_keys).where(_is_mine(reserved)))

    def drop_older(self, before: datetime) -> int:
        """Forget every request that came before; return how many."""
        with self._database.write() as db:
            old = delete(idempotency_keys).where(idempotency_keys.c.created_at <= before)
            return db.execute(old).rowcount


def _is(reserved: Reserved) -> Any:  # noqa: ANN401 - a condition of SQLAlchemy's
    return and_(
        idempotency_keys.c.user_id == reserved.user_id,
        idempotency_keys.c.route == reserved.route,
        idempotency_keys.c.key == reserved.key,
    )


def _is_mine(reserved: Reserved) -> Any:  # noqa: ANN401 - a condition of SQLAlchemy's
    return and_(
        _is(reserved),
        idempotency_keys.c.created_at == reserved.began_at,
        idempotency_keys.c.status.is_(None),
    )


def _answer(row: Any) -> KeptAnswer | None:  # noqa: ANN401 - a row of `idempotency_keys`
    if row.status is None:
        return None
    return KeptAnswer(row.status, json.loads(row.headers), row.body)
