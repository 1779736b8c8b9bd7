"""What the connection's card shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from training_analyzer.model import Region
from training_analyzer.services.leaving import WHAT_STAYS
from training_analyzer.web.connection import Connection, State
from training_analyzer.web.pages import phrases

if TYPE_CHECKING:
    from datetime import datetime

_PILLS: Final = {
    State.CONNECTED: ("Connected", "ok", "ok"),
    State.COOLING_DOWN: ("Cooling down", "info", "clock"),
    State.PAUSED: ("Paused", "idle", "pause"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionCard:
    """A connection's facts, as rows of label and value; `stays` is what leaving cannot undo."""

    word: str
    tone: str
    icon: str
    rows: list[tuple[str, str]]
    stays: str = WHAT_STAYS


def card_of(connection: Connection, now: datetime) -> ConnectionCard | None:
    """Return the card of an existing connection."""
    known = connection.credentials
    if known is None:
        return None
    word, tone, icon = _PILLS.get(connection.state, ("Action needed", "bad", "cross"))
    rows = [
        ("Garmin name", known.garmin_display_name or "not told"),
        ("Connected by", ", with a ".join(phrases.KINDS[kind] for kind in connection.kinds)),
    ]
    if connection.email_hint:
        rows.append(("E-mail", connection.email_hint))
    rows.append(("Region", "China" if known.region is Region.CN else "Worldwide"))
    if known.last_validation_at is not None:
        rows.append(("Last checked", phrases.ago(known.last_validation_at, now)))
    if connection.retry_at is not None and connection.state is State.COOLING_DOWN:
        rows.append(("Waits until", f"{phrases.clock(connection.retry_at, now)} UTC"))
    rows.append(("We keep, encrypted", _kept(connection)))
    return ConnectionCard(word=word, tone=tone, icon=icon, rows=rows)


def _kept(connection: Connection) -> str:
    """Return the names of the secrets that are stored."""
    kept = [
        name
        for name, is_kept in (
            ("session tokens", connection.has_session),
            ("e-mail", connection.email_hint is not None),
            ("password", connection.keeps_password),
            ("Personal API key", connection.has_key),
        )
        if is_kept
    ]
    return ", ".join(kept) or "nothing that opens"
