"""Nobody asks more often than the limits say, and each answer says how much is left."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from starlette.datastructures import State
from starlette.requests import Request
from web_stage import API, arrive, browser

from training_analyzer.errors import TooManyRequests
from training_analyzer.services.callers import SCOPES, Caller, Role
from training_analyzer.services.garmin_scheduler import GarminSyncScheduler
from training_analyzer.services.limits import READS, Rule
from training_analyzer.web.app import create_app
from training_analyzer.web.limits import Limited
from training_analyzer.web.windows import Windows

if TYPE_CHECKING:
    from fake_clock import FakeClock
    from fastapi import FastAPI

    from training_analyzer.services.runtime import Runtime

CONFIG = f"{API}/sync-config"


@pytest.fixture
def strict(runtime: Runtime) -> FastAPI:
    """Give the web face with the limits that it has by itself."""
    return create_app(runtime, GarminSyncScheduler(runtime))


def test_windows_count_and_end(clock: FakeClock) -> None:
    """A window counts each key by itself, ends on time, and begins with the next attempt."""
    windows, rule = Windows(clock), Rule("two", 2, timedelta(minutes=1))

    assert str(windows.look(rule, "ana")) == '"two";r=2;t=60'
    windows.take(rule, "ana")
    clock.advance(seconds=18)
    assert str(windows.take(rule, "ana")) == '"two";r=0;t=42'
    assert not windows.take(rule, "ana").has_passed
    assert windows.take(rule, "ben").has_passed
    assert windows.take(Rule("other", 1, timedelta(minutes=1)), "ana").has_passed
    clock.advance(seconds=42)
    assert str(windows.take(rule, "ana")) == '"two";r=1;t=60'
    clock.advance(hours=-1)
    assert windows.take(rule, "ana").has_passed
    assert Windows(clock, factor=5).scaled(rule).attempts == 10


def test_windows_do_not_fill_the_memory(clock: FakeClock) -> None:
    """When there are too many windows those that began first go."""
    windows, rule = Windows(clock, most=50), Rule("one", 1, timedelta(minutes=1))
    windows.take(rule, "first")
    for number in range(50):
        windows.take(rule, str(number))

    assert windows.take(rule, "first").has_passed
    assert not windows.take(rule, "49").has_passed


def test_reads_are_counted_for_each_person(
    strict: FastAPI, runtime: Runtime, clock: FakeClock
) -> None:
    """The 121st read of a minute is refused, in words, with the wait, and for this person only."""
    ana, ben = arrive(strict, runtime, "Ana"), arrive(strict, runtime, "Ben")
    clock.advance(minutes=1)

    first = ana.client.get(CONFIG)
    assert first.headers["ratelimit-policy"] == '"default";q=120;w=60'
    assert first.headers["ratelimit"] == '"default";r=119;t=60'
    clock.advance(seconds=20)
    for path in (f"{API}/nothing-here", CONFIG, f"{API}/sync-status/77"):
        assert ana.client.get(path).headers["ratelimit"].endswith(";t=40")
    windows = strict.state.parts.windows
    for _ in range(116):
        windows.take(READS, f"user:{ana.user_id}")
    refused = ana.client.get(CONFIG)
    assert (refused.status_code, refused.json()["code"]) == (429, "too_many_requests")
    assert (refused.headers["retry-after"], refused.json()["retry_after"]) == ("40", 40)
    assert refused.headers["ratelimit"] == '"default";r=0;t=40'
    assert refused.headers["cache-control"] == "no-store"
    assert ben.client.get(CONFIG).status_code == 200
    assert ana.client.get("/").status_code == 200
    assert ana.client.get("/healthz").status_code == 200
    clock.advance(seconds=40)
    assert ana.client.get(CONFIG).status_code == 200


def test_changes_are_counted_on_pages_too(
    strict: FastAPI, runtime: Runtime, clock: FakeClock
) -> None:
    """Thirty changes a minute, by form or by call; a stranger's count for their network."""
    ana = arrive(strict, runtime, "Ana")
    clock.advance(minutes=1)

    for _ in range(15):
        assert ana.client.post("/no-such-form").status_code == 404
        told = ana.client.put(CONFIG, json={"no_such": 1})
        assert told.status_code == 422
    assert told.headers["ratelimit"] == '"default";r=120;t=60, "writes";r=0;t=60'
    assert ana.client.put(CONFIG, json={}).status_code == 429
    page = ana.client.post("/no-such-form")
    assert (page.status_code, page.headers["retry-after"]) == (429, "60")
    assert page.headers["content-type"].startswith("text/html")
    assert "ratelimit" not in page.headers
    assert ana.client.get(CONFIG).status_code == 200
    assert browser(strict).post("/no-such-form").status_code == 404


def asked_by(app: FastAPI, user_id: str | None) -> Request:
    """Return a request of that person, or of a stranger."""
    request = Request({"type": "http", "app": app, "headers": [], "state": {}})
    assert isinstance(request.state, State)
    role = Role.USER
    request.state.caller = Caller(user_id, role, SCOPES[role]) if user_id else None
    return request


@pytest.mark.parametrize("lasting", [False, True])
def test_a_route_can_have_a_limit_of_its_own(
    strict: FastAPI, clock: FakeClock, *, lasting: bool
) -> None:
    """A route's own rule counts for each person, in memory or for all processes."""
    limit = Limited(Rule("own", 2, timedelta(minutes=1)), lasting=lasting)

    for _ in range(2):
        limit(asked_by(strict, "ana"))
    with pytest.raises(TooManyRequests):
        limit(asked_by(strict, "ana"))
    limit(asked_by(strict, "ben"))
    for _ in range(3):
        limit(asked_by(strict, None))
    clock.advance(minutes=1)
    limit(asked_by(strict, "ana"))


def test_routes_that_cost_garmin_something_have_their_own(
    strict: FastAPI, runtime: Runtime, clock: FakeClock
) -> None:
    """Connecting, disconnecting, starting a sync and asking for the state have their numbers."""
    ana = arrive(strict, runtime, "Ana")
    for method, path, most in (
        ("POST", f"{API}/credentials", 5),
        ("PUT", f"{API}/credentials/tokens", 5),
        ("DELETE", f"{API}/credentials", 3),
        ("GET", f"{API}/credentials/status", 30),
        ("POST", f"{API}/sync/trigger", 5),
    ):
        clock.advance(minutes=1)
        answers = [ana.client.request(method, path).status_code for _ in range(most + 1)]
        assert answers.count(429) == 1, (method, path, answers)
        assert answers[-1] == 429
