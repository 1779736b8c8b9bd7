"""Routes that wait: for Garmin, for the end of a run, for their turn at a password.

The framework has forty threads for everything that is not async, who asks included. Some
waiting people would have them all, and nobody else an answer; so who waits does it elsewhere.
"""

from __future__ import annotations

from functools import partial, wraps
from typing import TYPE_CHECKING, Any, Final

from anyio import CapacityLimiter, to_thread

from training_analyzer.web.parts import parts_of

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

# As many again as the framework has; a further one waits for its turn, and keeps nobody up.
_MOST: Final = 40


def waiting_room() -> CapacityLimiter:
    """Return how many may wait at once."""
    return CapacityLimiter(_MOST)


def patient[**P, R](route: Callable[P, R]) -> Callable[P, Coroutine[Any, Any, R]]:
    """Let *route*, which takes `web` or `request`, wait without a thread of the framework's.

    It goes below `@router.post(...)`.
    """

    @wraps(route)
    async def waiting(*args: P.args, **kwargs: P.kwargs) -> R:
        given: dict[str, Any] = kwargs
        parts = given["web"] if "web" in given else parts_of(given["request"])
        return await to_thread.run_sync(partial(route, *args, **kwargs), limiter=parts.waiting)

    return waiting
