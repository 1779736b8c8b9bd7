"""Which settled days are asked for again, and how few requests that may cost. Pure.

A watch that is synced weeks late, or an import, fills days that were empty, so emptiness
expires: soon where it is young, seldom where it is old. What a person may edit and delete on
the web is swept in whole. Both cost next to nothing, because a window that is asked for
anyway reaches back over what is stale; the rest takes turns, a window or two a run.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import pairwise
from operator import itemgetter
from typing import TYPE_CHECKING, Final

from training_analyzer.model import DayState
from training_analyzer.planning.ledger import ANSWERED
from training_analyzer.streams import Window

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from training_analyzer.planning.ledger import Coverage, LedgerDay
    from training_analyzer.streams import Stream

# An empty day waits as long as the longest of these that is not above its age. Who finds
# a watch in a drawer has not lost it for years.
WAITS_DAYS: Final = (7, 30, 90)
# What a person never had at all, for want of a device, waits at least this long.
NEVER_HAD_DAYS: Final = 30
# A weekly run comes a little early as often as late.
_EARLY: Final = timedelta(hours=12)


def wait_of(stream: Stream, line: LedgerDay, *, had: bool) -> timedelta | None:
    """Return how long what *line* says is believed; None: for good, or it is wanted anyway.

    *had* tells whether the person has any data of *stream* at all.
    """
    if line.state not in ANSWERED or not line.settled:
        return None
    if stream.sweep_days is not None:
        days = stream.sweep_days
    elif line.state is DayState.EMPTY:
        age = (line.fetched_at.date() - line.calendar_date).days
        days = max((wait for wait in WAITS_DAYS if wait <= age), default=WAITS_DAYS[0])
    else:
        return None
    return timedelta(days=days if had else max(days, NEVER_HAD_DAYS))


def stale_days(
    stream: Stream, coverage: Coverage, days: Iterable[date], *, now: datetime
) -> dict[date, datetime]:
    """Return those of *days* that settled too long ago to be believed, and since when."""
    lines = coverage.days.get(stream.name, {})
    had = any(line.state is DayState.DATA for line in lines.values())
    return {
        day: line.fetched_at + wait
        for day in days
        if (line := lines.get(day)) is not None
        and (wait := wait_of(stream, line, had=had)) is not None
        and now - line.fetched_at >= wait - _EARLY
    }


def reaching_back(
    windows: Sequence[Window], stale: Iterable[date], *, cap_days: int
) -> list[Window]:
    """Return *windows*, newest first, each reaching back over *stale* days as far as it may."""
    days = list(stale)
    floors = [older.last + timedelta(days=1) for _, older in pairwise(windows)]
    wider = []
    for window, floor in zip(windows, [*floors, date.min], strict=False):
        oldest = max(floor, window.last - timedelta(days=cap_days - 1))
        first = min((day for day in days if oldest <= day < window.first), default=window.first)
        wider.append(Window(window.stream, first, window.last))
    return wider


def outside(days: Iterable[date], windows: Iterable[Window]) -> list[date]:
    """Return those of *days* that none of *windows* asks for, in their order."""
    covered = {day for window in windows for day in window.days}
    return [day for day in days if day not in covered]


def in_turn(
    candidates: Iterable[tuple[datetime, Window]], *, room: int, today: date
) -> list[Window]:
    """Return at most *room* windows: of sweeps and of expired emptiness one, the longest due.

    *candidates* say since when each is due. Where there is room for one only, the kinds
    have it in alternate weeks, so that neither keeps the other waiting for ever.
    """
    order = [window for _, window in sorted(candidates, key=itemgetter(0))]
    sweeps = [window for window in order if window.stream.sweep_days is not None]
    expired = [window for window in order if window.stream.sweep_days is None]
    kinds = [expired, sweeps] if today.toordinal() // 7 % 2 else [sweeps, expired]
    return [kind[0] for kind in kinds if kind][: max(room, 0)]
