"""The connect form and the connection's standing, as a person without script meets them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from web_stage import API, Person, account, connect, parts, prove, sync

from training_analyzer.services.leaving import WHAT_STAYS

if TYPE_CHECKING:
    from fastapi import FastAPI

    from training_analyzer.services.runtime import Runtime
    from training_analyzer.simulator import SimulatorServer


@pytest.fixture
def ana(ana: Person, runtime: Runtime) -> Person:
    """Give Ana, whose first sync is short: what it brings is another test's matter."""
    runtime.credentials.update_sync_config(ana.user_id, initial_sync_days=5)
    return ana


def words(page: str) -> str:
    """Return a page's words."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def test_the_ticket_form_explains_its_steps(ana: Person, garmin: SimulatorServer) -> None:
    """Three steps, with the address to open, lead to a ticket."""
    page = ana.client.get("/", params={"way": "ticket"}).text

    steps = re.search(r'<ol class="steps">(.*?)</ol>', page, re.DOTALL)
    assert steps is not None
    assert steps[1].count("<li>") == 3
    assert f'href="{garmin.url}/sso/signin?service=' in steps[1]
    assert "within a minute" in steps[1]


def test_connect_with_a_ticket_by_form(app: FastAPI, ana: Person, garmin: SimulatorServer) -> None:
    """A pasted page connects; used up, the form says that a new ticket is needed."""
    pasted = f"<p>Success {garmin.ticket('ada@example.test')}</p>"

    done = ana.client.post("/connect/ticket", data={"ticket": pasted})
    parts(app).manual.wait(60)
    again = ana.client.post("/connect/ticket", data={"ticket": pasted})
    none = ana.client.post("/connect/ticket", data={"ticket": "Success"})

    assert (done.status_code, done.headers["location"]) == (303, "/?done=connected")
    assert "Garmin did not accept this ticket. Get a new one" in words(again.text).replace(
        " It is good once and for about a minute.", ""
    )
    assert "There is no ticket in this text." in none.text


@pytest.mark.parametrize("mode", ["token_only", "store_password", None])
def test_the_page_keeps_a_password_only_when_asked(
    app: FastAPI, ana: Person, runtime: Runtime, garmin: SimulatorServer, mode: str | None
) -> None:
    """Not keeping it is preselected; the card says what is kept."""
    who = account(garmin, "ada")
    form = ana.client.get("/").text
    login = {"email": who.email, "password": who.password} | ({"mode": mode} if mode else {})

    ana.client.post("/connect/password", data=login)
    parts(app).manual.wait(60)
    page = words(ana.client.get("/").text)

    known = runtime.credentials.get_credentials(ana.user_id)
    assert known is not None
    assert (known.encrypted_password is not None) is (mode == "store_password")
    assert ("e-mail, password" in page) is (mode == "store_password")
    assert re.search(r'value="token_only" checked', form)
    assert not re.search(r'value="store_password" checked', form)


def test_a_key_beside_a_session_is_worded_as_that(
    app: FastAPI, ana: Person, garmin: SimulatorServer
) -> None:
    """With a session, the key's form and its notice say that the session stays."""
    connect(ana, garmin, "kay")
    form = ana.client.get("/", params={"way": "personal-key"}).text
    key = account(garmin, "kay").personal_key

    saved = ana.client.post("/connect/personal-key", data={"api_key": key})
    parts(app).manual.wait(60)
    page = words(ana.client.get(saved.headers["location"]).text)

    assert "Your session stays" in form
    assert saved.headers["location"] == "/?done=joined"
    assert "It serves what it can, your session the rest." in page
    assert "E-mail and password, with a Personal API key" in page


def test_another_account_is_asked_about(
    app: FastAPI, ana: Person, runtime: Runtime, garmin: SimulatorServer
) -> None:
    """The form comes back with the choice: delete the old data, or cancel."""
    connect(ana, garmin, "ada")
    sync(app, ana)
    kay = account(garmin, "kay")
    login = {"email": kay.email, "password": kay.password}

    asked = ana.client.post("/connect/password", data=login)
    held = runtime.reading.sports(ana.user_id)
    taken = ana.client.post("/connect/password", data=login | {"replace_data": "yes"})
    parts(app).manual.wait(60)

    assert asked.status_code == 422
    assert 'name="replace_data" value="yes" required' in asked.text
    assert "Delete the old data and take this account" in asked.text
    assert '<a class="btn plain" href="/">Cancel</a>' in asked.text
    assert kay.password not in asked.text
    assert held
    assert taken.status_code == 303
    assert kay.display_name in ana.client.get("/").text


