"""Metrics and health of a process that has no web face: three addresses, nothing else."""

from __future__ import annotations

import json
import threading
from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import AF_INET, AF_INET6
from typing import TYPE_CHECKING, Final, Self

from training_analyzer.errors import SettingsError
from training_analyzer.services.metrics import CONTENT_TYPE
from training_analyzer.services.metrics_access import is_loopback, may_read
from training_analyzer.services.readiness import readiness_of

if TYPE_CHECKING:
    from socket import socket
    from socketserver import BaseServer
    from types import TracebackType

    from training_analyzer.services.runtime import Runtime

LOOPBACK: Final = "127.0.0.1"
_PLAIN: Final = "text/plain; charset=utf-8"
_JSON: Final = "application/json"
_TIMEOUT_S: Final = 10.0


class MetricsServer:
    """Serves `/metrics`, `/healthz` and `/readyz` of *runtime* from a thread; port 0 is any.

    Anything but loopback needs `METRICS_TOKEN`. Raises `SettingsError` without one, and
    when nothing can listen there. A context manager: leaving it ends the server.
    """

    def __init__(self, runtime: Runtime, *, host: str = LOOPBACK, port: int) -> None:
        if not is_loopback(host) and runtime.settings.metrics_token is None:
            message = "METRICS_TOKEN is not set: others could read the metrics. Set it first."
            raise SettingsError(message)
        try:
            self._server = _server(runtime, host, port)
        except OSError as error:
            reason = error.strerror or "not possible"
            message = f"--metrics-port: cannot listen on {host}, port {port} ({reason})."
            raise SettingsError(message) from None
        self._host = host
        self._thread = threading.Thread(
            target=self._server.serve_forever, name="metrics", daemon=True
        )

    @property
    def url(self) -> str:
        """The address of the metrics."""
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"http://{host}:{self._server.server_port}/metrics"

    def __enter__(self) -> Self:
        """Begin to answer."""
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """End, and close the socket."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def _server(runtime: Runtime, host: str, port: int) -> ThreadingHTTPServer:
    class Listening(ThreadingHTTPServer):
        address_family = AF_INET6 if ":" in host else AF_INET
        daemon_threads = True

    return Listening((host, port), partial(_Asked, runtime))


def _answer(runtime: Runtime, asked: _Asked) -> tuple[HTTPStatus, str, bytes]:
    match asked.path.partition("?")[0]:
        case "/healthz":
            return HTTPStatus.OK, _JSON, b'{"status": "ok"}'
        case "/readyz":
            found = readiness_of(runtime)
            status = HTTPStatus.OK if found.is_ready else HTTPStatus.SERVICE_UNAVAILABLE
            return status, _JSON, json.dumps(found.document()).encode()
        case "/metrics":
            headers = {name.lower(): value for name, value in asked.headers.items()}
            if may_read(runtime.settings, headers, asked.client_address[0]):
                return HTTPStatus.OK, CONTENT_TYPE, runtime.metrics.text()
            return HTTPStatus.UNAUTHORIZED, _PLAIN, b"These metrics need METRICS_TOKEN.\n"
    return HTTPStatus.NOT_FOUND, _PLAIN, b"There is nothing at this address.\n"


class _Asked(BaseHTTPRequestHandler):
    """One connection, one request, one answer; nothing of it is logged."""

    timeout = _TIMEOUT_S

    def __init__(
        self, runtime: Runtime, request: socket, client: tuple[str, int], server: BaseServer
    ) -> None:
        # First: the library answers from within its own `__init__`.
        self._runtime = runtime
        super().__init__(request, client, server)

    def do_GET(self) -> None:
        status, kind, body = _answer(self._runtime, self)
        self.send_response_only(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        """Log nothing: an address may hold anything."""
