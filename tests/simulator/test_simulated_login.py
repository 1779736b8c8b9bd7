"""The unmodified garminconnect signs in at the pretend Garmin, by each of its ways."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from garminconnect import GarminConnectAuthenticationError, GarminConnectTooManyRequestsError

if TYPE_CHECKING:
    from collections.abc import Callable

    from garminconnect import Garmin

    from training_analyzer.simulator.server import SimulatorServer

STRATEGIES = ("mobile+cffi", "mobile+requests", "widget+cffi", "portal+cffi", "portal+requests")
LOGINS = ("/mobile/api/login", "/portal/api/login", "/sso/signin")
DI = "/di-oauth2-service/oauth/token"
SOCIAL_PROFILE = "/userprofile-service/socialProfile"

type NewGarmin = Callable[..., Garmin]


def only(garmin: Garmin, strategy: str) -> Garmin:
    """Let *garmin* use one of its five ways only."""
    garmin.client.skip_strategies = set(STRATEGIES) - {strategy}
    return garmin


def login_posts(server: SimulatorServer) -> int:
    """Count the requests that carried a password."""
    return sum(server.count(path, method="POST") for path in LOGINS)


def test_default_login_costs_six_requests(server: SimulatorServer, new_garmin: NewGarmin) -> None:
    """A login by the default chain loads one page, posts one password and gets one token."""
    garmin = new_garmin("ada@example.test", "correct horse")

    garmin.login()

    assert garmin.display_name == "ada-3f9c"
    assert server.count("/mobile/sso/en_US/sign-in") == 1
    assert login_posts(server) == 1
    assert server.count(DI) == 1
    assert server.count(SOCIAL_PROFILE) == 2
    assert server.count("/userprofile-service/userprofile/user-settings") == 1
    assert len(server.log) == 6


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_each_way_in_works_alone(
    server: SimulatorServer, new_garmin: NewGarmin, strategy: str
) -> None:
    """Each of the five ways signs a person in with one password post and one token."""
    garmin = only(new_garmin("ada@example.test", "correct horse"), strategy)

    garmin.login()

    assert garmin.client.di_refresh_token
    assert login_posts(server) == 1
    assert server.count(DI) == 1


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_each_way_in_asks_for_the_security_code(
    server: SimulatorServer, new_garmin: NewGarmin, strategy: str
) -> None:
    """Each of the five ways asks a person with a second factor for the code, once."""
    garmin = only(
        new_garmin("mia@example.test", "battery staple", prompt_mfa=lambda: "123456"), strategy
    )

    garmin.login()

    assert garmin.display_name == "mia-77aa"
    assert login_posts(server) == 1
    assert server.count("/sso/verifyMFA/mfaCode") == (strategy == "widget+cffi")


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_security_code_is_accepted_in_another_process(
    server: SimulatorServer, new_garmin: NewGarmin, strategy: str
) -> None:
    """A login that waits for its code goes on in another client, from its saved state alone."""
    first = only(new_garmin("mia@example.test", "battery staple", return_on_mfa=True), strategy)
    asked, state = first.login()
    second = new_garmin()

    second.client.resume_login(json.loads(json.dumps(state)), "123456")

    assert asked == "needs_mfa"
    assert second.client.di_refresh_token
    assert login_posts(server) == 1


def test_widget_does_not_ask_for_a_code_that_was_sent(
    server: SimulatorServer, new_garmin: NewGarmin
) -> None:
    """The widget asks for no second message when the page says where a code went."""
    mia = server.world.account("mia@example.test")
    assert mia is not None
    server.world.put(replace(mia, code_sent_to="m***@example.test"))
    garmin = only(
        new_garmin("mia@example.test", "battery staple", prompt_mfa=lambda: "123456"),
        "widget+cffi",
    )

    garmin.login()

    assert server.count("/sso/verifyMFA/mfaCode") == 0


@pytest.mark.parametrize("strategy", ["mobile+requests", "widget+cffi", "portal+requests"])
def test_wrong_password_ends_the_login_at_once(
    server: SimulatorServer, new_garmin: NewGarmin, strategy: str
) -> None:
    """A wrong password is posted once and then told."""
    garmin = only(new_garmin("ada@example.test", "wrong"), strategy)

    with pytest.raises(GarminConnectAuthenticationError):
        garmin.login()

    assert login_posts(server) == 1
    assert server.count(DI) == 0


@pytest.mark.parametrize(
    ("strategy", "own", "other"),
    [("mobile+requests", "mobile", "portal"), ("portal+requests", "portal", "mobile")],
)
def test_wrong_code_leaves_the_login_open(
    server: SimulatorServer, new_garmin: NewGarmin, strategy: str, own: str, other: str
) -> None:
    """A wrong code is tried at both addresses; the right one then succeeds at the first."""
    garmin = only(new_garmin("mia@example.test", "battery staple", return_on_mfa=True), strategy)
    _, state = garmin.login()
    with pytest.raises(GarminConnectAuthenticationError, match="MFA_CODE_INVALID"):
        garmin.resume_login(state, "000000")

    garmin.resume_login(state, "123456")

    assert server.count(f"/{own}/api/mfa/verifyCode") == 2
    assert server.count(f"/{other}/api/mfa/verifyCode") == 1
    assert garmin.display_name == "mia-77aa"


def test_wrong_code_in_the_widget_leaves_the_login_open(
    server: SimulatorServer, new_garmin: NewGarmin
) -> None:
    """A wrong code in the widget costs one request, and the right one still succeeds."""
    garmin = only(
        new_garmin("mia@example.test", "battery staple", return_on_mfa=True), "widget+cffi"
    )
    _, state = garmin.login()
    with pytest.raises(GarminConnectAuthenticationError, match="Widget MFA failed"):
        garmin.resume_login(state, "000000")

    garmin.resume_login(state, "123456")

    assert server.count("/sso/verifyMFA/loginEnterMfaCode") == 2


def test_code_after_the_session_is_lost_is_refused(
    server: SimulatorServer, new_garmin: NewGarmin
) -> None:
    """A code for a sign-in that the server forgot is refused with 401 at both addresses."""
    garmin = only(
        new_garmin("mia@example.test", "battery staple", return_on_mfa=True), "mobile+requests"
    )
    _, state = garmin.login()
    server.faults.lose_sessions()

    with pytest.raises(GarminConnectAuthenticationError, match=r"verifyCode: 401.*verifyCode: 401"):
        garmin.resume_login(state, "123456")


def test_captcha_everywhere_costs_eleven_password_posts(
    server: SimulatorServer, new_garmin: NewGarmin
) -> None:
    """Against a CAPTCHA the unmodified chain posts the password eleven times, in vain."""
    server.faults.captcha("ada@example.test")
    garmin = new_garmin("ada@example.test", "correct horse")

    with pytest.raises(Exception, match="CAPTCHA required"):
        garmin.login()

    assert login_posts(server) == 11


def test_locked_account_shows_in_the_widget(server: SimulatorServer, new_garmin: NewGarmin) -> None:
    """A locked account is told by the widget's title, after four posts of the mobile flow."""
    server.faults.lock("ada@example.test")
    garmin = new_garmin("ada@example.test", "correct horse")

    with pytest.raises(GarminConnectAuthenticationError, match="Account Locked"):
        garmin.login()

    assert login_posts(server) == 5


