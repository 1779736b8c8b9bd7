"""`coverage`: which days of which streams are there."""

from __future__ import annotations

from dataclasses import dataclass
from shlex import quote
from typing import TYPE_CHECKING

from training_analyzer.cli.grid import LEGEND, first_day, grid_lines, known_percent
from training_analyzer.cli.opening import opened_runtime
from training_analyzer.cli.options import AsJson, Name  # noqa: TC001 - Typer reads them
from training_analyzer.cli.printing import console, print_json, say

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from training_analyzer.model import DayState
    from training_analyzer.services.runtime import Runtime


def coverage(name: Name, *, as_json: AsJson = False) -> None:
    """Show which days of which streams are there, over a year.

    A day is known once Garmin has answered for it, with data or with nothing.
    """
    with opened_runtime() as runtime:
        person = runtime.people.find(name)
        covered = covered_year(runtime, person.user_id)
        if as_json:
            print_json(covered.document())
        elif covered.since is None:
            say(f"Nothing of {person.name} is synced. Begin: garmin-sync sync {quote(person.name)}")
        else:
            print_coverage(covered)


@dataclass(frozen=True, slots=True)
class CoveredYear:
    """One state a day and stream from `first` to `last`; `since` is the first day asked for."""

    first: date
    last: date
    since: date | None
    days: Mapping[str, Sequence[DayState | None]]

    def percent(self, stream: str) -> int:
        """Return the known days since `since` in per cent."""
        return known_percent(self._asked(stream))

    def count(self, stream: str) -> dict[str, int]:
        """Return how many days there are of each state; `unasked` for none."""
        counted: dict[str, int] = {}
        for state in self._asked(stream):
            word = state.value if state else "unasked"
            counted[word] = counted.get(word, 0) + 1
        return counted

    def document(self) -> dict[str, object]:
        """Return it as a JSON object, with a state or null for each day."""
        return {
            "first": self.first,
            "last": self.last,
            "since": self.since,
            "streams": [
                {
                    "stream": stream,
                    "known_percent": self.percent(stream),
                    "days": self.count(stream),
                    "states": list(states),
                }
                for stream, states in self.days.items()
            ],
        }

    def _asked(self, stream: str) -> Sequence[DayState | None]:
        if self.since is None:
            return ()
        return self.days[stream][-((self.last - self.since).days + 1) :]


def covered_year(runtime: Runtime, user_id: str) -> CoveredYear:
    """Return the coverage of the last 52 weeks; the last day is the newest one known."""
    known = runtime.reading.coverage(user_id)
    last = max((stream.last for stream in known if stream.last), default=runtime.now().date())
    first = first_day(last)
    begun = min((stream.first for stream in known if stream.first), default=None)
    return CoveredYear(
        first=first,
        last=last,
        since=begun and max(begun, first),
        days=runtime.reading.coverage_days(user_id, first=first, last=last),
    )


def print_coverage(covered: CoveredYear) -> None:
    """Print the grid and its legend."""
    out = console()
    for line in grid_lines(covered.days, last=covered.last, known_since=covered.since):
        out.print(line, no_wrap=True, crop=False)
    out.print()
    out.print(LEGEND, style="dim")
