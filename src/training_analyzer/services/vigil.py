"""End a service whose database went away under it, or whose disk forgot what was written.

Only a new process opens what is really there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from training_analyzer.errors import DatabaseUnusable
from training_analyzer.services.rounds import Rounds

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from training_analyzer.db import Database

_INTERVAL_S = 1.0


class Vigil(Rounds):
    """Look every *interval_s* whether *database* can still be trusted; else call *end*, once.

    A context manager: where it ended the block, it raises the `DatabaseUnusable` that says why.
    """

    def __init__(
        self, database: Database, end: Callable[[], None], *, interval_s: float = _INTERVAL_S
    ) -> None:
        super().__init__(
            "database-vigil",
            self._look,
            failed="The database could not be looked at",
            first_s=interval_s,
            again_s=interval_s,
            grace_s=None,
        )
        self._database = database
        self._end = end
        self._interval_s = interval_s
        self._seen: DatabaseUnusable | None = None

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop looking, and tell what was seen."""
        super().__exit__(kind, error, traceback)
        if self._seen is not None and error is None:
            raise self._seen

    def _look(self) -> float | None:
        try:
            self._database.refuse_replaced()
        except DatabaseUnusable as error:
            self._seen = error
            self._end()
            return None
        return self._interval_s
