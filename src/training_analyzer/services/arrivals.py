"""Arriving: the first administrator by the set-up link, everybody else by an invitation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from training_analyzer.services.one_time_links import Purpose
from training_analyzer.services.sessions import hash_of

if TYPE_CHECKING:
    from training_analyzer.db.repositories.arrivals import ArrivalsRepository
    from training_analyzer.db.repositories.users import UsersRepository
    from training_analyzer.model import User
    from training_analyzer.services.one_time_links import Link, OneTimeLinks
    from training_analyzer.services.passwords import Passwords


@dataclass(frozen=True, slots=True)
class Arrivals:
    """Adds people who come by a link. A name or password that will not do leaves it good."""

    repository: ArrivalsRepository
    users: UsersRepository
    links: OneTimeLinks
    passwords: Passwords

    def find(self, token: str, purpose: Purpose) -> Link | None:
        """Return what a link to arrive by is good for; None when it is not (any more)."""
        if purpose is Purpose.SET_UP and self.users.has_anybody():
            return None
        return self.links.find(token, purpose)

    def join(self, token: str, name: str, password: str) -> User | None:
        """Add who was invited; None when the invitation is over or its author rules no more.

        Raises `UserExists`, `InvalidUserName`, or `WeakPassword`.
        """
        if self.find(token, Purpose.INVITATION) is None:
            return None
        kept = self.passwords.hash(password, name=name)
        return self.repository.join(hash_of(token), name, kept, now=self.links.now())

    def set_up(self, token: str, name: str, password: str) -> User | None:
        """Add the first person of all, an administrator; None when that is over.

        Raises `InvalidUserName`, or `WeakPassword`.
        """
        if self.find(token, Purpose.SET_UP) is None:
            return None
        kept = self.passwords.hash(password, name=name)
        return self.repository.set_up(hash_of(token), name, kept, now=self.links.now())
