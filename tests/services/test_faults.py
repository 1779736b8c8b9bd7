"""What a sync makes of Garmin's refusals and faults, over real HTTP."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from services_stage import account, data_requests, files_of, rows

from training_analyzer.db.repositories.garmin_data import GarminDataRepository
from training_analyzer.errors import (
    CoolingDown,
    CredentialsRejected,
    NotConnected,
    SyncTooSoon,
)
from training_analyzer.model import DayState

if TYPE_CHECKING:
    from training_analyzer.services.garmin_scheduler import GarminSyncScheduler
    from training_analyzer.services.runtime import Runtime
    from training_analyzer.simulator import SimulatorServer


pytestmark = [pytest.mark.long_story, pytest.mark.torture]


def test_rate_limit_ends_the_run_and_the_next_one_goes_on_where_it_stopped(
    runtime: Runtime,
    garmin: SimulatorServer,
    ada: str,
    scheduler: GarminSyncScheduler,
    clock: Any,
    twin_rows: dict[str, Any],
) -> None:
    """A 429 makes the run partial and moves the due time; nothing is asked for twice."""
    garmin.faults.rate_limit("/sleep-service", retry_after=600, times=1)
    before = len(garmin.log)

    outcome = scheduler.sync_user(ada)

    limited = clock.now + timedelta(seconds=600)
    assert (outcome.status, outcome.error_code, outcome.retry_at) == (
        "partial",
        "rate_limited",
        limited,
    )
    assert scheduler.get_next_sync_time(ada) == limited
    with pytest.raises(CoolingDown) as refused:
        scheduler.sync_user(ada, force=True)
    assert refused.value.retry_at == limited

    first = data_requests(garmin, before)
    clock.advance(minutes=11)
    middle = len(garmin.log)
    again = scheduler.sync_user(ada, force=True)

    assert again.status == "completed"
    assert rows(runtime.database, ada).keys() == twin_rows.keys()
    files = files_of(runtime.database, ada)
    assert len(first) + len(data_requests(garmin, middle)) <= 36 + files


@pytest.fixture
def twin_rows(runtime: Runtime, ada: str) -> dict[str, Any]:
    """Give the empty tables: what is there before the first sync."""
    return rows(runtime.database, ada)


def test_fault_47_one_failing_stream_makes_the_run_partial_and_only_it_is_asked_again(
    runtime: Runtime, garmin: SimulatorServer, ada: str, scheduler: GarminSyncScheduler
) -> None:
    """A stream that answers 500 leaves the others stored, and is what the next run asks for."""
    fault = garmin.faults.answer("/hrv-service", status=500)

    outcome = scheduler.sync_user(ada)

    assert outcome.status == "partial"
    assert {failure.stream for failure in outcome.failures} == {"hrv"}
    assert rows(runtime.database, ada, "sleep_nights")["sleep_nights"]
    details = json.loads(runtime.credentials.get_sync_history(ada)[0].error_details or "")
    assert details["failures"][0] | {"first": "", "last": ""} == {
        "stream": "hrv",
        "first": "",
        "last": "",
        "code": "garmin_unavailable",
        "attempts": 2,
        "http_status": 500,
    }

    garmin.faults.clear(fault)
    before = len(garmin.log)
    again = scheduler.sync_user(ada)

    assert again.status == "completed"
    old = [path for path in data_requests(garmin, before) if _reaches_back(garmin, path)]
    assert old == [next(path for path in old if path.startswith("/hrv-service"))]


def _reaches_back(garmin: SimulatorServer, path: str) -> bool:
    """Tell whether a range path asks for days before the look-back."""
    days = [part for part in path.split("/") if len(part) == 10 and part[4] == "-"]
    edge = (garmin.world.now() - timedelta(days=10)).date().isoformat()
    return any(day < edge for day in days)


def test_passing_fault_is_retried_within_the_run(
    garmin: SimulatorServer, ada: str, scheduler: GarminSyncScheduler
) -> None:
    """One 503 costs one more request and leaves a completed run."""
    garmin.faults.answer("/hrv-service", status=503, times=1)

    assert scheduler.sync_user(ada).status == "completed"


def test_retry_is_due_soon_after_a_fault(
    garmin: SimulatorServer, ada: str, scheduler: GarminSyncScheduler, clock: Any
) -> None:
    """After a fault the user is due again within minutes, not on the next day."""
    garmin.faults.answer("/", status=503)

    outcome = scheduler.sync_user(ada)

    due = scheduler.get_next_sync_time(ada)
    assert outcome.status == "failed"
    assert due is not None
    assert clock.now < due < clock.now + timedelta(minutes=5)


def test_forbidden_stream_is_marked_and_left_alone_for_a_week(
    garmin: SimulatorServer, ada: str, scheduler: GarminSyncScheduler, clock: Any
) -> None:
    """A data set that Garmin refuses makes the run partial once and is not asked for daily."""
    garmin.faults.answer("/metrics-service/metrics/maxmet", status=403, body={"message": "no"})

    first = scheduler.sync_user(ada)
    clock.advance(days=1)
    before = len(garmin.log)
    second = scheduler.sync_user(ada)

    assert (first.status, first.error_code) == ("partial", "forbidden_dataset")
    assert second.status == "completed"
    assert not [p for p in data_requests(garmin, before) if "maxmet" in p and "2026-03-02" in p]


def test_fault_18_json_403_on_every_path_is_a_block_and_marks_nothing_unsupported(
    runtime: Runtime, garmin: SimulatorServer, ada: str, scheduler: GarminSyncScheduler, clock: Any
) -> None:
    """When all is refused the run cools down, and after it everything is asked for as ever."""
    fault = garmin.faults.answer("/", status=403, body={"message": "Forbidden"}, token="di")
    before = len(garmin.log)

    outcome = scheduler.sync_user(ada)

    credentials = runtime.credentials.get_credentials(ada)
    assert (outcome.status, outcome.error_code) == ("partial", "blocked")
    assert outcome.retry_at is not None
    assert timedelta(minutes=15) <= outcome.retry_at - clock.now <= timedelta(minutes=20)
    assert {failure.code for failure in outcome.failures} == {"blocked"}
    assert len(data_requests(garmin, before)) <= 4
    assert credentials is not None
    assert credentials.is_valid
    lines = GarminDataRepository(runtime.database).coverage(ada).days
    states = {line.state for days in lines.values() for line in days.values()}
    assert states == {DayState.FAILED}

    garmin.faults.clear(fault)
    clock.now = outcome.retry_at

    assert scheduler.sync_user(ada, force=True).status == "completed"


def test_unreadable_answer_makes_the_run_partial_and_is_asked_again(
    runtime: Runtime, garmin: SimulatorServer, ada: str, scheduler: GarminSyncScheduler
) -> None:
    """An answer of another shape stores nothing of its window and is recorded as drift."""
    garmin.faults.answer("/hrv-service", body={"somethingElse": [1]})

    outcome = scheduler.sync_user(ada)

    assert (outcome.status, outcome.error_code) == ("partial", "schema_drift")
    assert not rows(runtime.database, ada, "hrv_nights")["hrv_nights"]


@pytest.mark.parametrize("shape", ["204", "{}", "[]", "null"])
def test_nothing_is_not_an_error(
    runtime: Runtime,
    garmin: SimulatorServer,
    ada: str,
    scheduler: GarminSyncScheduler,
    shape: str,
) -> None:
    """Whatever shape Garmin's nothing has, the days are empty and the run completes."""
    garmin.faults.nothing("/hrv-service", shape)

    outcome = scheduler.sync_user(ada)

    assert outcome.status == "completed"
    covered = next(c for c in runtime.reading.coverage(ada) if c.stream == "hrv")
    assert dict(covered.days) == {"empty": 60}


