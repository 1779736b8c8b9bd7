"""People, for an administrator: who is here, what they may do, how they come in."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Literal

from fastapi import APIRouter, Request, Response, status

from training_analyzer.services.callers import Role
from training_analyzer.web.api.paging import Cursors, NextCursor, Paged, moment_and_name
from training_analyzer.web.api.words import Admin, Answer, FreshAdmin, OneLine, Strict, Web
from training_analyzer.web.auditing import note
from training_analyzer.web.links import path_of
from training_analyzer.web.refusals import StepUpRequired

if TYPE_CHECKING:
    from training_analyzer.services.administration import Issued, PersonSeen

router = APIRouter(prefix="/admin")

type RoleText = Literal["user", "admin"]


class PersonForAdmin(Answer):
    """A person: nothing of their health, and no secret."""

    user_id: str
    name: str
    role: RoleText
    created_at: datetime
    disabled_at: datetime | None
    last_seen_at: datetime | None
    has_password: bool
    has_totp: bool
    connection: str | None


class PeopleForAdmin(Answer):
    """People, who came last first."""

    items: list[PersonForAdmin]
    next_cursor: NextCursor


class PersonChange(Strict):
    """What is to change of a person; what is left out stays."""

    role: RoleText = "user"
    disabled: bool = False


class NewInvitation(Strict):
    """Whom to invite."""

    role: RoleText = "user"


class OneTimeLink(Answer):
    """A link that works once: `path` on this server, to be handed to the person."""

    path: str
    expires_at: datetime


@router.get("/users")
def list_users(admin: Admin, web: Web, page: Paged) -> PeopleForAdmin:
    """Return everybody, who came last first."""
    cursors = Cursors("admin/users", admin.user_id, {})
    found = web.runtime.administration.people(
        limit=page.asked, after=moment_and_name(cursors.read(page.cursor))
    )
    rows, following = page.cut(
        cursors, found, lambda last: [last.user.created_at.isoformat(), last.user.user_id]
    )
    return PeopleForAdmin(items=[_told(each) for each in rows], next_cursor=following)


@router.patch("/users/{user_id}")
def change_user(
    user_id: OneLine, asked: PersonChange, admin: Admin, web: Web, request: Request
) -> PersonForAdmin:
    """Give a person another role, keep them out or let them in; it holds at once.

    To make somebody an administrator needs a sign-in of the last 15 minutes: a key alone
    must not make new rulers.
    """
    given = asked.model_fields_set
    role = Role(asked.role) if "role" in given else None
    disabled = asked.disabled if "disabled" in given else None
    if role is Role.ADMIN and not admin.is_fresh:
        raise StepUpRequired
    changed = web.runtime.administration.change(user_id, role=role, disabled=disabled)
    if role is not None:
        note(request, "role_changed", user_id=user_id, target=role.value)
    if disabled is not None:
        note(request, "disabled" if disabled else "enabled", user_id=user_id)
    return _told(changed)


@router.delete("/users/{user_id}", status_code=status.HTTP_204_NO_CONTENT)
def remove_user(user_id: OneLine, _admin: FreshAdmin, web: Web, request: Request) -> Response:
    """Remove a person with everything that is theirs. There is no way back."""
    web.runtime.administration.person(user_id)
    web.runtime.people.leave(user_id)
    note(request, "removed", user_id=user_id)
    return Response(status_code=status.HTTP_204_NO_CONTENT)


@router.post("/users/{user_id}/password-link", status_code=status.HTTP_201_CREATED)
def reset_password(user_id: OneLine, admin: FreshAdmin, web: Web, request: Request) -> OneTimeLink:
    """Return a link by which the person chooses a new password; an administrator sees none."""
    issued = web.runtime.administration.reset_password(user_id, by=admin.user_id)
    note(request, "password_link_issued", user_id=user_id)
    return _link(issued)


@router.post("/invitations", status_code=status.HTTP_201_CREATED)
def invite(
    admin: Admin, web: Web, request: Request, asked: NewInvitation | None = None
) -> OneTimeLink:
    """Return a link by which somebody new comes in.

    To invite an administrator needs a sign-in of the last 15 minutes.
    """
    role = Role(asked.role) if asked else Role.USER
    if role is Role.ADMIN and not admin.is_fresh:
        raise StepUpRequired
    issued = web.runtime.administration.invite(role, by=admin.user_id)
    note(request, "invited", user_id=None, target=role.value)
    return _link(issued)


def _link(issued: Issued) -> OneTimeLink:
    return OneTimeLink(path=path_of(issued.purpose, issued.token), expires_at=issued.expires_at)


def _told(seen: PersonSeen) -> PersonForAdmin:
    user = seen.user
    return PersonForAdmin(
        user_id=user.user_id,
        name=user.name,
        role=user.role.value,
        created_at=user.created_at,
        disabled_at=user.disabled_at,
        last_seen_at=seen.last_seen_at,
        has_password=seen.has_password,
        has_totp=seen.has_totp,
        connection=seen.kind,
    )
