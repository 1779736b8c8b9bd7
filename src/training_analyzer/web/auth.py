"""Who is asking: a person with a session, or a program with a key, and what they may do.

A small seam on purpose: everything else in `web` sees only the caller. An application that
embeds this one hands in `identify`, and its own people take the place of ours.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request  # noqa: TC002 - FastAPI resolves the annotations

from training_analyzer.services.callers import SCOPES, Caller, Role, Scope
from training_analyzer.services.sessions import LONGEST_LIFE
from training_analyzer.web.addresses import is_api
from training_analyzer.web.authorization import shown_key
from training_analyzer.web.clients import client_of, network_of
from training_analyzer.web.guard import LOOPBACK_NAMES, host_name
from training_analyzer.web.parts import parts_of
from training_analyzer.web.refusals import (
    InsecureTransport,
    InsufficientScope,
    StepUpRequired,
    Unauthenticated,
)

if TYPE_CHECKING:
    from starlette.responses import Response


def identify(request: Request) -> Caller | None:
    """Return who asks, by a key on the API or by the session cookie; None for a stranger.

    A key that is shown counts alone: a bad one is not made good by the cookie beside it.
    Pages take no keys, so that a proxy may ask for a password of its own before them.
    """
    if is_api(request.scope):
        key = shown_key(request.headers)
        if key is not None:
            return parts_of(request).access.api_keys.find(key)
    return _by_session(request)


def _by_session(request: Request) -> Caller | None:
    found = parts_of(request).access.sessions.find(request.cookies.get(_cookie_name(request), ""))
    if found is None:
        return None
    user = found.user
    return Caller(
        user.user_id,
        user.role,
        SCOPES[user.role],
        session_id=found.session.session_id,
        is_fresh=found.is_fresh,
    )


def caller_or_none(request: Request) -> Caller | None:
    """Return who asks, or None; looked up once for each request."""
    state = request.state
    if not is_looked_up(request):
        state.caller = parts_of(request).identify(request)
    caller: Caller | None = state.caller
    return caller


def is_looked_up(request: Request) -> bool:
    """Tell whether it is known by now who asks, be it nobody."""
    return hasattr(request.state, "caller")


def current_caller(request: Request) -> Caller:
    """Return who asks. Raises `Unauthenticated`."""
    caller = caller_or_none(request)
    if caller is None:
        raise Unauthenticated
    return caller


def current_person(request: Request) -> Caller:
    """Return who asks, a person in a browser: a program with a key is refused.

    Raises `Unauthenticated`.
    """
    caller = current_caller(request)
    if caller.session_id is None:
        raise Unauthenticated
    return caller


def current_user(request: Request) -> str:
    """Return the id of the person who is signed in here. Raises `Unauthenticated`."""
    return current_person(request).user_id


def fresh_person(request: Request) -> Caller:
    """Return who asks, a person who proved within 15 minutes who they are.

    Raises `Unauthenticated`, or `StepUpRequired`.
    """
    caller = current_person(request)
    if not caller.is_fresh:
        raise StepUpRequired
    return caller


@dataclass(frozen=True, slots=True)
class Needs:
    """The dependency that gives the id of a caller with *scope*.

    With *fresh* a person must have proved within 15 minutes who they are; a program's key,
    which was made for this, is enough by itself. It raises `Unauthenticated`,
    `InsufficientScope`, or `StepUpRequired`. A value and no closure, so that the OpenAPI
    document can tell what a route needs.
    """

    scope: Scope
    fresh: bool = False

    async def __call__(self, request: Request) -> str:
        """Return who asks, if they may.

        In the API `Counting` has asked who it is by now, and a thread would have nothing to
        wait for: each turn of one costs as much as the whole check.
        """
        if is_looked_up(request):
            return self.check(request)
        return await run_in_threadpool(self.check, request)

    def check(self, request: Request) -> str:
        """Return who asks, if they may; may wait for the database."""
        caller = current_caller(request)
        if self.scope not in caller.scopes:
            raise InsufficientScope(self.scope)
        if self.fresh and caller.session_id is not None and not caller.is_fresh:
            raise StepUpRequired
        return caller.user_id


def current_admin(request: Request) -> Caller:
    """Return who asks, with the scope `admin`. Raises as `needs` does."""
    caller = current_caller(request)
    if Scope.ADMIN not in caller.scopes or caller.role is not Role.ADMIN:
        raise InsufficientScope(Scope.ADMIN)
    return caller


def fresh_admin(request: Request) -> Caller:
    """Return who asks, an administrator who proved within 15 minutes who they are.

    A program's key is never fresh. Raises as `Needs` does.
    """
    caller = current_admin(request)
    if not caller.is_fresh:
        raise StepUpRequired
    return caller


def sign_in(request: Request, response: Response, user_id: str) -> None:
    """Begin a session of *user_id* and set its cookie. Raises `InsecureTransport`.

    Without https the cookie would go over the wire in the open, so that only works on
    the machine itself. A session that the browser had before ends.
    """
    refuse_open_wire(request)
    end_session(request)
    token = parts_of(request).access.sessions.begin(
        user_id, client=client_of(request), network=network_of(request)
    )
    response.set_cookie(
        _cookie_name(request),
        token,
        max_age=int(LONGEST_LIFE.total_seconds()),
        path="/",
        secure=is_https(request),
        httponly=True,
        samesite="lax",
    )


def refuse_open_wire(request: Request) -> None:
    """Raise `InsecureTransport` where a session would go over the wire in the open."""
    if not is_https(request) and host_name(request.headers["host"]) not in LOOPBACK_NAMES:
        raise InsecureTransport


def end_session(request: Request) -> None:
    """End the session that the request came with, if any."""
    found = parts_of(request).access.sessions.find(request.cookies.get(_cookie_name(request), ""))
    if found is not None:
        parts_of(request).access.sessions.end(found.user.user_id, found.session.session_id)


def sign_out(request: Request, response: Response) -> None:
    """End the session and forget its cookie."""
    end_session(request)
    response.delete_cookie(
        _cookie_name(request), path="/", secure=is_https(request), httponly=True, samesite="lax"
    )
    response.headers["Clear-Site-Data"] = '"cache", "storage"'


def is_https(request: Request) -> bool:
    """Tell whether the browser speaks https to us, a proxy in between or not."""
    return parts_of(request).site.is_https(request.headers["host"], request.url.scheme)


def _cookie_name(request: Request) -> str:
    return "__Host-gsync" if is_https(request) else "gsync"
