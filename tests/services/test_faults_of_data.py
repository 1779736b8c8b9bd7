"""Faults 26, 29, 30, 41, 42 and 48: odd answers, damaged secrets, a key that goes, a long road."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from fault_stage import archived, stored_days
from services_stage import account, connect
from sqlalchemy import select, update
from taxonomy_stage import dead_session, settled

from training_analyzer import settings as configured
from training_analyzer.db.tables import garmin_credentials, garmin_secrets, metadata
from training_analyzer.errors import SettingsError
from training_analyzer.model import DayState
from training_analyzer.services.runtime import build_runtime
from training_analyzer.simulator import SimulatorServer
from training_analyzer.simulator.answer import Answer
from training_analyzer.simulator.athletes import demo_athletes
from training_analyzer.simulator.payloads import answer
from training_analyzer.simulator.residents import resident
from training_analyzer.simulator.world import World

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from training_analyzer.model import Api
    from training_analyzer.services.run import Progress
    from training_analyzer.services.runtime import Runtime
    from training_analyzer.settings import Settings
    from training_analyzer.simulator.answer import Owner
    from training_analyzer.streams import Json

SEARCH = "/activitylist-service/activities/search/activities"
CROWD = 250


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Give SQLite alone, unless a test says otherwise."""
    return sqlite_url


class Crowded:
    """A Garmin whose list of activities gets a new first one between two pages."""

    def __init__(self) -> None:
        self.newest = CROWD

    def __call__(
        self, owner: Owner, api: Api, path: str, query: Mapping[str, str], now: datetime
    ) -> Answer:
        """Answer as ever, but for the list."""
        told = answer(owner, api, path, {**query, "start": "0"}, now)
        rows = told.body
        if path != SEARCH or not isinstance(rows, list) or not rows:
            return answer(owner, api, path, query, now)
        start, limit = int(query["start"]), int(query["limit"])
        self.newest += bool(start)
        one = rows[0]
        assert isinstance(one, dict)
        crowd: list[Json] = [
            {**one, "activityId": number, "manualActivity": True}
            for number in range(self.newest, 0, -1)
        ]
        return Answer(body=crowd[start : start + limit])


def test_fault_26_pages_that_overlap_give_each_activity_once(
    settings: Settings, clock: Any
) -> None:
    """A list that moves between its pages shows some twice: each is stored once, none is lost."""
    people = [resident(demo_athletes(7, clock.now.date())[0])]
    crowded = Crowded()
    with SimulatorServer(World(people, answer=crowded, clock=clock)) as garmin:
        told = settings.model_copy(update={"garmin_server_url": garmin.url})
        with build_runtime(told, now=clock) as runtime:
            ada = settled(runtime, garmin, "ada", keep_password=True)
            runtime.credentials.update_sync_config(
                ada, sync_wellness=False, sync_fitness_metrics=False
            )
            for expected in (CROWD, CROWD + 2):
                outcome = runtime.syncs.sync(ada, force=True)
                ids = sorted(ids_of(runtime, ada))
                assert outcome.status == "completed"
                assert ids == list(range(1, expected + 1))
                clock.advance(days=1)


def ids_of(runtime: Runtime, user_id: str) -> list[int]:
    """Return the ids of the stored activities."""
    activities = metadata.tables["activities"]
    query = select(activities.c.activity_id).where(activities.c.user_id == user_id)
    with runtime.database.read() as db:
        return list(db.execute(query).scalars())


def test_fault_29_changed_fields_cost_their_column_only(
    runtime: Runtime, garmin: SimulatorServer
) -> None:
    """A retyped, a missing and an unknown field leave the rest stored and the answer archived."""
    ada = settled(runtime, garmin, "ada", keep_password=True)
    garmin.faults.edit(
        "/hrv-service", {"hrvSummaries": [night(status="GALACTIC", average="many", new=[1])]}
    )

    assert runtime.syncs.sync(ada).status == "completed"

    hrv = metadata.tables["hrv_nights"]
    with runtime.database.read() as db:
        row = db.execute(select(hrv).where(hrv.c.user_id == ada)).mappings().one()
    assert row["calendar_date"] == "2026-03-01"
    assert row["status"] == "GALACTIC"
    assert row["weekly_avg_ms"] == 51
    assert row["last_night_avg_ms"] is None
    assert archived(runtime, ada, "hrv") == 1


def night(*, status: object = "BALANCED", average: object = 50, **more: Any) -> dict[str, Any]:
    """Return one night as the account interface lists it."""
    return {
        "calendarDate": "2026-03-01",
        "weeklyAvg": 51,
        "lastNightAvg": average,
        "status": status,
        **more,
    }


NUMBERS = (
    "NaN",
    "Infinity",
    "-Infinity",
    "1e308",
    "1e400",
    str(2**63),
    str(-(2**64)),
    "null",
    "{}",
)


@pytest.mark.parametrize("number", NUMBERS)
def test_fault_30_impossible_number_never_fails_a_run(
    runtime: Runtime, garmin: SimulatorServer, number: str
) -> None:
    """What no column can hold is left out; the night, the run and the other streams are there."""
    ada = settled(runtime, garmin, "ada", keep_password=True)
    body = json.dumps({"hrvSummaries": [night(average=0)]}).replace(": 0", f": {number}")
    garmin.faults.answer("/hrv-service", body=body.encode())

    assert runtime.syncs.sync(ada).status == "completed"

    assert len(stored_days(runtime, ada, "hrv_nights")) == 1
    assert stored_days(runtime, ada, "sleep_nights")


