"""Another application mounts our API, with people of its own."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from fastapi import FastAPI, Request
from starlette.testclient import TestClient
from web_stage import account

from training_analyzer.services.callers import Caller
from training_analyzer.services.garmin_scheduler import GarminSyncScheduler
from training_analyzer.web.app import create_api

if TYPE_CHECKING:
    from training_analyzer.services.runtime import Runtime
    from training_analyzer.simulator import SimulatorServer

ROOT = "/garmin-sync"
API = f"{ROOT}/api/v1/garmin"


def whose(request: Request) -> Caller | None:
    """Know people by a header, as their application might by a cookie; one name breaks it."""
    name = request.headers.get("x-their-user", "")
    if name == "broken":
        message = "their sign-in failed with a canary"
        raise RuntimeError(message)
    return Caller.of(name) if name else None


@pytest.fixture
def theirs(runtime: Runtime) -> FastAPI:
    """Give another application that has mounted us."""
    app = FastAPI()
    scheduler = GarminSyncScheduler(runtime)
    app.mount(ROOT, create_api(runtime, scheduler, identify=whose, hosts=["app.example.test"]))
    return app


def user_of(app: FastAPI, name: str) -> TestClient:
    """Return the browser of one of their people."""
    headers = {"Sec-Fetch-Site": "same-origin"} | ({"X-Their-User": name} if name else {})
    return TestClient(
        app, "https://app.example.test", headers=headers, raise_server_exceptions=False
    )


def test_their_people_connect_sync_and_see_only_their_own(
    theirs: FastAPI, garmin: SimulatorServer
) -> None:
    """Two of their users go the whole way, and every address names where we are mounted."""
    lin, max_ = user_of(theirs, "lin"), user_of(theirs, "max")
    who = account(garmin, "ada")
    lin.put(f"{API}/sync-config", json={"initial_sync_days": 5})

    saved = lin.post(f"{API}/credentials", json={"email": who.email, "password": who.password})
    started = lin.post(f"{API}/sync/trigger", params={"wait": 60})
    run = started.headers["location"]
    days = lin.get(f"{API}/wellness-history", params={"days": 5, "limit": 2})

    assert (saved.status_code, started.status_code) == (201, 200)
    assert run.startswith(f"{API}/sync-status/")
    assert started.json()["links"]["events"].startswith(f"{API}/syncs/")
    assert lin.get(run).json()["status"] == "completed"
    assert days.headers["link"].startswith(f"<{API}/wellness-history")
    assert max_.get(run).status_code == 404
    assert max_.get(f"{API}/wellness-history").json()["days"] == []
    assert max_.get(f"{API}/credentials/status").json()["state"] == "not_connected"


def test_strangers_and_broken_sign_ins_get_nowhere(theirs: FastAPI) -> None:
    """Nobody is 401, an error of their sign-in is a 500 without its text, both as problems.

    ASVS 16.5.3.
    """
    nobody = user_of(theirs, "").get(f"{API}/sync-config")
    broken = user_of(theirs, "broken").get(f"{API}/sync-config")

    assert (nobody.status_code, nobody.json()["code"]) == (401, "unauthenticated")
    assert nobody.json()["instance"] == f"{API}/sync-config"
    assert (broken.status_code, broken.json()["code"]) == (500, "internal")
    assert "canary" not in broken.text


def test_the_guard_stays_on(theirs: FastAPI, caplog: pytest.LogCaptureFixture) -> None:
    """Other hosts, cross-site changes and bodies that are no JSON are refused as ever."""
    lin, broken = user_of(theirs, "lin"), user_of(theirs, "broken")
    elsewhere = TestClient(theirs, "https://evil.test", headers={"X-Their-User": "lin"})

    statuses = [
        elsewhere.get(f"{API}/sync-config").status_code,
        lin.put(
            f"{API}/sync-config", json={}, headers={"Sec-Fetch-Site": "cross-site"}
        ).status_code,
        lin.put(f"{API}/sync-config", content=b"a=1").status_code,
    ]

    assert statuses == [421, 403, 415]
    # Nobody can say who asked: the refusal stands without its line.
    alien = broken.put(f"{API}/sync-config", json={}, headers={"Sec-Fetch-Site": "cross-site"})
    assert (alien.status_code, alien.json()["code"]) == (403, "cross_site_request")
    assert "not in the audit log: RuntimeError" in caplog.text
    assert "canary" not in caplog.text


def test_only_what_is_theirs_to_use_is_served(theirs: FastAPI) -> None:
    """No pages, no people, no administration; the document names what there is."""
    lin = user_of(theirs, "lin")

    document = lin.get(f"{ROOT}/api/v1/openapi.json").json()
    paths = document["paths"]
    gone = ("/", "/sign-in", "/api/v1/me", "/api/v1/admin/users", "/api/v1/api-keys", "/metrics")

    assert [server["url"] for server in document["servers"]] == [f"{ROOT}/"]
    assert "/api/v1/garmin/sync/trigger" in paths
    data = ("/api/v1/garmin", "/api/v1/exports", "/api/v1/webhooks")
    assert not [path for path in paths if not path.startswith(data)]
    assert {lin.get(f"{ROOT}{path}").status_code for path in gone} == {404}


def test_the_how_to_runs_as_it_is_written(environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The page's program starts, serves its people and stops."""
    page = (Path(__file__).parents[2] / "docs/how-to/embed-in-fastapi.md").read_text("utf-8")
    environment.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'embedded.db'}")
    (program,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    names: dict[str, Any] = {"your_sign_in": lambda request: request.headers.get("x-their-user")}

    exec(compile(program, "embed-in-fastapi.md", "exec"), names)  # noqa: S102 - our own page

    with TestClient(names["app"], "https://app.example.com") as client:
        ours = client.get(f"{API}/sync-config", headers={"X-Their-User": "lin"})
        nobody = client.get(f"{API}/sync-config")
    assert (ours.status_code, ours.json()["user_id"]) == (200, "lin")
    assert nobody.status_code == 401
