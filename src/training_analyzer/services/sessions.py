"""Sessions: who is signed in, for how long, and how recently they proved who they are."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from training_analyzer.db.repositories.sessions import Session

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from training_analyzer.db.repositories.sessions import SessionsRepository
    from training_analyzer.model import User

__all__ = ["FRESH_FOR", "IDLE_LIFE", "LONGEST_LIFE", "Session", "Sessions", "SignedIn"]

IDLE_LIFE: Final = timedelta(hours=12)
LONGEST_LIFE: Final = timedelta(days=30)
FRESH_FOR: Final = timedelta(minutes=15)
# A page of twenty requests writes once.
_NOTED_EVERY: Final = timedelta(minutes=1)
_TOKEN_BYTES: Final = 32


def hash_of(token: str) -> str:
    """Return what is kept of a random token: its SHA-256, in hex."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session that is good, and whose it is."""

    user: User
    session: Session
    is_fresh: bool


@dataclass(frozen=True, slots=True)
class Sessions:
    """The sessions of everybody, in the database: any process knows them, also after a restart."""

    repository: SessionsRepository
    now: Callable[[], datetime]

    def begin(self, user_id: str, *, client: str | None = None, network: str | None = None) -> str:
        """Sign *user_id* in and return the token that their browser keeps."""
        token = secrets.token_urlsafe(_TOKEN_BYTES)
        now = self.now()
        session = Session(
            user_id=user_id,
            session_id=f"ses_{secrets.token_hex(8)}",
            created_at=now,
            seen_at=now,
            authenticated_at=now,
            client=client,
            network=network,
        )
        self.repository.add(session, hash_of(token), forget_before=now - LONGEST_LIFE)
        return token

    def find(self, token: str) -> SignedIn | None:
        """Return who is signed in with *token*, and keep the session from idling out.

        None for a session that is over, was ended, or belongs to somebody who was disabled.
        """
        found = self.repository.by_token(hash_of(token)) if token else None
        if found is None:
            return None
        session, user = found
        now = self.now()
        if not self.is_alive(session) or user.disabled_at is not None:
            return None
        if now - session.seen_at >= _NOTED_EVERY:
            self.repository.note_seen(session.user_id, session.session_id, now=now)
        return SignedIn(user, session, now - session.authenticated_at < FRESH_FOR)

    def is_alive(self, session: Session) -> bool:
        """Tell whether *session* is neither idle for too long nor too old."""
        now = self.now()
        return now - session.seen_at < IDLE_LIFE and now - session.created_at < LONGEST_LIFE

    def list(self, user_id: str) -> list[Session]:
        """Return the person's sessions that are good, the one that was used last first."""
        return [each for each in self.repository.list(user_id) if self.is_alive(each)]

    def prove(self, user_id: str, session_id: str) -> None:
        """Note that the person proved anew who they are."""
        self.repository.note_proof(user_id, session_id, now=self.now())

    def end(self, user_id: str, session_id: str) -> bool:
        """End one session of the person; False when there is no such."""
        return self.repository.end(user_id, session_id)

    def end_all(self, user_id: str, *, but: str | None = None) -> int:
        """End the person's sessions, except *but*; return how many there were."""
        return self.repository.end_all(user_id, but=but)
