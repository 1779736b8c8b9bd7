"""Coming in, proving anew and going for good: what the API and the pages both do."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from training_analyzer.errors import BadLogin, TotpRequired
from training_analyzer.services.one_time_links import Purpose
from training_analyzer.web.auditing import note
from training_analyzer.web.auth import current_person, fresh_person, refuse_open_wire, sign_in
from training_analyzer.web.clients import network_of
from training_analyzer.web.parts import parts_of
from training_analyzer.web.refusals import LinkIsOver, NotFound

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.requests import Request
    from starlette.responses import Response

    from training_analyzer.model import User
    from training_analyzer.services.callers import Caller


def sign_in_by_password(
    request: Request, response: Response, name: str, password: str, code: str
) -> None:
    """Begin a session, its cookie in *response*.

    Raises `BadLogin`, `TotpRequired`, `TooManyRequests`, or `InsecureTransport`.
    """
    refuse_open_wire(request)
    entrance = parts_of(request).access.entrance
    with refusals_noted(request):
        user = entrance.enter(name, password, code=code, network=network_of(request))
    begin(request, response, user.user_id)


def begin(request: Request, response: Response, user_id: str, *, target: str | None = None) -> None:
    """Begin a session of somebody who has proved who they are, and write that down."""
    sign_in(request, response, user_id)
    note(request, "signed_in", user_id=user_id, actor=user_id, target=target)


def prove_again(request: Request, response: Response, password: str, code: str) -> None:
    """Renew the session of somebody who proves anew who they are. Raises as signing in does."""
    person = current_person(request)
    entrance = parts_of(request).access.entrance
    with refusals_noted(request):
        entrance.prove(person.user_id, password, code=code, network=network_of(request))
    begin(request, response, person.user_id)


def join(request: Request, response: Response, token: str, name: str, password: str) -> User:
    """Add whoever has an invitation, and sign them in.

    Raises `LinkIsOver`, `UserExists`, `InvalidUserName`, or `WeakPassword`.
    """
    refuse_open_wire(request)
    user = parts_of(request).access.arrivals.join(token, name, password)
    return _arrived(request, response, user, "joined")


def set_up(request: Request, response: Response, token: str, name: str, password: str) -> User:
    """Add the first administrator, and sign them in. Raises as `join` does."""
    refuse_open_wire(request)
    user = parts_of(request).access.arrivals.set_up(token, name, password)
    return _arrived(request, response, user, "set_up")


def _arrived(request: Request, response: Response, user: User | None, action: str) -> User:
    if user is None:
        raise bad_link(request)
    note(request, action, user_id=user.user_id, actor=user.user_id)
    begin(request, response, user.user_id)
    return user


def bad_link(request: Request) -> LinkIsOver:
    """Return the refusal of a link that is none. Raises `TooManyRequests` for many of them."""
    parts_of(request).access.entrance.note_bad_link(network_of(request))
    return LinkIsOver()


def change_password(request: Request, current: str, new: str) -> None:
    """Replace the caller's password and end their other sessions.

    Whoever has none yet proved who they are by a link. Raises `StepUpRequired`, `BadLogin`,
    `TooManyRequests`, or `WeakPassword`.
    """
    person = fresh_person(request)
    user = known(request, person)
    _check_password(request, user, current)
    people = parts_of(request).runtime.people
    people.choose_password(user, new, field="new_password", but=person.session_id)
    note(request, "password_changed", user_id=user.user_id)


def choose_password(request: Request, token: str, new: str) -> None:
    """Replace the password of whoever the link is for, and end all sessions of theirs.

    Nobody is signed in by it: a second factor is still asked for. Raises `LinkIsOver`, or
    `WeakPassword`, which leaves the link good.
    """
    parts = parts_of(request)
    link = parts.access.links.find(token, Purpose.PASSWORD)
    user = parts.runtime.people.by_id(link.user_id or "") if link else None
    if user is None:
        raise bad_link(request)
    kept = parts.access.passwords.hash(new, name=user.name, field="new_password")
    if parts.access.links.take(token, Purpose.PASSWORD) is None:
        raise bad_link(request)
    parts.runtime.people.keep_password(user, kept)
    note(request, "password_changed", user_id=user.user_id, target="link")


def leave(request: Request, password: str) -> None:
    """Remove the caller with all their data.

    Raises `StepUpRequired`, `BadLogin`, `TooManyRequests`, or `LastAdministrator`.
    """
    person = fresh_person(request)
    user = known(request, person)
    _check_password(request, user, password)
    parts_of(request).runtime.people.leave(user.user_id)
    note(request, "left", user_id=user.user_id)


def known(request: Request, person: Caller) -> User:
    """Return the person who asks. Raises `NotFound`."""
    user = parts_of(request).runtime.people.by_id(person.user_id)
    if user is None:
        # An embedding program has people of its own.
        raise NotFound
    return user


def _check_password(request: Request, user: User, password: str) -> None:
    """Check the password of somebody who has one; who has none is here by a fresh link."""
    access = parts_of(request).access
    if access.passwords.has(user.user_id):
        with refusals_noted(request):
            access.entrance.check_password(user.user_id, password)


@contextmanager
def refusals_noted(request: Request) -> Iterator[None]:
    """Write down that somebody could not prove who they are."""
    try:
        yield
    except (BadLogin, TotpRequired) as refused:
        note(request, "sign_in_refused", user_id=refused.user_id, result=refused.code)
        raise
