"""Tokens of the pretend Garmin, in the hands of the unmodified garminconnect."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from garminconnect import (
    GarminConnectAuthenticationError,
    GarminConnectConnectionError,
    GarminConnectTooManyRequestsError,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from garminconnect import Garmin

    from training_analyzer.simulator.server import SimulatorServer

DI = "/di-oauth2-service/oauth/token"
HRV = "/hrv-service/hrv/2026-11-20"

type NewGarmin = Callable[..., Garmin]


def signed_in(server: SimulatorServer, new_garmin: NewGarmin) -> Garmin:
    """Return a client that holds Ada's tokens and has asked for nothing yet."""
    garmin = new_garmin(retry_attempts=0)
    garmin.client.loads(json.dumps(server.world.sign_in("ada@example.test")))
    return garmin


def test_token_file_costs_two_requests(server: SimulatorServer, new_garmin: NewGarmin) -> None:
    """Importing a token file signs a person in without password and without new token."""
    garmin = new_garmin()

    garmin.login(json.dumps(server.world.sign_in("ada@example.test")))

    assert garmin.display_name == "ada-3f9c"
    assert server.count("/userprofile-service/socialProfile") == 1
    assert server.count("/userprofile-service/userprofile/user-settings") == 1
    assert len(server.log) == 2


def test_expiring_token_is_renewed_once(server: SimulatorServer, new_garmin: NewGarmin) -> None:
    """A token with less than 15 minutes left is renewed once, and the old refresh token dies."""
    tokens = server.world.tokens
    tokens.lifetimes = replace(tokens.lifetimes, access=timedelta(minutes=14))
    garmin = signed_in(server, new_garmin)
    before = garmin.client.dumps()
    tokens.lifetimes = replace(tokens.lifetimes, access=timedelta(hours=18))

    garmin.connectapi(HRV)
    garmin.connectapi(HRV)

    assert server.count(DI) == 1
    garmin.client.loads(before)
    with pytest.raises(GarminConnectAuthenticationError, match="refresh failed: 400"):
        garmin.client._refresh_di_token()


def test_threads_of_one_client_renew_once(server: SimulatorServer, new_garmin: NewGarmin) -> None:
    """Sixteen threads of one client that find the token expiring renew it once."""
    tokens = server.world.tokens
    tokens.lifetimes = replace(tokens.lifetimes, access=timedelta(minutes=14))
    garmin = signed_in(server, new_garmin)
    tokens.lifetimes = replace(tokens.lifetimes, access=timedelta(hours=18))

    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(garmin.connectapi, [HRV] * 16))

    assert {answer["who"] for answer in answers} == {"ada-3f9c"}
    assert server.count(DI) == 1


def test_refused_token_is_renewed_and_the_request_repeated(
    server: SimulatorServer, new_garmin: NewGarmin
) -> None:
    """A data request answered 401 once is asked again after one renewal."""
    garmin = signed_in(server, new_garmin)
    server.faults.answer(HRV, status=401, body={"message": "Token is not active"}, times=1)

    garmin.connectapi(HRV)

    assert [asked.status for asked in server.log.matching(HRV)] == [401, 200]
    assert server.count(DI) == 1


def test_access_token_expires_by_the_clock(server: SimulatorServer, new_garmin: NewGarmin) -> None:
    """An access token is refused after its 18 hours and renewed with the refresh token."""
    garmin = signed_in(server, new_garmin)
    server.world.advance(timedelta(hours=18))

    garmin.connectapi(HRV)

    assert [asked.status for asked in server.log] == [401, 200, 200]


def test_refresh_token_dies_when_idle_for_a_month(
    server: SimulatorServer, new_garmin: NewGarmin
) -> None:
    """A refresh token that nobody used for 30 days is refused."""
    garmin = signed_in(server, new_garmin)
    server.world.advance(timedelta(days=31))

    with pytest.raises(GarminConnectAuthenticationError, match="refresh failed: 400"):
        garmin.client._refresh_di_token()


def test_lost_reply_loses_the_rotated_token(server: SimulatorServer, new_garmin: NewGarmin) -> None:
    """When the reply of a renewal is lost, the token was rotated all the same."""
    garmin = signed_in(server, new_garmin)
    server.faults.lose_reply(DI, times=1)
    with pytest.raises(Exception, match="curl"):
        garmin.client._refresh_di_token()

    with pytest.raises(GarminConnectAuthenticationError, match="refresh failed: 400"):
        garmin.client._refresh_di_token()


def test_grace_lets_a_rotated_token_work_again(
    server: SimulatorServer, new_garmin: NewGarmin
) -> None:
    """With a reuse grace, the lost reply of a renewal can be asked for again within it."""
    tokens = server.world.tokens
    tokens.lifetimes = replace(tokens.lifetimes, reuse_grace=timedelta(seconds=30))
    garmin = signed_in(server, new_garmin)
    old = garmin.client.di_refresh_token
    garmin.client._refresh_di_token()
    garmin.client.di_refresh_token = old
    garmin.client._refresh_di_token()
    server.world.advance(timedelta(seconds=31))
    garmin.client.di_refresh_token = old

    with pytest.raises(GarminConnectAuthenticationError, match="refresh failed: 400"):
        garmin.client._refresh_di_token()


