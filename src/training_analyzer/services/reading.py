"""What is stored, for people and programs to look at: totals, series, coverage."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from training_analyzer.db.repositories.reading import FailedDay
from training_analyzer.model import Api, DayState, Group, Kind
from training_analyzer.planning.ledger import RECHECK_UNSUPPORTED
from training_analyzer.streams import CATALOG, stream

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from training_analyzer.arrays import Number
    from training_analyzer.db.repositories.reading import (
        Curve,
        ReadingRepository,
        SportTotal,
    )
    from training_analyzer.model import GarminSyncConfig
    from training_analyzer.streams import Row

# The faces take these from here: they know no database.
__all__ = [
    "GROUPS",
    "KINDS",
    "LEGEND",
    "SERIES",
    "CoverageLine",
    "FailedDay",
    "Reading",
    "StreamCoverage",
    "due_by_now",
    "is_wanted",
]

# The series that a summary shows: name -> (table, column, unit).
SERIES = {
    "resting_hr": ("resting_heart_rates", "resting_hr_bpm", "bpm"),
    "sleep": ("sleep_nights", "sleep_total_s", "s"),
    "hrv": ("hrv_nights", "last_night_avg_ms", "ms"),
    "steps": ("daily_summaries", "steps", "steps"),
    "weight": ("weigh_ins", "weight_g", "g"),
}
_KINDS_OF = {Api.ACCOUNT: (Kind.PASSWORD, Kind.TOKEN), Api.PERSONAL: (Kind.PERSONAL_KEY,)}
# Which switch of a person's turns each stream on and off.
GROUPS: Mapping[str, Group] = {each.name: each.group for each in CATALOG}
# The connections through which each stream can be had.
KINDS: Mapping[str, tuple[Kind, ...]] = {
    each.name: tuple(kind for api in each.routes for kind in _KINDS_OF[api]) for each in CATALOG
}
# Curves are asked for on some days only; days known of them would count as days missing.
_WITH_DAYS = tuple(each for each in CATALOG if not each.is_snapshot and each.detail_of is None)


# Streams that move slowly take turns: their latest two days may not be asked for yet.
_MAY_WAIT = 2


def due_by_now(states: Sequence[DayState | None]) -> Sequence[DayState | None]:
    """Return one state a day without the latest ones that no run had to ask for yet."""
    waiting = 0
    while waiting < min(_MAY_WAIT, len(states)) and states[-1 - waiting] is None:
        waiting += 1
    return states[: len(states) - waiting]


def is_wanted(name: str, config: GarminSyncConfig) -> bool:
    """Tell whether the person wants the stream called *name*."""
    return stream(name).is_wanted(config)


@dataclass(frozen=True, slots=True)
class StreamCoverage:
    """How much of one stream is known, counted in days."""

    stream: str
    days: Mapping[DayState, int]
    first: date | None
    last: date | None

    @property
    def known(self) -> int:
        """Days that Garmin has answered for, with data or with nothing."""
        return self.days.get(DayState.DATA, 0) + self.days.get(DayState.EMPTY, 0)


# One character for each state of a day.
LEGEND: Final = {
    "d": "data",
    "p": "data, and Garmin may still change them",
    "e": "nothing at Garmin",
    "f": "failed, asked for again",
    "u": "not given to this account",
    "m": "wanted and missing",
    "o": "switched off, or not wanted",
}


@dataclass(frozen=True, slots=True)
class CoverageLine:
    """One stream; `cells` has a character of `LEGEND` for each day."""

    stream: str
    group: str
    cells: str


class Reading:
    """Reads one user's stored data. Nothing here asks Garmin."""

    def __init__(self, repository: ReadingRepository) -> None:
        self._repository = repository

    def sports(self, user_id: str) -> list[SportTotal]:
        """Return activities by sport: how many, how far (m), how long (s); most first.

        A multisport parent is counted, its legs are not; of two records of one effort the
        richer counts; what was deleted at Garmin does not.
        """
        return self._repository.sports(user_id)

    def track(self, user_id: str, activity_id: int) -> dict[str, list[Number]]:
        """Return the recorded columns of an activity, all of one length; empty without a track.

        `time_s` (unix seconds) is always there; of `latitude_deg`, `longitude_deg`,
        `altitude_m`, `distance_m`, `speed_mps`, `hr_bpm`, `cadence_rpm`, `power_w`,
        `temperature_c` and, in a multisport, `session_index` those that were recorded.
        """
        return self._repository.track(user_id, activity_id) or {}

    def laps(self, user_id: str, activity_id: int) -> list[Row]:
        """Return the laps of an activity's file, in their order; columns of `activity_laps`."""
        return self._repository.laps(user_id, activity_id)

    def series(self, user_id: str, name: str, *, first: date, last: date) -> list[float | None]:
        """Return one value a day from *first* to *last*, None where there is none.

        *name* is one of `SERIES`. A day with several values (weigh-ins) gives their mean.
        """
        table, column, _ = SERIES[name]
        found = self._repository.by_day(user_id, table, column, first=first, last=last)
        span = (last - first).days + 1
        return [found.get((first + timedelta(days=n)).isoformat()) for n in range(span)]

    def curve(self, user_id: str, kind: str, day: date) -> Curve | None:
        """Return a curve of *day*, or None where none is stored.

        *kind* is one of `intraday_series`, such as `heart_rate` or `sleep_levels`; a
        night belongs to the day of waking up.
        """
        return self._repository.curve(user_id, kind, day)

    def coverage(self, user_id: str) -> list[StreamCoverage]:
        """Return for each stream with days how many are known, in the catalog's order."""
        counted = self._repository.coverage_counts(user_id)
        return [
            StreamCoverage(stream.name, *counted.get(stream.name, ({}, None, None)))
            for stream in _WITH_DAYS
        ]

    def first_day(self, user_id: str, stream: str | None = None) -> date | None:
        """Return the oldest day that was ever asked for, of one *stream* or of all."""
        names = [stream] if stream else [each.name for each in _WITH_DAYS]
        return self._repository.first_day(user_id, names)

    def coverage_cells(
        self,
        user_id: str,
        config: GarminSyncConfig,
        *,
        first: date,
        last: date,
        today: date,
    ) -> list[CoverageLine]:
        """Return what is known of each day from *first* to *last*, stream by stream.

        *config* and *today* say which of the other days are wanted.
        """
        names = [stream.name for stream in _WITH_DAYS]
        known = self._repository.coverage_states(user_id, names, first=first, last=last)
        days = _days_end_to_end(first, last)
        unwanted = "o" * ((last - first).days + 1)
        wanted = _wanted(first, last, today - timedelta(days=config.initial_sync_days - 1), today)

        def cells(name: str, *, is_on: bool) -> str:
            nothing_known = wanted if is_on else unwanted
            return known[name].over(days, nothing_known) if name in known else nothing_known

        return [
            CoverageLine(
                stream.name,
                stream.group.value,
                cells(stream.name, is_on=stream.is_wanted(config)),
            )
            for stream in _WITH_DAYS
        ]

    def failed_days(self, user_id: str, *, first: date, last: date) -> list[FailedDay]:
        """Return the days from *first* to *last* that could not be had, by stream."""
        return self._repository.failed_days(user_id, first=first, last=last)

    def refusals(self, user_id: str) -> dict[str, datetime]:
        """Return the streams that Garmin refuses to this account, and when we ask again."""
        return {
            stream: at + RECHECK_UNSUPPORTED
            for stream, at in self._repository.refusals(user_id).items()
        }

    def coverage_days(
        self, user_id: str, *, first: date, last: date
    ) -> dict[str, Sequence[DayState | None]]:
        """Return stream -> one state per day from *first* to *last*, None where never asked."""
        states = self._repository.coverage_days(user_id, first=first, last=last)
        span = [first + timedelta(days=n) for n in range((last - first).days + 1)]
        return {
            stream.name: [states.get((stream.name, day.isoformat())) for day in span]
            for stream in _WITH_DAYS
        }


# People look at the same spans again and again: a month, a year, everything.
@lru_cache(maxsize=64)
def _days_end_to_end(first: date, last: date) -> str:
    return "".join((first + timedelta(days=n)).isoformat() for n in range((last - first).days + 1))


def _wanted(first: date, last: date, oldest: date, newest: date) -> str:
    """Return `m` for each day from *oldest* to *newest* and `o` for the others of a span."""
    span = (last - first).days + 1
    before = min(max((oldest - first).days, 0), span)
    after = min(max((last - newest).days, 0), span - before)
    return "o" * before + "m" * (span - before - after) + "o" * after
