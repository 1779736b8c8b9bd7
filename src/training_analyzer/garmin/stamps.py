"""What tells whether a device has uploaded since the last time."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from training_analyzer.streams import Json

SYNC_TIMESTAMP_PATH: Final = "/wellness-service/wellness/syncTimestamp"
_OWN_STAMP: Final = "lastSyncTimestampGMT"


def stamp_of(body: Json | None) -> str | None:
    """Return the stamp in *body*: its own one, or a digest of all of it.

    The account API answers a bare text. Of a daily summary the stamp is taken where
    there is one (null in every recorded past day), otherwise the whole day stands for it.
    """
    if body is None or body in ({}, [], ""):
        return None
    if isinstance(body, dict) and isinstance(body.get(_OWN_STAMP), str):
        return str(body[_OWN_STAMP])
    if isinstance(body, str):
        return body
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
