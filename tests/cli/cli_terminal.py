"""A command in a process of its own, and one that sits at a real terminal."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import struct
import subprocess
import sys
import termios
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType

COMMAND = [sys.executable, "-m", "training_analyzer.cli"]
PATIENCE_S = 60.0


@dataclass(frozen=True)
class Ended:
    """How a process ended and what it printed."""

    code: int
    out: str
    err: str


def run(*words: str, stdin: str = "", env: Mapping[str, str] | None = None) -> Ended:
    """Run a command in its own process, to its end."""
    done = subprocess.run(  # noqa: S603 - our own program
        [*COMMAND, *words],
        input=stdin,
        env={**os.environ, **(env or {})},
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_S,
    )
    return Ended(done.returncode, done.stdout, done.stderr)


def begun(*words: str) -> subprocess.Popen[str]:
    """Begin a command in its own process; the caller ends it."""
    return subprocess.Popen(  # noqa: S603 - our own program
        [*COMMAND, *words],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


class Terminal:
    """A command at a terminal of 80 columns: what it shows, and what is typed."""

    def __init__(self, *words: str, env: Mapping[str, str] | None = None) -> None:
        self.shown = ""
        self._ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 80, 0, 0))
        self._process = subprocess.Popen(  # noqa: S603 - our own program
            [*COMMAND, *words],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env={**os.environ, "TERM": "xterm-256color", **(env or {})},
            start_new_session=True,
        )
        os.close(theirs)

    def __enter__(self) -> Self:
        """Sit down."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Leave; a command that still runs is ended."""
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        os.close(self._ours)

    def wait_for(self, text: str, *, times: int = 1) -> None:
        """Read until *text* was shown that many times.

        What is typed before a hidden prompt stands there is thrown away by it.
        """
        until = time.monotonic() + PATIENCE_S
        while self.shown.count(text) < times:
            assert time.monotonic() < until, self.shown
            if not self._read():
                assert self.shown.count(text) >= times, self.shown

    def type(self, line: str) -> None:
        """Type a line."""
        os.write(self._ours, f"{line}\n".encode())

    def interrupt(self) -> None:
        """Press Ctrl-C: the terminal's signal to the process."""
        self._process.send_signal(2)

    def end(self) -> int:
        """Read to the end and return the exit code."""
        while self._read():
            pass
        return self._process.wait(PATIENCE_S)

    def _read(self) -> bool:
        ready, _, _ = select.select([self._ours], [], [], PATIENCE_S)
        assert ready, self.shown
        try:
            seen = os.read(self._ours, 65536)
        except OSError:
            # Linux tells so that the other side was closed.
            return False
        self.shown += seen.decode("utf-8", "replace")
        return bool(seen)
