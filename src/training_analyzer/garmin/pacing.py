"""Spacing between requests, per account and per process, and what `Retry-After` says.

A `Pace` decides when a request may start. It never retries one.
"""

from __future__ import annotations

import re
import threading
import time
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from training_analyzer.errors import Stopping

if TYPE_CHECKING:
    from collections.abc import Callable

SHORTEST_WAIT = timedelta(seconds=1)
LONGEST_WAIT = timedelta(hours=24)
# How long a stop may go unnoticed while a request waits for its turn.
_NAP_S = 0.5
_SECONDS = re.compile(r"[0-9]{1,12}")


class Pace:
    """Let requests start at least 60/*per_minute* seconds apart, whichever thread asks.

    `budget` is a second pace that has to agree, shared by all accounts of a
    process. `stopping` is asked before and during a wait.
    """

    def __init__(
        self,
        per_minute: int,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        stopping: Callable[[], bool] | None = None,
        budget: Pace | None = None,
    ) -> None:
        self._spacing_s = 60 / per_minute
        self._clock = clock
        self._sleep = sleep
        self._stopping = stopping or _never
        self._budget = budget
        self._lock = threading.Lock()
        self._free_at = float("-inf")

    def wait(self) -> None:
        """Return when the next request may start; raise `Stopping` when the service stops."""
        with self._lock:
            turn = max(self._clock(), self._free_at)
            self._free_at = turn + self._spacing_s
        self._nap_until(turn)
        if self._budget is not None:
            self._budget.wait()

    def _nap_until(self, turn: float) -> None:
        while True:
            if self._stopping():
                raise Stopping
            left = turn - self._clock()
            if left <= 0:
                return
            self._sleep(min(left, _NAP_S))


class Pacing:
    """Keep one shared `Pace` per account, and one for the process when it has a budget."""

    def __init__(
        self,
        per_minute: int,
        *,
        process_per_minute: int | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        stopping: Callable[[], bool] | None = None,
    ) -> None:
        def pace(rate: int, budget: Pace | None = None) -> Pace:
            return Pace(rate, clock=clock, sleep=sleep, stopping=stopping, budget=budget)

        budget = pace(process_per_minute) if process_per_minute else None
        self._new: Callable[[], Pace] = lambda: pace(per_minute, budget)
        self._lock = threading.Lock()
        self._paces: dict[str, Pace] = {}

    def for_account(self, key: str) -> Pace:
        """Return the pace of the account *key*: the same one for each caller."""
        with self._lock:
            return self._paces.setdefault(key, self._new())


def parse_retry_after(value: str | None, now: datetime) -> timedelta | None:
    """Return how long a `Retry-After` header asks to wait, within 1 s and 24 h.

    *value* is a number of seconds or an HTTP date; *now* is aware. None when
    there is no header or it cannot be read.
    """
    text = (value or "").strip()
    if _SECONDS.fullmatch(text):
        wait = timedelta(seconds=min(int(text), int(LONGEST_WAIT.total_seconds())))
    else:
        try:
            until = parsedate_to_datetime(text)
        except (ValueError, OverflowError):
            return None
        wait = (until if until.tzinfo else until.replace(tzinfo=UTC)) - now
    return max(SHORTEST_WAIT, min(wait, LONGEST_WAIT))


def _never() -> bool:
    return False
