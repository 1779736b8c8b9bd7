"""What was asked of the pretend Garmin, in order."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from training_analyzer.simulator.tokens import TokenKind

# A load test may ask millions of times; the oldest requests are forgotten first.
_KEPT = 200_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request and how it was answered; `status` is 0 when the connection was cut."""

    at: datetime
    method: str
    path: str
    query: Mapping[str, str]
    status: int
    user: str | None
    token: TokenKind | None


class RequestLog:
    """The latest 200,000 requests, oldest first. Thread-safe."""

    def __init__(self) -> None:
        self._asked: deque[Asked] = deque(maxlen=_KEPT)
        self._lock = Lock()

    def __iter__(self) -> Iterator[Asked]:
        """Go through the requests as they stand now, oldest first."""
        with self._lock:
            return iter(tuple(self._asked))

    def __len__(self) -> int:
        """Return how many requests are remembered."""
        return len(self._asked)

    def note(self, asked: Asked) -> None:
        """Add a request."""
        with self._lock:
            self._asked.append(asked)

    def matching(
        self, path_prefix: str = "/", *, method: str | None = None, user: str | None = None
    ) -> list[Asked]:
        """Return the requests below *path_prefix*, of one method or any, of one user or any."""
        return [
            asked
            for asked in self
            if asked.path.startswith(path_prefix)
            and method in {None, asked.method}
            and user in {None, asked.user}
        ]

    def count(
        self, path_prefix: str = "/", *, method: str | None = None, user: str | None = None
    ) -> int:
        """Return how many requests match."""
        return len(self.matching(path_prefix, method=method, user=user))

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._asked.clear()
