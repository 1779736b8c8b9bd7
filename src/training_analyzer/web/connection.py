"""How one user's connection stands, in the words that API and pages share."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from training_analyzer.model import GarminCredentials
    from training_analyzer.services.connections import MfaPending
    from training_analyzer.services.runtime import Runtime


class State(StrEnum):
    """What the person can expect of the connection now."""

    NOT_CONNECTED = "not_connected"
    NEEDS_MFA = "needs_mfa"
    NEEDS_REAUTH = "needs_reauth"
    RATE_LIMITED = "rate_limited"
    CONNECTED = "connected"


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """A connection as its owner sees it."""

    state: State
    credentials: GarminCredentials | None = None
    pending: MfaPending | None = None
    email_hint: str | None = None
    reason_code: str | None = None
    reason: str | None = None
    retry_at: datetime | None = None


def connection_of(runtime: Runtime, user_id: str) -> Connection:
    """Return how the connection of *user_id* stands now."""
    pending = runtime.connections.pending_login(user_id)
    known = runtime.credentials.get_credentials(user_id)
    if known is None:
        state = State.NOT_CONNECTED if pending is None else State.NEEDS_MFA
        return Connection(state=state, pending=pending)
    hint = runtime.connections.email_hint(user_id)
    if not known.is_valid:
        code = known.error_code or "invalid_credentials"
        return Connection(
            state=State.NEEDS_MFA if code == "mfa_required" else State.NEEDS_REAUTH,
            credentials=known,
            pending=pending,
            email_hint=hint,
            reason_code=code,
            reason=known.validation_error,
        )
    entry = runtime.schedule.entry(user_id)
    wait = entry.not_before if entry is not None else None
    if wait is not None and wait > runtime.now():
        return Connection(
            state=State.RATE_LIMITED,
            credentials=known,
            pending=pending,
            email_hint=hint,
            reason_code="rate_limited",
            reason="Garmin asked to wait.",
            retry_at=wait,
        )
    return Connection(state=State.CONNECTED, credentials=known, pending=pending, email_hint=hint)
