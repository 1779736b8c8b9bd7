"""The ten queries of the documentation, on both databases, held to an invented athlete's life."""

from __future__ import annotations

import re
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from statistics import fmean
from typing import TYPE_CHECKING, Any

import pytest
from services_stage import account, connect
from sqlalchemy import text

from training_analyzer.simulator.body import weigh_ins
from training_analyzer.simulator.fitness import training_status
from training_analyzer.simulator.nights import hrv_night, night, resting_bpm
from training_analyzer.simulator.training import activities_on, acute_load, chronic_load
from training_analyzer.simulator.wellness import wellness

if TYPE_CHECKING:
    from collections.abc import Iterator

    from training_analyzer.services.garmin_scheduler import GarminSyncScheduler
    from training_analyzer.services.runtime import Runtime
    from training_analyzer.simulator import SimulatorServer
    from training_analyzer.simulator.athletes import Athlete
    from training_analyzer.simulator.training import Activity

PAGE = Path(__file__).parents[2] / "docs/how-to/query-with-sql.md"
QUERY = re.compile(r"^## (.+?)$.*?^```sql\n(.+?)^```", re.MULTILINE | re.DOTALL)
QUERIES = dict(QUERY.findall(PAGE.read_text("utf-8")))
# The sync below asks for sixty days up to the clock's 2 March.
DAYS = [date(2026, 1, 2) + timedelta(days=n) for n in range(58)]
LATE = datetime(2026, 3, 2, 12, tzinfo=UTC)

type Rows = list[tuple[Any, ...]]


class Life:
    """What truly happened: the answers, worked out from the athlete and not from the database."""

    def __init__(self, athlete: Athlete) -> None:
        self.athlete = athlete
        self.done = {day: activities_on(athlete, day) for day in DAYS}

    def two_weeks(self) -> Rows:
        """Answer the first query."""
        return [self._day(day) for day in reversed(DAYS[-14:])]

    def by_sport(self) -> Rows:
        """Answer the second query."""
        sports: dict[str, list[Activity]] = defaultdict(list)
        for done in self._activities():
            sports[done.kind.key].append(done)
        rows = [
            (
                key,
                len(every),
                round(sum(done.distance_m for done in every) / 1000, 1),
                round(sum(done.duration_s for done in every) / 3600, 1),
            )
            for key, every in sports.items()
        ]
        return sorted(rows, key=lambda row: (-row[3], row[0]))

    def by_month(self) -> Rows:
        """Answer the third query."""
        return [
            (
                month,
                sum(len(self.done[day]) for day in days),
                sum(done.duration_s for day in days for done in self.done[day]) / 3600,
                sum(self._steps(day) or 0 for day in days),
                fmean(bpm for day in days if (bpm := resting_bpm(self.athlete, day))),
            )
            for month, days in _months()
        ]

    def low_nights(self) -> Rows:
        """Answer the fourth query."""
        rows = []
        for day in DAYS:
            hrv = hrv_night(self.athlete, day)
            if hrv and hrv.baseline and hrv.night_avg < hrv.baseline[1]:
                slept = night(self.athlete, day)
                hours = slept.total_s / 3600 if slept else None
                bpm = resting_bpm(self.athlete, day)
                rows.append((day.isoformat(), hrv.night_avg, hrv.baseline[1], hours, bpm))
        return rows

    def after_training(self) -> Rows:
        """Answer the fifth query."""
        mornings: dict[str, list[date]] = {"rest": [], "training": []}
        for before, day in pairwise(DAYS):
            mornings["training" if self.done[before] else "rest"].append(day)
        rows = []
        for kind, days in mornings.items():
            hrv = [found.night_avg for day in days if (found := hrv_night(self.athlete, day))]
            hours = [slept.total_s / 3600 for day in days if (slept := night(self.athlete, day))]
            rows.append((kind, len(hrv), fmean(hrv), fmean(hours)))
        return rows

    def smoothed(self) -> Rows:
        """Answer the sixth query."""
        found = [(day, bpm) for day in DAYS if (bpm := resting_bpm(self.athlete, day))]
        return [
            (day.isoformat(), bpm, fmean(one for _, one in found[max(0, n - 6) : n + 1]))
            for n, (day, bpm) in enumerate(found)
        ]

    def weights(self) -> Rows:
        """Answer the seventh query."""
        rows = []
        for month, days in _months():
            weighed = [
                fmean(one.weight_g for one in every) / 1000
                for day in days
                if (every := weigh_ins(self.athlete, day))
            ]
            rows.append((month, len(weighed), fmean(weighed), min(weighed), max(weighed)))
        return rows

    def longest_runs(self) -> Rows:
        """Answer the eighth query."""
        rows = []
        for month, days in _months():
            runs = [
                (done.distance_m, day, done)
                for day in days
                for done in self.done[day]
                if done.kind.key == "running"
            ]
            metres, day, run = max(runs, key=lambda found: found[0])
            pace = run.duration_s / 60 / (metres / 1000)
            rows.append((month, day.isoformat(), metres / 1000, pace, run.avg_bpm))
        return rows

    def fast_rises(self) -> Rows:
        """Answer the ninth query."""
        rows = []
        for day in DAYS:
            status = training_status(self.athlete, day)
            loads = round(acute_load(self.athlete, day)), round(chronic_load(self.athlete, day))
            if status is not None and loads[0] > 1.1 * loads[1]:
                rows.append((day.isoformat(), status, *loads))
        return rows

    def february(self) -> Rows:
        """Answer the tenth query, but for what has settled."""
        there = {"hrv": hrv_night, "sleep": night, "weight": weigh_ins}
        return [
            (day.isoformat(), stream, "data" if look(self.athlete, day) else "empty")
            for day in reversed(DAYS)
            if day.month == 2
            for stream, look in there.items()
        ]

    def _activities(self) -> Iterator[Activity]:
        for day in DAYS:
            yield from self.done[day]

    def _steps(self, day: date) -> int | None:
        worn = wellness(self.athlete, day, LATE)
        return worn.steps if worn else None

    def _day(self, day: date) -> tuple[Any, ...]:
        slept, hrv = night(self.athlete, day), hrv_night(self.athlete, day)
        return (
            day.isoformat(),
            self._steps(day),
            resting_bpm(self.athlete, day),
            slept and slept.total_s / 3600,
            hrv and hrv.night_avg,
            training_status(self.athlete, day),
            len(self.done[day]),
        )


