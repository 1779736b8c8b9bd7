"""One-time links: to sign in, to set the server up, to come in, to choose a password."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from training_analyzer.db.repositories.one_time_links import Link, Purpose
from training_analyzer.services.sessions import hash_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from training_analyzer.db.repositories.one_time_links import OneTimeLinksRepository
    from training_analyzer.model import Role

__all__ = ["LIVES", "Link", "OneTimeLinks", "Purpose"]

_TOKEN_BYTES: Final = 32
LIVES: Final = {
    Purpose.SIGN_IN: timedelta(minutes=10),
    Purpose.SET_UP: timedelta(minutes=10),
    Purpose.INVITATION: timedelta(days=7),
    Purpose.PASSWORD: timedelta(minutes=10),
}


@dataclass(frozen=True, slots=True)
class OneTimeLinks:
    """Tokens for links; each works once, in whichever process it comes back to."""

    repository: OneTimeLinksRepository
    now: Callable[[], datetime]

    def issue(
        self,
        purpose: Purpose,
        user_id: str | None = None,
        *,
        role: Role | None = None,
        created_by: str | None = None,
    ) -> str:
        """Return a new token for *purpose*."""
        token = secrets.token_urlsafe(_TOKEN_BYTES)
        now = self.now()
        link = Link(
            purpose=purpose,
            user_id=user_id,
            role=role,
            created_by=created_by,
            created_at=now,
            expires_at=now + LIVES[purpose],
        )
        self.repository.add(link, hash_of(token))
        return token

    def find(self, token: str, purpose: Purpose) -> Link | None:
        """Return what *token* is good for, and leave it good; None when it is not."""
        return self.repository.find(hash_of(token), purpose, now=self.now())

    def take(self, token: str, purpose: Purpose) -> Link | None:
        """Return what *token* is good for and use it up; None when it is not (any more)."""
        return self.repository.take(hash_of(token), purpose, now=self.now())

    def take_back(self, purpose: Purpose, user_id: str | None = None) -> int:
        """Make every link of that purpose useless, or only the person's; return how many."""
        return self.repository.drop(purpose, user_id)
