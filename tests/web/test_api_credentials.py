"""Connect, look at the connection and disconnect, by the API."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from web_stage import API, Person, account, connect, sync

from training_analyzer.services.leaving import WHAT_STAYS

if TYPE_CHECKING:
    from fastapi import FastAPI

    from training_analyzer.services.runtime import Runtime
    from training_analyzer.simulator import SimulatorServer


def test_connect_with_a_password(ana: Person, garmin: SimulatorServer) -> None:
    """E-mail and password connect, and the status tells who and how, never the address."""
    who = account(garmin, "ada")

    saved = ana.client.post(
        f"{API}/credentials", json={"email": who.email, "password": who.password}
    )
    status = ana.client.get(f"{API}/credentials/status").json()

    assert saved.status_code == 201
    assert saved.json()["status"] == "saved"
    assert saved.json()["garmin_user"] == who.display_name
    assert saved.json()["next_sync_at"] == "2026-03-02T12:00:00Z"
    assert status["state"] == "connected"
    assert status["kinds"] == ["password"]
    assert status["email_hint"] == "a…@e…"
    assert status["password_stored"] is True
    assert who.email not in json.dumps(status)


def test_connect_with_a_code(ana: Person, garmin: SimulatorServer) -> None:
    """An account with a second factor asks for its code; a wrong one may be tried again."""
    who = account(garmin, "tom")

    asked = ana.client.post(
        f"{API}/credentials", json={"email": who.email, "password": who.password}
    )
    waiting = ana.client.get(f"{API}/credentials/status").json()
    wrong = ana.client.post(f"{API}/credentials/mfa", json={"code": "000001"})
    right = ana.client.post(f"{API}/credentials/mfa", json={"code": who.mfa_code})

    assert asked.status_code == 202
    assert asked.json()["state"] == "mfa_required"
    assert asked.json()["attempts_left"] == 3
    assert asked.json()["expires_at"] == "2026-03-02T12:10:00Z"
    assert (waiting["state"], waiting["connected"]) == ("needs_mfa", False)
    assert (waiting["reason"]["code"], waiting["next_retry_at"]) == ("mfa_required", None)
    assert (wrong.status_code, wrong.json()["code"]) == (422, "mfa_invalid")
    assert right.status_code == 200
    assert right.json()["garmin_user"] == who.display_name


def test_a_code_without_a_login_is_gone(ana: Person) -> None:
    """A code that nobody asked for is answered with 410."""
    answer = ana.client.post(f"{API}/credentials/mfa", json={"code": "123456"})

    assert (answer.status_code, answer.json()["code"]) == (410, "mfa_expired")


def test_a_wrong_password_changes_nothing(ana: Person, garmin: SimulatorServer) -> None:
    """A rejected password is one clear problem, and a working connection stays."""
    connect(ana, garmin, "ada")

    refused = ana.client.post(
        f"{API}/credentials", json={"email": "ada@example.test", "password": "wrong"}
    )

    assert (refused.status_code, refused.json()["code"]) == (422, "invalid_credentials")
    assert ana.client.get(f"{API}/credentials/status").json()["is_valid"] is True


def test_connect_with_a_token(ana: Person, garmin: SimulatorServer) -> None:
    """The token JSON of garminconnect connects, with no password stored."""
    token = json.dumps(garmin.world.sign_in("will@example.test"))

    saved = ana.client.put(f"{API}/credentials/tokens", json={"kind": "token", "value": token})
    status = ana.client.get(f"{API}/credentials/status").json()

    assert saved.status_code == 201
    assert status["kinds"] == ["token"]
    assert (status["password_stored"], status["email_hint"]) == (False, None)


def test_connect_with_a_personal_key(ana: Person, garmin: SimulatorServer) -> None:
    """A Personal API key connects."""
    key = account(garmin, "kay").personal_key

    saved = ana.client.put(f"{API}/credentials/personal-key", json={"api_key": key})

    assert saved.status_code == 201
    assert ana.client.get(f"{API}/credentials/status").json()["kinds"] == ["personal-key"]


def test_without_a_connection_the_status_says_so(ana: Person) -> None:
    """Nobody connected is a state and not an error."""
    status = ana.client.get(f"{API}/credentials/status")

    assert status.status_code == 200
    assert status.json()["state"] == "not_connected"
    assert status.json()["connected"] is False


def test_broken_credentials_say_why(ana: Person, runtime: Runtime, garmin: SimulatorServer) -> None:
    """Credentials that stopped working are shown with their reason."""
    connect(ana, garmin, "ada")
    runtime.credentials.update_validation_status(
        ana.user_id, is_valid=False, validation_error="Garmin ended it.", error_code="token_expired"
    )

    status = ana.client.get(f"{API}/credentials/status").json()

    assert (status["state"], status["is_valid"]) == ("needs_reauth", False)
    assert status["reason"] == {"code": "token_expired", "message": "Garmin ended it."}


def test_a_wait_that_garmin_asked_for_is_told(
    app: FastAPI, ana: Person, garmin: SimulatorServer
) -> None:
    """While Garmin asked to wait, the status says until when."""
    connect(ana, garmin, "ada")
    garmin.faults.rate_limit("/activitylist-service", retry_after=600)
    sync(app, ana)

    status = ana.client.get(f"{API}/credentials/status").json()
    again = ana.client.post(f"{API}/sync/trigger")

    assert (status["state"], status["reason"]["code"]) == ("rate_limited", "rate_limited")
    assert status["next_retry_at"] == "2026-03-02T12:10:00Z"
    assert (again.status_code, again.json()["code"]) == (429, "rate_limited")
    assert again.headers["retry-after"] == "600"


@pytest.mark.parametrize("data", ["keep", "delete"])
def test_disconnect_keeps_or_deletes_the_data(
    app: FastAPI, ana: Person, runtime: Runtime, garmin: SimulatorServer, data: str
) -> None:
    """Disconnecting takes the secrets; the data goes only when that was chosen."""
    connect(ana, garmin, "ada")
    sync(app, ana)

    gone = ana.client.delete(f"{API}/credentials", params={"data": data})

    assert gone.json()["data"] == ("kept" if data == "keep" else "deleted")
    assert WHAT_STAYS in gone.json()["message"]
    assert bool(runtime.reading.sports(ana.user_id)) is (data == "keep")
    assert ana.client.get(f"{API}/credentials/status").json()["state"] == "not_connected"
    again = ana.client.delete(f"{API}/credentials")
    if data == "keep":
        assert (again.status_code, again.json()["code"]) == (404, "not_connected")


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "credentials", {}),
        ("POST", "credentials", {"email": "a@b.c"}),
        ("POST", "credentials", {"email": "a@b.c", "password": "x", "mode": "forget"}),
        ("POST", "credentials", {"email": "a@b.c", "password": "x", "replace_data": "yes"}),
        ("POST", "credentials", {"email": "a@b.c", "password": ["x"]}),
        ("POST", "credentials", {"email": "a@b.c", "password": "a\u0000b"}),
        ("POST", "credentials", {"email": "a@b.c", "password": "x", "region": "uk"}),
        ("POST", "credentials", {"email": "a" * 300, "password": "x"}),
        ("POST", "credentials/mfa", {"code": 123456}),
        ("PUT", "credentials/tokens", {"value": "{}"}),
        ("PUT", "credentials/tokens", {"kind": "token", "value": "{}"}),
        ("PUT", "credentials/tokens", {"kind": "ticket", "value": "no ticket in here"}),
        ("PUT", "credentials/personal-key", {"api_key": "not a key"}),
        ("PUT", "credentials/personal-key", {"api_key": ""}),
        ("PUT", "credentials/personal-key", []),
    ],
)
def test_a_wrong_body_is_named_and_asks_nothing_of_garmin(
    ana: Person, garmin: SimulatorServer, method: str, path: str, body: object
) -> None:
    """What cannot be credentials is a 422, before Garmin hears of it."""
    answer = ana.client.request(method, f"{API}/{path}", json=body)

    assert answer.status_code == 422
    assert answer.json()["code"] in {
        "validation_failed",
        "unknown_field",
        "token_invalid",
        "invalid_credentials",
    }
    assert garmin.count() == 0


@pytest.mark.parametrize("text", ["", "{", '{"email": "a@b.c", "password": "\ud7ff', "NaN"])
def test_what_is_not_json_is_a_400(ana: Person, text: str) -> None:
    """A body that cannot be read is no 500."""
    answer = ana.client.post(
        f"{API}/credentials",
        content=text.encode(),
        headers={"Content-Type": "application/json"},
    )

    assert answer.status_code in {400, 422}


def test_lone_surrogates_and_broken_utf8_are_refused(ana: Person) -> None:
    """Texts that no database can hold never get that far."""
    kind = {"Content-Type": "application/json"}
    bodies = [
        rb'{"email": "a@b.c", "password": "\ud800"}',
        b'{"email": "a@b.c", "password": "\xff"}',
        b'\xff\xfe{"a": 1}',
    ]

    answers = [ana.client.post(f"{API}/credentials", content=b, headers=kind) for b in bodies]

    assert {answer.status_code for answer in answers} <= {400, 422}
