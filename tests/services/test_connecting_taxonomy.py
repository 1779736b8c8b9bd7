"""What each refusal of Garmin's means to somebody who is just connecting."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from services_stage import account
from taxonomy_stage import (
    CODES,
    LOGINS,
    SIGN_IN,
    Tell,
    changed,
    cost,
    of_account,
    on,
    passwords,
    together,
    verb,
)

from training_analyzer.errors import (
    AccountLocked,
    BlockCause,
    Blocked,
    CredentialsRejected,
    GarminError,
    GarminUnavailable,
    LoginBlocked,
    MfaExpired,
    MfaInvalid,
    RateLimited,
    TokenExpired,
)
from training_analyzer.services.connections import MfaPending
from training_analyzer.simulator.oauth import DI_PATH, KEY_PATH

if TYPE_CHECKING:
    from collections.abc import Callable

    from training_analyzer.services.runtime import Runtime
    from training_analyzer.simulator import SimulatorServer

type Blame = type[GarminError]


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Give SQLite alone: what Garmin's answers mean depends on no database."""
    return sqlite_url


@pytest.mark.parametrize(
    ("tell", "why", "posts"),
    [
        (changed(password="another"), CredentialsRejected, 1),
        (of_account("lock"), AccountLocked, 2),
        (of_account("restrict"), AccountLocked, 3),
        (of_account("captcha"), BlockCause.CAPTCHA, 3),
        (of_account("soft_block"), BlockCause.RATE_LIMITED, 3),
        (on(LOGINS, "rate_limit", method="POST"), BlockCause.RATE_LIMITED, 3),
        (on(SIGN_IN, "challenge"), BlockCause.FORBIDDEN, 1),
        (verb("answer", DI_PATH, status=400, body={}), BlockCause.FORBIDDEN, 1),
        (verb("rate_limit", DI_PATH), BlockCause.RATE_LIMITED, 1),
        (verb("answer", DI_PATH, status=503), GarminUnavailable, 1),
        (verb("reset", DI_PATH), GarminUnavailable, 1),
        (on(SIGN_IN, "answer", status=503), GarminUnavailable, 2),
        (on(SIGN_IN, "reset"), GarminUnavailable, 0),
    ],
)
def test_refused_password_says_why_and_stores_nothing(
    runtime: Runtime, garmin: SimulatorServer, tell: Tell, why: Blame | BlockCause, posts: int
) -> None:
    """A password that does not get in leaves no connection, and costs three posts at most.

    A block names its cause.
    """
    who = account(garmin, "ada")
    tell(garmin, who)
    error = LoginBlocked if isinstance(why, BlockCause) else why

    with pytest.raises(error) as refused:
        runtime.connections.connect_password("a", who.email, who.password)

    assert type(refused.value) is error
    assert len(passwords(garmin)) == posts
    assert runtime.credentials.get_credentials("a") is None
    if isinstance(refused.value, LoginBlocked):
        assert refused.value.cause is why
        assert refused.value.retry_at == runtime.now() + timedelta(hours=2)


@pytest.mark.parametrize(
    ("tell", "error", "waits"),
    [
        (together(), MfaInvalid, True),
        (verb("lose_sessions"), MfaExpired, False),
        (on(CODES, "rate_limit"), LoginBlocked, True),
        (on(CODES, "challenge"), LoginBlocked, True),
        (on(CODES, "reset"), GarminUnavailable, True),
        (on(CODES, "answer", status=503), GarminUnavailable, True),
    ],
)
def test_refused_code_says_why(
    runtime: Runtime,
    garmin: SimulatorServer,
    tell: Tell,
    error: Blame,
    waits: bool,  # noqa: FBT001 - a column of the table
) -> None:
    """A code that does not get in sends no password and leaves no connection."""
    who = account(garmin, "tom")
    pending = runtime.connections.connect_password("t", who.email, who.password)
    assert isinstance(pending, MfaPending)
    tell(garmin, who)

    with pytest.raises(error) as refused:
        runtime.connections.finish_mfa("t", "000000")

    assert type(refused.value) is error
    assert len(passwords(garmin)) == 1
    assert runtime.credentials.get_credentials("t") is None
    assert (runtime.connections.pending_login("t") is not None) is waits


