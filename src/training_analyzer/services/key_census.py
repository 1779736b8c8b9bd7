"""Open every stored secret and tell which key it needs, and which ones do not open."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from training_analyzer.db.repositories.encryption_keys import named_key
from training_analyzer.errors import DecryptionError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from training_analyzer.db.repositories.ciphertexts import CiphertextsRepository
    from training_analyzer.model import Sealed
    from training_analyzer.services.encryption import EncryptionService

type Told = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """A secret that does not open: whose, which, and the code of the error."""

    user_id: str
    field: str
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Census:
    """All secrets of a database; *by_key* counts those that open by the key they name."""

    primary: str
    secrets: int
    by_key: Mapping[str, int]
    unbound: int
    unreadable: tuple[Unreadable, ...]

    @property
    def is_sound(self) -> bool:
        """Whether every secret opens."""
        return not self.unreadable

    @property
    def is_rotated(self) -> bool:
        """Whether every secret opens, and with the primary key alone."""
        return self.is_sound and self.by_key.get(self.primary, 0) == self.secrets


def take_census(
    ciphertexts: CiphertextsRepository, encryption: EncryptionService, tell: Told
) -> Census:
    """Open every secret with the keys of *encryption*; nothing of them is kept.

    *tell* hears how many secrets are done, of how many.
    """
    by_key: Counter[str | None] = Counter()
    unreadable: list[Unreadable] = []
    total, done = ciphertexts.count_by_key().total(), 0
    for batch in ciphertexts.batches():
        for secret in (secret for row in batch for secret in row.secrets):
            done += 1
            if code := code_of(encryption, secret):
                context = secret.context
                unreadable.append(
                    Unreadable(user_id=context.user_id, field=context.field, code=code)
                )
            else:
                by_key[named_key(secret)] += 1
        tell(done, max(total, done))
    unbound = by_key.pop(None, 0)
    return Census(
        primary=encryption.key_id,
        secrets=done,
        by_key={key_id: count for key_id, count in sorted(by_key.items()) if key_id},
        unbound=unbound,
        unreadable=tuple(unreadable),
    )


def code_of(encryption: EncryptionService, secret: Sealed) -> str | None:
    """Return why *secret* does not open, or None when it does."""
    try:
        encryption.decrypt(secret)
    except DecryptionError as error:
        return error.code
    return None