def test_browser_session_stands_in_for_a_dead_token_endpoint(
    server: SimulatorServer, new_garmin: NewGarmin
) -> None:
    """When no token is to be had, the unmodified client reads data with a browser's cookie."""
    server.faults.answer(DI, status=503)
    garmin = new_garmin("ada@example.test", "correct horse")

    garmin.login()

    assert garmin.client.jwt_web
    assert json.loads(garmin.client.dumps())["di_token"] is None
    assert server.count("/gcm/ios") == 1
    assert garmin.connectapi("/hrv-service/hrv/2026-11-20")["who"] == "ada-3f9c"


def test_throttled_account_stays_blocked_while_it_is_tried(
    server: SimulatorServer, new_garmin: NewGarmin
) -> None:
    """A throttled account refuses even the right password, and each try begins the wait anew."""
    server.faults.throttle_logins(1, timedelta(hours=2))
    only(new_garmin("ada@example.test", "correct horse"), "mobile+requests").login()

    for hours in (1, 1, 1, 2):
        server.world.advance(timedelta(hours=hours))
        with suppress(GarminConnectTooManyRequestsError):
            only(new_garmin("ada@example.test", "correct horse"), "mobile+requests").login()

    statuses = [asked.status for asked in server.log.matching("/mobile/api/login")]
    assert statuses == [200, 429, 429, 429, 200]
