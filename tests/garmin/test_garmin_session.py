"""The session of an account connection: when it is refreshed, and how that fails."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from training_analyzer.errors import (
    ForbiddenStream,
    GarminUnavailable,
    LeaseLost,
    RateLimited,
    TokenExpired,
)
from training_analyzer.garmin.tokens import TokenBundle
from training_analyzer.model import Api
from training_analyzer.simulator.tokens import Lifetimes

if TYPE_CHECKING:
    from collections.abc import Callable

    from training_analyzer.garmin.account import AccountGarmin
    from training_analyzer.simulator.faults import Faults
    from training_analyzer.simulator.server import SimulatorServer
    from training_analyzer.streams import Window

    type OpenAccount = Callable[..., AccountGarmin]
    type NewWindow = Callable[..., Window]

DI = "/di-oauth2-service/oauth/token"
STEPS = "/usersummary-service/stats/steps/daily/{first}/{last}"


def spend(server: SimulatorServer, tokens: TokenBundle) -> None:
    """Use up the refresh token behind the connection's back."""
    account = server.world.account("ada@example.test")
    assert account is not None
    assert server.world.tokens.rotate(tokens.di_refresh_token, tokens.di_client_id, account)


def test_an_import_needs_no_password(
    server: SimulatorServer, open_account: OpenAccount, window: NewWindow
) -> None:
    """A fresh token fetches at once: one request, no refresh, no login, no profile."""
    garmin = open_account()

    garmin.ensure_fresh()
    payload = garmin.fetch(window(STEPS))

    assert payload is not None
    assert payload.api is Api.ACCOUNT
    assert len(server.log) == 1
    assert garmin.requests == 1


def test_an_ending_session_is_refreshed_before_the_run(
    server: SimulatorServer, open_account: OpenAccount, saved: list[Any], window: NewWindow
) -> None:
    """With less than two hours left: one refresh, saved before it is used, the old one dead."""
    server.world.tokens.lifetimes = Lifetimes(access=timedelta(minutes=90))
    old = TokenBundle(**server.world.sign_in("ada@example.test"))
    server.world.tokens.lifetimes = Lifetimes()
    requests_when_saved = []

    def save(tokens: TokenBundle) -> None:
        saved.append(tokens)
        requests_when_saved.append(len(server.log))

    garmin = open_account(old, save_tokens=save)
    garmin.ensure_fresh()
    garmin.ensure_fresh()
    garmin.fetch(window(STEPS))

    assert server.count(DI) == 1
    assert requests_when_saved == [1]
    assert saved == [garmin.tokens]
    assert garmin.tokens.di_refresh_token != old.di_refresh_token
    assert garmin.requests == 2
    with pytest.raises(TokenExpired):
        open_account(old).refresh()


def test_a_refused_token_is_refreshed_once_in_mid_run(
    server: SimulatorServer, open_account: OpenAccount, saved: list[Any], window: NewWindow
) -> None:
    """A 401 costs one refresh and one more try; the tokens are saved in between."""
    garmin = open_account()
    server.world.tokens.revoke("ada@example.test", refresh_too=False)

    garmin.fetch(window(STEPS))

    assert [asked.status for asked in server.log] == [401, 200, 200]
    assert server.count(DI) == 1
    assert len(saved) == 1
    assert garmin.requests == 3


def test_a_fresh_token_that_is_refused_ends_the_session(
    server: SimulatorServer, open_account: OpenAccount, window: NewWindow
) -> None:
    """When even a new token gets a 401, the person has to connect again."""
    garmin = open_account()
    for path in ("/usersummary-service", "/userprofile-service"):
        server.faults.answer(path, status=401, body={})

    with pytest.raises(TokenExpired):
        garmin.fetch(window(STEPS))

    assert server.count(DI) == 1


def test_one_path_that_refuses_a_good_token_is_a_stream_two_are_the_session(
    server: SimulatorServer, open_account: OpenAccount, window: NewWindow
) -> None:
    """While the profile answers, one refused address costs a stream and not the connection."""
    garmin = open_account()
    for path in ("/usersummary-service", "/hrv-service"):
        server.faults.answer(path, status=401, body={})

    with pytest.raises(ForbiddenStream):
        garmin.fetch(window(STEPS))
    assert server.count(DI) == 1
    assert garmin.fetch(window("/sleep-service/stats/sleep/daily/{first}/{last}")) is not None
    with pytest.raises(TokenExpired):
        garmin.fetch(window("/hrv-service/hrv/daily/{first}/{last}"))


def test_a_reply_without_refresh_token_keeps_the_old_one(
    server: SimulatorServer, open_account: OpenAccount, saved: list[Any]
) -> None:
    """Garmin may renew the access token alone; the refresh token stays."""
    garmin = open_account()
    before = garmin.tokens
    server.faults.edit(DI, drop=["refresh_token"], times=1)
    garmin.refresh()
    assert garmin.tokens.di_refresh_token == before.di_refresh_token
    assert garmin.tokens.di_token != before.di_token

    server.faults.clear()
    server.faults.edit(DI, {"refresh_token": None})
    server.world.tokens.lifetimes = Lifetimes(reuse_grace=timedelta(hours=1))
    garmin.refresh()

    assert garmin.tokens.di_refresh_token == before.di_refresh_token
    assert len(saved) == 2


