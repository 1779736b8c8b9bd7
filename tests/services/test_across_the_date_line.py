"""An athlete from Auckland who flies to Honolulu and back: days of 46 hours and of two."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
from activities_stage import USER, Stage

from training_analyzer.db.repositories.garmin_data import GarminDataRepository
from training_analyzer.model import DayState
from training_analyzer.planning.ledger import end_of_day
from training_analyzer.simulator.athletes import Athlete, Place, Watch
from training_analyzer.simulator.fate import bounds, is_away, place_on
from training_analyzer.simulator.habits import TRIATHLETE
from training_analyzer.simulator.memory import SimulatedGarmin
from training_analyzer.simulator.nights import night
from training_analyzer.simulator.training import activities_on
from training_analyzer.simulator.wellness import wellness

if TYPE_CHECKING:
    from fake_clock import FakeClock

    from training_analyzer.db import Database
    from training_analyzer.db.repositories import GarminCredentialsRepository
    from training_analyzer.services.encryption import EncryptionService

pytestmark = [pytest.mark.long_story, pytest.mark.torture]

AUCKLAND = ZoneInfo("Pacific/Auckland")
FIRST, LAST = date(2026, 6, 1), date(2026, 6, 14)
DAYS = [FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1)]
NOT_AFTER = datetime(2026, 6, 30, tzinfo=UTC)


def flyer() -> Athlete:
    """Return somebody who spends some days of June on the other side of the date line."""
    since = date(2025, 1, 1)
    return Athlete(
        seed=7,
        name="Fay Flyer",
        email="fay@example.test",
        home=Place("Pacific/Auckland", -36.8509, 174.7645),
        away=Place("Pacific/Honolulu", 21.3069, -157.8583),
        since=since,
        watches=((since, Watch(3_470_118_442, "fenix 7X Pro", "006-B04375-00")),),
        traits=TRIATHLETE,
    )


@pytest.fixture
def fay(
    database: Database,
    repo: GarminCredentialsRepository,
    encryption: EncryptionService,
    clock: FakeClock,
) -> Stage:
    """Give the flyer after two weeks of daily syncs, the look-back of the last of them over."""
    clock.now = datetime(2026, 6, 1, 18, tzinfo=UTC)
    wants = {"initial_sync_days": 14, "sync_wellness": True, "sync_fitness_metrics": True}
    stage = Stage(database, repo, encryption, clock, **wants)
    stage.athlete = flyer()
    stage.garmin = SimulatedGarmin(stage.athlete, now=clock.now)
    for _ in range(24):
        assert stage.sync().status == "completed"
        stage.later()
    return stage


def by_day(stage: Stage, table: str) -> dict[date, dict[str, Any]]:
    """Return the rows of the two weeks by their day."""
    rows = {date.fromisoformat(row["calendar_date"]): row for row in stage.all(table)}
    return {day: row for day, row in rows.items() if FIRST <= day <= LAST}


def test_a_flight_across_the_date_line_loses_and_doubles_nothing(fay: Stage) -> None:
    """Through both flights each day, night and activity is the one lived, on its own date."""
    athlete = fay.athlete
    lengths = {bounds(athlete, day)[1] - bounds(athlete, day)[0] for day in DAYS}
    assert {is_away(athlete, day) for day in DAYS} == {True, False}
    assert {timedelta(hours=46), timedelta(hours=2)} <= lengths

    days, nights = by_day(fay, "daily_summaries"), by_day(fay, "sleep_nights")

    worn = {day: seen for day in DAYS if (seen := wellness(athlete, day, NOT_AFTER))}
    assert {day for day, row in days.items() if row["has_wellness"]} == set(worn)
    for day, seen in worn.items():
        row = days[day]
        assert (row["start_utc"], row["end_utc"]) == bounds(athlete, day)
        assert (row["steps"], row["duration_s"]) == (seen.steps, seen.duration_s)
    slept = {day: one for day in DAYS if (one := night(athlete, day))}
    assert nights.keys() == slept.keys()
    for day, one in slept.items():
        row, zone = nights[day], ZoneInfo(place_on(athlete, day).time_zone)
        assert (row["start_utc"], row["end_utc"]) == (one.start, one.end)
        assert row["end_utc"].astimezone(zone).date() == day
        assert row["utc_offset_s"] == one.offset_s
    done = {one.activity_id: one for day in DAYS for one in activities_on(athlete, day)}
    rows = [row for row in fay.all() if FIRST <= date.fromisoformat(row["calendar_date"]) <= LAST]
    assert {row["activity_id"] for row in rows if row["parent_id"] is None} == done.keys()
    for row in rows:
        if row["parent_id"] is None:
            lived = done[row["activity_id"]]
            found = (row["calendar_date"], row["utc_offset_s"])
            assert found == (lived.day.isoformat(), lived.offset_s)


def test_the_ledger_goes_by_the_profiles_zone_through_both_flights(fay: Stage) -> None:
    """No day is a hole, none settled before its end in Auckland plus the look-back."""
    ledger = GarminDataRepository(fay.database).coverage(USER)

    assert GarminDataRepository(fay.database).time_zone(USER) == AUCKLAND.key
    for name in ("daily_summary", "sleep", "hrv", "activities"):
        for day in DAYS:
            line = ledger.line(name, day)
            assert line is not None
            assert line.state in {DayState.DATA, DayState.EMPTY}
            assert line.settled
            assert line.fetched_at >= end_of_day(day, AUCKLAND) + timedelta(days=7)
