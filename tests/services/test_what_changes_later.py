"""What changes at Garmin after it was synced is seen at the next due sync, each kind a test.

A night that comes late, holes that are filled within the look-back and long after it, an
activity that is renamed, re-typed or deleted, a new device, a stream that starts half-way.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from activities_stage import USER, CountedGarmin, Stage
from services_stage import rows

from training_analyzer.db.repositories.garmin_data import GarminDataRepository
from training_analyzer.errors import ForbiddenStream
from training_analyzer.model import DayState
from training_analyzer.simulator.fate import wears
from training_analyzer.simulator.nights import night
from training_analyzer.simulator.training import activities_on

if TYPE_CHECKING:
    from collections.abc import Callable

    from fake_clock import FakeClock

    from training_analyzer.db import Database
    from training_analyzer.db.repositories import GarminCredentialsRepository
    from training_analyzer.services.encryption import EncryptionService
    from training_analyzer.streams import Json

pytestmark = [pytest.mark.long_story, pytest.mark.torture]

WELLNESS = {"sync_activities": False, "sync_wellness": True}
FITNESS = {"sync_activities": False, "sync_fitness_metrics": True}
# What a watch uploads of every day on which it is worn.
WORN = ("daily_summaries", "resting_heart_rates")


@pytest.fixture
def make(
    database: Database,
    repo: GarminCredentialsRepository,
    encryption: EncryptionService,
    clock: FakeClock,
) -> Callable[..., Stage]:
    """Give the maker of a stage: a walker with a band, who has few files, unless told else."""
    return lambda number=2, **wants: Stage(database, repo, encryption, clock, number, **wants)


def today(stage: Stage) -> date:
    """Return the day it is; the athletes of these tests are not far from UTC at noon."""
    day: date = stage.clock.now.date()
    return day


def ago(stage: Stage, days: int) -> date:
    """Return the day so many days before today."""
    return today(stage) - timedelta(days=days)


def days_of(stage: Stage, table: str) -> set[date]:
    """Return the days of which there is a row."""
    return {date.fromisoformat(row["calendar_date"]) for row in stage.all(table)}


def worn(stage: Stage, days: set[date]) -> set[date]:
    """Return those of some days on which the athlete wears the watch."""
    found = {day for day in days if wears(stage.athlete, day)}
    assert len(found) > len(days) / 2
    return found


def daily(stage: Stage, garmin: CountedGarmin, days: int) -> None:
    """Sync once a day for some days; every run completes."""
    for _ in range(days):
        stage.later()
        assert stage.sync(garmin).status == "completed"


def old_activity(stage: Stage, days: int) -> int:
    """Return the latest recorded activity that is at least so many days old."""
    found = (
        one.activity_id
        for age in range(days, days + 40)
        for one in activities_on(stage.athlete, ago(stage, age))
        if not one.is_manual
    )
    return next(found)


def changed(activity_id: int, **changes: Json) -> Callable[[Json], Json]:
    """Return the change of one row of a list."""

    def change(body: Json) -> Json:
        assert isinstance(body, list)
        return [
            row | changes if isinstance(row, dict) and row["activityId"] == activity_id else row
            for row in body
        ]

    return change


def test_late_sleep_is_seen_at_the_next_sync(make: Callable[..., Stage]) -> None:
    """A night that the watch uploads after the morning's sync comes with the next one."""
    stage = make(**WELLNESS)
    garmin = CountedGarmin(stage)
    last_night = today(stage)
    garmin.withholds(last_night, last_night)
    stage.sync(garmin)
    assert last_night not in days_of(stage, "sleep_nights")

    garmin.catches_up()
    stage.later(hours=6)
    stage.sync(garmin)

    assert last_night in days_of(stage, "sleep_nights")


def test_hole_within_the_look_back_is_filled_at_the_next_sync(make: Callable[..., Stage]) -> None:
    """Days that were empty and are filled within a week are there with the next sync."""
    stage = make(**WELLNESS)
    garmin = CountedGarmin(stage)
    hole = {ago(stage, 4), ago(stage, 3)}
    garmin.withholds(min(hole), max(hole))
    stage.sync(garmin)
    assert not hole & days_of(stage, "daily_summaries")

    garmin.catches_up()
    daily(stage, garmin, 1)

    assert hole <= days_of(stage, "daily_summaries")


def test_watch_that_is_synced_weeks_late_is_seen_at_the_next_sync(
    make: Callable[..., Stage],
) -> None:
    """When a device uploads after three silent weeks, all of them come with the next sync."""
    stage = make(initial_sync_days=60, **WELLNESS)
    garmin = CountedGarmin(stage).uploaded(stage.clock.now)
    quiet = {today(stage) + timedelta(days=n) for n in range(1, 22)}
    garmin.withholds(min(quiet), max(quiet) + timedelta(days=1))
    stage.sync(garmin)
    daily(stage, garmin, 22)
    assert not quiet & days_of(stage, "daily_summaries")

    garmin.catches_up().uploaded(stage.clock.now)
    garmin.asked.clear()
    daily(stage, garmin, 1)

    for table in WORN:
        assert days_of(stage, table) >= worn(stage, quiet), table
    assert days_of(stage, "sleep_nights") >= {d for d in quiet if night(stage.athlete, d)}
    # Each stream is asked once for all of it, sleep included.
    assert len([window for window in garmin.asked if window.stream.name == "sleep"]) == 1


