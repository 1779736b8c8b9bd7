"""The steps that connect Garmin, and the page of the connection, as a person without script."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from web_stage import Person, account, arrive, connect, login, parts, sync, words

from training_analyzer.services.garmin_scheduler import GarminSyncScheduler
from training_analyzer.web.app import create_app

if TYPE_CHECKING:
    from fastapi import FastAPI

    from training_analyzer.services.runtime import Runtime
    from training_analyzer.simulator import SimulatorServer

STAYS = "Garmin itself keeps the sessions that it issued valid"


@pytest.fixture
def ana(ana: Person, runtime: Runtime) -> Person:
    """Give Ana, whose first sync is short: what it brings is another test's matter."""
    runtime.credentials.update_sync_config(ana.user_id, initial_sync_days=5)
    return ana


def test_the_ways_in_say_what_each_brings_and_lacks(ana: Person) -> None:
    """Somebody new chooses by a link; each way has its form, and what is kept beside it."""
    first = ana.client.get("/connect").text
    forms = {
        way: ana.client.get("/connect", params={"way": way}).text
        for way in ("password", "ticket", "token", "personal-key")
    }

    assert "How do you want to connect?" in first
    for way in ("password", "ticket", "personal-key"):
        assert f'href="/connect?way={way}"' in first
    assert "Lacks training status, readiness, VO2max and race predictions." in first
    for way, page in forms.items():
        assert f'action="/connect/{way}"' in page
        assert "What we keep" in page
    assert re.search(r'value="token_only" checked', forms["password"])
    assert not re.search(r'value="store_password" checked', forms["password"])


def test_the_ticket_form_explains_its_steps(ana: Person, garmin: SimulatorServer) -> None:
    """Three steps, with the address to open, lead to a ticket."""
    page = ana.client.get("/connect", params={"way": "ticket"}).text

    steps = re.search(r'<ol class="steps">(.*?)</ol>', page, re.DOTALL)
    assert steps is not None
    assert steps[1].count("<li>") == 3
    assert f'href="{garmin.url}/sso/signin?service=' in steps[1]
    assert "within a minute" in steps[1]


def test_a_form_that_would_be_refused_is_not_shown(ana: Person, clock: Any) -> None:
    """Who came in long ago proves anew who they are, before they type, and comes back."""
    clock.advance(minutes=16)

    asked = ana.client.get("/connect", params={"way": "password"})

    assert asked.status_code == 303
    assert asked.headers["location"] == "/confirm?next=%2Fconnect%3Fway%3Dpassword"


def test_a_code_then_the_data_then_the_first_sync(
    app: FastAPI, ana: Person, runtime: Runtime, garmin: SimulatorServer, clock: Any
) -> None:
    """Password, wrong code, right code, the choice of data, and the run that brings it."""
    who = account(garmin, "tom")

    asked = ana.client.post("/connect/password", data=login(garmin, "tom"))
    step = words(ana.client.get("/connect").text)
    wrong = ana.client.post("/connect/code", data={"code": "000001"})
    right = ana.client.post("/connect/code", data={"code": f" {who.mfa_code} "})
    data = words(ana.client.get(right.headers["location"]).text)
    waits = parts(app).scheduler.get_next_sync_time(ana.user_id)
    started = ana.client.post(
        "/connect/data", data={"sync_activities": "on", "sync_sleep": "on", "days": "30"}
    )
    parts(app).manual.wait(60)
    config = runtime.syncs.config(ana.user_id)
    again = ana.client.get("/connect?step=data")

    assert (asked.status_code, asked.headers["location"]) == (303, "/connect")
    assert "Enter the code from Garmin" in step
    assert "3 tries left" in step
    assert wrong.status_code == 422
    assert "That code was not right. 2 tries left." in wrong.text
    assert (right.status_code, right.headers["location"]) == (
        303,
        "/connect?done=connected&step=data",
    )
    assert "1 year about" in data
    assert "it starts by itself at 12:15" in data
    # Nothing is fetched before the person has chosen, or has had the time to.
    assert waits == clock() + timedelta(minutes=15)
    assert re.fullmatch(r"/runs/\d+", started.headers["location"])
    assert (config.sync_activities, config.sync_wellness, config.sync_sleep) == (True, False, True)
    assert config.initial_sync_days == 30
    assert again.headers["location"] == "/settings/sync"


