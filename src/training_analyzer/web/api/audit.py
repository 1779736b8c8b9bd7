"""The caller's own part of the audit log: who used their credentials, and how that ended."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Literal

from fastapi import APIRouter

from training_analyzer.services.audit import SYSTEM
from training_analyzer.web.api.paging import Cursors, NextCursor, Paged, moment_and_number
from training_analyzer.web.api.words import Answer, UserId, Web

if TYPE_CHECKING:
    from training_analyzer.services.audit import AuditEntry

router = APIRouter()

type Actor = Literal["you", "system", "administrator", "stranger"]


class OwnAuditEntry(Answer):
    """What was done with what is the caller's; `result` is `ok` or an error's code."""

    at: datetime
    action: str
    result: str
    actor: Actor
    target: str | None
    network: str | None


class OwnAudit(Answer):
    """Entries, newest first."""

    items: list[OwnAuditEntry]
    next_cursor: NextCursor


@router.get("/me/audit")
def own_audit(user_id: UserId, web: Web, page: Paged) -> OwnAudit:
    """Return what was done with the caller's credentials and account, kept for a year."""
    cursors = Cursors("me/audit", user_id, {})
    after = moment_and_number(cursors.read(page.cursor))
    found = web.access.audit.page(user_id=user_id, limit=page.asked, after=after)
    rows, following = page.cut(cursors, found, lambda last: [last.at.isoformat(), last.id])
    items = [
        OwnAuditEntry(
            at=entry.at,
            action=entry.action,
            result=entry.result,
            actor=_actor(entry, user_id),
            target=entry.target,
            network=entry.network,
        )
        for entry in rows
    ]
    return OwnAudit(items=items, next_cursor=following)


def next_in_log(cursors: Cursors, found: list[AuditEntry], limit: int) -> str | None:
    """Return the cursor behind the first *limit* of *found*; None when there is no more."""
    if len(found) <= limit:
        return None
    last = found[limit - 1]
    return cursors.after([last.at.isoformat(), last.id])


def _actor(entry: AuditEntry, user_id: str) -> Actor:
    if entry.actor is None:
        return "stranger"
    if entry.actor == SYSTEM:
        return "system"
    return "you" if entry.actor == user_id else "administrator"
