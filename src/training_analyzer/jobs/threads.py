"""The embedded dispatcher: a pool of threads in this process."""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor, wait
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
        self._waiting: OrderedDict[str, None] = OrderedDict()
        self._running: set[str] = set()
        self._turns: set[Future[None]] = set()

    def start(self, run: Callable[[str], None]) -> None:
        """Open the pool; idempotent."""
        with self._lock:
            self._run = run
            if self._pool is None:
                self._pool = ThreadPoolExecutor(self._workers, thread_name_prefix="garmin-sync")

    def wake(self, user_ids: Iterable[str], *, urgent: bool = False) -> None:
        """Run these users soon; one that is running or queued already stays where it is.

        *urgent* ones overtake whoever waits, also when they waited already.
        """
        for user_id in user_ids:
            with self._lock:
                if self._pool is None or user_id in self._running:
                    continue
                turn = None
                if user_id not in self._waiting:
                    self._waiting[user_id] = None
                    turn = self._pool.submit(self._take_turn)
                    self._turns.add(turn)
                if urgent:
                    self._waiting.move_to_end(user_id, last=False)
            # Outside the lock: a future that is done already calls back at once.
            if turn is not None:
                turn.add_done_callback(self._forget)

    def stop(self, grace_s: float) -> bool:
        """Close the pool; True when everything that ran has ended in time."""
        with self._lock:
            pool, self._pool = self._pool, None
            self._waiting.clear()
            turns = set(self._turns)
        if pool is None:
            return True
        pool.shutdown(wait=False, cancel_futures=True)
        # To `wait`, one that was cancelled before its turn would never end.
        begun = {turn for turn in turns if not turn.cancelled()}
        return not wait(begun, timeout=grace_s).not_done

    def _take_turn(self) -> None:
        """Run whoever is first by now."""
        with self._lock:
            if self._run is None or not self._waiting:
                return
            run = self._run
            user_id, _ = self._waiting.popitem(last=False)
            self._running.add(user_id)
        try:
            run(user_id)
        except Exception as error:  # noqa: BLE001 - whatever it is, the next user's turn comes
            # The text may hold a secret; its kind does not.
            log.error("The sync of user %s ended with %s.", user_id, type(error).__name__)  # noqa: TRY400
        finally:
            with self._lock:
                self._running.discard(user_id)

    def _forget(self, turn: Future[None]) -> None:
        with self._lock:
            self._turns.discard(turn)
