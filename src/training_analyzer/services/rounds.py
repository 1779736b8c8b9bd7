"""Do something again and again in threads of its own, for as long as a block goes on."""

from __future__ import annotations

import logging
import threading
import time
from contextvars import copy_context
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Final, Self

from training_analyzer.errors import GarminSyncError

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from types import TracebackType

log = logging.getLogger(__name__)

_GRACE_S: Final = 1.0
_HOUR: Final = timedelta(hours=1)


class Rounds:
    """Call *go* again and again, for as long as the block goes on; to be entered once.

    *go* returns how many seconds later the next call comes, or None: there is no other. What
    it raises is logged behind *failed*, and the next call comes *again_s* later.
    Leaving the block sets `left` and waits *grace_s* seconds at most for calls that go on, or
    without it for as long as they take.
    """

    def __init__(
        self,
        name: str,
        go: Callable[[], float | None],
        *,
        failed: str,
        again_s: float,
        first_s: float = 0.0,
        grace_s: float | None = _GRACE_S,
        threads: int = 1,
    ) -> None:
        self._go = go
        self._failed = failed
        self._again_s = again_s
        self._first_s = first_s
        self._grace_s = grace_s
        self.left = threading.Event()
        # What a call logs belongs to whatever the block is part of; a context is for one thread.
        self._threads = [
            threading.Thread(target=copy_context().run, args=(self._work,), name=name, daemon=True)
            for _ in range(threads)
        ]

    def __enter__(self) -> Self:
        """Begin."""
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Begin no other call, and wait for those that go on."""
        self.left.set()
        until = None if self._grace_s is None else time.monotonic() + self._grace_s
        for thread in self._threads:
            thread.join(None if until is None else max(0.0, until - time.monotonic()))

    def _work(self) -> None:
        pause_s: float | None = self._first_s
        while pause_s is not None and not self.left.wait(pause_s):
            pause_s = self._once()

    def _once(self) -> float | None:
        try:
            return self._go()
        except GarminSyncError as error:
            log.warning("%s: %s.", self._failed, error.code)
        except Exception as error:  # noqa: BLE001 - a failed call must not end the thread
            log.error("%s: %s.", self._failed, type(error).__name__)  # noqa: TRY400 - a driver's text may hold a password
        return self._again_s


@dataclass(slots=True)
class Hourly:
    """Does *work* when it is called, but not again within the hour; any thread may call."""

    work: Callable[[], object]
    now: Callable[[], datetime]
    _done_at: datetime | None = field(default=None, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)

    def __call__(self) -> None:
        """Do it if an hour has passed."""
        now = self.now()
        with self._lock:
            if self._done_at is not None and now - self._done_at < _HOUR:
                return
            self._done_at = now
        self.work()
