"""Sign-ins to Garmin as objects: looked at, completed and called off, by the API."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from web_stage import API, Person, account, arrive, connect, parts, prove

from training_analyzer.db.repositories.sign_ins import SignInsRepository
from training_analyzer.services.garmin_scheduler import GarminSyncScheduler
from training_analyzer.web.app import create_app

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fastapi import FastAPI
    from httpx2 import Response

    from training_analyzer.services.runtime import Runtime
    from training_analyzer.simulator import SimulatorServer

LOGINS = f"{API}/credentials/logins"


@pytest.fixture
def hasty(runtime: Runtime, garmin: SimulatorServer) -> Iterator[FastAPI]:
    """Give a web face whose requests do not wait for Garmin, which holds its answers."""
    garmin.faults.delay("/mobile/api/login", 60)
    made = create_app(
        runtime, GarminSyncScheduler(runtime), sign_in_patience=timedelta(0), limits_factor=100
    )
    yield made
    garmin.faults.end_delays()
    assert parts(made).sign_ins.wait(30)


def let_go(app: FastAPI, garmin: SimulatorServer) -> None:
    """Let Garmin answer, and wait until what hung on it has ended."""
    garmin.faults.end_delays()
    assert parts(app).sign_ins.wait(30)


def begin(person: Person, garmin: SimulatorServer, name: str, **more: Any) -> Response:
    """Post the e-mail and password of the athlete called *name*."""
    who = account(garmin, name)
    login = {"email": who.email, "password": who.password} | more
    return person.client.post(f"{API}/credentials", json=login)


def state(person: Person) -> str:
    """Return the state of *person*'s connection."""
    return str(person.client.get(f"{API}/credentials/status").json()["state"])


def test_closing_waits_for_a_sign_in_that_goes_on(
    hasty: FastAPI, runtime: Runtime, garmin: SimulatorServer
) -> None:
    """The database is closed only when nobody works with it any more."""
    ana = arrive(hasty, runtime, "Ana")
    assert begin(ana, garmin, "ada").status_code == 202

    garmin.faults.end_delays()
    runtime.close()

    assert parts(hasty).sign_ins.wait(0)


def test_a_slow_sign_in_goes_on_without_its_request(
    hasty: FastAPI, runtime: Runtime, garmin: SimulatorServer
) -> None:
    """A request that Garmin keeps waiting is answered 202; the sign-in then ends by itself."""
    ana, ben = arrive(hasty, runtime, "Ana"), arrive(hasty, runtime, "Ben")

    begun = begin(ana, garmin, "ada")
    at = begun.headers["location"]
    going = ana.client.get(at)

    assert (begun.status_code, begun.json()["state"]) == (202, "signing_in")
    assert at == f"{LOGINS}/{begun.json()['login_id']}"
    assert begun.headers["retry-after"] == "3"
    assert (going.status_code, going.json()) == (200, begun.json())
    assert state(ana) == "signing_in"
    assert [ben.client.get(at).status_code, ben.client.delete(at).status_code] == [404, 404]
    let_go(hasty, garmin)
    done = ana.client.get(at).json()
    assert (done["state"], done["status"]) == ("connected", "saved")
    assert done["garmin_user"] == account(garmin, "ada").display_name
    assert (state(ana), state(ben)) == ("connected", "not_connected")
    assert ana.client.delete(at).json()["code"] == "conflict"


def test_a_sign_in_that_is_called_off_connects_nobody(
    hasty: FastAPI, runtime: Runtime, garmin: SimulatorServer
) -> None:
    """Called off, by its person or by the next one, a sign-in changes nothing any more."""
    ana = arrive(hasty, runtime, "Ana")
    first = begin(ana, garmin, "kay").headers["location"]
    second = begin(ana, garmin, "ada").headers["location"]

    gone = ana.client.delete(second)
    let_go(hasty, garmin)

    assert (gone.status_code, gone.content) == (204, b"")
    assert [ana.client.get(at).status_code for at in (first, second)] == [404, 404]
    assert state(ana) == "not_connected"


