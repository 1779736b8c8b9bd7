"""A Garmin behind a wire that fails: raw sockets in front of the pretend one.

What is not told to fail is handed on to the simulator and comes back as it was. A
failure gets the bare connection after the request was read, and writes what it likes.
"""

from __future__ import annotations

import gzip
import socket
import struct
import threading
from contextlib import suppress
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable

type Failure = Callable[[socket.socket, threading.Event], None]

_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n"
_BODY = b'{"hrvSummaries": [], "padding": "' + b"x" * 4000 + b'"}'
_DRIP_S = 0.02


def stall(_: socket.socket, over: threading.Event) -> None:
    """Accept, read, and say nothing."""
    over.wait()


def drip(connection: socket.socket, over: threading.Event) -> None:
    """Promise a body and give a byte of it now and then."""
    connection.sendall(_HEAD + b"Content-Length: 1000000\r\n\r\n")
    while not over.wait(_DRIP_S):
        connection.sendall(b" ")


def drip_the_head(connection: socket.socket, over: threading.Event) -> None:
    """Give a byte of a header now and then."""
    connection.sendall(_HEAD + b"X-Long: ")
    while not over.wait(_DRIP_S):
        connection.sendall(b"x")


def drip_chunks(connection: socket.socket, over: threading.Event) -> None:
    """Give a body of unknown length, in chunks of a byte."""
    connection.sendall(_HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
    while not over.wait(_DRIP_S):
        connection.sendall(b"1\r\n \r\n")


def never_end(connection: socket.socket, over: threading.Event) -> None:
    """Give a body of unknown length, as fast as it is taken."""
    connection.sendall(_HEAD + b"\r\n[")
    while not over.is_set():
        connection.sendall(b"0," * 32_768)


def explode(connection: socket.socket, _: threading.Event) -> None:
    """Give a small body that unpacks to a large one."""
    packed = gzip.compress(b" " * 64_000_000, compresslevel=9)
    head = f"Content-Encoding: gzip\r\nContent-Length: {len(packed)}\r\n\r\n".encode()
    connection.sendall(_HEAD + head + packed)


def reset_within(connection: socket.socket, _: threading.Event) -> None:
    """Reset the connection in the middle of the body."""
    connection.sendall(_HEAD + f"Content-Length: {len(_BODY)}\r\n\r\n".encode() + _BODY[:2000])
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def promise_more(connection: socket.socket, _: threading.Event) -> None:
    """Close before the body is as long as was said."""
    connection.sendall(_HEAD + f"Content-Length: {len(_BODY) + 9}\r\n\r\n".encode() + _BODY)


def promise_less(connection: socket.socket, _: threading.Event) -> None:
    """Say that the body is shorter than it is: what is read is half a JSON."""
    connection.sendall(_HEAD + f"Content-Length: {len(_BODY) // 2}\r\n\r\n".encode() + _BODY)


def half_a_json(connection: socket.socket, _: threading.Event) -> None:
    """End the body of unknown length in the middle."""
    connection.sendall(_HEAD + b"\r\n" + _BODY[:2000])


def bad_gzip(connection: socket.socket, _: threading.Event) -> None:
    """Call a body packed that is not."""
    head = f"Content-Encoding: gzip\r\nContent-Length: {len(_BODY)}\r\n\r\n".encode()
    connection.sendall(_HEAD + head + _BODY)


def cut_gzip(connection: socket.socket, _: threading.Event) -> None:
    """End a packed body in the middle, with its length right."""
    packed = gzip.compress(_BODY)[:-20]
    head = f"Content-Encoding: gzip\r\nContent-Length: {len(packed)}\r\n\r\n".encode()
    connection.sendall(_HEAD + head + packed)


def bad_chunks(connection: socket.socket, _: threading.Event) -> None:
    """Give a length of a chunk that is no number."""
    connection.sendall(_HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n" + _BODY)


def no_http(connection: socket.socket, _: threading.Event) -> None:
    """Speak something else."""
    connection.sendall(b"220 mail.example.test ESMTP\r\n")


def hang_up(_connection: socket.socket, _: threading.Event) -> None:
    """Close without a word."""


def say(
    status: int, body: bytes = b"{}", *, kind: str = "application/json", **more: str
) -> Failure:
    """Return the failure that answers exactly this; `retry_after="5"` is a header."""
    headers = {"Content-Type": kind, "Content-Length": str(len(body)), "Connection": "close"}
    headers |= {name.replace("_", "-"): value for name, value in more.items()}
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    whole = f"HTTP/1.1 {status} -\r\n{lines}\r\n".encode("latin-1") + body

    def answer(connection: socket.socket, _: threading.Event) -> None:
        connection.sendall(whole)

    return answer


class FaultServer:
    """The wire in front of *behind*; `fails[path prefix]` says how requests for it end."""

    def __init__(self, behind: str, *, tls: ssl.SSLContext | None = None) -> None:
        self.behind = urlsplit(behind).netloc
        self.fails: dict[str, Failure] = {}
        self.asked: list[str] = []
        self.over = threading.Event()
        self._listener = _Listener(("127.0.0.1", 0), self, tls)
        self._thread = threading.Thread(
            target=self._listener.serve_forever, kwargs={"poll_interval": 0.01}
        )
        scheme, name = ("http", "127.0.0.1") if tls is None else ("https", "localhost")
        self.url = f"{scheme}://{name}:{self._listener.server_address[1]}"

    def failure_of(self, method: str, path: str) -> Failure | None:
        """Return how a request for *path* ends; None when it is answered."""
        self.asked.append(f"{method} {path}")
        return next((how for told, how in self.fails.items() if path.startswith(told)), None)

    def __enter__(self) -> Self:
        """Start to listen."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop, and let go whoever is still being failed."""
        self.over.set()
        self._listener.shutdown()
        self._thread.join()
        self._listener.server_close()


class _Listener(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(
        self, address: tuple[str, int], wire: FaultServer, tls: ssl.SSLContext | None
    ) -> None:
        self.wire = wire
        super().__init__(address, _Conversation)
        if tls is not None:
            self.socket = tls.wrap_socket(self.socket, server_side=True)

    def handle_error(self, *_: Any) -> None:
        """Say nothing of clients that gave up; they are meant to."""


class _Conversation(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    server: _Listener

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        failure = self.server.wire.failure_of(self.command, urlsplit(self.path).path)
        if failure is None:
            self._hand_on(body)
            return
        self.close_connection = True
        with suppress(OSError):
            failure(self.connection, self.server.wire.over)

    do_GET = do_POST = _answer  # noqa: N815 - http.server's names

    def _hand_on(self, body: bytes) -> None:
        behind = HTTPConnection(self.server.wire.behind, timeout=20)
        try:
            behind.request(self.command, self.path, body=body, headers=dict(self.headers))
            answer = behind.getresponse()
            content = answer.read()
        finally:
            behind.close()
        self.send_response_only(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in {"content-length", "connection", "server", "date"}:
                self.send_header(name, value)
        if answer.status != 204:
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Say nothing."""
