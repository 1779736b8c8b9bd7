"""The pretend Garmin as an HTTP server, for tests and for the command line."""

from __future__ import annotations

import signal
from threading import Event, Thread
from typing import TYPE_CHECKING, Self

from training_analyzer.simulator.listener import Listener

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType, TracebackType

    from training_analyzer.simulator.faults import Faults
    from training_analyzer.simulator.log import RequestLog
    from training_analyzer.simulator.world import World


class SimulatorServer:
    """A pretend Garmin that listens while it is entered.

    Port 0 takes a free one; `url` then tells which. Requests are answered in threads
    out of *world*, which may be told faults and asked for its log at any time.
    """

    def __init__(self, world: World, *, host: str = "127.0.0.1", port: int = 0) -> None:
        self.world = world
        self._listener = Listener((host, port), world)
        self._thread = Thread(
            target=self._listener.serve_forever,
            kwargs={"poll_interval": 0.02},
            name="simulated-garmin",
        )

    @property
    def url(self) -> str:
        """The address that stands for all of Garmin's hosts, without a slash at its end."""
        host, port = self._listener.server_address[:2]
        return f"http://{host!s}:{port}"

    @property
    def log(self) -> RequestLog:
        """What was asked so far."""
        return self.world.log

    @property
    def faults(self) -> Faults:
        """The verbs that make it fail."""
        return self.world.faults

    def count(
        self, path_prefix: str = "/", *, method: str | None = None, user: str | None = None
    ) -> int:
        """Return how many requests came for *path_prefix*."""
        return self.world.log.count(path_prefix, method=method, user=user)

    def ticket(self, email: str) -> str:
        """Return a browser's service ticket of *email*, as the person would paste it."""
        return self.world.tokens.issue_ticket(email, f"{self.url}/gcm/android")

    def __enter__(self) -> Self:
        """Start to answer."""
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop, and close every connection."""
        self.world.faults.end_delays()
        self._listener.shutdown()
        self._thread.join()
        self._listener.hang_up()
        self._listener.server_close()


def serve(
    world: World,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    announce: Callable[[SimulatorServer], None],
) -> None:
    """Serve *world* until SIGTERM or SIGINT; call *announce* once it listens.

    To be called from the main thread, as signals can be caught nowhere else.
    """
    stopping = Event()

    def stop(_signal: int, _frame: FrameType | None) -> None:
        stopping.set()

    before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        with SimulatorServer(world, host=host, port=port) as server:
            announce(server)
            stopping.wait()
    finally:
        for number, previous in before.items():
            signal.signal(number, previous)
