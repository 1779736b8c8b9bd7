"""How a connection stands, as a person sees it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from training_analyzer.model import GarminCredentials


class State(StrEnum):
    """The states of a connection."""

    NOT_CONNECTED = "not_connected"
    CONNECTED = "connected"
    ACTION_NEEDED = "action_needed"
    COOLING_DOWN = "cooling_down"
    PAUSED = "paused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A state, why it is so (an error's code and sentence), and until when."""

    state: State
    code: str | None = None
    reason: str | None = None
    until: datetime | None = None


def standing(
    credentials: GarminCredentials | None,
    *,
    auto_sync_enabled: bool,
    not_before: datetime | None,
    now: datetime,
) -> Standing:
    """Return how the connection stands at *now*.

    What the person must do comes first, then what Garmin asked for, then what the
    person chose.
    """
    if credentials is None:
        return Standing(state=State.NOT_CONNECTED)
    if not credentials.is_valid:
        return Standing(
            state=State.ACTION_NEEDED,
            code=credentials.error_code,
            reason=credentials.validation_error,
        )
    if not_before is not None and not_before > now:
        return Standing(state=State.COOLING_DOWN, code="rate_limited", until=not_before)
    if not auto_sync_enabled:
        return Standing(state=State.PAUSED)
    return Standing(state=State.CONNECTED)
