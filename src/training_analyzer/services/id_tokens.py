"""ID tokens of OpenID Connect: who signed one, and whether it is for us, now, for this sign-in.

Needs the extra `oidc`. Pure: keys and time are handed in.
"""

from __future__ import annotations

import base64
import hmac
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey

from training_analyzer.errors import SignOnFault

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

# Signatures with a public key alone: with `none` or HMAC anybody could make a token.
_KINDS: Final = {"RS256": {"kty": "RSA"}, "ES256": {"kty": "EC", "crv": "P-256"}}
_LEEWAY: Final = timedelta(seconds=60)
_LONGEST: Final = 16 * 1024
_LONGEST_SUBJECT: Final = 255
_SHORTEST_RSA_BITS: Final = 2048


@dataclass(frozen=True, slots=True)
class Expected:
    """What a token has to say to be ours."""

    issuer: str
    client_id: str
    nonce: str
    now: datetime


class TokenRefused(Exception):
    """A token that is not to be trusted."""

    def __init__(self, why: SignOnFault) -> None:
        super().__init__(why)
        self.why = why


class KeyUnknown(TokenRefused):
    """No key of the provider's fits: it may have a new one."""


def subject_of(token: str, keys: Sequence[object], expected: Expected) -> str:
    """Return whom the provider vouches for. Raises `KeyUnknown`, or `TokenRefused`."""
    if len(token) > _LONGEST or not token.isascii():
        raise TokenRefused(SignOnFault.MALFORMED)
    claims = _verified(token, keys)
    wrong = _wrong(claims, expected)
    if wrong is not None:
        raise TokenRefused(wrong)
    return str(claims["sub"])


def _verified(token: str, keys: Sequence[object]) -> Mapping[str, Any]:
    """Return the claims of a token that one of *keys* signed."""
    header = _header(token)
    algorithm, kid = header.get("alg"), header.get("kid")
    if not isinstance(algorithm, str) or algorithm not in _KINDS:
        raise TokenRefused(SignOnFault.ALGORITHM)
    fitting = [key for key in keys if isinstance(key, Mapping) and _fits(key, algorithm, kid)]
    if len(fitting) != 1:
        raise KeyUnknown(SignOnFault.KEY)
    try:
        public = _public(fitting[0])
        key = RSAKey.import_key(public) if algorithm == "RS256" else ECKey.import_key(public)
        if isinstance(key, RSAKey) and key.raw_value.key_size < _SHORTEST_RSA_BITS:
            raise TokenRefused(SignOnFault.KEY)
        claims = json.loads(jws.deserialize_compact(token, key, algorithms=[algorithm]).payload)
    except (JoseError, ValueError, TypeError, RecursionError):
        raise TokenRefused(SignOnFault.SIGNATURE) from None
    if not isinstance(claims, dict):
        raise TokenRefused(SignOnFault.MALFORMED)
    return claims


def _header(token: str) -> Mapping[str, Any]:
    head = token.partition(".")[0]
    try:
        found = json.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)))
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise TokenRefused(SignOnFault.MALFORMED)
    return found


def _fits(key: Mapping[str, Any], algorithm: str, kid: object) -> bool:
    """Tell whether *key* may have signed; without a `kid` it has to be the only one."""
    return (
        all(key.get(name) == value for name, value in _KINDS[algorithm].items())
        and key.get("use", "sig") == "sig"
        and key.get("alg", algorithm) == algorithm
        and (kid is None or key.get("kid") == kid)
    )


def _public(key: Mapping[str, Any]) -> dict[str, Any]:
    """Return the members that a public key is made of, and no other."""
    return {name: key[name] for name in ("kty", "n", "e", "crv", "x", "y") if name in key}


def _wrong(claims: Mapping[str, Any], expected: Expected) -> SignOnFault | None:
    """Return the first claim that is not as it has to be, or None."""
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    party = claims.get("azp")
    soon, lately = expected.now + _LEEWAY, expected.now - _LEEWAY
    nonce, subject = claims.get("nonce"), claims.get("sub")
    checks = {
        SignOnFault.ISSUER: claims.get("iss") == expected.issuer,
        SignOnFault.AUDIENCE: expected.client_id in audiences,
        SignOnFault.PARTY: party == expected.client_id or (party is None and len(audiences) == 1),
        SignOnFault.EXPIRED: _seconds(claims.get("exp"), missing=-math.inf) > lately.timestamp(),
        SignOnFault.ISSUED: _seconds(claims.get("iat"), missing=math.inf) <= soon.timestamp(),
        SignOnFault.NOT_YET: "nbf" not in claims
        or _seconds(claims["nbf"], missing=math.inf) <= soon.timestamp(),
        SignOnFault.NONCE: isinstance(nonce, str)
        and hmac.compare_digest(nonce.encode("utf-8", "replace"), expected.nonce.encode()),
        SignOnFault.SUBJECT: isinstance(subject, str)
        and subject.isascii()
        and subject.isprintable()
        and 0 < len(subject) <= _LONGEST_SUBJECT,
    }
    return next((name for name, is_right in checks.items() if not is_right), None)


def _seconds(claim: object, *, missing: float) -> float:
    """Return an instant of a token; *missing* for what is none, an infinite one included."""
    if isinstance(claim, bool) or not isinstance(claim, int | float):
        return missing
    try:
        seconds = float(claim)
    except OverflowError:
        return missing
    return seconds if math.isfinite(seconds) else missing
