"""Where requests go and when they may start."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training_analyzer.errors import Stopping
from training_analyzer.garmin.hosts import Hosts
from training_analyzer.garmin.pacing import Pace, Pacing, parse_retry_after
from training_analyzer.model import Region

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


class Clock:
    """A clock that sleeping moves, and nothing else."""

    def __init__(self) -> None:
        self.time = 0.0
        self.naps: list[float] = []

    def __call__(self) -> float:
        """Return the time."""
        return self.time

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.naps.append(seconds)
        self.time += seconds


def test_each_region_has_its_own_hosts() -> None:
    """An account of one region is never asked for at the hosts of the other.

    ASVS 13.2.4, 13.2.5.
    """
    com, cn = Hosts.of(Region.COM), Hosts.of(Region.CN)

    assert com.di_token_url == "https://diauth.garmin.com/di-oauth2-service/oauth/token"
    assert com.account_api == "https://connectapi.garmin.com"
    assert com.personal_api == "https://personal.connectapi.garmin.com"
    assert com.ios_service_url == "https://mobile.integration.garmin.com/gcm/ios"
    assert com.portal_service_url == "https://connect.garmin.com/app"
    for name in Hosts.__slots__:
        assert getattr(cn, name) == getattr(com, name).replace("garmin.com", "garmin.cn")


def test_one_origin_plays_every_host() -> None:
    """With a server of one's own nothing is left that points at Garmin."""
    hosts = Hosts.of(Region.CN, "http://127.0.0.1:8123/")

    addresses = [getattr(hosts, name) for name in Hosts.__slots__ if name != "domain"]
    assert all(address.startswith("http://127.0.0.1:8123") for address in addresses)
    assert hosts.sso == "http://127.0.0.1:8123"
    assert hosts.domain == "garmin.cn"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (None, False),
        ("http://127.0.0.1:1", True),
        ("http://127.8.8.8", True),
        ("http://localhost:1", True),
        ("http://[::1]:1", True),
        ("https://garmin.example", False),
        ("https://10.0.0.1", False),
    ],
)
def test_only_this_machine_counts_as_loopback(url: str | None, expected: bool) -> None:  # noqa: FBT001 - a column of the table
    """The pauses of a login are dropped on this machine alone."""
    assert Hosts.of(Region.COM, url).is_loopback is expected


def test_requests_start_a_spacing_apart() -> None:
    """Sixty per minute means one a second, and the first at once."""
    clock = Clock()
    pace = Pace(60, clock=clock, sleep=clock.sleep)

    starts = []
    for _ in range(4):
        pace.wait()
        starts.append(clock.time)

    assert starts == pytest.approx([0, 1, 2, 3])


def test_time_spent_otherwise_counts_as_waited() -> None:
    """A slow answer is not followed by a pause on top, nor saved up for a burst."""
    clock = Clock()
    pace = Pace(60, clock=clock, sleep=clock.sleep)

    pace.wait()
    clock.time = 10
    pace.wait()
    pace.wait()

    assert clock.time == pytest.approx(11)


def test_threads_share_one_pace() -> None:
    """Eight threads of one account get eight different turns."""
    clock = Clock()
    pacing = Pacing(60, clock=clock, sleep=clock.sleep)

    threads = [threading.Thread(target=pacing.for_account("ada").wait) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    pacing.for_account("ada").wait()

    assert clock.time >= 8 - 1e-9


def test_accounts_do_not_wait_for_each_other_but_for_the_process() -> None:
    """Another account starts at once, unless the process has a budget of its own."""
    clock = Clock()
    free = Pacing(60, clock=clock, sleep=clock.sleep)
    free.for_account("ada").wait()
    free.for_account("mia").wait()
    assert clock.time == 0

    bound = Pacing(60, process_per_minute=30, clock=clock, sleep=clock.sleep)
    bound.for_account("ada").wait()
    bound.for_account("mia").wait()
    assert clock.time == pytest.approx(2)


def test_a_stop_ends_a_long_wait() -> None:
    """Whoever waits a minute for its turn notices within a second that the service stops."""
    clock = Clock()
    pace = Pace(1, clock=clock, sleep=clock.sleep, stopping=lambda: clock.time > 3)
    pace.wait()

    with pytest.raises(Stopping):
        pace.wait()

    assert clock.time < 4


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("14", 14),
        (" 600 ", 600),
        ("0", 1),
        ("999999999999", 86_400),
        ("Wed, 25 Nov 2026 12:10:00 GMT", 600),
        ("Wed, 25 Nov 2026 11:00:00 GMT", 1),
        ("Fri, 25 Dec 2026 12:00:00 GMT", 86_400),
        (None, None),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("١٤", None),
    ],
)
def test_retry_after_is_read_in_both_its_forms(header: str | None, seconds: int | None) -> None:
    """Seconds and dates are understood, within a second and a day; nonsense is no answer."""
    expected = None if seconds is None else timedelta(seconds=seconds)
    assert parse_retry_after(header, NOW) == expected


@given(st.text())
def test_no_retry_after_breaks_the_reader(header: str) -> None:
    """Whatever a server sends, the wait is within its bounds or unknown."""
    wait = parse_retry_after(header, NOW)
    assert wait is None or timedelta(seconds=1) <= wait <= timedelta(hours=24)
