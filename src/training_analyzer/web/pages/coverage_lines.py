"""What each day of each stream is, and which days lack the most. Pure."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from training_analyzer.web.charts.coverage import Mark

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from training_analyzer.services.reading import CoverageLine

_MARKS: Final[Mapping[str, Mark]] = {
    "d": Mark.DATA,
    "p": Mark.PART,
    "e": Mark.EMPTY,
    "u": Mark.EMPTY,
    "f": Mark.FAILED,
    "m": Mark.MISSING,
    "o": Mark.OFF,
}
BAD: Final = frozenset({Mark.FAILED, Mark.MISSING})
KNOWN: Final = frozenset({Mark.DATA, Mark.PART, Mark.EMPTY})
# What moves slowly takes turns: the latest two days may not have been asked for yet.
_MAY_WAIT: Final = 2
# Days with a gap of up to three good ones between them are one trouble.
_NEAR: Final = 4


@dataclass(frozen=True, slots=True)
class Held:
    """One stream, and what each day from the first one on is."""

    stream: str
    group: str
    marks: tuple[Mark, ...]

    def within(self, start: int, end: int) -> Held:
        """Return the same of the days from number *start* to before *end*."""
        return replace(self, marks=self.marks[start:end])


@dataclass(frozen=True, slots=True)
class Lines:
    """The streams with days worth looking at; those that Garmin refuses or that are off, apart."""

    first: date
    last: date
    shown: tuple[Held, ...]
    refused: tuple[str, ...]
    off: tuple[str, ...]

    def day(self, number: int) -> date:
        """Return which day the mark at *number* is of."""
        return self.first + timedelta(days=number)

    def within(self, first: date, last: date) -> Lines:
        """Return the same for fewer days."""
        start, end = (first - self.first).days, (last - self.first).days + 1
        return replace(
            self,
            first=first,
            last=last,
            shown=tuple(each.within(start, end) for each in self.shown),
        )


def lines_of(lines: Iterable[CoverageLine], first: date, last: date, today: date) -> Lines:
    """Return the coverage from *first* to *last*, its letters as marks."""
    shown, refused, off = [], [], []
    for line in lines:
        letters = set(line.cells)
        if "u" in letters and not letters & set("dpe"):
            refused.append(line.stream)
        elif letters <= {"o"}:
            off.append(line.stream)
        else:
            cells = _settling(line.cells) if last >= today else line.cells
            shown.append(Held(line.stream, line.group, tuple(_MARKS[each] for each in cells)))
    return Lines(first, last, tuple(shown), tuple(refused), tuple(off))


def worst_days(lines: Lines) -> tuple[date, date] | None:
    """Return the days, with at most three good ones between, that lack the most; None for none."""
    bad = Counter(n for each in lines.shown for n, mark in enumerate(each.marks) if mark in BAD)
    best, start, before, weight, most = None, 0, None, 0, 0
    for n in sorted(bad):
        if before is None or n - before > _NEAR:
            start, weight = n, 0
        weight, before = weight + bad[n], n
        if weight >= most:
            best, most = (start, n), weight
    return (lines.day(best[0]), lines.day(best[1])) if best else None


def bad_days(lines: Lines, first: date, last: date) -> dict[str, int]:
    """Return how many days of each stream are missing or failed from *first* to *last*."""
    start, end = max(0, (first - lines.first).days), (last - lines.first).days + 1
    counted = {
        each.stream: sum(mark in BAD for mark in each.marks[start : max(0, end)])
        for each in lines.shown
    }
    return {stream: n for stream, n in counted.items() if n}


def _settling(cells: str) -> str:
    """Return *cells* with the latest days that no run had to ask for yet as not settled."""
    if not set(cells) - set("mo"):
        return cells
    waiting = 0
    while waiting < _MAY_WAIT and cells.endswith("m" * (waiting + 1)):
        waiting += 1
    return cells[: len(cells) - waiting] + "p" * waiting
