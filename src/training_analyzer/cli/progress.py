"""Show how far a sync is: a bar on a terminal, now and then a line elsewhere."""

from __future__ import annotations

import sys
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final

from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar
from rich.text import Text

from training_analyzer.cli.outcomes import number
from training_analyzer.cli.printing import console

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from rich.console import RenderableType

    from training_analyzer.services.run import Progress

# Without a terminal, a line at each tenth of the way: a cron job mails them.
_LINES: Final = 10


@contextmanager
def shown_progress(name: str, *, quiet: bool = False) -> Iterator[Callable[[Progress], None]]:
    """Give what a sync of *name* is to be watched with, for the block; *quiet* shows nothing."""
    if quiet:
        yield _nothing
    elif sys.stderr.isatty():
        with SyncBar(name) as bar:
            yield bar.show
    else:
        yield ProgressLines(name).show


class SyncBar(Bar):
    """A bar over the windows of a run, and under it what was asked last. Is gone at the end."""

    def __init__(self, name: str) -> None:
        super().__init__(
            TextColumn("{task.description}"),
            BarColumn(bar_width=28),
            MofNCompleteColumn(),
            TextColumn("windows"),
            TimeElapsedColumn(),
            console=console(on_stderr=True),
            transient=True,
        )
        self._run = self.add_task(f"Syncing {shortened(name, 16)}", total=None)
        self._latest = Text("signing in to Garmin", style="dim")

    def show(self, progress: Progress) -> None:
        """Move on to *progress*."""
        self._latest = Text(f"{asked(progress)}  {counted(progress)}", style="dim")
        self.update(self._run, completed=progress.done, total=progress.total)

    def get_renderables(self) -> Iterable[RenderableType]:
        """Return the bar and the line below."""
        yield from super().get_renderables()
        # Rich draws once before this class is complete.
        yield getattr(self, "_latest", Text())


class ProgressLines:
    """A line on standard error at each tenth of the way."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._told = 0

    def show(self, progress: Progress) -> None:
        """Write a line when another tenth is done, or all of it."""
        if progress.done < progress.total and progress.done - self._told < progress.total / _LINES:
            return
        self._told = progress.done
        line = f"{progress.done}/{progress.total} windows, {asked(progress)}, {counted(progress)}"
        # A disk that is full, or a reader who went away, is no reason to end a sync.
        with suppress(OSError):
            sys.stderr.write(f"{self._name}: {line}\n")


def asked(progress: Progress) -> str:
    """Return the window that was asked last, as a person reads it."""
    days = str(progress.first)
    if progress.last != progress.first:
        days += f" to {progress.last}"
    return f"{progress.stream.replace('_', ' ')} {days}"


def counted(progress: Progress) -> str:
    """Return what was asked and changed so far."""
    return f"{number(progress.requests, 'request')}, {number(progress.rows_changed, 'row')}"


def shortened(text: str, longest: int) -> str:
    """Return *text* with an ellipsis where it is longer than *longest*."""
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def _nothing(_: Progress) -> None:
    """Show nothing."""
