"""Repeated requests: who sends one again, with the same key, gets the first one's answer.

Kept for a day: the answer, and a keyed hash of what was asked, never what was asked.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from training_analyzer.db.repositories.idempotency_keys import Earlier, KeptAnswer, Reserved

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from training_analyzer.db.repositories.idempotency_keys import IdempotencyKeysRepository
    from training_analyzer.services.encryption import EncryptionService

__all__ = ["KEPT_FOR", "KeptAnswer", "Repeated", "Repeats", "Reserved"]

KEPT_FOR: Final = timedelta(hours=24)
# No request takes that long: one that was not answered by then lost its process.
_LOST_AFTER: Final = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Repeated:
    """A request that came before: with the same content or not, answered or not yet."""

    is_same: bool
    answer: KeptAnswer | None


@dataclass(frozen=True, slots=True)
class Repeats:
    """The requests of the last day that named a key, in the database: any process knows them."""

    repository: IdempotencyKeysRepository
    encryption: EncryptionService
    now: Callable[[], datetime]

    def begin(self, user_id: str, route: str, key: str, content: bytes) -> Reserved | Repeated:
        """Return the right to work on a request, or the one that came with *key* before.

        Whoever is `Reserved` must `keep` an answer or `free` the key.
        """
        now = self.now()
        self.repository.drop_older(now - KEPT_FOR)
        # The primary key's first: that is the one to keep.
        prints = self.encryption.fingerprints(f"request\0{route}\0{content.decode('latin-1')}")
        found = self.repository.reserve(
            Reserved(user_id, route, key, now),
            prints[0],
            over_before=now - KEPT_FOR,
            lost_before=now - _LOST_AFTER,
        )
        if isinstance(found, Reserved):
            return found
        if found is None:
            # It was given back between two statements. The caller may ask again.
            return Repeated(is_same=True, answer=None)
        return Repeated(_is_one_of(found, prints), found.answer)

    def keep(self, reserved: Reserved, answer: KeptAnswer) -> None:
        """Keep *answer* for who sends the request again."""
        self.repository.keep(reserved, answer)

    def free(self, reserved: Reserved) -> None:
        """Let the request be worked on anew when it is sent again."""
        self.repository.free(reserved)


def _is_one_of(earlier: Earlier, prints: tuple[str, ...]) -> bool:
    return any(hmac.compare_digest(earlier.body_hmac, each) for each in prints)
