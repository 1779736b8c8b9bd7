"""Run as a script: cut the power of a syncing process, at every call, and open what is left.

    python power_cuts.py FOLDER SEED FULL|OFF COUNT

Prints one JSON object. The process is the product itself over its own database, its system calls
traced: a first sync, a scrub, a second process's sync a day later. Each of COUNT images holds what
was synced by then and a random part of what was not. FULL is how the product opens its database;
OFF is the control, which has to lose commits.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
import sqlite3
import sys
from contextlib import closing
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import torture_stage as stage
from disk_trace import CALLS, Deed, Disk, deeds
from forked import traced
from sqlalchemy import Engine, Pool, event

from training_analyzer.db import open_database

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

# Each transaction counts itself, so that an image says which commits it holds.
_COUNTER: Final = "power_cuts"
_MARK: Final = "/dev/null"


def prepare(path: Path) -> None:
    """Write the database to begin with."""
    stage.prepare(path)
    with closing(sqlite3.connect(path)) as database:
        database.execute(f"CREATE TABLE {_COUNTER} (n INTEGER NOT NULL)")
        database.execute(f"INSERT INTO {_COUNTER} VALUES (0)")  # noqa: S608 - our own words
        database.commit()


def workload(path: Path, synchronous: str) -> int:
    """Sync, scrub, and sync a day later; acknowledge each commit. Return how many there were."""
    mark = os.open(_MARK, os.O_WRONLY)
    committed = [0]

    def set_up(connection: Any, *_: object) -> None:
        connection.execute(f"PRAGMA synchronous={synchronous}")

    def count(connection: Connection) -> None:
        if not connection.get_execution_options().get("read_only"):
            connection.exec_driver_sql(f"UPDATE {_COUNTER} SET n = n + 1")  # noqa: S608 - our own words
            committed[0] += 1

    def acknowledge(*_: object) -> None:
        os.write(mark, str(committed[0]).encode())

    if synchronous != "FULL":
        event.listen(Pool, "checkout", set_up)
    event.listen(Engine, "commit", count)
    # A connection comes back once its transaction is over: from here on the caller relies on it.
    event.listen(Pool, "checkin", acknowledge)
    for days in range(2):
        with closing(open_database(str(path))) as database:
            at = stage.NOW + timedelta(days=days)
            assert stage.ended(database, at).startswith("completed")
            assert database.scrub()
    return committed[0]


def recorded(template: Path, path: Path, synchronous: str) -> list[Deed]:
    """Return what the workload does to the files of *path*, a copy of *template*."""
    shutil.copy(template, path)
    trace = path.with_suffix(".trace")
    seeing = ("-o", str(trace), "-y", "-xx", "-s", "1000000", f"--trace={CALLS}")
    ended = traced(partial(workload, path, synchronous), "strace", *seeing)
    assert ended.signal == 0
    assert ended.told > 0
    names = {f"{path}{suffix}": suffix for suffix in ("", "-wal")}
    with trace.open(encoding="ascii") as lines:
        return list(deeds(lines, names, _MARK))


class Images:
    """Opens images of the disk in a folder of their own."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "image.db"

    def opened(self, files: dict[str, bytes]) -> tuple[int, str] | None:
        """Return how many commits an image holds and a hash of all of it; None if corrupt."""
        for suffix in ("", "-wal", "-shm"):
            Path(f"{self._path}{suffix}").unlink(missing_ok=True)
        for suffix, content in files.items():
            Path(f"{self._path}{suffix}").write_bytes(content)
        try:
            with closing(sqlite3.connect(self._path)) as image:
                image.setconfig(sqlite3.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE)
                image.execute("PRAGMA synchronous=OFF")
                if image.execute("PRAGMA integrity_check").fetchall() != [("ok",)]:
                    return None
                (commits,) = image.execute(f"SELECT n FROM {_COUNTER}").fetchone()  # noqa: S608 - our own words
                return commits, _digest(image)
        except sqlite3.DatabaseError:
            return None


def _digest(image: sqlite3.Connection) -> str:
    found = hashlib.sha256()
    tables = image.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table' ORDER BY name")
    for name, sql in tables.fetchall():
        found.update(sql.encode())
        for row in image.execute(f'SELECT * FROM "{name}"'):  # noqa: S608 - a name of the schema
            found.update(repr(row).encode())
    return found.hexdigest()


def places(done: list[Deed], wanted: int, dice: random.Random) -> Iterator[tuple[int, int]]:
    """Yield after how many deeds to cut, and how often, so that *wanted* images come out."""
    every = range(1, len(done) + 1)
    if wanted < len(done):
        yield from ((after, 1) for after in sorted(dice.sample(every, wanted)))
        return
    times, more = divmod(wanted, len(done))
    yield from ((after, times + (after <= more)) for after in every)


def main(folder: Path, seed: int, synchronous: str, wanted: int) -> None:
    """Cut the power *wanted* times; print what became of the acknowledged commits."""
    template = folder / "template.db"
    prepare(template)
    done = recorded(template, folder / "traced.db", synchronous)
    images, dice = Images(folder), random.Random(seed)  # noqa: S311 - power cuts, not secrets
    disk = Disk({"": template.read_bytes()})
    states = dict(filter(None, [images.opened(disk.whole())]))
    cuts = dict(places(done, wanted, dice))
    told = {"images": 0, "corrupt": 0, "lost": 0, "torn": 0}
    for number, deed in enumerate(done, 1):
        disk.follow(deed)
        if deed.kind == "acknowledge" and deed.at not in states:
            states.update(filter(None, [images.opened(disk.whole())]))
        for _ in range(cuts.get(number, 0)):
            found = images.opened(disk.cut(dice))
            told["images"] += 1
            told["corrupt"] += found is None
            if found is not None:
                commits, digest = found
                told["lost"] += commits < disk.acknowledged
                # A commit that nobody was told of yet may be there, but then all of it.
                told["torn"] += commits in states and states[commits] != digest
    kinds = {kind: sum(deed.kind == kind for deed in done) for kind in {one.kind for one in done}}
    print(json.dumps({**told, "commits": max(states), "deeds": kinds}))  # noqa: T201 - the answer


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3], int(sys.argv[4]))
