"""The configuration, syncs, their state and the history, by the API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from web_stage import API, Person, connect, parts, sync

from training_analyzer.errors import InvalidSyncConfig
from training_analyzer.web.api.config import ConfigChange

if TYPE_CHECKING:
    from fastapi import FastAPI

    from training_analyzer.services.runtime import Runtime
    from training_analyzer.simulator import SimulatorServer


def test_the_configuration_has_the_documents_defaults(ana: Person) -> None:
    """Before anything is saved, the documented defaults are told."""
    config = ana.client.get(f"{API}/sync-config").json()

    assert config == {
        "user_id": ana.user_id,
        "auto_sync_enabled": True,
        "sync_frequency": "daily",
        "sync_time": "06:00",
        "sync_activities": True,
        "sync_wellness": True,
        "sync_sleep": True,
        "sync_fitness_metrics": True,
        "initial_sync_days": 365,
        "incremental_sync_days": 7,
        "min_sync_interval_minutes": 60,
        "sync_weekday": 0,
        "timezone": "UTC",
        "disabled_streams": [],
        "quiet_hours": None,
        "next_sync_at": None,
        "version": 0,
        "updated_at": None,
    }
    told = {name: config[name] for name in ConfigChange.model_fields}
    assert ConfigChange().model_dump() == told


def test_a_field_left_out_keeps_its_value(ana: Person) -> None:
    """Changing one thing changes one thing."""
    ana.client.put(f"{API}/sync-config", json={"sync_time": "21:15", "sync_wellness": False})

    after = ana.client.put(f"{API}/sync-config", json={"initial_sync_days": 30}).json()

    assert (after["sync_time"], after["sync_wellness"], after["initial_sync_days"]) == (
        "21:15",
        False,
        30,
    )


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("sync_frequency", "monthly"),
        ("sync_time", "24:00"),
        ("sync_time", "6:00"),
        ("sync_time", "\u0660\u0666:\u0660\u0660"),
        ("sync_time", "06:00\n"),
        ("initial_sync_days", 0),
        ("initial_sync_days", 3651),
        ("initial_sync_days", "30"),
        ("initial_sync_days", 1.5),
        ("incremental_sync_days", 91),
        ("min_sync_interval_minutes", 10_081),
        ("auto_sync_enabled", "yes"),
        ("auto_sync_enabled", None),
        ("initial_sync_days", True),
        ("sync_sleep", 1),
        ("disabled_streams", ["profile"]),
        ("disabled_streams", ["canary"]),
        ("quiet_hours", {"from": "22:00", "to": "22:00"}),
    ],
)
def test_a_wrong_value_names_its_field_and_saves_nothing(
    ana: Person, runtime: Runtime, field: str, value: object
) -> None:
    """The API refuses exactly what the repository refuses, and names the field."""
    answer = ana.client.put(f"{API}/sync-config", json={field: value, "sync_activities": False})

    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [f"/{field}"]
    assert runtime.credentials.get_sync_config(ana.user_id) is None
    with pytest.raises(InvalidSyncConfig):
        runtime.credentials.update_sync_config(ana.user_id, **{field: value})


def test_unknown_fields_are_refused_without_their_name(ana: Person) -> None:
    """A field that is not known is refused; its name, which is the caller's text, stays out."""
    answer = ana.client.put(f"{API}/sync-config", json={"canary-field": 1})

    assert (answer.status_code, answer.json()["code"]) == (422, "unknown_field")
    assert "canary" not in answer.text


def test_a_sync_runs_in_the_background_and_ends_in_the_history(
    app: FastAPI, ana: Person, garmin: SimulatorServer
) -> None:
    """The trigger answers at once with where to look; the run ends with its counts."""
    connect(ana, garmin, "ada")

    run = sync(app, ana)
    history = ana.client.get(f"{API}/sync-history").json()["history"]

    assert run["status"] == "completed"
    assert run["progress_percent"] == 100
    assert run["windows_done"] == run["windows_total"] > 0
    assert run["activities_synced"] > 0
    assert run["result"] == {name: run[name] for name in run["result"]}
    assert run["eta_seconds"] is None
    assert len(history) == 1
    assert history[0]["sync_type"] == "initial"
    assert history[0]["requests_used"] == run["requests_used"]
    assert history[0]["wellness_days_synced"] >= 28


def test_a_running_sync_tells_how_far_it_is(
    app: FastAPI, ana: Person, garmin: SimulatorServer
) -> None:
    """While it runs: windows, requests and what is read; a second one is refused."""
    connect(ana, garmin, "ada")
    garmin.faults.delay("/hrv-service", 60)

    started = ana.client.post(f"{API}/sync/trigger")
    _until(lambda: ana.client.get(f"{API}/sync/status").json()["run"]["windows_total"])
    status = ana.client.get(f"{API}/sync/status").json()
    second = ana.client.post(f"{API}/sync/trigger")
    garmin.faults.end_delays()
    parts(app).manual.wait(60)

    assert (started.status_code, started.json()["status"]) == (202, "running")
    assert started.headers["retry-after"] == "3"
    assert status["running"] is True
    assert status["run"]["status"] == "running"
    assert 0 < status["run"]["windows_done"] < status["run"]["windows_total"]
    assert status["run"]["requests_used"] > 0
    assert status["run"]["current_step"]
    assert status["run"]["created_at"] == status["run"]["started_at"]
    assert status["run"]["eta_seconds"] >= 0
    assert status["run"]["result"] is None
    assert (second.status_code, second.json()["code"]) == (409, "sync_already_running")
    assert second.json()["sync_id"] == started.json()["sync_id"]
    assert ana.client.get(f"{API}/sync/status").json()["running"] is False


