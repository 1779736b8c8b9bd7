"""Answers to reading, compressed for who takes gzip; streams and archives go as they are.

Only what is read: the answers that show a secret once are answers to changes, so no text that
a stranger could choose is ever compressed together with one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware.gzip import GZipMiddleware

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

# Below it the compressed text is hardly shorter, and often longer.
_WORTH_IT: Final = 1024
# A third of the time of the usual 9, for some 3 % more bytes.
_LEVEL: Final = 4
_MARK: Final = "-gzip"
_CONDITIONS: Final = (b"if-none-match", b"if-match")


class Compressing:
    """Compresses, and keeps entity tags strong: the compressed form has one of its own."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._compressed = GZipMiddleware(app, minimum_size=_WORTH_IT, compresslevel=_LEVEL)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as ever, or compressed."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        # Who keeps a tag of ours may send it with a change, too, which is never compressed.
        scope["headers"] = [
            (name, value.replace(f'{_MARK}"'.encode(), b'"') if name in _CONDITIONS else value)
            for name, value in scope["headers"]
        ]
        if scope["method"] not in {"GET", "HEAD"}:
            await self._app(scope, receive, send)
            return
        takes_gzip = "gzip" in Headers(scope=scope).get("accept-encoding", "")

        async def send_marked(message: Message) -> None:
            if message["type"] == "http.response.start" and takes_gzip:
                headers = MutableHeaders(scope=message)
                # A 304 speaks of what the client holds, which it got compressed.
                is_known = message["status"] == 304  # noqa: PLR2004 - Not Modified
                if "etag" in headers and (is_known or "content-encoding" in headers):
                    headers["ETag"] = f'{headers["etag"].removesuffix(chr(34))}{_MARK}"'
            await send(message)

        await self._compressed(scope, receive, send_marked)
