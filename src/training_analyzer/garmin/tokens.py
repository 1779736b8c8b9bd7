"""The three texts that are an account's session, and what may be told from them.

Signatures are Garmin's to check: nothing here proves that a token is genuine.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Self

from training_analyzer.errors import TokenInvalid

_LONGEST_INPUT = 65_536
_CLIENT_ID = re.compile(r"[A-Z0-9_]{8,80}")
_JWT_PARTS = 3
_FIELDS = ("di_token", "di_refresh_token", "di_client_id")
_LEGACY = (
    "This is a token file of garth (oauth1/oauth2), which Garmin no longer accepts. "
    "Make a new one with garminconnect 0.3 or later."
)


@dataclass(frozen=True, slots=True, repr=False)
class TokenBundle:
    """An account's session, as garminconnect writes it. Its repr shows nothing."""

    di_token: str
    di_refresh_token: str
    di_client_id: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the JSON text that a person brings from garminconnect.

        Raises `TokenInvalid` with a sentence for them. Stricter than
        garminconnect 0.3.20, whose `loads` takes any non-empty `di_token`.
        """
        document = _json_of(text)
        if _is_legacy(document):
            raise TokenInvalid(_LEGACY)
        bundle = cls._of(document)
        if bundle is None:
            message = f"A token is a JSON object with the texts {', '.join(_FIELDS)}."
            raise TokenInvalid(message)
        header, claims = jwt_parts(bundle.di_token) or ({}, {})
        if str(header.get("alg", "none")).lower() == "none" or expiry_of(claims) is None:
            message = "The di_token is not a signed token with a time of expiry."
            raise TokenInvalid(message)
        if not _CLIENT_ID.fullmatch(bundle.di_client_id):
            message = "The di_client_id does not look like one of Garmin's."
            raise TokenInvalid(message)
        return bundle

    @classmethod
    def restore(cls, text: str) -> Self:
        """Read what `dump` wrote. Raises `TokenInvalid` when it is something else.

        Laxer than `parse`: Garmin may answer a refresh with an access token that
        is no JWT, and its refresh token is worth keeping all the same.
        """
        bundle = cls._of(_json_of(text))
        if bundle is None:
            raise TokenInvalid
        return bundle

    @classmethod
    def of(cls, token: object, refresh_token: object, client_id: object) -> Self | None:
        """Return a bundle of three non-empty texts, or None when one is anything else."""
        match token, refresh_token, client_id:
            case str(), str(), str() if token and refresh_token and client_id:
                return cls(token, refresh_token, client_id)
        return None

    @classmethod
    def _of(cls, document: object) -> Self | None:
        if not isinstance(document, dict):
            return None
        return cls.of(*(document.get(field) for field in _FIELDS))

    def dump(self) -> str:
        """Return the JSON text that `restore` and garminconnect read."""
        return json.dumps({field: getattr(self, field) for field in _FIELDS})

    @property
    def expires_at(self) -> datetime | None:
        """When the access token ends; None when it does not say."""
        parts = jwt_parts(self.di_token)
        return expiry_of(parts[1]) if parts else None

    def __repr__(self) -> str:
        """Show that it is one, and nothing of it."""
        return "TokenBundle(***)"


def jwt_parts(token: str) -> tuple[dict[str, Any], dict[str, Any]] | None:
    """Return header and claims of a JWT, or None when *token* is none. Checks no signature."""
    pieces = token.split(".")
    if len(pieces) != _JWT_PARTS or not all(pieces):
        return None
    try:
        header, claims = (json.loads(_unpadded(piece)) for piece in pieces[:2])
    except (ValueError, RecursionError):
        return None
    if not isinstance(header, dict) or not isinstance(claims, dict):
        return None
    return header, claims


def expiry_of(claims: dict[str, Any]) -> datetime | None:
    """Return the instant of `exp`, or None when it is no number that a clock can show."""
    match claims.get("exp"):
        case bool():
            return None
        case (int() | float()) as seconds:
            try:
                return datetime.fromtimestamp(seconds, UTC)
            except (ValueError, OverflowError, OSError):
                return None
    return None


def _unpadded(piece: str) -> bytes:
    return base64.urlsafe_b64decode(piece + "=" * (-len(piece) % 4))


def _json_of(text: str) -> object:
    """Read *text* as JSON, also when it is wrapped in base64 as garth's `dumps` does."""
    text = text.strip()
    if len(text) > _LONGEST_INPUT:
        return None
    for reading in (text, _base64_text(text)):
        try:
            return json.loads(reading)
        except (ValueError, RecursionError):
            continue
    return None


def _base64_text(text: str) -> str:
    try:
        return base64.b64decode(text, validate=True).decode()
    except (binascii.Error, ValueError):
        return ""


def _is_legacy(document: object) -> bool:
    """Whether the document is one of garth's two files, or both in a list."""
    candidates = document if isinstance(document, list) else [document]
    return any(
        isinstance(one, dict)
        and ("oauth_token_secret" in one or {"access_token", "refresh_token"} <= one.keys())
        for one in candidates
    )
