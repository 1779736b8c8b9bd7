"""Garmin's own Personal API client and gcpapi_sync at the pretend Garmin."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from garmin_personal_api import GarminPersonalApiClient, HttpError, PersonalApiAuthenticator
from gcpapi_sync import (
    AuthenticationError,
    GarminClient,
    PermissionDeniedError,
    RateLimitError,
    RetryConfig,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from training_analyzer.simulator.server import SimulatorServer

KEY = "GCDC_ada-key"
EXCHANGE = "/personalapitoken-service"


@pytest.fixture
def authenticator(
    server: SimulatorServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[PersonalApiAuthenticator]:
    """Make Garmin's own authenticator, with its token file out of harm's way."""
    monkeypatch.setenv("GARMIN_PERSONAL_API_BASE_URL", server.url)
    with PersonalApiAuthenticator(bearer_token_cache_file=tmp_path / "token.json") as made:
        yield made


@pytest.fixture
def gcpapi(server: SimulatorServer) -> Iterator[GarminClient]:
    """Make a gcpapi_sync client that never waits."""
    with GarminClient(KEY, base_url=server.url, retry=RetryConfig(max_retries=0)) as made:
        yield made


def test_official_client_reads_with_a_key(authenticator: PersonalApiAuthenticator) -> None:
    """Garmin's own client exchanges a key for a token and reads with it."""
    token = authenticator.obtain_token(KEY)

    with GarminPersonalApiClient(token.access_token) as client:
        answer = client.get_daily_hrv("2026-11-20")

    assert isinstance(answer, dict)
    assert answer["who"] == "ada-3f9c"
    assert answer["api"] == "personal"


def test_official_client_keeps_its_token(
    server: SimulatorServer, authenticator: PersonalApiAuthenticator
) -> None:
    """Garmin's own client uses a token again while it has more than an hour to live."""
    authenticator.obtain_token(KEY)

    authenticator.obtain_token(KEY)

    assert server.count(EXCHANGE) == 1


@pytest.mark.parametrize(("key", "status"), [("GCDC_nobody", 401), ("no-prefix", 400)])
def test_official_client_sees_a_bad_key(
    authenticator: PersonalApiAuthenticator, key: str, status: int
) -> None:
    """An unknown key is refused with 401, a malformed one with 400."""
    with pytest.raises(HttpError) as refused:
        authenticator.obtain_token(key)

    assert refused.value.status_code == status


@pytest.mark.parametrize("status", [429, 503])
def test_official_client_sees_the_token_service_fail(
    server: SimulatorServer, authenticator: PersonalApiAuthenticator, status: int
) -> None:
    """A rate limit or an outage of the exchange reaches the client as it is."""
    server.faults.answer(EXCHANGE, status=status, body={}, headers={"Retry-After": "14"})

    with pytest.raises(HttpError) as refused:
        authenticator.obtain_token(KEY)

    assert refused.value.status_code == status


def test_long_range_is_asked_in_windows(server: SimulatorServer, gcpapi: GarminClient) -> None:
    """63 days of steps are one key exchange and windows of 28, 28 and 7 days."""
    gcpapi.get_daily_steps(date(2026, 9, 20), date(2026, 11, 21))

    assert server.count(EXCHANGE) == 1
    asked = [log.path.split("/")[-2:] for log in server.log.matching("/usersummary-service/stats")]
    assert asked == [
        ["2026-09-20", "2026-10-17"],
        ["2026-10-18", "2026-11-14"],
        ["2026-11-15", "2026-11-21"],
    ]


def test_revoked_token_is_exchanged_again(server: SimulatorServer, gcpapi: GarminClient) -> None:
    """A token revoked early costs one more exchange and a repeated read."""
    gcpapi.get_daily_steps("2026-11-20", "2026-11-20")
    server.faults.revoke_tokens(kind="personal")
    server.log.clear()

    gcpapi.get_daily_steps("2026-11-20", "2026-11-20")

    assert [asked.status for asked in server.log] == [401, 200, 200]
    assert server.count(EXCHANGE) == 1


def test_new_key_ends_the_tokens_of_the_old(server: SimulatorServer, gcpapi: GarminClient) -> None:
    """Replacing a key makes the old key and its tokens worthless."""
    gcpapi.get_daily_steps("2026-11-20", "2026-11-20")
    ada = server.world.account("ada@example.test")
    assert ada is not None
    server.world.put(replace(ada, personal_key="GCDC_newer-key"))

    with pytest.raises(AuthenticationError):
        gcpapi.get_daily_steps("2026-11-20", "2026-11-20")


def test_personal_token_lives_a_day(server: SimulatorServer, gcpapi: GarminClient) -> None:
    """A token of the Personal API is refused after 24 hours and exchanged anew."""
    gcpapi.get_daily_steps("2026-11-20", "2026-11-20")
    server.world.advance(timedelta(hours=24))

    gcpapi.get_daily_steps("2026-11-20", "2026-11-20")

    assert server.count(EXCHANGE) == 2


def test_key_opens_only_the_personal_paths(gcpapi: GarminClient) -> None:
    """A path outside the Personal API is forbidden to a key."""
    with pytest.raises(PermissionDeniedError):
        gcpapi.get_json("/metrics-service/metrics/trainingreadiness/2026-11-20")


def test_crowd_is_told_to_wait(server: SimulatorServer, gcpapi: GarminClient) -> None:
    """A burst is refused with the wait that the Personal API was seen to ask for."""
    server.faults.crowd_limit(parallel=0, token="personal", method="GET")

    with pytest.raises(RateLimitError) as refused:
        gcpapi.get_daily_steps("2026-11-20", "2026-11-20")

    assert refused.value.retry_after == 14
