"""What an account connection asks for a window, and what it makes of the answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from training_analyzer.errors import (
    BadRequest,
    Blocked,
    ForbiddenStream,
    GarminUnavailable,
    RateLimited,
    Stopping,
    UnexpectedPayload,
)
from training_analyzer.garmin.pacing import Pace

if TYPE_CHECKING:
    from collections.abc import Callable

    from training_analyzer.garmin import Garmin
    from training_analyzer.garmin.account import AccountGarmin
    from training_analyzer.simulator.faults import Faults
    from training_analyzer.simulator.server import SimulatorServer
    from training_analyzer.streams import Window

    type OpenAccount = Callable[..., AccountGarmin]
    type NewWindow = Callable[..., Window]

STEPS = "/usersummary-service/stats/steps/daily/{first}/{last}"
SEARCH = "/activitylist-service/activities/search/activities"


def body(garmin: Garmin, window: Window) -> Any:
    """Fetch and return the body alone."""
    payload = garmin.fetch(window)
    assert payload is not None
    return payload.body


def test_places_of_a_route_are_filled(open_account: OpenAccount, window: NewWindow) -> None:
    """Days and names stand where the route has their places, encoded in the path alone."""
    garmin = open_account(email="mia@example.test", display_name="mia/77 aa")
    asked = window(
        "/x-service/{display_name}/{first}/{last}",
        query={"until": "{today}", "who": "{display_name}", "kind": "60"},
    )

    answer = body(garmin, asked)

    assert answer["path"] == "/x-service/mia%2F77%20aa/2026-11-02/2026-11-08"
    assert answer["query"] == {"until": "2026-11-08", "who": "mia/77 aa", "kind": "60"}
    assert answer["who"] == "mia/77 aa"


def test_pages_are_joined(
    server: SimulatorServer, open_account: OpenAccount, window: NewWindow
) -> None:
    """Forty-five activities come in three pages and one list."""
    garmin = open_account()

    answer = body(garmin, window(SEARCH, page_size=20, query={"startDate": "{first}"}))

    assert [one["activityId"] for one in answer] == list(range(45))
    assert [(a.query["start"], a.query["limit"]) for a in server.log] == [
        ("0", "20"),
        ("20", "20"),
        ("40", "20"),
    ]
    assert server.log.matching()[0].query["startDate"] == "2026-11-02"


def test_a_full_last_page_is_followed_by_an_empty_one(
    server: SimulatorServer, open_account: OpenAccount, window: NewWindow
) -> None:
    """When the last page is full, one more is asked for."""
    answer = body(open_account(), window(SEARCH, page_size=15))

    assert len(answer) == 45
    assert len(server.log) == 4


def test_a_page_that_is_no_list_is_refused(
    server: SimulatorServer, open_account: OpenAccount, window: NewWindow
) -> None:
    """Something else than a list of activities is not taken for the end of them."""
    server.faults.nothing(SEARCH, "{}")

    with pytest.raises(UnexpectedPayload):
        open_account().fetch(window(SEARCH, page_size=20))


def test_a_page_that_comes_again_is_refused(
    server: SimulatorServer, open_account: OpenAccount, window: NewWindow
) -> None:
    """An interface that repeats one page is left after the second, not asked for ever."""
    server.faults.answer(SEARCH, body=[{"activityId": n} for n in range(20)])

    with pytest.raises(UnexpectedPayload):
        open_account().fetch(window(SEARCH, page_size=20))

    assert len(server.log) == 2


@pytest.mark.parametrize(
    ("tell", "expected"),
    [
        (lambda faults: faults.nothing("/", "204"), None),
        (lambda faults: faults.nothing("/", "empty"), None),
        (lambda faults: faults.nothing("/", "null"), None),
        (lambda faults: faults.answer("/", status=404, body={"message": "none"}), None),
        (lambda faults: faults.nothing("/", "{}"), {}),
        (lambda faults: faults.nothing("/", "[]"), []),
    ],
)
def test_nothing_is_no_error(
    server: SimulatorServer,
    open_account: OpenAccount,
    window: NewWindow,
    tell: Callable[[Faults], object],
    expected: Any,
) -> None:
    """A day without data is an answer, in whichever shape Garmin gives it."""
    tell(server.faults)

    payload = open_account().fetch(window(STEPS))

    assert (payload.body if payload else None) == expected


@pytest.mark.parametrize(
    ("tell", "expected"),
    [
        (lambda faults: faults.rate_limit("/", retry_after=14), RateLimited),
        (lambda faults: faults.challenge("/"), Blocked),
        (lambda faults: faults.challenge("/", status=503), Blocked),
        (lambda faults: faults.captive_portal("/"), Blocked),
        (lambda faults: faults.answer("/", status=302, headers={"Location": "/login"}), Blocked),
        (lambda faults: faults.answer("/", status=403, body={}), ForbiddenStream),
        (lambda faults: faults.answer("/", status=400, body={}), BadRequest),
        (lambda faults: faults.answer("/", status=500, body={}), GarminUnavailable),
        (lambda faults: faults.answer("/", status=503), GarminUnavailable),
        (lambda faults: faults.answer("/", status=304), GarminUnavailable),
        (
            lambda faults: faults.answer("/", status=404, body=b"<html>", content_type="text/html"),
            GarminUnavailable,
        ),
        (lambda faults: faults.truncate("/"), GarminUnavailable),
        (lambda faults: faults.answer("/", body=b"\xff\xfe{"), UnexpectedPayload),
        (
            lambda faults: faults.answer("/", body=b"[" * 100_000 + b"]" * 100_000),
            UnexpectedPayload,
        ),
        (lambda faults: faults.cut_body("/"), GarminUnavailable),
        (lambda faults: faults.reset("/"), GarminUnavailable),
    ],
)
def test_each_answer_has_its_name(
    server: SimulatorServer,
    open_account: OpenAccount,
    window: NewWindow,
    tell: Callable[[Faults], object],
    expected: type[Exception],
) -> None:
    """Whatever a data host answers becomes one of our errors, after one request."""
    garmin = open_account()
    tell(server.faults)

    with pytest.raises(expected) as raised:
        garmin.fetch(window(STEPS))

    assert raised.value.__context__ is None
    assert len(server.log) == 1


@pytest.mark.parametrize(
    ("first", "status", "expected"),
    [
        ("2026-09-01", 500, BadRequest),
        ("2026-09-01", 503, GarminUnavailable),
        ("2026-11-02", 500, GarminUnavailable),
    ],
)
def test_a_500_may_mean_too_long(
    server: SimulatorServer,
    open_account: OpenAccount,
    window: NewWindow,
    first: str,
    status: int,
    expected: type[Exception],
) -> None:
    """Where a 500 says "too long", a long window is halved and a short one is an outage."""
    server.faults.answer("/", status=status, body={})

    with pytest.raises(expected):
        open_account().fetch(window(STEPS, first, too_long_is_500=True))


def test_a_stop_ends_a_fetch_between_two_pages(
    server: SimulatorServer, open_account: OpenAccount, window: NewWindow
) -> None:
    """A service that stops does not read a year of pages first."""
    pace = Pace(1_000_000, stopping=lambda: len(server.log) >= 1)

    with pytest.raises(Stopping):
        open_account(pace=pace).fetch(window(SEARCH, page_size=20))

    assert len(server.log) == 1
