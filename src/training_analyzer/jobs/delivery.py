"""From the first connection to the queue to the end: the thread of the queue and the pool.

The loop's thread only talks to the queue. A lost connection is made anew, and what the
pool runs meanwhile does not notice.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

import psycopg

from training_analyzer.db.queue_schema import connected
from training_analyzer.jobs.queue_session import QueueSession

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from concurrent.futures import Future

    from sqlalchemy import URL

log = logging.getLogger(__name__)

# What the queue may take to note that everything ended; without that, it is told again.
_FAREWELL_S: Final = 2.0


class Delivery:
    """Hands users out of the queue to `run`, each on a thread of a pool of *workers*.

    One object, one life: `begin`, then `end`.
    """

    def __init__(
        self,
        url: URL,
        workers: int,
        run: Callable[[str], None],
        pause_s: Callable[[int], float],
    ) -> None:
        self._url = url
        self._workers = workers
        self._run = run
        self._pause_s = pause_s
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="garmin-sync")
        self._thread = threading.Thread(target=self._live, name="garmin-sync-queue", daemon=True)
        self._lock = threading.Lock()
        self._running: dict[str, Future[None]] = {}
        # user -> whether urgent: what the queue has not been told yet.
        self._woken: dict[str, bool] = {}
        self._connected = threading.Event()
        self._ending = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._session: QueueSession | None = None
        self._life: asyncio.Task[None] | None = None
        self._end_soon: asyncio.Event | None = None

    def begin(self, *, patience_s: float) -> None:
        """Start, and wait at most *patience_s* for the first connection."""
        self._thread.start()
        self._connected.wait(patience_s)

    def wake(self, user_ids: Iterable[str], *, urgent: bool) -> None:
        """Remember whom to put into the queue: now, or once there is a connection."""
        with self._lock:
            for user_id in user_ids:
                self._woken[user_id] = urgent or self._woken.get(user_id, False)
        self._in_loop(self._tell_session)

    def end(self, grace_s: float) -> bool:
        """Take nothing more; True when all that ran has ended within *grace_s*."""
        self._ending.set()
        self._in_loop(self._begin_end)
        with self._lock:
            running = list(self._running.values())
        all_ended = not wait(running, timeout=grace_s).not_done
        if all_ended:
            self._thread.join(_FAREWELL_S)
        if self._thread.is_alive():
            self._in_loop(self._abandon)
            self._thread.join(_FAREWELL_S)
        self._pool.shutdown(wait=False, cancel_futures=True)
        return all_ended

    # -- in the pool -------------------------------------------------------------------

    def _work(self, user_id: str) -> None:
        if self._ending.is_set():
            return
        try:
            self._run(user_id)
        except Exception as error:  # noqa: BLE001 - the queue would keep its text in a table
            log.error("The sync of user %s ended with %s.", user_id, type(error).__name__)  # noqa: TRY400

    # -- in the loop's thread ----------------------------------------------------------

    def _live(self) -> None:
        # The only loop of Windows that psycopg can use, and as good as any elsewhere.
        with (
            suppress(asyncio.CancelledError),
            asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner,
        ):
            runner.run(self._stay_connected())

    async def _stay_connected(self) -> None:
        loop = asyncio.get_running_loop()
        # Tasks of the queue that nobody asked for their end: their texts stay out of the log.
        loop.set_exception_handler(_keep_quiet)
        self._end_soon = asyncio.Event()
        self._life = asyncio.current_task()
        self._loop = loop
        tries = 0
        while not self._ending.is_set():
            tries += 1
            try:
                async with connected(self._url) as mouth, connected(self._url) as ear:
                    tries = 0
                    self._session = QueueSession(
                        mouth, ear, self._workers, self._deliver, self._take_woken
                    )
                    self._connected.set()
                    if self._ending.is_set():
                        self._session.end()
                    await self._session.last()
            except Exception as error:  # noqa: BLE001 - the queue must outlive whatever it is
                log.warning("The job queue is out of reach (%s).", type(error).__name__)
            finally:
                self._session = None
            if not self._ending.is_set():
                await self._pause(self._pause_s(max(tries, 1)))

    async def _pause(self, seconds: float) -> None:
        if self._end_soon is not None:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._end_soon.wait(), seconds)

    async def _deliver(self, user_id: str) -> None:
        """Run *user_id* in the pool; when cancelled, a run that has begun goes on."""
        with self._lock:
            if self._ending.is_set() or user_id in self._running:
                return
            future = self._pool.submit(self._work, user_id)
            self._running[user_id] = future
        future.add_done_callback(lambda _: self._forget(user_id))
        await asyncio.wrap_future(future)

    def _forget(self, user_id: str) -> None:
        with self._lock:
            self._running.pop(user_id, None)

    def _take_woken(self) -> dict[str, bool]:
        with self._lock:
            woken, self._woken = self._woken, {}
        return woken

    def _tell_session(self) -> None:
        if self._session is not None:
            self._session.look_for_woken()

    def _begin_end(self) -> None:
        if self._end_soon is not None:
            self._end_soon.set()
        if self._session is not None:
            self._session.end()

    def _abandon(self) -> None:
        if self._session is not None:
            self._session.abandon()
        if self._life is not None:
            self._life.cancel()

    def _in_loop(self, call: Callable[[], None]) -> None:
        loop = self._loop
        if loop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(call)


def _keep_quiet(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    error = context.get("exception")
    if error is not None and not isinstance(error, psycopg.Error):
        log.warning("A task of the job queue ended with %s.", type(error).__name__)
