"""The Garmin edge: windows in, payloads out, foreign errors translated in one table.

It stores nothing and decides nothing about days; retrying is the sync's business.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from training_analyzer.model import Api, GarminProfile
    from training_analyzer.streams import Payload, Window


class Garmin(Protocol):
    """An open connection to one account.

    Raises `GarminError`s; besides them only `Stopping` from the pace, and what the
    callable raises that saves its renewed tokens.
    """

    @property
    def apis(self) -> tuple[Api, ...]:
        """Which of Garmin's interfaces answer, the preferred one first."""

    @property
    def requests(self) -> int:
        """How many HTTP requests this connection has made, refreshes included."""

    def fetch(self, window: Window) -> Payload | None:
        """Return Garmin's answer for *window*, or None when it has nothing (204)."""

    def download(self, activity_id: int) -> bytes | None:
        """Return the original file as it was uploaded, in its archive; None when there is none."""

    def detail(self, activity_id: int) -> Payload | None:
        """Return the activity's own page; None when Garmin says that there is no such activity."""

    def splits(self, activity_id: int) -> Payload | None:
        """Return the laps as the account API tells them; None where nothing does."""

    def probe(self) -> str | None:
        """Return a text that changes when a device has uploaded; None when Garmin tells none."""

    def profile(self) -> GarminProfile:
        """Return who the connection belongs to; costs one or two requests."""

    def close(self) -> None:
        """Close the connections to Garmin."""


__all__ = ["Garmin"]
