"""Serve the web face until a signal says stop: uvicorn, the scheduler, the first sign-in link."""

from __future__ import annotations

import signal
import socket
import sys
import threading
import time
from typing import TYPE_CHECKING, Final

import uvicorn

from training_analyzer.errors import SettingsError
from training_analyzer.services.background import beside_syncs
from training_analyzer.services.garmin_scheduler import GarminSyncScheduler
from training_analyzer.services.one_time_links import Purpose
from training_analyzer.services.vigil import Vigil
from training_analyzer.web.app import create_app
from training_analyzer.web.links import local_address, path_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

    from fastapi import FastAPI

    from training_analyzer.services.runtime import Runtime
    from training_analyzer.web.parts import Parts

# Ten seconds in all: what is being answered, then the syncs.
_ANSWERS_S: Final = 2
_SYNCS_S: Final = 6.0
# How long a thread that reckons keeps the interpreter from those that wait for it. An answer
# waits each time that the database gives it a row; beside syncs, Python's own 5 ms add up to
# more than the answer takes.
_TURN_S: Final = 0.0005
_STOP_SIGNALS: Final = (signal.SIGTERM, signal.SIGINT)


class WebServer:
    """An app that listens on a socket of its own from the start; port 0 takes a free one.

    Raises `SettingsError` when nothing can listen there.
    """

    def __init__(
        self,
        app: FastAPI,
        *,
        host: str,
        port: int,
        trusted_proxies: str = "",
        on_ready: Callable[[str], None] | None = None,
    ) -> None:
        self._socket = _listen(host, port)
        self._host = host
        self._port = self._socket.getsockname()[1]
        self._on_ready = on_ready
        self._server = _Server(
            uvicorn.Config(
                app,
                # Logging is the command line's; an access log would hold sign-in links.
                log_config=None,
                access_log=False,
                server_header=False,
                # X-Forwarded-* could come from anybody else.
                proxy_headers=bool(trusted_proxies),
                forwarded_allow_ips=trusted_proxies,
                timeout_graceful_shutdown=_ANSWERS_S,
            ),
            on_ready=self._ready,
            on_stop=app.state.parts.listening.close,
        )

    @property
    def url(self) -> str:
        """The address on this machine, without a slash at its end."""
        return local_address(self._host, self._port)

    def run(self) -> None:
        """Serve until `stop`, SIGTERM or SIGINT, then end what is being answered."""
        before = self._catch_signals()
        turn_before = sys.getswitchinterval()
        sys.setswitchinterval(_TURN_S)
        try:
            self._server.run(sockets=[self._socket])
        finally:
            sys.setswitchinterval(turn_before)
            self._socket.close()
            for number, handler in before.items():
                signal.signal(number, handler)

    def stop(self) -> None:
        """Ask the server to end; any thread may."""
        self._server.should_exit = True

    def _ready(self) -> None:
        if self._on_ready is not None:
            self._on_ready(self.url)

    def _catch_signals(self) -> dict[signal.Signals, signal._HANDLER]:
        """Take the signals that uvicorn raises once more after its shutdown."""
        if threading.current_thread() is not threading.main_thread():
            return {}

        def stop(_number: int, _frame: FrameType | None) -> None:
            self.stop()

        return {number: signal.signal(number, stop) for number in _STOP_SIGNALS}


class _Server(uvicorn.Server):
    """A server that says when it listens, and when it is about to end."""

    def __init__(
        self,
        config: uvicorn.Config,
        *,
        on_ready: Callable[[], None],
        on_stop: Callable[[], None],
    ) -> None:
        super().__init__(config)
        self._on_ready = on_ready
        self._on_stop = on_stop

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._on_ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        # Streams would be waited for, and cut off with a loud word.
        self._on_stop()
        await super().shutdown(sockets)


def serve_forever(
    runtime: Runtime,
    *,
    host: str,
    port: int,
    first_user_id: str | None,
    announce: Callable[[str], None],
) -> bool:
    """Serve pages, API and scheduler until SIGTERM or SIGINT; *runtime* stays the caller's.

    Once it listens, *announce* gets a link to open, good once and for ten minutes: it signs
    *first_user_id* in, or lets somebody set the server up while nobody is here. Tells
    whether every sync ended in time: one that waits for Garmin may hold its thread for a
    while, and the process with it.
    Raises `SettingsError` when the port cannot be had, and when the database is moved or
    replaced under it.
    """
    scheduler = GarminSyncScheduler(runtime)
    app = create_app(runtime, scheduler, hosts=[host])

    def ready(local_url: str) -> None:
        url = runtime.settings.public_url or local_url
        purpose = Purpose.SET_UP if first_user_id is None else Purpose.SIGN_IN
        token = runtime.access.links.issue(purpose, first_user_id)
        announce(f"{url}{path_of(purpose, token)}")

    server = WebServer(
        app,
        host=host,
        port=port,
        trusted_proxies=runtime.settings.trusted_proxies,
        on_ready=ready,
    )
    scheduler.start()
    until = time.monotonic()
    try:
        with Vigil(runtime.database, server.stop), beside_syncs(runtime):
            try:
                server.run()
            finally:
                scheduler.begin_to_stop()
                until = time.monotonic() + _SYNCS_S
    finally:
        parts: Parts = app.state.parts
        all_ended = scheduler.stop(max(0.0, until - time.monotonic()))
        all_ended = parts.end(until - time.monotonic()) and all_ended
    return all_ended


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        reason = error.strerror or "not possible"
        message = f"HOST and PORT: cannot listen on {host}, port {port} ({reason}). Choose another."
        raise SettingsError(message) from None
