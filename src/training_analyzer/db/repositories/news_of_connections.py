"""What becomes of connections, told to webhooks in the transaction that writes it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from training_analyzer.db.repositories.outbox import as_text, tell
from training_analyzer.db.tables import garmin_credentials
from training_analyzer.model import RunStatus
from training_analyzer.planning.webhooks import EventType

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from training_analyzer.model import SyncOutcome
    from training_analyzer.planning import NextDue

_STATES: Final = {
    EventType.CONNECTION_CREATED: "connected",
    EventType.CONNECTION_RESTORED: "connected",
    EventType.CONNECTION_NEEDS_REAUTH: "needs_reauth",
    EventType.CONNECTION_NEEDS_MFA: "needs_mfa",
    EventType.CONNECTION_RATE_LIMITED: "rate_limited",
    EventType.CONNECTION_DELETED: "not_connected",
}
_MFA_REQUIRED: Final = "mfa_required"


def validity(db: Connection, user_id: str) -> bool | None:
    """Return whether the user's connection works, as far as is known; None without one."""
    query = select(garmin_credentials.c.is_valid).where(garmin_credentials.c.user_id == user_id)
    found = db.execute(query).scalar_one_or_none()
    return None if found is None else bool(found)


def tell_saved(db: Connection, user_id: str, before: bool | None, *, now: datetime) -> None:  # noqa: FBT001 - what `validity` was
    """Tell of a connection that was just saved: it is new, or works again."""
    if before is None:
        _tell(db, user_id, EventType.CONNECTION_CREATED, now=now)
    elif not before:
        _tell(db, user_id, EventType.CONNECTION_RESTORED, now=now)


def tell_checked(
    db: Connection,
    user_id: str,
    before: bool | None,  # noqa: FBT001 - what `validity` was
    *,
    is_valid: bool,
    error_code: str | None,
    now: datetime,
) -> None:
    """Tell what became of a connection that was tried, where it is not what it was *before*."""
    if before == is_valid:
        return
    if is_valid:
        _tell(db, user_id, EventType.CONNECTION_RESTORED, now=now)
        return
    needs_code = error_code == _MFA_REQUIRED
    event = EventType.CONNECTION_NEEDS_MFA if needs_code else EventType.CONNECTION_NEEDS_REAUTH
    _tell(db, user_id, event, code=error_code, now=now)


def tell_wait(
    db: Connection,
    user_id: str,
    before: datetime | None,
    due: NextDue,
    outcome: SyncOutcome,
    *,
    now: datetime,
) -> None:
    """Tell that Garmin asked to wait now, or that it is over; *before* is the wait until then."""
    if due.not_before is not None and before is None:
        event = EventType.CONNECTION_RATE_LIMITED
        _tell(db, user_id, event, code=outcome.error_code, until=due.not_before, now=now)
    # A clock that was stopped is told of where the credentials are marked.
    goes_on = due.due_at is not None or outcome.status is RunStatus.COMPLETED
    if before is not None and due.not_before is None and goes_on:
        _tell(db, user_id, EventType.CONNECTION_RESTORED, now=now)


def tell_deleted(db: Connection, user_id: str, *, now: datetime) -> None:
    """Tell that there is no connection any more."""
    _tell(db, user_id, EventType.CONNECTION_DELETED, now=now)


def _tell(
    db: Connection,
    user_id: str,
    event: EventType,
    *,
    now: datetime,
    code: str | None = None,
    until: datetime | None = None,
) -> None:
    data = {
        "state": _STATES[event],
        "reason": {"code": code},
        "next_retry_at": as_text(until) if until else None,
    }
    tell(db, user_id, event, data, now=now)
