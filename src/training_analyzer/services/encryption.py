"""Encryption of secrets: the document's door, and what binds a secret to its owner.

Without a context a token is plain Fernet. With one it is `gs1.<key id>.<fernet>` under a
key derived for that user and field, so a token moved to another row does not open.
"""

from __future__ import annotations

import hmac
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import TYPE_CHECKING, Final, Self

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from training_analyzer import settings as configured
from training_analyzer.errors import DecryptionError, KeyUnavailable
from training_analyzer.key_text import KEY_ID_TEXT, checked_key, checked_key_id
from training_analyzer.model import Sealed, SecretContext

if TYPE_CHECKING:
    from collections.abc import Mapping

    from training_analyzer.settings import Settings

_SECRET_INFO: Final = b"training-analyzer/secret/v1"
_CHECK_INFO: Final = b"training-analyzer/kcv/v1"
_FINGERPRINT_INFO: Final = b"training-analyzer/fingerprint/v1"
_BOUND: Final = re.compile(rf"gs1\.({KEY_ID_TEXT})\.([A-Za-z0-9_=-]+)")
# A Fernet token's length tells the plain text's in steps of 16 bytes; all usual
# passwords look alike once they fill whole blocks of this size.
_BLOCK: Final = 64
_LENGTH_BYTES: Final = 4


