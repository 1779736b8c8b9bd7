"""What the tests of the web share and is no fixture."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import SecretStr
from starlette.testclient import TestClient

from training_analyzer.services.one_time_links import Purpose
from training_analyzer.settings import Settings

if TYPE_CHECKING:
    from fastapi import FastAPI

    from training_analyzer.services.runtime import Runtime
    from training_analyzer.simulator import Account, SimulatorServer
    from training_analyzer.web.parts import Parts

API = "/api/v1/garmin"
# What every browser says of a request that its own page sends.
OWN_PAGE = {"Sec-Fetch-Site": "same-origin"}


@dataclass(frozen=True)
class Person:
    """Somebody with a browser: signed in, or not yet."""

    user_id: str
    client: TestClient


def parts(app: FastAPI) -> Parts:
    """Return the parts of *app*."""
    found: Parts = app.state.parts
    return found


def settings_over(
    database_url: str, garmin: SimulatorServer, key: str, *, public_url: str | None = None
) -> Settings:
    """Return settings for a database and a pretend Garmin that may be asked at any pace."""
    return Settings(
        encryption_key=SecretStr(key),
        database_url=database_url,
        garmin_server_url=garmin.url,
        requests_per_minute=6000,
        public_url=public_url,
        password_cost="small",
    )


def browser(app: FastAPI, **headers: str) -> TestClient:
    """Return a browser on this machine that nobody is signed in with."""
    return TestClient(
        app, base_url="http://localhost", headers={**OWN_PAGE, **headers}, follow_redirects=False
    )


def arrive(app: FastAPI, runtime: Runtime, name: str) -> Person:
    """Add a person and sign them in by their link."""
    user_id = runtime.people.add(name).user_id
    arrived = Person(user_id, browser(app))
    prove(app, arrived)
    return arrived


def prove(app: FastAPI, person: Person) -> None:
    """Let *person* show once more who they are, by a new link."""
    token = parts(app).access.links.issue(Purpose.SIGN_IN, person.user_id)
    assert person.client.post("/sign-in", data={"token": token}).status_code == 303


def account(garmin: SimulatorServer, name: str) -> Account:
    """Return the account of the athlete whose e-mail begins with *name*."""
    return next(known for known in garmin.world.accounts if known.email.startswith(f"{name}@"))


def words(page: str) -> str:
    """Return a page's words."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def login(garmin: SimulatorServer, name: str) -> dict[str, str]:
    """Return what the athlete called *name* types into the form."""
    who = account(garmin, name)
    return {"email": who.email, "password": who.password}


def short(person: Person) -> None:
    """Make the syncs of *person* short: 30 days of history."""
    config = person.client.put(f"{API}/sync-config", json={"initial_sync_days": 30})
    assert config.status_code == 200


def connect(person: Person, garmin: SimulatorServer, name: str) -> None:
    """Connect *person* to the athlete called *name*, by the API, for 30 days of history."""
    who = account(garmin, name)
    login = {"email": who.email, "password": who.password}
    assert person.client.post(f"{API}/credentials", json=login).status_code == 201
    short(person)


def sync(app: FastAPI, person: Person) -> dict[str, Any]:
    """Sync *person* by the API and return the run when it has ended."""
    started = person.client.post(f"{API}/sync/trigger")
    assert started.status_code == 202
    assert parts(app).manual.wait(60)
    return dict(person.client.get(started.headers["location"]).json())
