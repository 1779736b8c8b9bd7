"""The Garmin in memory: asked like an open connection, told what to do by verbs."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from athletes_for_tests import NOW, TODAY, runner

from training_analyzer.errors import (
    BadRequest,
    ForbiddenStream,
    GarminUnavailable,
    RateLimited,
    TokenExpired,
)
from training_analyzer.model import Api, Group
from training_analyzer.simulator.answer import Answer
from training_analyzer.simulator.athletes import demo_athletes
from training_analyzer.simulator.memory import SimulatedGarmin
from training_analyzer.streams import CATALOG, Route, Stream, Window, drift, stream

if TYPE_CHECKING:
    from training_analyzer.garmin import Garmin

YESTERDAY = TODAY - timedelta(days=1)


def _window(name: str, days: int = 20) -> Window:
    return Window(stream(name), YESTERDAY - timedelta(days=days - 1), YESTERDAY)


@pytest.fixture
def garmin() -> SimulatedGarmin:
    """Open a connection to the runner."""
    return SimulatedGarmin(runner(), now=NOW)


@pytest.mark.parametrize("api", list(Api))
def test_it_is_a_garmin(api: Api) -> None:
    """It can stand wherever an open connection is asked for, over either API."""
    garmin = SimulatedGarmin(runner(), now=NOW, api=api)
    connection: Garmin = garmin

    profile = connection.profile()

    assert profile.profile_id == str(garmin.athlete.profile_id)
    assert profile.display_name == garmin.athlete.display_name
    assert profile.time_zone == "Europe/Berlin"
    assert connection.requests == 2
    connection.close()
    assert garmin.closed


@pytest.mark.parametrize("api", list(Api))
@pytest.mark.parametrize("member", CATALOG, ids=lambda member: member.name)
def test_each_stream_of_the_catalog_is_answered(api: Api, member: Stream) -> None:
    """Each stream gives rows that its own parser reads without a field of a wrong kind."""
    if api not in member.routes:
        return
    route = member.routes[api]
    _, tom, will, *_ = demo_athletes(11, TODAY)
    # Tom trains with everything; only Will has a cuff.
    owner = will if member.name == "blood_pressure" else tom
    days = min(route.cap_days, 28)
    window = Window(member, YESTERDAY - timedelta(days=days - 1), YESTERDAY)

    payload = SimulatedGarmin(owner, now=NOW, api=api).fetch(window)

    assert payload is not None
    rows = list(route.parse(payload.body))
    assert rows
    assert drift(route.parse, payload.body) == 0
    if member.day_column is not None:
        found = {date.fromisoformat(str(row[member.day_column])) for row in rows}
        assert found <= set(window.days)


def test_pages_are_joined(garmin: SimulatedGarmin) -> None:
    """A paged route is asked until a page is not full, and gives one list."""
    window = Window(stream("activities"), TODAY - timedelta(days=364), TODAY)

    payload = garmin.fetch(window)

    assert payload is not None
    assert isinstance(payload.body, list)
    assert 200 <= len(payload.body) <= 300
    assert garmin.requests == 3
    assert garmin.asked == [window]


def test_nothing_is_none(garmin: SimulatedGarmin) -> None:
    """An answer without a body is no payload."""
    window = Window(stream("hrv"), date(2020, 1, 1), date(2020, 1, 20))

    assert garmin.fetch(window) is None


@pytest.mark.parametrize("name", ["hrv", "daily_summary", "sleep"])
def test_a_long_window_is_a_bad_request(garmin: SimulatedGarmin, name: str) -> None:
    """More days than a route bears are refused, also where Garmin says 500."""
    with pytest.raises(BadRequest):
        garmin.fetch(_window(name, 400))


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, BadRequest),
        (401, TokenExpired),
        (403, ForbiddenStream),
        (429, RateLimited),
        (500, GarminUnavailable),
        (503, GarminUnavailable),
    ],
)
def test_statuses_become_errors(status: int, error: type[Exception]) -> None:
    """Each status is the error that the real edges make of it."""
    garmin = SimulatedGarmin(runner(), now=NOW, answer=lambda *_: Answer(status))

    with pytest.raises(error):
        garmin.fetch(_window("hrv"))


def test_a_stream_refuses_as_often_as_it_is_told(garmin: SimulatedGarmin) -> None:
    """A refusal holds for its number of times, or for ever; other streams are unharmed."""
    garmin.refuses("hrv", GarminUnavailable(), times=2).refuses("sleep", ForbiddenStream())

    for _ in range(2):
        with pytest.raises(GarminUnavailable):
            garmin.fetch(_window("hrv"))
    assert garmin.fetch(_window("hrv")) is not None
    for _ in range(3):
        with pytest.raises(ForbiddenStream):
            garmin.fetch(_window("sleep"))
    assert garmin.requests == 6
    assert len(garmin.asked) == 6


def test_a_told_answer_is_given_as_it_is(garmin: SimulatedGarmin) -> None:
    """`answers` replaces the payload of each window, None makes it empty."""
    garmin.answers("hrv", {"odd": 1}).answers("sleep", None)

    payload = garmin.fetch(_window("hrv"))

    assert payload is not None
    assert payload.body == {"odd": 1}
    assert garmin.fetch(_window("sleep")) is None


def test_a_told_body_is_cut_to_the_window(garmin: SimulatedGarmin) -> None:
    """`has` gives each window the rows of its days, and nothing where there are none."""
    rows: list[Any] = [{"calendarDate": str(YESTERDAY - timedelta(days=n))} for n in range(40)]
    garmin.has("hrv", {"hrvSummaries": rows, "userProfilePk": 1})

    payload = garmin.fetch(_window("hrv", 5))

    assert payload is not None
    assert payload.body == {"hrvSummaries": rows[:5], "userProfilePk": 1}
    assert garmin.fetch(Window(stream("hrv"), date(2020, 1, 1), date(2020, 1, 2))) is None


def test_later_edits(garmin: SimulatedGarmin) -> None:
    """`revise` edits what later fetches get and leaves the life as it was."""
    before = garmin.fetch(_window("activities"))

    def rename(body: Any) -> Any:
        return [{**row, "activityName": "Renamed"} for row in body[1:]]

    garmin.revise("activities", rename)
    after = garmin.fetch(_window("activities"))

    assert before is not None
    assert after is not None
    assert isinstance(before.body, list)
    assert isinstance(after.body, list)
    assert len(after.body) == len(before.body) - 1
    assert before.digest() != after.digest()


def test_time_passes_when_it_is_told(garmin: SimulatedGarmin) -> None:
    """With a later `now` there is more to know."""
    window = Window(stream("daily_summary"), TODAY, TODAY)
    first = garmin.fetch(window)

    garmin.now = NOW + timedelta(days=1)
    second = garmin.fetch(window)

    assert first is not None
    assert second is not None
    assert first.digest() != second.digest()


def test_a_display_name_is_encoded() -> None:
    """A name with a slash arrives whole at whoever answers."""
    asked: list[str] = []

    def note(_owner: object, _api: object, path: str, *_: object) -> Answer:
        asked.append(path)
        return Answer(204)

    route = Route("/stats/{display_name}/{first}", lambda _: [], {"today": "{today}"})
    odd = Stream("odd", Group.WELLNESS, "odd", ("calendar_date",), {Api.ACCOUNT: route})
    ada = runner()
    garmin = SimulatedGarmin(ada, now=NOW, answer=note)

    assert garmin.fetch(Window(odd, TODAY, TODAY)) is None
    assert asked == [f"/stats/{ada.display_name}/{TODAY}"]
