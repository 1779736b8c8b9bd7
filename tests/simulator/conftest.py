"""A pretend Garmin with two people, and unmodified clients pointed at it."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from garminconnect import Garmin
from garminconnect.client import sso

from training_analyzer.simulator.account import Account
from training_analyzer.simulator.answer import Answer, Owner
from training_analyzer.simulator.server import SimulatorServer
from training_analyzer.simulator.world import World

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from training_analyzer.model import Api

ADA = Account(
    email="ada@example.test",
    password="correct horse",
    profile_id=90_000_001,
    display_name="ada-3f9c",
    full_name="Ada Example",
    guid="11111111-1111-4111-8111-111111111111",
    personal_key="GCDC_ada-key",
)
MIA = Account(
    email="mia@example.test",
    password="battery staple",
    profile_id=90_000_002,
    display_name="mia-77aa",
    full_name="Mia Example",
    guid="22222222-2222-4222-8222-222222222222",
    mfa_code="123456",
)


def echo(owner: Owner, api: Api, path: str, query: Mapping[str, str], _now: datetime) -> Answer:
    """Answer with who asked for what; with a profile where a client needs one."""
    if path == "/userprofile-service/socialProfile":
        return Answer(
            body={
                "profileId": owner.profile_id,
                "displayName": owner.display_name,
                "fullName": owner.full_name,
            }
        )
    if path == "/userprofile-service/userprofile/user-settings":
        return Answer(body={"id": owner.profile_id, "userData": {"measurementSystem": "metric"}})
    if path.startswith("/usersummary-service/stats/steps/daily/"):
        return Answer(body=[])
    if path.startswith("/unknown-service"):
        return Answer(404, {"message": "HTTP 404 Not Found"})
    return Answer(
        body={"who": owner.display_name, "api": api.value, "path": path, "query": dict(query)}
    )


class Clock:
    """A clock that moves when it is told to."""

    def __init__(self) -> None:
        self.time = datetime.now(UTC)

    def __call__(self) -> datetime:
        """Return the time."""
        return self.time

    def advance(self, by: timedelta) -> None:
        """Let time pass."""
        self.time += by


@pytest.fixture
def clock() -> Clock:
    """Begin now: unmodified clients compare expiry with their own clock."""
    return Clock()


@pytest.fixture
def world(clock: Clock) -> World:
    """Make a world of two people, one of whom uses a security code."""
    return World([ADA, MIA], answer=echo, clock=clock)


@pytest.fixture
def server(world: World) -> Iterator[SimulatorServer]:
    """Serve the world on a free port."""
    with SimulatorServer(world) as listening:
        yield listening


@contextmanager
def without_delays() -> Iterator[None]:
    """Take the pauses out of garminconnect's logins; they are globals of its module."""
    ends = ("MIN", "MAX")
    names = [f"{flow}_DELAY_{end}_S" for flow in ("MOBILE", "WIDGET", "LOGIN") for end in ends]
    before = {name: getattr(sso, name) for name in names}
    for name in names:
        setattr(sso, name, 0.0)
    try:
        yield
    finally:
        for name, value in before.items():
            setattr(sso, name, value)


@pytest.fixture
def new_garmin(
    server: SimulatorServer, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., Garmin]]:
    """Make unmodified garminconnect objects that believe the simulator is Garmin."""
    monkeypatch.delenv("GARMINTOKENS", raising=False)
    with without_delays(), ExitStack() as sessions:

        def make(*args: Any, **kwargs: Any) -> Garmin:
            garmin = Garmin(*args, **kwargs)
            client = garmin.client
            client._sso = client._connect = client._connectapi = server.url
            client._di_token_url = f"{server.url}/di-oauth2-service/oauth/token"
            client._ios_service_url = f"{server.url}/gcm/ios"
            client._mobile_sso_service_url = f"{server.url}/gcm/android"
            client._portal_service_url = f"{server.url}/app"
            sessions.callback(client._api_session.close)
            sessions.callback(client.cs.close)
            return garmin

        yield make
