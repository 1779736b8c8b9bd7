"""Look, at each start, whether the configured encryption keys are those of the database.

Effects only; what the findings mean is decided in `key_policy`.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING

from training_analyzer.db.repositories.ciphertexts import CiphertextsRepository
from training_analyzer.db.repositories.encryption_keys import EncryptionKeysRepository, named_key
from training_analyzer.errors import DecryptionError, EncryptionKeyError
from training_analyzer.services.key_policy import Findings, Unbound, refusal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from training_analyzer.db.database import Database
    from training_analyzer.model import Sealed
    from training_analyzer.services.encryption import EncryptionService

log = logging.getLogger(__name__)


def check_keys(database: Database, encryption: EncryptionService, *, now: datetime) -> None:
    """Record the configured keys, or raise `EncryptionKeyError`, one line, and record nothing.

    A single secret that is damaged is no reason: its owner is told when it is used.
    """
    keys, ciphertexts = EncryptionKeysRepository(database), CiphertextsRepository(database)
    found = findings(keys, ciphertexts, encryption)
    if why := refusal(found):
        raise EncryptionKeyError(why)
    keys.record(found.configured, found.primary, now=now)


def findings(
    keys: EncryptionKeysRepository,
    ciphertexts: CiphertextsRepository,
    encryption: EncryptionService,
) -> Findings:
    """Return what `refusal` decides by; opens secrets only where nothing else tells."""
    counted = ciphertexts.count_by_key()
    seen = Findings(
        primary=encryption.key_id,
        configured=encryption.check_values(),
        recorded=keys.all(),
        named={key_id: count for key_id, count in counted.items() if key_id is not None},
    )
    unknown = set(seen.named) - set(seen.configured)
    damaged = {key_id: _relabelled(ciphertexts, encryption, key_id) for key_id in unknown}
    return replace(
        seen,
        named={
            key_id: count - damaged.get(key_id, 0)
            for key_id, count in seen.named.items()
            if count > damaged.get(key_id, 0)
        },
        proved=frozenset(
            key_id
            for key_id in seen.unproved
            if any(_opens(encryption, secret) for secret in _named(ciphertexts, key_id))
        ),
        unbound=_unbound(ciphertexts, encryption) if counted[None] else None,
    )


def _named(ciphertexts: CiphertextsRepository, key_id: str) -> Iterator[Sealed]:
    for batch in ciphertexts.batches(named=key_id):
        for row in batch:
            yield from (secret for secret in row.secrets if named_key(secret) == key_id)


def _relabelled(
    ciphertexts: CiphertextsRepository, encryption: EncryptionService, key_id: str
) -> int:
    """Count the secrets that name the unknown *key_id* and yet were sealed with a known key.

    Their label is damaged: no key is missing.
    """
    return sum(map(encryption.opens_under_another_name, _named(ciphertexts, key_id)))


def _unbound(ciphertexts: CiphertextsRepository, encryption: EncryptionService) -> Unbound | None:
    """Return whether any secret that names no key opens; None when there is no such secret."""
    unreadable = set()
    for secret in ciphertexts.unbound():
        if _opens(encryption, secret):
            return Unbound(any_opens=True)
        unreadable.add(secret.context.user_id)
    return Unbound(any_opens=False, unreadable_users=len(unreadable)) if unreadable else None


def _opens(encryption: EncryptionService, secret: Sealed) -> bool:
    try:
        encryption.decrypt(secret)
    except DecryptionError:
        return False
    return True
