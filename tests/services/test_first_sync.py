"""A first sync, a second one at once, and two people on one database."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from services_stage import DATA_TABLES, account, connect, data_requests, rows, unclaimed

from training_analyzer.model import Api, DayState
from training_analyzer.streams import CATALOG

if TYPE_CHECKING:
    from training_analyzer.services.garmin_scheduler import GarminSyncScheduler
    from training_analyzer.services.runtime import Runtime
    from training_analyzer.simulator import SimulatorServer

pytestmark = [pytest.mark.long_story, pytest.mark.torture]


def test_year_of_an_athlete_costs_at_most_75_requests(
    runtime: Runtime, garmin: SimulatorServer, scheduler: GarminSyncScheduler
) -> None:
    """A year and over 200 activities take at most 75 requests and one per file; no day lacks."""
    user_id = connect(runtime, garmin, "ada")
    before = len(garmin.log)

    outcome = scheduler.sync_user(user_id)

    asked = len(garmin.log) - before
    assert outcome.status == "completed"
    assert outcome.requests == asked
    files = [path for path in data_requests(garmin, before) if "/download-service/" in path]
    assert len(files) > 200
    assert asked - len(files) <= 75
    assert outcome.activities_synced > 200
    for covered in runtime.reading.coverage(user_id):
        assert covered.known == 365, covered.stream


def test_first_run_is_initial_and_counts_what_it_saw(
    runtime: Runtime, ada: str, scheduler: GarminSyncScheduler
) -> None:
    """The history of a first run says `initial`, its days, and how much it brought."""
    scheduler.sync_user(ada)

    (run,) = runtime.credentials.get_sync_history(ada)
    tables = {stream.table for stream in CATALOG}
    tables |= {"activity_files", "activity_laps", "activity_tracks"}
    stored = rows(runtime.database, ada, *tables)
    assert (run.sync_type, run.status) == ("initial", "completed")
    assert run.activities_synced == len(stored["activities"])
    assert 0 < run.fitness_days_synced <= run.wellness_days_synced <= 60
    # The settings add to the profile, and a night looked at in detail to its row.
    nights = {day for _, kind, day, *_ in stored["intraday_series"] if kind == "sleep_levels"}
    assert run.rows_changed == sum(len(found) for found in stored.values()) + 1 + len(nights)
    assert run.sync_to_date is not None
    assert run.sync_from_date == run.sync_to_date - timedelta(days=59)
    assert run.windows_done == run.windows_total
    assert run.error_message is None


def test_second_run_at_once_asks_one_question(
    runtime: Runtime, garmin: SimulatorServer, ada: str, scheduler: GarminSyncScheduler
) -> None:
    """When nothing was uploaded since, a run costs one request and changes nothing."""
    scheduler.sync_user(ada)
    stored = rows(runtime.database, ada)
    before = len(garmin.log)

    outcome = scheduler.sync_user(ada, force=True)

    assert (len(garmin.log) - before, outcome.requests) == (1, 1)
    assert (outcome.status, outcome.rows_changed, outcome.activities_synced) == ("completed", 0, 0)
    assert rows(runtime.database, ada) == stored
    assert runtime.credentials.get_sync_history(ada)[0].sync_type == "manual"


def test_whole_pass_over_known_days_rewrites_no_row(
    runtime: Runtime, garmin: SimulatorServer, ada: str, scheduler: GarminSyncScheduler
) -> None:
    """Where Garmin tells no stamp, the look-back is asked for again and nothing is rewritten."""
    garmin.faults.answer("/wellness-service/wellness/syncTimestamp", status=204)
    # Curves come day by day, in later runs too: here there are none.
    garmin.faults.answer("/wellness-service/wellness/daily", status=204)
    garmin.faults.answer("/hrv-service/hrv/2", status=204)
    scheduler.sync_user(ada)
    stored = rows(runtime.database, ada)
    before = len(garmin.log)

    outcome = scheduler.sync_user(ada, force=True)

    assert 3 < len(garmin.log) - before <= 20
    assert (outcome.status, outcome.rows_changed) == ("completed", 0)
    assert rows(runtime.database, ada) == stored


def test_upload_ends_the_idleness(ada: str, scheduler: GarminSyncScheduler, clock: Any) -> None:
    """Once a device has uploaded, the next run asks for the look-back again."""
    scheduler.sync_user(ada)
    clock.advance(hours=7)

    outcome = scheduler.sync_user(ada)

    assert outcome.requests > 3
    assert outcome.rows_changed > 0


def test_day_that_failed_ends_the_idleness(
    garmin: SimulatorServer, ada: str, scheduler: GarminSyncScheduler
) -> None:
    """What failed is asked for again although nothing was uploaded since."""
    fault = garmin.faults.answer("/hrv-service", status=500)
    scheduler.sync_user(ada)
    garmin.faults.clear(fault)

    assert scheduler.sync_user(ada).rows_changed > 0


def test_everything_is_asked_for_once_a_day_whatever_was_uploaded(
    garmin: SimulatorServer, ada: str, scheduler: GarminSyncScheduler, clock: Any
) -> None:
    """A weight typed in by hand moves no stamp, so after 24 hours the pass is a whole one."""
    garmin.faults.answer("/wellness-service/wellness/syncTimestamp", body="the same")
    scheduler.sync_user(ada)
    clock.advance(hours=2)
    assert scheduler.sync_user(ada).requests == 1
    clock.advance(hours=23)

    assert scheduler.sync_user(ada).requests > 3


def test_shorter_cap_is_learned_once(
    runtime: Runtime, garmin: SimulatorServer, ada: str, scheduler: GarminSyncScheduler
) -> None:
    """A route that gives fewer days than it should is asked for fewer from then on."""
    runtime.credentials.update_sync_config(ada, initial_sync_days=28)
    fault = garmin.faults.answer("/sleep-service/stats/sleep", status=400, times=1)
    scheduler.sync_user(ada)
    assert fault.hits == 1

    runtime.credentials.update_sync_config(ada, initial_sync_days=56)
    before = len(garmin.log)
    scheduler.sync_user(ada, force=True)

    asked = [p for p in data_requests(garmin, before) if "stats/sleep" in p]
    lengths = [_length(path) for path in asked]
    assert max(lengths) == 14
    assert len(asked) >= 2


def test_two_users_never_touch_each_others_rows(
    runtime: Runtime, garmin: SimulatorServer, ada: str, scheduler: GarminSyncScheduler
) -> None:
    """The same Garmin account under two users is two sets of rows, each its own."""
    twin = runtime.people.add("twin").user_id
    who = account(garmin, "ada")
    unclaimed(runtime.database)
    runtime.connections.connect_password(twin, who.email, who.password)
    runtime.credentials.update_sync_config(twin, initial_sync_days=60)
    scheduler.sync_user(ada)
    stored = rows(runtime.database, ada)

    scheduler.sync_user(twin)

    assert rows(runtime.database, ada) == stored
    copied = rows(runtime.database, twin, "activities")["activities"]
    assert [row[1] for row in copied] == [row[1] for row in stored["activities"]]

    runtime.connections.disconnect(twin, delete_data=True)
    assert rows(runtime.database, ada) == stored
    assert not any(rows(runtime.database, twin).values())
    assert runtime.credentials.get_credentials(ada) is not None


@pytest.mark.parametrize(
    ("toggle", "tables"),
    [
        (
            "sync_activities",
            {"activities", "activity_files", "activity_laps", "activity_tracks"},
        ),
        (
            "sync_wellness",
            {
                "daily_summaries",
                "sleep_nights",
                "hrv_nights",
                "body_battery_days",
                "resting_heart_rates",
                "weigh_ins",
            },
        ),
        (
            "sync_fitness_metrics",
            {
                "training_status_days",
                "vo2max_days",
                "training_readiness",
                "race_predictions",
                "endurance_scores",
                "hill_scores",
                "fitness_ages",
                "lactate_thresholds",
                "heart_rate_zones",
                "personal_records",
            },
        ),
    ],
)
def test_each_toggle_is_obeyed(
    runtime: Runtime, ada: str, scheduler: GarminSyncScheduler, toggle: str, tables: set[str]
) -> None:
    """What a person switched off is neither asked for nor stored, and all else is."""
    runtime.credentials.update_sync_config(ada, **{toggle: False})

    scheduler.sync_user(ada)

    stored = rows(runtime.database, ada)
    assert {name for name in DATA_TABLES if not stored[name]} == tables


def test_personal_key_brings_what_the_personal_api_has(
    runtime: Runtime, garmin: SimulatorServer, scheduler: GarminSyncScheduler
) -> None:
    """With a Personal API key the streams that it serves are synced, without an error."""
    key = next(known.personal_key for known in garmin.world.accounts if known.personal_key)
    kay = runtime.people.add("kay").user_id
    runtime.connections.connect_personal_key(kay, key)
    runtime.credentials.update_sync_config(kay, initial_sync_days=40)

    outcome = scheduler.sync_user(kay)

    assert outcome.status == "completed"
    served = {stream.name for stream in CATALOG if Api.PERSONAL in stream.routes}
    without_days = {stream.name for stream in CATALOG if stream.is_snapshot or stream.detail_of}
    known = {c.stream for c in runtime.reading.coverage(kay) if c.days.get(DayState.DATA)}
    assert known == served - without_days


def test_days_of_the_future_are_never_asked_for(
    garmin: SimulatorServer, ada: str, scheduler: GarminSyncScheduler
) -> None:
    """No request names a day after the person's today."""
    before = len(garmin.log)

    scheduler.sync_user(ada)

    today = garmin.world.now().date().isoformat()
    for asked in list(garmin.log)[before:]:
        days = [part for part in [*asked.path.split("/"), *asked.query.values()] if _is_day(part)]
        assert all(day <= today for day in days), asked.path


def _length(path: str) -> int:
    """Return how many days a range path asks for."""
    first, last = (date.fromisoformat(part) for part in path.split("/")[-2:])
    return (last - first).days + 1


def _is_day(text: str) -> bool:
    return len(text) == 10 and text[4] == text[7] == "-"
