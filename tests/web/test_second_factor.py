"""A second factor: turned on, asked for, stood in for and turned off, by API and pages."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from web_stage import Person, browser

from training_analyzer.services.one_time_codes import code_of, step_at

if TYPE_CHECKING:
    from pathlib import Path

    from fastapi import FastAPI
    from starlette.testclient import TestClient

    from training_analyzer.services.runtime import Runtime

V1, GOOD, OTHER = "/api/v1", "a horse of eleven", "another horse"


def code(answer: Any) -> tuple[int, str]:
    """Return how a request was refused."""
    return answer.status_code, str(answer.json()["code"])


def signs_in(client: TestClient, password: str = GOOD, **more: str) -> Any:
    """Let Eva try to sign in, and return the answer."""
    return client.post(f"{V1}/auth/login", json={"username": "Eva", "password": password, **more})


@pytest.fixture
def eva(app: FastAPI, runtime: Runtime) -> Person:
    """Give Eva, signed in by her password."""
    person = Person(runtime.people.add("Eva", GOOD).user_id, browser(app))
    assert signs_in(person.client).status_code == 204
    return person


class Factor:
    """Eva's authenticator app, and her recovery codes."""

    def __init__(self, eva: Person, clock: Any) -> None:
        begun = eva.client.post(f"{V1}/me/totp")
        assert begun.status_code == 201
        self._clock = clock
        self.begun = begun.json()
        self.first = self.now
        self.turned_on = eva.client.post(f"{V1}/me/totp/confirm", json={"code": self.first})
        self.codes: list[str] = self.turned_on.json().get("recovery_codes", [])

    @property
    def now(self) -> str:
        """The code that the app shows."""
        return code_of(self.begun["secret"], step_at(self._clock()))

    def next(self) -> str:
        """Wait for the next code and return it."""
        self._clock.advance(seconds=30)
        return self.now


def test_asvs_6_5_1_a_code_is_asked_for_and_taken_once(
    app: FastAPI, eva: Person, clock: Any, tmp_path: Path
) -> None:
    """The right password alone is told what is missing; a code or a recovery code works once.

    ASVS 2.3.1, 6.5.1.
    """
    other = browser(app)
    assert signs_in(other).status_code == 204
    factor, client = Factor(eva, clock), browser(app)
    assert "issuer=sync.example.test" in factor.begun["otpauth_uri"]
    assert len(factor.codes) == 10
    assert eva.client.get(f"{V1}/me").json()["has_totp"]
    assert other.get(f"{V1}/me").status_code == 401

    asked = signs_in(client), signs_in(client, OTHER), signs_in(client, totp=factor.first)
    right = factor.next()
    done = signs_in(browser(app), totp=f"{right[:3]} {right[3:]}"), signs_in(client, totp=right)
    clock.advance(minutes=5)
    spare = signs_in(browser(app), totp=factor.codes[0]), signs_in(client, totp=factor.codes[0])

    assert [code(answer) for answer in asked] == [
        (401, "totp_required"),
        (401, "bad_login"),
        (401, "bad_login"),
    ]
    assert asked[1].json()["detail"] == asked[2].json()["detail"]
    assert "set-cookie" not in asked[0].headers
    for first, second in (done, spare):
        assert (first.status_code, code(second)) == (204, (401, "bad_login"))
    raw = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert b"Eva" in raw
    assert factor.begun["secret"].encode() not in raw
    assert factor.codes[1].replace("-", "").upper().encode() not in raw


def test_asvs_7_5_1_only_a_fresh_person_changes_it_and_proving_anew_takes_a_code(
    app: FastAPI, eva: Person, clock: Any
) -> None:
    """After a quarter of an hour nothing of it moves; then password and code are asked for."""
    factor = Factor(eva, clock)
    clock.advance(minutes=15)
    asks = [
        ("POST", "/me/totp", None),
        ("POST", "/me/totp/confirm", {"code": "000000"}),
        ("DELETE", "/me/totp", {"password": GOOD}),
    ]
    stale = [eva.client.request(verb, f"{V1}{path}", json=body) for verb, path, body in asks]
    proof = {"password": GOOD}
    asked = eva.client.post(f"{V1}/auth/confirm", json=proof)
    proved = eva.client.post(f"{V1}/auth/confirm", json={**proof, "totp": factor.now})
    fresh = [
        eva.client.request(verb, f"{V1}{path}", json=body)
        for verb, path, body in [
            *asks[:2],
            ("DELETE", "/me/totp", {}),
            ("DELETE", "/me/totp", {"password": OTHER}),
            ("DELETE", "/me/totp", {"code": factor.codes[3]}),
        ]
    ]

    assert {code(answer) for answer in stale} == {(403, "step_up_required")}
    assert (code(asked), proved.status_code) == ((401, "totp_required"), 204)
    assert [code(answer) for answer in fresh[:-1]] == [
        (409, "conflict"),
        (409, "conflict"),
        (401, "totp_required"),
        (401, "bad_login"),
    ]
    assert fresh[-1].status_code == 204
    assert not eva.client.get(f"{V1}/me").json()["has_totp"]
    assert signs_in(browser(app)).status_code == 204


