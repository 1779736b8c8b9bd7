"""How long a server waits before it sends a password to Garmin again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training_analyzer.errors import BlockCause
from training_analyzer.planning.logins import (
    LADDER,
    Login,
    LoginEnd,
    Wait,
    login_wait,
)

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
BLOCKED, REJECTED = LoginEnd.BLOCKED, LoginEnd.REJECTED


def ago(end: LoginEnd, account: str = "ada", **span: float) -> Login:
    """Return a login of *account* that ended so, that long ago."""
    return Login(account, NOW - timedelta(**span), end)


def possible_at(account: str, logins: list[Login], *, now: datetime) -> datetime | None:
    """Return when a login may go, None for now."""
    wait = login_wait(account, logins, now=now)
    return wait.until if wait is not None else None


def test_first_login_may_go_at_once() -> None:
    """Without any login before, nothing stands against one."""
    assert possible_at("ada", [], now=NOW) is None


@pytest.mark.parametrize(("blocks", "hours"), [(1, 2), (2, 4), (3, 8), (4, 24), (9, 24)])
def test_each_block_makes_the_wait_longer(blocks: int, hours: int) -> None:
    """The wait is 2, 4, 8 and then always 24 hours after the latest block."""
    logins = [ago(BLOCKED, days=blocks - n) for n in range(blocks)]
    last = logins[-1].at

    assert possible_at("ada", logins, now=last) == last + timedelta(hours=hours)
    assert possible_at("ada", logins, now=last + timedelta(hours=hours)) is None


def test_login_that_entered_begins_anew() -> None:
    """After a good login the next block waits two hours again."""
    logins = [
        ago(BLOCKED, hours=50),
        ago(BLOCKED, hours=40),
        ago(LoginEnd.ENTERED, hours=30),
        ago(BLOCKED, minutes=5),
    ]

    assert possible_at("ada", logins, now=NOW) == logins[-1].at + LADDER[0]


def test_another_account_is_not_affected_by_one_block() -> None:
    """One blocked account says nothing about the others."""
    assert possible_at("bob", [ago(BLOCKED, minutes=5)], now=NOW) is None


def test_two_blocked_accounts_pause_all_logins() -> None:
    """When two accounts are blocked within an hour, nobody logs in for two hours."""
    logins = [ago(BLOCKED, "ada", minutes=40), ago(BLOCKED, "bob", minutes=5)]

    assert possible_at("eve", logins, now=NOW) == logins[-1].at + timedelta(hours=2)


@pytest.mark.parametrize(
    ("ages", "wait"),
    [
        ((50, 40), None),
        ((50, 40, 30), timedelta(minutes=10)),
        ((600, 500, 400, 300, 200), timedelta(minutes=1440 - 600)),
        ((2000, 1900, 50, 40), None),
    ],
)
def test_wrong_passwords_are_limited_per_hour_and_day(
    ages: tuple[int, ...], wait: timedelta | None
) -> None:
    """Three wrong passwords in an hour, or five in a day, and the account waits."""
    logins = [ago(REJECTED, minutes=minutes) for minutes in ages]

    possible = possible_at("ada", logins, now=NOW)

    assert possible == (None if wait is None else NOW + wait)


def test_cause_of_a_wait_is_told() -> None:
    """A wait names how Garmin refused last; after wrong passwords it was not Garmin."""
    captcha, limit = (
        Login(who, NOW - timedelta(minutes=m), BLOCKED, cause=cause)
        for who, m, cause in (("ada", 40, BlockCause.CAPTCHA), ("bob", 5, BlockCause.RATE_LIMITED))
    )
    wrong = [ago(REJECTED, "eve", minutes=m) for m in (50, 40, 30)]

    of_ada = login_wait("ada", [captcha], now=NOW)
    of_server = login_wait("eve", [captcha, limit, *wrong], now=NOW)
    of_eve = login_wait("eve", wrong, now=NOW)

    assert of_ada == Wait(captcha.at + LADDER[0], BlockCause.CAPTCHA)
    assert of_server == Wait(limit.at + LADDER[0], BlockCause.RATE_LIMITED)
    assert of_eve == Wait(NOW + timedelta(minutes=10), None)


@given(
    st.lists(
        st.tuples(st.sampled_from(["ada", "bob"]), st.sampled_from(LoginEnd), st.integers(0, 9999))
    )
)
def test_wait_is_never_in_the_past_nor_longer_than_a_day(
    seen: list[tuple[str, LoginEnd, int]],
) -> None:
    """Whatever happened, the answer is now or a time within the next 24 hours."""
    logins = [Login(who, NOW - timedelta(minutes=m), end) for who, end, m in seen]

    possible = possible_at("ada", logins, now=NOW)

    assert possible is None or NOW < possible <= NOW + timedelta(hours=24)
