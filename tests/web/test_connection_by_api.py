"""Tests of a connection, its key, its status in full and what everybody may know, by the API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import update
from web_stage import API, Person, account, browser, connect, prove

from training_analyzer.db.tables import garmin_secrets

if TYPE_CHECKING:
    from fastapi import FastAPI

    from training_analyzer.services.runtime import Runtime
    from training_analyzer.simulator import SimulatorServer

KEY = f"{API}/credentials/personal-key"
VALIDATE = f"{API}/credentials/validate"
LOGIN = "/mobile/api/login"


def status_of(person: Person) -> dict[str, Any]:
    """Return the status of *person*'s connection."""
    return dict(person.client.get(f"{API}/credentials/status").json())


def test_a_test_proves_the_connection_without_a_password(
    ana: Person, garmin: SimulatorServer, clock: Any
) -> None:
    """A test uses the session, never the stored password, once in ten minutes; failures count."""
    assert ana.client.post(VALIDATE).json()["code"] == "not_connected"
    connect(ana, garmin, "ada")
    logins = garmin.count(LOGIN)

    good = ana.client.post(VALIDATE)
    soon = ana.client.post(VALIDATE)

    assert good.status_code == 200
    assert good.json() == {
        "is_valid": True,
        "checked_at": "2026-03-02T12:00:00Z",
        "reason": None,
        "next_allowed_at": "2026-03-02T12:10:00Z",
    }
    assert (soon.status_code, soon.json()["code"]) == (429, "validate_cooldown")
    assert (soon.json()["retry_at"], soon.headers["retry-after"]) == ("2026-03-02T12:10:00Z", "600")
    garmin.faults.revoke_tokens("ada@example.test")
    for failures in (1, 2):
        clock.advance(minutes=10)
        bad = ana.client.post(VALIDATE).json()
        assert (bad["is_valid"], bad["reason"]["code"]) == (False, "token_expired")
        assert status_of(ana)["failed_validation_count"] == failures
    assert garmin.count(LOGIN) == logins
    assert status_of(ana)["state"] == "needs_reauth"


def test_a_silent_garmin_proves_nothing(ana: Person, garmin: SimulatorServer) -> None:
    """A test that Garmin does not answer is an error, and the connection stays as it was."""
    connect(ana, garmin, "ada")
    garmin.faults.reset("/userprofile-service")

    answer = ana.client.post(VALIDATE)

    assert (answer.status_code, answer.json()["code"]) == (503, "garmin_unavailable")
    assert status_of(ana)["is_valid"] is True


def test_a_key_tells_what_it_gives_and_goes_again(ana: Person, garmin: SimulatorServer) -> None:
    """A key names its streams and its last day; beside a session it can be taken out."""
    key = {"api_key": account(garmin, "kay").personal_key}
    assert ana.client.delete(KEY).status_code == 404
    alone = ana.client.put(KEY, json=key).json()
    refused = ana.client.delete(KEY)
    connect(ana, garmin, "kay")
    beside = ana.client.put(KEY, json=key | {"expires_on": "2026-12-31"}).json()
    both = status_of(ana)

    gone = ana.client.delete(KEY)

    assert "sleep_nights" in alone["capabilities"] or "sleep" in alone["capabilities"]
    assert alone["missing_capabilities"]
    assert not set(alone["capabilities"]) & set(alone["missing_capabilities"])
    assert alone["key_expires_on"] is None
    assert (refused.status_code, refused.json()["code"]) == (409, "conflict")
    assert beside["key_expires_on"] == both["key_expires_on"] == "2026-12-31"
    assert both["kinds"] == ["password", "personal-key"]
    assert gone.status_code == 204
    left = status_of(ana)
    assert (left["kinds"], left["key_expires_on"]) == (["password"], None)
    assert ana.client.put(KEY, json=key | {"expires_on": "soon"}).status_code == 422


def test_secrets_that_do_not_open_are_told(
    ana: Person, runtime: Runtime, garmin: SimulatorServer
) -> None:
    """A connection whose stored secrets are damaged says so, before any sync meets it."""
    connect(ana, garmin, "ada")
    with runtime.database.write() as db:
        db.execute(
            update(garmin_secrets)
            .where(garmin_secrets.c.user_id == ana.user_id)
            .values(token="v1:damaged")
        )

    status = status_of(ana)

    assert (status["connected"], status["is_valid"]) == (True, False)
    assert (status["state"], status["reason"]["code"]) == ("needs_reauth", "credential_corrupt")


def test_a_change_of_credentials_needs_a_fresh_proof(app: FastAPI, ana: Person, clock: Any) -> None:
    """Fifteen minutes after a sign-in, credentials can be looked at and not changed."""
    clock.advance(minutes=15)
    changes = [
        ("POST", "credentials"),
        ("POST", "credentials/mfa"),
        ("PUT", "credentials/tokens"),
        ("PUT", "credentials/personal-key"),
        ("DELETE", "credentials/personal-key"),
        ("DELETE", "credentials/logins/lgn_x"),
        ("DELETE", "credentials"),
    ]

    codes = {
        ana.client.request(method, f"{API}/{path}", json={}).json()["code"]
        for method, path in changes
    }

    assert codes == {"step_up_required"}
    assert status_of(ana)["state"] == "not_connected"
    prove(app, ana)
    assert ana.client.delete(f"{API}/credentials").json()["code"] == "not_connected"


def test_everybody_may_know_what_the_server_can_do(app: FastAPI) -> None:
    """Without a sign-in the server tells its abilities, and where removed routes have gone."""
    stranger = browser(app)

    told = stranger.get(f"{API}/status").json()
    gone = [
        stranger.post(f"{API}/{path}", json={"password": "x"})
        for path in ("sync", "sync-async", "sync-wellness", "sync-fitness", "backfill-start-time")
    ]

    assert told["garmin_connect_available"] is True
    assert (told["max_sync_days"], "running" in told["supported_activity_types"]) == (3650, True)
    assert told["connection_kinds"] == ["personal-key", "token", "ticket", "password"]
    assert {(answer.status_code, answer.json()["code"]) for answer in gone} == {(410, "gone")}
    assert {answer.json()["successor"] for answer in gone} == {f"{API}/sync/trigger"}
