"""Ways to a session, at a pretend Garmin: what they cost and how they fail."""

from __future__ import annotations

import inspect
import json
import subprocess
import sys
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from garminconnect.client import Client, constants, sso

from training_analyzer.errors import (
    AccountLocked,
    CredentialsRejected,
    GarminError,
    GarminUnavailable,
    LoginBlocked,
    MfaExpired,
    MfaInvalid,
    RateLimited,
    TokenInvalid,
)
from training_analyzer.garmin.client import LOGIN_TIME_S, GarminClient
from training_analyzer.garmin.login import LoggedIn, NeedsMfa, finish_mfa, log_in, redeem_ticket
from training_analyzer.model import GarminProfile

if TYPE_CHECKING:
    from collections.abc import Callable

    from training_analyzer.garmin.hosts import Hosts
    from training_analyzer.simulator.faults import Faults
    from training_analyzer.simulator.server import SimulatorServer

LOGINS = ("/mobile/api/login", "/portal/api/login", "/sso/signin")
DI = "/di-oauth2-service/oauth/token"
SOCIAL = "/userprofile-service/socialProfile"
ADA = ("ada@example.test", "correct horse")
MIA = ("mia@example.test", "battery staple")
ADA_PROFILE = GarminProfile(
    profile_id="90000001", display_name="ada-3f9c", time_zone="Europe/Paris"
)


def password_posts(server: SimulatorServer) -> int:
    """Count the requests that carried a password."""
    return sum(server.count(path, method="POST") for path in LOGINS)


def pending(hosts: Hosts) -> NeedsMfa:
    """Start a login that waits for its code."""
    needs = log_in(*MIA, hosts=hosts)
    assert isinstance(needs, NeedsMfa)
    return needs


def test_a_login_posts_the_password_once(server: SimulatorServer, hosts: Hosts) -> None:
    """A good login costs one password, one exchange, and tells who signed in."""
    logged_in = log_in(*ADA, hosts=hosts)

    assert isinstance(logged_in, LoggedIn)
    assert logged_in.profile == ADA_PROFILE
    assert logged_in.tokens.expires_at is not None
    assert password_posts(server) == 1
    assert server.count(DI) == 1
    assert server.count(SOCIAL) == 2


def test_a_wrong_password_is_posted_once(server: SimulatorServer, hosts: Hosts) -> None:
    """A wrong password is told at once and not tried another way."""
    with pytest.raises(CredentialsRejected):
        log_in("ada@example.test", "wrong horse", hosts=hosts)

    assert password_posts(server) == 1


def test_a_captcha_everywhere_costs_three_passwords(server: SimulatorServer, hosts: Hosts) -> None:
    """A wall in front of every way in is met three times, not eleven, and cools down."""
    server.faults.captcha()

    with pytest.raises(LoginBlocked):
        log_in(*ADA, hosts=hosts)

    assert password_posts(server) == 3


def test_a_blocked_app_login_falls_to_the_widget(server: SimulatorServer, hosts: Hosts) -> None:
    """Where only the app's login is refused, the widget's still lets a person in."""
    server.faults.rate_limit("/mobile/api/login")

    logged_in = log_in(*ADA, hosts=hosts)

    assert isinstance(logged_in, LoggedIn)
    assert password_posts(server) == 2


@pytest.mark.parametrize(
    ("tell", "expected"),
    [
        (lambda faults: faults.lock("ada@example.test"), AccountLocked),
        (lambda faults: faults.restrict("ada@example.test"), AccountLocked),
        (lambda faults: faults.soft_block(), LoginBlocked),
        (lambda faults: faults.rate_limit(), LoginBlocked),
        (lambda faults: faults.challenge(), LoginBlocked),
        (lambda faults: faults.drop_cookies("/mobile/sso"), LoggedIn),
        (lambda faults: faults.throttle_logins(0, timedelta(hours=2)), LoginBlocked),
        (lambda faults: faults.answer("/", status=503, body={}), GarminUnavailable),
        (lambda faults: faults.reset("/"), GarminUnavailable),
        (lambda faults: faults.rate_limit(DI, retry_after=600), LoginBlocked),
        (lambda faults: faults.answer(DI, body={"access_token": 7}), GarminUnavailable),
        (lambda faults: faults.answer(DI, status=302, headers={"Location": "/"}), GarminError),
        (lambda faults: faults.edit(DI, drop=["refresh_token"]), GarminUnavailable),
        (lambda faults: faults.answer(SOCIAL, status=401, body={}), LoginBlocked),
    ],
)
def test_each_refusal_of_a_login_has_its_name(
    server: SimulatorServer,
    hosts: Hosts,
    tell: Callable[[Faults], object],
    expected: type[Any],
) -> None:
    """However a login fails, it costs three passwords at most and says what happened."""
    tell(server.faults)

    try:
        outcome: object = log_in(*ADA, hosts=hosts)
    except GarminError as error:
        outcome = error

    assert isinstance(outcome, expected)
    assert password_posts(server) <= 3


