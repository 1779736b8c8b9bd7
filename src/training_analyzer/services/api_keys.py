"""API keys: what a program shows to act for a person, within scopes and until a day.

`gsync_pat_<key id>_<secret><checksum>`, 62 characters. The checksum lets secret scanners, and
us before any look into the database, tell a key from what is none.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import string
import zlib
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from training_analyzer.db.repositories.api_keys import ApiKey
from training_analyzer.services.callers import SCOPES, Caller, Scope

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from training_analyzer.db.repositories.api_keys import ApiKeysRepository

__all__ = ["MOST_KEYS", "PREFIX", "ApiKey", "ApiKeys"]

PREFIX: Final = "gsync_pat_"
MOST_KEYS: Final = 100
_LETTERS: Final = string.digits + string.ascii_uppercase + string.ascii_lowercase
_ID_LENGTH: Final = 8
_SECRET_LENGTH: Final = 37
_CHECKSUM_LENGTH: Final = 6
_FORM: Final = re.compile(
    rf"{PREFIX}([0-9A-Za-z]{{{_ID_LENGTH}}})_[0-9A-Za-z]{{{_SECRET_LENGTH + _CHECKSUM_LENGTH}}}"
)
# A program that asks every second writes once.
_NOTED_EVERY: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class ApiKeys:
    """The keys of everybody, in the database: one that was ended opens nothing from then on."""

    repository: ApiKeysRepository
    now: Callable[[], datetime]

    def issue(
        self,
        user_id: str,
        name: str,
        scopes: frozenset[Scope],
        *,
        lives: timedelta | None = None,
    ) -> tuple[ApiKey, str] | None:
        """Return a new key of the person and its token, which is not kept; None above `MOST_KEYS`.

        Without *lives* it is good until it is ended. Which of *scopes* it has is said anew at
        each use: those of them that the person has then.
        """
        now = self.now()
        key = ApiKey(
            user_id=user_id,
            key_id=_drawn(_ID_LENGTH),
            name=name,
            scopes=frozenset(scope.value for scope in scopes),
            created_at=now,
            expires_at=now + lives if lives else None,
        )
        token = _token(key.key_id)
        if not self.repository.add(key, _hash(token), most=MOST_KEYS):
            return None
        return key, token

    def list(self, user_id: str) -> list[ApiKey]:
        """Return the person's keys, the newest first."""
        return self.repository.list(user_id)

    def rotate(self, user_id: str, key_id: str) -> tuple[ApiKey, str] | None:
        """Give a key a new token, good as long as the old one was; None for no key of theirs.

        The old token ends at once.
        """
        old = next((key for key in self.repository.list(user_id) if key.key_id == key_id), None)
        if old is None:
            return None
        token = _token(key_id)
        lives = old.expires_at - old.created_at if old.expires_at else None
        now = self.now()
        expires_at = now + lives if lives else None
        key = self.repository.replace(user_id, key_id, _hash(token), expires_at=expires_at, now=now)
        return None if key is None else (key, token)

    def end(self, user_id: str, key_id: str) -> bool:
        """End a key at once; False when the person has no such."""
        return self.repository.drop(user_id, key_id)

    def find(self, token: str) -> Caller | None:
        """Return who asks with *token*, and what they may: no more than the person may now.

        None for what is no key, a key that ended or expired, or of somebody who was disabled.
        """
        key_id = _key_id(token)
        found = self.repository.by_id(key_id) if key_id else None
        if found is None:
            return None
        key, token_sha256, user = found
        now = self.now()
        is_over = key.expires_at is not None and key.expires_at <= now
        if not hmac.compare_digest(token_sha256, _hash(token)) or is_over or user.disabled_at:
            return None
        if key.last_used_at is None or now - key.last_used_at >= _NOTED_EVERY:
            self.repository.note_use(key, now=now, every=_NOTED_EVERY)
        scopes = frozenset(scope for scope in SCOPES[user.role] if scope.value in key.scopes)
        return Caller(user.user_id, user.role, scopes, key_id=key.key_id)


def _token(key_id: str) -> str:
    secret = f"{PREFIX}{key_id}_{_drawn(_SECRET_LENGTH)}"
    return secret + _checksum(secret)


def _key_id(token: str) -> str | None:
    """Return the key id of what has the form and the checksum of a key, else None."""
    form = _FORM.fullmatch(token)
    if form is None or _checksum(token[:-_CHECKSUM_LENGTH]) != token[-_CHECKSUM_LENGTH:]:
        return None
    return form[1]


def _drawn(length: int) -> str:
    return "".join(secrets.choice(_LETTERS) for _ in range(length))


def _checksum(text: str) -> str:
    """Return the CRC32 of *text* in base 62, with zeros in front."""
    rest, letters = zlib.crc32(text.encode("ascii")), ""
    while rest:
        rest, digit = divmod(rest, len(_LETTERS))
        letters = _LETTERS[digit] + letters
    return letters.rjust(_CHECKSUM_LENGTH, _LETTERS[0])


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("ascii")).hexdigest()
