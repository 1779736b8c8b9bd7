"""Measure what is done with stored data: exports, reading the archive again, the view of days.

Two years of a pretend athlete are synced into a temporary database first, activity files and
curves of days included. Each measurement then has a process of its own, so that its peak
memory is its own. `--days N` syncs more or fewer, `--json` is for programs.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from cryptography.fernet import Fernet
from pydantic import SecretStr
from sqlalchemy import delete, func, select, text

from training_analyzer.db.tables import activity_files, activity_laps, activity_tracks, metadata
from training_analyzer.services.export_formats import ExportFormat
from training_analyzer.services.garmin_scheduler import GarminSyncScheduler
from training_analyzer.services.runtime import Runtime, build_runtime
from training_analyzer.settings import Settings
from training_analyzer.simulator import SimulatorServer, demo_world

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import Connection, Table

# Each run brings a share of the days in detail and of the files.
MOST_SYNCS: Final = 40
# Made from files and pages that are not in the archive of answers.
NOT_ARCHIVED: Final = {activity_files.name, activity_laps.name, activity_tracks.name}


def opened(folder: Path, server: str | None = None) -> Runtime:
    """Build everything over the database in *folder*."""
    key = folder / "key"
    if not key.exists():
        key.write_bytes(Fernet.generate_key())
    return build_runtime(
        Settings(
            encryption_key=SecretStr(key.read_text()),
            database_url=f"sqlite:///{folder / 'bench.db'}",
            garmin_server_url=server,
            requests_per_minute=6000,
        )
    )


def fill(folder: Path, days: int) -> None:
    """Sync *days* days of an athlete, until a run brings nothing new."""
    with SimulatorServer(demo_world(7)) as garmin, opened(folder, garmin.url) as runtime:
        who = next(one for one in garmin.world.accounts if one.email.startswith("ada@"))
        user_id = runtime.people.add("ada").user_id
        runtime.connections.connect_password(user_id, who.email, who.password)
        runtime.credentials.update_sync_config(user_id, initial_sync_days=days)
        scheduler = GarminSyncScheduler(runtime)
        for _ in range(MOST_SYNCS):
            if not scheduler.sync_user(user_id, force=True).rows_changed:
                break


def archived_tables() -> Iterator[Table]:
    """Yield the tables whose rows come from archived answers."""
    for table in metadata.tables.values():
        if "first_seen_at" in table.c and table.name not in NOT_ARCHIVED:
            yield table


def count(db: Connection) -> int:
    """Return how many rows come from archived answers."""
    return sum(
        db.execute(select(func.count()).select_from(table)).scalar_one()
        for table in archived_tables()
    )


def export(runtime: Runtime, folder: Path, *, form: ExportFormat) -> int:
    """Export everything; return the rows."""
    user_id = runtime.people.find("ada").user_id
    return runtime.exports.export(user_id, form, folder / form.value).rows


def reparse_as_is(runtime: Runtime, _: Path) -> int:
    """Read the archive with nothing to change; return the rows that were compared."""
    runtime.reparsing.reparse()
    with runtime.database.read() as db:
        return count(db)


def reparse_all(runtime: Runtime, _: Path) -> int:
    """Read the archive into empty tables; return the rows that were written."""
    return runtime.reparsing.reparse().rows_changed


def empty(runtime: Runtime) -> None:
    """Delete what a reparse can make again."""
    with runtime.database.write() as db:
        for table in archived_tables():
            db.execute(delete(table))


def days(runtime: Runtime, _: Path) -> int:
    """Read the view of days; return its rows."""
    with runtime.database.read() as db:
        return len(db.execute(text("SELECT * FROM v_day")).all())


TASKS: Final[dict[str, Callable[[Runtime, Path], int]]] = {
    "v_day": days,
    **{f"export {form.value}": partial(export, form=form) for form in ExportFormat},
    "reparse, nothing to change": reparse_as_is,
    "reparse into empty tables": reparse_all,
}


def measure(folder: Path, task: str) -> dict[str, Any]:
    """Do one task and return its rows, seconds and this process's peak of memory."""
    with opened(folder) as runtime:
        if TASKS[task] is reparse_all:
            empty(runtime)
        began = time.perf_counter()
        rows = TASKS[task](runtime, folder)
        seconds = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return {"task": task, "rows": rows, "seconds": seconds, "peak_mb": peak}


def apart(folder: Path, task: str) -> dict[str, Any]:
    """Measure one task in a process of its own."""
    command = [sys.executable, __file__, "--folder", str(folder), "--task", task]
    done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 - this very script
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def main() -> None:
    """Print a small table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=int, default=730)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--task", choices=TASKS, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.task:
        print(json.dumps(measure(given.folder, given.task)))
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        fill(folder, given.days)
        results = [apart(folder, task) for task in TASKS]
    if given.json:
        print(json.dumps(results))
        return
    print(f"{'':<30}{'rows':>10}{'seconds':>10}{'rows/s':>10}{'peak MB':>10}")
    for each in results:
        rate = each["rows"] / each["seconds"]
        cells = f"{each['rows']:>10,}{each['seconds']:>10.2f}{rate:>10,.0f}{each['peak_mb']:>10}"
        print(f"{each['task']:<30}{cells}")


if __name__ == "__main__":
    main()
