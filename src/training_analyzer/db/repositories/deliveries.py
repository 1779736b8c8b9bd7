"""`webhook_deliveries`: what waits to be told, who is telling it now, and what came of it.

Each step is one statement with its condition in it, so any number of processes may deliver.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import and_, delete, exists, or_, select, tuple_, update

from training_analyzer.db.repositories.disabled import is_not_disabled
from training_analyzer.db.repositories.webhooks import turn_off
from training_analyzer.db.tables import webhook_deliveries, webhooks
from training_analyzer.planning.webhooks import DeliveryState

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import ColumnElement

    from training_analyzer.db.database import Database
    from training_analyzer.planning.webhooks import Verdict

KEPT_FOR: Final = timedelta(days=30)
# Longer than an attempt takes; who died in one is not waited for any longer.
LEASE: Final = timedelta(seconds=60)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """A delivery that is ours for the length of the lease, and where it goes."""

    user_id: str
    delivery_id: str
    webhook_id: str
    event_id: str
    body: str
    attempts: int
    url: str
    old_secret_until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """What came of one attempt; `status` is None where nobody answered."""

    status: int | None
    head: bytes = b""
    duration_ms: int = 0
    error_code: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """A line of the log of deliveries."""

    delivery_id: str
    event_id: str
    event_type: str
    state: DeliveryState
    attempts: int
    created_at: datetime
    attempted_at: datetime | None
    next_attempt_at: datetime | None
    response_status: int | None
    response_head: bytes | None
    duration_ms: int | None
    error_code: str | None


class DeliveriesRepository:
    """The deliveries of all users on one database. `now` is always the caller's."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def is_any_due(self, now: datetime) -> bool:
        """Tell whether a claim is worth it: a short read, where a claim would write."""
        query = (
            select(_T.c.delivery_id)
            .join(webhooks, _OF_ITS_WEBHOOK)
            .where(_T.c.next_attempt_at <= now, _is_free(now), _IS_ON)
        )
        with self._database.read() as db:
            return db.execute(query.limit(1)).one_or_none() is not None

    def claim(self, owner: str, *, now: datetime) -> Claimed | None:
        """Take the delivery that has waited longest; None when there is nothing to do.

        What is for somebody who is disabled waits until they are enabled, or is too old.
        A webhook is told one thing at a time: one that does not answer holds one worker. The
        attempt is counted now, so that one on which the process dies is counted, too.
        """
        other = webhook_deliveries.alias()
        is_busy = exists().where(
            other.c.user_id == _T.c.user_id,
            other.c.webhook_id == _T.c.webhook_id,
            other.c.lease_until.between(now, now + LEASE),
        )
        next_one = (
            select(_T.c.user_id, _T.c.delivery_id)
            .join(webhooks, _OF_ITS_WEBHOOK)
            .where(_T.c.next_attempt_at <= now, _is_free(now), _IS_ON, ~is_busy)
            .order_by(_T.c.next_attempt_at, _T.c.created_at, _T.c.delivery_id)
            .limit(1)
        )
        with self._database.write() as db:
            taken = db.execute(
                update(_T)
                .where(tuple_(_T.c.user_id, _T.c.delivery_id).in_(next_one), _is_free(now))
                .values(
                    owner=owner,
                    lease_until=now + LEASE,
                    attempts=_T.c.attempts + 1,
                    attempted_at=now,
                )
                .returning(_T)
            ).one_or_none()
            if taken is None:
                return None
            target = db.execute(
                select(webhooks.c.url, webhooks.c.old_secret_until).where(
                    webhooks.c.user_id == taken.user_id, webhooks.c.webhook_id == taken.webhook_id
                )
            ).one()
        return Claimed(
            user_id=taken.user_id,
            delivery_id=taken.delivery_id,
            webhook_id=taken.webhook_id,
            event_id=taken.event_id,
            body=taken.body,
            attempts=taken.attempts,
            url=target.url,
            old_secret_until=target.old_secret_until,
        )

    def record(self, claimed: Claimed, attempt: Attempt, found: Verdict, *, now: datetime) -> bool:
        """Write what came of an attempt; False when another worker took it over meanwhile.

        What else is due for a webhook that is to be left in peace waits, too.
        """
        with self._database.write() as db:
            ours = and_(
                _T.c.user_id == claimed.user_id,
                _T.c.delivery_id == claimed.delivery_id,
                _T.c.attempts == claimed.attempts,
                _T.c.lease_until.is_not(None),
            )
            written = db.execute(
                update(_T)
                .where(ours)
                .values(
                    state=found.state.value,
                    next_attempt_at=found.next_attempt_at,
                    response_status=attempt.status,
                    response_head=attempt.head or None,
                    duration_ms=attempt.duration_ms,
                    error_code=attempt.error_code,
                    owner=None,
                    lease_until=None,
                )
            )
            if not written.rowcount:
                return False
            if found.pause_until is not None:
                db.execute(
                    update(_T)
                    .where(
                        _T.c.user_id == claimed.user_id,
                        _T.c.webhook_id == claimed.webhook_id,
                        _T.c.next_attempt_at < found.pause_until,
                    )
                    .values(next_attempt_at=found.pause_until)
                )
            if found.disabled is not None:
                turn_off(db, claimed.user_id, claimed.webhook_id, found.disabled, now=now)
        return True

    def page(
        self,
        user_id: str,
        webhook_id: str,
        *,
        limit: int,
        after: tuple[datetime, str] | None = None,
    ) -> list[Delivery]:
        """Return *limit* deliveries of a webhook, newest first; with *after* those behind it."""
        query = select(_T).where(_T.c.user_id == user_id, _T.c.webhook_id == webhook_id)
        if after is not None:
            at, delivery_id = after
            query = query.where(
                or_(
                    _T.c.created_at < at,
                    and_(_T.c.created_at == at, _T.c.delivery_id < delivery_id),
                )
            )
        query = query.order_by(_T.c.created_at.desc(), _T.c.delivery_id.desc()).limit(limit)
        with self._database.read() as db:
            return [_delivery(row) for row in db.execute(query)]

    def again(
        self, user_id: str, webhook_id: str, delivery_id: str, *, now: datetime
    ) -> bool | None:
        """Make a delivery due once more; None for one that is not there, False while it may not.

        It may not while its webhook is off, or while it is being told right now.
        """
        mine = and_(
            _T.c.user_id == user_id,
            _T.c.webhook_id == webhook_id,
            _T.c.delivery_id == delivery_id,
        )
        is_on = exists().where(_OF_ITS_WEBHOOK, _IS_ON)
        with self._database.write() as db:
            due = db.execute(
                update(_T)
                .where(mine, is_on, _is_free(now))
                .values(
                    state=DeliveryState.PENDING.value,
                    attempts=0,
                    next_attempt_at=now,
                    error_code=None,
                )
            )
            if due.rowcount:
                return True
            known = db.execute(select(_T.c.delivery_id).where(mine)).one_or_none()
        return None if known is None else False

    def forget_old(self, *, now: datetime) -> int:
        """Delete what is older than 30 days, told or not; return how many."""
        with self._database.write() as db:
            return db.execute(delete(_T).where(_T.c.created_at < now - KEPT_FOR)).rowcount


_T: Final = webhook_deliveries
_OF_ITS_WEBHOOK: Final = and_(
    webhooks.c.user_id == _T.c.user_id, webhooks.c.webhook_id == _T.c.webhook_id
)
_IS_ON: Final = and_(webhooks.c.enabled == 1, is_not_disabled(webhooks.c.user_id))


def _is_free(now: datetime) -> ColumnElement[bool]:
    """Return the condition that nobody delivers it now; a clock that was set back frees it, too."""
    lease = _T.c.lease_until
    return or_(lease.is_(None), lease <= now, lease > now + LEASE)


def _delivery(row: Any) -> Delivery:  # noqa: ANN401 - a row of `webhook_deliveries`
    return Delivery(
        delivery_id=row.delivery_id,
        event_id=row.event_id,
        event_type=row.event_type,
        state=DeliveryState(row.state),
        attempts=row.attempts,
        created_at=row.created_at,
        attempted_at=row.attempted_at,
        next_attempt_at=row.next_attempt_at,
        response_status=row.response_status,
        response_head=row.response_head,
        duration_ms=row.duration_ms,
        error_code=row.error_code,
    )
