"""A pretend Garmin with two people, and open connections to it."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import pytest

from training_analyzer.garmin.account import AccountGarmin
from training_analyzer.garmin.hosts import Hosts
from training_analyzer.garmin.pacing import Pace
from training_analyzer.garmin.personal import PersonalGarmin
from training_analyzer.garmin.tokens import TokenBundle
from training_analyzer.model import Api, Group, Region
from training_analyzer.simulator.account import Account
from training_analyzer.simulator.answer import Answer, Owner
from training_analyzer.simulator.server import SimulatorServer
from training_analyzer.simulator.world import World
from training_analyzer.streams import Route, Stream, Window

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from training_analyzer.streams import Json

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
    display_name="mia/77 aa",
    full_name="Mia Example",
    guid="22222222-2222-4222-8222-222222222222",
    mfa_code="123456",
)
ACTIVITIES = 45


def everything(owner: Owner, api: Api, path: str, query: Mapping[str, str], _: datetime) -> Answer:
    """Answer profiles, pages of activities, and for the rest who asked for what."""
    if path == "/userprofile-service/socialProfile":
        body: Json = {"profileId": owner.profile_id, "displayName": owner.display_name}
    elif path == "/userprofile-service/userprofile/settings":
        body = {"displayName": owner.display_name, "timeZone": "Europe/Paris"}
    elif path == "/usersummary-service/usersummary/daily":
        body = {"userProfileId": owner.profile_id, "calendarDate": query["calendarDate"]}
    elif path == "/activitylist-service/activities/search/activities":
        start, limit = int(query["start"]), int(query["limit"])
        body = [{"activityId": n} for n in range(start, min(start + limit, ACTIVITIES))]
    else:
        body = {"who": owner.display_name, "api": api, "path": path, "query": dict(query)}
    return Answer(body=body)


@pytest.fixture
def world() -> World:
    """Make a world of two people, one of whom uses a security code."""
    return World([ADA, MIA], answer=everything)


@pytest.fixture
def server(world: World) -> Iterator[SimulatorServer]:
    """Serve the world on a free port."""
    with SimulatorServer(world) as listening:
        yield listening


@pytest.fixture
def hosts(server: SimulatorServer) -> Hosts:
    """Take the pretend Garmin for all of Garmin's hosts."""
    return Hosts.of(Region.COM, server.url)


class Saved(list[Any]):
    """What a connection gave to be saved, in order."""


@pytest.fixture
def saved() -> Saved:
    """Remember what was saved."""
    return Saved()


@pytest.fixture
def open_account(
    server: SimulatorServer, hosts: Hosts, saved: Saved
) -> Iterator[Callable[..., AccountGarmin]]:
    """Open account connections that the test need not close."""
    with ExitStack() as stack:

        def make(
            tokens: TokenBundle | None = None, *, email: str = ADA.email, **changes: Any
        ) -> AccountGarmin:
            bundle = tokens or TokenBundle(**server.world.sign_in(email))
            arguments: dict[str, Any] = {
                "display_name": ADA.display_name,
                "hosts": hosts,
                "pace": Pace(1_000_000),
                "save_tokens": saved.append,
                "now": server.world.now,
            }
            return stack.enter_context(AccountGarmin(bundle, **arguments | changes))

        yield make


@pytest.fixture
def open_personal(
    server: SimulatorServer, hosts: Hosts, saved: Saved
) -> Iterator[Callable[..., PersonalGarmin]]:
    """Open Personal API connections that the test need not close."""
    with ExitStack() as stack:

        def make(key: str = "GCDC_ada-key", **changes: Any) -> PersonalGarmin:
            arguments: dict[str, Any] = {
                "token": None,
                "hosts": hosts,
                "pace": Pace(1_000_000),
                "save_token": saved.append,
                "now": server.world.now,
            }
            return stack.enter_context(PersonalGarmin(key, **arguments | changes))

        yield make


type NewWindow = Callable[..., Window]


@pytest.fixture
def window() -> NewWindow:
    """Make windows of a stream with one route, the same on both interfaces."""

    def make(
        path: str, first: str = "2026-11-02", last: str = "2026-11-08", **route: Any
    ) -> Window:
        served = Route(path=path, parse=lambda _: (), **route)
        stream = Stream(
            name="steps",
            group=Group.WELLNESS,
            table="daily_summaries",
            key=("calendar_date",),
            routes=dict.fromkeys(Api, served),
        )
        return Window(stream, date.fromisoformat(first), date.fromisoformat(last))

    return make


@pytest.fixture
def noon() -> datetime:
    """Return one fixed instant."""
    return datetime(2026, 11, 25, 12, tzinfo=UTC)
