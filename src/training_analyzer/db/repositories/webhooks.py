"""`webhooks`: where a person's programs are told of what happens. Their keys are elsewhere."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import and_, delete, func, insert, literal, select, update

from training_analyzer.db.repositories.outbox import tell_one
from training_analyzer.db.tables import user_secrets, webhook_deliveries, webhooks
from training_analyzer.db.types import UtcDateTime
from training_analyzer.planning.webhooks import DeliveryState, Disabled

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from sqlalchemy import ColumnElement, Connection

    from training_analyzer.db.database import Database

MOST_WEBHOOKS: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """A row of `webhooks`; `version` grows with each change."""

    user_id: str
    webhook_id: str
    url: str
    events: tuple[str, ...]
    description: str | None
    enabled: bool
    include_data: bool
    disabled_reason: Disabled | None
    old_secret_until: datetime | None
    version: int
    created_at: datetime
    updated_at: datetime


class WebhooksRepository:
    """The webhooks of all users on one database. `now` is always the caller's."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self, user_id: str) -> list[Webhook]:
        """Return the user's webhooks, the newest first."""
        query = (
            select(webhooks)
            .where(webhooks.c.user_id == user_id)
            .order_by(webhooks.c.created_at.desc(), webhooks.c.webhook_id.desc())
        )
        with self._database.read() as db:
            return [_webhook(row) for row in db.execute(query)]

    def one(self, user_id: str, webhook_id: str) -> Webhook | None:
        """Return one webhook of the user, or None."""
        with self._database.read() as db:
            row = db.execute(select(webhooks).where(_is(user_id, webhook_id))).one_or_none()
        return None if row is None else _webhook(row)

    def add(
        self, user_id: str, webhook_id: str, values: Mapping[str, object], *, now: datetime
    ) -> Webhook | None:
        """Add a webhook; None when the user has as many as anybody may."""
        given = {"user_id": user_id, "webhook_id": webhook_id, **_columns(values)}
        columns = {name: literal(value, webhooks.c[name].type) for name, value in given.items()}
        columns |= {name: literal(now, UtcDateTime) for name in ("created_at", "updated_at")}
        others = select(func.count()).where(webhooks.c.user_id == user_id).scalar_subquery()
        with self._database.write() as db:
            added = db.execute(
                insert(webhooks)
                .from_select(list(columns), select(*columns.values()).where(others < MOST_WEBHOOKS))
                .returning(webhooks)
            ).one_or_none()
        return None if added is None else _webhook(added)

    def change(
        self,
        user_id: str,
        webhook_id: str,
        values: Mapping[str, object],
        *,
        now: datetime,
        seen: int | None = None,
    ) -> Webhook | None:
        """Set columns of a webhook, with *seen* only of that version; None where there is none."""
        changing = update(webhooks).where(_is(user_id, webhook_id))
        if seen is not None:
            changing = changing.where(webhooks.c.version == seen)
        changed = {"version": webhooks.c.version + 1, "updated_at": now, **_columns(values)}
        with self._database.write() as db:
            row = db.execute(changing.values(**changed).returning(webhooks)).one_or_none()
        return None if row is None else _webhook(row)

    def remove(self, user_id: str, webhook_id: str, fields: Iterable[str]) -> bool:
        """Delete a webhook, its log, and its secrets, which are called *fields*."""
        mine = and_(user_secrets.c.user_id == user_id, user_secrets.c.field.in_(list(fields)))
        with self._database.write() as db:
            removed = db.execute(delete(webhooks).where(_is(user_id, webhook_id)))
            db.execute(delete(user_secrets).where(mine))
            db.execute(
                delete(webhook_deliveries).where(
                    webhook_deliveries.c.user_id == user_id,
                    webhook_deliveries.c.webhook_id == webhook_id,
                )
            )
        if removed.rowcount:
            self._database.scrub()
        return removed.rowcount == 1

    def test(self, user_id: str, webhook_id: str, *, now: datetime) -> str | None:
        """Queue a test event; return its delivery's id, None for a webhook that is off."""
        with self._database.write() as db:
            return tell_one(db, user_id, webhook_id, now=now)


def turn_off(
    db: Connection, user_id: str, webhook_id: str, why: Disabled, *, now: datetime
) -> None:
    """Tell a webhook nothing more, in the caller's transaction; what waits for it ends."""
    db.execute(
        update(webhooks)
        .where(_is(user_id, webhook_id), webhooks.c.enabled == 1)
        .values(
            enabled=0, disabled_reason=why.value, version=webhooks.c.version + 1, updated_at=now
        )
    )
    db.execute(
        update(webhook_deliveries)
        .where(
            webhook_deliveries.c.user_id == user_id,
            webhook_deliveries.c.webhook_id == webhook_id,
            webhook_deliveries.c.state == DeliveryState.PENDING.value,
        )
        .values(
            state=DeliveryState.FAILED.value, next_attempt_at=None, error_code="webhook_disabled"
        )
    )


def _is(user_id: str, webhook_id: str) -> ColumnElement[bool]:
    return and_(webhooks.c.user_id == user_id, webhooks.c.webhook_id == webhook_id)


def _columns(values: Mapping[str, object]) -> dict[str, Any]:
    """Return *values* as the table has them; who turns a webhook on forgets why it was off."""
    columns: dict[str, Any] = dict(values)
    if "events" in columns:
        columns["events"] = json.dumps(list(columns["events"]))
    for name in ("enabled", "include_data"):
        if name in columns:
            columns[name] = int(columns[name])
    if "enabled" in columns:
        columns["disabled_reason"] = None
    return columns


def _webhook(row: Any) -> Webhook:  # noqa: ANN401 - a row of `webhooks`
    reason = row.disabled_reason
    return Webhook(
        user_id=row.user_id,
        webhook_id=row.webhook_id,
        url=row.url,
        events=tuple(json.loads(row.events)),
        description=row.description,
        enabled=bool(row.enabled),
        include_data=bool(row.include_data),
        disabled_reason=Disabled(reason) if reason else None,
        old_secret_until=row.old_secret_until,
        version=row.version,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )
