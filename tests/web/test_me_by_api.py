"""A person's own account, by the API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select
from web_stage import Person, arrive, browser, parts, prove

from training_analyzer.db.tables import audit_log, metadata
from training_analyzer.model import Role

if TYPE_CHECKING:
    from fastapi import FastAPI

    from training_analyzer.services.runtime import Runtime

ME = "/api/v1/me"
GOOD = "a horse of eleven"


def test_a_person_tells_how_they_like_it(ana: Person, ben: Person) -> None:
    """What is named changes, null is the default again, and nobody else's does."""
    before = ana.client.get(ME)
    changed = ana.client.patch(
        ME, json={"display_name": "Ana Ö", "timezone": "Europe/Berlin", "first_weekday": 6}
    )
    back = ana.client.patch(ME, json={"timezone": None, "theme": "dark"}).json()

    assert (before.json()["name"], before.json()["role"]) == ("Ana", "admin")
    assert before.headers["etag"] == f'"{before.json()["version"]}"'
    assert changed.json()["timezone"] == "Europe/Berlin"
    assert (back["display_name"], back["timezone"], back["theme"], back["first_weekday"]) == (
        "Ana Ö",
        None,
        "dark",
        6,
    )
    assert ben.client.get(ME).json()["display_name"] is None


def test_a_stale_change_is_refused(ana: Person) -> None:
    """A change for an older version is a 412 with the current tag; what is known is not sent."""
    tag = ana.client.get(ME).headers["etag"]
    known = ana.client.get(ME, headers={"If-None-Match": tag})
    first = ana.client.patch(ME, json={"theme": "dark"}, headers={"If-Match": tag})

    second = ana.client.patch(ME, json={"theme": "light"}, headers={"If-Match": tag})

    assert (known.status_code, first.status_code, second.status_code) == (304, 200, 412)
    assert second.json()["code"] == "stale_version"
    assert second.json()["current_etag"] == first.headers["etag"]
    assert ana.client.get(ME).json()["theme"] == "dark"


@pytest.mark.parametrize(
    "wrong",
    [
        {"display_name": ""},
        {"display_name": "a\nb"},
        {"email": "nobody"},
        {"email": "a b@c.test"},
        {"locale": "de_DE"},
        {"timezone": "Mars/Base"},
        {"theme": "blue"},
        {"units": "stones"},
        {"first_weekday": 7},
        {"first_weekday": True},
        {"role": "admin"},
        {"user_id": "usr_0"},
    ],
    ids=str,
)
def test_asvs_15_3_3_what_cannot_be_is_refused(ana: Person, wrong: dict[str, Any]) -> None:
    """A wrong value is a 422 that names its field; role and id are nobody's to set."""
    refused = ana.client.patch(ME, json=wrong)

    assert refused.status_code == 422
    assert refused.json()["errors"]


def test_asvs_7_5_2_sessions_are_listed_and_ended(
    app: FastAPI, runtime: Runtime, ana: Person, ben: Person
) -> None:
    """A person sees and ends their own sessions; another's is not there."""
    others = [Person(ana.user_id, browser(app, **{"user-agent": "Firefox/1 Linux"})) for _ in "ab"]
    for other in others:
        prove(app, other)
    listed = ana.client.get(f"{ME}/sessions").json()["items"]
    theirs = [line["id"] for line in listed if not line["current"]]
    bens = ben.client.get(f"{ME}/sessions").json()["items"][0]["id"]

    ended = ana.client.delete(f"{ME}/sessions/{theirs[0]}")
    foreign = ana.client.delete(f"{ME}/sessions/{bens}")
    rest = ana.client.delete(f"{ME}/sessions")

    assert len(listed) == 3
    assert {line["agent"] for line in listed if not line["current"]} == {"Firefox on Linux"}
    assert (ended.status_code, foreign.status_code, rest.status_code) == (204, 404, 204)
    assert [each.client.get(ME).status_code for each in (*others, ana, ben)] == [401, 401, 200, 200]
    held = runtime.access.sessions.list(ana.user_id)
    assert len(held) == 1


def test_a_person_leaves_with_everything(app: FastAPI, runtime: Runtime, ana: Person) -> None:
    """Leaving needs the password and the word, and nothing of the person's stays but the note."""
    ben = arrive(app, runtime, "Ben")
    asked = {"password": GOOD, "confirm": "delete"}
    ben.client.post("/api/v1/auth/password", json={"new_password": GOOD})
    ben.client.put("/api/v1/garmin/sync-config", json={"initial_sync_days": 30})

    wrong = ben.client.request("DELETE", ME, json={**asked, "password": "wrong one"})
    unsaid = ben.client.request("DELETE", ME, json={**asked, "confirm": "yes"})
    gone = ben.client.request("DELETE", ME, json=asked)

    assert (wrong.status_code, unsaid.status_code, gone.status_code) == (401, 422, 204)
    assert ben.client.get(ME).status_code == 401
    with runtime.database.read() as db:
        left = {
            table.name
            for table in metadata.sorted_tables
            if "user_id" in table.c
            and db.execute(select(table).where(table.c.user_id == ben.user_id)).first()
        }
        lines = [row.action for row in db.execute(select(audit_log)) if row.user_id == ben.user_id]
    assert left == {"audit_log"}
    assert lines == ["left"]
    assert ana.client.get(ME).status_code == 200


def test_the_last_administrator_stays(app: FastAPI, runtime: Runtime, ana: Person) -> None:
    """Whoever rules alone cannot leave, and keeps everything; with a second one they can."""
    asked = {"confirm": "delete"}
    arrive(app, runtime, "Ben")

    alone = ana.client.request("DELETE", ME, json=asked)
    runtime.people.add("Eva", role=Role.ADMIN)
    gone = ana.client.request("DELETE", ME, json=asked)

    assert (alone.status_code, alone.json()["code"]) == (409, "conflict")
    assert gone.status_code == 204


def test_keys_do_not_reach_the_account(app: FastAPI, ana: Person) -> None:
    """A program's key opens neither the account nor its sessions nor the password."""
    made = {"name": "k", "scopes": ["sync:read"]}
    key = ana.client.post("/api/v1/api-keys", json=made).json()["key"]
    program = browser(app, Authorization=f"Bearer {key}")

    answers = [
        program.get(ME),
        program.get(f"{ME}/sessions"),
        program.patch(ME, json={}),
        program.post("/api/v1/auth/password", json={"new_password": GOOD}),
        program.post("/api/v1/auth/confirm", json={"password": GOOD}),
        program.post("/api/v1/auth/logout"),
    ]

    assert parts(app).access.api_keys.find(key) is not None
    assert {answer.status_code for answer in answers} == {401}
