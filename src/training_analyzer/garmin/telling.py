"""Tell of each request: which interface was asked, how it answered and how long it took.

Nothing of the question or the answer is told but its status.
"""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# Gets the interface, the status (None when there was no answer) and the seconds.
type Tell = Callable[[str, int | None, float], None]

TOKEN_HOST: Final = "token"  # noqa: S105 - the name of a host


@dataclass(slots=True)
class Asked:
    """A request on its way; `status` is set once it is answered."""

    status: int | None = None


@contextmanager
def telling(tell: Tell, api: str, clock: Callable[[], float] = time.monotonic) -> Iterator[Asked]:
    """Tell of the request that is made inside the block, also when it fails."""
    asked = Asked()
    began = clock()
    try:
        yield asked
    finally:
        tell(api, asked.status, clock() - began)


def to_nobody(_api: str, _status: int | None, _seconds: float) -> None:
    """Tell nobody."""
