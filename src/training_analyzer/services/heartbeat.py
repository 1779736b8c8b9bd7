"""Keep a lease alive while its sync waits for Garmin."""

from __future__ import annotations

import logging
import threading
from contextvars import copy_context
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

log = logging.getLogger(__name__)


class Heartbeat:
    """Call *renew* every *interval_s* in a thread of its own, until left or told False.

    `lost` is set once *renew* answered False: the lease belongs to another worker.
    """

    def __init__(self, renew: Callable[[], bool], *, interval_s: float) -> None:
        self._renew = renew
        self._interval_s = interval_s
        self._left = threading.Event()
        # What the beats log is about the run that they keep alive.
        self._thread = threading.Thread(
            target=copy_context().run, args=(self._beat,), name="lease-heartbeat", daemon=True
        )
        self.lost = threading.Event()

    def __enter__(self) -> Self:
        """Begin to beat."""
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop, and wait for the last beat."""
        self._left.set()
        self._thread.join()

    def _beat(self) -> None:
        while not self._left.wait(self._interval_s):
            try:
                still_ours = self._renew()
            except Exception as error:  # noqa: BLE001 - a failed beat must not end the thread
                # The next beat tries again; each write checks the fence by itself.
                log.warning("A lease could not be renewed: %s", type(error).__name__)
                continue
            if not still_ours:
                self.lost.set()
                return
