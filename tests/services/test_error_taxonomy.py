"""One table: what each refusal of Garmin's does to a run, the credentials and the schedule.

The faults are real HTTP answers of the pretend Garmin. Only what proves the credentials
bad, or that the person is needed, may mark them invalid.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from services_stage import account
from taxonomy_stage import (
    LOGINS,
    SIGN_IN,
    Cost,
    Tell,
    changed,
    cost,
    dead_session,
    next_run,
    of_account,
    on,
    settled,
    together,
    verb,
)

from training_analyzer.planning import next_slot
from training_analyzer.simulator.oauth import DI_PATH, KEY_PATH

if TYPE_CHECKING:
    from training_analyzer.services.garmin_scheduler import GarminSyncScheduler
    from training_analyzer.services.runtime import Runtime
    from training_analyzer.simulator import SimulatorServer

# Sessions live for 18 hours: after 20 a run begins with a refresh, after one it does not.
EXPIRED, ALIVE = timedelta(hours=20), timedelta(hours=1)
MY_HOSTS = ("/userprofile-service", "/usersummary-service", "/wellness-service", "/hrv-service")
HRV, WEIGHT = "/hrv-service", "/weight-service"
PAST, TOMORROW = "Mon, 02 Mar 2026 09:00:00 GMT", "Tue, 03 Mar 2026 09:00:00 GMT"


@dataclass(frozen=True)
class Case:
    """A row. `expected` is status, code, what the credentials are then, and what is next.

    Next: the clock stopped, a retry within minutes, the regular slot, or a wait (`15m`).
    `cost` counts passwords, requests to the token host, exchanges of a key.
    """

    name: str
    tell: Tell
    expected: str
    cost: tuple[int, int, int]
    who: str = "ada"
    keep_password: bool = True
    later: timedelta = EXPIRED


def at_login(name: str, tell: Tell, expected: str, cost: tuple[int, int, int], **more: Any) -> Case:
    """Return the row of a dead session whose new login meets a fault."""
    return Case(name, together(dead_session, tell), expected, cost, **more)


def at_refresh(
    name: str, fault: str, expected: str, cost: tuple[int, int, int], **how: Any
) -> Case:
    """Return the row of a fault at the token host, met by a refresh; nobody kept a password."""
    return Case(name, verb(fault, DI_PATH, **how), expected, cost, keep_password=False)


def at_data(name: str, fault: str, expected: str, path: str = "/", **how: Any) -> Case:
    """Return the row of a fault at the data hosts, met by a session that is alive."""
    return Case(name, verb(fault, path, token="di", **how), expected, (0, 0, 0), later=ALIVE)


def with_key(
    name: str, tell: Tell, expected: str, exchanges: int, later: timedelta = ALIVE
) -> Case:
    """Return the row of somebody connected by a Personal API key."""
    return Case(name, tell, expected, (0, 0, exchanges), who="kay", later=later)


LOGIN = [
    at_login("a login helps", changed(), "completed - valid slot", (1, 2, 0)),
    at_login("no password kept", changed(), "failed token_expired invalid stopped", (0, 1, 0),
             keep_password=False),
    at_login("wrong password", changed(password="another"),
             "failed invalid_credentials invalid stopped", (1, 1, 0)),
    at_login("a code is wanted, as is known", changed(),
             "failed mfa_required invalid stopped", (0, 1, 0), who="tom"),
    at_login("a code is wanted for the first time", changed(mfa_code="123456"),
             "failed mfa_required invalid stopped", (1, 1, 0)),
    at_login("locked", of_account("lock"), "failed account_locked invalid stopped", (2, 1, 0)),
    at_login("restricted", of_account("restrict"),
             "failed account_locked invalid stopped", (3, 1, 0)),
    at_login("another account answers", changed(profile_id=12345),
             "failed account_mismatch invalid stopped", (1, 2, 0)),
    at_login("CAPTCHA", of_account("captcha"), "partial login_blocked valid 2h", (3, 1, 0)),
    at_login("429 at each login", on(LOGINS, "rate_limit", method="POST"),
             "partial login_blocked valid 2h", (3, 1, 0)),
    at_login("429 inside a 200", of_account("soft_block"),
             "partial login_blocked valid 2h", (3, 1, 0)),
    at_login("a challenge at sign-in", on(SIGN_IN, "challenge"),
             "partial login_blocked valid 2h", (1, 1, 0)),
    at_login("fresh tokens are refused", on(MY_HOSTS, "answer", status=401, body={}),
             "partial login_blocked valid 2h", (3, 4, 0)),
    at_login("sign-in is down", on(SIGN_IN, "answer", status=503),
             "failed garmin_unavailable valid retry", (2, 1, 0)),
    at_login("sign-in cuts", on(SIGN_IN, "reset"),
             "failed garmin_unavailable valid retry", (0, 1, 0)),
]  # fmt: skip
REFRESH = [
    at_refresh("refresh 400", "answer", "failed token_expired invalid stopped", (0, 1, 0),
               status=400, body={"error": "invalid_grant"}),
    at_refresh("refresh 401", "answer", "failed token_expired invalid stopped", (0, 1, 0),
               status=401, body={"error": "invalid_client"}),
    at_refresh("refresh 403", "answer", "failed garmin_unavailable valid retry", (0, 1, 0),
               status=403, body={}),
    at_refresh("refresh 403 page", "challenge", "failed garmin_unavailable valid retry", (0, 1, 0)),
    at_refresh("refresh 429", "rate_limit", "partial rate_limited valid 15m", (0, 1, 0)),
    at_refresh("refresh 429 for 600 s", "rate_limit", "partial rate_limited valid 10m", (0, 1, 0),
               retry_after=600),
    at_refresh("refresh 500", "answer", "failed garmin_unavailable valid retry", (0, 1, 0),
               status=500),
    at_refresh("refresh 503", "answer", "failed garmin_unavailable valid retry", (0, 1, 0),
               status=503),
    at_refresh("refresh redirected", "answer", "failed garmin_unavailable valid retry", (0, 1, 0),
               status=302, headers={"Location": "/sso/signin"}),
    at_refresh("refresh by a portal", "captive_portal", "failed garmin_unavailable valid retry",
               (0, 1, 0)),
    at_refresh("refresh without token", "answer", "failed garmin_unavailable valid retry",
               (0, 1, 0), body={}),
    at_refresh("refresh cut", "reset", "failed garmin_unavailable valid retry", (0, 1, 0)),
    at_refresh("reply lost", "lose_reply", "failed garmin_unavailable valid retry", (0, 1, 0)),
]  # fmt: skip
DATA = [
    Case("access revoked", verb("revoke_tokens", refresh_too=False),
         "completed - valid slot", (0, 1, 0), later=ALIVE),
    Case("one path says 401", verb("answer", HRV, status=401, body={}),
         "partial forbidden_dataset valid slot", (0, 1, 0), later=ALIVE),
    Case("all paths say 401", on((*MY_HOSTS, "/sleep-service"), "answer", status=401, body={}),
         "failed token_expired invalid stopped", (0, 1, 0), later=ALIVE, keep_password=False),
    at_data("403 JSON of one", "answer", "partial forbidden_dataset valid slot", HRV,
            status=403, body={"message": "Forbidden"}),
    at_data("403 JSON of all", "answer", "partial blocked valid 15m",
            status=403, body={"message": "Forbidden"}),
    at_data("privacyProtected", "edit", "partial forbidden_dataset valid slot",
            "/usersummary-service", changes={"privacyProtected": True}),
    at_data("403 page of all", "challenge", "partial blocked valid 15m"),
    at_data("503 challenge of all", "challenge", "partial blocked valid 15m", status=503),
    at_data("200 page of all", "captive_portal", "partial blocked valid 15m"),
    at_data("302 to a login page", "answer", "partial blocked valid 15m",
            status=302, headers={"Location": "/sso/signin"}),
    at_data("429", "rate_limit", "partial rate_limited valid 15m", HRV),
    at_data("429 for 120 s", "rate_limit", "partial rate_limited valid 2m", HRV, retry_after=120),
    at_data("429 until a date", "rate_limit", "partial rate_limited valid 20h", HRV,
            retry_after=TOMORROW),
    at_data("429 until the past", "rate_limit", "partial rate_limited valid 1s", HRV,
            retry_after=PAST),
    at_data("429 for 9 days", "rate_limit", "partial rate_limited valid 24h", HRV,
            retry_after=9 * 86_400),
    at_data("429 and garbage", "rate_limit", "partial rate_limited valid 15m", HRV,
            retry_after="soon"),
    at_data("500 of all", "answer", "failed garmin_unavailable valid retry", status=500),
    at_data("503 of all", "answer", "failed garmin_unavailable valid retry", status=503),
    at_data("503 of one", "answer", "partial garmin_unavailable valid retry", HRV, status=503),
    at_data("406 of all", "answer", "failed garmin_unavailable valid retry", status=406, body={}),
    at_data("connections reset", "reset", "failed garmin_unavailable valid retry"),
    at_data("bodies cut", "cut_body", "failed garmin_unavailable valid retry"),
    at_data("half of the JSON", "truncate", "partial garmin_unavailable valid retry", HRV),
    at_data("no JSON at all", "answer", "partial schema_drift valid slot", HRV, body=b"fine"),
    at_data("400 of one", "answer", "partial bad_request valid slot", HRV, status=400, body={}),
    at_data("204 of all", "nothing", "completed - valid slot"),
    at_data("404 of all", "answer", "completed - valid slot", status=404, body={}),
]  # fmt: skip
KEY = [
    with_key("the key's day is over", changed(), "completed - valid slot", 1, later=2 * EXPIRED),
    with_key("key replaced", changed(personal_key="GCDC_new"),
             "failed invalid_credentials invalid stopped", 1),
    with_key("key expired", changed(personal_key=None),
             "failed invalid_credentials invalid stopped", 1, later=2 * EXPIRED),
    with_key("token revoked", verb("revoke_tokens", kind="personal"), "completed - valid slot", 1),
    *(
        with_key(f"exchange {status}", verb("answer", KEY_PATH, status=status, body={}),
                 expected, 1, later=2 * EXPIRED)
        for status, expected in {
            400: "failed invalid_credentials invalid stopped",
            401: "failed invalid_credentials invalid stopped",
            403: "failed invalid_credentials invalid stopped",
            500: "failed garmin_unavailable valid retry",
            503: "failed garmin_unavailable valid retry",
        }.items()
    ),
    with_key("exchange 429", verb("rate_limit", KEY_PATH, retry_after=14),
             "partial rate_limited valid 14s", 1, later=2 * EXPIRED),
    with_key("exchange by a portal", verb("captive_portal", KEY_PATH),
             "partial blocked valid 15m", 1, later=2 * EXPIRED),
    with_key("exchange of no JWT", verb("answer", KEY_PATH, body=b"no token"),
             "failed garmin_unavailable valid retry", 1, later=2 * EXPIRED),
    with_key("one path says 401", verb("answer", HRV, status=401, body={}),
             "partial forbidden_dataset valid slot", 1),
    with_key("one path says 403", verb("answer", HRV, status=403, body={}),
             "partial forbidden_dataset valid slot", 0),
    with_key("two paths say 401", on((HRV, WEIGHT), "answer", status=401, body={}),
             "partial token_expired invalid stopped", 2),
    with_key("the settings say 401", verb("answer", MY_HOSTS[0], status=401, body={}),
             "failed token_expired invalid stopped", 1),
]  # fmt: skip


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Give SQLite alone: what Garmin's answers mean depends on no database."""
    return sqlite_url


