"""Why there is nothing to show of a stream: none at Garmin, not settled, off, refused, to come."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from training_analyzer.web.tongue import Tongue


@dataclass(frozen=True, slots=True)
class Missing:
    """What is known of each stream: the cells of `reading.LEGEND`; which are off or refused."""

    cells: Mapping[str, str]
    off: Collection[str]
    refused: Collection[str]
    is_connected: bool

    def why(self, stream: str, tongue: Tongue) -> str:
        """Return why nothing of *stream* is here."""
        text, cells = tongue.text, self.cells.get(stream, "")
        reasons = [
            (stream in self.refused, text("Garmin does not give this to your account.")),
            (stream in self.off, text("Switched off: you chose not to fetch this.")),
            (
                not self.is_connected and not cells.strip("mo"),
                text("Nothing is here yet: Garmin is not connected."),
            ),
            ("f" in cells, text("Could not be fetched. We ask again by ourselves.")),
            ("e" in cells, text("None at Garmin in these days. We look again with each sync.")),
            (
                cells.strip("o") == "" != cells,
                text("Before the days that are fetched. Ask for them on the page of coverage."),
            ),
            ("p" in cells, text("Not settled yet: Garmin may still change these days.")),
        ]
        to_come = text("Not fetched yet. It comes with the next syncs, the newest days first.")
        return next((words for holds, words in reasons if holds), to_come)
