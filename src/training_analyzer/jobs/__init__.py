"""Who runs a woken user. The engine delivers; the schedule row decides.

A wake may be lost or repeated: the claim and the fence make each sync run once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


class Dispatcher(Protocol):
    """Brings woken users to workers that call `run(user_id)`."""

    def start(self, run: Callable[[str], None]) -> None:
        """Begin to deliver; *run* raises nothing that the dispatcher should react to."""

    def wake(self, user_ids: Iterable[str], *, urgent: bool = False) -> None:
        """Hint that these users are due; *urgent* ones overtake who waits. Idempotent."""

    def stop(self, grace_s: float) -> bool:
        """Stop delivering, wait at most *grace_s* for running work; tell if all of it ended."""


__all__ = ["Dispatcher"]
