"""Signing in, arriving, proving anew and leaving, by the API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import insert, select
from starlette.testclient import TestClient
from web_stage import OWN_PAGE, Person, browser

from training_analyzer.db.tables import audit_log, user_totp, users
from training_analyzer.model import Role
from training_analyzer.services.one_time_links import Purpose

if TYPE_CHECKING:
    from fastapi import FastAPI

    from training_analyzer.services.runtime import Runtime

V1 = "/api/v1"
GOOD, BETTER = "a horse of eleven", "a horse of twelve"


def signs_in(client: TestClient, name: str, password: str, **more: str) -> Any:
    """Try to sign in and return the answer."""
    login = {"username": name, "password": password, **more}
    return client.post(f"{V1}/auth/login", json=login)


@pytest.fixture
def eva(app: FastAPI, runtime: Runtime) -> Person:
    """Give Eva, an administrator with a password, signed in by it."""
    person = Person(runtime.people.add("Eva", GOOD, Role.ADMIN).user_id, browser(app))
    assert signs_in(person.client, "Eva", GOOD).status_code == 204
    return person


def code(answer: Any) -> tuple[int, str]:
    """Return how a request was refused."""
    return answer.status_code, str(answer.json()["code"])


def acts(runtime: Runtime) -> list[tuple[str, str, str | None]]:
    """Return what the audit log holds: what was done, how it went, whose it was."""
    with runtime.database.read() as db:
        lines = db.execute(select(audit_log).order_by(audit_log.c.id))
        return [(line.action, line.result, line.user_id) for line in lines]


def test_asvs_6_3_8_every_wrong_sign_in_is_answered_alike(
    app: FastAPI, runtime: Runtime, ana: Person
) -> None:
    """ASVS 16.3.1: unknown, wrong, without a password, disabled: one answer, noted each time."""
    eva = runtime.people.add("Eva", GOOD, Role.ADMIN)
    out = runtime.people.add("Out", GOOD)
    runtime.administration.change(out.user_id, disabled=True)
    client = browser(app)

    tried = [
        signs_in(client, name, password)
        for name, password in [("Nobody", GOOD), ("Eva", BETTER), ("Ana", GOOD), ("Out", GOOD)]
    ]

    (text,) = {answer.json()["detail"] for answer in tried}
    assert {code(answer) for answer in tried} == {(401, "bad_login")}
    assert GOOD not in text
    assert not any("set-cookie" in answer.headers for answer in tried)
    refused = [whose for what, how, whose in acts(runtime) if (what, how) == REFUSED]
    assert refused == [None, eva.user_id, ana.user_id, out.user_id]


REFUSED = ("sign_in_refused", "bad_login")


def test_asvs_7_2_4_each_sign_in_and_proof_renews_the_session(
    app: FastAPI, runtime: Runtime, eva: Person, clock: Any
) -> None:
    """The token changes with each sign-in and each proof, and the one before is worth nothing.

    ASVS 7.2.4.
    """
    first = eva.client.cookies["gsync"]
    assert signs_in(eva.client, "Eva", GOOD).status_code == 204
    second = eva.client.cookies["gsync"]
    clock.advance(hours=1)
    proved = eva.client.post(f"{V1}/auth/confirm", json={"password": GOOD})
    third = eva.client.cookies["gsync"]

    assert proved.status_code == 204
    assert len({first, second, third}) == 3
    for old in (first, second):
        assert browser(app, Cookie=f"gsync={old}").get(f"{V1}/me").status_code == 401
    assert [line["current"] for line in eva.client.get(f"{V1}/me/sessions").json()["items"]] == [
        True
    ]
    assert acts(runtime).count(("signed_in", "ok", eva.user_id)) == 3


def test_asvs_7_5_1_what_a_thief_would_do_needs_a_fresh_proof(eva: Person, clock: Any) -> None:
    """After a quarter of an hour password, connection and leaving ask for the password first."""
    asks = [
        ("POST", "/auth/password", {"current_password": GOOD, "new_password": BETTER}),
        ("DELETE", "/me", {"password": GOOD, "confirm": "delete"}),
        ("DELETE", "/garmin/credentials", None),
        ("PUT", "/garmin/credentials/personal-key", {"api_key": "GCDC_x"}),
    ]
    clock.advance(minutes=15)

    stale = [eva.client.request(verb, f"{V1}{path}", json=body) for verb, path, body in asks]
    wrong = eva.client.post(f"{V1}/auth/confirm", json={"password": BETTER})
    right = eva.client.post(f"{V1}/auth/confirm", json={"password": GOOD})
    fresh = eva.client.delete(f"{V1}/garmin/credentials")

    assert {code(answer) for answer in stale} == {(403, "step_up_required")}
    assert (code(wrong), right.status_code) == ((401, "bad_login"), 204)
    assert code(fresh) == (404, "not_connected")


def test_asvs_6_2_3_a_new_password_needs_the_present_one(
    app: FastAPI, eva: Person, runtime: Runtime
) -> None:
    """ASVS 7.4.3: it is chosen with the present one, and every other session ends."""
    other = browser(app)
    assert signs_in(other, "Eva", GOOD).status_code == 204

    def changes(current: str, new: str) -> Any:
        body = {"current_password": current, "new_password": new}
        return eva.client.post(f"{V1}/auth/password", json=body)

    refused = changes(BETTER, BETTER), changes(GOOD, "password1"), changes("", BETTER)
    changed = changes(GOOD, BETTER)

    assert [code(answer)[1] for answer in refused] == [
        "bad_login",
        "validation_failed",
        "validation_failed",
    ]
    assert refused[1].json()["errors"][0]["field"] == "/new_password"
    assert changed.status_code == 204
    assert (other.get(f"{V1}/me").status_code, eva.client.get(f"{V1}/me").status_code) == (401, 200)
    assert signs_in(browser(app), "Eva", GOOD).status_code == 401
    assert ("password_changed", "ok", eva.user_id) in acts(runtime)


def test_whoever_came_by_a_link_chooses_a_first_password(ana: Person, clock: Any) -> None:
    """Without a password a fresh link is the proof; a stale one is not."""
    body = {"new_password": GOOD}
    clock.advance(minutes=15)
    stale = ana.client.post(f"{V1}/auth/password", json=body)
    clock.advance(minutes=-1)

    fresh = ana.client.post(f"{V1}/auth/password", json=body)

    assert (code(stale), fresh.status_code) == ((403, "step_up_required"), 204)
    assert ana.client.get(f"{V1}/me").json()["has_password"]


def test_asvs_6_3_3_a_second_factor_is_asked_for(
    app: FastAPI, runtime: Runtime, eva: Person
) -> None:
    """With a second factor the right password alone does not sign in, nor does a wrong code."""
    with runtime.database.write() as db:
        row = {"user_id": eva.user_id, "created_at": runtime.now(), "confirmed_at": runtime.now()}
        db.execute(insert(user_totp).values(row))
    client = browser(app)

    asked = signs_in(client, "Eva", GOOD)
    guessed = signs_in(client, "Eva", GOOD, totp="000000")
    wrong = signs_in(client, "Eva", BETTER)

    assert [code(answer) for answer in (asked, guessed, wrong)] == [
        (401, "totp_required"),
        (401, "bad_login"),
        (401, "bad_login"),
    ]
    assert eva.client.get(f"{V1}/me").json()["has_totp"]


def test_asvs_6_3_1_too_many_tries_are_429(app: FastAPI, runtime: Runtime) -> None:
    """The eleventh try is refused with the time to wait, and says nothing of the password."""
    runtime.people.add("Eva", GOOD)
    client = TestClient(
        app, base_url="http://localhost", headers=OWN_PAGE, client=("203.0.113.7", 50_000)
    )

    for number in range(10):
        assert signs_in(client, f"Nobody{number}", "wrong").status_code == 401
    late = signs_in(client, "Eva", GOOD)

    assert code(late) == (429, "too_many_requests")
    assert late.headers["retry-after"] == "300"
    assert signs_in(browser(app), "Eva", GOOD).status_code == 204


def test_an_invited_person_joins_once(app: FastAPI, runtime: Runtime, eva: Person) -> None:
    """An invitation says what it is for, survives a mistake, and is used up by joining."""
    token = runtime.access.links.issue(Purpose.INVITATION, role=Role.ADMIN, created_by=eva.user_id)
    path, client = f"{V1}/auth/invitations/{token}", browser(app)

    shown = client.get(path).json()
    taken = client.post(path, json={"name": "Eva", "password": BETTER})
    weak = client.post(path, json={"name": "Kim", "password": "kim"})
    impossible = client.post(path, json={"name": "usr_0123456789ab", "password": BETTER})
    joined = client.post(path, json={"name": "Kim", "password": BETTER})

    assert shown["role"] == "admin"
    assert [code(answer)[0] for answer in (taken, weak, impossible)] == [409, 422, 422]
    assert (joined.status_code, joined.json()["role"]) == (201, "admin")
    assert client.get(f"{V1}/me").json()["name"] == "Kim"
    again = browser(app).post(path, json={"name": "Lee", "password": BETTER})
    assert [code(answer) for answer in (again, client.get(path))] == [(404, "not_found")] * 2
    assert token not in again.text
    assert ("joined", "ok", joined.json()["user_id"]) in acts(runtime)


def test_asvs_8_3_1_an_invitation_ends_with_its_authors_rule(
    app: FastAPI, runtime: Runtime, eva: Person
) -> None:
    """Who is an administrator no more has no invitations out."""
    runtime.people.add("Other", role=Role.ADMIN)
    token = runtime.access.links.issue(Purpose.INVITATION, role=Role.ADMIN, created_by=eva.user_id)
    runtime.administration.change(eva.user_id, role=Role.USER)

    joined = browser(app).post(
        f"{V1}/auth/invitations/{token}", json={"name": "Kim", "password": GOOD}
    )

    assert code(joined) == (404, "not_found")


def test_asvs_6_3_2_the_first_administrator_comes_by_the_printed_link(
    app: FastAPI, runtime: Runtime, clock: Any
) -> None:
    """The set-up link works once, for ten minutes, and never where somebody is."""
    first, second, late = (runtime.access.links.issue(Purpose.SET_UP) for _ in range(3))
    client = browser(app)

    def sets_up(token: str, name: str, password: str = GOOD) -> Any:
        body = {"name": name, "password": password}
        return client.post(f"{V1}/auth/set-up/{token}", json=body)

    weak = sets_up(first, "Eva", "password")
    done = sets_up(first, "Eva")
    refused = sets_up(first, "Kim"), sets_up(second, "Kim")
    with runtime.database.write() as db:
        db.execute(users.delete())
    clock.advance(minutes=10)

    assert (weak.status_code, done.status_code, done.json()["role"]) == (422, 201, "admin")
    assert {code(answer) for answer in (*refused, sets_up(late, "Kim"))} == {(404, "not_found")}
    assert not runtime.people.list()


def test_signing_out_by_the_api_ends_the_session(
    app: FastAPI, runtime: Runtime, eva: Person
) -> None:
    """ASVS 7.4.1, 14.3.1: the token is worth nothing afterwards, and the browser forgets."""
    copied = eva.client.cookies["gsync"]

    out = eva.client.post(f"{V1}/auth/logout")

    assert (out.status_code, out.headers["clear-site-data"]) == (204, '"cache", "storage"')
    assert browser(app, Cookie=f"gsync={copied}").get(f"{V1}/me").status_code == 401
    assert acts(runtime)[-1] == ("signed_out", "ok", eva.user_id)
