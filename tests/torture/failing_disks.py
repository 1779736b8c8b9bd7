"""Run as a script: sync while writes or syncs of files fail, look, and sync on a sound disk.

    python failing_disks.py FOLDER SEED COUNT

Prints one JSON object. The fault strikes COUNT calls of each kind (0: every call): a write that
finds no room, from then on; a write or a sync of a file that fails, once or from then on.
"""

from __future__ import annotations

import json
import logging
import random
import shutil
import sys
from contextlib import closing
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import torture_stage as stage
from forked import count, injected

from training_analyzer.db import open_database
from training_analyzer.errors import DatabaseUnusable

if TYPE_CHECKING:
    from collections.abc import Iterator

# What each fault is: the call, the error, and whether it stays.
FAULTS: Final = (
    ("pwrite64", "ENOSPC", "+"),
    ("pwrite64", "EIO", "+"),
    ("pwrite64", "EIO", ""),
    ("fdatasync", "EIO", "+"),
    ("fdatasync", "EIO", ""),
)


class Listening(logging.Handler):
    """Keep what the log is told."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep one line."""
        self.lines.append(record.getMessage())


def sync_twice(path: Path) -> dict[str, Any]:
    """Sync the database at *path*, and once more with the same process; tell how both ended."""
    heard = Listening()
    logging.getLogger().addHandler(heard)
    logging.lastResort = None
    try:
        with closing(open_database(str(path))) as database:
            first = stage.ended(database, stage.NOW)
            again = stage.ended(database, stage.NOW + timedelta(minutes=10))
            useless = _is_given_up(database)
    except DatabaseUnusable:
        first = again = "refused:unusable"
        useless = True
    return {"first": first, "again": again, "log": heard.lines, "given_up": useless}


def _is_given_up(database: Any) -> bool:
    """Tell whether this process would end, because its disk lost what it wrote."""
    try:
        database.refuse_replaced()
    except DatabaseUnusable:
        return True
    return False


def points(made: dict[str, int], dice: random.Random, wanted: int) -> Iterator[tuple[str, str]]:
    """Yield calls with the faults that they meet."""
    for call, error, stays in FAULTS:
        every = range(1, made[call] + 1)
        some = sorted(dice.sample(every, min(wanted, len(every)))) if wanted else every
        for number in some:
            yield call, f"error={error}:when={number}{stays}"


def main(folder: Path, seed: int, wanted: int) -> None:
    """Let calls fail, one place after the other; print what became of each."""
    template, path = folder / "template.db", folder / "failing.db"
    stage.prepare(template)

    def fresh() -> Path:
        for left in folder.glob("failing.db*"):
            left.unlink()
        return Path(shutil.copy(template, path))

    stage.sync(fresh())
    whole = stage.look_at(path).rows
    made = count(partial(stage.sync_quietly, fresh()), "pwrite64", "fdatasync")
    told = []
    for call, fault in points(made, random.Random(seed), wanted):  # noqa: S311 - places, not secrets
        ended = injected(partial(sync_twice, fresh()), call, fault)
        left = stage.look_at(path)
        healed = stage.sync(path, at=stage.NOW + timedelta(minutes=20))
        after = stage.look_at(path)
        told.append(
            {
                "fault": f"{call} {fault}",
                **(ended.told or {"first": "died"}),
                "problems": [*left.problems, *after.problems],
                "left": left.rows,
                "statuses": [status for status, _, _ in left.history],
                "is_due": left.due_at is not None,
                "healed": healed.status,
                "running": after.running,
                "rows": after.rows,
            }
        )
    print(json.dumps({"rows": whole, "faults": told}))  # noqa: T201 - the script's answer


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
