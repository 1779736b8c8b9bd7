"""End a service whose database went away under it, or whose disk forgot what was written.

Only a new process opens what is really there.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Self

from training_analyzer.errors import DatabaseUnusable

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from training_analyzer.db import Database

_INTERVAL_S = 1.0


class Vigil:
    """Look every *interval_s* whether *database* can still be trusted; else call *end*, once.

    A context manager: where it ended the block, it raises the `DatabaseUnusable` that says why.
    """

    def __init__(
        self, database: Database, end: Callable[[], None], *, interval_s: float = _INTERVAL_S
    ) -> None:
        self._database = database
        self._end = end
        self._interval_s = interval_s
        self._left = threading.Event()
        self._seen: DatabaseUnusable | None = None
        self._thread = threading.Thread(target=self._look, name="database-vigil", daemon=True)

    def __enter__(self) -> Self:
        """Begin to look."""
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop looking, and tell what was seen."""
        self._left.set()
        self._thread.join()
        if self._seen is not None and error is None:
            raise self._seen

    def _look(self) -> None:
        while not self._left.wait(self._interval_s):
            try:
                self._database.refuse_replaced()
            except DatabaseUnusable as error:
                self._seen = error
                self._end()
                return
