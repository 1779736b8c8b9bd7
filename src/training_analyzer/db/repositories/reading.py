"""Queries over stored data: sums, daily values, coverage. Never writes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from sqlalchemy import bindparam, case, func, select

from training_analyzer.arrays import unpack
from training_analyzer.db.tables import (
    activities,
    activity_laps,
    activity_tracks,
    garmin_coverage,
    intraday_series,
    metadata,
)
from training_analyzer.model import DayState

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import datetime

    from training_analyzer.arrays import Number
    from training_analyzer.db import Database
    from training_analyzer.streams import Row

_LETTERS: Final = {DayState.EMPTY: "e", DayState.FAILED: "f", DayState.UNSUPPORTED: "u"}
_LETTER: Final = case(
    *((garmin_coverage.c.state == state.value, letter) for state, letter in _LETTERS.items()),
    (garmin_coverage.c.settled == 1, "d"),
    else_="p",
)
# Built once: it is asked for by every page, and building it takes as long as a month's answer.
_KNOWN_DAYS: Final = (
    select(
        garmin_coverage.c.stream,
        func.aggregate_strings(garmin_coverage.c.calendar_date, ""),
        func.aggregate_strings(_LETTER, ""),
    )
    .where(
        garmin_coverage.c.user_id == bindparam("of"),
        garmin_coverage.c.stream.in_(bindparam("streams", expanding=True)),
        garmin_coverage.c.calendar_date.between(bindparam("first"), bindparam("last")),
    )
    .group_by(garmin_coverage.c.stream)
)
_DAY_LENGTH: Final = len("2026-11-22")


@dataclass(frozen=True, slots=True)
class KnownDays:
    """Days of a stream end to end, and as many letters: `d`, `p`, `e`, `f` or `u`.

    Both are in the same order, which is mostly but not surely that of the calendar.
    """

    days: str
    letters: str

    def over(self, days: str, cells: str) -> str:
        """Return *cells*, one letter for each of *days*, with the letters that are known.

        *days* are all those of a span, end to end. Where nothing is missing in between, which
        is the rule, two texts of the same length are compared and one is cut.
        """
        begin = days.find(self.days[:_DAY_LENGTH])
        end = begin + len(self.days)
        if days[begin:end] == self.days:
            first = begin // _DAY_LENGTH
            return cells[:first] + self.letters + cells[first + len(self.letters) :]
        letters = dict(zip(_each(days), cells, strict=True))
        letters.update(zip(_each(self.days), self.letters, strict=True))
        return "".join(letters.values())


def _each(days: str) -> list[str]:
    return [days[at : at + _DAY_LENGTH] for at in range(0, len(days), _DAY_LENGTH)]


@dataclass(frozen=True, slots=True)
class FailedDay:
    """A day of a stream that was asked for and could not be had; `at` is when."""

    stream: str
    day: date
    error_code: str
    at: datetime


@dataclass(frozen=True, slots=True)
class SportTotal:
    """The activities of one sport."""

    type_key: str
    count: int
    distance_m: float
    duration_s: float


@dataclass(frozen=True, slots=True)
class Curve:
    """A curve of one day: columns of one length, `t` in seconds since *start_utc* first."""

    start_utc: datetime
    columns: Mapping[str, Sequence[Number]]

    def pairs(self) -> list[tuple[datetime, Number]]:
        """Return (instant, value) of each sample, None for a gap.

        The value is the column after `t`; `sleep_levels` has `duration_s` behind it.
        """
        seconds, values, *_ = self.columns.values()
        return [
            (self.start_utc + timedelta(seconds=float(t or 0)), value)
            for t, value in zip(seconds, values, strict=True)
        ]


class ReadingRepository:
    """Reads of one user's data at a time."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def sports(self, user_id: str) -> list[SportTotal]:
        """Return totals by activity type, most activities first; nothing is counted twice.

        Left out are legs of a multisport, duplicates, and what was deleted at Garmin.
        """
        sport = func.coalesce(activities.c.type_key, "other")
        query = (
            select(
                sport.label("type_key"),
                func.count().label("number"),
                func.coalesce(func.sum(activities.c.distance_m), 0.0).label("distance_m"),
                func.coalesce(func.sum(activities.c.duration_s), 0.0).label("duration_s"),
            )
            .where(
                activities.c.user_id == user_id,
                activities.c.parent_id.is_(None),
                activities.c.duplicate_of.is_(None),
                activities.c.deleted_at.is_(None),
            )
            .group_by(sport)
            .order_by(func.count().desc(), sport)
        )
        with self._database.read() as db:
            return [
                SportTotal(row.type_key, row.number, row.distance_m, row.duration_s)
                for row in db.execute(query)
            ]

    def by_day(
        self, user_id: str, table_name: str, column_name: str, *, first: date, last: date
    ) -> dict[str, float]:
        """Return day -> mean value of a column, days without a value left out."""
        table = metadata.tables[table_name]
        day = table.c.calendar_date
        value = func.avg(table.c[column_name])
        query = (
            select(day, value.label("value"))
            .where(table.c.user_id == user_id, table.c[column_name].is_not(None))
            .where(day.between(first.isoformat(), last.isoformat()))
            .group_by(day)
        )
        with self._database.read() as db:
            return {row.calendar_date: float(row.value) for row in db.execute(query)}

    def track(self, user_id: str, activity_id: int) -> dict[str, list[Number]] | None:
        """Return the columns of an activity's track, or None when it has none."""
        table = activity_tracks
        query = select(table.c.points_zstd).where(
            table.c.user_id == user_id, table.c.activity_id == activity_id
        )
        with self._database.read() as db:
            packed = db.execute(query).scalar_one_or_none()
        return None if packed is None else unpack(packed)

    def laps(self, user_id: str, activity_id: int) -> list[Row]:
        """Return the laps of an activity, in their order, with the columns of their table."""
        table = activity_laps
        query = (
            select(table)
            .where(table.c.user_id == user_id, table.c.activity_id == activity_id)
            .order_by(table.c.lap_index)
        )
        with self._database.read() as db:
            return [dict(row) for row in db.execute(query).mappings()]

    def curve(self, user_id: str, kind: str, day: date) -> Curve | None:
        """Return the curve of one kind and day, or None."""
        table = intraday_series
        query = select(table.c.start_utc, table.c.points_zstd).where(
            table.c.user_id == user_id,
            table.c.kind == kind,
            table.c.calendar_date == day.isoformat(),
        )
        with self._database.read() as db:
            row = db.execute(query).one_or_none()
        return None if row is None else Curve(row.start_utc, unpack(row.points_zstd))

    def coverage_counts(
        self, user_id: str
    ) -> dict[str, tuple[Mapping[DayState, int], date | None, date | None]]:
        """Return stream -> (days by state, oldest day, newest day)."""
        table = garmin_coverage
        query = (
            select(
                table.c.stream,
                table.c.state,
                func.count().label("number"),
                func.min(table.c.calendar_date).label("first"),
                func.max(table.c.calendar_date).label("last"),
            )
            .where(table.c.user_id == user_id)
            .group_by(table.c.stream, table.c.state)
        )
        days: dict[str, dict[DayState, int]] = {}
        ends: dict[str, tuple[str, str]] = {}
        with self._database.read() as db:
            for row in db.execute(query):
                days.setdefault(row.stream, {})[DayState(row.state)] = row.number
                first, last = ends.get(row.stream, (row.first, row.last))
                ends[row.stream] = (min(first, row.first), max(last, row.last))
        return {
            stream: (
                states,
                date.fromisoformat(ends[stream][0]),
                date.fromisoformat(ends[stream][1]),
            )
            for stream, states in days.items()
        }

    def first_day(self, user_id: str, streams: Iterable[str]) -> date | None:
        """Return the oldest day that the ledger knows of *streams*, or None."""
        table = garmin_coverage
        query = select(func.min(table.c.calendar_date)).where(
            table.c.user_id == user_id, table.c.stream.in_(list(streams))
        )
        with self._database.read() as db:
            day = db.execute(query).scalar_one()
        return None if day is None else date.fromisoformat(day)

    def failed_days(self, user_id: str, *, first: date, last: date) -> list[FailedDay]:
        """Return the days that could not be had, by stream, oldest first."""
        table = garmin_coverage
        query = (
            select(table.c.stream, table.c.calendar_date, table.c.error_code, table.c.fetched_at)
            .where(
                table.c.user_id == user_id,
                table.c.state == DayState.FAILED.value,
                table.c.calendar_date.between(first.isoformat(), last.isoformat()),
            )
            .order_by(table.c.stream, table.c.calendar_date)
        )
        with self._database.read() as db:
            return [
                FailedDay(stream, date.fromisoformat(day), code or "", at)
                for stream, day, code, at in db.execute(query)
            ]

    def refusals(self, user_id: str) -> dict[str, datetime]:
        """Return the streams that Garmin refuses to this account, and when it last did."""
        table = garmin_coverage
        query = (
            select(table.c.stream, func.max(table.c.fetched_at).label("at"))
            .where(table.c.user_id == user_id, table.c.state == DayState.UNSUPPORTED.value)
            .group_by(table.c.stream)
        )
        with self._database.read() as db:
            return {row.stream: row.at for row in db.execute(query)}

    def coverage_states(
        self, user_id: str, streams: Collection[str], *, first: date, last: date
    ) -> dict[str, KnownDays]:
        """Return what is known of each stream that anything is known of.

        One row for each stream, its days in two texts: three years of days one by one took
        eight times as long, and every row of SQLite's is a turn that other threads may take.
        """
        span = {"of": user_id, "first": first.isoformat(), "last": last.isoformat()}
        with self._database.read() as db:
            found = db.execute(_KNOWN_DAYS, {**span, "streams": list(streams)})
            return {stream: KnownDays(*texts) for stream, *texts in found}

    def coverage_days(
        self, user_id: str, *, first: date, last: date
    ) -> dict[tuple[str, str], DayState]:
        """Return (stream, day) -> state within the days given."""
        table = garmin_coverage
        query = select(table.c.stream, table.c.calendar_date, table.c.state).where(
            table.c.user_id == user_id,
            table.c.calendar_date.between(first.isoformat(), last.isoformat()),
        )
        with self._database.read() as db:
            return {
                (row.stream, row.calendar_date): DayState(row.state) for row in db.execute(query)
            }
