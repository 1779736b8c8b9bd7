"""What a person asks for by hand. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from training_analyzer.model import Group
from training_analyzer.streams import CATALOG, Window

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from training_analyzer.model import Failure, GarminSyncConfig
    from training_analyzer.streams import Stream

_GROUPS: Final = (Group.ACTIVITIES.value, Group.WELLNESS.value, Group.FITNESS.value)
_STREAMS: Final = tuple(stream for stream in CATALOG if stream.group is not Group.PROFILE)
# What may be asked for by name: the groups, and every stream but the profile.
TYPES: Final = (*_GROUPS, *(stream.name for stream in _STREAMS))
# What has a value for days long gone: no states of now, no curves.
SERIES: Final = (
    *_GROUPS,
    *(stream.name for stream in _STREAMS if not stream.is_snapshot and stream.detail_of is None),
)
# What activities bring beside their rows; it is asked for activity by activity.
OF_ACTIVITIES: Final = frozenset(
    {"activities", "activity_files", "activity_legs", "activity_splits"}
)


@dataclass(frozen=True, slots=True)
class Span:
    """Days from *first* to *last*, both included."""

    first: date
    last: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """Days, streams, or exactly some windows that a person asked for.

    Days, by their *span* or as the latest *days*, are wanted whatever the ledger says. With
    *streams* alone the ledger decides. *windows* leave no choice: these and no others.
    """

    span: Span | None = None
    days: int | None = None
    streams: frozenset[str] | None = None
    windows: tuple[Window, ...] | None = None
    # The run whose failures are made up for.
    retry_of: int | None = None

    @property
    def is_ordinary(self) -> bool:
        """Whether the ledger decides which days are asked for."""
        return self.span is None and self.days is None and self.windows is None

    @property
    def is_retry(self) -> bool:
        """Whether another run's failures are made up for."""
        return self.retry_of is not None

    def days_at(self, today: date) -> Span | None:
        """Return the days that are wanted for certain, none of them after *today*."""
        if self.span is not None:
            return Span(self.span.first, min(self.span.last, today))
        if self.days is not None:
            return Span(today - timedelta(days=self.days - 1), today)
        return None

    def wants(self, stream: Stream, config: GarminSyncConfig) -> bool:
        """Tell whether *stream* is asked for; one that is named, even if it is switched off."""
        if self.streams is None or stream.group is Group.PROFILE:
            return stream.is_wanted(config)
        return stream.name in self.streams

    @property
    def wants_files(self) -> bool:
        """Whether what activities bring beside their rows is asked for, too."""
        return self.streams is None or not OF_ACTIVITIES.isdisjoint(self.streams)


# What a sync without any wish asks for: all that is missing.
NOTHING_SPECIAL = Wish()


def streams_of(types: Iterable[str]) -> frozenset[str] | None:
    """Return the streams that *types* names, one by one or by their group.

    None when one of them is neither.
    """
    found: set[str] = set()
    for name in types:
        if name not in TYPES:
            return None
        found |= {stream.name for stream in _STREAMS if name in {stream.name, stream.group}}
    return frozenset(found)


def wish_to_retry(run_id: int, failures: Iterable[Failure]) -> Wish:
    """Return the wish for exactly what failed; a file is wanted until it is there anyway."""
    failed = list(failures)
    by_name = {stream.name: stream for stream in CATALOG}
    return Wish(
        retry_of=run_id,
        streams=frozenset(failure.stream for failure in failed),
        windows=tuple(
            Window(by_name[failure.stream], failure.first, failure.last)
            for failure in failed
            if failure.stream in by_name
        ),
    )
