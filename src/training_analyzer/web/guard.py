"""The outermost layer of every request: host names, cross-site checks, sizes, headers.

A plain ASGI middleware, so that even a crash is answered with the same headers.
"""

from __future__ import annotations

import logging
import re
import traceback
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request

from training_analyzer.web.addresses import is_api, own_path
from training_analyzer.web.problems import INTERNAL, Problem, of_refusal
from training_analyzer.web.refusals import CrossSite, NotJson, Refusal, TooLarge, UnknownHost

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from starlette.responses import Response
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = logging.getLogger(__name__)

MAX_BODY_BYTES: Final = 1024 * 1024
LOOPBACK_NAMES: Final = frozenset({"localhost", "127.0.0.1", "::1"})
SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_PLAUSIBLE_ID: Final = re.compile(r"[A-Za-z0-9._-]{8,64}")
_CSP: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; object-src 'none'; "
    "frame-ancestors 'none'; base-uri 'none'"
)
_OFF: Final = ("camera", "geolocation", "microphone", "payment", "usb")
_HEADERS: Final = {
    "Content-Security-Policy": _CSP,
    "X-Content-Type-Options": "nosniff",
    # Not no-referrer: it would turn the Origin of a form post into null, which we refuse.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": ", ".join(f"{feature}=()" for feature in _OFF),
}


@dataclass(frozen=True, slots=True)
class Site:
    """Which names this server answers to, and its public address."""

    names: frozenset[str]
    public_url: str | None = None

    @classmethod
    def of(cls, hosts: Iterable[str], public_url: str | None) -> Site:
        """Return the site that listens on *hosts* and is known as *public_url*."""
        names = {host.strip("[]").lower() for host in hosts} | LOOPBACK_NAMES
        if public_url is not None:
            names.add((urlsplit(public_url).hostname or "").lower())
        return cls(frozenset(names), public_url)

    def is_https(self, host: str, scheme: str) -> bool:
        """Tell whether the person's browser speaks https to us, a proxy in between or not."""
        if scheme == "https":
            return True
        public = urlsplit(self.public_url or "")
        return public.scheme == "https" and host.lower() == public.netloc.lower()

    def is_cross_site(self, headers: Headers) -> bool:
        """Tell whether an unsafe request comes from another site's page.

        The algorithm of Go's `CrossOriginProtection`, and stricter: a request without
        either header passes there, and here only with credentials that no browser sends
        by itself, and without the cookie.
        """
        origin = headers.get("origin")
        public = _origin(self.public_url) if self.public_url else None
        is_trusted = origin is not None and origin == public
        fetch_site = headers.get("sec-fetch-site")
        if fetch_site is not None:
            return fetch_site not in {"same-origin", "none"} and not is_trusted
        if origin is None:
            return not _has_own_credentials(headers)
        return not is_trusted and urlsplit(origin).netloc.lower() != headers["host"].lower()


def _is_plain_json(headers: Headers) -> bool:
    """Tell whether a body is JSON, in UTF-8 and not packed."""
    kind, _, more = headers.get("content-type", "").lower().replace(" ", "").partition(";")
    coding = headers.get("content-encoding", "identity").lower()
    is_utf8 = more.replace('"', "") in {"", "charset=utf-8", "charset=utf8"}
    return kind == "application/json" and is_utf8 and coding == "identity"


def _has_own_credentials(headers: Headers) -> bool:
    return "authorization" in headers and "cookie" not in headers


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}".lower()


def host_name(host: str) -> str:
    """Return the name in a Host header, without the port."""
    try:
        return (urlsplit(f"//{host}").hostname or "").lower()
    except ValueError:
        return ""


class Guard:
    """Refuses what must not reach a route, and puts our headers on every answer."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        site: Site,
        new_id: Callable[[], str],
        answer: Callable[[Request, Problem], Response],
        note_denial: Callable[[Request, Refusal], None],
    ) -> None:
        self._app = app
        self._note_denial = note_denial
        self._site = site
        self._new_id = new_id
        self._answer = answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer it here."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        given = request.headers.get("x-request-id", "")
        request.state.request_id = given if _PLAUSIBLE_ID.fullmatch(given) else self._new_id()
        started = False
        # Asked now: whoever answers for a part of our paths, such as files, moves the root.
        is_static = own_path(scope).startswith("/static/")

        async def send_ours(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                self._dress(request, MutableHeaders(scope=message), is_static=is_static)
            await send(message)

        try:
            self._refuse(request)
            await self._app(scope, receive, send_ours)
        except Refusal as refusal:
            if isinstance(refusal, CrossSite):
                await run_in_threadpool(self._note_denial, request, refusal)
            await self._answer(request, of_refusal(refusal))(scope, receive, send_ours)
        except Exception as error:
            _record_bug(request, error)
            if started:
                raise
            await self._answer(request, INTERNAL)(scope, receive, send_ours)

    def _refuse(self, request: Request) -> None:
        """Raise what is wrong with a request that no route needs to see."""
        headers = request.headers
        # Prometheus asks by whatever name it has, with a token that no page can know.
        is_scrape = own_path(request.scope) == "/metrics" and "authorization" in headers
        if not is_scrape and host_name(headers.get("host", "")) not in self._site.names:
            raise UnknownHost
        length = headers.get("content-length", "0")
        if not length.isdecimal() or int(length) > MAX_BODY_BYTES:
            raise TooLarge
        if request.method in SAFE_METHODS:
            return
        if self._site.is_cross_site(headers):
            raise CrossSite
        has_body = int(length) > 0 or "transfer-encoding" in headers
        if has_body and is_api(request.scope) and not _is_plain_json(headers):
            raise NotJson

    def _dress(self, request: Request, headers: MutableHeaders, *, is_static: bool) -> None:
        headers.update({**_HEADERS, "X-Request-Id": request.state.request_id})
        if is_static and request.query_params.get("v"):
            headers["Cache-Control"] = "public, max-age=31536000, immutable"
        else:
            headers["Cache-Control"] = "no-cache" if is_static else "no-store"
        if self._site.is_https(request.headers.get("host", ""), request.url.scheme):
            headers["Strict-Transport-Security"] = "max-age=31536000"


def _record_bug(request: Request, error: Exception) -> None:
    """Log where it happened; the text of a foreign exception may hold a secret."""
    log.error(
        "Request %s (%s) failed with %s\n%s",
        request.state.request_id,
        request.method,
        type(error).__name__,
        "".join(traceback.format_tb(error.__traceback__)),
    )