def test_three_wrong_codes_end_the_login(ana: Person, garmin: SimulatorServer) -> None:
    """After the third wrong code the password form is there again, with the reason."""
    ana.client.post("/connect/password", data=login(garmin, "tom"))

    for _ in range(3):
        last = ana.client.post("/connect/code", data={"code": "000001"})

    assert 'action="/connect/password"' in last.text
    assert 'role="alert"' in last.text


def test_a_slow_sign_in_has_a_page_that_looks_again(
    runtime: Runtime, garmin: SimulatorServer
) -> None:
    """It counts the seconds, refreshes itself without script, can be left, and ends in words."""
    patient = create_app(runtime, GarminSyncScheduler(runtime), sign_in_patience=timedelta(0))
    ana, ben = arrive(patient, runtime, "Ana"), arrive(patient, runtime, "Ben")
    garmin.faults.delay("/", 300)

    waits = ana.client.post("/connect/password", data=login(garmin, "ada")).headers["location"]
    page = ana.client.get(waits).text
    piece = ana.client.get(waits, headers={"HX-Request": "true"}).text
    others = ben.client.get(waits)
    garmin.faults.end_delays()
    parts(patient).sign_ins.wait(30)
    told = ana.client.get(waits, headers={"HX-Request": "true"})
    done = ana.client.get(waits)
    bad = ben.client.post(
        "/connect/password", data=login(garmin, "kay") | {"password": "wrong"}
    ).headers["location"]
    parts(patient).sign_ins.wait(30)
    failed = ben.client.get(bad)

    assert waits.startswith("/connect?login=lgn_")
    assert '<noscript><meta http-equiv="refresh" content="3"></noscript>' in page
    assert 'action="/connect/abandon"' in page
    assert "<h1" not in piece
    assert re.search(r"\d+ s", piece)
    assert (others.status_code, others.headers["location"]) == (303, "/connect")
    assert (told.status_code, told.headers["hx-refresh"]) == (204, "true")
    assert done.headers["location"] == "/connect?done=connected&step=data"
    assert "Garmin did not accept this e-mail and password." in failed.text


def test_a_sign_in_can_be_called_off(runtime: Runtime, garmin: SimulatorServer) -> None:
    """Whoever does not want to wait connects nothing."""
    patient = create_app(runtime, GarminSyncScheduler(runtime), sign_in_patience=timedelta(0))
    ana = arrive(patient, runtime, "Ana")
    garmin.faults.delay("/", 300)
    waits = ana.client.post("/connect/password", data=login(garmin, "ada")).headers["location"]

    left = ana.client.post("/connect/abandon", data={"login": waits.partition("=")[2]})
    garmin.faults.end_delays()
    parts(patient).sign_ins.wait(30)

    assert left.headers["location"] == "/connect"
    assert runtime.credentials.get_credentials(ana.user_id) is None
    assert "How do you want to connect?" in ana.client.get("/connect").text


def test_connect_with_a_ticket_by_form(ana: Person, garmin: SimulatorServer) -> None:
    """A pasted page connects; used up, the form says that a new ticket is needed."""
    pasted = f"<p>Success {garmin.ticket('ada@example.test')}</p>"

    done = ana.client.post("/connect/ticket", data={"ticket": pasted})
    again = ana.client.post("/connect/ticket", data={"ticket": pasted})
    none = ana.client.post("/connect/ticket", data={"ticket": "Success"})

    assert (done.status_code, done.headers["location"]) == (
        303,
        "/connect?done=connected&step=data",
    )
    assert (
        "Garmin did not accept this ticket. It is good once and for about a minute. Get a new one"
        in words(again.text)
    )
    assert "There is no ticket in this text." in none.text


def test_connect_with_token_and_key_by_forms(
    ana: Person, ben: Person, garmin: SimulatorServer
) -> None:
    """The two other ways in work by their forms, and the card names them."""
    token = json.dumps(garmin.world.sign_in("will@example.test"))
    key = account(garmin, "kay").personal_key

    by_token = ana.client.post("/connect/token", data={"token": token})
    by_key = ben.client.post(
        "/connect/personal-key", data={"api_key": key, "expires_on": "2026-05-01"}
    )

    assert (by_token.status_code, by_key.status_code) == (303, 303)
    assert "Token or browser ticket" in ana.client.get("/connect").text
    told = words(ben.client.get("/connect").text)
    assert "Personal API key" in told
    assert "Key ends on Fri 1 May 2026" in told


