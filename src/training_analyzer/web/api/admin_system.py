"""The server itself, for an administrator: its keys, its audit log, what it runs on."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Query, Request
from pydantic import Field

from training_analyzer.web.api.paging import Cursors, NextCursor, Paged, moment_and_number
from training_analyzer.web.api.words import Admin, Answer, FreshAdmin, OneLine, Strict, Web
from training_analyzer.web.auditing import note

if TYPE_CHECKING:
    from training_analyzer.services.key_census import Census

router = APIRouter(prefix="/admin")


class KeyForAdmin(Answer):
    """An encryption key by its id: `primary` seals, `previous` opens, `retired` is not used."""

    key_id: str
    status: str
    is_configured: bool
    secrets: int


class Encryption(Answer):
    """Which keys there are, and how many secrets name each; none of them is opened."""

    keys: list[KeyForAdmin]
    unbound: int


class Rotate(Strict):
    """A rotation, or, with `dry_run`, a look at what it would meet."""

    dry_run: bool = False


class Rotation(Answer):
    """What was found and done; `is_complete`: every secret is sealed with the primary key."""

    dry_run: bool
    primary: str
    secrets: int
    by_key: dict[str, int]
    unbound: int
    unreadable: int
    resealed: int
    removable: list[str]
    is_complete: bool


class AuditEntryForAdmin(Answer):
    """What was done; `actor` is a user id, `system`, or null for a stranger."""

    at: datetime
    action: str
    result: str
    user_id: str | None
    actor: str | None
    target: str | None
    network: str | None
    request_id: str | None


class AuditForAdmin(Answer):
    """Entries, newest first."""

    items: list[AuditEntryForAdmin]
    next_cursor: NextCursor


class DatabaseForAdmin(Answer):
    """What holds the data."""

    kind: str
    size_bytes: int
    schema_revision: str | None
    newest_revision: str
    last_backup_at: datetime | None = Field(
        description="When `garmin-sync db backup` last made a copy; null where it never did."
    )


class ClientLibrary(Answer):
    """The library that speaks Garmin's sign-in."""

    name: str
    version: str
    last_used_at: datetime | None = Field(
        description="When a run last asked Garmin for anything, for anybody."
    )


class SystemForAdmin(Answer):
    """What runs here, since when, with which settings; no secret is among them."""

    version: str
    started_at: datetime
    uptime_s: int
    database: DatabaseForAdmin
    client_library: ClientLibrary
    settings: dict[str, str | int | bool | None]


@router.get("/encryption")
def encryption(_admin: Admin, web: Web) -> Encryption:
    """Return the ids of the keys and what they seal. During a rotation this is how far it is."""
    found = web.runtime.keys.standing()
    return Encryption(
        keys=[
            KeyForAdmin(
                key_id=key.key_id,
                status=key.status,
                is_configured=key.is_configured,
                secrets=key.secrets,
            )
            for key in found.keys
        ],
        unbound=found.unbound,
    )


@router.post("/encryption/rotate")
def rotate(_admin: FreshAdmin, web: Web, request: Request, asked: Rotate | None = None) -> Rotation:
    """Seal every secret with the primary key and retire the others, within this request.

    Seconds for thousands of people. A request that is cut off leaves a rotation that goes
    on, or one that is simply asked for again: the secrets themselves tell what is done.
    """
    if asked is not None and asked.dry_run:
        census = web.runtime.keys.verify()
        return _rotation(census, dry_run=True, is_complete=census.is_rotated)
    rotated = web.runtime.keys.rotate()
    result = "ok" if rotated.is_complete else "incomplete"
    note(request, "keys_rotated", user_id=None, result=result, target=rotated.primary)
    return _rotation(
        rotated.census,
        dry_run=False,
        is_complete=rotated.is_complete,
        resealed=rotated.resealed,
        removable=rotated.removable,
    )


@router.get("/audit")
def audit(
    admin: Admin, web: Web, page: Paged, user_id: Annotated[OneLine | None, Query()] = None
) -> AuditForAdmin:
    """Return the audit log, newest first; with `user_id` what was done to that person's."""
    cursors = Cursors("admin/audit", admin.user_id, {"user_id": user_id})
    after = moment_and_number(cursors.read(page.cursor))
    found = web.access.audit.page(user_id=user_id, limit=page.asked, after=after)
    rows, following = page.cut(cursors, found, lambda last: [last.at.isoformat(), last.id])
    items = [
        AuditEntryForAdmin(
            at=entry.at,
            action=entry.action,
            result=entry.result,
            user_id=entry.user_id,
            actor=entry.actor,
            target=entry.target,
            network=entry.network,
            request_id=entry.request_id,
        )
        for entry in rows
    ]
    return AuditForAdmin(items=items, next_cursor=following)


@router.get("/system")
def system(_admin: Admin, web: Web) -> SystemForAdmin:
    """Return what runs here: versions, the database, the settings that are no secret."""
    found = web.runtime.administration.system()
    database = found.database
    return SystemForAdmin(
        version=found.version,
        started_at=found.started_at,
        uptime_s=int((found.now - found.started_at).total_seconds()),
        database=DatabaseForAdmin(
            kind=database.kind,
            size_bytes=database.size_bytes,
            schema_revision=database.revision,
            newest_revision=database.newest_revision,
            last_backup_at=found.last_backup_at,
        ),
        client_library=ClientLibrary(
            name=found.client_library,
            version=found.client_library_version,
            last_used_at=found.last_used_at,
        ),
        settings=dict(found.settings),
    )


def _rotation(
    census: Census,
    *,
    dry_run: bool,
    is_complete: bool,
    resealed: int = 0,
    removable: tuple[str, ...] = (),
) -> Rotation:
    return Rotation(
        dry_run=dry_run,
        primary=census.primary,
        secrets=census.secrets,
        by_key=dict(census.by_key),
        unbound=census.unbound,
        unreadable=len(census.unreadable),
        resealed=resealed,
        removable=list(removable),
        is_complete=is_complete,
    )
