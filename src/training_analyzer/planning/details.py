"""Which days are worth a look in detail: curves that are missing or older than their day's row."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from operator import itemgetter
from typing import TYPE_CHECKING, Final

from training_analyzer.model import DayState
from training_analyzer.planning.asked import NOTHING_SPECIAL, Wish
from training_analyzer.planning.ledger import end_of_day
from training_analyzer.planning.plan import ORDINARY_RUN, Plan
from training_analyzer.streams import Window

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from zoneinfo import ZoneInfo

    from training_analyzer.model import Api, GarminSyncConfig
    from training_analyzer.planning.ledger import Coverage, LedgerDay
    from training_analyzer.streams import Stream

# Garmin puts curves away after about six months; day endpoints then answer with empty
# series (facts of garmin-grafana, issue 77).
DETAIL_DAYS: Final = 180
# A run that goes on so soon where another was cut off is one run with it.
ONE_PIECE: Final = timedelta(minutes=30)

type Changes = Mapping[str, Mapping[date, datetime]]


def details_budget(windows: int, requests: int) -> int:
    """Return how many days a run may look at in detail.

    It has asked for *windows* windows with *requests* requests, renewals included. A day
    brings four curves; a daily run that keeps within its ordinary cost has room for more.
    """
    if windows > ORDINARY_RUN:
        return 0
    return max(1, ORDINARY_RUN - requests)


def plan_details(  # noqa: PLR0913 - the facts that a plan follows from, each named
    config: GarminSyncConfig,
    coverage: Coverage,
    streams: Iterable[Stream],
    apis: Sequence[Api],
    changes: Changes,
    *,
    now: datetime,
    zone: ZoneInfo,
    budget: int,
    wish: Wish = NOTHING_SPECIAL,
) -> Plan:
    """Return at most *budget* windows of one day each, the most useful first.

    *changes* says per parent stream which days have a row, and when it last changed. A day
    is wanted when it was never asked for, or before its row changed; once more, behind all
    of these, when it failed or was asked for before it was over. Newest days come first, but
    a day that is not over waits for the one before it, which has to be asked for once only.
    """
    today = now.astimezone(zone).date()
    wanted: list[tuple[bool, date, int, Window]] = []
    for stream in _asked(config, coverage, streams, apis, now, wish):
        for day, changed_at in changes.get(stream.detail_of or "", {}).items():
            line = coverage.line(stream.name, day)
            is_new = line is None or changed_at > line.fetched_at
            is_young = 0 <= (today - day).days < DETAIL_DAYS
            if is_young and (is_new or _again(line, end_of_day(day, zone), now)):
                turn = min(day, today - timedelta(days=1))
                wanted.append((is_new, turn, -day.toordinal(), Window(stream, day, day)))
    # sorted() is stable: within one day the catalog's order holds.
    order = sorted(wanted, key=itemgetter(0, 1, 2), reverse=True)
    return Plan(tuple(window for *_, window in order[:budget]))


def _asked(
    config: GarminSyncConfig,
    coverage: Coverage,
    streams: Iterable[Stream],
    apis: Sequence[Api],
    now: datetime,
    wish: Wish,
) -> Iterator[Stream]:
    """Yield the detail streams that this person gets and wants."""
    for stream in streams:
        if (
            stream.detail_of is not None
            and wish.wants(stream, config)
            and stream.api_among(apis) is not None
            and not coverage.refused(stream.name, now=now)
        ):
            yield stream


def _again(line: LedgerDay | None, over_at: datetime, now: datetime) -> bool:
    """Tell whether a day that was asked for was not had, or was asked for before its end."""
    return line is not None and (
        line.state in {DayState.FAILED, DayState.UNSUPPORTED} or line.fetched_at < over_at <= now
    )
