"""What a Personal API key gives, and taking it out of a connection again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from training_analyzer.errors import KeyServesAlone
from training_analyzer.model import Api, Kind
from training_analyzer.services.vault import API_KEY, PERSONAL_JWT
from training_analyzer.streams import CATALOG

if TYPE_CHECKING:
    from training_analyzer.db.repositories.garmin_credentials import GarminCredentialsRepository
    from training_analyzer.services.audit import Audit
    from training_analyzer.services.vault import Vault


def given_streams() -> list[str]:
    """Return the names of the streams that a key gives."""
    return [stream.name for stream in CATALOG if Api.PERSONAL in stream.routes]


def missing_streams() -> list[str]:
    """Return the names of the streams that no key gives."""
    return [stream.name for stream in CATALOG if Api.PERSONAL not in stream.routes]


def drop_key(
    credentials: GarminCredentialsRepository, vault: Vault, audit: Audit, user_id: str
) -> bool:
    """Take the key out of the user's connection, whose session stays; False without a key.

    Raises `KeyServesAlone` when the connection is that key and nothing else: what goes
    with a connection, such as its configuration, goes only when that was asked for.
    """
    known = credentials.get_credentials(user_id)
    if known is None or not vault.holds(user_id, API_KEY):
        return False
    if known.kind is Kind.PERSONAL_KEY:
        raise KeyServesAlone
    for field in (API_KEY, PERSONAL_JWT):
        vault.drop(user_id, field)
    credentials.note_key_expiry(user_id, None)
    audit.note("garmin_key_removed", user_id=user_id, actor=user_id)
    return True
