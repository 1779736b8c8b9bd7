"""Ctrl-C and SIGTERM while a sync runs: end between two windows; the second time, at once."""

from __future__ import annotations

import logging
import os
import signal
import sys
from contextlib import contextmanager, suppress
from threading import Event
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType

_STDERR: Final = 2


@contextmanager
def asked_to_stop(*, quiet: bool = False) -> Iterator[Event]:
    """Give an event that is set once somebody wants the block to end.

    A second signal raises `KeyboardInterrupt`. To be entered in the main thread.
    """
    stop = Event()

    def note(_signal: int, _frame: FrameType | None) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()
        if not quiet:
            # Not through sys.stderr: it may be writing a line of progress in this very
            # moment, and refuses to be entered twice.
            os.write(_STDERR, b"Stopping after this request. Once more ends it at once.\n")

    with _handled(note):
        yield stop


@contextmanager
def interrupted_by_termination() -> Iterator[None]:
    """Let SIGTERM end the block as Ctrl-C does, so that it cleans up behind itself."""

    def end(_signal: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    with _handled(end):
        yield


def leave_at_once() -> None:
    """End this process now, whatever its threads wait for; what they did is stored.

    Python would wait for each thread that waits for Garmin. Their leases are given back.
    """
    logging.shutdown()
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
    os._exit(0)


@contextmanager
def _handled(by: Callable[[int, FrameType | None], None]) -> Iterator[None]:
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = {number: signal.signal(number, by) for number in numbers}
    try:
        yield
    finally:
        for number, previous in before.items():
            signal.signal(number, previous)
