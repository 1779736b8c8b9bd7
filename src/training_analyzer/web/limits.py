"""How many requests one caller may make: reads and changes in general, and some routes by name.

What is counted in `windows` is this process's and forgotten with it; what guards a password or
Garmin's patience is counted in the database, by `services.limits`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from fastapi import Depends
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.requests import Request

from training_analyzer.errors import GarminSyncError, TooManyRequests
from training_analyzer.services.limits import (
    GARMIN_CREDENTIALS_DELETE,
    GARMIN_CREDENTIALS_POST,
    GARMIN_STATUS,
    READS,
    SYNC_TRIGGER,
    WRITES,
    Rule,
)
from training_analyzer.web.addresses import is_api
from training_analyzer.web.auth import caller_or_none
from training_analyzer.web.clients import network_of
from training_analyzer.web.parts import parts_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.responses import Response
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from training_analyzer.web.windows import Standing, Windows

_READING: Final = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True, slots=True)
class Limited:
    """The dependency of a route with a limit of its own: `dependencies=[CONNECTING]`.

    With *lasting* it is counted in the database: for all processes, and across restarts.
    Whoever is not signed in is not counted; the route itself refuses them.
    """

    rule: Rule
    lasting: bool = False

    def __call__(self, request: Request) -> None:
        """Count the request. Raises `TooManyRequests`."""
        caller = caller_or_none(request)
        if caller is None:
            return
        parts = parts_of(request)
        if self.lasting:
            parts.access.limits.take(parts.windows.scaled(self.rule), caller.user_id)
            return
        standing = parts.windows.take(self.rule, caller.user_id)
        if not standing.has_passed:
            raise TooManyRequests(standing.rest)


# What costs Garmin's patience is counted for all processes.
CONNECTING: Final = Depends(Limited(GARMIN_CREDENTIALS_POST, lasting=True))
DISCONNECTING: Final = Depends(Limited(GARMIN_CREDENTIALS_DELETE, lasting=True))
TRIGGERING: Final = Depends(Limited(SYNC_TRIGGER, lasting=True))
LOOKING: Final = Depends(Limited(GARMIN_STATUS))


class Counting:
    """Counts each request of the API and each change by a page, and says so in the answer.

    Monitors' addresses, files and looking at pages are free.
    """

    def __init__(
        self, app: ASGIApp, *, windows: Windows, answer: Callable[[Request, Exception], Response]
    ) -> None:
        self._app = app
        self._windows = windows
        self._answer = answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer it here."""
        is_ours = scope["type"] == "http" and _is_counted(scope)
        if not is_ours:
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        try:
            standings = await run_in_threadpool(self._count, request)
        except GarminSyncError as error:
            # The database does not answer: then nobody knows who asks.
            await self._answer(request, error)(scope, receive, send)
            return

        async def send_told(message: Message) -> None:
            if message["type"] == "http.response.start" and is_api(scope):
                headers = MutableHeaders(scope=message)
                headers["RateLimit-Policy"] = ", ".join(_policy(each.rule) for each in standings)
                headers["RateLimit"] = ", ".join(str(each) for each in standings)
            await send(message)

        refused = next((each for each in standings if not each.has_passed), None)
        if refused is not None:
            answer = self._answer(request, TooManyRequests(refused.rest))
            await answer(scope, receive, send_told)
            return
        await self._app(scope, receive, send_told)

    def _count(self, request: Request) -> list[Standing]:
        """Count *request* as a read or as a change; say also how its caller stands with reads."""
        caller = caller_or_none(request)
        key = f"user:{caller.user_id}" if caller else f"network:{network_of(request)}"
        if request.method in _READING:
            return [self._windows.take(READS, key)]
        return [self._windows.look(READS, key), self._windows.take(WRITES, key)]


def _is_counted(scope: Scope) -> bool:
    return is_api(scope) or scope["method"] not in _READING


def _policy(rule: Rule) -> str:
    return f'"{rule.name}";q={rule.attempts};w={int(rule.window.total_seconds())}'
