"""Codes of an authenticator app (RFC 6238), and recovery codes: pure, without a database."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, urlencode

if TYPE_CHECKING:
    from datetime import datetime

_SECRET_BYTES: Final = 20
_STEP_S: Final = 30
_DIGITS: Final = 6
# One step to each side, for clocks that go wrong.
_AROUND: Final = (0, -1, 1)
RECOVERY_CODES: Final = 10
# 120 bits: enough for a plain hash (ASVS 6.5.2 asks for 112), and a whole number of letters.
_RECOVERY_BYTES: Final = 15
_RECOVERY: Final = re.compile(r"[A-Z2-7]{24}")
_GROUP: Final = 4


def new_secret() -> str:
    """Return 160 random bits in the spelling of authenticator apps."""
    return base64.b32encode(secrets.token_bytes(_SECRET_BYTES)).decode("ascii")


def code_of(secret: str, step: int) -> str:
    """Return the code of *secret* in the half minute *step*."""
    digest = hmac.digest(base64.b32decode(secret), step.to_bytes(8), hashlib.sha1)
    at = digest[-1] & 15
    number = int.from_bytes(digest[at : at + 4]) & 0x7FFFFFFF
    return f"{number % 10**_DIGITS:0{_DIGITS}d}"


def step_at(now: datetime) -> int:
    """Return the half minute that *now* lies in."""
    return int(now.timestamp()) // _STEP_S


def step_of(secret: str, code: str, *, now: datetime) -> int | None:
    """Return the half minute that *code* is of, one beside the present one included.

    None where it is of none of them.
    """
    found = None
    for offset in _AROUND:
        step = step_at(now) + offset
        if hmac.compare_digest(code_of(secret, step).encode(), code.encode("utf-8", "replace")):
            found = step
    return found


def plain(code: str) -> str:
    """Return a code as it is compared: people put spaces and dashes into it."""
    return re.sub(r"[\s-]", "", code).upper()


def address_of(secret: str, *, issuer: str, name: str) -> str:
    """Return what an authenticator app takes from a link or a picture."""
    asked = {
        "secret": secret,
        "issuer": issuer,
        "algorithm": "SHA1",
        "digits": _DIGITS,
        "period": _STEP_S,
    }
    label = quote(f"{issuer}:{name}", safe="")
    return f"otpauth://totp/{label}?{urlencode(asked, quote_via=quote)}"


def new_recovery_codes() -> list[str]:
    """Return ten codes that each stand in once for the app, as they are shown."""
    return [_grouped(secrets.token_bytes(_RECOVERY_BYTES)) for _ in range(RECOVERY_CODES)]


def recovery_hash(code: str) -> str | None:
    """Return what is kept of a recovery code; None for what cannot be one."""
    if not _RECOVERY.fullmatch(code):
        return None
    return hashlib.sha256(code.encode("ascii")).hexdigest()


def _grouped(random: bytes) -> str:
    text = base64.b32encode(random).decode("ascii").lower()
    return "-".join(text[at : at + _GROUP] for at in range(0, len(text), _GROUP))
