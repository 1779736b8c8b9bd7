"""The embedded dispatcher: a pool of threads in this process."""

from __future__ import annotations

import logging
import threading
from concurrent.futures import ThreadPoolExecutor, wait
from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from concurrent.futures import Future

log = logging.getLogger(__name__)


class ThreadDispatcher:
    """Runs woken users on at most *workers* threads, one at a time for each user."""

    def __init__(self, workers: int) -> None:
        self._workers = workers
        self._lock = threading.Lock()
        self._pool: ThreadPoolExecutor | None = None
        self._run: Callable[[str], None] | None = None
        self._active: dict[str, Future[None]] = {}

    @property
    def free_slots(self) -> int:
        """Return how many users could be woken now without queueing."""
        with self._lock:
            return max(0, self._workers - len(self._active))

    def start(self, run: Callable[[str], None]) -> None:
        """Open the pool; idempotent."""
        with self._lock:
            self._run = run
            if self._pool is None:
                self._pool = ThreadPoolExecutor(self._workers, thread_name_prefix="garmin-sync")

    def wake(self, user_ids: Iterable[str]) -> None:
        """Run these users soon; one that is running or queued already is left alone."""
        for user_id in user_ids:
            with self._lock:
                if self._pool is None or self._run is None or user_id in self._active:
                    continue
                future = self._pool.submit(self._run, user_id)
                self._active[user_id] = future
            # Outside the lock: a future that is done already calls back at once.
            future.add_done_callback(partial(self._forget, user_id))

    def stop(self, grace_s: float) -> bool:
        """Close the pool; True when everything that ran has ended in time."""
        with self._lock:
            pool, self._pool = self._pool, None
            running = list(self._active.values())
        if pool is None:
            return True
        pool.shutdown(wait=False, cancel_futures=True)
        return not wait(running, timeout=grace_s).not_done

    def _forget(self, user_id: str, done: Future[None]) -> None:
        with self._lock:
            self._active.pop(user_id, None)
        if not done.cancelled() and (error := done.exception()) is not None:
            log.error("The sync of user %s ended with %s.", user_id, type(error).__name__)