def test_asvs_6_6_3_the_sixth_code_in_five_minutes_waits(
    app: FastAPI, eva: Person, clock: Any
) -> None:
    """Guessing ends after five codes, and a right one waits, too."""
    factor = Factor(eva, clock)
    clock.advance(minutes=5)

    wrong = [signs_in(browser(app), totp="00000x") for _ in range(5)]
    late = signs_in(browser(app), totp=factor.now)

    assert {code(answer) for answer in wrong} == {(401, "bad_login")}
    assert (code(late), late.headers["retry-after"]) == ((429, "too_many_requests"), "300")


def test_a_second_factor_by_plain_forms(app: FastAPI, eva: Person, clock: Any) -> None:
    """The page gives a secret, takes a first code, shows recovery codes once, and turns it off."""
    assert "It is off" in eva.client.get("/second-factor").text
    begun = eva.client.post("/second-factor").text
    secret = re.search(r"<code>([A-Z2-7]{32})</code>", begun)
    assert secret
    assert re.search(r'role="img" aria-label="QR code[^>]*><svg viewBox', begun)
    assert not re.search(r"<svg[^>]* style=", begun)
    wrong = eva.client.post("/second-factor/confirm", data={"totp": "000"})
    right = {"totp": code_of(secret[1], step_at(clock()))}
    shown = eva.client.post("/second-factor/confirm", data=right)
    codes = re.findall(r"(?:[a-z2-7]{4}-){5}[a-z2-7]{4}", shown.text)
    client = browser(app)
    form = {"name": "Eva", "password": GOOD}
    asked = client.post("/sign-in", data=form)
    entered = client.post("/sign-in", data={**form, "totp": codes[0]})

    assert (wrong.status_code, secret[1] in wrong.text) == (401, False)
    assert len(codes) == 10
    assert (asked.status_code, 'name="totp"' in asked.text) == (401, True)
    assert entered.status_code == 303
    page = client.get("/second-factor").text
    assert "It is on" in page
    assert "9 codes are left" in page
    assert codes[1] not in page
    refused = client.post("/second-factor/remove", data={"password": OTHER})
    gone = client.post("/second-factor/remove", data={"totp": codes[1]})
    assert (refused.status_code, gone.status_code) == (401, 303)
    assert signs_in(browser(app)).status_code == 204


def test_recovery_codes_made_anew_take_the_place_of_those_before(
    app: FastAPI, eva: Person, clock: Any
) -> None:
    """The page and the API give other codes, of which alone one works; without a factor none."""
    refused = eva.client.post(f"{V1}/me/totp/recovery-codes")
    factor = Factor(eva, clock)
    by_api = eva.client.post(f"{V1}/me/totp/recovery-codes").json()["recovery_codes"]
    page = eva.client.post("/second-factor/recovery-codes").text
    by_page = re.findall(r"(?:[a-z2-7]{4}-){5}[a-z2-7]{4}", page)

    assert code(refused) == (409, "conflict")
    assert (len(by_api), len(by_page)) == (10, 10)
    assert "Those before do not work any more." in page
    void = [signs_in(browser(app), totp=old) for old in (factor.codes[0], by_api[0])]
    assert {code(answer) for answer in void} == {(401, "bad_login")}
    assert signs_in(browser(app), totp=by_page[0]).status_code == 204
    done = [entry["action"] for entry in eva.client.get(f"{V1}/me/audit").json()["items"]]
    assert done.count("recovery_codes_renewed") == 2
    clock.advance(minutes=15)
    stale = eva.client.post(f"{V1}/me/totp/recovery-codes")
    assert code(stale) == (403, "step_up_required")
