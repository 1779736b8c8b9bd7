"""Webhooks: which events there are, when an attempt is repeated, what an answer means. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from training_analyzer.planning.due import jitter

# How long each attempt waits after the one before it (Standard Webhooks 1.0.0).
WAITS: Final = (
    timedelta(0),
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
LONGEST_WAIT: Final = timedelta(hours=24)
# How long whatever else is for a receiver waits once it did not answer, at most.
LONGEST_PAUSE: Final = timedelta(minutes=5)
_GONE: Final = 410
# Too much, or nobody there: that is about the receiver, not about what it was told.
_BUSY: Final = frozenset({429, 502, 503, 504})
_DELIVERED: Final = range(200, 300)


class EventType(StrEnum):
    """What a webhook can be told."""

    CONNECTION_CREATED = "connection.created"
    CONNECTION_NEEDS_REAUTH = "connection.needs_reauth"
    CONNECTION_NEEDS_MFA = "connection.needs_mfa"
    CONNECTION_RATE_LIMITED = "connection.rate_limited"
    CONNECTION_RESTORED = "connection.restored"
    CONNECTION_DELETED = "connection.deleted"
    SYNC_STARTED = "sync.started"
    SYNC_COMPLETED = "sync.completed"
    SYNC_PARTIAL = "sync.partial"
    SYNC_FAILED = "sync.failed"
    ACTIVITY_CREATED = "activity.created"
    ACTIVITY_UPDATED = "activity.updated"
    ACTIVITY_DELETED = "activity.deleted"
    WELLNESS_UPDATED = "wellness.updated"
    FITNESS_UPDATED = "fitness.updated"
    BACKFILL_COMPLETED = "backfill.completed"
    EXPORT_READY = "export.ready"
    TEST = "webhook.test"


# In a webhook's list of events: all of them, those of later versions included.
EVERY_EVENT: Final = "*"


class DeliveryState(StrEnum):
    """How a delivery stands."""

    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"


class Disabled(StrEnum):
    """Why a webhook was turned off by us."""

    GONE = "gone"
    FAILING = "failing"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What follows from an attempt: how the delivery stands, and what becomes of its webhook.

    Until *pause_until* the webhook is told nothing else either.
    """

    state: DeliveryState
    next_attempt_at: datetime | None = None
    pause_until: datetime | None = None
    disabled: Disabled | None = None


def verdict(
    delivery_id: str,
    attempts: int,
    status: int | None,
    *,
    now: datetime,
    retry_after: timedelta | None = None,
) -> Verdict:
    """Return what follows from attempt number *attempts*, which ended with *status*.

    None is no answer at all. *retry_after* is how long the receiver asked to wait: longer
    than we would, it is believed where it is busy, for a day at most.
    """
    if status is not None and status in _DELIVERED:
        return Verdict(DeliveryState.DELIVERED)
    if status == _GONE:
        return Verdict(DeliveryState.FAILED, disabled=Disabled.GONE)
    if attempts >= len(WAITS):
        return Verdict(DeliveryState.FAILED, disabled=Disabled.FAILING)
    ours = WAITS[attempts] * jitter(delivery_id, attempts)
    if status is not None and status not in _BUSY:
        return Verdict(DeliveryState.PENDING, next_attempt_at=now + ours)
    told = min(retry_after or timedelta(0), LONGEST_WAIT)
    return Verdict(
        DeliveryState.PENDING,
        next_attempt_at=now + max(ours, told),
        pause_until=now + max(min(ours, LONGEST_PAUSE), told),
    )
