"""Change the encryption key: seal every stored secret anew, prove it, retire the old key.

The key ids in the secrets are the progress, so a rotation that was killed is simply run
again, and so is one that met people who connected meanwhile.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from training_analyzer.db.repositories.ciphertexts import BATCH, Resealed
from training_analyzer.db.repositories.encryption_keys import named_key
from training_analyzer.errors import DecryptionError, KeyRetired
from training_analyzer.services.key_census import Census, take_census

if TYPE_CHECKING:
    from training_analyzer.db.repositories.ciphertexts import CiphertextsRepository, SealedRow
    from training_analyzer.db.repositories.encryption_keys import EncryptionKeysRepository
    from training_analyzer.services.encryption import EncryptionService
    from training_analyzer.services.key_census import Told

# A pass takes seconds. Who still writes with an older key after so many of them is no
# passing sync but a process that was not restarted.
PASSES: Final = 5
# Each waits a quarter of a second for readers of the old ciphertexts.
_SCRUBS: Final = 8


def _silent(_done: int, _of: int) -> None:
    return


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotated:
    """What a rotation did, and what the *census* afterwards, with the new key alone, found.

    *removable* are configured keys that nothing but backups needs any more. *is_scrubbed*
    tells whether the replaced ciphertexts are gone from the database's files, too.
    """

    primary: str
    resealed: int
    removable: tuple[str, ...]
    is_scrubbed: bool
    census: Census

    @property
    def is_complete(self) -> bool:
        """Whether every secret is sealed with the primary key, and no other may be used."""
        return self.census.is_rotated and self.primary not in self.removable


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyStanding:
    """A key of this database: what it is for now, and how many secrets name it."""

    key_id: str
    status: str
    is_configured: bool
    secrets: int


@dataclass(frozen=True, slots=True, kw_only=True)
class KeysStanding:
    """All keys, and the secrets that name none of them: those that are bound to no owner yet."""

    keys: tuple[KeyStanding, ...]
    unbound: int


class Rotation:
    """Looks after the keys of one database; *batch* rows are sealed in one transaction."""

    def __init__(
        self,
        ciphertexts: CiphertextsRepository,
        keys: EncryptionKeysRepository,
        encryption: EncryptionService,
        *,
        batch: int = BATCH,
    ) -> None:
        self._ciphertexts = ciphertexts
        self._keys = keys
        self._encryption = encryption
        self._batch = batch

    def standing(self) -> KeysStanding:
        """Return which keys there are, by what the secrets name; none of them is opened.

        While a rotation goes on, this is how far it is.
        """
        counted = self._ciphertexts.count_by_key()
        known = self._keys.all()
        configured = self._encryption.check_values()
        named = {key_id for key_id in counted if key_id is not None}
        return KeysStanding(
            keys=tuple(
                KeyStanding(
                    key_id=key_id,
                    status=known[key_id].status if key_id in known else "unknown",
                    is_configured=key_id in configured,
                    secrets=counted[key_id],
                )
                for key_id in sorted({*known, *configured, *named})
            ),
            unbound=counted[None],
        )

    def verify(self, tell: Told = _silent) -> Census:
        """Open every secret with the configured keys, and change nothing."""
        return take_census(self._ciphertexts, self._encryption, tell)

    def rotate(self, tell: Told = _silent) -> Rotated:
        """Seal every secret with the primary key, then retire the keys that it replaced.

        *tell* hears how many secrets are sealed anew, of how many. Safe to kill at any
        moment, and beside processes that save secrets: what they wrote meanwhile stays.
        While a secret does not open no key is retired: it may need one of them. Raises
        `KeyRetired` when the primary key was retired by another rotation.
        """
        if self._encryption.key_id in self._retired():
            raise KeyRetired
        resealed = 0
        alone = self._encryption.with_primary_alone()
        for _ in range(PASSES):
            changed, missed = self._reseal_all(tell)
            resealed += changed
            self._ciphertexts.label_empty_rows(self._encryption.key_id)
            census = take_census(self._ciphertexts, alone, _silent)
            if census.is_rotated and self._retire_others():
                break
            if not changed and not missed:
                # Only secrets that do not open are left.
                break
        return Rotated(
            primary=self._encryption.key_id,
            resealed=resealed,
            removable=tuple(sorted(self._retired() & set(self._encryption.check_values()))),
            is_scrubbed=any(self._ciphertexts.scrub() for _ in range(_SCRUBS)),
            census=census,
        )

    def _reseal_all(self, tell: Told) -> tuple[int, int]:
        """Go once through all secrets; return how many were sealed anew, and how many missed.

        Missed is what somebody else wrote between our reading and our writing.
        """
        primary = self._encryption.key_id
        counted = self._ciphertexts.count_by_key()
        changed, missed, todo = 0, 0, counted.total() - counted[primary]
        for batch in self._ciphertexts.batches(size=self._batch):
            changes = [change for row in batch if (change := self._resealed(row)).tokens]
            if not changes:
                continue
            written = self._ciphertexts.reseal(changes, primary)
            missed += len(changes) - written
            changed += sum(len(change.tokens) for change in changes)
            tell(changed, max(todo, changed))
        return changed - missed, missed

    def _resealed(self, row: SealedRow) -> Resealed:
        tokens = {}
        for secret in row.secrets:
            if named_key(secret) == self._encryption.key_id:
                continue
            with suppress(DecryptionError):
                plain = self._encryption.decrypt(secret)
                tokens[secret.context.field] = self._encryption.encrypt(plain, secret.context)
        return Resealed(row, tokens)

    def _retire_others(self) -> bool:
        primary = self._encryption.key_id
        others = set(self._keys.all()) - self._retired() - {primary}
        return self._ciphertexts.retire(others, successor=primary)

    def _retired(self) -> set[str]:
        return {key_id for key_id, key in self._keys.all().items() if key.is_retired}
