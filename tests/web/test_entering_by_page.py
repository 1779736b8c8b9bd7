"""Signing in, arriving, confirming and choosing a password, by plain forms."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import pytest
from web_stage import Person, browser, parts

from training_analyzer.services.callers import SCOPES, Caller, Role
from training_analyzer.services.one_time_links import Purpose
from training_analyzer.web.pages.places import own_place

if TYPE_CHECKING:
    from fastapi import FastAPI

    from training_analyzer.services.runtime import Runtime

GOOD, BETTER = "a horse of eleven", "a horse of twelve"


@pytest.mark.parametrize(
    ("wanted", "place"),
    [
        ("/", "/"),
        ("/?runs=all#runs", "/?runs=all#runs"),
        ("/password", "/password"),
        ("", "/"),
        ("password", "/"),
        ("//evil.test", "/"),
        ("/\\evil.test", "/"),
        ("\\\\evil.test", "/"),
        ("/\t/evil.test", "/"),
        ("/a\\b", "/"),
        ("/\nb", "/"),
        (" /a", "/"),
        ("https://evil.test", "/"),
        ("javascript:alert(1)", "/"),
        ("/ünicode", "/"),
        ("/" + "a" * 2000, "/"),
    ],
)
def test_nobody_is_sent_to_another_site(wanted: str, place: str) -> None:
    """A person goes on to a page of this site, or to the start."""
    assert own_place(wanted) == place


def test_a_person_signs_in_and_comes_back(app: FastAPI, runtime: Runtime) -> None:
    """The page that was asked for shows the form, and the form leads back to it."""
    runtime.people.add("Eva", GOOD)
    client = browser(app)
    page = client.get("/?runs=all")
    wanted = re.search(r'name="next" value="([^"]*)"', page.text)
    assert wanted
    form = {"name": "Eva", "password": GOOD, "next": wanted[1]}

    wrong = client.post("/sign-in", data={**form, "password": BETTER})
    done = client.post("/sign-in", data=form)
    elsewhere = client.post("/sign-in", data={**form, "next": "//evil.test"})

    assert page.status_code == 401
    assert "Sign in" in client.get("/sign-in").text
    assert (wrong.status_code, 'value="Eva"' in wrong.text) == (401, True)
    assert BETTER not in wrong.text
    assert (done.status_code, done.headers["location"]) == (303, "/?runs=all")
    assert elsewhere.headers["location"] == "/"


def test_a_stale_session_confirms_and_goes_on(app: FastAPI, runtime: Runtime, clock: Any) -> None:
    """What needs a fresh proof leads to the page that takes it, and from there back."""
    runtime.people.add("Eva", GOOD)
    client = browser(app)
    client.post("/sign-in", data={"name": "Eva", "password": GOOD})
    clock.advance(minutes=15)

    stopped = client.get("/password"), client.post("/disconnect")
    asked = client.get(stopped[0].headers["location"])
    wrong = client.post("/confirm", data={"password": BETTER, "next": "/password"})
    right = client.post("/confirm", data={"password": GOOD, "next": "/password"})

    assert [answer.status_code for answer in stopped] == [303, 303]
    assert [unquote(answer.headers["location"]) for answer in stopped] == [
        "/confirm?next=/password",
        "/confirm?next=/",
    ]
    assert 'value="/password"' in asked.text
    assert (wrong.status_code, 'value="/password"' in wrong.text) == (401, True)
    assert (right.status_code, right.headers["location"]) == (303, "/password")
    gone = client.post("/disconnect", data={"confirm": "disconnect"})
    assert gone.headers["location"].startswith("/?done=")


def test_who_has_no_password_is_told_how_to_get_one(ana: Person, clock: Any) -> None:
    """Somebody who came by a link cannot confirm, and reads who can help."""
    clock.advance(minutes=15)

    page = ana.client.get("/confirm")

    assert "garmin-sync user password" in page.text
    assert 'type="password"' not in page.text


def test_the_first_administrator_sets_up_by_form(app: FastAPI, runtime: Runtime) -> None:
    """The printed link shows a form, which survives a mistake and signs in."""
    token = runtime.access.links.issue(Purpose.SET_UP)
    client = browser(app)
    form = {"token": token, "name": "Eva", "password": GOOD}

    page = client.get("/setup", params={"token": token})
    short = client.post("/setup", data={**form, "password": "short"})
    done = client.post("/setup", data=form)

    assert f'value="{token}"' in page.text
    assert "Keep a copy of it apart from the backups" in page.text
    assert "https://sync.example.test" in page.text
    assert (short.status_code, "8 characters" in short.text) == (422, True)
    assert (done.status_code, done.headers["location"]) == (303, "/")
    assert "Eva" in client.get("/").text
    over = client.get("/setup", params={"token": token})
    assert (over.status_code, "<code>garmin-sync serve</code> prints it" in over.text) == (
        404,
        True,
    )


def test_a_stranger_chooses_a_language_and_comes_back(app: FastAPI) -> None:
    """The choice is kept in the browser; the page that was asked for comes after the sign-in."""
    client = browser(app)
    asked = client.get("/history?status=partial")
    chosen = client.post("/language", data={"language": "de", "next": "/history?status=partial"})
    german = client.get(chosen.headers["location"])
    elsewhere = client.post("/language", data={"language": "xx", "next": "//evil.example"})

    assert "Then you come to the page that you asked for." in asked.text
    assert 'name="next" value="/history?status=partial"' in asked.text
    assert (asked.status_code, chosen.status_code, german.status_code) == (401, 303, 401)
    assert ('lang="en"' in asked.text, 'lang="de"' in german.text) == (True, True)
    assert "Anmelden" in german.text
    assert (elsewhere.headers["location"], "set-cookie" in elsewhere.headers) == ("/", False)


def test_an_invited_person_joins_by_form(app: FastAPI, runtime: Runtime, ana: Person) -> None:
    """The invitation's page says as what, and a name that is taken can be corrected."""
    token = runtime.access.links.issue(Purpose.INVITATION, created_by=ana.user_id)
    path, client = f"/invitations/{token}", browser(app)

    page = client.get(path)
    taken = client.post(path, data={"name": "Ana", "password": GOOD})
    joined = client.post(path, data={"name": "Kim", "password": GOOD})

    assert "your own data" in page.text
    assert (taken.status_code, joined.status_code) == (409, 303)
    assert "Kim" in client.get("/").text
    assert browser(app).get(path).status_code == 404


