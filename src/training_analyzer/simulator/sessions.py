"""Sign-in sessions of the pretend Garmin, between the first page and the ticket."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

LIFETIME = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A browser at the sign-in pages.

    `service_url` is where the login wants to go; the ticket is bound to it. `email`
    is known after a right password, `signed_in` after the security code as well.
    """

    id: str
    csrf: str
    expires_at: datetime
    email: str | None = None
    service_url: str = ""
    signed_in: bool = False


class Sessions:
    """The table of sign-in sessions. Thread-safe."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._lock = Lock()
        self._known: dict[str, Session] = {}

    def open(self, session_id: str | None) -> Session:
        """Return the living session *session_id*, or a new one."""
        return self.find(session_id) or self._keep(
            Session(
                id=secrets.token_hex(16),
                csrf=secrets.token_hex(20),
                expires_at=self._now() + LIFETIME,
            )
        )

    def find(self, session_id: str | None) -> Session | None:
        """Return the session when it is known and has not expired."""
        with self._lock:
            session = self._known.get(session_id or "")
        return session if session and self._now() < session.expires_at else None

    def enter(self, session: Session, email: str, service_url: str, *, signed_in: bool) -> Session:
        """Note a right password: *signed_in* unless a security code is wanted first."""
        return self._keep(
            replace(
                session,
                email=email,
                service_url=service_url,
                signed_in=signed_in,
                csrf=secrets.token_hex(20),
                expires_at=self._now() + LIFETIME,
            )
        )

    def finish(self, session: Session) -> Session:
        """Note a right security code."""
        return self._keep(replace(session, signed_in=True))

    def forget_all(self) -> None:
        """Lose every session, as a restart of the sign-in pages would."""
        with self._lock:
            self._known.clear()

    def _keep(self, session: Session) -> Session:
        with self._lock:
            self._known[session.id] = session
        return session
