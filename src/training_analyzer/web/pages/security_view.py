"""What the page on sign-in and security says. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from training_analyzer.services.audit import OK, SYSTEM
from training_analyzer.web.pages.account_words import action_words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from training_analyzer.services.audit import AuditEntry
    from training_analyzer.services.sessions import Session
    from training_analyzer.web.tongue import Tongue


@dataclass(frozen=True, slots=True)
class SessionLine:
    """A browser that is signed in."""

    session_id: str
    name: str
    seen: str
    begun: str
    network: str
    is_this: bool


@dataclass(frozen=True, slots=True)
class AuditLine:
    """An entry of the audit log."""

    at: datetime
    clock: str
    instant: str
    what: str
    who: str
    whose: str
    more: str
    is_refused: bool


def sessions_of(
    sessions: Sequence[Session], this: str | None, tongue: Tongue, now: datetime
) -> list[SessionLine]:
    """Return the sessions, this one first."""
    lines = [
        SessionLine(
            session_id=each.session_id,
            name=each.client or tongue.text("A browser that we do not know"),
            seen=tongue.ago(each.seen_at, now),
            begun=tongue.clock(each.created_at, now),
            network=each.network or "",
            is_this=each.session_id == this,
        )
        for each in sessions
    ]
    return sorted(lines, key=lambda line: not line.is_this)


def audit_of(
    entries: Sequence[AuditEntry],
    reader: str,
    tongue: Tongue,
    now: datetime,
    names: Mapping[str, str] | None = None,
) -> list[AuditLine]:
    """Return the entries as *reader* reads them; *names* are those that they may know."""
    known = names or {}
    return [
        AuditLine(
            at=each.at,
            clock=tongue.clock(each.at, now),
            instant=tongue.instant(each.at),
            what=action_words(tongue, each.action),
            who=_who(each.actor, reader, known, tongue),
            whose=known.get(each.user_id or "", each.user_id or ""),
            more=" · ".join(part for part in (each.target, each.network) if part),
            is_refused=each.result != OK,
        )
        for each in entries
    ]


def _who(actor: str | None, reader: str, names: Mapping[str, str], tongue: Tongue) -> str:
    if actor is None:
        return tongue.text("Somebody not signed in")
    if actor == SYSTEM:
        return tongue.text("This server")
    if actor == reader:
        return tongue.text("You")
    return names.get(actor) or tongue.text("An administrator")
