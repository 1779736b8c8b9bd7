"""The audit log: each use of credentials and each act of an administrator."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from training_analyzer.db.repositories.audit_log import AuditEntry
from training_analyzer.errors import GarminSyncError, InternalError, SyncError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from training_analyzer.db.repositories.audit_log import AuditLogRepository

__all__ = ["BACKED_UP", "OK", "SYSTEM", "Audit", "AuditEntry", "Use"]

log = logging.getLogger(__name__)

# Who acts when no person does.
SYSTEM: Final = "system"
OK: Final = "ok"
# A copy of the database was made and checked.
BACKED_UP: Final = "backed_up"


@dataclass(slots=True)
class Use:
    """A use of credentials that goes on; `result` is what is written down if it ends well."""

    result: str = OK


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
        result: str = OK,
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

    @contextmanager
    def recording(
        self, action: str, *, user_id: str, actor: str, target: str | None = None
    ) -> Iterator[Use]:
        """Write one line about the use of credentials inside the block, and how it ended.

        A use that succeeds is not kept without its line: what hinders the line, such as a
        full disk, is raised. A use that fails keeps its own error, which decides what
        happens next (a rejected password must not look like a full disk).
        """
        use = Use()
        try:
            yield use
        except Exception as error:
            self.note_failure(action, error, user_id=user_id, actor=actor, target=target)
            raise
        self.note(action, user_id=user_id, actor=actor, result=use.result, target=target)

    def note_failure(
        self,
        action: str,
        error: Exception,
        *,
        user_id: str,
        actor: str,
        target: str | None = None,
    ) -> None:
        """Write down what *error* ended; a line that cannot be written goes to the log."""
        code = error.code if isinstance(error, GarminSyncError) else InternalError.code
        try:
            self.note(action, user_id=user_id, actor=actor, result=code, target=target)
        except SyncError as hindered:
            log.warning("%s (%s) is not in the audit log: %s.", action, code, hindered.code)

    def page(
        self,
        *,
        user_id: str | None = None,
        limit: int,
        after: tuple[datetime, int] | None = None,
    ) -> list[AuditEntry]:
        """Return *limit* entries, newest first, behind *after*; a person's, or everybody's."""
        return self.repository.page(user_id=user_id, limit=limit, after=after)
