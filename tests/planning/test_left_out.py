"""What a person leaves out is asked for by no part of a run."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from training_analyzer.model import Api, DayState, GarminSyncConfig
from training_analyzer.planning import Coverage, LedgerDay, plan, plan_snapshots
from training_analyzer.planning.details import plan_details
from training_analyzer.planning.idle import is_complete
from training_analyzer.streams import CATALOG, stream

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
ZONE = ZoneInfo("UTC")
EVERYTHING = GarminSyncConfig(user_id="ada", initial_sync_days=30)
YESTERDAY = NOW.date() - timedelta(days=1)


def asked(config: GarminSyncConfig) -> set[str]:
    """Return the names of all streams that a first run would ask for."""
    apis, empty = (Api.ACCOUNT,), Coverage({})
    changes = {name: {YESTERDAY: NOW} for name in ("sleep", "hrv", "daily_summary")}
    plans = (
        plan(config, empty, CATALOG, apis, now=NOW, zone=ZONE),
        plan_snapshots(config, empty, CATALOG, apis, now=NOW, zone=ZONE),
        plan_details(config, empty, CATALOG, apis, changes, now=NOW, zone=ZONE, budget=99),
    )
    return {window.stream.name for planned in plans for window in planned.windows}


def test_without_sleep_no_night_is_asked_for() -> None:
    """Nights and their curves go, and nothing else of wellness does."""
    without = replace(EVERYTHING, sync_sleep=False)

    assert asked(EVERYTHING) - asked(without) == {"sleep", "sleep_detail"}
    assert not stream("sleep").is_wanted(without)


def test_streams_that_are_left_out_are_not_asked_for() -> None:
    """Ranges, snapshots and curves: each can be left out, the details with what they are of."""
    without = replace(EVERYTHING, disabled_streams=("daily_summary", "hrv_detail", "fitness_age"))

    assert asked(EVERYTHING) - asked(without) == {
        "daily_summary",
        "heart_rate_detail",
        "stress_detail",
        "hrv_detail",
        "fitness_age",
    }


def test_days_of_streams_that_are_left_out_are_not_missing() -> None:
    """A run after which only streams that nobody wants lack days has nothing left to do."""
    days = [NOW.date() - timedelta(days=n) for n in range(40)]
    lines = {day: LedgerDay(day, DayState.DATA, NOW, settled=True) for day in days}
    known = Coverage({each.name: lines for each in CATALOG if each.name != "hrv"})

    def complete(config: GarminSyncConfig) -> bool:
        return is_complete(config, known, CATALOG, (Api.ACCOUNT,), now=NOW, zone=ZONE)

    assert not complete(EVERYTHING)
    assert complete(replace(EVERYTHING, disabled_streams=("hrv",)))
