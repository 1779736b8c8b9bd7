"""What the next sync of a person will cost in requests: a count of what is planned, and a guess.

The guess is of activities that nobody has seen yet: each has a file of its own. Pure.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from training_analyzer.planning.details import DETAIL_DAYS, details_budget
from training_analyzer.planning.files import FILES_PER_RUN, wanted_files
from training_analyzer.planning.plan import plan, plan_snapshots

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date, datetime
    from zoneinfo import ZoneInfo

    from training_analyzer.model import Api, GarminSyncConfig
    from training_analyzer.planning.files import KnownActivity
    from training_analyzer.planning.ledger import Coverage
    from training_analyzer.streams import Stream, Window

# Most people who wear a watch for sports have about four activities a week.
USUAL_ACTIVITIES_A_DAY: Final = 0.6
# From so many days on a person's own habit says more.
_HABIT_DAYS: Final = 28
# Each run begins with the question for the newest upload.
_FIRST_QUESTION: Final = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known of a person when the cost of their next sync is asked for."""

    coverage: Coverage
    activities: Sequence[KnownActivity]
    apis: Sequence[Api]
    zone: ZoneInfo
    caps: Mapping[tuple[Api, str], int] = MappingProxyType({})


def cost_of_sync(
    config: GarminSyncConfig, streams: Sequence[Stream], known: Known, *, now: datetime
) -> int:
    """Return how many requests a sync with *config* would need for all that is missing.

    Days that settled and are to be asked for again take turns over many syncs; they count
    as far as the next one asks for them.
    """
    ranges = plan(
        config,
        known.coverage,
        streams,
        known.apis,
        now=now,
        zone=known.zone,
        caps=known.caps,
    ).windows
    snapshots = plan_snapshots(
        config, known.coverage, streams, known.apis, now=now, zone=known.zone
    ).windows
    daily = activities_a_day(known)
    asked = _FIRST_QUESTION + len(snapshots) + sum(_pages(one, known, daily) for one in ranges)
    today = now.astimezone(known.zone).date()
    room = details_budget(len(snapshots) + len(ranges), asked)
    asked += min(room, _curves(config, streams, known, today))
    return asked + _files(ranges, known, daily, now)


def activities_a_day(known: Known) -> float:
    """Return how many activities a person has on a day: by their own habit, or the usual."""
    days = len(known.coverage.days.get("activities", {}))
    if days < _HABIT_DAYS:
        return USUAL_ACTIVITIES_A_DAY
    return sum(not one.parent_id for one in known.activities) / days


def _pages(window: Window, known: Known, daily: float) -> int:
    """Return how many requests a window takes; the last page of a list is one that is not full."""
    api = window.stream.api_among(known.apis)
    size = window.stream.routes[api].page_size if api else None
    return 1 if size is None else 1 + math.floor(len(window.days) * daily / size)


def _curves(config: GarminSyncConfig, streams: Iterable[Stream], known: Known, today: date) -> int:
    """Return how many curves there are at most to look at."""
    days = min(DETAIL_DAYS, max(config.initial_sync_days, config.incremental_sync_days))
    oldest = today - timedelta(days=days - 1)
    return sum(
        days - sum(day >= oldest for day in known.coverage.days.get(stream.name, {}))
        for stream in streams
        if stream.detail_of and stream.is_wanted(config) and stream.api_among(known.apis)
    )


def _files(ranges: Iterable[Window], known: Known, daily: float, now: datetime) -> int:
    """Return how many files there are to fetch: the known ones, and a guess of the rest."""
    windows = [window for window in ranges if window.stream.name == "activities"]
    if not windows:
        return 0
    unseen = sum(
        known.coverage.line("activities", day) is None for window in windows for day in window.days
    )
    return min(FILES_PER_RUN, len(wanted_files(known.activities, now=now)) + round(unseen * daily))
