"""An account connection: under which name it asks, whose it is, and what it keeps to."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from training_analyzer.errors import (
    BadRequest,
    ForbiddenStream,
    UnexpectedPayload,
)
from training_analyzer.garmin.pacing import Pace
from training_analyzer.model import GarminProfile

if TYPE_CHECKING:
    from collections.abc import Callable

    from training_analyzer.garmin import Garmin
    from training_analyzer.garmin.account import AccountGarmin
    from training_analyzer.simulator.server import SimulatorServer
    from training_analyzer.streams import Window

    type OpenAccount = Callable[..., AccountGarmin]
    type NewWindow = Callable[..., Window]

STEPS = "/usersummary-service/stats/steps/daily/{first}/{last}"
NAMED = "/wellness-service/wellness/dailyHeartRate/{display_name}"
SUMMARY = "/usersummary-service/usersummary/daily/{display_name}"
SEARCH = "/activitylist-service/activities/search/activities"


def body(garmin: Garmin, window: Window) -> Any:
    """Fetch and return the body alone."""
    payload = garmin.fetch(window)
    assert payload is not None
    return payload.body


def test_an_old_display_name_is_replaced(
    server: SimulatorServer, open_account: OpenAccount, window: NewWindow
) -> None:
    """A refused address is asked again under the name that Garmin now has for the account."""
    garmin = open_account(display_name="old-name")

    heart = body(garmin, window(NAMED))
    summary = body(garmin, window(SUMMARY, query={"calendarDate": "{first}"}))

    assert heart["path"] == "/wellness-service/wellness/dailyHeartRate/ada-3f9c"
    assert summary["path"] == "/usersummary-service/usersummary/daily/ada-3f9c"
    assert garmin.display_name == "ada-3f9c"
    assert server.count("/userprofile-service/socialProfile") == 1


def test_a_protected_summary_is_a_closed_stream(
    server: SimulatorServer, open_account: OpenAccount, window: NewWindow
) -> None:
    """A summary marked as private closes the stream when the name is right; it rejects nobody."""
    server.faults.answer("/usersummary-service", body={"privacyProtected": True})
    garmin = open_account()

    for _ in range(2):
        with pytest.raises(ForbiddenStream):
            garmin.fetch(window(SUMMARY))

    assert server.count("/userprofile-service/socialProfile") == 1
    assert server.count("/usersummary-service") == 2


def test_a_missing_display_name_is_asked_for(
    server: SimulatorServer, open_account: OpenAccount, window: NewWindow
) -> None:
    """A connection that never learned its name asks once, when a route needs it."""
    garmin = open_account(display_name=None)

    garmin.fetch(window(STEPS))
    assert len(server.log) == 1
    garmin.fetch(window(NAMED))
    garmin.fetch(window(NAMED))

    assert server.count("/userprofile-service/socialProfile") == 1
    assert server.count("/wellness-service") == 2


def test_a_name_of_dots_climbs_nowhere(
    server: SimulatorServer, open_account: OpenAccount, window: NewWindow
) -> None:
    """ASVS 1.2.2: a display name that would leave its path is not sent."""
    with pytest.raises(BadRequest):
        open_account(display_name="..").fetch(window(NAMED))

    assert len(server.log) == 0


@pytest.mark.parametrize(
    ("social", "settings", "expected"),
    [
        (
            {"profileId": "90000001", "displayName": " ada "},
            {"timeZone": "Europe/Paris"},
            GarminProfile(profile_id="90000001", display_name="ada", time_zone="Europe/Paris"),
        ),
        (
            {"profileId": 7, "displayName": None},
            {},
            GarminProfile(profile_id="7", display_name="7"),
        ),
        ({"profileId": 7, "displayName": "a"}, [], GarminProfile(profile_id="7", display_name="a")),
    ],
)
def test_a_profile_is_read_in_its_variants(
    server: SimulatorServer,
    open_account: OpenAccount,
    social: Any,
    settings: Any,
    expected: GarminProfile,
) -> None:
    """An id as text, no name or no settings: the account is known all the same."""
    server.faults.answer("/userprofile-service/socialProfile", body=social)
    server.faults.answer("/userprofile-service/userprofile/settings", body=settings)
    garmin = open_account()

    assert garmin.profile() == expected
    assert garmin.requests == 2


@pytest.mark.parametrize("social", [{}, [], {"profileId": True}, {"profileId": " "}, b"null"])
def test_a_profile_without_an_id_is_refused(
    server: SimulatorServer, open_account: OpenAccount, social: Any
) -> None:
    """An account that cannot be told from another is not connected."""
    server.faults.answer("/userprofile-service/socialProfile", body=social)

    with pytest.raises(UnexpectedPayload):
        open_account().profile()


def test_every_request_keeps_the_pace(
    server: SimulatorServer, open_account: OpenAccount, window: NewWindow
) -> None:
    """Refreshes, pages and repeats wait for their turn like any other request."""
    turns: list[float] = []

    class Counting(Pace):
        def wait(self) -> None:
            turns.append(len(server.log))

    garmin = open_account(pace=Counting(60))
    server.world.tokens.revoke("ada@example.test", refresh_too=False)
    garmin.fetch(window(SEARCH, page_size=20))

    assert turns == [0, 1, 2, 3, 4]
    assert garmin.requests == len(server.log) == 5


def test_the_environment_reaches_no_request(
    server: SimulatorServer,
    open_account: OpenAccount,
    window: NewWindow,
    tmp_path: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A `.netrc` with a default entry, foreign tokens and a proxy change nobody's account."""
    netrc = tmp_path / "netrc"
    netrc.write_text("default login mallory password hunter2\n")
    netrc.chmod(0o600)
    theirs = tmp_path / "garmin_tokens.json"
    theirs.write_text(json.dumps(server.world.sign_in("mia@example.test")))
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("GARMINTOKENS", str(theirs))
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")

    answer = body(open_account(), window(STEPS))

    assert answer["who"] == "ada-3f9c"
    assert [asked.status for asked in server.log] == [200]