@pytest.mark.parametrize(("ages", "within"), [((16, 20), 7), ((60, 70), 33)])
def test_hole_beyond_the_look_back_is_filled_later(
    make: Callable[..., Stage], ages: tuple[int, int], within: int
) -> None:
    """Days that were empty long ago and are imported now are seen, young ones within a week."""
    stage = make(initial_sync_days=120, **WELLNESS)
    garmin = CountedGarmin(stage)
    hole = {ago(stage, age) for age in range(ages[0], ages[1] + 1)}
    garmin.withholds(min(hole), max(hole))
    stage.sync(garmin)
    assert not hole & days_of(stage, "daily_summaries")

    garmin.catches_up()
    daily(stage, garmin, within)

    for table in WORN:
        assert days_of(stage, table) >= worn(stage, hole), table


@pytest.mark.parametrize(("age", "within"), [(3, 1), (60, 7), (200, 10)])
def test_edited_and_retyped_activity_is_seen(
    make: Callable[..., Stage], age: int, within: int
) -> None:
    """A new name and type are there with the next sync, or sweep, however old it is."""
    stage = make(initial_sync_days=300)
    garmin = CountedGarmin(stage)
    stage.sync(garmin)
    one = old_activity(stage, age)
    kind: Json = {"typeId": 9, "typeKey": "walking", "parentTypeId": 17}
    garmin.revise("activities", changed(one, activityName="With Bo", activityType=kind))
    garmin.files.clear()

    daily(stage, garmin, within)

    row = stage.one(one)
    assert (row["name"], row["type_key"]) == ("With Bo", "walking")
    assert one not in garmin.files


@pytest.mark.parametrize(("age", "within"), [(3, 1), (60, 7), (200, 10)])
def test_deleted_activity_is_seen(make: Callable[..., Stage], age: int, within: int) -> None:
    """An activity that is gone is asked for once, marked, and kept, however old it is."""
    stage = make(initial_sync_days=300)
    garmin = CountedGarmin(stage)
    stage.sync(garmin)
    one = old_activity(stage, age)
    garmin.loses(one)

    daily(stage, garmin, within)

    assert stage.one(one)["deleted_at"] is not None
    assert garmin.pages == [one]
    assert [row for row in stage.all() if row["deleted_at"]] == [stage.one(one)]


def test_fault_27_list_that_shrinks_deletes_nothing_before_a_second_one(
    make: Callable[..., Stage],
) -> None:
    """Even where each page says 404, an empty list deletes nothing; a second one is believed."""
    stage = make(initial_sync_days=90)
    garmin = CountedGarmin(stage)
    stage.sync(garmin)
    known = len(stage.all())
    for row in stage.all():
        garmin.loses(row["activity_id"])

    daily(stage, garmin, 6)
    few = [row for row in stage.all() if row["deleted_at"]]
    daily(stage, garmin, 1)

    assert known > 10
    assert len(few) <= 7
    assert not garmin.pages or len(garmin.pages) <= 20
    garmin._gone.clear()
    daily(stage, garmin, 7)
    assert not [row for row in stage.all() if row["deleted_at"] or row["missing_since"]]
    lines = GarminDataRepository(stage.database).coverage(USER).days["activities"]
    had = {date.fromisoformat(row["calendar_date"]) for row in stage.all()}
    assert {lines[day].state for day in had if day >= ago(stage, 40)} == {DayState.DATA}


def test_new_device_is_seen_and_brings_what_was_refused(make: Callable[..., Stage]) -> None:
    """With a new watch in the list, what Garmin refused to the old one is asked for at once."""
    stage = make(0, **FITNESS)
    garmin = CountedGarmin(stage)
    stage.sync(garmin)
    daily(stage, garmin, 9)
    garmin.refuses("training_status", ForbiddenStream())
    stage.later()
    stage.sync(garmin)
    garmin.refuses("training_status", ForbiddenStream(), times=0)

    def with_new(body: Json) -> Json:
        assert isinstance(body, list)
        assert isinstance(body[0], dict)
        return [*body, body[0] | {"deviceId": 4711, "unitId": 4711}]

    garmin.revise("devices", with_new)
    for _ in range(6):
        garmin.asked.clear()
        daily(stage, garmin, 1)
        names = {window.stream.name for window in garmin.asked}
        assert ("training_status" in names) is ("devices" in names)
        if "devices" in names:
            break

    assert "4711" in {row["device_id"] for row in stage.all("devices")}
    assert today(stage) in days_of(stage, "training_status_days")


def test_stream_that_starts_half_way_is_seen_at_the_next_sync(make: Callable[..., Stage]) -> None:
    """A person's first night of HRV is there with the next sync, after weeks without any."""
    stage = make(0, **WELLNESS)
    garmin = CountedGarmin(stage)
    begins = today(stage) + timedelta(days=12)

    def since_then(body: Json) -> Json:
        assert isinstance(body, dict)
        nights: Any = body["hrvSummaries"]
        return {**body, "hrvSummaries": [n for n in nights if n["calendarDate"] >= str(begins)]}

    garmin.revise("hrv", since_then)
    stage.sync(garmin)
    daily(stage, garmin, 11)
    assert not rows(stage.database, USER, "hrv_nights")["hrv_nights"]

    daily(stage, garmin, 1)

    assert days_of(stage, "hrv_nights") == {begins}
