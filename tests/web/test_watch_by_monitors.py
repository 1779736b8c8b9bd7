"""What a monitor gets: health, readiness and metrics, and who may read the latter."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from pydantic import SecretStr
from starlette.testclient import TestClient
from web_stage import API, browser, connect, parts

from training_analyzer.services.garmin_scheduler import GarminSyncScheduler
from training_analyzer.services.metrics import Metrics
from training_analyzer.web.app import create_app

if TYPE_CHECKING:
    from fastapi import FastAPI
    from web_stage import Person

    from training_analyzer.services.runtime import Runtime
    from training_analyzer.simulator import SimulatorServer

TOKEN = "a-token-for-tests-only"


def app_with(runtime: Runtime, **changes: object) -> FastAPI:
    """Return a web face with other settings."""
    changed = replace(runtime, settings=runtime.settings.model_copy(update=changes))
    return create_app(changed, GarminSyncScheduler(changed))


def asked(app: FastAPI, peer: str = "127.0.0.1", **headers: str) -> int:
    """Ask for the metrics from *peer* and return the status."""
    client = TestClient(app, base_url="http://localhost:8000", client=(peer, 50_000))
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.get("/metrics", headers=named).status_code


def test_this_machine_reads_the_metrics(runtime: Runtime) -> None:
    """Without a token and a proxy Prometheus on this machine gets them, as text."""
    client = TestClient(
        app_with(runtime, public_url=None), base_url="http://localhost:8000", client=("::1", 1)
    )

    answer = client.get("/metrics")

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"
    assert "garmin_sync_due_users 0.0" in answer.text.splitlines()


@pytest.mark.parametrize(
    ("peer", "headers", "status"),
    [
        ("127.0.0.1", {"Host": "127.0.0.1:8000"}, 200),
        ("192.0.2.7", {}, 401),
        ("127.0.0.1", {"X_Forwarded_For": "192.0.2.7"}, 401),
        ("127.0.0.1", {"Via": "1.1 proxy"}, 401),
        ("127.0.0.1", {"Host": "evil.example"}, 421),
        ("127.0.0.1", {"Host": "evil.example", "Authorization": "Bearer x"}, 401),
        ("testclient", {}, 401),
    ],
)
def test_others_get_no_metrics(
    runtime: Runtime, peer: str, headers: dict[str, str], status: int
) -> None:
    """Another machine, a proxy and a rebound name are refused while there is no token."""
    assert asked(app_with(runtime, public_url=None), peer, **headers) == status


def test_behind_a_proxy_the_token_alone_counts(app: FastAPI, runtime: Runtime) -> None:
    """Once PUBLIC_URL is set, being on this machine proves nothing."""
    with_token = app_with(runtime, metrics_token=SecretStr(TOKEN))

    assert runtime.settings.public_url
    assert asked(app) == 401
    assert asked(with_token) == 401
    assert asked(with_token, Authorization=f"Bearer {TOKEN}") == 200


@pytest.mark.parametrize(
    ("given", "status"),
    [
        (f"Bearer {TOKEN}", 200),
        (f"bearer {TOKEN}", 401),
        (f"Bearer {TOKEN}x", 401),
        (TOKEN, 401),
        ("Bearer ", 401),
        ("", 401),
    ],
)
def test_whoever_has_the_token_reads_the_metrics(runtime: Runtime, given: str, status: int) -> None:
    """With METRICS_TOKEN it is needed from anywhere, and enough under any name of ours."""
    app = app_with(runtime, metrics_token=SecretStr(TOKEN))

    assert asked(app, "192.0.2.7", Host="web:8000", Authorization=given) == status


def test_a_refusal_says_what_to_do(app: FastAPI) -> None:
    """Who may not read the metrics is told how to be let in."""
    answer = browser(app).get("/metrics")

    assert answer.status_code == 401
    assert "METRICS_TOKEN" in answer.text
    assert "garmin_sync" not in answer.text


def test_readiness_follows_the_scheduler(runtime: Runtime) -> None:
    """A process is ready once its scheduler ticks, and not any more when it is late."""
    time = [0.0]
    timed = replace(runtime, metrics=Metrics(clock=lambda: time[0]))
    scheduler = GarminSyncScheduler(timed)
    client = browser(create_app(timed, scheduler))

    before = client.get("/readyz")
    scheduler.tick()
    time[0] = 14.0
    on_time = client.get("/readyz")
    time[0] = 61.0
    late = client.get("/readyz")

    assert (before.status_code, before.json()["last_tick_age_s"]) == (503, None)
    assert on_time.status_code == 200
    assert on_time.json() == {
        "status": "ready",
        "database": True,
        "schema_current": True,
        "scheduler": "on_time",
        "last_tick_age_s": 14.0,
    }
    assert late.status_code == 503
    assert (late.json()["status"], late.json()["scheduler"]) == ("not_ready", "late")


def test_a_scheduler_that_is_switched_off_is_not_missed(runtime: Runtime) -> None:
    """With GARMIN_SYNC_ENABLED=false a process is ready without ticks."""
    answer = browser(app_with(runtime, sync_enabled=False)).get("/readyz")

    assert (answer.status_code, answer.json()["scheduler"]) == (200, "off")


def test_health_answers_while_syncs_run(
    app: FastAPI, runtime: Runtime, ana: Person, garmin: SimulatorServer
) -> None:
    """A probe gets its answer while a sync waits for Garmin, and metrics show the sync."""
    connect(ana, garmin, "ada")
    garmin.faults.delay("/hrv-service", 60)
    ana.client.post(f"{API}/sync/trigger")
    pause = threading.Event()
    for _ in range(1000):
        if runtime.watching.queue().running:
            break
        pause.wait(0.01)

    health = browser(app).get("/healthz")
    running = runtime.metrics.text().decode()
    garmin.faults.end_delays()

    assert health.json() == {"status": "ok"}
    assert "garmin_sync_running_syncs 1.0" in running.splitlines()
    assert parts(app).manual.wait(60)
