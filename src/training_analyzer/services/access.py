"""Who may come in: sessions, links and the log of what they did, built together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from training_analyzer.db.repositories.attempt_counters import AttemptCountersRepository
from training_analyzer.db.repositories.audit_log import AuditLogRepository
from training_analyzer.db.repositories.one_time_links import OneTimeLinksRepository
from training_analyzer.db.repositories.sessions import SessionsRepository
from training_analyzer.services.audit import Audit
from training_analyzer.services.limits import Limits
from training_analyzer.services.one_time_links import OneTimeLinks
from training_analyzer.services.sessions import Sessions

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from training_analyzer.db import Database


@dataclass(frozen=True, slots=True)
class Access:
    """The ways into this server, and the log of them."""

    sessions: Sessions
    links: OneTimeLinks
    audit: Audit
    limits: Limits


def build_access(database: Database, now: Callable[[], datetime]) -> Access:
    """Build every part over *database*."""
    return Access(
        sessions=Sessions(SessionsRepository(database), now),
        links=OneTimeLinks(OneTimeLinksRepository(database), now),
        audit=Audit(AuditLogRepository(database), now),
        limits=Limits(AttemptCountersRepository(database), now),
    )
