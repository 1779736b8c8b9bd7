"""Decode and store 250 activity files as a sync does, on one core: seconds and peak memory.

The files are the pretend runner's latest; they lie ready in memory, so that what is measured
is unzipping, decoding, laps, tracks, and a transaction for each on SQLite. The process keeps
to one core where the system lets it. `--files N` takes more or fewer, `--json` is for programs.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import tempfile
import time
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from training_analyzer.db import open_database
from training_analyzer.db.repositories.garmin_data import GarminDataRepository
from training_analyzer.db.repositories.leases import LeasesRepository
from training_analyzer.db.repositories.progress import RunCounts
from training_analyzer.model import SyncType
from training_analyzer.planning import days_of_rows
from training_analyzer.services.activity_files import FilePhase
from training_analyzer.services.run import Run
from training_analyzer.simulator.athletes import demo_athletes
from training_analyzer.simulator.memory import SimulatedGarmin
from training_analyzer.streams import Window, stream

if TYPE_CHECKING:
    from training_analyzer.db import Database
    from training_analyzer.model import Lease
    from training_analyzer.planning.files import KnownActivity

USER: Final = "usr_bench"
TTL: Final = timedelta(hours=1)
MONTHS: Final = 24


@dataclass(frozen=True)
class Stored:
    """What the files phase of a sync did."""

    files: int
    megabytes: float
    rows_changed: int
    wall_s: float
    cpu_s: float
    peak_mb: int


class ReadyFiles(SimulatedGarmin):
    """A Garmin whose files are made before they are asked for."""

    def prepare(self, activities: list[KnownActivity]) -> int:
        """Make the file of each of *activities*; return the bytes of all."""
        self.ready = {one.activity_id: super().download(one.activity_id) for one in activities}
        return sum(len(content or b"") for content in self.ready.values())

    def download(self, activity_id: int) -> bytes | None:
        """Return a file that was made before."""
        return self.ready.get(activity_id)


def claimed(database: Database, now: datetime) -> Lease:
    """Return the lease of the one person here."""
    lease = LeasesRepository(database).claim(
        USER,
        sync_type=SyncType.INITIAL,
        owner="bench:1:0",
        now=now,
        ttl=TTL,
        is_abandoned=lambda _: False,
    )
    if lease is None:
        message = "nobody else claims here"
        raise AssertionError(message)
    return lease


def list_activities(
    data: GarminDataRepository, lease: Lease, garmin: SimulatedGarmin, wanted: int
) -> list[KnownActivity]:
    """Store lists of activities, a month at a time, until *wanted* of them want a file."""
    last: date = garmin.now.date()
    for _ in range(MONTHS):
        window = Window(stream("activities"), last - timedelta(days=29), last)
        payload = garmin.fetch(window)
        rows = {} if payload is None else window.stream.read(payload)
        ledger = days_of_rows(
            window,
            rows.get("activities", []),
            now=garmin.now,
            look_back_days=7,
            zone=ZoneInfo("UTC"),
        )
        data.store(
            lease, window, payload, rows, ledger, counts=RunCounts(), now=garmin.now, ttl=TTL
        )
        known = [one for one in data.files.known(USER) if one.wants_file(garmin.now)]
        if len(known) >= wanted:
            break
        last = window.first - timedelta(days=1)
    return known


def measure(files: int, folder: Path) -> Stored:
    """Return what *files* files cost."""
    today = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0)
    garmin = ReadyFiles(demo_athletes(0, today.date())[0], now=today)
    database = open_database(str(folder / "files.db"))
    data, lease = GarminDataRepository(database), claimed(database, today)
    size = garmin.prepare(list_activities(data, lease, garmin, files))
    run = Run(
        lease,
        data,
        look_back_days=7,
        now=lambda: today,
        ttl=TTL,
        watch=lambda _: None,
        must_stop=lambda: False,
        is_lost=lambda: False,
        is_cancelled=lambda: False,
        window_done=lambda _: None,
    )
    run.use(garmin)
    wall, cpu = time.perf_counter(), time.process_time()
    FilePhase(run, lease, garmin, data.files, lambda: today).follow(budget=files)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    database.close()
    done = Stored(
        files=run.counts.windows_done,
        megabytes=round(size / 1e6, 1),
        rows_changed=run.counts.rows_changed,
        wall_s=round(wall, 2),
        cpu_s=round(cpu, 2),
        peak_mb=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    )
    if run.failures:
        message = f"{len(run.failures)} files failed"
        raise AssertionError(message)
    return done


def main() -> None:
    """Print what was measured."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=250)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    with tempfile.TemporaryDirectory() as folder:
        found = measure(given.files, Path(folder))
    if given.json:
        print(json.dumps(asdict(found)))
        return
    for name, value in asdict(found).items():
        print(f"{name:<14}{value:>10,}")


if __name__ == "__main__":
    main()
