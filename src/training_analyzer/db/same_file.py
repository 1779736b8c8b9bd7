"""Notice that the file of an SQLite database is no longer the one that was opened.

A connection goes on with the file that it opened, wherever that lies now; a new connection
opens what lies at the path, and would mix it with the write-ahead log of the other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from training_analyzer.errors import DatabaseUnusable

if TYPE_CHECKING:
    from pathlib import Path


class SameFile:
    """The file at *path* as it is now, to be compared with what lies there later."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._opened = self._identity()

    @property
    def is_there(self) -> bool:
        """Whether the path still leads to the file that it led to at first."""
        return self._identity() == self._opened

    def check(self) -> None:
        """Raise `DatabaseUnusable` when the path leads to another file, or to none.

        Costs one `stat`: three microseconds, where a commit takes thousands.
        """
        if not self.is_there:
            message = (
                f"The database {self._path} was moved, deleted or replaced while it was in use:"
                " nothing more is written. Start again."
            )
            raise DatabaseUnusable(message)

    def _identity(self) -> tuple[int, int] | None:
        try:
            found = self._path.stat()
        except OSError:
            return None
        return found.st_dev, found.st_ino