def test_a_failed_sign_in_says_why(
    hasty: FastAPI, runtime: Runtime, garmin: SimulatorServer
) -> None:
    """A sign-in that Garmin refused after its request was answered tells the code."""
    ana = arrive(hasty, runtime, "Ana")
    at = begin(ana, garmin, "ada", password="not this").headers["location"]

    let_go(hasty, garmin)

    seen = ana.client.get(at).json()
    assert (seen["state"], seen["error"]["code"]) == ("failed", "invalid_credentials")
    assert "Connect again" in seen["error"]["detail"]


def test_a_sign_in_whose_process_died_is_told_as_failed(
    ana: Person, runtime: Runtime, clock: Any
) -> None:
    """Five minutes without an end are an end."""
    rows = SignInsRepository(runtime.database)
    rows.begin(ana.user_id, "lgn_lost", now=clock(), forget_before=clock())

    before = ana.client.get(f"{LOGINS}/lgn_lost").json()["state"]
    clock.advance(minutes=5)
    after = ana.client.get(f"{LOGINS}/lgn_lost").json()

    assert (before, after["state"]) == ("signing_in", "failed")
    assert after["error"]["code"] == "garmin_unavailable"
    assert state(ana) == "not_connected"


def test_a_code_is_for_one_sign_in(ana: Person, garmin: SimulatorServer) -> None:
    """A code names its sign-in; each wrong one takes a try away, and the right one connects."""
    asked = begin(ana, garmin, "tom")
    at, login_id = asked.headers["location"], asked.json()["login_id"]

    def enter(code: str, login_id: str) -> Any:
        given = {"code": code, "login_id": login_id}
        return ana.client.post(f"{API}/credentials/mfa", json=given)

    foreign = enter("123456", "lgn_other")
    wrong = enter("000001", login_id)
    seen = ana.client.get(at).json()
    early = ana.client.post(f"{API}/sync/trigger")
    right = enter(str(account(garmin, "tom").mfa_code), login_id)
    again = enter("000001", login_id)

    assert (asked.status_code, asked.json()["state"]) == (202, "mfa_required")
    assert (foreign.status_code, foreign.json()["code"]) == (410, "mfa_expired")
    assert (wrong.status_code, wrong.json()["attempts_left"]) == (422, 2)
    assert (seen["state"], seen["attempts_left"]) == ("mfa_required", 2)
    assert (early.status_code, early.json()["code"]) == (409, "needs_mfa")
    assert early.json()["login_id"] == login_id
    assert right.json()["state"] == ana.client.get(at).json()["state"] == "connected"
    assert again.status_code == 410


def test_a_code_may_come_too_late_or_never(
    app: FastAPI, ana: Person, garmin: SimulatorServer, clock: Any
) -> None:
    """A sign-in that waits for its code can be called off, and is gone after ten minutes."""
    off = begin(ana, garmin, "tom").headers["location"]
    assert ana.client.delete(off).status_code == 204
    assert state(ana) == "not_connected"
    late = begin(ana, garmin, "tom").headers["location"]
    clock.advance(minutes=10)

    assert ana.client.get(off).status_code == 404
    assert ana.client.get(late).json()["code"] == "mfa_expired"
    code = {"code": str(account(garmin, "tom").mfa_code)}
    assert ana.client.post(f"{API}/credentials/mfa", json=code).status_code == 410
    clock.advance(minutes=10)
    prove(app, ana)
    third = begin(ana, garmin, "tom").headers["location"]
    wrong = [ana.client.post(f"{API}/credentials/mfa", json={"code": "000001"}) for _ in range(3)]
    assert [answer.json()["attempts_left"] for answer in wrong] == [2, 1, 0]
    assert ana.client.get(third).json()["code"] == "mfa_expired"


def test_an_account_of_somebody_else_is_refused(
    ana: Person, ben: Person, garmin: SimulatorServer
) -> None:
    """A Garmin account that another user has connected is a 409 on every way, until they go."""
    connect(ana, garmin, "kay")
    kay = account(garmin, "kay")

    by_password = begin(ben, garmin, "kay", replace_data=True)
    by_key = ben.client.put(f"{API}/credentials/personal-key", json={"api_key": kay.personal_key})

    for refused in (by_password, by_key):
        assert (refused.status_code, refused.json()["code"]) == (409, "account_already_linked")
    assert (state(ana), state(ben)) == ("connected", "not_connected")
    assert ana.client.delete(f"{API}/credentials").status_code == 200
    assert begin(ben, garmin, "kay").status_code == 201
