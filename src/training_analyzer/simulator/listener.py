"""How the pretend Garmin listens: HTTP/1.1 with keep-alive, one thread per connection.

The standard library's server, because it ignores the offer of HTTP/2 that curl_cffi
makes with each request, and because a fault must be able to cut a connection.
"""

from __future__ import annotations

import logging
import socket
import struct
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from training_analyzer.simulator.answer import Answer
from training_analyzer.simulator.dispatch import respond
from training_analyzer.simulator.effects import body_bytes
from training_analyzer.simulator.fault import ConnectionCut
from training_analyzer.simulator.request import Request

if TYPE_CHECKING:
    from training_analyzer.simulator.world import World

_LOGGER = logging.getLogger(__name__)
_LARGEST_BODY = 1_000_000
_WITHOUT_BODY = frozenset({204, 304})


class _Conversation(BaseHTTPRequestHandler):
    """One connection of one client."""

    protocol_version = "HTTP/1.1"
    server_version = "SimulatedGarmin"
    sys_version = ""
    # Head and body leave in one piece; in two, the second would wait for the client's
    # delayed acknowledgement.
    wbufsize = -1
    disable_nagle_algorithm = True
    server: Listener

    def _answer(self) -> None:
        try:
            request = self._read()
            answer = Answer(413, {}) if request is None else respond(self.server.world, request)
        except ConnectionCut as cut:
            if cut.answer is not None:
                self._send(cut.answer, share=2)
            self._cut()
            return
        except Exception:
            # A bug of ours, not an injected fault: told loudly, and the client sees a 500.
            _LOGGER.exception("the simulator failed on %s %s", self.command, self.path)
            answer = Answer(500, {})
        self._send(answer)

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = _answer  # noqa: N815 - http.server's names

    def _read(self) -> Request | None:
        length = self.headers.get("Content-Length") or "0"
        if (
            not length.isdecimal()
            or int(length) > _LARGEST_BODY
            or self.headers.get("Transfer-Encoding")
        ):
            self.close_connection = True
            return None
        parts = urlsplit(self.path)
        own = "{}:{}".format(*self.connection.getsockname()[:2])
        return Request(
            method=self.command,
            path=parts.path,
            query=dict(parse_qsl(parts.query, keep_blank_values=True)),
            headers={name.lower(): value for name, value in self.headers.items()},
            body=self.rfile.read(int(length)),
            client=str(self.client_address[0]),
            origin=f"http://{self.headers.get('Host') or own}",
        )

    def _send(self, answer: Answer, share: int = 1) -> None:
        body = body_bytes(answer)
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if answer.status not in _WITHOUT_BODY:
            if answer.body is not None:
                self.send_header("Content-Type", answer.content_type)
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if answer.status not in _WITHOUT_BODY and self.command != "HEAD":
            self.wfile.write(body[: len(body) // share])

    def _cut(self) -> None:
        self.close_connection = True
        self.wfile.flush()
        # Linger for no time: the close is a reset, not an orderly end.
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002, ANN401 - inherited
        """Keep quiet: the log is `world.log`."""


class Listener(ThreadingHTTPServer):
    """The listening socket and its open connections."""

    daemon_threads = False
    request_queue_size = 256

    def __init__(self, address: tuple[str, int], world: World) -> None:
        self.world = world
        self._open: set[socket.socket] = set()
        self._lock = Lock()
        super().__init__(address, _Conversation)

    def process_request(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 - inherited
        """Remember the connection, so that `hang_up` can end it."""
        with self._lock:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:  # noqa: ANN401 - inherited
        """Close the connection and forget it."""
        with self._lock:
            self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ANN401, ARG002 - inherited
        """Say nothing of clients that went away; they are part of the play."""
        _LOGGER.debug("a connection ended early")

    def hang_up(self) -> None:
        """End the connections that clients keep alive."""
        with self._lock:
            for connection in self._open:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
