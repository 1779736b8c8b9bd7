"""The coverage ledger as a grid of weeks. Pure."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import groupby
from typing import TYPE_CHECKING, Final

from rich.text import Text

from training_analyzer.model import DayState
from training_analyzer.services.reading import due_by_now

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

WEEKS: Final = 52
LEGEND: Final = "░▒▓█ days with data   · nothing   ! failed   - not to be had   blank: not asked"

_SHADES: Final = "░▒▓█"
_NOTHING, _FAILED, _UNSUPPORTED, _UNASKED = "·", "!", "-", " "
_STYLES: Final = {_NOTHING: "dim", _FAILED: "bold red", _UNSUPPORTED: "dim"}
_WEEK: Final = 7
_NAME_WIDTH: Final = 19


def week_cell(states: Sequence[DayState | None]) -> str:
    """Return the letter of a week: a failed day shows first, then how many days have data."""
    if DayState.FAILED in states:
        return _FAILED
    data = sum(state is DayState.DATA for state in states)
    if data:
        return _SHADES[min(data * len(_SHADES) // len(states), len(_SHADES) - 1)]
    if DayState.EMPTY in states:
        return _NOTHING
    return _UNSUPPORTED if DayState.UNSUPPORTED in states else _UNASKED


def known_percent(states: Sequence[DayState | None]) -> int:
    """Return how many per cent of the days Garmin has answered for; 100 is all of them."""
    due = due_by_now(states)
    known = sum(state in {DayState.DATA, DayState.EMPTY} for state in due)
    return known * 100 // len(due) if due else 0


def grid_lines(
    days: Mapping[str, Sequence[DayState | None]], *, last: date, known_since: date | None
) -> list[Text]:
    """Return a line per stream, a letter per week up to *last*, and the known days in per cent.

    *days* holds one state a day, the last one for *last*; the percentage counts from
    *known_since* on. All lines fit into 80 columns. The first line names the months.
    """
    lines = [Text(f"{'':{_NAME_WIDTH}} {month_line(last)} known", style="dim")]
    for stream, states in days.items():
        line = Text(f"{stream.replace('_', ' '):{_NAME_WIDTH}} ")
        cells = (week_cell(states[start : start + _WEEK]) for start in range(0, len(states), _WEEK))
        for style, alike in groupby(cells, key=lambda cell: _STYLES.get(cell, "green")):
            line.append("".join(alike), style=style)
        counted = states[-((last - known_since).days + 1) :] if known_since else states
        line.append(f" {known_percent(counted):4}%")
        lines.append(line)
    return lines


def month_line(last: date, weeks: int = WEEKS) -> str:
    """Return the names of the months over the weeks in which they begin."""
    letters = [" "] * weeks
    for week in range(weeks - 2):
        first = last - timedelta(days=(weeks - week) * _WEEK - 1)
        begins = (first + timedelta(days=_WEEK - 1)).replace(day=1)
        if begins >= first:
            letters[week : week + 3] = begins.strftime("%b")
    return "".join(letters)


def first_day(last: date) -> date:
    """Return the day at which a grid that ends on *last* begins."""
    return last - timedelta(days=WEEKS * _WEEK - 1)
