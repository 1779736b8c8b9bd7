"""How one user's connection stands, and what it consists of, for API and pages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from training_analyzer.model import Kind
from training_analyzer.services.standings import LOGIN_CODES, State
from training_analyzer.services.vault import API_KEY

if TYPE_CHECKING:
    from datetime import datetime

    from training_analyzer.model import GarminCredentials
    from training_analyzer.services.connections import MfaPending
    from training_analyzer.services.runtime import Runtime
    from training_analyzer.services.standings import Standing

__all__ = ["Connection", "State", "connection_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """A connection as its owner sees it."""

    standing: Standing
    credentials: GarminCredentials | None = None
    pending: MfaPending | None = None
    email_hint: str | None = None
    has_key: bool = False

    @property
    def state(self) -> State:
        """Return the state in one word."""
        return self.standing.state

    @property
    def has_session(self) -> bool:
        """Tell whether it is more than a key alone."""
        return self.credentials is not None and self.credentials.kind is not Kind.PERSONAL_KEY

    @property
    def session_serves(self) -> bool:
        """Tell whether a key would join the session; one that needs a login is replaced."""
        is_valid = self.credentials is not None and self.credentials.is_valid
        return self.has_session and is_valid and self.standing.code not in LOGIN_CODES

    @property
    def kinds(self) -> list[Kind]:
        """Return what it was connected by; a key beside a session comes second."""
        if self.credentials is None:
            return []
        beside = [Kind.PERSONAL_KEY] if self.has_key and self.has_session else []
        return [self.credentials.kind, *beside]

    @property
    def keeps_password(self) -> bool:
        """Tell whether the password is stored, encrypted."""
        return self.credentials is not None and self.credentials.encrypted_password is not None

    @property
    def retry_at(self) -> datetime | None:
        """Return when a wait ends: a cool-down, or one that a password has to keep."""
        return None if self.standing.waits_for_code else self.standing.until


def connection_of(runtime: Runtime, user_id: str) -> Connection:
    """Return how the connection of *user_id* stands now."""
    connections = runtime.connections
    return Connection(
        standing=connections.standing(user_id),
        credentials=runtime.credentials.get_credentials(user_id),
        pending=connections.pending_login(user_id),
        email_hint=connections.email_hint(user_id),
        has_key=connections.vault.holds(user_id, API_KEY),
    )
