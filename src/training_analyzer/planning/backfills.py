"""Backfills: days of old that are asked for beside what every sync asks for. Pure.

The ledger is their memory: a day is done once Garmin has answered for it after the backfill
was asked for. So one that is cut off, by a kill or by Garmin, goes on where it stopped.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from training_analyzer.errors import Cancelled, Reaction
from training_analyzer.model import DayState
from training_analyzer.planning.asked import OF_ACTIVITIES, Wish
from training_analyzer.planning.cost import USUAL_ACTIVITIES_A_DAY
from training_analyzer.planning.due import back_off
from training_analyzer.planning.plan import MAX_DAYS, Plan, backwards, covering, newest_first
from training_analyzer.planning.quiet import out_of_quiet

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date, datetime

    from training_analyzer.model import Api, GarminSyncConfig
    from training_analyzer.planning.due import NextDue
    from training_analyzer.planning.ledger import Coverage, LedgerDay
    from training_analyzer.streams import Stream, Window

# What a polite one may ask for in a run, and how long it then leaves Garmin alone.
POLITE_WINDOWS: Final = 30
POLITE_REST: Final = timedelta(hours=1)
# Runs in a row that met a fault which may pass; then what is left counts as failed.
MOST_TRIES: Final = 3
_OVER: Final = frozenset({DayState.DATA, DayState.EMPTY, DayState.UNSUPPORTED})


class Pace(StrEnum):
    """How a backfill treats Garmin: little by little, or all in one run."""

    POLITE = "polite"
    NORMAL = "normal"


class BackfillState(StrEnum):
    """How a backfill stands."""

    ACTIVE = "active"
    PAUSED = "paused"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Backfill:
    """A row of `garmin_backfills`; without *streams* all that the configuration wants."""

    user_id: str
    backfill_id: str
    first: date
    last: date
    streams: frozenset[str] | None = None
    pace: Pace = Pace.NORMAL
    state: BackfillState = BackfillState.ACTIVE
    windows_total: int = 0
    created_at: datetime
    ended_at: datetime | None = None

    def is_done(self, line: LedgerDay | None) -> bool:
        """Tell whether Garmin has answered for a day since the backfill was asked for."""
        return line is not None and line.state in _OVER and line.fetched_at >= self.created_at

    def has_failed(self, line: LedgerDay | None) -> bool:
        """Tell whether a day was asked for since then and could not be had."""
        return (
            line is not None
            and line.state is DayState.FAILED
            and line.fetched_at >= self.created_at
        )


@dataclass(frozen=True, slots=True)
class Tally:
    """How far a backfill is; a day of one stream counts once."""

    total: int
    done: int
    failed: int


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a backfill will cost."""

    windows: int
    requests: int
    minutes: int


def plan_backfill(  # noqa: PLR0913 - the facts that a plan follows from, each named
    backfill: Backfill,
    config: GarminSyncConfig,
    coverage: Coverage,
    streams: Iterable[Stream],
    apis: Sequence[Api],
    *,
    now: datetime,
    today: date,
    caps: Mapping[tuple[Api, str], int],
) -> Plan:
    """Return the windows that *backfill* still lacks, newest first."""
    last = min(backfill.last, today)
    windows: list[Window] = []
    for stream in _wanted(backfill, config, coverage, streams, now):
        api = stream.api_among(apis)
        if api is not None:
            left = (
                day
                for day in backwards(last, backfill.first)
                if not backfill.is_done(coverage.line(stream.name, day))
            )
            cap_days = min(stream.routes[api].cap_days, caps.get((api, stream.name), MAX_DAYS))
            windows += covering(stream, left, cap_days)
    return Plan(newest_first(windows))


@dataclass(frozen=True, slots=True)
class Share:
    """What one run asks for; it `covers` all that is left where all the rest was tried before."""

    windows: tuple[Window, ...]
    covers: bool


