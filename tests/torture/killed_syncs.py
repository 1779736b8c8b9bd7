"""Run as a script: kill syncs with SIGKILL, look, take over after one lease, look again.

    python killed_syncs.py FOLDER SEED moments|statements|calls COUNT

Prints one JSON object. `moments` are random times between a process's birth and its last word,
`statements` database statements and commits, `calls` writes, syncs and unlinks of files, counted by
strace (COUNT 0: every one of them).
"""

from __future__ import annotations

import json
import mmap
import os
import random
import shutil
import signal
import sys
import time
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import torture_stage as stage
from forked import Child, Ended, count, in_child, injected
from sqlalchemy import Engine, event

from training_analyzer.errors import SyncAlreadyRunning

if TYPE_CHECKING:
    from collections.abc import Iterator

    from training_analyzer.services.run import Progress

CALLS: Final = ("pwrite64", "fdatasync", "unlink", "ftruncate")
_SECOND: Final = timedelta(seconds=1)
# What the parent sees of a child however that ends: windows acknowledged, whether it has ended.
SEEN = mmap.mmap(-1, 8)


@dataclass
class Killed:
    """A kill: where it was meant, and how the child ended."""

    point: str
    ended: Ended


def acknowledge(progress: Progress) -> None:
    """Note a window whose transaction is done, where the parent sees it."""
    SEEN[:4] = progress.done.to_bytes(4)


def sync(path: Path) -> str:
    """Sync the database at *path*, to its end if nobody kills it."""
    return str(stage.sync(path, watch=acknowledge).status)


def counted(path: Path, kill_at: int | None) -> int:
    """Sync, and at the *kill_at*-th statement or commit die at once; return how many there were."""
    steps = [0]

    def step(*_: object) -> None:
        steps[0] += 1
        if steps[0] == kill_at:
            os.kill(os.getpid(), signal.SIGKILL)

    for name in ("before_cursor_execute", "after_cursor_execute", "commit"):
        event.listen(Engine, name, step)
    sync(path)
    return steps[0]


class Desk:
    """A folder with a database to copy, and how long an undisturbed sync takes."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.dice = random.Random(seed)  # noqa: S311 - points of time, not secrets
        self._folder = folder
        self._template = folder / "template.db"
        stage.prepare(self._template)
        self.whole = self.fresh()
        began = time.perf_counter()
        in_child(partial(sync, self.whole))
        self.takes_s = time.perf_counter() - began
        self.undisturbed = stage.look_at(self.whole)
        self.windows = self.undisturbed.history[0][2]
        self.whole.unlink()

    def fresh(self) -> Path:
        """Return a copy of the prepared database, alone in its folder's names."""
        path = self._folder / "killed.db"
        for left in self._folder.glob("killed.db*"):
            left.unlink()
        shutil.copy(self._template, path)
        SEEN[:8] = bytes(8)
        return path

    def moments(self, wanted: int) -> Iterator[tuple[Path, Killed]]:
        """Kill at *wanted* random moments: some time after a window that was drawn by lot.

        A sync that was faster than its killer counts for none.
        """
        done = 0
        while done < wanted:
            path = self.fresh()
            window = self.dice.randint(0, self.windows)
            # Opening and closing take longer than a window does.
            ends = window in {0, self.windows}
            later_s = self.dice.uniform(0, 0.05 if ends else self.takes_s / self.windows)
            child = Child(partial(sync, path))
            child.go()
            child.kill_after(later_s, once=partial(_has_acknowledged, window))
            ended = child.end()
            if ended.signal:
                done += 1
                yield path, Killed(f"{later_s * 1000:.1f} ms after window {window}", ended)

    def statements(self, wanted: int) -> Iterator[tuple[Path, Killed]]:
        """Kill at *wanted* of all statements and commits, or at all."""
        steps = in_child(partial(counted, self.fresh(), None)).told
        for point in self._some(steps, wanted):
            path = self.fresh()
            yield path, Killed(f"statement {point}", in_child(partial(counted, path, point)))

    def calls(self, wanted: int) -> Iterator[tuple[Path, Killed]]:
        """Kill at *wanted* of all system calls that change files, or at all."""
        made = count(partial(sync, self.fresh()), *CALLS)
        points = [(call, number) for call in CALLS for number in range(1, made[call] + 1)]
        for place in self._some(len(points), wanted):
            call, number = points[place - 1]
            path = self.fresh()
            ended = injected(partial(sync, path), call, f"signal=SIGKILL:when={number}")
            yield path, Killed(f"{call} {number}", ended)

    def _some(self, last: int, wanted: int) -> list[int]:
        every = range(1, last + 1)
        return sorted(self.dice.sample(every, min(wanted, last))) if wanted else list(every)


def _has_acknowledged(windows: int) -> bool:
    return int.from_bytes(SEEN[:4]) >= windows


def taken_over(path: Path, killed: Killed) -> dict[str, Any]:
    """Look at what is left, sync again one lease later, and tell all of it."""
    acknowledged = int.from_bytes(SEEN[:4])
    left = stage.look_at(path)
    refused = False
    if left.running:
        try:
            stage.sync(path, at=stage.NOW + stage.LEASE - _SECOND)
        except SyncAlreadyRunning:
            refused = True
    outcome = stage.sync(path, at=stage.NOW + stage.LEASE + _SECOND)
    after = stage.look_at(path)
    interrupted = [details for status, details, _ in after.history if status != "completed"]
    return {
        "point": killed.point,
        "signal": killed.ended.signal,
        "problems": [*left.problems, *after.problems],
        "acknowledged": acknowledged,
        "stored": max((windows for _, _, windows in left.history), default=0),
        "was_running": left.running,
        "refused_before": refused,
        "status": outcome.status,
        "requests": outcome.requests,
        "running": after.running,
        "codes": [json.loads(details or "{}").get("code") for details in interrupted],
        "rows": after.rows,
    }


def main(folder: Path, seed: int, kind: str, wanted: int) -> None:
    """Kill *wanted* syncs and take each over; print the undisturbed one and all others."""
    desk = Desk(folder, seed)
    kills = {"moments": desk.moments, "statements": desk.statements, "calls": desk.calls}[kind]
    told = [taken_over(path, killed) for path, killed in kills(wanted)]
    whole = {"rows": desk.undisturbed.rows, "count": desk.undisturbed.count}
    print(json.dumps({"undisturbed": whole, "killed": told}))  # noqa: T201 - the script's answer


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3], int(sys.argv[4]))
