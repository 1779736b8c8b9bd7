"""What every way in is told, and what it answers once a Garmin account is connected."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Literal

from training_analyzer.web.api.words import Answer, Strict

if TYPE_CHECKING:
    from training_analyzer.web.parts import Parts

type RegionText = Literal["com", "cn"]


class WayIn(Strict):
    """What every way in is told; with `replace_data` another account's data makes way."""

    replace_data: bool = False


class Saved(Answer):
    """A Garmin account is connected."""

    status: Literal["saved"] = "saved"
    state: Literal["connected"] = "connected"
    garmin_user: str
    message: str
    next_sync_at: datetime | None


def saved(web: Parts, user_id: str, name: str, message: str = "") -> Saved:
    """Return the answer for a user who is connected as *name*."""
    return Saved(
        garmin_user=name,
        message=message or f"Connected as {name}.",
        next_sync_at=web.scheduler.get_next_sync_time(user_id),
    )