def test_fault_41_key_file_that_goes_is_missed_at_the_next_start(
    environment: pytest.MonkeyPatch, encryption_key: str, sqlite_url: str, clock: Any
) -> None:
    """A running service goes on without the file of its key; the next start is refused."""
    file = Path("key").absolute()
    file.touch(mode=0o600)
    file.write_text(encryption_key)
    environment.delenv("CREDENTIAL_ENCRYPTION_KEY")
    environment.setenv("CREDENTIAL_ENCRYPTION_KEY_FILE", str(file))
    environment.setenv("DATABASE_URL", sqlite_url)
    people = [resident(demo_athletes(7, clock.now.date())[0])]
    with SimulatorServer(World(people, answer=answer, clock=clock)) as garmin:
        environment.setenv("GARMIN_SERVER_URL", garmin.url)
        environment.setenv("GARMIN_REQUESTS_PER_MINUTE", "6000")
        with build_runtime(configured.load(), now=clock) as runtime:
            ada = settled(runtime, garmin, "ada", keep_password=True)
            file.unlink()
            assert runtime.syncs.sync(ada).status == "completed"

            with pytest.raises(SettingsError, match="CREDENTIAL_ENCRYPTION_KEY_FILE"):
                configured.load()

            clock.advance(days=1)
            assert runtime.syncs.sync(ada).status == "completed"


def flipped(sealed: str, _: str) -> str:
    """Return the text with one bit of its last half turned over."""
    at = len(sealed) * 3 // 4
    return sealed[:at] + chr(ord(sealed[at]) ^ 1) + sealed[at + 1 :]


def cut(sealed: str, _: str) -> str:
    """Return the text without its end."""
    return sealed[:-5]


def swapped(_: str, of_another: str) -> str:
    """Return what belongs to somebody else."""
    return of_another


@pytest.mark.parametrize("damage", [flipped, cut, swapped])
@pytest.mark.parametrize("column", ["token", "encrypted_email", "encrypted_password"])
def test_fault_42_damaged_secret_is_one_persons_trouble(
    runtime: Runtime, garmin: SimulatorServer, column: str, damage: Callable[[str, str], str]
) -> None:
    """Whatever is done to a stored secret, its owner is told, it stays, and the others sync."""
    ada = settled(runtime, garmin, "ada", keep_password=True)
    will = settled(runtime, garmin, "will", keep_password=True)
    table = garmin_secrets if column == "token" else garmin_credentials
    query = select(table.c.user_id, table.c[column])
    with runtime.database.write() as db:
        stored = {row.user_id: row[1] for row in db.execute(query)}
        damaged = damage(stored[ada], stored[will])
        db.execute(update(table).where(table.c.user_id == ada).values({column: damaged}))
    if column != "token":  # or nobody would look at the password
        dead_session(garmin, account(garmin, "ada"))

    outcome = runtime.syncs.sync(ada)

    assert (outcome.status, outcome.error_code) == ("failed", "credential_corrupt")
    assert runtime.connections.standing(ada).code == "credential_corrupt"
    with runtime.database.read() as db:
        assert {row.user_id: row[1] for row in db.execute(query)} == {**stored, ada: damaged}
    assert runtime.syncs.sync(will).status == "completed"


def test_fault_48_interrupted_backfill_goes_on_until_no_day_is_missing(
    runtime: Runtime, garmin: SimulatorServer, clock: Any
) -> None:
    """A first year that is stopped, killed and limited at its 200th day is complete in the end."""
    ada = connect(runtime, garmin, "ada")
    runtime.credentials.update_sync_config(ada, initial_sync_days=365, sync_activities=False)
    far = clock.now.date() - timedelta(days=200)
    reached: list[Progress] = []

    def stop() -> bool:
        return any(one.first <= far for one in reached)

    assert runtime.syncs.sync(ada, watch=reached.append, must_stop=stop).error_code == "interrupted"

    covered = {one.stream: sum(one.days.values()) for one in runtime.reading.coverage(ada)}
    assert not {"sleep", "hrv", "daily_summary"} <= {s for s, days in covered.items() if days > 364}

    def die(progress: Progress) -> None:
        if progress.done > 5:
            raise KeyboardInterrupt

    clock.advance(minutes=2)
    with pytest.raises(KeyboardInterrupt):
        runtime.syncs.sync(ada, watch=die, force=True)
    clock.advance(minutes=2)
    limit = garmin.faults.rate_limit("/", token="di", retry_after=60, every=9, times=1)
    assert runtime.syncs.sync(ada, force=True).error_code == "rate_limited"
    garmin.faults.clear(limit)
    clock.advance(minutes=20)

    assert runtime.syncs.sync(ada, force=True).status == "completed"

    ranges = [one for one in runtime.reading.coverage(ada) if sum(one.days.values()) > 60]
    assert {"sleep", "hrv", "daily_summary"} <= {one.stream for one in ranges}
    for one in ranges:
        assert sum(one.days.values()) >= 365, one
        assert DayState.FAILED not in one.days, one
