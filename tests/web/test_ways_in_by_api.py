"""Tickets, kept passwords, keys beside sessions and other accounts, by the API."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from web_stage import API, Person, account, connect, prove, sync

if TYPE_CHECKING:
    from fastapi import FastAPI

    from training_analyzer.services.runtime import Runtime
    from training_analyzer.simulator import SimulatorServer


def status_of(person: Person) -> dict[str, Any]:
    """Return the status of *person*'s connection."""
    return dict(person.client.get(f"{API}/credentials/status").json())


def test_connect_with_a_ticket(ana: Person, garmin: SimulatorServer) -> None:
    """The address that a browser ended on connects once, and no password is stored."""
    who = account(garmin, "ada")
    page = f"https://mobile.example.test/gcm/android?ticket={garmin.ticket(who.email)}"

    saved = ana.client.put(f"{API}/credentials/tokens", json={"kind": "ticket", "value": page})
    again = ana.client.put(f"{API}/credentials/tokens", json={"kind": "ticket", "value": page})

    assert (saved.status_code, saved.json()["garmin_user"]) == (201, who.display_name)
    assert (again.status_code, again.json()["code"]) == (422, "invalid_credentials")
    status = status_of(ana)
    assert (status["state"], status["kinds"]) == ("connected", ["token"])
    assert status["password_stored"] is False


@pytest.mark.parametrize(
    ("mode", "is_stored"), [("token_only", False), ("store_password", True), (None, True)]
)
def test_the_password_is_kept_as_chosen(
    ana: Person, garmin: SimulatorServer, mode: str | None, *, is_stored: bool
) -> None:
    """`mode` decides whether the password stays here; left out, it does."""
    who = account(garmin, "ada")
    login = {"email": who.email, "password": who.password} | ({"mode": mode} if mode else {})

    assert ana.client.post(f"{API}/credentials", json=login).status_code == 201

    assert status_of(ana)["password_stored"] is is_stored


def test_a_key_joins_a_session(ana: Person, garmin: SimulatorServer) -> None:
    """A key beside a session is told as such, and the status names both."""
    who = account(garmin, "kay")
    connect(ana, garmin, "kay")

    saved = ana.client.put(f"{API}/credentials/personal-key", json={"api_key": who.personal_key})

    assert saved.json()["message"] == f"The key joins the session of {who.display_name}."
    assert status_of(ana)["kinds"] == ["password", "personal-key"]


@pytest.mark.parametrize("way", ["password", "token", "ticket", "personal-key"])
def test_another_account_is_taken_only_when_asked_for(
    app: FastAPI, ana: Person, runtime: Runtime, garmin: SimulatorServer, way: str
) -> None:
    """With data here, another account is a 409; `replace_data` deletes the data and connects."""
    connect(ana, garmin, "ada")
    sync(app, ana)
    kay = account(garmin, "kay")

    def attempt(**more: bool) -> Any:
        ways: dict[str, tuple[str, str, dict[str, Any]]] = {
            "password": ("POST", "", {"email": kay.email, "password": kay.password}),
            "token": ("PUT", "/tokens", {"kind": "token", "value": token(garmin, kay.email)}),
            "ticket": ("PUT", "/tokens", {"kind": "ticket", "value": garmin.ticket(kay.email)}),
            "personal-key": ("PUT", "/personal-key", {"api_key": kay.personal_key}),
        }
        method, path, body = ways[way]
        return ana.client.request(method, f"{API}/credentials{path}", json=body | more)

    refused = attempt()
    before = status_of(ana)
    held = runtime.reading.sports(ana.user_id)
    taken = attempt(replace_data=True)

    assert (refused.status_code, refused.json()["code"]) == (409, "account_mismatch")
    assert held
    assert before["garmin_user"] == account(garmin, "ada").display_name
    assert taken.status_code == 201
    assert not runtime.reading.sports(ana.user_id)
    assert status_of(ana)["garmin_user"] == kay.display_name


def test_the_choice_travels_with_a_login_that_waits(
    app: FastAPI, ana: Person, runtime: Runtime, garmin: SimulatorServer
) -> None:
    """Chosen with the password, the replacement happens when the code is in."""
    connect(ana, garmin, "ada")
    sync(app, ana)
    tom = account(garmin, "tom")
    login = {"email": tom.email, "password": tom.password, "replace_data": True}

    assert ana.client.post(f"{API}/credentials", json=login).status_code == 202
    assert runtime.reading.sports(ana.user_id)
    done = ana.client.post(f"{API}/credentials/mfa", json={"code": tom.mfa_code})

    assert (done.status_code, done.json()["garmin_user"]) == (200, tom.display_name)
    assert not runtime.reading.sports(ana.user_id)


def test_a_blocked_login_tells_until_when(
    app: FastAPI, ana: Person, garmin: SimulatorServer, clock: Any
) -> None:
    """A blocked password names its time; a retry asks nothing of Garmin; a ticket works."""
    who = account(garmin, "ada")
    garmin.faults.captcha(who.email)
    login = {"email": who.email, "password": who.password}

    first = ana.client.post(f"{API}/credentials", json=login)
    asked = garmin.count()
    clock.advance(minutes=30)
    prove(app, ana)
    second = ana.client.post(f"{API}/credentials", json=login)

    assert (first.status_code, first.json()["code"]) == (429, "login_blocked")
    assert first.json()["retry_at"] == second.json()["retry_at"] == "2026-03-02T14:00:00Z"
    assert first.json()["cause"] == second.json()["cause"] == "captcha"
    assert second.headers["retry-after"] == "5400"
    assert garmin.count() == asked
    ticket = {"kind": "ticket", "value": garmin.ticket(who.email)}
    assert ana.client.put(f"{API}/credentials/tokens", json=ticket).status_code == 201


def test_switched_off_is_disabled(ana: Person, garmin: SimulatorServer) -> None:
    """A connection whose automatic syncs are off is disabled, which is no error."""
    connect(ana, garmin, "ada")
    ana.client.put(f"{API}/sync-config", json={"auto_sync_enabled": False})

    status = status_of(ana)

    assert (status["state"], status["is_valid"]) == ("disabled", True)
    assert status["reason"]["code"] is None
    assert "switched off" in status["reason"]["message"]


def token(garmin: SimulatorServer, email: str) -> str:
    """Return a fresh token as garminconnect writes it."""
    return json.dumps(garmin.world.sign_in(email))
