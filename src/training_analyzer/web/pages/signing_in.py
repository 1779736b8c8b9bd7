"""Sign in with a name and a password or with a one-time link, confirm, and out again.

Opening a link changes nothing, so that a preview of it in a chat or mail does not
use it up: the button on its page does.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from training_analyzer.errors import BadLogin, TooManyRequests, TotpRequired
from training_analyzer.services.callers import Caller
from training_analyzer.services.one_time_links import Purpose
from training_analyzer.web import entering
from training_analyzer.web.auditing import note
from training_analyzer.web.auth import (
    caller_or_none,
    current_person,
    refuse_open_wire,
    sign_out,
)
from training_analyzer.web.pages.entry import Entry, again, provider_name, sign_in_page
from training_analyzer.web.pages.forms import Text, see_other
from training_analyzer.web.pages.places import own_place
from training_analyzer.web.pages.shown import show, tongue_of
from training_analyzer.web.parts import parts_of
from training_analyzer.web.refusals import BadLink

router = APIRouter()

type Person = Annotated[Caller, Depends(current_person)]


@router.get("/sign-in")
def sign_in_form(request: Request, token: str = "", next: str = "/") -> Response:  # noqa: A002 - the name in the address
    """Show the form, or for a link the button that redeems it."""
    if not token:
        return sign_in_page(request, Entry(next=own_place(next)))
    return show(request, "sign_in_link.html", {"token": token})


@router.post("/sign-in")
def enter(
    request: Request,
    token: Text = "",
    name: Text = "",
    password: Text = "",
    totp: Text = "",
    next: Text = "/",  # noqa: A002 - the name in the form
) -> Response:
    """Begin a session, by the link or by name and password."""
    if not name:
        return _redeem(request, token)
    answer = see_other(own_place(next))
    try:
        entering.sign_in_by_password(request, answer, name, password, totp.strip())
    except (BadLogin, TotpRequired, TooManyRequests) as error:
        entry = again(error, tongue_of(request), name=name, next_=own_place(next))
        return sign_in_page(request, entry, status=error.http_status)
    return answer


def _redeem(request: Request, token: str) -> Response:
    refuse_open_wire(request)
    parts = parts_of(request)
    link = parts.access.links.take(token, Purpose.SIGN_IN)
    user = parts.runtime.people.by_id(link.user_id or "") if link else None
    if user is None or user.disabled_at is not None:
        entering.bad_link(request)
        raise BadLink
    answer = see_other("/")
    entering.begin(request, answer, user.user_id)
    return answer


@router.get("/confirm")
def confirm_form(request: Request, person: Person, next: str = "/") -> Response:  # noqa: A002 - the name in the address
    """Ask for the password once more."""
    return _confirm_page(request, person, Entry(next=own_place(next)))


@router.post("/confirm")
def confirm(
    request: Request,
    person: Person,
    password: Text = "",
    totp: Text = "",
    next: Text = "/",  # noqa: A002 - the name in the form
) -> Response:
    """Renew the session of whoever proves anew who they are, and go on."""
    answer = see_other(own_place(next))
    try:
        entering.prove_again(request, answer, password, totp.strip())
    except (BadLogin, TotpRequired, TooManyRequests) as error:
        entry = again(error, tongue_of(request), next_=own_place(next))
        return _confirm_page(request, person, entry, status=error.http_status)
    return answer


@router.post("/sign-out")
def leave(request: Request) -> Response:
    """End the session."""
    answer = see_other("/")
    caller = caller_or_none(request)
    sign_out(request, answer)
    if caller is not None:
        note(request, "signed_out", user_id=caller.user_id)
    return answer


def _confirm_page(
    request: Request, person: Caller, entry: Entry, *, status: int = HTTPStatus.OK
) -> Response:
    parts = parts_of(request)
    user = parts.runtime.people.by_id(person.user_id)
    values = {
        "entry": entry,
        "name": user.name if user else "",
        "has_password": parts.access.passwords.has(person.user_id),
        "provider": provider_name(request),
    }
    return show(request, "confirm.html", values, status=status, headers=entry.headers)
