"""A request with an Idempotency-Key that is sent again is answered as the first time."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from starlette.requests import Request  # noqa: TC002 - FastAPI resolves the annotation
from web_stage import API, Person, account, connect

from training_analyzer.errors import StorageFull
from training_analyzer.services.callers import Scope
from training_analyzer.services.repeats import Reserved
from training_analyzer.web.refusals import NotFound, NotRunning
from training_analyzer.web.repeats import Remembering, repeatable

if TYPE_CHECKING:
    from fastapi import FastAPI

    from training_analyzer.services.runtime import Runtime
    from training_analyzer.simulator import SimulatorServer

REPLAYED = "idempotency-replayed"
PATH = "/api/v1/tries"
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
def tries(app: FastAPI) -> list[str]:
    """Add a route that ends as `?end=` says, and give what it was asked so far."""
    asked: list[str] = []

    @app.post(PATH, status_code=201, dependencies=[repeatable(Scope.SYNC_WRITE)])
    def attempt(request: Request) -> dict[str, Any]:
        end = request.query_params["end"]
        asked.append(end)
        if end == "missing":
            raise NotFound
        if end == "conflict":
            raise NotRunning
        if end == "bug":
            raise RuntimeError
        return {"number": len(asked)}

    return asked


def send(person: Person, end: str, key: str | None = "k", body: object = None) -> Any:
    """Send the request that ends like that."""
    headers = {} if key is None else {"Idempotency-Key": key}
    return person.client.post(PATH, params={"end": end}, json=body, headers=headers)


def test_an_answer_is_given_again(ana: Person, ben: Person, tries: list[str]) -> None:
    """The same key brings the same answer and no second deed, to the same person only."""
    first, second = send(ana, "well"), send(ana, "well")

    assert (first.status_code, second.status_code) == (201, 201)
    assert (second.json(), second.headers[REPLAYED]) == (first.json(), "true")
    assert second.headers["content-type"] == first.headers["content-type"]
    assert REPLAYED not in first.headers
    assert REPLAYED not in send(ben, "well").headers
    assert REPLAYED not in send(ana, "well", key=None).headers
    assert len(tries) == 3
    for other in (send(ana, "well", body={}), send(ana, "missing")):
        assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")


@pytest.mark.parametrize(
    ("end", "status", "is_kept"), [("missing", 404, True), ("conflict", 409, False)]
)
def test_a_refusal_is_given_again_when_it_is_final(
    ana: Person, tries: list[str], end: str, status: int, *, is_kept: bool
) -> None:
    """What may go otherwise next time is tried again; what cannot is not."""
    assert [send(ana, end).status_code for _ in range(2)] == [status, status]

    assert len(tries) == (1 if is_kept else 2)


def test_a_fault_of_ours_frees_the_key(ana: Person, tries: list[str]) -> None:
    """After a crash of the route the same request is worked on anew."""
    assert [send(ana, "bug").status_code for _ in range(2)] == [500, 500]

    assert tries == ["bug", "bug"]


def test_two_at_once_are_one(ana: Person, runtime: Runtime, tries: list[str]) -> None:
    """While the first is worked on the second is told to wait."""
    content = b"end=well\0{}"
    first = runtime.repeats.begin(ana.user_id, f"POST {PATH}", "k", content)
    assert isinstance(first, Reserved)

    second = ana.client.post(
        PATH,
        params={"end": "well"},
        content=b"{}",
        headers={"Idempotency-Key": "k", "Content-Type": "application/json"},
    )

    assert (second.status_code, second.json()["code"]) == (409, "idempotency_in_progress")
    assert second.headers["retry-after"] == "3"
    assert tries == []


class FullDisk:
    """Keeps nothing: its disk is full."""

    def keep(self, *_: object) -> None:
        """Fail."""
        raise StorageFull

    free = keep


@pytest.mark.parametrize("crashes", [False, True])
def test_what_was_done_is_told_though_it_cannot_be_kept(*, crashes: bool) -> None:
    """A disk that fills up while a request is worked on does not make its answer a fault."""
    sent: list[Any] = []

    async def work(scope: Any, _: Any, send: Any) -> None:
        scope["state"] = {"reserved": Reserved("ana", PATH, "k", NOON)}
        if crashes:
            raise ZeroDivisionError
        await send({"type": "http.response.start", "status": 201, "headers": []})
        await send({"type": "http.response.body", "body": b"{}"})

    async def send(message: Any) -> None:
        await asyncio.sleep(0)
        sent.append(message["type"])

    nothing: Any = None
    full: Any = FullDisk()
    asked: Any = {"type": "http", "headers": [(b"idempotency-key", b"k")]}
    through = Remembering(work, repeats=full)(asked, nothing, send)
    if crashes:
        with pytest.raises(ZeroDivisionError):
            asyncio.run(through)
    else:
        asyncio.run(through)
        assert sent == ["http.response.start", "http.response.body"]


def test_a_key_that_is_none_is_refused(ana: Person, tries: list[str]) -> None:
    """A key is one to 255 visible characters."""
    for key in ("", "a b", "x" * 256):
        assert send(ana, "well", key=key).status_code == 422
    assert send(ana, "well", key="!" * 255).status_code == 201
    assert tries == ["well"]


def test_nobody_gets_a_kept_answer_that_they_may_not_ask_for(ana: Person, tries: list[str]) -> None:
    """A key without the scope is refused, also where the answer of its person is kept."""
    assert send(ana, "well").status_code == 201
    asked = {"name": "reads", "scopes": ["data:read"]}
    key = ana.client.post("/api/v1/api-keys", json=asked).json()["key"]
    ana.client.cookies.clear()
    ana.client.headers["Authorization"] = f"Bearer {key}"

    assert send(ana, "well").status_code == 403
    assert tries == ["well"]


def test_connecting_twice_signs_in_once(ana: Person, garmin: SimulatorServer) -> None:
    """A connection that is asked for again after a lost answer costs no second login."""
    who = account(garmin, "ada")
    login = {"email": who.email, "password": who.password}
    headers = {"Idempotency-Key": "5f0c"}

    first = ana.client.post(f"{API}/credentials", json=login, headers=headers)
    before = len(garmin.world.log)
    second = ana.client.post(f"{API}/credentials", json=login, headers=headers)

    assert (first.status_code, second.status_code) == (201, 201)
    assert (second.json(), second.headers[REPLAYED]) == (first.json(), "true")
    assert len(garmin.world.log) == before


def test_a_sync_is_started_once(app: FastAPI, ana: Person, garmin: SimulatorServer) -> None:
    """The same trigger again names the same run."""
    connect(ana, garmin, "ada")
    headers = {"Idempotency-Key": "5f0c"}

    first = ana.client.post(f"{API}/sync/trigger", json={"days": 1}, headers=headers)
    app.state.parts.manual.wait(60)
    second = ana.client.post(f"{API}/sync/trigger", json={"days": 1}, headers=headers)

    assert (first.status_code, second.status_code) == (202, 202)
    assert second.json()["sync_id"] == first.json()["sync_id"]
    assert second.headers["location"] == first.headers["location"]
    assert second.headers[REPLAYED] == "true"
