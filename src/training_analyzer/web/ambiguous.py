"""Bodies that do not mean one thing to everybody: a name twice, half a character, no object.

What checked the first of two values would let the last one in; half of a surrogate pair is text
to Python and to no database.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from starlette.exceptions import HTTPException
from starlette.requests import Request

from training_analyzer.web.addresses import is_api
from training_analyzer.web.guard import SAFE_METHODS
from training_analyzer.web.refusals import HalfCharacter, NamedTwice, NoObject

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from starlette.responses import Response
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

_ESCAPED_HALF: Final = b"\\ud"


class Ambiguous:
    """Refuses such bodies; what else may be wrong with one, the routes tell."""

    def __init__(self, app: ASGIApp, *, answer: Callable[[Request, Exception], Response]) -> None:
        self._app = app
        self._answer = answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, with its body read, or answer it here."""
        if scope["type"] != "http" or scope["method"] in SAFE_METHODS or not is_api(scope):
            await self._app(scope, receive, send)
            return
        try:
            read = await _read(receive)
            _refuse(b"".join(message.get("body", b"") for message in read))
        except (HTTPException, HalfCharacter, NamedTwice, NoObject) as refusal:
            # The first one is of a body that turned out to be too large.
            await self._answer(Request(scope), refusal)(scope, receive, send)
            return
        again = iter(read)

        async def receive_again() -> Message:
            message = next(again, None)
            return message if message is not None else await receive()

        await self._app(scope, receive_again, send)


async def _read(receive: Receive) -> Sequence[Message]:
    """Return the messages of a whole body, or as many as came before the client went."""
    read = [await receive()]
    while read[-1].get("more_body", False):
        read.append(await receive())
    return read


def _refuse(body: bytes) -> None:
    """Raise `NamedTwice`, `HalfCharacter` or `NoObject` for a *body* that is such JSON."""
    try:
        found = json.loads(body, object_pairs_hook=_named_once)
    except (ValueError, RecursionError):
        return
    if not isinstance(found, dict):
        raise NoObject
    if _ESCAPED_HALF in body.lower():
        try:
            json.dumps(found, ensure_ascii=False).encode()
        except UnicodeEncodeError:
            raise HalfCharacter from None


def _named_once(pairs: Sequence[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise NamedTwice
    return found
