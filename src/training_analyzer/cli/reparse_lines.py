"""Show how far a reparse is, and what it could not read."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from training_analyzer.cli.outcomes import number
from training_analyzer.cli.printing import console

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from training_analyzer.services.reparsed import Reparsed, ReparseProgress, Unreadable

_MOST_LINES: Final = 10
_WHY: Final = {
    "damaged": "damaged in the database",
    "schema_drift": "not in the shape that this version knows",
    "internal": "a bug; its place is in the log",
    "corrupt_file": "a file in which nothing can be read",
    "unknown_stream": "a stream that this version does not know",
}


def unreadable_lines(done: Reparsed) -> Iterator[str]:
    """Yield a line for each of the first answers that could not be read."""
    for one in done.unreadable[:_MOST_LINES]:
        yield f"Not read: {_which(one)}: {_WHY.get(one.code, one.code)}."
    if len(done.unreadable) > _MOST_LINES:
        yield f"Not read in all: {number(done.unreadable_payloads, 'answer')}."


def _which(one: Unreadable) -> str:
    if one.first is None:
        return f"{number(one.payloads, 'answer')} of {one.stream}"
    days = one.first if one.first == one.last else f"{one.first} to {one.last}"
    return f"{one.stream} {days}"


@contextmanager
def shown_reparse(*, quiet: bool) -> Iterator[Callable[[ReparseProgress], None]]:
    """Give what a reparse is watched with: a line that changes, on a terminal only."""
    if quiet or not sys.stderr.isatty():
        yield lambda _: None
        return
    with console(on_stderr=True).status("Reading the archive") as line:
        yield lambda progress: line.update(
            f"Reading {progress.table.replace('_', ' ')}: {progress.done:,} of {progress.total:,}"
        )
