"""The secrets of connections: sealed on the way in, opened on the way out.

Every secret is bound to its user and field, so a row that was moved does not open.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from training_analyzer.errors import KeyRetired
from training_analyzer.model import Secret, SecretContext

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from training_analyzer.db.repositories.secrets import SecretsRepository, StoredSecret
    from training_analyzer.model import Sealed
    from training_analyzer.services.encryption import EncryptionService

TOKEN_BUNDLE = "token_bundle"  # noqa: S105 - the name of a field, not a secret
API_KEY = "api_key"
PERSONAL_JWT = "personal_jwt"
MFA_STATE = "mfa_state"


@dataclass(frozen=True, slots=True)
class Opened:
    """An opened secret; `version` tells later whether somebody else wrote meanwhile."""

    secret: Secret
    version: int
    expires_at: datetime | None


class Vault:
    """Seals and opens the secrets of all users with the configured keys."""

    def __init__(
        self,
        encryption: EncryptionService,
        secrets: SecretsRepository,
        now: Callable[[], datetime],
    ) -> None:
        self._encryption = encryption
        self._secrets = secrets
        self._now = now

    @property
    def key_id(self) -> str:
        """Return the id of the key that new secrets are sealed with."""
        return self._encryption.key_id

    def seal(self, user_id: str, field: str, text: str | Secret) -> str:
        """Return *text* encrypted and bound to *user_id* and *field*; store nothing."""
        plain = text.reveal() if isinstance(text, Secret) else text
        return self._encryption.encrypt(plain, context=SecretContext(user_id, field))

    def unseal(self, sealed: Sealed) -> Secret:
        """Return what a sealed column holds. Raises `DecryptionError`."""
        return Secret(self._encryption.decrypt(sealed))

    def put(
        self,
        user_id: str,
        field: str,
        text: str | Secret,
        *,
        expires_at: datetime | None = None,
        expected_version: int | None = None,
    ) -> bool:
        """Store *text* sealed; False when the stored version is not *expected_version*.

        Raises `KeyRetired` when this process was left with a key that a rotation retired,
        and does not have its successor.
        """
        plain = text.reveal() if isinstance(text, Secret) else text

        def put(encryption: EncryptionService) -> bool:
            return self._secrets.put(
                user_id,
                field,
                encryption.encrypt(plain, context=SecretContext(user_id, field)),
                encryption.key_id,
                expires_at,
                expected_version=expected_version,
                now=self._now(),
            )

        try:
            return put(self._encryption)
        except KeyRetired:
            # A token that Garmin has just renewed exists nowhere else: it must not be lost.
            successor = self._encryption.sealing_with(self._secrets.sealing_key() or "")
            if successor is None:
                raise
            return put(successor)

    def get(self, user_id: str, field: str) -> Opened | None:
        """Return the opened secret, or None. Raises `DecryptionError`."""
        stored = self._secrets.get(user_id, field)
        if stored is None:
            return None
        return Opened(self.unseal(stored.token), stored.version, stored.expires_at)

    def stored(self, user_id: str, field: str) -> StoredSecret | None:
        """Return the secret as it is stored, without opening it, or None."""
        return self._secrets.get(user_id, field)

    def holds(self, user_id: str, field: str) -> bool:
        """Tell whether there is such a secret, without opening it."""
        return self.stored(user_id, field) is not None

    def drop(self, user_id: str, field: str) -> None:
        """Delete the secret, if there is one."""
        self._secrets.delete(user_id, field)
