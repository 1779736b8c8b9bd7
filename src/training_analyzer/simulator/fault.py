"""One fault of the pretend Garmin: which requests it hits, how often, and what it does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, TypedDict

from training_analyzer.simulator.answer import Answer

if TYPE_CHECKING:
    from datetime import datetime

    from training_analyzer.simulator.caller import Caller
    from training_analyzer.simulator.request import Request

# Gets the request and the rest of the chain; may ask the rest, change its answer, or not ask.
type Effect = Callable[[Request, Callable[[], Answer]], Answer]


class ConnectionCut(Exception):
    """The connection ends here; when `answer` is set, after half of its body."""

    def __init__(self, answer: Answer | None = None) -> None:
        super().__init__()
        self.answer = answer


class When(TypedDict, total=False):
    """Which requests a fault hits, and how often.

    `path` is a prefix, `account` an e-mail; `times` ends the fault after so many
    hits, `every` hits each k-th matching request, `since` and `until` bound its time.
    """

    method: str
    account: str
    token: str
    times: int
    every: int
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Selector:
    """A path prefix and the rest of the choice."""

    path: str
    when: When

    def fits(self, request: Request, caller: Caller, now: datetime) -> bool:
        """Whether the request is one of those meant; says nothing about how often."""
        when = self.when
        return (
            request.path.startswith(self.path)
            and when.get("method", request.method) == request.method
            and ("account" not in when or when["account"].lower() == (caller.email or "").lower())
            and when.get("token", caller.token) == caller.token
            and when.get("since", now) <= now
            and ("until" not in when or now < when["until"])
        )


class Fault:
    """A fault that was told; `hits` counts how often it struck."""

    def __init__(self, name: str, selector: Selector, effect: Effect) -> None:
        self.name = name
        self.selector = selector
        self.effect = effect
        self.hits = 0
        self._seen = 0
        self._lock = Lock()

    def strikes(self, request: Request, caller: Caller, now: datetime) -> bool:
        """Whether this very request is hit; counts it."""
        if not self.selector.fits(request, caller, now):
            return False
        when = self.selector.when
        with self._lock:
            self._seen += 1
            if self._seen % when.get("every", 1):
                return False
            if "times" in when and self.hits >= when["times"]:
                return False
            self.hits += 1
            return True