def test_the_windows_of_the_profile_are_not_the_whole_run(
    app: FastAPI, ana: Person, garmin: SimulatorServer
) -> None:
    """Until the plan is made the total is unknown, so that progress never goes backwards."""
    connect(ana, garmin, "ada")
    garmin.faults.delay("/userprofile-service/userprofile/user-settings", 60)

    ana.client.post(f"{API}/sync/trigger")
    _until(lambda: ana.client.get(f"{API}/sync/status").json()["run"]["windows_done"])
    run = ana.client.get(f"{API}/sync/status").json()["run"]
    page = ana.client.get("/").text
    garmin.faults.end_delays()
    parts(app).manual.wait(60)

    assert (run["windows_total"], run["progress_percent"]) == (None, 0)
    assert "Starting" in page


def test_too_soon_is_told_with_the_time(app: FastAPI, ana: Person, garmin: SimulatorServer) -> None:
    """A second sync within the shortest gap is a 429 with Retry-After."""
    connect(ana, garmin, "ada")
    sync(app, ana)

    again = ana.client.post(f"{API}/sync/trigger")

    assert (again.status_code, again.json()["code"]) == (429, "sync_cooldown")
    assert again.headers["retry-after"] == "3600"
    assert again.json()["retry_at"] == "2026-03-02T13:00:00Z"


def test_without_a_connection_nothing_starts(ana: Person) -> None:
    """A sync without a connection is a 409 that says to connect first."""
    answer = ana.client.post(f"{API}/sync/trigger", json={})

    assert (answer.status_code, answer.json()["code"]) == (409, "not_connected")
    assert ana.client.get(f"{API}/sync/status").json() == {"running": False, "run": None}


def test_a_partial_run_names_what_failed(
    app: FastAPI, ana: Person, garmin: SimulatorServer
) -> None:
    """A stream that fails is counted and told."""
    connect(ana, garmin, "ada")
    garmin.faults.answer("/hrv-service", status=500)

    run = sync(app, ana)
    entry = ana.client.get(f"{API}/sync-history").json()["history"][0]

    assert run["status"] == entry["status"] == "partial"
    assert entry["failed_windows"] == 1
    assert "hrv" in entry["error_message"]
    (error,) = ana.client.get(f"{API}/syncs/{entry['id']}/errors").json()["items"]
    assert (error["code"], error["http_status"]) == ("garmin_unavailable", 500)


@pytest.mark.parametrize("limit", ["0", "-1", "201", "1e9", "x"])
def test_the_history_is_limited(ana: Person, limit: str) -> None:
    """A limit outside 1 to 200 is a 422."""
    assert ana.client.get(f"{API}/sync-history", params={"limit": limit}).status_code == 422


@pytest.mark.parametrize("sync_id", ["1", "0", "-5", str(2**63), str(10**30)])
def test_an_unknown_run_is_not_found(ana: Person, sync_id: str) -> None:
    """No number makes more of a 404."""
    assert ana.client.get(f"{API}/sync-status/{sync_id}").status_code == 404


def test_the_scheduler_tells_the_callers_own_time(
    ana: Person, ben: Person, garmin: SimulatorServer
) -> None:
    """Who is connected has a next time, who is not has none."""
    connect(ana, garmin, "ada")

    mine = ana.client.get(f"{API}/scheduler/status").json()
    his = ben.client.get(f"{API}/scheduler/status").json()

    assert mine["is_running"] is False
    assert (mine["auto_sync_enabled"], mine["sync_hour_utc"]) == (True, 6)
    assert mine["next_sync_time"] is not None
    assert his["next_sync_time"] is None
    assert (mine["queue_depth"], mine["oldest_due_seconds"], mine["paused"]) == (1, 0, False)


def test_two_people_never_see_each_other(
    app: FastAPI, ana: Person, ben: Person, garmin: SimulatorServer
) -> None:
    """Runs, configuration and connection of one are not there for the other."""
    connect(ana, garmin, "ada")
    sync(app, ana)
    run_id = ana.client.get(f"{API}/sync-history").json()["history"][0]["id"]

    assert ben.client.get(f"{API}/sync-status/{run_id}").status_code == 404
    assert ben.client.get(f"{API}/sync-history").json()["history"] == []
    assert ben.client.get(f"{API}/sync-config").json()["initial_sync_days"] == 365
    assert ben.client.get(f"{API}/credentials/status").json()["connected"] is False
    assert ben.client.delete(f"{API}/credentials").status_code == 404
    ben.client.put(f"{API}/sync-config", json={"sync_time": "23:59"})
    assert ana.client.get(f"{API}/sync-config").json()["sync_time"] == "06:00"
    assert "What we hold" in ana.client.get("/").text
    assert "What we hold" not in ben.client.get("/").text


def _until(is_so: Any, tries: int = 2000) -> None:
    """Ask again until it is so; each question takes the server a moment."""
    assert any(is_so() for _ in range(tries))
