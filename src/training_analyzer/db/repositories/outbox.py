"""The outbox: what webhooks are to hear, written in the transaction of the change it tells.

So there is no event without its change and no change without its event, whoever dies when.
"""

from __future__ import annotations

import json
import secrets
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Text, and_, bindparam, case, func, insert, literal, or_, select

from training_analyzer.db.tables import webhook_deliveries, webhooks
from training_analyzer.db.types import UtcDateTime
from training_analyzer.planning.webhooks import EVERY_EVENT, DeliveryState, EventType

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import ColumnElement, Connection

# Standard Webhooks: a body is to stay below 20 kB.
LARGEST_BODY: Final = 20_000
WEBHOOK_PREFIX: Final = "whk_"
_ID_BYTES: Final = 12
_ANY: Final = (
    select(webhooks.c.webhook_id)
    .where(webhooks.c.user_id == bindparam("whose"), webhooks.c.enabled == 1)
    .limit(1)
)


def tell(
    db: Connection,
    user_id: str,
    event: EventType,
    data: Mapping[str, object],
    *,
    now: datetime,
    details: Mapping[str, object] | None = None,
) -> None:
    """Queue *event* for each webhook of the user that wants it, in the caller's transaction.

    *data* names things, days and counts. *details*, which may hold what a body measured, go
    only to webhooks that were made for it, and only where they leave the body small.
    """
    # The look costs a fifth of the statement, and hardly anybody has a webhook.
    if listens(db, user_id):
        _write(db, _wants(user_id, event), event, data, now=now, details=details)


def tell_one(db: Connection, user_id: str, webhook_id: str, *, now: datetime) -> str | None:
    """Queue a test event for one enabled webhook, whatever it wants; return the delivery's id."""
    mine = and_(
        webhooks.c.user_id == user_id, webhooks.c.webhook_id == webhook_id, webhooks.c.enabled == 1
    )
    token, written = _write(db, mine, EventType.TEST, {"webhook_id": webhook_id}, now=now)
    return _delivery_head(token) + webhook_id.removeprefix(WEBHOOK_PREFIX) if written else None


def listens(db: Connection, user_id: str) -> bool:
    """Tell whether any webhook of the user is on; for who would have to look what to tell."""
    return db.execute(_ANY, {"whose": user_id}).one_or_none() is not None


def _wants(user_id: str, event: EventType) -> ColumnElement[bool]:
    # The list is JSON of our own words: each stands in it with its quotes, or not at all.
    return and_(
        webhooks.c.user_id == user_id,
        webhooks.c.enabled == 1,
        or_(
            *(
                webhooks.c.events.contains(f'"{word}"', autoescape=True)
                for word in (event.value, EVERY_EVENT)
            )
        ),
    )


def _write(
    db: Connection,
    whose: ColumnElement[bool],
    event: EventType,
    data: Mapping[str, object],
    *,
    now: datetime,
    details: Mapping[str, object] | None = None,
) -> tuple[str, int]:
    """Write the deliveries; return what their ids have in common, and how many there are."""
    token = secrets.token_hex(_ID_BYTES)
    thin = _body(event, data, now)
    whole = _body(event, {**data, **details}, now) if details else thin
    if len(whole.encode()) >= LARGEST_BODY:
        whole = thin
    own_part = func.substr(webhooks.c.webhook_id, len(WEBHOOK_PREFIX) + 1, type_=Text)
    values: dict[str, ColumnElement[Any]] = {
        "user_id": webhooks.c.user_id,
        "delivery_id": literal(_delivery_head(token), Text).concat(own_part),
        "webhook_id": webhooks.c.webhook_id,
        "event_id": literal(f"msg_{token}", Text),
        "event_type": literal(event.value, Text),
        "body": case((webhooks.c.include_data == 1, literal(whole, Text)), else_=literal(thin)),
        "state": literal(DeliveryState.PENDING.value, Text),
        "created_at": literal(now, UtcDateTime),
        "next_attempt_at": literal(now, UtcDateTime),
    }
    # psycopg's count of an INSERT is lost without the option.
    written = db.execute(
        insert(webhook_deliveries).from_select(list(values), select(*values.values()).where(whose)),
        execution_options={"preserve_rowcount": True},
    )
    return token, written.rowcount


def _delivery_head(token: str) -> str:
    return f"dlv_{token}_"


def _body(event: EventType, data: Mapping[str, object], now: datetime) -> str:
    told = {"type": event.value, "timestamp": as_text(now), "data": data}
    return json.dumps(told, separators=(",", ":"), default=as_text)


def as_text(value: object) -> str:
    """Return an instant or a day as answers and events write them."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return str(value)
