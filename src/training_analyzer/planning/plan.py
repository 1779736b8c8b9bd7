"""The windows of one run: every wanted day of every wanted stream, newest first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from training_analyzer.planning.asked import NOTHING_SPECIAL, Span, Wish
from training_analyzer.planning.ledger import ANSWERED
from training_analyzer.planning.recheck import in_turn, outside, reaching_back, stale_days
from training_analyzer.streams import Stream, Window

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from zoneinfo import ZoneInfo

    from training_analyzer.model import Api, GarminSyncConfig
    from training_analyzer.planning.ledger import Coverage


# Longer than any span that a person may choose.
MAX_DAYS: Final = 3650
_ONE_DAY: Final = timedelta(days=1)
# Who syncs daily has all of them each week; who syncs weekly keeps a run short.
SLOW_SNAPSHOTS_PER_RUN: Final = 1
# What an ordinary incremental run may cost, the question for the newest upload included.
# A run of more windows fills in history, and has no request to spare for what can wait.
ORDINARY_RUN: Final = 20
# Ranges beyond these leave no room for the two snapshots, the question for the newest
# upload, a renewal and a day of curves.
_ROOM: Final = 15


@dataclass(frozen=True, slots=True)
class Plan:
    """The windows of one run, in the order in which they are asked for."""

    windows: tuple[Window, ...]

    @property
    def first(self) -> date | None:
        """The oldest day of the plan, or None when there is nothing to do."""
        return min((window.first for window in self.windows), default=None)

    @property
    def last(self) -> date | None:
        """The newest day of the plan, or None when there is nothing to do."""
        return max((window.last for window in self.windows), default=None)


def plan(  # noqa: PLR0913 - the facts that a plan follows from, each named
    config: GarminSyncConfig,
    coverage: Coverage,
    streams: Iterable[Stream],
    apis: Sequence[Api],
    *,
    now: datetime,
    zone: ZoneInfo,
    wish: Wish = NOTHING_SPECIAL,
    caps: Mapping[tuple[Api, str], int] = MappingProxyType({}),
    fresh_since: datetime | None = None,
) -> Plan:
    """Return the windows worth asking Garmin for at *now*, newest first.

    *apis* are those that the connection reaches, the preferred one first; *caps* are
    what was learned of routes that give fewer days than the catalog says. A day that was
    answered after *fresh_since* is not wanted again: nothing was uploaded since then.

    Wanted are the days of the look-back and, before them, each day of the initial
    span that has not settled; so a cut-off backfill goes on by itself. What settled too
    long ago is taken along, or in turns (`recheck`). The *wish* of a person may be for
    other days, fewer streams, or exactly some windows; nothing of the future is asked for.
    """
    today = now.astimezone(zone).date()
    if wish.windows is not None:
        return Plan(newest_first(_reachable(wish.windows, apis, today)))
    span = wish.days_at(today)
    windows: list[Window] = []
    stale_windows: list[tuple[datetime, Window]] = []
    for stream in _series(config, streams, wish):
        api = stream.api_among(apis)
        if api is None:
            continue
        cap_days = min(stream.routes[api].cap_days, caps.get((api, stream.name), MAX_DAYS))
        wanted = _wanted(stream, config, coverage, now, today, span, fresh_since)
        asked = list(covering(stream, wanted, cap_days))
        if span is None and not coverage.refused(stream.name, now=now):
            settled_days = backwards(_look_back(config, today) - _ONE_DAY, _oldest(config, today))
            stale = stale_days(stream, coverage, settled_days, now=now)
            asked = reaching_back(asked, stale, cap_days=cap_days)
            stale_windows += [
                (min(stale[window.first], stale[window.last]), window)
                for window in covering(stream, outside(stale, asked), cap_days)
            ]
        windows += asked
    windows += in_turn(stale_windows, room=_ROOM - len(windows), today=today)
    return Plan(newest_first(windows))


def plan_snapshots(
    config: GarminSyncConfig,
    coverage: Coverage,
    streams: Iterable[Stream],
    apis: Sequence[Api],
    *,
    now: datetime,
    zone: ZoneInfo,
    wish: Wish = NOTHING_SPECIAL,
) -> Plan:
    """Return the windows of the snapshots whose period is over, in the catalog's order.

    Those that change slowly (asked for less often than daily) take turns: of the ones that
    were answered before, a run asks for the one that has waited longest.
    """
    today = now.astimezone(zone).date()
    if wish.windows is not None:
        # What is told of now cannot be had for the day on which it failed.
        failed = {window.stream.name for window in wish.windows}
        asked = (each for each in streams if each.is_snapshot and each.name in failed)
        return Plan(tuple(Window(each, today, today) for each in asked))
    due = [
        stream
        for stream in streams
        if stream.api_among(apis)
        and stream.is_snapshot
        and wish.wants(stream, config)
        and not _is_recent(stream, coverage, today)
        and not coverage.refused(stream.name, now=now)
    ]
    waiting = {
        stream.name: answered
        for stream in due
        if stream.every_days > 1 and (answered := coverage.last_answered(stream.name))
    }
    later = sorted(waiting, key=lambda name: waiting[name])[SLOW_SNAPSHOTS_PER_RUN:]
    return Plan(tuple(Window(stream, today, today) for stream in due if stream.name not in later))


def _is_recent(stream: Stream, coverage: Coverage, today: date) -> bool:
    """Tell whether a snapshot was answered within its period."""
    days = (today - timedelta(days=n) for n in range(stream.every_days))
    return any(not coverage.wants(stream.name, day) for day in days)


def can_wait(stream: Stream, coverage: Coverage, days: Iterable[date], today: date) -> bool:
    """Tell whether *days* of a stream that moves slowly may be left to a later run.

    They may while the stream was answered within `every_days`, and none of them failed or
    was left out before: what is new since then comes with the next turn.
    """
    last = coverage.last_answered(stream.name)
    if stream.every_days == 1 or last is None or (today - last).days >= stream.every_days:
        return False
    return all(
        day > last
        or ((line := coverage.line(stream.name, day)) is not None and line.state in ANSWERED)
        for day in days
    )


def _wanted(
    stream: Stream,
    config: GarminSyncConfig,
    coverage: Coverage,
    now: datetime,
    today: date,
    span: Span | None,
    fresh_since: datetime | None,
) -> Iterator[date]:
    """Yield the wanted days of *stream*, newest first."""
    if span is not None:
        yield from backwards(span.last, span.first)
        return
    look_back = _look_back(config, today)
    if coverage.refused(stream.name, now=now):
        return
    wanted = [
        day
        for day in backwards(today, _oldest(config, today))
        if (day >= look_back or coverage.wants(stream.name, day))
        and not coverage.is_fresh(stream.name, day, since=fresh_since)
    ]
    if not can_wait(stream, coverage, wanted, today):
        yield from wanted


def covering(stream: Stream, days: Iterable[date], cap_days: int) -> Iterator[Window]:
    """Cover *days* (newest first) with the fewest windows of at most *cap_days*.

    A window may run over a few days that are not wanted: one request for two near
    gaps is cheaper than two.
    """
    cap = timedelta(days=cap_days - 1)
    last = first = None
    for day in days:
        if last is None or first is None:
            last = first = day
        elif day >= last - cap:
            first = day
        else:
            yield Window(stream, first, last)
            last = first = day
    if last is not None and first is not None:
        yield Window(stream, first, last)


def _series(config: GarminSyncConfig, streams: Iterable[Stream], wish: Wish) -> Iterator[Stream]:
    """Yield the streams that the person wants and that are asked for by range."""
    for stream in streams:
        if wish.wants(stream, config) and not stream.is_snapshot and stream.detail_of is None:
            yield stream


def _reachable(windows: Iterable[Window], apis: Sequence[Api], today: date) -> Iterator[Window]:
    """Yield the windows over days that the connection reaches."""
    for window in windows:
        if not window.stream.is_snapshot and window.stream.api_among(apis) and window.last <= today:
            yield window


def newest_first(windows: Iterable[Window]) -> tuple[Window, ...]:
    """Return *windows* in the order in which they are asked for."""
    # sorted() is stable: within one day the catalog's order holds.
    return tuple(sorted(windows, key=lambda window: window.last, reverse=True))


def _look_back(config: GarminSyncConfig, today: date) -> date:
    """Return the first of the days that every run asks for."""
    return today - timedelta(days=config.incremental_sync_days - 1)


def _oldest(config: GarminSyncConfig, today: date) -> date:
    """Return the first day that is wanted at all."""
    return min(today - timedelta(days=config.initial_sync_days - 1), _look_back(config, today))


def backwards(last: date, first: date) -> Iterator[date]:
    """Yield the days from *last* down to *first*."""
    day = last
    while day >= first:
        yield day
        day -= timedelta(days=1)
