"""What was just done, in a sentence, for the page that a form leads to."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from training_analyzer.web.tongue import Tongue


def notice_of(done: str, tongue: Tongue) -> str:
    """Return the sentence for *done*, a word in the address; empty for any other word."""
    text = tongue.text
    stays = text(
        "Garmin itself keeps the sessions that it issued valid until they expire or you change"
        " your Garmin password. Backups of this server that were made earlier hold your secrets,"
        " encrypted, until they expire."
    )
    return {
        "connected": text("Connected."),
        "joined": text(
            "The key is checked and saved. It serves what it can, your session the rest."
        ),
        "disconnected": " ".join(
            (
                text("Disconnected; your data is still here."),
                text("Your Garmin secrets are gone from the live database."),
                stays,
            )
        ),
        "deleted": " ".join(
            (
                text("Disconnected, and everything that was synced is deleted."),
                text("Your Garmin secrets are gone from the live database."),
                stays,
            )
        ),
        "works": text("Garmin was asked: the connection works."),
        "password": text("Your password is changed, and your other sessions have ended."),
        "saved": text("Saved. The next sync follows it."),
    }.get(done, "")
