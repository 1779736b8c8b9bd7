"""What a database's failure means: no room, a failing disk, another program in the way.

One table for SQLite's result codes and PostgreSQL's states; what it does not know stays a
`DBAPIError`. A driver's text goes nowhere: it may hold a row. The name of its code may.
"""

from __future__ import annotations

import logging
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from sqlalchemy.exc import DBAPIError

from training_analyzer.errors import StorageBusy, StorageFailed, StorageFull

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from training_analyzer.errors import SyncError

log = logging.getLogger(__name__)

# https://sqlite.org/rescode.html; the low byte tells the kind.
_SQLITE: Final[Mapping[int, type[SyncError]]] = {
    5: StorageBusy,  # SQLITE_BUSY
    6: StorageBusy,  # SQLITE_LOCKED
    10: StorageFailed,  # SQLITE_IOERR
    11: StorageFailed,  # SQLITE_CORRUPT
    13: StorageFull,  # SQLITE_FULL
    14: StorageFailed,  # SQLITE_CANTOPEN
    26: StorageFailed,  # SQLITE_NOTADB
}
_READONLY: Final = 8  # a disk that became so, or a reader that tries to write: a bug
_LOW_BYTE: Final = 0xFF
# What the disk did not keep may be gone from the kernel's cache, too: a later sync that
# succeeds says nothing about it. (SQLITE_IOERR_FSYNC, SQLITE_IOERR_DIR_FSYNC)
_LOST_WRITES: Final = frozenset({1034, 1290})
# https://www.postgresql.org/docs/current/errcodes-appendix.html
_POSTGRESQL: Final[Mapping[str, type[SyncError]]] = {
    "53100": StorageFull,  # disk_full
    "58030": StorageFailed,  # io_error
    "XX001": StorageFailed,  # data_corrupted
    "XX002": StorageFailed,  # index_corrupted
}


def meaning_of(error: DBAPIError, *, writing: bool) -> type[SyncError] | None:
    """Return the error of ours that *error* is, or None when it is no matter of storage."""
    code = _sqlite_code(error)
    if code is not None:
        kind = code & _LOW_BYTE
        return StorageFailed if writing and kind == _READONLY else _SQLITE.get(kind)
    return _POSTGRESQL.get(str(getattr(error.orig, "sqlstate", None)))


@contextmanager
def told(*, writing: bool) -> Iterator[None]:
    """Raise `StorageFull`, `StorageFailed` or `StorageBusy` for what the block's database did."""
    try:
        yield
    except DBAPIError as error:
        meaning = meaning_of(error, writing=writing)
        if meaning is None:
            raise
        name = getattr(error.orig, "sqlite_errorname", None) or getattr(
            error.orig, "sqlstate", None
        )
        log.error("The database failed: %s (%s).", meaning.code, name)  # noqa: TRY400 - no text
        if _sqlite_code(error) in _LOST_WRITES:
            raise StorageFailed(lost_writes=True) from None
        raise meaning from None


def _sqlite_code(error: DBAPIError) -> int | None:
    code: int | None = getattr(error.orig, "sqlite_errorcode", None)
    return code
