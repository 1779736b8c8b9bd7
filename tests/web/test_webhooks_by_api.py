"""Webhooks by the API: made, changed, tried, and nobody else's business."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from starlette.testclient import TestClient
from web_stage import connect, sync

from training_analyzer.db.tables import webhook_deliveries
from training_analyzer.services.delivering import Delivering
from training_analyzer.services.posting import NotPosted, Reply, Why
from training_analyzer.streams import CATALOG

if TYPE_CHECKING:
    from fastapi import FastAPI
    from web_stage import Person

    from training_analyzer.planning.addresses import Endpoint
    from training_analyzer.services.runtime import Runtime
    from training_analyzer.simulator import SimulatorServer

HOOKS = "/api/v1/webhooks"
URL = "https://hooks.example.org/in"


class Pretend:
    """Takes what is posted, or says why nobody does; no network."""

    def __init__(self) -> None:
        self.bodies: list[str] = []
        self.outcomes: list[Reply | NotPosted] = []

    def post(self, _endpoint: Endpoint, body: bytes, _headers: object) -> Reply:
        """Keep *body* and answer with the next outcome, or with 204."""
        self.bodies.append(body.decode())
        outcome = self.outcomes.pop(0) if self.outcomes else Reply(204, b"", None)
        if isinstance(outcome, NotPosted):
            raise outcome
        return outcome


def _deliver(runtime: Runtime, *outcomes: Reply | NotPosted) -> list[str]:
    pretend: Any = Pretend()
    pretend.outcomes.extend(outcomes)
    delivering = Delivering(runtime.webhooks, pretend, "test")
    while delivering.deliver_next():
        pass
    return list(pretend.bodies)


def _make(person: Person, **more: object) -> dict[str, Any]:
    answer = person.client.post(HOOKS, json={"url": URL, "events": ["*"], **more})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def _program(app: FastAPI, person: Person, *scopes: str) -> TestClient:
    asked = {"name": "watch", "scopes": list(scopes)}
    key = person.client.post("/api/v1/api-keys", json=asked).json()["key"]
    headers = {"Authorization": f"Bearer {key}"}
    return TestClient(app, base_url="http://localhost", headers=headers)


def test_webhook_is_made_changed_and_deleted(ana: Person, ben: Person) -> None:
    """Its secret is shown once; changes name the version they are for; nobody else finds it."""
    made = _make(ana, url="https://Hooks.Example.org:443/in", description="my watch")
    here = f"{HOOKS}/{made['id']}"

    assert made["secret"].startswith("whsec_")
    found = ana.client.get(here)
    assert found.json() == {name: value for name, value in made.items() if name != "secret"}
    assert (found.json()["url"], found.json()["description"]) == (URL, "my watch")
    seen = {"If-None-Match": found.headers["etag"]}
    assert ana.client.get(here, headers=seen).status_code == 304

    for_it = {"If-Match": found.headers["etag"]}
    off = ana.client.patch(here, json={"enabled": False, "description": None}, headers=for_it)
    assert (off.status_code, off.json()["enabled"], off.json()["description"]) == (200, False, None)
    assert off.json()["events"] == ["*"]
    late = ana.client.patch(here, json={"enabled": True}, headers=for_it)
    assert (late.status_code, late.json()["code"]) == (412, "stale_version")
    assert late.json()["current_etag"] == off.headers["etag"]
    for action in ("test", "rotate-secret"):
        assert ben.client.post(f"{here}/{action}").status_code == 404
    assert ana.client.post(f"{here}/test").json()["code"] == "conflict"
    assert [each["id"] for each in ana.client.get(HOOKS).json()["items"]] == [made["id"]]
    assert ben.client.get(HOOKS).json()["items"] == []
    for method in ("get", "delete"):
        assert getattr(ben.client, method)(here).status_code == 404
    assert ben.client.patch(here, json={"enabled": True}).status_code == 404
    assert ben.client.get(f"{here}/deliveries").status_code == 404
    assert ana.client.delete(here).status_code == 204
    assert ana.client.get(here).status_code == 404
    assert ana.client.get(f"{HOOKS}/whk_%00").status_code == 404


def test_what_is_wrong_is_refused(ana: Person) -> None:
    """A private or plain address, an unknown event, a field too many, the 21st webhook."""
    good = {"url": URL, "events": ["*"]}
    for wrong, code in (
        ({"url": "http://hooks.example.org/"}, "webhook_url_refused"),
        ({"url": "https://169.254.169.254/latest"}, "webhook_url_refused"),
        ({"url": "https://me:CANARY@hooks.example.org/"}, "webhook_url_refused"),
        ({"events": ["sync.CANARY"]}, "validation_failed"),
        ({"events": []}, "validation_failed"),
        ({"CANARY": 1}, "unknown_field"),
    ):
        answer = ana.client.post(HOOKS, json=good | wrong)
        assert (answer.status_code, answer.json()["code"]) == (422, code)
        assert "CANARY" not in answer.text

    made = _make(ana)
    changed = ana.client.patch(f"{HOOKS}/{made['id']}", json={"url": "https://10.0.0.1/"})
    assert changed.json()["code"] == "webhook_url_refused"
    for _ in range(19):
        _make(ana)
    assert ana.client.post(HOOKS, json=good).json()["code"] == "conflict"


def test_key_gets_no_data_by_a_webhook(app: FastAPI, ana: Person) -> None:
    """To send data somewhere takes the scope to read it, also for a webhook that is there."""
    writer = _program(app, ana, "sync:read", "sync:write")
    whole = _make(ana, include_data=True)

    refused = (
        writer.post(HOOKS, json={"url": URL, "events": ["*"], "include_data": True}),
        writer.patch(f"{HOOKS}/{whole['id']}", json={"url": "https://other.example.org/"}),
    )
    assert [answer.json()["needed"] for answer in refused] == ["data:read", "data:read"]
    thin = writer.post(HOOKS, json={"url": URL, "events": ["*"]})
    assert thin.status_code == 201
    here = f"{HOOKS}/{thin.json()['id']}"
    assert writer.patch(here, json={"enabled": False}).status_code == 200
    assert writer.patch(here, json={"include_data": True}).status_code == 403
    reader = _program(app, ana, "sync:read")
    assert reader.get(here).status_code == 200
    assert reader.delete(here).status_code == 403


def test_deliveries_are_listed_and_sent_again(ana: Person, ben: Person, runtime: Runtime) -> None:
    """The log tells each one's fate; one that failed is sent again under the same event id."""
    made = _make(ana)
    here = f"{HOOKS}/{made['id']}"
    queued = [ana.client.post(f"{here}/test") for _ in range(3)]
    assert [answer.status_code for answer in queued] == [202, 202, 202]

    failed = Reply(400, b"no\x00 \xff<b>", None)
    assert len(_deliver(runtime, failed, NotPosted(Why.TIMED_OUT))) == 2

    page = ana.client.get(f"{here}/deliveries", params={"limit": 2}).json()
    rest = ana.client.get(
        f"{here}/deliveries", params={"limit": 2, "cursor": page["next_cursor"]}
    ).json()
    log = [*page["items"], *rest["items"]]
    assert rest["next_cursor"] is None
    assert {each["id"] for each in log} == {answer.json()["delivery_id"] for answer in queued}
    told = {(each["response_status"], each["response_head"], each["error_code"]) for each in log}
    assert told == {
        (400, "no\ufffd \ufffd<b>", None),
        (None, None, "timed_out"),
        (None, None, None),
    }
    again = f"{here}/deliveries/{log[0]['id']}/redeliver"
    assert ben.client.post(again).status_code == 404
    assert ana.client.post(again).status_code == 202
    assert ana.client.get(f"{here}/deliveries", params={"cursor": "x"}).status_code == 400
    other = f"{here}/deliveries/dlv_{'0' * 24}_{'0' * 16}/redeliver"
    assert ana.client.post(other).status_code == 404


