"""Days in detail: brought over later runs, again when a row changed, read back as they were."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from services_stage import account, connect, rows
from sqlalchemy import select

from training_analyzer.db.tables import metadata
from training_analyzer.model import Api
from training_analyzer.simulator.athletes import Athlete
from training_analyzer.simulator.curves import heart_rate, stress
from training_analyzer.simulator.nights import hrv_night, night
from training_analyzer.simulator.stages import levels
from training_analyzer.streams import CATALOG, Json
from training_analyzer.streams.curves import CurveParser

if TYPE_CHECKING:
    from training_analyzer.services.garmin_scheduler import GarminSyncScheduler
    from training_analyzer.services.runtime import Runtime
    from training_analyzer.simulator import SimulatorServer

pytestmark = [pytest.mark.long_story, pytest.mark.torture]

SLEEP_NIGHT = "/wellness-service/wellness/dailySleepData"
DETAIL = re.compile(
    r"/\w+-service/(?:wellness/)?(dailySleepData|dailyHeartRate|dailyStress|hrv(?=/2))/"
)
PAGE = Path(__file__).parents[2] / "docs/how-to/read-curves.md"
TODAY = date(2026, 3, 2)


def days_ago(count: int) -> date:
    """Return the day *count* days before the clock's first."""
    return TODAY - timedelta(days=count)


def details(garmin: SimulatorServer, since: int = 0) -> list[tuple[str, date]]:
    """Return what was asked for and for which day, of the requests for a day in detail."""
    found = []
    for entry in list(garmin.log)[since:]:
        day = entry.query.get("date", entry.path.rpartition("/")[2])
        if match := DETAIL.match(entry.path):
            found.append((match[1], date.fromisoformat(day)))
    return found


@pytest.fixture
def wearer(runtime: Runtime, garmin: SimulatorServer) -> str:
    """Give a connected user who wants four days of wellness data and nothing else."""
    # Without a stamp no run is idle.
    garmin.faults.answer("/wellness-service/wellness/syncTimestamp", status=204)
    user_id = connect(runtime, garmin, "ada")
    runtime.credentials.update_sync_config(
        user_id,
        initial_sync_days=4,
        incremental_sync_days=4,
        sync_activities=False,
        sync_fitness_metrics=False,
    )
    return user_id


@pytest.fixture
def life(garmin: SimulatorServer) -> Athlete:
    """Give the life that the wearer leads."""
    athlete = account(garmin, "ada").athlete
    assert isinstance(athlete, Athlete)
    return athlete


def drain(scheduler: GarminSyncScheduler, user_id: str) -> list[int]:
    """Sync until a run changes nothing; return how many requests each run took."""
    taken = []
    while (outcome := scheduler.sync_user(user_id, force=True)).rows_changed:
        assert outcome.status == "completed"
        taken.append(outcome.requests)
    return taken


def test_budget_is_kept_and_later_runs_bring_the_rest(
    garmin: SimulatorServer, wearer: str, scheduler: GarminSyncScheduler
) -> None:
    """No run exceeds its twenty requests, and over some runs each day is asked for once."""
    taken = drain(scheduler, wearer)

    asked = details(garmin)
    assert len(taken) > 1
    assert max(taken) <= 20
    assert len(asked) == len(set(asked)) == 4 * 4
    assert asked[0][1] == days_ago(1)


def test_curves_are_read_back_as_they_were_lived(
    runtime: Runtime, wearer: str, life: Athlete, scheduler: GarminSyncScheduler
) -> None:
    """A stored curve gives the pairs of time and value that the watch measured, gaps included."""
    drain(scheduler, wearer)
    end = datetime(2026, 3, 1, 23, 0, tzinfo=UTC)

    beats = runtime.reading.curve(wearer, "heart_rate", days_ago(1))
    tension = runtime.reading.curve(wearer, "stress", days_ago(1))
    stages = runtime.reading.curve(wearer, "sleep_levels", days_ago(1))

    assert beats is not None
    assert tension is not None
    assert stages is not None
    assert _in_ms(beats.pairs()) == heart_rate(life, days_ago(1), end)
    assert _in_ms(tension.pairs()) == [
        (at, level if level > 0 else None) for at, level in stress(life, days_ago(1), end)
    ]
    slept = night(life, days_ago(1))
    assert slept is not None
    lived = levels(life, slept)
    assert stages.pairs() == [(start, int(stage)) for start, _, stage in lived]
    assert stages.columns["duration_s"] == [(end - at).total_seconds() for at, end, _ in lived]
    (row,) = [
        r
        for r in rows(runtime.database, wearer, "intraday_series")["intraday_series"]
        if r[1:3] == ("heart_rate", days_ago(1).isoformat())
    ]
    assert len(row[5]) < 2500


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_how_to_reads_the_curve_that_the_product_reads(
    runtime: Runtime, wearer: str, scheduler: GarminSyncScheduler
) -> None:
    """The program of the how-to page gives a curve as we do."""
    scheduler.sync_user(wearer)
    page = PAGE.read_text(encoding="utf-8")
    program = page.split("```python")[1].split("```")[0]
    names: dict[str, Any] = {}

    exec(program, names)  # noqa: S102 - our own page

    path = runtime.settings.database_url.removeprefix("sqlite:///")
    read = runtime.reading.curve(wearer, "heart_rate", days_ago(1))
    assert read is not None
    assert names["curve"](path, wearer, "heart_rate", str(days_ago(1))) == read.pairs()


