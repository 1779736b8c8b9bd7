"""Run a program and say what it cost: seconds, processor seconds, peak memory.

The kernel keeps the books: `wait4` gives what a process and all that it waited for used. A
process inherits the peak of the one that started it, so the driver itself stays small.
"""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

LOOK_EVERY_S: Final = 0.05


@dataclass(frozen=True)
class Cost:
    """What one process cost, its own children included; `status` is negative after a kill."""

    status: int
    wall_s: float
    cpu_s: float
    peak_mb: float


def run(
    command: Sequence[str | Path],
    *,
    folder: Path,
    env: Mapping[str, str],
    log: Path,
    kill_when: Callable[[], bool] | None = None,
    given: str = "",
) -> Cost:
    """Run *command* in *folder* and wait; kill it, without a warning, once *kill_when*."""
    began = time.perf_counter()
    with log.open("ab") as output:
        process = subprocess.Popen(  # noqa: S603 - our own commands and pinned peers
            command,
            cwd=folder,
            env=dict(env),
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=output,
            # A peer's own children are to die with it.
            start_new_session=True,
        )
        if process.stdin is not None:
            process.stdin.write(given.encode())
            process.stdin.close()
        ended = threading.Event()
        if kill_when is not None:
            watch = threading.Thread(target=_kill_when, args=(process.pid, kill_when, ended))
            watch.start()
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - began
        ended.set()
        process.returncode = os.waitstatus_to_exitcode(status)
        if kill_when is not None:
            watch.join()
    return Cost(
        status=process.returncode,
        wall_s=seconds,
        cpu_s=usage.ru_utime + usage.ru_stime,
        peak_mb=usage.ru_maxrss / 1024,
    )


def _kill_when(group: int, is_time: Callable[[], bool], ended: threading.Event) -> None:
    while not ended.wait(LOOK_EVERY_S):
        if is_time():
            os.killpg(group, signal.SIGKILL)
            return
