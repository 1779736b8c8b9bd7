"""Keep a lease alive while its sync waits for Garmin."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from training_analyzer.services.rounds import Rounds

if TYPE_CHECKING:
    from collections.abc import Callable


class Heartbeat(Rounds):
    """Call *renew* every *interval_s* in a thread of its own, until left or told False.

    `lost` is set once *renew* answered False: the lease belongs to another worker. After a
    failed beat the next one tries again; each write checks the fence by itself.
    """

    def __init__(self, renew: Callable[[], bool], *, interval_s: float) -> None:
        super().__init__(
            "lease-heartbeat",
            self._beat,
            failed="A lease could not be renewed",
            first_s=interval_s,
            again_s=interval_s,
            grace_s=None,
        )
        self._renew = renew
        self._interval_s = interval_s
        self.lost = threading.Event()

    def _beat(self) -> float | None:
        if self._renew():
            return self._interval_s
        self.lost.set()
        return None
