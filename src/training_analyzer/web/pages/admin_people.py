"""One person of the server as an administrator sees and changes them, and invitations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

from fastapi import APIRouter, Depends, Request, Response

from training_analyzer.errors import LastAdministrator
from training_analyzer.services.callers import Caller, Role
from training_analyzer.web.auditing import note
from training_analyzer.web.auth import current_admin, fresh_admin
from training_analyzer.web.links import path_of
from training_analyzer.web.pages.admin import admin_page
from training_analyzer.web.pages.admin_view import person_line
from training_analyzer.web.pages.forms import Text, see_other
from training_analyzer.web.pages.security_view import audit_of
from training_analyzer.web.pages.shown import Place, show, tongue_of
from training_analyzer.web.parts import parts_of
from training_analyzer.web.refusals import StepUpRequired

if TYPE_CHECKING:
    from training_analyzer.services.administration import Issued

router = APIRouter()

type Admin = Annotated[Caller, Depends(current_admin)]
type FreshAdmin = Annotated[Caller, Depends(fresh_admin)]

_ONE: Final = "/admin/people/{user_id}"
_ENTRIES: Final = 10


@router.post("/admin/invitations")
def invite(request: Request, admin: Admin, role: Text = "user") -> Response:
    """Show a link by which somebody new comes in, once."""
    wanted = Role.ADMIN if role == Role.ADMIN.value else Role.USER
    if wanted is Role.ADMIN and not admin.is_fresh:
        raise StepUpRequired
    issued = parts_of(request).runtime.administration.invite(wanted, by=admin.user_id)
    note(request, "invited", user_id=None, target=wanted.value)
    return admin_page(
        request, admin, link=_address(request, issued), link_until=_until(request, issued)
    )


@router.get(_ONE)
def person(request: Request, admin: Admin, user_id: str, done: str = "") -> Response:
    """Show one person and what can be done."""
    return _page(request, admin, user_id, done=done)


@router.post(f"{_ONE}/role")
def change_role(request: Request, admin: Admin, user_id: str, role: Text = "user") -> Response:
    """Make a person an administrator, or no longer."""
    wanted = Role.ADMIN if role == Role.ADMIN.value else Role.USER
    if wanted is Role.ADMIN and not admin.is_fresh:
        raise StepUpRequired
    try:
        parts_of(request).runtime.administration.change(user_id, role=wanted)
    except LastAdministrator:
        return _page(request, admin, user_id, is_last=True)
    note(request, "role_changed", user_id=user_id, target=wanted.value)
    if user_id == admin.user_id and wanted is Role.USER:
        return see_other("/")
    return see_other(f"/admin/people/{user_id}?done=role")


@router.post(f"{_ONE}/access")
def change_access(request: Request, admin: Admin, user_id: str, disabled: Text = "") -> Response:
    """Keep a person out, or let them in again."""
    is_out = disabled == "true"
    try:
        parts_of(request).runtime.administration.change(user_id, disabled=is_out)
    except LastAdministrator:
        return _page(request, admin, user_id, is_last=True)
    note(request, "disabled" if is_out else "enabled", user_id=user_id)
    return see_other(f"/admin/people/{user_id}?done=access")


@router.get(f"{_ONE}/password-link")
@router.get(f"{_ONE}/role")
@router.get(f"{_ONE}/access")
@router.get(f"{_ONE}/remove")
def after_a_form(_admin: Admin, user_id: str) -> Response:
    """Lead back to the person whoever comes to the address of a form."""
    return see_other(f"/admin/people/{user_id}")


@router.post(f"{_ONE}/password-link")
def reset_password(request: Request, admin: FreshAdmin, user_id: str) -> Response:
    """Show a link by which the person chooses a new password, once."""
    issued = parts_of(request).runtime.administration.reset_password(user_id, by=admin.user_id)
    note(request, "password_link_issued", user_id=user_id)
    return _page(
        request,
        admin,
        user_id,
        link=_address(request, issued),
        link_until=_until(request, issued),
    )


@router.post(f"{_ONE}/remove")
def remove(request: Request, admin: FreshAdmin, user_id: str, confirm: Text = "") -> Response:
    """Remove a person with everything that is theirs."""
    runtime = parts_of(request).runtime
    seen = runtime.administration.person(user_id)
    if confirm.strip() != seen.user.name:
        return _page(request, admin, user_id, is_unsure=True)
    try:
        runtime.people.leave(user_id)
    except LastAdministrator:
        return _page(request, admin, user_id, is_last=True)
    note(request, "removed", user_id=user_id)
    return see_other("/admin?done=removed")


def _page(  # noqa: PLR0913 - what the page may say beside the person, each named
    request: Request,
    admin: Caller,
    user_id: str,
    *,
    done: str = "",
    link: str = "",
    link_until: str = "",
    is_last: bool = False,
    is_unsure: bool = False,
) -> Response:
    parts, tongue = parts_of(request), tongue_of(request)
    now = parts.runtime.now()
    seen = parts.runtime.administration.person(user_id)
    entries = parts.access.audit.page(user_id=user_id, limit=_ENTRIES)
    values = {
        "person": person_line(seen, admin.user_id, tongue, now),
        "since": tongue.clock(seen.user.created_at, now),
        "entries": audit_of(entries, admin.user_id, tongue, now, {user_id: seen.user.name}),
        "done": done,
        "link": link,
        "link_until": link_until,
        "is_last": is_last,
        "is_unsure": is_unsure,
    }
    status = 422 if is_last or is_unsure else 200
    return show(request, "admin_person.html", values, here=Place.ADMIN, status=status)


def _address(request: Request, issued: Issued) -> str:
    base = parts_of(request).site.public_url or str(request.base_url)
    return base.rstrip("/") + path_of(issued.purpose, issued.token)


def _until(request: Request, issued: Issued) -> str:
    return tongue_of(request).clock(issued.expires_at, parts_of(request).runtime.now())