def test_a_dead_token_host_ends_the_login(server: SimulatorServer, hosts: Hosts) -> None:
    """Without token exchange there is no second password and no way around by cookies."""
    server.faults.answer(DI, status=503)

    with pytest.raises(GarminUnavailable):
        log_in(*ADA, hosts=hosts)

    assert password_posts(server) == 1
    assert server.count(DI) == 4
    assert not any("ticket" in asked.query for asked in server.log)


def test_a_profile_that_fails_does_not_waste_the_login(
    server: SimulatorServer, hosts: Hosts
) -> None:
    """A hiccup right after the login is waited out; the password is not posted again."""
    server.faults.answer(SOCIAL, status=503, times=2)
    pauses: list[float] = []

    logged_in = log_in(*ADA, hosts=hosts, sleep=pauses.append)

    assert isinstance(logged_in, LoggedIn)
    assert password_posts(server) == 1
    assert pauses[1:] == [1.0]


def test_a_login_rests_before_it_posts(hosts: Hosts) -> None:
    """The pause before a password is Garmin's client's own, taken with our sleep."""
    pauses: list[float] = []
    library = dict(vars(sso))

    log_in(*ADA, hosts=hosts, sleep=pauses.append)

    assert len(pauses) == 1
    assert constants.MOBILE_DELAY_MIN_S <= pauses[0] <= constants.MOBILE_DELAY_MAX_S
    assert vars(sso) == library


def test_a_login_ends_when_its_time_is_up(server: SimulatorServer, hosts: Hosts) -> None:
    """A login that drags on gives up before the next password."""
    server.faults.captcha()
    time = [0.0]

    def sleep(_: float) -> None:
        time[0] += LOGIN_TIME_S * 0.6

    with pytest.raises(GarminUnavailable):
        log_in(*ADA, hosts=hosts, sleep=sleep, clock=lambda: time[0])

    assert password_posts(server) == 1


