"""What a configuration costs and what is odd about it, told from values alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from training_analyzer.model import Api, DayState, GarminSyncConfig, QuietHours
from training_analyzer.planning import Coverage, LedgerDay
from training_analyzer.planning.cautions import cautions
from training_analyzer.planning.cost import USUAL_ACTIVITIES_A_DAY, Known, cost_of_sync
from training_analyzer.planning.files import KnownActivity
from training_analyzer.streams import CATALOG

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
CONFIG = GarminSyncConfig(user_id="ada", timezone="Europe/Berlin")
NOTHING = Known(coverage=Coverage({}), activities=(), apis=(Api.ACCOUNT,), zone=ZoneInfo("UTC"))


def cost(config: GarminSyncConfig, known: Known = NOTHING) -> int:
    """Return what the next sync costs."""
    return cost_of_sync(config, CATALOG, known, now=NOW)


def test_first_year_costs_its_windows_and_a_guess_of_files() -> None:
    """A year is some sixty requests and one for each activity that people usually have."""
    files = round(365 * USUAL_ACTIVITIES_A_DAY)

    assert files + 50 <= cost(CONFIG) <= files + 75
    assert cost(replace(CONFIG, sync_activities=False)) <= 75
    assert cost(replace(CONFIG, initial_sync_days=730)) > cost(CONFIG)


def test_what_is_left_out_costs_nothing() -> None:
    """Nights are fourteen windows of a year; without their list activities have no files."""
    assert cost(CONFIG) - cost(replace(CONFIG, sync_sleep=False)) == 14
    assert cost(replace(CONFIG, disabled_streams=("activities",))) == cost(
        replace(CONFIG, sync_activities=False)
    )


def test_own_habit_is_a_better_guess_than_the_usual() -> None:
    """Who has had two activities in a hundred days is not thought to have had sixty before."""
    days = [NOW.date() - timedelta(days=n) for n in range(100)]
    lines = {day: LedgerDay(day, DayState.DATA, NOW, settled=True) for day in days}
    known = replace(
        NOTHING,
        coverage=Coverage({"activities": lines}),
        activities=[KnownActivity(activity_id=n, is_manual=True) for n in (1, 2)],
    )
    nobody = replace(known, activities=[])

    assert cost(CONFIG, known) - cost(CONFIG, nobody) == round(265 * 0.02)


@pytest.mark.parametrize(
    ("change", "codes"),
    [
        ({}, []),
        ({"auto_sync_enabled": False}, ["auto_sync_off"]),
        (
            {"sync_activities": False, "sync_wellness": False, "sync_fitness_metrics": False},
            ["nothing_to_sync"],
        ),
        ({"initial_sync_days": 5}, ["look_back_beyond_history"]),
        ({"sync_frequency": "hourly", "min_sync_interval_minutes": 61}, ["interval_skips_syncs"]),
        ({"quiet_hours": QuietHours("05:00", "06:01")}, ["quiet_hours_move_every_sync"]),
        ({"quiet_hours": QuietHours("06:01", "07:00")}, ["quiet_hours_move_every_sync"]),
        ({"quiet_hours": QuietHours("07:00", "05:00")}, []),
        ({"sync_time": "02:30"}, ["time_does_not_exist", "time_exists_twice"]),
        ({"sync_time": "02:30", "timezone": "UTC"}, []),
        # Clocks change on Sundays.
        ({"sync_time": "02:30", "sync_frequency": "weekly"}, []),
    ],
)
def test_cautions_name_what_a_person_may_not_expect(
    change: dict[str, object], codes: list[str]
) -> None:
    """Each oddity is told by its code, in a sentence, and an ordinary choice has none."""
    found = list(cautions(replace(CONFIG, **change), now=NOW))  # type: ignore[arg-type]  # fields by name

    assert [caution.code for caution in found] == codes
    assert all(caution.message.endswith(".") for caution in found)
