"""The audit log: each use of credentials and each act of an administrator."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from training_analyzer.db.repositories.audit_log import AuditEntry

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from training_analyzer.db.repositories.audit_log import AuditLogRepository

__all__ = ["SYSTEM", "Audit", "AuditEntry"]

# Who acts when no person does.
SYSTEM: Final = "system"


@dataclass(frozen=True, slots=True)
class Audit:
    """Writes down who did what, and gives it back."""

    repository: AuditLogRepository
    now: Callable[[], datetime]

    def note(
        self,
        action: str,
        *,
        user_id: str | None,
        actor: str | None,
        result: str = "ok",
        target: str | None = None,
        network: str | None = None,
        request_id: str | None = None,
    ) -> None:
        """Write down that *actor* did *action* to what is *user_id*'s; *result* is a code."""
        self.repository.add(
            AuditEntry(
                at=self.now(),
                action=action,
                result=result,
                user_id=user_id,
                actor=actor,
                target=target,
                network=network,
                request_id=request_id,
            )
        )

    def page(
        self,
        *,
        user_id: str | None = None,
        limit: int,
        after: tuple[datetime, int] | None = None,
    ) -> list[AuditEntry]:
        """Return *limit* entries, newest first, behind *after*; a person's, or everybody's."""
        return self.repository.page(user_id=user_id, limit=limit, after=after)
