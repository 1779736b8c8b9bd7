"""The history by the API: pages, filters, one run, and ending one."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from web_stage import API, Person, connect, sync

from training_analyzer.errors import Cancelled

if TYPE_CHECKING:
    from fake_clock import FakeClock
    from fastapi import FastAPI

    from training_analyzer.services.run import Progress
    from training_analyzer.services.runtime import Runtime
    from training_analyzer.simulator import SimulatorServer


def runs(runtime: Runtime, user_id: str, clock: FakeClock, number: int) -> list[int]:
    """Write *number* runs, 20 minutes apart, each third one failed; return ids, newest first."""
    ids = []
    for place in range(number):
        clock.advance(minutes=20)
        run_id = runtime.credentials.start_sync(user_id, "scheduled" if place % 2 else "manual")
        runtime.credentials.complete_sync(run_id, "completed" if place % 3 else "failed")
        ids.append(run_id)
    return ids[::-1]


def test_history_comes_in_pages_that_add_up(
    runtime: Runtime, ana: Person, clock: FakeClock
) -> None:
    """Pages follow each other newest first, and new runs do not move the ones behind."""
    ids = runs(runtime, ana.user_id, clock, 11)

    first = ana.client.get(f"{API}/sync-history", params={"limit": 4})
    assert 'rel="next"' in first.headers["link"]
    runs(runtime, ana.user_id, clock, 1)
    seen = [line["id"] for line in first.json()["history"]]
    cursor = first.json()["next_cursor"]
    while cursor:
        page = ana.client.get(f"{API}/sync-history", params={"limit": 4, "cursor": cursor}).json()
        seen += [line["id"] for line in page["history"]]
        cursor = page["next_cursor"]

    assert seen == ids


def test_filters_choose_runs(runtime: Runtime, ana: Person, clock: FakeClock) -> None:
    """Status, kind and days leave out what was not asked for."""
    runs(runtime, ana.user_id, clock, 30)

    def found(**query: Any) -> list[dict[str, Any]]:
        answer = ana.client.get(f"{API}/sync-history", params={"limit": 200, **query})
        assert answer.status_code == 200, answer.text
        return list(answer.json()["history"])

    assert {run["status"] for run in found(status="failed")} == {"failed"}
    assert {run["sync_type"] for run in found(sync_type="manual")} == {"manual"}
    today = clock.now.date()
    assert len(found(**{"from": str(today), "to": str(today)})) == 30
    assert found(to=str(today - timedelta(days=1))) == []
    assert found(**{"from": str(today + timedelta(days=1))}) == []
    assert ana.client.get(f"{API}/sync-history", params={"status": "queued"}).status_code == 422


def test_one_run_tells_its_streams_and_what_is_missing(
    app: FastAPI, ana: Person, garmin: SimulatorServer
) -> None:
    """A partial run names each window that could not be had, with its cause in words."""
    garmin.faults.answer("/hrv-service", status=500)
    connect(ana, garmin, "ada")
    state = sync(app, ana)
    assert state["status"] == "partial"

    detail = ana.client.get(f"{API}/syncs/{state['job_id']}").json()
    streams = {stream["name"]: stream for stream in detail["streams"]}
    assert streams["sleep"]["data_days"] > 25
    assert streams["hrv"]["failed_days"] == 30
    (error,) = ana.client.get(f"{API}/syncs/{state['job_id']}/errors").json()["items"]
    assert (error["stream"], error["code"]) == ("hrv", "garmin_unavailable")
    assert error["message"].startswith("Garmin could not be reached")


def test_running_sync_can_be_cancelled_and_is_not_taken_up_again(
    runtime: Runtime, ana: Person, garmin: SimulatorServer, clock: FakeClock
) -> None:
    """A cancelled sync keeps what it has, says so, and comes again at its usual time only."""
    connect(ana, garmin, "ada")

    def watch(progress: Progress) -> None:
        if progress.done == 4:
            run_id = runtime.credentials.get_sync_history(ana.user_id, limit=1)[0].id
            answer = ana.client.post(f"{API}/syncs/{run_id}/cancel")
            assert answer.status_code == 202

    outcome = runtime.syncs.sync(ana.user_id, watch=watch)

    assert (outcome.status, outcome.error_code) == ("partial", Cancelled.code)
    entry = runtime.schedule.entry(ana.user_id)
    assert entry is not None
    assert entry.due_at is not None
    assert entry.due_at - clock.now > timedelta(hours=12)
    again = ana.client.post(f"{API}/syncs/{outcome.sync_id}/cancel")
    assert (again.status_code, again.json()["code"]) == (409, "conflict")


@pytest.mark.parametrize("path", ["", "/errors", "/cancel"])
def test_run_of_somebody_else_is_not_found(
    runtime: Runtime, ana: Person, ben: Person, clock: FakeClock, path: str
) -> None:
    """Another person's run, and one that never was, are 404 and untouched."""
    (mine,) = runs(runtime, ana.user_id, clock, 1)

    for run_id in (mine, 10**6, 2**70):
        ask = ben.client.post if path == "/cancel" else ben.client.get
        assert ask(f"{API}/syncs/{run_id}{path}").status_code == 404
