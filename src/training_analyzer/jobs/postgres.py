"""The distributed dispatcher: a queue in PostgreSQL that any number of processes share.

One thread keeps a connection to the queue and hands what it delivers to a pool; the
syncs themselves run in the pool and never wait for the queue. The queue's rows are
hints: they may get lost or come twice.
"""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING, Final

from training_analyzer.jobs.delivery import Delivery

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from sqlalchemy import URL

# Their records hold texts of exceptions and rows; what a person needs to know, we say.
_TALKATIVE: Final = ("pgqueuer", "psycopg")
_START_S: Final = 5.0


class PostgresDispatcher:
    """Runs users that any process woke on at most *workers* threads of this one.

    The database at *url* holds the queue's tables already. While it cannot be reached,
    whoever runs goes on running, and the connection is tried again after *pause_s* of how
    many tries failed in a row, in seconds.
    """

    def __init__(
        self, url: URL, workers: int, *, pause_s: Callable[[int], float] | None = None
    ) -> None:
        self._url = url
        self._workers = workers
        self._pause_s = pause_s or pause_after
        self._lock = threading.Lock()
        self._delivery: Delivery | None = None

    def start(self, run: Callable[[str], None]) -> None:
        """Begin to deliver; idempotent. Waits some seconds for the first connection."""
        with self._lock:
            if self._delivery is not None:
                return
            for name in _TALKATIVE:
                logging.getLogger(name).setLevel(logging.CRITICAL + 1)
            self._delivery = Delivery(self._url, self._workers, run, self._pause_s)
            self._delivery.begin(patience_s=_START_S)

    def wake(self, user_ids: Iterable[str], *, urgent: bool = False) -> None:
        """Put these users into the queue, soon; who is queued or running is left alone.

        Nothing happens before `start`. *urgent* ones overtake whoever is queued.
        """
        with self._lock:
            if self._delivery is not None:
                self._delivery.wake(user_ids, urgent=urgent)

    def stop(self, grace_s: float) -> bool:
        """Take nothing more out of the queue; True when all that ran ended within *grace_s*."""
        with self._lock:
            delivery, self._delivery = self._delivery, None
        return True if delivery is None else delivery.end(grace_s)


def pause_after(tries: int) -> float:
    """Return how many seconds to wait after *tries* failed tries: half of one, up to 15."""
    return min(15.0, 0.5 * 2.0 ** min(tries - 1, 8))