@pytest.mark.parametrize("mode", ["token_only", "store_password", None])
def test_the_page_keeps_a_password_only_when_asked(
    ana: Person, runtime: Runtime, garmin: SimulatorServer, mode: str | None
) -> None:
    """The card says what is kept."""
    typed = login(garmin, "ada") | ({"mode": mode} if mode else {})

    ana.client.post("/connect/password", data=typed)
    page = words(ana.client.get("/connect").text)

    known = runtime.credentials.get_credentials(ana.user_id)
    assert known is not None
    assert (known.encrypted_password is not None) is (mode == "store_password")
    assert ("e-mail, password" in page) is (mode == "store_password")


def test_a_key_beside_a_session_is_worded_as_that(
    app: FastAPI, ana: Person, garmin: SimulatorServer
) -> None:
    """With a session, the key's form and its notice say that the session stays."""
    connect(ana, garmin, "kay")
    sync(app, ana)
    form = ana.client.get("/connect", params={"way": "personal-key"}).text
    key = account(garmin, "kay").personal_key

    saved = ana.client.post("/connect/personal-key", data={"api_key": key})
    parts(app).manual.wait(60)
    home = words(ana.client.get(saved.headers["location"]).text)
    page = words(ana.client.get("/connect").text)

    assert "Your session stays" in form
    assert saved.headers["location"] == "/?done=joined"
    assert "It serves what it can, your session the rest." in home
    assert "E-mail and password, with a Personal API key" in page


def test_another_account_is_asked_about(
    app: FastAPI, ana: Person, runtime: Runtime, garmin: SimulatorServer
) -> None:
    """The form comes back with the choice: delete the old data, or cancel."""
    connect(ana, garmin, "ada")
    sync(app, ana)
    typed = login(garmin, "kay")

    asked = ana.client.post("/connect/password", data=typed)
    held = runtime.reading.sports(ana.user_id)
    taken = ana.client.post("/connect/password", data=typed | {"replace_data": "yes"})
    parts(app).manual.wait(60)

    assert asked.status_code == 422
    assert 'name="replace_data" value="yes" required' in asked.text
    assert "Delete the old data and take this account" in asked.text
    assert '<a class="btn plain" href="/">Cancel</a>' in asked.text
    assert typed["password"] not in asked.text
    assert held
    assert taken.status_code == 303
    assert account(garmin, "kay").display_name in ana.client.get("/connect").text


def test_another_account_with_a_code_starts_again(
    app: FastAPI, ana: Person, garmin: SimulatorServer
) -> None:
    """A code cannot be used twice, so the choice stands in the password's form."""
    connect(ana, garmin, "ada")
    sync(app, ana)
    tom = account(garmin, "tom")
    ana.client.post("/connect/password", data=login(garmin, "tom"))

    asked = ana.client.post("/connect/code", data={"code": tom.mfa_code}).text

    assert 'action="/connect/password"' in asked
    assert 'name="replace_data"' in asked
    assert "Enter the code from Garmin" not in ana.client.get("/connect").text


def test_a_refused_login_says_what_to_do(ana: Person, garmin: SimulatorServer) -> None:
    """The form comes back with the address, without the password, with one next step."""
    refused = ana.client.post(
        "/connect/password", data={"email": "ada@example.test", "password": "wrong"}
    )
    garmin.faults.lock("ada@example.test")
    locked = ana.client.post("/connect/password", data=login(garmin, "ada"))

    assert refused.status_code == 422
    assert "Garmin did not accept this e-mail and password." in refused.text
    assert 'value="ada@example.test"' in refused.text
    assert 'name="password" type="password" autocomplete="current-password"' in refused.text
    assert "sso.garmin.com" in locked.text


def test_a_blocked_login_offers_the_ways_that_work(ana: Person, garmin: SimulatorServer) -> None:
    """The time and the reason are told, the button is off, ticket and key are one click away."""
    garmin.faults.captcha("ada@example.test")

    page = ana.client.post("/connect/password", data=login(garmin, "ada")).text

    assert "until today, 14:00, in 2 h" in page
    assert "make the wait longer" in page
    assert re.search(r'<button class="btn primary"[^>]* disabled', page)
    assert '<a href="/connect?way=ticket">a ticket from your browser</a>' in page
    assert '<a href="/connect?way=personal-key">a personal key</a>' in page
