"""Room set aside beside an SQLite file, so that a full disk can still be told of.

What meets the full disk throws the ballast off; the run that failed can then be closed, with
its reason, while the disk is full. No run begins before the ballast is back. Other processes
on the same file share it.
"""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

# Closing a run changes some ten pages of 4 KiB, each of them written to the log, then to the file.
BYTES: Final = 256 * 1024


class Ballast:
    """The ballast of the SQLite file at *path*."""

    def __init__(self, path: Path) -> None:
        self._path = path.with_name(f"{path.name}-ballast")

    def take(self) -> bool:
        """Set the room aside; False when there is not so much."""
        try:
            descriptor = os.open(self._path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        except FileExistsError:
            return True
        except OSError:
            return False
        try:
            # Noise: a file system that compresses would keep no room for zeros.
            whole = os.write(descriptor, os.urandom(BYTES)) == BYTES
        except OSError:
            whole = False
        finally:
            os.close(descriptor)
        if not whole:
            self.throw_off()
        return whole

    def throw_off(self) -> None:
        """Give the room to whoever writes next."""
        with suppress(OSError):
            self._path.unlink(missing_ok=True)
