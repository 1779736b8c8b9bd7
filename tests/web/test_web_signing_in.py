"""Sign-in links, sessions and signing out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select
from web_stage import API, Person, arrive, browser

from training_analyzer.db.tables import one_time_links, sessions
from training_analyzer.services.garmin_scheduler import GarminSyncScheduler
from training_analyzer.services.one_time_links import Purpose
from training_analyzer.web.app import create_app

if TYPE_CHECKING:
    from fastapi import FastAPI

    from training_analyzer.services.runtime import Runtime


def test_a_link_signs_in_once(app: FastAPI, runtime: Runtime) -> None:
    """The button on the link's page signs its user in; a second use is refused."""
    user = runtime.people.add("Ana")
    token = runtime.access.links.issue(Purpose.SIGN_IN, user.user_id)
    client, stranger = browser(app), browser(app)

    page = client.get("/sign-in", params={"token": token})
    first = client.post("/sign-in", data={"token": token})
    second = stranger.post("/sign-in", data={"token": token})

    assert f'value="{token}"' in page.text
    assert (first.status_code, first.headers["location"]) == (303, "/")
    assert "Ana" in client.get("/").text
    assert second.status_code == 401
    assert "set-cookie" not in second.headers


def test_looking_at_a_link_does_not_use_it_up(app: FastAPI, runtime: Runtime) -> None:
    """A chat that previews the link leaves it good."""
    token = runtime.access.links.issue(Purpose.SIGN_IN, runtime.people.add("Ana").user_id)
    client = browser(app)

    for _ in range(3):
        assert client.get("/sign-in", params={"token": token}).status_code == 200
        assert client.head("/sign-in", params={"token": token}).status_code in {200, 405}

    assert client.post("/sign-in", data={"token": token}).status_code == 303


def test_a_link_is_good_for_ten_minutes(app: FastAPI, runtime: Runtime, clock: Any) -> None:
    """After ten minutes the link is refused, and the page says how to get a new one.

    ASVS 6.4.1, 6.5.5.
    """
    token = runtime.access.links.issue(Purpose.SIGN_IN, runtime.people.add("Ana").user_id)
    clock.advance(minutes=10)

    late = browser(app).post("/sign-in", data={"token": token})

    assert late.status_code == 401
    assert "garmin-sync serve" in late.text


@pytest.mark.parametrize("token", ["", "x", "é\ud7ff", "a" * 5000])
def test_a_made_up_token_is_refused(app: FastAPI, token: str) -> None:
    """Whatever was never issued signs nobody in."""
    assert browser(app).post("/sign-in", data={"token": token}).status_code == 401


def test_the_cookie_is_hidden_from_scripts_and_other_sites(app: FastAPI, runtime: Runtime) -> None:
    """ASVS 3.3.1-3.3.4: the session's cookie is HttpOnly and SameSite, and Secure under https."""
    user_id = runtime.people.add("Ana").user_id

    def cookie(client: Any, url: str) -> str:
        token = runtime.access.links.issue(Purpose.SIGN_IN, user_id)
        answer = client.post(url, data={"token": token})
        return str(answer.headers["set-cookie"])

    plain = cookie(browser(app), "http://localhost/sign-in")
    secure = cookie(browser(app), "https://sync.example.test/sign-in")
    behind_proxy = cookie(browser(app), "http://sync.example.test/sign-in")

    assert plain.startswith("gsync=")
    assert "Secure" not in plain
    for text in (secure, behind_proxy):
        assert text.startswith("__Host-gsync=")
        assert "Secure" in text
        assert "Domain" not in text
    for text in (plain, secure, behind_proxy):
        assert {"HttpOnly", "SameSite=lax", "Path=/"} <= set(text.split("; "))