def test_how_to_names_each_kind_of_curve() -> None:
    """Whoever asks the database finds each kind with its columns on the page."""
    parsers = [each.routes[Api.ACCOUNT].parse for each in CATALOG if each.detail_of]

    series = [each for p in parsers if isinstance(p, CurveParser) for each in p.series]

    page = PAGE.read_text(encoding="utf-8")
    lines = [f"| `{s.kind}` | {', '.join(f'`{name}`' for name in s.columns)} |" for s in series]
    assert len(lines) == 14
    assert [line for line in lines if line not in page] == []


def test_night_looked_at_in_detail_fills_its_row(
    runtime: Runtime, wearer: str, life: Athlete, scheduler: GarminSyncScheduler
) -> None:
    """What only the detail of a night tells stands in the night's row, beside the rest."""
    drain(scheduler, wearer)

    table = metadata.tables["sleep_nights"]
    night_of = select(table).where(table.c.calendar_date == days_ago(1).isoformat())
    with runtime.database.read() as db:
        row = db.execute(night_of).one()
    slept = night(life, days_ago(1))
    assert slept is not None
    assert (row.restless_count, row.awake_count) == (slept.restless_count, slept.awake_count)
    assert (row.sleep_deep_s, row.score) == (slept.deep_s, slept.score)


def test_curve_that_is_not_there_is_none(runtime: Runtime, wearer: str) -> None:
    """Before a day was looked at there is no curve of it."""
    assert runtime.reading.curve(wearer, "heart_rate", days_ago(1)) is None


def test_late_revision_brings_the_night_again(
    runtime: Runtime,
    garmin: SimulatorServer,
    wearer: str,
    scheduler: GarminSyncScheduler,
    clock: Any,
) -> None:
    """A night that Garmin revises afterwards is asked for again in the next due sync."""
    drain(scheduler, wearer)
    revised = days_ago(3)
    at = datetime(2026, 2, 26, 22, 0, tzinfo=UTC)
    stage = {"startGMT": "2026-02-26T22:00:00.0", "endGMT": "2026-02-26T23:00:00.0"}
    values: Json = {"deepTime": 3600, "totalSleepTimeInSeconds": 3600, "sleepScore": 50}
    garmin.faults.edit(
        "/sleep-service/stats/sleep/daily",
        {"individualStats": [{"calendarDate": revised.isoformat(), "values": values}]},
    )
    garmin.faults.edit(SLEEP_NIGHT, {"sleepLevels": [{**stage, "activityLevel": 0.0}]})
    before = len(garmin.log)
    clock.advance(hours=1)

    scheduler.sync_user(wearer, force=True)

    nights = [day for what, day in details(garmin, before) if what == "dailySleepData"]
    assert nights == [revised]
    curve = runtime.reading.curve(wearer, "sleep_levels", revised)
    assert curve is not None
    assert curve.pairs() == [(at, 0)]


def test_new_watch_brings_hrv_readings_since_then(
    runtime: Runtime,
    garmin: SimulatorServer,
    wearer: str,
    life: Athlete,
    scheduler: GarminSyncScheduler,
    clock: Any,
) -> None:
    """A watch that measures HRV from some day on brings readings since then and none before."""
    bought, _ = life.watches[1]
    clock.now = datetime(bought.year, bought.month, bought.day, 12, tzinfo=UTC) + timedelta(days=2)

    drain(scheduler, wearer)

    nights = {day for what, day in details(garmin) if what == "dailySleepData"}
    readings = {day for what, day in details(garmin) if what == "hrv"}
    assert min(nights) < bought
    assert readings == {bought + timedelta(days=n) for n in range(3)}
    measured = hrv_night(life, bought)
    curve = runtime.reading.curve(wearer, "hrv", bought)
    assert measured is not None
    assert curve is not None
    assert [value for _, value in curve.pairs()] == list(measured.readings)


def test_key_brings_the_curves_of_the_personal_api(
    runtime: Runtime, garmin: SimulatorServer, scheduler: GarminSyncScheduler
) -> None:
    """With a Personal API key come HRV readings and heart rate, and nothing fails."""
    key = next(known.personal_key for known in garmin.world.accounts if known.personal_key)
    kay = runtime.people.add("kay").user_id
    runtime.connections.connect_personal_key(kay, key)
    runtime.credentials.update_sync_config(kay, initial_sync_days=3)

    outcome = scheduler.sync_user(kay)

    stored = rows(runtime.database, kay, "intraday_series")["intraday_series"]
    assert outcome.status == "completed"
    assert {kind for _, kind, *_ in stored} == {"hrv", "heart_rate"}


def test_switched_off_wellness_brings_no_curve(
    runtime: Runtime, garmin: SimulatorServer, wearer: str, scheduler: GarminSyncScheduler
) -> None:
    """Who switches wellness off is asked for no day in detail, also of days known before."""
    scheduler.sync_user(wearer)
    runtime.credentials.update_sync_config(wearer, sync_wellness=False)
    before = len(garmin.log)

    scheduler.sync_user(wearer, force=True)

    assert details(garmin, before) == []


def _in_ms(pairs: list[tuple[datetime, Any]]) -> list[tuple[int, Any]]:
    return [(round(at.timestamp() * 1000), value) for at, value in pairs]