@pytest.mark.parametrize("case", [*LOGIN, *REFRESH, *DATA, *KEY], ids=lambda case: case.name)
def test_each_refusal_has_its_consequence(
    runtime: Runtime,
    garmin: SimulatorServer,
    scheduler: GarminSyncScheduler,
    clock: Any,
    case: Case,
) -> None:
    """Status, code, credentials, schedule and what was sent are those of the table."""
    user_id = settled(runtime, garmin, case.who, keep_password=case.keep_password)
    clock.now += case.later
    case.tell(garmin, account(garmin, case.who))
    before = cost(garmin)

    outcome = runtime.syncs.sync(user_id)

    credentials = runtime.credentials.get_credentials(user_id)
    assert credentials is not None
    told = (
        f"{outcome.status} {outcome.error_code or '-'}"
        f" {'valid' if credentials.is_valid else 'invalid'}"
        f" {what_is_next(runtime, user_id, case.expected.rpartition(' ')[2])}"
    )
    assert told == case.expected
    assert cost(garmin).since(before) == Cost(*case.cost)
    assert credentials.error_code == (None if credentials.is_valid else outcome.error_code)
    assert credentials.validation_error == (None if credentials.is_valid else outcome.error_message)
    assert (scheduler.get_next_sync_time(user_id) is None) is not credentials.is_valid


def what_is_next(runtime: Runtime, user_id: str, expected: str) -> str:
    """Return *expected* when it is what the schedule says, else what that says."""
    due_at, not_before = next_run(runtime, user_id)
    now = runtime.now()
    slot = next_slot(runtime.syncs.config(user_id), now=now, last_started=now)
    fits = {
        "stopped": (due_at, not_before) == (None, None),
        "slot": (due_at, not_before) == (slot, None),
        "retry": not_before is None and _within(due_at, now, timedelta(minutes=3)),
        # A wait that Garmin did not tell is up to a quarter longer, so that not all return at once.
        "15m": due_at == not_before
        and _within(due_at, now + timedelta(minutes=14.9), timedelta(minutes=4)),
    }.get(expected, due_at == not_before == now + _span(expected))
    return expected if fits else f"due {due_at}, not before {not_before}"


def _within(at: datetime | None, now: datetime, span: timedelta) -> bool:
    return at is not None and now < at <= now + span


def _span(text: str) -> timedelta:
    found = re.fullmatch(r"(\d+)([smh])", text)
    if found is None:
        return timedelta(0)
    unit = {"s": "seconds", "m": "minutes", "h": "hours"}[found[2]]
    return timedelta(**{unit: int(found[1])})
