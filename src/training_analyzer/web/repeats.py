"""Requests that may be sent twice: `Idempotency-Key`, and the first answer for the second.

A route takes the header when it says so, before any dependency that counts or changes:

    @router.post("/things", dependencies=[repeatable(Scope.SYNC_WRITE)])

The dependency reserves the key or answers with what is kept; `Remembering`, around all routes,
keeps the answer that goes out. Not for a route whose answer shows a secret once.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated, Final

from fastapi import Depends, Header
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.requests import Request  # noqa: TC002 - FastAPI resolves the annotations
from starlette.responses import Response

from training_analyzer.errors import GarminSyncError
from training_analyzer.services.repeats import KeptAnswer, Repeated, Reserved
from training_analyzer.web.auth import Needs
from training_analyzer.web.parts import parts_of
from training_analyzer.web.refusals import IdempotencyInProgress, IdempotencyKeyReused

if TYPE_CHECKING:
    from fastapi.params import Depends as Dependency
    from starlette.types import ASGIApp, Message, Receive, Send
    from starlette.types import Scope as AsgiScope

    from training_analyzer.services.callers import Scope
    from training_analyzer.services.repeats import Repeats

log = logging.getLogger(__name__)

type GivenKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=255,
        pattern=r"^[!-~]+$",
        description="Sent again with the same key and body, a request gets the first answer.",
    ),
]
_KEPT_HEADERS: Final = ("content-type", "location", "retry-after", "etag")
# These may go otherwise next time, so the next one is worked on anew.
_NOT_KEPT: Final = frozenset(
    {
        HTTPStatus.UNAUTHORIZED,
        HTTPStatus.FORBIDDEN,
        HTTPStatus.REQUEST_TIMEOUT,
        HTTPStatus.CONFLICT,
        HTTPStatus.TOO_MANY_REQUESTS,
    }
)


class Replayed(Exception):
    """The answer is there already. No error: it ends the work on a request that came again."""

    def __init__(self, answer: KeptAnswer) -> None:
        super().__init__()
        self.answer = answer


@dataclass(frozen=True, slots=True)
class Repeatable:
    """The dependency of a route that takes an Idempotency-Key. *needs* says who may ask."""

    needs: Needs

    async def __call__(self, request: Request, idempotency_key: GivenKey = None) -> None:
        """Reserve the key, if one was sent.

        Raises `Replayed`, `IdempotencyInProgress`, `IdempotencyKeyReused`, and as `Needs` does:
        who may not ask gets no kept answer either.
        """
        if idempotency_key is None:
            return
        content = await request.body()
        await run_in_threadpool(self._reserve, request, idempotency_key, content)

    def _reserve(self, request: Request, key: str, body: bytes) -> None:
        user_id = self.needs.check(request)
        route = f"{request.method} {request.url.path}"
        content = request.url.query.encode() + b"\0" + body
        begun = parts_of(request).runtime.repeats.begin(user_id, route, key, content)
        if isinstance(begun, Reserved):
            request.state.reserved = begun
            return
        raise _told(begun)


def repeatable(scope: Scope, *, fresh: bool = False) -> Dependency:
    """Return the dependency of a route with *scope* that takes an Idempotency-Key."""
    dependency: Dependency = Depends(Repeatable(Needs(scope, fresh=fresh)))
    return dependency


def replay(_: Request, error: Exception) -> Response:
    """Return the answer that is there already."""
    if not isinstance(error, Replayed):
        raise error
    kept = error.answer
    headers = {**kept.headers, "Idempotency-Replayed": "true"}
    return Response(kept.body, kept.status, headers)


class Remembering:
    """Keeps the answers to reserved requests, before they go out: who asks again finds them."""

    def __init__(self, app: ASGIApp, *, repeats: Repeats) -> None:
        self._app = app
        self._repeats = repeats

    async def __call__(self, scope: AsgiScope, receive: Receive, send: Send) -> None:
        """Let a request through, and hold its answer back until it is kept."""
        if scope["type"] != "http" or "idempotency-key" not in Headers(scope=scope):
            await self._app(scope, receive, send)
            return
        held: list[Message] = []

        async def send_kept(message: Message) -> None:
            reserved = _reserved(scope)
            if reserved is None:
                await send(message)
                return
            held.append(message)
            if message["type"] == "http.response.body" and not message.get("more_body", False):
                await run_in_threadpool(self._remember, reserved, held)
                for each in held:
                    await send(each)

        try:
            await self._app(scope, receive, send_kept)
        except Exception:
            reserved = _reserved(scope)
            if reserved is not None:
                await run_in_threadpool(self._forget, reserved)
            raise

    def _forget(self, reserved: Reserved) -> None:
        try:
            self._repeats.free(reserved)
        except GarminSyncError as error:
            # The key gets free by itself, as that of a process that died.
            log.warning("An Idempotency-Key could not be freed (%s)", error.code)

    def _remember(self, reserved: Reserved, held: list[Message]) -> None:
        try:
            self._keep(reserved, held)
        except GarminSyncError as error:
            # What was asked for is done: that answer is worth more than the next one's.
            log.warning("An answer could not be kept (%s)", error.code)

    def _keep(self, reserved: Reserved, held: list[Message]) -> None:
        status = int(held[0]["status"])
        if status in _NOT_KEPT or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            self._repeats.free(reserved)
            return
        headers = Headers(raw=held[0]["headers"])
        self._repeats.keep(
            reserved,
            KeptAnswer(
                status,
                {name: headers[name] for name in _KEPT_HEADERS if name in headers},
                b"".join(message.get("body", b"") for message in held[1:]).decode("utf-8"),
            ),
        )


def _reserved(scope: AsgiScope) -> Reserved | None:
    reserved: Reserved | None = scope.get("state", {}).get("reserved")
    return reserved


def _told(repeated: Repeated) -> Exception:
    if not repeated.is_same:
        return IdempotencyKeyReused()
    return Replayed(repeated.answer) if repeated.answer else IdempotencyInProgress()
