"""A sync that is quick to kill: an athlete in memory, a database file, a clock handed in.

Used by scripts that fork, so nothing here starts a thread or keeps a connection open.
"""

from __future__ import annotations

import hashlib
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from training_analyzer.db import Database, open_database
from training_analyzer.db.repositories.breakers import BreakersRepository
from training_analyzer.db.repositories.garmin_credentials import GarminCredentialsRepository
from training_analyzer.db.repositories.garmin_data import GarminDataRepository
from training_analyzer.db.repositories.leases import LeasesRepository
from training_analyzer.db.repositories.passes import PassesRepository
from training_analyzer.db.repositories.schedule import ScheduleRepository
from training_analyzer.db.tables import garmin_coverage, metadata
from training_analyzer.errors import GarminSyncError
from training_analyzer.services.breakers import Breakers
from training_analyzer.services.metrics import Metrics
from training_analyzer.services.sync import Limits, SyncService, nobody_watches
from training_analyzer.simulator.athletes import demo_athletes
from training_analyzer.simulator.memory import SimulatedGarmin
from training_analyzer.streams import CATALOG

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from training_analyzer.model import SyncOutcome
    from training_analyzer.services.run import Progress

NOW: Final = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
LEASE: Final = timedelta(seconds=60)
USER: Final = "usr_ada"
# A worker of another machine: nobody here can tell that its process is gone.
ELSEWHERE: Final = "elsewhere:1:1:abcdef12"
DAYS: Final = 10
_STAMPS: Final = {"first_seen_at", "changed_at", "file_tried_at"}


def garmin() -> SimulatedGarmin:
    """Return a connection to an athlete with few files."""
    return SimulatedGarmin(demo_athletes(7, NOW.date())[2], now=NOW)


def prepare(path: Path) -> None:
    """Write a database with one connected user, who is due."""
    with closing(open_database(str(path))) as database:
        credentials = GarminCredentialsRepository(database=database, now=lambda: NOW)
        credentials.save_credentials(USER, "sealed e-mail", "sealed password")
        credentials.update_sync_config(USER, initial_sync_days=DAYS)
        ScheduleRepository(database).set_due(USER, NOW)


def service(
    database: Database,
    *,
    now: Callable[[], datetime],
    asks: SimulatedGarmin | None = None,
    owner: str = ELSEWHERE,
) -> SyncService:
    """Return the product's own sync, over *database* and a Garmin in memory."""
    asked = asks or garmin()

    def open_connection(_user_id: str, *, session_is_dead: bool, actor: str) -> SimulatedGarmin:
        assert not session_is_dead
        assert actor
        return asked

    return SyncService(
        credentials=GarminCredentialsRepository(database=database, now=now),
        schedule=ScheduleRepository(database),
        leases=LeasesRepository(database),
        breakers=Breakers(BreakersRepository(database), now),
        metrics=Metrics(),
        data=GarminDataRepository(database),
        passes=PassesRepository(database),
        open_connection=open_connection,
        owner=owner,
        limits=Limits(),
        now=now,
    )


def sync(
    path: Path, *, at: datetime = NOW, watch: Callable[[Progress], None] = nobody_watches
) -> SyncOutcome:
    """Run one sync on the database at *path*, at the instant *at*."""
    with closing(open_database(str(path))) as database:
        return service(database, now=lambda: at).sync(USER, force=True, watch=watch)


def sync_quietly(path: Path) -> str:
    """Run one sync on the database at *path* and return its status."""
    return str(sync(path).status)


def ended(
    database: Database, at: datetime, *, watch: Callable[[Progress], None] = nobody_watches
) -> str:
    """Sync at the instant *at*; return how it ended, as `STATUS:CODE` or `refused:CODE`."""
    try:
        outcome = service(database, now=lambda: at).sync(USER, force=True, watch=watch)
    except GarminSyncError as error:
        return f"refused:{error.code}"
    return f"{outcome.status}:{outcome.error_code or ''}"


@dataclass(frozen=True)
class Look:
    """What is found in a database; `rows` is one hash of every row of Garmin's data."""

    problems: tuple[str, ...]
    rows: str
    count: int
    covered: int
    history: list[tuple[str, str | None, int]]
    due_at: datetime | None

    @property
    def running(self) -> int:
        """How many runs are open."""
        return sum(status == "running" for status, _, _ in self.history)


def look(database: Database) -> Look:
    """Read everything: damage, rows without coverage or the reverse, runs, the due time."""
    found = _rows(database)
    covered = _covered(database)
    runs = GarminCredentialsRepository(database=database).get_sync_history(USER, limit=1000)
    entry = ScheduleRepository(database).entry(USER)
    return Look(
        problems=(*database.check().problems, *_unlike(found, covered)),
        rows=hashlib.sha256(repr(sorted(found.items())).encode()).hexdigest(),
        count=sum(len(rows) for rows in found.values()),
        covered=sum(len(days) for days in covered.values()),
        history=[(run.status, run.error_details, run.windows_done or 0) for run in runs],
        due_at=entry.due_at if entry else None,
    )


def look_at(path: Path) -> Look:
    """Open the database at *path*, look, and close it."""
    with closing(open_database(str(path))) as database:
        return look(database)


def _rows(database: Database) -> dict[str, list[dict[str, Any]]]:
    """Return the user's rows of every table of Garmin's data, without our own stamps."""
    found = {}
    with database.read() as db:
        for name, table in metadata.tables.items():
            if "first_seen_at" in table.c:
                columns = [column for column in table.c if column.name not in _STAMPS]
                mine = select(*columns).where(table.c.user_id == USER)
                found[name] = sorted((dict(row) for row in db.execute(mine).mappings()), key=repr)
    return found


def _covered(database: Database) -> dict[str, set[str]]:
    """Return stream -> the days that its ledger says hold data."""
    days: dict[str, set[str]] = {}
    query = select(garmin_coverage).where(
        garmin_coverage.c.user_id == USER, garmin_coverage.c.state == "data"
    )
    with database.read() as db:
        for row in db.execute(query):
            days.setdefault(row.stream, set()).add(row.calendar_date)
    return days


def _unlike(rows: dict[str, list[dict[str, Any]]], covered: dict[str, set[str]]) -> list[str]:
    """Name the tables whose days are not those that the ledger says hold data."""
    told: dict[str, set[str]] = {}
    for each in CATALOG:
        if not each.is_snapshot:
            told.setdefault(each.table, set()).update(covered.get(each.name, set()))
    return [
        f"{table}: rows and coverage differ"
        for table, days in told.items()
        if {row["calendar_date"] for row in rows[table]} != days
    ]