def test_the_database_holds_no_token(app: FastAPI, runtime: Runtime) -> None:
    """Hashes are kept; neither links nor sessions can be read out of the database.

    ASVS 7.2.1-7.2.3.
    """
    ana = arrive(app, runtime, "Ana")
    token = runtime.access.links.issue(Purpose.SIGN_IN, ana.user_id)
    with runtime.database.read() as db:
        rows = [*db.execute(select(one_time_links)), *db.execute(select(sessions))]
    held = repr([tuple(row) for row in rows])

    assert len(rows) == 2
    # 32 random bytes in base64.
    assert {len(token), len(ana.client.cookies["gsync"])} == {43}
    assert token not in held
    assert ana.client.cookies["gsync"] not in held


def test_a_session_outlives_a_restart(app: FastAPI, runtime: Runtime, ana: Person) -> None:
    """A second process on the same database knows who is signed in."""
    del app
    other = browser(create_app(runtime, GarminSyncScheduler(runtime)))

    other.cookies.update(ana.client.cookies)

    assert other.get(f"{API}/sync-config").json()["user_id"] == ana.user_id


def test_a_session_ends_when_it_is_left_alone(ana: Person, clock: Any) -> None:
    """ASVS 7.3.1: twelve idle hours sign out; using it keeps it."""
    for _ in range(3):
        clock.advance(hours=11)
        assert ana.client.get("/").status_code == 200

    clock.advance(hours=12)

    assert ana.client.get("/").status_code == 401


def test_a_session_ends_after_thirty_days(ana: Person, clock: Any) -> None:
    """ASVS 7.3.2: however busy, a session lasts thirty days at most."""
    for _ in range(30 * 24 // 10):
        clock.advance(hours=10)
        last = ana.client.get("/healthz" if _ % 2 else f"{API}/sync-config")

    assert last.status_code == 200
    assert ana.client.get("/").status_code == 401


def test_signing_out_ends_the_session_on_the_server(app: FastAPI, ana: Person) -> None:
    """After signing out, a copy of the cookie is worth nothing."""
    copied = ana.client.cookies["gsync"]

    left = ana.client.post("/sign-out")

    thief = browser(app, Cookie=f"gsync={copied}")
    assert left.status_code == 303
    assert left.headers["clear-site-data"]
    assert "gsync" not in ana.client.cookies
    assert thief.get(f"{API}/credentials/status").status_code == 401


def test_without_a_session_pages_explain_and_the_api_refuses(app: FastAPI) -> None:
    """A page says how to get a link; the API answers a 401 problem, on every route."""
    client = browser(app)

    page = client.get("/")
    answers = [
        client.get(f"{API}/credentials/status"),
        client.get(f"{API}/sync-config"),
        client.put(f"{API}/sync-config", json={}),
        client.get(f"{API}/sync-history"),
        client.get(f"{API}/sync/status"),
        client.get(f"{API}/sync-status/1"),
        client.post(f"{API}/sync/trigger"),
        client.get(f"{API}/scheduler/status"),
        client.delete(f"{API}/credentials"),
    ]
    forms = [client.post(path) for path in ("/sync", "/disconnect", "/settings/sync")]

    assert page.status_code == 401
    assert "garmin-sync serve" in page.text
    assert {answer.status_code for answer in answers} == {401}
    assert {answer.json()["code"] for answer in answers} == {"unauthenticated"}
    assert {answer.headers["content-type"] for answer in answers} == {"application/problem+json"}
    assert {form.status_code for form in forms} == {401}


def test_an_open_connection_to_another_machine_is_not_signed_in_over(runtime: Runtime) -> None:
    """Plain http from elsewhere would show the cookie to the network, so it is refused.

    ASVS 12.2.1.
    """
    app = create_app(runtime, GarminSyncScheduler(runtime), hosts=["nas.example"])
    token = runtime.access.links.issue(Purpose.SIGN_IN, runtime.people.add("Ana").user_id)

    answer = browser(app).post("http://nas.example/sign-in", data={"token": token})

    assert answer.status_code == 403
    assert "PUBLIC_URL" in answer.text
    assert "set-cookie" not in answer.headers
