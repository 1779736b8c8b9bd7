"""The key of Garmin's official Personal API, and the day-long token it is exchanged for."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final, Self

from training_analyzer.errors import GarminUnavailable, TokenInvalid
from training_analyzer.garmin.tokens import expiry_of, jwt_parts
from training_analyzer.garmin.translate import error_of, guarded
from training_analyzer.garmin.trouble import Step, Trouble

if TYPE_CHECKING:
    import requests

    from training_analyzer.garmin.hosts import Hosts

EXCHANGE_PATH: Final = "/personalapitoken-service/personal-api/personal-api-key/token"
KEY_PREFIX: Final = "GCDC_"
TIMEOUT_S: Final = (10.0, 30.0)
_LONGEST_LIFE: Final = timedelta(hours=24)
_ENVELOPES: Final = ("access_token", "accessToken", "token")


@dataclass(frozen=True, slots=True, repr=False)
class PersonalToken:
    """The JWT that data requests carry. There is no refresh token: the key makes a new one."""

    jwt: str
    expires_at: datetime

    def dump(self) -> str:
        """Return the text that `restore` reads. It is a secret."""
        return json.dumps({"jwt": self.jwt, "expires_at": self.expires_at.isoformat()})

    @classmethod
    def restore(cls, text: str) -> Self:
        """Read what `dump` wrote. Raises `TokenInvalid` when it is something else."""
        try:
            document = json.loads(text)
            expires_at = datetime.fromisoformat(document["expires_at"]).astimezone(UTC)
            jwt = document["jwt"]
        except (ValueError, TypeError, KeyError):
            raise TokenInvalid from None
        if not isinstance(jwt, str):
            raise TokenInvalid
        return cls(jwt, expires_at)

    def __repr__(self) -> str:
        """Show when it ends, and nothing of it."""
        return f"PersonalToken(***, expires_at={self.expires_at.isoformat()})"


def clean_key(text: str) -> str:
    """Return the key without the blanks and quotes that copying adds.

    Raises `TokenInvalid` when nothing is left or something stands in between. A
    key without the known prefix passes: Garmin alone knows what it hands out.
    """
    key = text.strip()
    if len(key) > 1 and key[0] == key[-1] and key[0] in "\"'":
        key = key[1:-1].strip()
    if not key or not key.isascii() or not key.isprintable() or any(map(str.isspace, key)):
        message = "A Personal API key is one word. Copy it once more, whole."
        raise TokenInvalid(message)
    return key


def exchange_key(
    session: requests.Session, key: str, *, hosts: Hosts, now: datetime
) -> PersonalToken:
    """Return a fresh token for *key*; one request.

    Raises `CredentialsRejected` for a key that is wrong, expired or deleted,
    `RateLimited`, `Blocked` or `GarminUnavailable`.
    """
    answer = guarded(
        lambda: session.post(
            hosts.personal_api + EXCHANGE_PATH,
            headers={"Authorization": f"ApiKey {key}", "Accept": "*/*"},
            timeout=TIMEOUT_S,
        ),
        lambda caught: Trouble(step=Step.KEY, kind=type(caught)),
    )
    trouble = Trouble.of_answer(answer, Step.KEY, now=now)
    if not answer.ok or trouble.html:
        raise error_of(trouble)
    jwt = _jwt_in(answer.text)
    parts = jwt_parts(jwt)
    expires_at = expiry_of(parts[1]) if parts else None
    if expires_at is None:
        raise GarminUnavailable
    return PersonalToken(jwt, min(expires_at, now + _LONGEST_LIFE))


def _jwt_in(text: str) -> str:
    """Find the JWT: bare as documented, in quotes, or in a JSON envelope."""
    bare = text.strip()
    try:
        document = json.loads(bare)
    except (ValueError, RecursionError):
        return bare
    if isinstance(document, dict):
        document = next((document[name] for name in _ENVELOPES if name in document), None)
    return document.strip() if isinstance(document, str) else ""
