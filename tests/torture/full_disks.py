"""Run as a script, with mounts of its own: sync on a disk that fills up, then has room again.

    unshare -rm python full_disks.py FOLDER COUNT

Prints one JSON object: a line for each of COUNT amounts of room, from none to more than enough.
"""

from __future__ import annotations

import errno
import json
import logging
import os
import shutil
import subprocess
import sys
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import torture_stage as stage

from training_analyzer.db import open_database

_PAGE: Final = 4096
_DISK: Final = 6 * 1024 * 1024
# An undisturbed sync needs less than this.
_ENOUGH: Final = 1800 * 1024


class Disk:
    """A small disk of its own, and a balloon in it that takes all room but so much."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._balloon = folder / "balloon"
        folder.mkdir(exist_ok=True)
        mount = shutil.which("mount") or "mount"
        of_size = f"size={_DISK}"
        subprocess.run([mount, "-t", "tmpfs", "-o", of_size, "tmpfs", folder], check=True)  # noqa: S603 - our own words

    def leave(self, room: int) -> None:
        """Leave *room* bytes free."""
        self._balloon.unlink(missing_ok=True)
        with self._balloon.open("wb", buffering=0) as balloon:
            try:
                while True:
                    balloon.write(bytes(_PAGE))
            except OSError as error:
                if error.errno != errno.ENOSPC:
                    raise
            balloon.truncate(max(0, balloon.tell() - room))

    def empty(self) -> None:
        """Make room, and remove every database."""
        self._balloon.unlink(missing_ok=True)
        for path in self.folder.glob("*.db*"):
            path.unlink()


def filled(disk: Disk, template: Path, room: int) -> dict[str, Any]:
    """Sync with *room* left on the disk, again while it is full, and with room; tell it all."""
    disk.empty()
    path = Path(shutil.copy(template, disk.folder / "full.db"))
    with closing(open_database(str(path))) as database:
        disk.leave(room)
        first = stage.ended(database, stage.NOW)
        full = stage.look(database)
        again = stage.ended(database, stage.NOW + timedelta(minutes=10))
        disk.leave(_DISK)
        healed = stage.ended(database, stage.NOW + timedelta(minutes=20))
        after = stage.look(database)
    return {
        "room": room,
        "first": first,
        "again": again,
        "problems": [*full.problems, *after.problems],
        "due_at": full.due_at and full.due_at.isoformat(),
        "history": [list(run) for run in full.history],
        "left": full.rows,
        "healed": healed,
        "running": after.running,
        "rows": after.rows,
    }


def main(folder: Path, wanted: int) -> None:
    """Fill the disk to *wanted* levels; print what became of each."""
    # What the log says is the test's business only where it cannot be written.
    logging.disable(logging.CRITICAL)
    template = folder / "template.db"
    stage.prepare(template)
    whole = Path(shutil.copy(template, folder / "whole.db"))
    stage.sync(whole)
    disk, temporary = Disk(folder / "disk"), Disk(folder / "temporary")
    # Nothing of a sync goes through temporary files: theirs is full from the start.
    os.environ["TMPDIR"] = os.environ["SQLITE_TMPDIR"] = str(temporary.folder)
    temporary.leave(0)
    levels = [_ENOUGH * step // wanted // _PAGE * _PAGE for step in range(wanted)]
    told = [filled(disk, template, room) for room in [*levels, _ENOUGH]]
    print(json.dumps({"rows": stage.look_at(whole).rows, "levels": told}))  # noqa: T201 - the answer


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
