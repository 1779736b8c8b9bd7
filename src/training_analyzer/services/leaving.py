"""What a person who disconnects is told: what is gone, and what we cannot take back."""

from __future__ import annotations

from typing import Final

WHAT_IS_GONE: Final = "Your Garmin secrets are gone from the live database."
WHAT_STAYS: Final = (
    "Garmin itself keeps the sessions that it issued valid until they expire or you change"
    " your Garmin password. Backups of this server that were made earlier hold your secrets,"
    " encrypted, until they expire."
)
