"""Whether a run can end after one question, because nothing was uploaded since the last pass."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from training_analyzer.model import DayState
from training_analyzer.planning.ledger import settles
from training_analyzer.planning.plan import can_wait

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from training_analyzer.model import Api, GarminSyncConfig
    from training_analyzer.planning.ledger import Coverage
    from training_analyzer.streams import Stream

# A weight typed in by hand or an activity edited on the web moves no device's stamp.
FULL_PASS_EVERY: Final = timedelta(hours=24)
# A watch keeps its days for some weeks; this many cost some ten requests more, once.
LONGEST_SILENCE: Final = timedelta(days=92)


@dataclass(frozen=True, slots=True)
class LastPass:
    """What Garmin said about the newest upload, since when, and the last whole pass over it."""

    stamp: str | None = None
    full_pass_at: datetime | None = None
    seen_at: datetime | None = None

    def seen(self, stamp: str | None, *, now: datetime) -> LastPass:
        """Return what is known once Garmin says *stamp* at *now*."""
        if stamp is not None and stamp == self.stamp:
            return self
        return LastPass(stamp, None, now)


def may_be_idle(last: LastPass, *, now: datetime) -> bool:
    """Tell whether the last pass is recent enough for its stamp to say that nothing is new."""
    return (
        last.stamp is not None
        and last.full_pass_at is not None
        and now - last.full_pass_at < FULL_PASS_EVERY
    )


def fresh_since(last: LastPass, *, now: datetime) -> datetime | None:
    """Return the time since which an answered day cannot have changed by an upload.

    None when Garmin tells no stamp. A run that goes on after a kill, or after a fault,
    thereby asks for nothing twice.
    """
    if last.stamp is None or last.seen_at is None:
        return None
    return max(last.seen_at, now - FULL_PASS_EVERY)


def late_since(
    last: LastPass, seen: LastPass, *, now: datetime, look_back_days: int
) -> datetime | None:
    """Return since when an upload that comes after a long silence may fill days, or None.

    *last* and *seen* are what Garmin said of the newest upload before and says now. What the
    look-back asks for again needs no mention, nor does a silence beyond `LONGEST_SILENCE`.
    """
    if last.stamp is None or seen.stamp in {None, last.stamp} or last.seen_at is None:
        return None
    look_back = timedelta(days=look_back_days)
    if now - last.seen_at < look_back:
        return None
    # A stamp is seen some time after its upload; up to then the look-back had asked.
    return max(last.seen_at - look_back, now - LONGEST_SILENCE)


def is_complete(
    config: GarminSyncConfig,
    coverage: Coverage,
    streams: Iterable[Stream],
    apis: Sequence[Api],
    *,
    now: datetime,
    zone: ZoneInfo,
) -> bool:
    """Tell whether every day up to yesterday is known, as well as it can be by now.

    A day that would not settle by asking now may wait for the next upload; today does.
    """
    today = now.astimezone(zone).date()
    look_back = today - timedelta(days=config.incremental_sync_days - 1)
    oldest = min(today - timedelta(days=config.initial_sync_days - 1), look_back)
    days = [today - timedelta(days=n) for n in range(1, (today - oldest).days + 1)]
    look_back_days = config.incremental_sync_days
    may_settle = {
        day: settles(day, fetched_at=now, look_back_days=look_back_days, zone=zone) for day in days
    }
    return all(
        coverage.refused(stream.name, now=now)
        or can_wait(stream, coverage, days, today)
        or all(
            (line := coverage.line(stream.name, day)) is not None
            and line.state is not DayState.FAILED
            and (line.settled or not may_settle[day])
            for day in days
        )
        for stream in streams
        if stream.is_wanted(config)
        and stream.api_among(apis)
        and not stream.is_snapshot
        and stream.detail_of is None
    )