def test_blocked_codes_climb_the_ladder_of_passwords(
    runtime: Runtime, garmin: SimulatorServer, clock: Any
) -> None:
    """After a 429 to a code nothing reaches the sign-in for two hours: no code, no password."""
    who = account(garmin, "tom")
    runtime.connections.connect_password("t", who.email, who.password)
    on(CODES, "rate_limit")(garmin, who)
    with pytest.raises(LoginBlocked) as blocked:
        runtime.connections.finish_mfa("t", str(who.mfa_code))
    assert blocked.value.retry_at == clock.now + timedelta(hours=2)

    asked = len(garmin.log)
    with pytest.raises(LoginBlocked) as waiting:
        runtime.connections.finish_mfa("t", str(who.mfa_code))
    with pytest.raises(LoginBlocked):
        runtime.connections.connect_password("t", who.email, who.password)
    assert waiting.value.retry_at == blocked.value.retry_at
    assert len(garmin.log) == asked

    garmin.faults.clear()
    clock.advance(hours=2)
    pending = runtime.connections.connect_password("t", who.email, who.password)
    assert isinstance(pending, MfaPending)
    assert runtime.connections.finish_mfa("t", str(who.mfa_code)).display_name


def test_locked_account_is_not_knocked_at_without_end(
    runtime: Runtime, garmin: SimulatorServer, clock: Any
) -> None:
    """Who tries a locked account again and again is stopped here after the third time."""
    who = account(garmin, "ada")
    garmin.faults.lock(who.email)
    for _ in range(3):
        with pytest.raises(AccountLocked):
            runtime.connections.connect_password("a", who.email, who.password)
    before = len(garmin.log)

    with pytest.raises(LoginBlocked) as waiting:
        runtime.connections.connect_password("a", who.email, who.password)

    assert waiting.value.retry_at == clock.now + timedelta(hours=1)
    assert len(garmin.log) == before


def with_ticket(runtime: Runtime, garmin: SimulatorServer) -> None:
    """Connect by a ticket that is good in itself."""
    runtime.connections.connect_ticket("u", garmin.ticket(account(garmin, "ada").email))


def with_token(runtime: Runtime, garmin: SimulatorServer) -> None:
    """Connect by a token that is good in itself."""
    token = json.dumps(garmin.world.sign_in(account(garmin, "ada").email))
    runtime.connections.connect_token("u", token)


def with_key(runtime: Runtime, garmin: SimulatorServer) -> None:
    """Connect by a key that is good in itself."""
    runtime.connections.connect_personal_key("u", str(account(garmin, "kay").personal_key))


@pytest.mark.parametrize(
    ("connect", "path", "how", "error", "requests"),
    [
        (with_ticket, DI_PATH, {"status": 400, "body": {}}, CredentialsRejected, 4),
        (with_ticket, DI_PATH, {"status": 429, "body": {}}, RateLimited, 1),
        (with_ticket, DI_PATH, {"status": 503}, GarminUnavailable, 4),
        (with_token, DI_PATH, {"status": 400, "body": {}}, TokenExpired, 1),
        (with_token, DI_PATH, {"status": 401, "body": {}}, TokenExpired, 1),
        (with_token, DI_PATH, {"status": 429, "body": {}}, RateLimited, 1),
        (with_token, DI_PATH, {"status": 503}, GarminUnavailable, 1),
        (with_key, KEY_PATH, {"status": 400, "body": {}}, CredentialsRejected, 1),
        (with_key, KEY_PATH, {"status": 401, "body": {}}, CredentialsRejected, 1),
        (with_key, KEY_PATH, {"status": 429, "body": {}}, RateLimited, 1),
        (with_key, KEY_PATH, {"status": 503}, GarminUnavailable, 1),
        (with_key, KEY_PATH, {"body": b"<html>", "content_type": "text/html"}, Blocked, 1),
    ],
)
def test_ways_in_without_a_password_say_why_and_store_nothing(
    runtime: Runtime,
    garmin: SimulatorServer,
    connect: Callable[[Runtime, SimulatorServer], None],
    path: str,
    how: dict[str, Any],
    error: Blame,
    requests: int,
) -> None:
    """A ticket, token or key that is refused leaves nothing behind, and sends no password."""
    garmin.faults.answer(path, **how)

    with pytest.raises(error) as refused:
        connect(runtime, garmin)

    assert type(refused.value) is error
    sent = cost(garmin)
    assert (sent.posts, sent.di + sent.keys) == (0, requests)
    assert runtime.credentials.get_credentials("u") is None
