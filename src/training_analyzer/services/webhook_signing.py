"""Sign what webhooks are told, as Standard Webhooks 1.0.0 has it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

PREFIX: Final = "whsec_"
_BYTES: Final = 32


def new_secret() -> str:
    """Return a new key as a receiver stores it: `whsec_` and 32 random bytes in base64."""
    return PREFIX + base64.b64encode(secrets.token_bytes(_BYTES)).decode()


def signed_headers(
    event_id: str, body: bytes, keys: Sequence[str], *, at: datetime
) -> dict[str, str]:
    """Return the three headers of an attempt *at* that time, signed with each of *keys*."""
    seconds = str(int(at.timestamp()))
    signatures = (f"v1,{_signature(key, event_id, seconds, body)}" for key in keys)
    return {
        "webhook-id": event_id,
        "webhook-timestamp": seconds,
        "webhook-signature": " ".join(signatures),
    }


def _signature(key: str, event_id: str, seconds: str, body: bytes) -> str:
    raw = base64.b64decode(key.removeprefix(PREFIX))
    signed = f"{event_id}.{seconds}.".encode() + body
    return base64.b64encode(hmac.digest(raw, signed, hashlib.sha256)).decode()
