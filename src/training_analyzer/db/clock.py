"""One clock for all processes that share a database: PostgreSQL's; on SQLite the machine's.

Leases and due times compare instants of several machines. Instead of a `now()` in each
statement, every process measures how far its monotonic clock is from the database's, and
takes all its instants from that: a machine whose clock is wrong, or is set while it runs,
reads the same time as the others. Tests hand in a clock of their own.
"""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError

if TYPE_CHECKING:
    from collections.abc import Callable

    from training_analyzer.db.database import Database

_MEASURE_EVERY_S: Final = 60.0


def utc_now() -> datetime:
    """Return this machine's idea of the current instant, aware and in UTC."""
    return datetime.now(UTC)


def clock_of(database: Database) -> Callable[[], datetime]:
    """Return the clock to use with *database*."""
    return utc_now if database.dialect == "sqlite" else DatabaseClock(database)


class DatabaseClock:
    """Reads the database's clock once a minute, and the monotonic clock in between.

    While the database cannot be asked it goes on from the last reading.
    """

    def __init__(self, database: Database, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._database = database
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._instant = self._ask()
        self._read_at = monotonic()
        self._ask_at = self._read_at + _MEASURE_EVERY_S

    def __call__(self) -> datetime:
        """Return the current instant by the database's clock, in UTC."""
        with self._lock:
            if self._monotonic() >= self._ask_at:
                self._measure()
            return self._instant + timedelta(seconds=self._monotonic() - self._read_at)

    def _measure(self) -> None:
        asked_at = self._monotonic()
        self._ask_at = asked_at + _MEASURE_EVERY_S
        try:
            instant = self._ask()
        except DBAPIError:
            return
        # The answer is from somewhere between the question and now.
        self._read_at = (asked_at + self._monotonic()) / 2
        self._instant = instant

    def _ask(self) -> datetime:
        with self._database.read() as db:
            # `now()` would be the beginning of the transaction: before the connection's check.
            answer: datetime = db.execute(select(func.clock_timestamp())).scalar_one()
        return answer.astimezone(UTC)