def test_an_opaque_access_token_is_kept(
    server: SimulatorServer, open_account: OpenAccount, saved: list[Any]
) -> None:
    """An access token that tells no time is saved with its refresh token, and not renewed."""
    garmin = open_account()
    server.faults.edit(DI, {"access_token": "opaque"})

    garmin.refresh()
    garmin.ensure_fresh()

    assert saved[0].di_token == "opaque"
    assert server.count(DI) == 1


@pytest.mark.parametrize(
    ("tell", "expected"),
    [
        (lambda faults: faults.answer(DI, status=400, body={}), TokenExpired),
        (lambda faults: faults.answer(DI, status=401, body={}), TokenExpired),
        (lambda faults: faults.answer(DI, status=403, body={}), GarminUnavailable),
        (lambda faults: faults.answer(DI, status=503), GarminUnavailable),
        (lambda faults: faults.rate_limit(DI, retry_after=600), RateLimited),
        (lambda faults: faults.captive_portal(DI), GarminUnavailable),
        (lambda faults: faults.answer(DI, body={}), GarminUnavailable),
        (lambda faults: faults.answer(DI, body=[]), GarminUnavailable),
        (lambda faults: faults.answer(DI, body={"access_token": 7}), GarminUnavailable),
        (
            lambda faults: faults.answer(DI, status=307, headers={"Location": "/"}),
            GarminUnavailable,
        ),
        (lambda faults: faults.reset(DI), GarminUnavailable),
    ],
)
def test_each_refusal_of_a_refresh_has_its_name(
    server: SimulatorServer,
    open_account: OpenAccount,
    saved: list[Any],
    window: NewWindow,
    tell: Callable[[Faults], object],
    expected: type[Exception],
) -> None:
    """A refresh that fails costs one request, keeps the old session and says what happened."""
    garmin = open_account()
    before = garmin.tokens
    tell(server.faults)

    with pytest.raises(expected) as raised:
        garmin.refresh()

    assert raised.value.__context__ is None
    assert server.count("/") == 1
    assert garmin.tokens == before
    assert saved == []
    server.faults.clear()
    assert garmin.fetch(window(STEPS)) is not None


def test_a_rate_limit_at_refresh_tells_how_long(
    server: SimulatorServer, open_account: OpenAccount
) -> None:
    """The wait that the token host asks for is known to the run."""
    server.faults.rate_limit(DI, retry_after=600)

    with pytest.raises(RateLimited) as limited:
        open_account().refresh()

    assert limited.value.retry_after == timedelta(minutes=10)


def test_a_refusal_in_mid_run_keeps_its_name(
    server: SimulatorServer, open_account: OpenAccount, window: NewWindow
) -> None:
    """A refresh that is rate limited in mid-run is that, not a dead session."""
    garmin = open_account()
    server.world.tokens.revoke("ada@example.test", refresh_too=False)
    server.faults.rate_limit(DI)

    with pytest.raises(RateLimited):
        garmin.fetch(window(STEPS))


def test_tokens_of_another_process_are_taken_over(
    server: SimulatorServer, open_account: OpenAccount, saved: list[Any], window: NewWindow
) -> None:
    """When somebody else has refreshed meanwhile, their session is used, not declared dead."""
    mine = TokenBundle(**server.world.sign_in("ada@example.test"))
    spend(server, mine)
    theirs = TokenBundle(**server.world.sign_in("ada@example.test"))

    garmin = open_account(mine, other_tokens=lambda: theirs)
    garmin.refresh()
    garmin.fetch(window(STEPS))

    assert garmin.tokens == theirs
    assert saved == []
    assert server.count(DI) == 1


def test_the_bundle_before_gets_one_chance(
    server: SimulatorServer, open_account: OpenAccount, saved: list[Any]
) -> None:
    """Another bundle that is about to end as well is traded, once, before it is given up."""
    lost, other = (TokenBundle(**server.world.sign_in("ada@example.test")) for _ in range(2))
    spend(server, lost)
    server.world.advance(timedelta(hours=17))

    garmin = open_account(lost, other_tokens=lambda: other)
    garmin.refresh()

    assert server.count(DI) == 2
    assert saved == [garmin.tokens]
    assert garmin.tokens not in (lost, other)


def test_a_session_that_cannot_be_saved_is_not_used(
    server: SimulatorServer, open_account: OpenAccount, window: NewWindow
) -> None:
    """When saving fails the error goes out; the next try saves and does not trade again."""
    kept: list[TokenBundle] = []
    fails = [True]

    def save(tokens: TokenBundle) -> None:
        if fails:
            fails.clear()
            raise LeaseLost
        kept.append(tokens)

    garmin = open_account(save_tokens=save)
    before = garmin.tokens

    with pytest.raises(LeaseLost):
        garmin.refresh()
    assert garmin.tokens == before

    garmin.refresh()
    garmin.fetch(window(STEPS))

    assert server.count(DI) == 1
    assert kept == [garmin.tokens]


def test_a_lost_reply_is_an_outage(server: SimulatorServer, open_account: OpenAccount) -> None:
    """A rotation whose answer never came is tried again, and only then is the session dead."""
    garmin = open_account()
    server.faults.lose_reply(DI, times=1)

    with pytest.raises(GarminUnavailable):
        garmin.refresh()
    with pytest.raises(TokenExpired):
        garmin.refresh()