class EncryptionService:
    """Encrypts and decrypts with one primary key and any number of previous ones.

    Without *key*, key, key id and previous keys come from the settings. Raises
    `EncryptionKeyError` for a key that is missing, malformed or published.
    """

    def __init__(
        self,
        key: str | None = None,
        *,
        key_id: str = "v1",
        previous_keys: Mapping[str, str] | None = None,
    ) -> None:
        if key is None:
            settings = configured.load()
            key, key_id = settings.encryption_key.get_secret_value(), settings.encryption_key_id
            previous_keys = _revealed(settings)
        self.key_id = key_id
        self._keys = {
            checked_key_id(known, "The encryption key"): checked_key(text, "The encryption key")
            for known, text in {**(previous_keys or {}), key_id: key}.items()
        }

    @classmethod
    def from_settings(cls, settings: Settings) -> Self:
        """Make the service with the keys of *settings*."""
        return cls(
            settings.encryption_key.get_secret_value(),
            key_id=settings.encryption_key_id,
            previous_keys=_revealed(settings),
        )

    def encrypt(self, text: str, context: SecretContext | None = None) -> str:
        """Return *text* as a token of the primary key, bound to *context* when there is one."""
        try:
            plain = text.encode("utf-8")
        except UnicodeEncodeError:
            # Python's own error carries the whole text along.
            message = "a text with half characters cannot be encrypted"
            raise ValueError(message) from None
        if context is None:
            return Fernet(self._keys[self.key_id]).encrypt(plain).decode("ascii")
        token = self._bound_to(context, self.key_id).encrypt(_padded(plain))
        return f"gs1.{self.key_id}.{token.decode('ascii')}"

    def decrypt(self, token: str, context: SecretContext | None = None) -> str:
        """Return the text of *token*; a `Sealed` token brings its own context.

        A bound token opens only for the user and field it was made for, under the key
        it names. An unbound one opens under any configured key, with or without context.
        Raises `DecryptionError` for every other token (`KeyUnavailable` when the key it
        names is not configured); its text holds no part of the token.
        """
        if context is None and isinstance(token, Sealed):
            context = token.context
        try:
            if not self.is_bound(token):
                return self._any_key().decrypt(token).decode("utf-8")
            if context is None:
                message = "This secret is bound to its owner: decrypting it needs the context."
                raise DecryptionError(message)
            return self._open_bound(token, context, getattr(token, "key_id", None))
        except (InvalidToken, ValueError, TypeError, AttributeError):
            raise DecryptionError from None

    def with_primary_alone(self) -> EncryptionService:
        """Return a service that has unloaded every key but the primary one."""
        return EncryptionService(self._keys[self.key_id], key_id=self.key_id)

    def sealing_with(self, key_id: str) -> EncryptionService | None:
        """Return a service that seals with the key *key_id*; None when it is not configured."""
        if key_id not in self._keys:
            return None
        others = {known: key for known, key in self._keys.items() if known != key_id}
        return EncryptionService(self._keys[key_id], key_id=key_id, previous_keys=others)

    def opens_under_another_name(self, token: Sealed) -> bool:
        """Tell whether one of the keys sealed the bound *token*, whatever key it names.

        Then its header is damaged: it does not open, and no key is missing.
        """
        parts = _BOUND.fullmatch(token)
        if parts is None:
            return False
        for key_id in self._keys:
            try:
                self._bound_to(token.context, key_id).decrypt(parts[2])
            except InvalidToken:
                continue
            return True
        return False

    @staticmethod
    def is_bound(token: str) -> bool:
        """Tell whether *token* is bound to a user and a field."""
        return token.startswith("gs1.")

    @staticmethod
    def key_id_of(token: str) -> str | None:
        """Return the id of the key that a bound *token* names; None for any other."""
        found = _BOUND.fullmatch(token)
        return found and found[1]

    def check_values(self) -> dict[str, str]:
        """Return key id -> a value in hex that tells whether a key is the same, and no more."""
        return {
            key_id: _derived(key, _CHECK_INFO + _framed(key_id)).hex()
            for key_id, key in self._keys.items()
        }

    def fingerprints(self, text: str) -> tuple[str, ...]:
        """Return what stands for *text* without telling it, by each key, the primary's first."""
        others = (key for key_id, key in self._keys.items() if key_id != self.key_id)
        return tuple(
            hmac.new(_derived(key, _FINGERPRINT_INFO), text.encode(), "sha256").hexdigest()
            for key in (self._keys[self.key_id], *others)
        )

    def _open_bound(self, token: str, context: SecretContext, label: str | None) -> str:
        parts = _BOUND.fullmatch(token)
        if parts is None:
            raise InvalidToken
        key_id, fernet_token = parts.groups()
        if label not in {key_id, None}:
            # The row says that another key sealed it: somebody changed one of the two.
            raise InvalidToken
        if key_id not in self._keys:
            raise KeyUnavailable
        return _unpadded(self._bound_to(context, key_id).decrypt(fernet_token)).decode("utf-8")

    def _bound_to(self, context: SecretContext, key_id: str) -> Fernet:
        owner = _framed(key_id, context.user_id, context.field)
        return Fernet(urlsafe_b64encode(_derived(self._keys[key_id], _SECRET_INFO + owner)))

    def _any_key(self) -> MultiFernet:
        return MultiFernet([Fernet(key) for key in self._keys.values()])


def get_encryption_service() -> EncryptionService:
    """Return a service with the configured keys, read anew at each call."""
    return EncryptionService()


def new_key() -> str:
    """Return a fresh, random encryption key."""
    return Fernet.generate_key().decode()


def _revealed(settings: Settings) -> dict[str, str]:
    previous = settings.encryption_previous_keys
    return {key_id: key.get_secret_value() for key_id, key in previous.items()}


def _derived(key: str, info: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=info).derive(urlsafe_b64decode(key))


def _framed(*parts: str) -> bytes:
    """Join *parts*, each after its length: with a separator `a|b`,`c` would equal `a`,`b|c`."""
    encoded = [part.encode("utf-8") for part in parts]
    return b"".join(len(part).to_bytes(2, "big") + part for part in encoded)


def _padded(plain: bytes) -> bytes:
    framed = len(plain).to_bytes(_LENGTH_BYTES, "big") + plain
    return framed + bytes(-len(framed) % _BLOCK)


def _unpadded(framed: bytes) -> bytes:
    length = int.from_bytes(framed[:_LENGTH_BYTES], "big")
    plain = framed[_LENGTH_BYTES : _LENGTH_BYTES + length]
    if len(plain) != length:
        raise InvalidToken
    return plain