def test_another_account_with_a_code_starts_again(
    app: FastAPI, ana: Person, garmin: SimulatorServer
) -> None:
    """A code cannot be used twice, so the choice stands in the password's form."""
    connect(ana, garmin, "ada")
    sync(app, ana)
    tom = account(garmin, "tom")
    ana.client.post("/connect/password", data={"email": tom.email, "password": tom.password})

    asked = ana.client.post("/connect/code", data={"code": tom.mfa_code}).text

    assert 'action="/connect/password"' in asked
    assert 'name="replace_data"' in asked
    assert "Enter the code from Garmin" not in ana.client.get("/").text


def test_a_blocked_login_offers_the_ways_that_work(ana: Person, garmin: SimulatorServer) -> None:
    """The time and the reason are told, the button is off, ticket and key are one click away."""
    who = account(garmin, "ada")
    garmin.faults.captcha(who.email)

    page = ana.client.post(
        "/connect/password", data={"email": who.email, "password": who.password}
    ).text

    assert "14:00 UTC" in page
    assert "make the wait longer" in page
    assert re.search(r'<button class="btn primary"[^>]* disabled', page)
    assert '<a href="/?way=ticket#connect">a ticket from your browser</a>' in page
    assert '<a href="/?way=personal-key#connect">a personal key</a>' in page


def test_a_cool_down_of_logins_is_explained(
    app: FastAPI, ana: Person, garmin: SimulatorServer, clock: Any
) -> None:
    """When the session ended and passwords wait: until when, why, and the two ways on."""
    connect(ana, garmin, "ada")
    clock.advance(hours=11)
    garmin.faults.revoke_tokens("ada@example.test")
    garmin.faults.captcha("ada@example.test")
    sync(app, ana)

    page = ana.client.get("/").text
    status = ana.client.get(f"{API}/credentials/status").json()

    assert "Garmin refuses password logins until tomorrow, 01:00 UTC" in page
    assert "Each try makes its wait longer" in page
    assert "Two ways work now" in page
    assert "Cooling down" in page
    assert (status["state"], status["reason"]["code"]) == ("cooldown", "login_blocked")
    assert status["next_retry_at"] == "2026-03-03T01:00:00Z"


def test_a_wait_that_garmin_asked_for_offers_no_way_around(
    app: FastAPI, ana: Person, garmin: SimulatorServer
) -> None:
    """Too many requests is waited for; another way in would change nothing."""
    connect(ana, garmin, "ada")
    garmin.faults.rate_limit("/activitylist-service", retry_after=600)
    sync(app, ana)

    page = ana.client.get("/").text

    assert "Garmin asked to wait until today, 12:10 UTC" in page
    assert "goes on by itself" in page
    assert "Two ways work now" not in page


def test_paused_and_disconnected_are_told(
    app: FastAPI, ana: Person, garmin: SimulatorServer
) -> None:
    """Automatic syncs that are off show as paused; leaving says what stays at Garmin."""
    connect(ana, garmin, "ada")
    sync(app, ana)
    ana.client.put(f"{API}/sync-config", json={"auto_sync_enabled": False})
    paused = ana.client.get("/").text

    gone = ana.client.post("/disconnect")

    assert "</svg>Paused</span>" in paused
    assert WHAT_STAYS in paused
    assert WHAT_STAYS in ana.client.get(gone.headers["location"]).text


def test_a_key_ends_a_cool_down_of_logins(
    app: FastAPI, ana: Person, garmin: SimulatorServer, clock: Any
) -> None:
    """What the page offers while passwords wait is true: with a key, the next sync works."""
    connect(ana, garmin, "kay")
    clock.advance(hours=11)
    garmin.faults.revoke_tokens("kay@example.test")
    garmin.faults.captcha("kay@example.test")
    sync(app, ana)
    key = account(garmin, "kay").personal_key
    form = ana.client.get("/", params={"way": "personal-key"}).text

    prove(app, ana)
    saved = ana.client.put(f"{API}/credentials/personal-key", json={"api_key": key})

    assert "Your session stays" not in form
    assert saved.status_code == 201
    status = ana.client.get(f"{API}/credentials/status").json()
    assert (status["state"], status["kinds"]) == ("connected", ["personal-key"])
    assert sync(app, ana)["status"] == "completed"