def test_dead_tokens_without_a_usable_password_stop_the_clock(
    runtime: Runtime, garmin: SimulatorServer, ada: str, scheduler: GarminSyncScheduler
) -> None:
    """When Garmin refuses session and password, nothing is tried again by itself."""
    who = account(garmin, "ada")
    garmin.faults.revoke_tokens(who.email)
    garmin.faults.answer(
        "/mobile/api/login", body={"responseStatus": {"type": "INVALID_USERNAME_PASSWORD"}}
    )

    outcome = scheduler.sync_user(ada)

    credentials = runtime.credentials.get_credentials(ada)
    assert (outcome.status, outcome.error_code) == ("failed", "invalid_credentials")
    assert credentials is not None
    assert not credentials.is_valid
    assert scheduler.get_next_sync_time(ada) is None
    assert ada not in runtime.credentials.get_all_auto_sync_users()
    with pytest.raises(CredentialsRejected):
        scheduler.sync_user(ada, force=True)


def test_sync_is_too_soon_after_a_completed_one(
    ada: str, scheduler: GarminSyncScheduler, clock: Any
) -> None:
    """Within the shortest interval a manual sync is refused with the time it is possible."""
    scheduler.sync_user(ada)
    clock.advance(minutes=20)

    with pytest.raises(SyncTooSoon) as refused:
        scheduler.sync_user(ada)

    assert refused.value.retry_at == clock.now + timedelta(minutes=40)
    clock.advance(minutes=40)
    assert scheduler.sync_user(ada).status == "completed"


def test_nobody_connected_is_said_so(runtime: Runtime, scheduler: GarminSyncScheduler) -> None:
    """A user without a connection is told to connect, and no run is opened."""
    user_id = runtime.people.add("new").user_id

    with pytest.raises(NotConnected):
        scheduler.sync_user(user_id)

    assert not runtime.credentials.get_sync_history(user_id)


def test_bug_in_a_run_is_recorded_as_one_and_leaves_nothing_open(
    runtime: Runtime,
    ada: str,
    scheduler: GarminSyncScheduler,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """An unexpected error closes the run as failed, with its place in the log, not its text."""

    def explode(_: object) -> None:
        message = "the secret is hunter2"
        raise ZeroDivisionError(message)

    outcome = scheduler.sync_user(ada, watch=explode)

    assert outcome.error_code == "internal"
    assert runtime.credentials.get_sync_history(ada)[0].status == "partial"
    assert "ZeroDivisionError" in caplog.text
    assert "hunter2" not in caplog.text


def test_failed_look_back_does_not_hide_data_that_is_there(
    runtime: Runtime, garmin: SimulatorServer, ada: str, scheduler: GarminSyncScheduler, clock: Any
) -> None:
    """Days whose rows are stored stay `data` when asking for them again fails."""
    scheduler.sync_user(ada)
    clock.advance(hours=7)
    before = next(c for c in runtime.reading.coverage(ada) if c.stream == "sleep")
    garmin.faults.answer("/sleep-service", status=500)

    outcome = scheduler.sync_user(ada, force=True)

    after = next(c for c in runtime.reading.coverage(ada) if c.stream == "sleep")
    assert outcome.status == "partial"
    assert after.days["data"] == before.days["data"]  # type: ignore[index] # a StrEnum's value
