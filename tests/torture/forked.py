"""Work in a process of its own, forked from one that has everything loaded; and its end."""

from __future__ import annotations

import ctypes
import json
import os
import select
import signal
import subprocess
import tempfile
import traceback
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable

# Who may look into a process: where only a parent may, the child lets everybody.
_SET_PTRACER: Final = 0x59616D61
_ANYBODY: Final = ctypes.c_ulong(-1)
_STRACE: Final = ("strace", "-o", "/dev/null")
# How often a parent looks how far its child is.
_GLANCE_S: Final = 0.001
PATIENCE_S: Final = 60.0


@dataclass(frozen=True)
class Ended:
    """How a child ended: by which signal, or with what to tell."""

    signal: int
    told: Any


class Child:
    """A forked process that waits for `go`, does its work and tells the result as JSON."""

    def __init__(self, work: Callable[[], Any]) -> None:
        self._told, telling = os.pipe()
        waiting, self._go = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            _work(work, waiting, telling, theirs=(self._told, self._go))
        os.close(waiting)
        os.close(telling)

    def go(self) -> None:
        """Let it begin."""
        os.write(self._go, b"!")

    def kill_after(self, seconds: float, *, once: Callable[[], bool] | None = None) -> None:
        """Kill it *seconds* after *once* is true, or from now, unless it has ended before."""
        while once is not None and not once():
            if select.select([self._told], [], [], _GLANCE_S)[0]:
                break
        select.select([self._told], [], [], seconds)
        os.kill(self.pid, signal.SIGKILL)

    def end(self) -> Ended:
        """Read what it tells, and wait for its end."""
        with os.fdopen(self._told, "rb") as told:
            said = told.read()
        os.close(self._go)
        _, status = os.waitpid(self.pid, 0)
        killed_by = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
        return Ended(killed_by, json.loads(said) if said else None)


def _work(work: Callable[[], Any], waiting: int, telling: int, *, theirs: tuple[int, int]) -> None:
    """Be the child, to its end: nothing of the parent's, its clean-up least of all, runs."""
    code = 1
    try:
        for descriptor in theirs:
            os.close(descriptor)
        ctypes.CDLL(None).prctl(_SET_PTRACER, _ANYBODY, 0, 0, 0)
        os.read(waiting, 1)
        os.write(telling, json.dumps(work()).encode())
        code = 0
    except BaseException:  # noqa: BLE001 - told, and the child ends all the same
        traceback.print_exc()
    finally:
        os._exit(code)


def in_child(work: Callable[[], Any]) -> Ended:
    """Run *work* in a child, to its end."""
    child = Child(work)
    child.go()
    return child.end()


def injected(work: Callable[[], Any], call: str, fault: str) -> Ended:
    """Run *work* in a child whose system calls *call* meet *fault*: `signal=SIGKILL:when=3`.

    Only the child's own thread is counted. Raises `PermissionError` where nobody may trace.
    """
    tracing = (f"--trace={call}", f"--inject={call}:{fault}")
    return traced(work, *_STRACE, *tracing)


def count(work: Callable[[], Any], *calls: str) -> dict[str, int]:
    """Return how often *work*, in a child, makes each of *calls*."""
    with tempfile.NamedTemporaryFile(prefix="calls-") as listed:
        ended = traced(work, "strace", "-o", listed.name, f"--trace={','.join(calls)}")
        lines = Path(listed.name).read_text(errors="replace").splitlines()
    assert ended.signal == 0
    return {call: sum(line.startswith(f"{call}(") for line in lines) for call in calls}


def traced(work: Callable[[], Any], *command: str) -> Ended:
    """Run *work* in a child that *command*, an strace, is attached to from before its begin."""
    child = Child(work)
    tracer = subprocess.Popen(  # noqa: S603 - our own words
        [*command, "-p", str(child.pid)], stderr=subprocess.PIPE, stdin=subprocess.DEVNULL
    )
    assert tracer.stderr is not None
    line = tracer.stderr.readline()
    if b"attached" not in line:
        child.kill_after(0)
        child.end()
        tracer.communicate(timeout=PATIENCE_S)
        raise PermissionError(line.decode(errors="replace").strip())
    child.go()
    ended = child.end()
    tracer.communicate(timeout=PATIENCE_S)
    return ended
