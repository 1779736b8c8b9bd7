"""The page of a connection that is there: its standing, its troubles, its end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from web_stage import API, Person, account, connect, prove, sync, words

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


def test_a_cool_down_of_logins_is_explained_on_every_page(
    app: FastAPI, ana: Person, garmin: SimulatorServer, clock: Any
) -> None:
    """When the session ended and passwords wait: until when, why, and the two ways on."""
    connect(ana, garmin, "ada")
    clock.advance(hours=11)
    garmin.faults.revoke_tokens("ada@example.test")
    garmin.faults.captcha("ada@example.test")
    sync(app, ana)

    pages = [words(ana.client.get(path).text) for path in ("/", "/history")]
    page = ana.client.get("/connect").text
    status = ana.client.get(f"{API}/credentials/status").json()

    for told in (*pages, words(page)):
        assert told.count("Garmin refuses password sign-ins until tomorrow, 01:00") == 1
        assert "Each try makes its wait longer" in told
    assert 'href="/connect?way=ticket"' in page
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

    assert "Garmin asks us to slow down until today, 12:10" in page
    assert "goes on by itself" in page
    assert "/connect?way=ticket" not in page


def test_a_connection_that_broke_leads_to_its_step(
    ana: Person, runtime: Runtime, garmin: SimulatorServer
) -> None:
    """Each page says so with one link; the page of the connection says it once, and how on."""
    connect(ana, garmin, "ada")
    runtime.credentials.update_validation_status(
        ana.user_id, is_valid=False, validation_error="Garmin ended it.", error_code="token_expired"
    )

    home, history, own = (ana.client.get(path).text for path in ("/", "/history", "/connect"))

    for page in (home, history):
        assert "Garmin asks you to sign in again" in page
        assert 'href="/connect?way=password">Sign in again</a>' in page
    assert "Not possible while the connection does not work." in home
    assert own.count("Garmin asks you to sign in again") == 1
    assert "Connect Garmin again" in own
    assert "Action needed" in own


def test_a_connection_is_tested_once_in_ten_minutes(ana: Person, garmin: SimulatorServer) -> None:
    """What Garmin said is told, and when it may be asked again."""
    connect(ana, garmin, "ada")

    tested = ana.client.post("/connect/test")
    page = ana.client.get(tested.headers["location"]).text
    soon = ana.client.post("/connect/test")

    assert tested.headers["location"] == "/connect?done=works"
    assert "the connection works" in page
    assert soon.status_code == 429
    assert "The next test is possible today, 12:10." in soon.text


def test_disconnect_by_form(app: FastAPI, ana: Person, garmin: SimulatorServer) -> None:
    """A typed word confirms; keeping is the default, deleting leaves nothing behind here."""
    connect(ana, garmin, "ada")
    sync(app, ana)

    form = ana.client.get("/connect?step=disconnect").text
    unsure = ana.client.post("/disconnect", data={"confirm": "yes"})
    still = ana.client.get("/connect").text
    kept = ana.client.post("/disconnect", data={"confirm": " Disconnect "})
    page = ana.client.get(kept.headers["location"]).text
    connect(ana, garmin, "ada")
    deleted = ana.client.post("/disconnect", data={"data": "delete", "confirm": "disconnect"})
    empty = ana.client.get(deleted.headers["location"]).text

    assert STAYS in form
    assert unsure.status_code == 422
    assert "Nothing was changed" in unsure.text
    assert "Connected" in still
    assert "your data is still here" in page
    assert STAYS in page
    assert "What we hold" in page
    assert "What we hold" not in empty


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
    prove(app, ana)
    form = ana.client.get("/connect", params={"way": "personal-key"}).text

    saved = ana.client.put(f"{API}/credentials/personal-key", json={"api_key": key})

    assert "Your session stays" not in form
    assert saved.status_code == 201
    status = ana.client.get(f"{API}/credentials/status").json()
    assert (status["state"], status["kinds"]) == ("connected", ["personal-key"])
    assert sync(app, ana)["status"] == "completed"
