"""Every line of the catalog can be asked for, over either connection."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from training_analyzer.model import Api
from training_analyzer.streams import CATALOG, Window

if TYPE_CHECKING:
    from collections.abc import Callable

    from training_analyzer.garmin import Garmin
    from training_analyzer.simulator.server import SimulatorServer
    from training_analyzer.streams import Stream

ROUTES = [
    pytest.param(stream, api, id=f"{stream.name}-{api}")
    for stream in CATALOG
    for api in stream.routes
]


@pytest.fixture
def open_garmin(
    open_account: Callable[..., Garmin], open_personal: Callable[..., Garmin]
) -> Callable[[Api], Garmin]:
    """Open a connection over the interface that is asked for."""
    doors = {Api.ACCOUNT: open_account, Api.PERSONAL: open_personal}
    return lambda api: doors[api]()


@pytest.mark.parametrize(("stream", "api"), ROUTES)
def test_each_route_is_one_that_garmin_serves(
    server: SimulatorServer, open_garmin: Callable[[Api], Garmin], stream: Stream, api: Api
) -> None:
    """The longest window of each route is sent as it should be, and lets this account in."""
    last = date(2026, 11, 24)
    first = last - timedelta(days=stream.routes[api].cap_days - 1)

    payload = open_garmin(api).fetch(Window(stream, first, last))

    assert payload is not None
    assert payload.api is api
    assert not any("{" in text for a in server.log for text in (a.path, *a.query.values()))