def _months() -> list[tuple[str, list[date]]]:
    months: dict[str, list[date]] = defaultdict(list)
    for day in DAYS:
        months[f"{day:%Y-%m}"].append(day)
    return sorted(months.items())


ANSWERS = {
    "The last two weeks, a row a day": Life.two_weeks,
    "Kilometres and hours by sport": Life.by_sport,
    "Month by month": Life.by_month,
    "Nights with HRV below the balanced range": Life.low_nights,
    "The night after training, and after a day of rest": Life.after_training,
    "Resting heart rate, smoothed over seven days": Life.smoothed,
    "Weight by month": Life.weights,
    "The longest run of each month": Life.longest_runs,
    "Days on which the load rose fast": Life.fast_rises,
    "Is a missing value really missing?": Life.february,
}


def test_every_query_of_the_page_has_an_answer() -> None:
    """The page has ten queries, and each of them is checked here."""
    assert list(QUERIES) == list(ANSWERS)
    assert len(ANSWERS) == 10


def plain(value: Any) -> Any:
    """Return a number of PostgreSQL's as the float that SQLite gives."""
    return float(value) if isinstance(value, Decimal) else value


def close(row: tuple[Any, ...]) -> list[Any]:
    """Return a row to compare with: numbers as far as floats and roundings agree."""
    return [
        pytest.approx(cell, rel=1e-6, abs=0.06) if isinstance(cell, float) else cell for cell in row
    ]


def test_the_queries_tell_what_truly_happened(
    runtime: Runtime, garmin: SimulatorServer, scheduler: GarminSyncScheduler
) -> None:
    """Sixty days are synced; each query's result is the athlete's own life."""
    user_id = connect(runtime, garmin, "ada")
    runtime.credentials.update_sync_config(user_id, initial_sync_days=60)
    scheduler.sync_user(user_id)
    life = Life(account(garmin, "ada").athlete)

    found = {}
    with runtime.database.read() as db:
        for title, query in QUERIES.items():
            rows = db.execute(text(query.strip().removesuffix(";"))).all()
            found[title] = [tuple(plain(cell) for cell in row) for row in rows]

    title = "Is a missing value really missing?"
    found[title] = [row[:3] for row in found[title]]
    for title, answer in ANSWERS.items():
        wanted = answer(life)
        assert wanted, title
        assert [list(row) for row in found[title]] == [close(row) for row in wanted], title