def test_a_code_is_finished_by_another_process(server: SimulatorServer, hosts: Hosts) -> None:
    """A login that waits for its code goes on wherever its state is taken to."""
    needs = pending(hosts)
    program = (
        "import sys, json\n"
        "from training_analyzer.garmin.hosts import Hosts\n"
        "from training_analyzer.garmin.login import finish_mfa\n"
        "from training_analyzer.model import Region\n"
        "state, url = json.load(sys.stdin)\n"
        "done = finish_mfa(state, ' 123 456', hosts=Hosts.of(Region.COM, url))\n"
        "print(done.profile.display_name)\n"
    )

    done = subprocess.run(  # noqa: S603 - our own interpreter and program
        [sys.executable, "-c", program],
        input=json.dumps([needs.state, server.url]),
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout.strip() == "mia/77 aa"
    assert needs.method == "email"
    assert password_posts(server) == 1


def test_a_wrong_code_can_be_corrected(server: SimulatorServer, hosts: Hosts) -> None:
    """A mistyped code leaves the login waiting for the right one."""
    needs = pending(hosts)

    with pytest.raises(MfaInvalid):
        finish_mfa(needs.state, "000000", hosts=hosts)
    done = finish_mfa(needs.state, "123456", hosts=hosts)

    assert done.profile.profile_id == "90000002"
    assert server.count("/mobile/api/mfa/verifyCode") == 2
    assert server.count("/portal/api/mfa/verifyCode") == 1


def test_a_code_for_the_widget_is_finished_too(server: SimulatorServer, hosts: Hosts) -> None:
    """Where the widget let the person in, wrong and right codes work alike."""
    server.faults.rate_limit("/mobile/api/login")
    needs = pending(hosts)

    with pytest.raises(MfaInvalid):
        finish_mfa(needs.state, "000000", hosts=hosts)
    done = finish_mfa(needs.state, "123456", hosts=hosts)

    assert done.profile.profile_id == "90000002"


def test_a_lost_login_has_to_start_again(server: SimulatorServer, hosts: Hosts) -> None:
    """A code that comes too late is told so."""
    needs = pending(hosts)
    server.faults.lose_sessions()

    with pytest.raises(MfaExpired):
        finish_mfa(needs.state, "123456", hosts=hosts)


@pytest.mark.parametrize("state", ["", "[]", "{}", '{"domain": "garmin.cn"}', "\ud800"])
def test_a_damaged_state_has_to_start_again(
    server: SimulatorServer, hosts: Hosts, state: str
) -> None:
    """A state that is none costs no request."""
    with pytest.raises(MfaExpired):
        finish_mfa(state, "123456", hosts=hosts)

    assert len(server.log) == 0


def test_an_empty_code_is_not_sent(server: SimulatorServer, hosts: Hosts) -> None:
    """Nothing is asked of Garmin for a code of blanks."""
    needs = pending(hosts)
    server.log.clear()

    with pytest.raises(MfaInvalid):
        finish_mfa(needs.state, "  ", hosts=hosts)

    assert len(server.log) == 0


def test_a_limited_code_cools_down(server: SimulatorServer, hosts: Hosts) -> None:
    """When both ways refuse codes for now, the login is blocked, not the code wrong."""
    needs = pending(hosts)
    server.faults.rate_limit("/mobile/api/mfa")
    server.faults.rate_limit("/portal/api/mfa")

    with pytest.raises(LoginBlocked):
        finish_mfa(needs.state, "123456", hosts=hosts)


def test_a_state_does_not_show_itself(hosts: Hosts) -> None:
    """What waits for a code holds cookies, and prints none."""
    needs = pending(hosts)

    assert "SESSION" in needs.state
    assert repr(needs) == "NeedsMfa(***, method='email')"


@pytest.mark.parametrize(
    "pasted", ["{}", " {} \n", 'var response_url = "https://x/gcm/android?ticket={}";']
)
def test_a_ticket_makes_a_session(server: SimulatorServer, hosts: Hosts, pasted: str) -> None:
    """A ticket from the browser, however it is pasted, signs in without a password."""
    ticket = server.ticket("ada@example.test")

    logged_in = redeem_ticket(pasted.format(ticket), hosts=hosts)

    assert logged_in.profile == ADA_PROFILE
    assert password_posts(server) == 0
    assert server.count(DI) == 1


def test_a_used_ticket_is_dead(server: SimulatorServer, hosts: Hosts) -> None:
    """A ticket works once; the second time the person is told to get another."""
    ticket = server.ticket("ada@example.test")
    redeem_ticket(ticket, hosts=hosts)

    with pytest.raises(CredentialsRejected, match="ticket"):
        redeem_ticket(ticket, hosts=hosts)

    assert server.count(DI) == 5


def test_a_limited_ticket_waits(server: SimulatorServer, hosts: Hosts) -> None:
    """A rate limit at the token host says how long, after one request."""
    server.faults.rate_limit(DI, retry_after=600)

    with pytest.raises(RateLimited) as limited:
        redeem_ticket(server.ticket("ada@example.test"), hosts=hosts)

    assert limited.value.retry_after == timedelta(minutes=10)
    assert server.count(DI) == 1


def test_text_without_a_ticket_is_refused(server: SimulatorServer, hosts: Hosts) -> None:
    """Nothing is asked of Garmin when the text holds no ticket."""
    with pytest.raises(TokenInvalid, match="no ticket"):
        redeem_ticket("<title>Success</title>", hosts=hosts)

    assert len(server.log) == 0


def test_the_client_still_has_what_we_override() -> None:
    """Each name of garminconnect that we replace or call is there, with our parameters."""
    ours = {
        name: member
        for name, member in vars(GarminClient).items()
        if name in vars(Client) or any(name in vars(base) for base in Client.__mro__[1:-1])
    }

    assert {"_refresh_session", "_establish_session", "_http_post", "_token_expires_soon"} < set(
        ours
    )
    for name, member in ours.items():
        if name.startswith("__"):
            continue
        theirs = inspect.signature(getattr(Client, name)).parameters
        assert list(inspect.signature(member).parameters) == list(theirs), name
    for name in ("_refresh_di_token", "_exchange_service_ticket", "_mfa_client_state"):
        assert hasattr(Client, name)
