"""The coverage ledger: what is known of each stream on each day, and when a day settles."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from training_analyzer.errors import UnexpectedPayload
from training_analyzer.model import DayState

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from zoneinfo import ZoneInfo

    from training_analyzer.streams import Row, Window

# A stream that Garmin refuses to an account is asked for again after a week: a new
# watch or a changed consent may have brought it.
RECHECK_UNSUPPORTED = timedelta(days=7)
# The states of a day that Garmin has answered for.
ANSWERED = frozenset({DayState.DATA, DayState.EMPTY})


@dataclass(frozen=True, slots=True)
class LedgerDay:
    """One line of the ledger."""

    calendar_date: date
    state: DayState
    fetched_at: datetime
    settled: bool = False
    error_code: str | None = None


@dataclass(frozen=True, slots=True)
class Coverage:
    """One user's ledger: stream name -> day -> line.

    `new_device_at` is when their newest device was seen first, None where none was.
    """

    days: Mapping[str, Mapping[date, LedgerDay]]
    new_device_at: datetime | None = None

    def line(self, stream: str, day: date) -> LedgerDay | None:
        """Return what is known of *stream* on *day*."""
        return self.days.get(stream, {}).get(day)

    def wants(self, stream: str, day: date) -> bool:
        """Tell whether *day* is still worth asking for: never asked, failed or not settled."""
        line = self.line(stream, day)
        if line is None or line.state is DayState.FAILED:
            return True
        return line.state is DayState.UNSUPPORTED or not line.settled

    def is_fresh(self, stream: str, day: date, *, since: datetime | None) -> bool:
        """Tell whether Garmin has answered for *day* after *since*."""
        line = self.line(stream, day)
        return (
            since is not None
            and line is not None
            and line.state in ANSWERED
            and line.fetched_at >= since
        )

    def has_fresh(self, *, since: datetime | None) -> bool:
        """Tell whether Garmin has answered for any day after *since*."""
        return since is not None and any(
            self.is_fresh(stream, day, since=since)
            for stream, days in self.days.items()
            for day in days
        )

    def last_answered(self, stream: str) -> date | None:
        """Return the latest day of *stream* that Garmin answered for, None when it never did."""
        answered = (
            day for day, line in self.days.get(stream, {}).items() if line.state in ANSWERED
        )
        return max(answered, default=None)

    def refused(self, stream: str, *, now: datetime) -> bool:
        """Tell whether Garmin refused *stream* to this account less than a week ago.

        A refusal from before the newest device was known counts no more.
        """
        return any(
            line.state is DayState.UNSUPPORTED
            and now - line.fetched_at < RECHECK_UNSUPPORTED
            and (self.new_device_at is None or line.fetched_at >= self.new_device_at)
            for line in self.days.get(stream, {}).values()
        )


def end_of_day(day: date, zone: ZoneInfo) -> datetime:
    """Return the UTC instant at which *day* ends in *zone* (days of 23 to 25 h included)."""
    return datetime.combine(day + timedelta(days=1), time.min, tzinfo=zone).astimezone(UTC)


def settles(day: date, *, fetched_at: datetime, look_back_days: int, zone: ZoneInfo) -> bool:
    """Tell whether a fetch at *fetched_at* was late enough to be the last word on *day*.

    Garmin writes late: a recorded HRV night of 23 June 2023 was made on 25 June.
    """
    return fetched_at >= end_of_day(day, zone) + timedelta(days=look_back_days)


def keep_asked_days(window: Window, rows: Iterable[Row]) -> list[Row]:
    """Return the rows that lie inside *window*.

    Raises `UnexpectedPayload` when rows came and none of them is for a day that was
    asked for: such an answer belongs to another question.
    """
    column = window.stream.day_column
    every = list(rows)
    if column is None:
        return every
    asked = {day.isoformat() for day in window.days}
    kept = [row for row in every if row.get(column) in asked]
    if every and not kept:
        raise UnexpectedPayload
    return kept


def days_of_rows(
    window: Window,
    rows: Sequence[Row],
    *,
    now: datetime,
    look_back_days: int,
    zone: ZoneInfo,
) -> list[LedgerDay]:
    """Return the ledger lines of a window that was answered: data where a row is, else empty."""
    column = window.stream.day_column
    seen = {row[column] for row in rows} if column else set()

    def line(day: date) -> LedgerDay:
        has_data = day.isoformat() in seen or (column is None and bool(rows))
        return LedgerDay(
            day,
            DayState.DATA if has_data else DayState.EMPTY,
            now,
            # A snapshot says how things are now; it is asked once a day.
            settled=column is None
            or settles(day, fetched_at=now, look_back_days=look_back_days, zone=zone),
        )

    return [line(day) for day in window.days]


def days_of_failure(window: Window, code: str, *, now: datetime) -> list[LedgerDay]:
    """Return the ledger lines of a window that failed with *code*."""
    return [LedgerDay(day, DayState.FAILED, now, error_code=code) for day in window.days]


def unsupported_days(window: Window, code: str, *, now: datetime) -> list[LedgerDay]:
    """Return the ledger lines of a window whose stream this account does not get."""
    return [LedgerDay(day, DayState.UNSUPPORTED, now, error_code=code) for day in window.days]