def share_of(backfill: Backfill, left: Sequence[Window], coverage: Coverage) -> Share:
    """Return what a run asks for of *left*.

    A polite one asks last for what could not be had before: else thirty such windows would
    keep it from everything older, for ever.
    """
    if backfill.pace is not Pace.POLITE:
        return Share(tuple(left), covers=True)

    def was_tried(window: Window) -> bool:
        lines = (coverage.line(window.stream.name, day) for day in window.days)
        return all(backfill.is_done(line) or backfill.has_failed(line) for line in lines)

    ordered = sorted(left, key=was_tried)
    rest = ordered[POLITE_WINDOWS:]
    return Share(tuple(ordered[:POLITE_WINDOWS]), covers=all(map(was_tried, rest)))


def tally(
    backfill: Backfill,
    config: GarminSyncConfig,
    coverage: Coverage,
    streams: Iterable[Stream],
    *,
    now: datetime,
    today: date,
) -> Tally:
    """Return how many days of *backfill* there are, were answered for, and could not be had."""
    lines = [
        coverage.line(stream.name, day)
        for stream in _wanted(backfill, config, coverage, streams, now)
        for day in backwards(min(backfill.last, today), backfill.first)
    ]
    done = sum(backfill.is_done(line) for line in lines)
    is_over = backfill.state is BackfillState.COMPLETED
    failed = len(lines) - done if is_over else sum(backfill.has_failed(line) for line in lines)
    return Tally(len(lines), done, failed)


def estimate(
    backfill: Backfill, todo: Plan, coverage: Coverage, *, today: date, requests_per_minute: int
) -> Estimate:
    """Return what *todo* of *backfill* will cost; the files of activities can only be guessed."""
    files = 0
    if backfill.streams is None or not OF_ACTIVITIES.isdisjoint(backfill.streams):
        days = backwards(min(backfill.last, today), backfill.first)
        unknown = sum(coverage.line("activities", day) is None for day in days)
        files = round(unknown * USUAL_ACTIVITIES_A_DAY)
    requests = len(todo.windows) + files
    minutes = math.ceil(requests / requests_per_minute)
    if backfill.pace is Pace.POLITE:
        rests = max(0, math.ceil(len(todo.windows) / POLITE_WINDOWS) - 1)
        minutes += rests * int(POLITE_REST.total_seconds() // 60)
    return Estimate(len(todo.windows), requests, minutes)


def next_part(
    due: NextDue,
    backfill: Backfill,
    config: GarminSyncConfig,
    *,
    reaction: Reaction | None,
    error_code: str | None,
    attempt: int,
    now: datetime,
) -> NextDue:
    """Return *due*, brought forward for a *backfill* that has days left.

    Who has no automatic syncs has their backfill all the same. What Garmin asked for, a
    connection that is broken, and quiet hours are respected.
    """
    brought = _brought(
        due, backfill, reaction=reaction, error_code=error_code, attempt=attempt, now=now
    )
    if brought.due_at is None or brought.due_at == due.due_at:
        return brought
    return replace(brought, due_at=out_of_quiet(config, brought.due_at))


def _brought(
    due: NextDue,
    backfill: Backfill,
    *,
    reaction: Reaction | None,
    error_code: str | None,
    attempt: int,
    now: datetime,
) -> NextDue:
    if reaction is Reaction.STOP_THE_CLOCK:
        return due
    if reaction is Reaction.COOL_DOWN:
        return replace(due, due_at=due.due_at or due.not_before)
    if error_code == Cancelled.code:
        return _not_later(due, now + POLITE_REST) if due.due_at is None else due
    if reaction is not None:
        if due.due_at is not None:
            return due
        return replace(due, due_at=now + back_off(backfill.user_id, attempt), attempt=attempt)
    return _not_later(due, now + POLITE_REST if backfill.pace is Pace.POLITE else now)


def _not_later(due: NextDue, at: datetime) -> NextDue:
    return replace(due, due_at=at if due.due_at is None else min(due.due_at, at))


def _wanted(
    backfill: Backfill,
    config: GarminSyncConfig,
    coverage: Coverage,
    streams: Iterable[Stream],
    now: datetime,
) -> Iterator[Stream]:
    """Yield the series that are filled in: no states of now, no curves, nothing refused."""
    wish = Wish(streams=backfill.streams)
    for stream in streams:
        is_series = not stream.is_snapshot and stream.detail_of is None
        if is_series and wish.wants(stream, config) and not coverage.refused(stream.name, now=now):
            yield stream