def test_a_password_link_lets_its_person_choose(app: FastAPI, runtime: Runtime) -> None:
    """ASVS 6.4.2, 6.4.3: the link chooses, signs nobody in, and ends every session."""
    eva = runtime.people.add("Eva", GOOD)
    inside, client = browser(app), browser(app)
    inside.post("/sign-in", data={"name": "Eva", "password": GOOD})
    token = runtime.access.links.issue(Purpose.PASSWORD, eva.user_id)
    form = {"token": token, "new_password": BETTER}

    page = client.get("/password", params={"token": token})
    weak = client.post("/password", data={**form, "new_password": "password"})
    chosen = client.post("/password", data=form)
    again = client.post("/password", data=form)

    assert 'name="current_password"' not in page.text
    assert (weak.status_code, chosen.status_code, again.status_code) == (422, 303, 404)
    assert chosen.headers["location"] == "/sign-in"
    assert (client.get("/").status_code, inside.get("/").status_code) == (401, 401)
    entered = client.post("/sign-in", data={"name": "Eva", "password": BETTER})
    assert entered.status_code == 303


def test_a_password_is_changed_by_form(app: FastAPI, runtime: Runtime) -> None:
    """ASVS 6.2.2, 6.2.6, 6.2.7: the form asks for the present one and says when it is done."""
    runtime.people.add("Eva", GOOD)
    client = browser(app)
    client.post("/sign-in", data={"name": "Eva", "password": GOOD})

    page = client.get("/password")
    wrong = client.post("/password", data={"current_password": "x", "new_password": BETTER})
    done = client.post("/password", data={"current_password": GOOD, "new_password": BETTER})

    fields = re.findall(r'<input[^>]+name="(?:current|new)_password"[^>]*>', page.text)
    assert len(fields) == 2
    assert all('type="password"' in field and "onpaste" not in field for field in fields)
    assert 'autocomplete="new-password"' in page.text
    assert (wrong.status_code, done.status_code) == (401, 303)
    assert "Your password is changed" in client.get(done.headers["location"]).text
    assert browser(app).get("/password").status_code == 401


def test_an_embedding_programs_user_has_a_page(app: FastAPI) -> None:
    """A user id that is nobody of this installation is shown as it is."""
    theirs = Caller("usr_abc123", Role.USER, SCOPES[Role.USER], session_id="theirs")
    app.state.parts = replace(parts(app), identify=lambda _request: theirs)

    assert "usr_abc123" in browser(app).get("/").text