def test_the_life_of_a_connection_is_told(
    app: FastAPI, ana: Person, runtime: Runtime, garmin: SimulatorServer
) -> None:
    """Connecting, a sync with its activities and days, and disconnecting are told; no values."""
    _make(ana)
    connect(ana, garmin, "ada")
    run = sync(app, ana)
    assert ana.client.delete("/api/v1/garmin/credentials").status_code == 200

    with runtime.database.read() as db:
        told = [
            json.loads(body) for body in db.execute(select(webhook_deliveries.c.body)).scalars()
        ]
    kinds = Counter(each["type"] for each in told)
    assert {kind: kinds[kind] for kind in kinds if kind.startswith(("connection", "sync"))} == {
        "connection.created": 1,
        "sync.started": 1,
        "sync.completed": 1,
        "connection.deleted": 1,
    }
    assert kinds["activity.created"] >= run["activities_synced"] > 0
    assert {tuple(each["data"]) for each in told if each["type"].startswith("activity")} == {
        ("activity_id", "type", "start")
    }
    updated = [each["data"] for each in told if each["type"].endswith("s.updated")]
    assert {tuple(data) for data in updated} == {("dates", "streams")}
    assert {"hrv", "training_status"} <= {name for data in updated for name in data["streams"]}
    without_days = {data["streams"][0] for data in updated if not data["dates"]}
    assert without_days <= {each.name for each in CATALOG if each.is_snapshot}
    (ended,) = (each["data"] for each in told if each["type"] == "sync.completed")
    assert (ended["sync_id"], ended["sync_type"]) == (int(run["job_id"]), "initial")
    assert ended["activities_synced"] == run["activities_synced"]
