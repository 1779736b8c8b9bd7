"""Who is asking: one-time sign-in links and sessions, in the memory of this process.

A small seam on purpose: everything else in `web` sees only `current_user`, so that
real identities can take this module's place. A restart signs everybody out.
"""

from __future__ import annotations

import hashlib
import secrets
import threading
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from starlette.requests import Request  # noqa: TC002 - FastAPI resolves the annotations

from training_analyzer.services.callers import SCOPES, Caller, Role
from training_analyzer.web.guard import LOOPBACK_NAMES, host_name
from training_analyzer.web.parts import parts_of
from training_analyzer.web.refusals import InsecureTransport, InsufficientScope, Unauthenticated

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from starlette.responses import Response

    from training_analyzer.services.callers import Scope

LINK_LIFE: Final = timedelta(minutes=10)
IDLE_LIFE: Final = timedelta(hours=12)
LONGEST_LIFE: Final = timedelta(days=30)
_BYTES: Final = 32


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()


class SignInLinks:
    """Tokens that sign one user in once. Only their hashes are kept."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._issued: dict[bytes, tuple[str, datetime]] = {}

    def issue(self, user_id: str) -> str:
        """Return a token that signs *user_id* in, once and within ten minutes."""
        token = secrets.token_urlsafe(_BYTES)
        with self._lock:
            self._issued[_hash(token)] = (user_id, self._now() + LINK_LIFE)
        return token

    def redeem(self, token: str) -> str | None:
        """Return whose token it is and use it up; None when it is not good (any more)."""
        with self._lock:
            user_id, until = self._issued.pop(_hash(token), (None, self._now()))
        return user_id if until > self._now() else None


@dataclass(frozen=True, slots=True)
class _Session:
    user_id: str
    begun_at: datetime
    seen_at: datetime


class Sessions:
    """Who is signed in. Only hashes of the session ids are kept."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._open: dict[bytes, _Session] = {}

    def begin(self, user_id: str) -> str:
        """Sign *user_id* in and return the new session's id."""
        session_id = secrets.token_urlsafe(_BYTES)
        now = self._now()
        with self._lock:
            self._open = {key: kept for key, kept in self._open.items() if _is_alive(kept, now)}
            self._open[_hash(session_id)] = _Session(user_id, now, now)
        return session_id

    def user(self, session_id: str) -> str | None:
        """Return who is signed in with *session_id*, and keep the session from idling out."""
        key, now = _hash(session_id), self._now()
        with self._lock:
            session = self._open.pop(key, None)
            if session is None or not _is_alive(session, now):
                return None
            self._open[key] = _Session(session.user_id, session.begun_at, now)
        return session.user_id

    def end(self, session_id: str) -> None:
        """Sign out."""
        with self._lock:
            self._open.pop(_hash(session_id), None)


def _is_alive(session: _Session, now: datetime) -> bool:
    return now - session.seen_at < IDLE_LIFE and now - session.begun_at < LONGEST_LIFE


def current_caller(request: Request) -> Caller:
    """Return who asks. Raises `Unauthenticated`."""
    user_id = parts_of(request).sessions.user(request.cookies.get(_cookie_name(request), ""))
    if user_id is None:
        raise Unauthenticated
    return Caller(user_id, Role.USER, SCOPES[Role.USER], session_id=user_id)


def current_user(request: Request) -> str:
    """Return the id of the person who is signed in here. Raises `Unauthenticated`.

    For pages, and for what a program with a key must not do.
    """
    caller = current_caller(request)
    if caller.session_id is None:
        raise Unauthenticated
    return caller.user_id


def needs(scope: Scope) -> Callable[[Request], str]:
    """Return the dependency that gives the id of a caller with *scope*.

    It raises `Unauthenticated`, or `InsufficientScope`.
    """

    def allowed(request: Request) -> str:
        caller = current_caller(request)
        if scope not in caller.scopes:
            raise InsufficientScope(scope)
        return caller.user_id

    return allowed


def sign_in(request: Request, response: Response, user_id: str) -> None:
    """Begin a session of *user_id* and set its cookie. Raises `InsecureTransport`.

    Without https the cookie would go over the wire in the open, so that only works on
    the machine itself.
    """
    is_https = _is_https(request)
    if not is_https and host_name(request.headers["host"]) not in LOOPBACK_NAMES:
        raise InsecureTransport
    response.set_cookie(
        _cookie_name(request),
        parts_of(request).sessions.begin(user_id),
        max_age=int(LONGEST_LIFE.total_seconds()),
        path="/",
        secure=is_https,
        httponly=True,
        samesite="lax",
    )


def sign_out(request: Request, response: Response) -> None:
    """End the session and forget its cookie."""
    name = _cookie_name(request)
    parts_of(request).sessions.end(request.cookies.get(name, ""))
    response.delete_cookie(name, path="/", secure=_is_https(request), httponly=True, samesite="lax")
    response.headers["Clear-Site-Data"] = '"cache", "storage"'


def _is_https(request: Request) -> bool:
    return parts_of(request).site.is_https(request.headers["host"], request.url.scheme)


def _cookie_name(request: Request) -> str:
    return "__Host-gsync" if _is_https(request) else "gsync"