def test_browser_ticket_becomes_tokens_once(server: SimulatorServer, new_garmin: NewGarmin) -> None:
    """A ticket from the browser gives tokens once; used again it is refused four times."""
    garmin = new_garmin()
    ticket = server.ticket("ada@example.test")
    garmin.client._exchange_service_ticket(ticket)

    with pytest.raises(GarminConnectAuthenticationError, match="all client IDs"):
        garmin.client._exchange_service_ticket(ticket)

    assert garmin.connectapi(HRV)["who"] == "ada-3f9c"
    assert server.count(DI) == 5


def test_ticket_is_for_one_service_and_one_minute(
    server: SimulatorServer, new_garmin: NewGarmin
) -> None:
    """A ticket is refused at another service than its own, and after a minute."""
    garmin = new_garmin()
    ticket = server.ticket("ada@example.test")
    with pytest.raises(GarminConnectAuthenticationError):
        garmin.client._exchange_service_ticket(ticket, service_url=f"{server.url}/app")
    server.world.advance(timedelta(seconds=61))

    with pytest.raises(GarminConnectAuthenticationError):
        garmin.client._exchange_service_ticket(ticket)


def test_refused_app_leaves_the_ticket_good(server: SimulatorServer, new_garmin: NewGarmin) -> None:
    """A ticket that one client id was refused for is good for the next."""
    server.faults.refuse_apps("GARMIN_CONNECT_MOBILE_ANDROID_DI_2025Q2")
    garmin = new_garmin()

    garmin.client._exchange_service_ticket(server.ticket("ada@example.test"))

    assert garmin.client.di_client_id == "GARMIN_CONNECT_MOBILE_ANDROID_DI_2024Q4"


def test_reply_without_refresh_token_leaves_the_old_one(
    server: SimulatorServer, new_garmin: NewGarmin
) -> None:
    """A renewal that brings no refresh token leaves the client with the old one."""
    garmin = signed_in(server, new_garmin)
    old = garmin.client.di_refresh_token
    server.faults.edit(DI, drop=["refresh_token"])

    garmin.client._refresh_di_token()

    assert garmin.client.di_refresh_token == old


def test_revoked_account_is_signed_out_everywhere(
    server: SimulatorServer, new_garmin: NewGarmin
) -> None:
    """Once an account's tokens are revoked, neither data nor renewal is to be had."""
    garmin = signed_in(server, new_garmin)
    server.faults.revoke_tokens("ada@example.test")

    with pytest.raises(GarminConnectConnectionError, match="API Error 401 - Token is not active"):
        garmin.client.connectapi(HRV)

    assert [asked.status for asked in server.log] == [401, 400, 401]


def test_rate_limit_carries_its_wait(server: SimulatorServer, new_garmin: NewGarmin) -> None:
    """A rate-limited data request tells the client how long to wait."""
    garmin = signed_in(server, new_garmin)
    server.faults.rate_limit("/hrv-service", retry_after=600)

    with pytest.raises(GarminConnectTooManyRequestsError) as refused:
        garmin.connectapi(HRV)

    cause = refused.value.__cause__
    assert isinstance(cause, GarminConnectConnectionError)
    assert cause.response.headers["Retry-After"] == "600"


def test_another_persons_name_opens_nothing(server: SimulatorServer, new_garmin: NewGarmin) -> None:
    """A wrong display name gives a protected summary, and 403 elsewhere."""
    garmin = signed_in(server, new_garmin)

    summary = garmin.connectapi(
        "/usersummary-service/usersummary/daily/mia-77aa", params={"calendarDate": "2026-11-20"}
    )

    assert summary == {"calendarDate": "2026-11-20", "privacyProtected": True}
    with pytest.raises(GarminConnectConnectionError, match="403"):
        garmin.connectapi("/wellness-service/wellness/dailyHeartRate/mia-77aa")


def test_odd_display_name_is_read_as_it_is_meant(
    server: SimulatorServer, new_garmin: NewGarmin
) -> None:
    """A display name with a slash in it opens its own data when it is percent-encoded."""
    ada = server.world.account("ada@example.test")
    assert ada is not None
    server.world.put(replace(ada, display_name="ada/é"))
    garmin = signed_in(server, new_garmin)

    answer = garmin.connectapi("/wellness-service/wellness/dailyHeartRate/ada%2F%C3%A9")

    assert answer["who"] == "ada/é"


def test_changed_profile_id_is_seen_at_the_next_look(
    server: SimulatorServer, new_garmin: NewGarmin
) -> None:
    """Tokens follow the account: a changed profile id shows in the next answer."""
    garmin = signed_in(server, new_garmin)
    ada = server.world.account("ada@example.test")
    assert ada is not None
    server.world.put(replace(ada, profile_id=90_000_099))

    profile = garmin.connectapi("/userprofile-service/socialProfile")

    assert profile["profileId"] == 90_000_099


def test_deleted_account_is_refused(server: SimulatorServer, new_garmin: NewGarmin) -> None:
    """The tokens of a deleted account open nothing."""
    garmin = signed_in(server, new_garmin)
    server.world.remove("ada@example.test")

    with pytest.raises(GarminConnectAuthenticationError):
        garmin.connectapi(HRV)
