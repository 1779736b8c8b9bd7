"""Faults 18 to 20: whoever is told to wait waits, as long as was said and no longer than a day."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any

import fault_server as wire_that
import pytest
from fake_clock import FakeClock
from fault_server import FaultServer
from fault_stage import account_of, hrv_window, tokens_of
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from services_stage import account
from taxonomy_stage import LOGINS, dead_session, next_run, on, passwords, settled

from training_analyzer.errors import CoolingDown, LoginBlocked, RateLimited
from training_analyzer.planning.breaker import BreakerState
from training_analyzer.planning.outcome import retry_at
from training_analyzer.services.runtime import build_runtime
from training_analyzer.simulator import SimulatorServer, demo_world

if TYPE_CHECKING:
    from collections.abc import Iterator

    from training_analyzer.garmin.tokens import TokenBundle
    from training_analyzer.services.runtime import Runtime
    from training_analyzer.settings import Settings

type Limited = tuple[FaultServer, TokenBundle]

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
SECOND, DAY = timedelta(seconds=1), timedelta(hours=24)
HRV = "/hrv-service"
# What a header may hold: Latin letters without ends of lines.
TEXTS = st.text(st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f"))


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Give SQLite alone: waits are computed, not queried."""
    return sqlite_url


@pytest.fixture(scope="module")
def limited() -> Iterator[Limited]:
    """Give a wire in front of a pretend Garmin, told anew by each example."""
    with (
        SimulatorServer(demo_world(7, clock=FakeClock(NOW))) as garmin,
        FaultServer(garmin.url) as wire,
    ):
        yield wire, tokens_of(garmin)


def wait_for(limited: Limited, header: str) -> timedelta:
    """Return how long the account waits after a 429 with this `Retry-After`, over HTTP."""
    wire, tokens = limited
    wire.fails[HRV] = wire_that.say(429, Retry_After=header)
    connection = account_of(wire.url, tokens, now=lambda: NOW)
    with closing(connection), pytest.raises(RateLimited) as told:
        connection.fetch(hrv_window())
    until = retry_at(told.value, now=NOW)
    assert until is not None
    return until - NOW


over_http = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@over_http
@given(seconds=st.one_of(st.integers(0, 10**9), st.integers(-5, 100_000)))
def test_fault_19_seconds_are_obeyed(limited: Limited, seconds: int) -> None:
    """A number of seconds is waited, at least one and at most a day of them."""
    waited = wait_for(limited, str(seconds))

    if seconds >= 0:
        assert waited == max(SECOND, min(timedelta(seconds=seconds), DAY))
    else:
        assert SECOND <= waited <= DAY


@over_http
@given(away_s=st.one_of(st.integers(-100_000, 100_000), st.integers(-(10**9), 10**11)))
def test_fault_19_dates_are_obeyed(limited: Limited, away_s: int) -> None:
    """An HTTP date, also one long past or of a far century, is waited for within the bounds."""
    until = NOW + timedelta(seconds=away_s)

    waited = wait_for(limited, format_datetime(until, usegmt=True))

    assert waited == max(SECOND, min(until - NOW, DAY))


@over_http
@given(header=st.one_of(TEXTS, st.sampled_from(["", "soon", "1e9", "0x10", "१२", "1,5", "inf"])))
def test_fault_19_garbage_is_no_reason_to_hurry(limited: Limited, header: str) -> None:
    """Whatever else a server sends, the wait is between a second and a day."""
    assert SECOND <= wait_for(limited, header.encode("latin-1", "replace").decode("latin-1")) <= DAY


def test_fault_20_limit_without_a_time_is_waited_for_longer_each_time(
    runtime: Runtime, garmin: SimulatorServer, clock: Any
) -> None:
    """Each further 429 doubles the wait up to an hour; people limited together return apart."""
    people = [
        settled(runtime, garmin, name, keep_password=False) for name in ("ada", "will", "tom")
    ]
    garmin.faults.rate_limit("/", token="di")
    waits: dict[str, list[timedelta]] = {person: [] for person in people}

    for person in people:
        start = clock.now
        for _ in range(5):
            outcome = runtime.syncs.sync(person)
            assert (outcome.error_code, outcome.retry_at) == ("rate_limited", outcome.retry_at)
            assert next_run(runtime, person) == (outcome.retry_at, outcome.retry_at)
            assert outcome.retry_at is not None
            with pytest.raises(CoolingDown):
                runtime.syncs.sync(person, force=True)
            waits[person].append(outcome.retry_at - clock.now)
            clock.now = outcome.retry_at
        clock.now = start

    for told in waits.values():
        for wait, minutes in zip(told, (15, 15, 30, 60, 60), strict=True):
            assert timedelta(minutes=minutes) <= wait <= timedelta(minutes=minutes * 1.25)
    assert len({tuple(told) for told in waits.values()}) == len(people)


def test_fault_20_blocked_login_waits_over_a_restart(
    settings: Settings, runtime: Runtime, garmin: SimulatorServer, clock: Any
) -> None:
    """A 429 to a login is answered by a wait that doubles, and that a restart remembers.

    Unattended, no second password goes out within 24 hours, whatever the ladder says.
    """
    ada = settled(runtime, garmin, "ada", keep_password=True)
    who = account(garmin, "ada")
    dead_session(garmin, who)
    fault = on(LOGINS, "rate_limit", method="POST")
    fault(garmin, who)
    before = len(passwords(garmin))
    first = clock.now
    assert runtime.syncs.sync(ada).error_code == "login_blocked"
    tried = len(passwords(garmin)) - before
    assert 1 <= tried <= 3

    for _ in range(11):
        clock.advance(hours=2)
        with build_runtime(settings, now=clock) as restarted:
            restarted.syncs.sync_if_due(ada)
            with pytest.raises((CoolingDown, LoginBlocked)):
                raise_or_sync(restarted, ada)
    assert clock.now - first < DAY
    assert len(passwords(garmin)) == before + tried

    garmin.faults.clear()
    clock.advance(hours=3)
    with build_runtime(settings, now=clock) as restarted:
        assert restarted.syncs.sync(ada).status == "completed"
    assert len(passwords(garmin)) == before + tried + 1


def raise_or_sync(runtime: Runtime, user_id: str) -> None:
    """Ask for a sync at once; raise what stands against it, be it the run's own end."""
    outcome = runtime.syncs.sync(user_id, force=True)
    if outcome.error_code in {"login_blocked", "login_waits"}:
        raise LoginBlocked(outcome.retry_at)


def test_fault_18_wall_for_everybody_opens_the_breaker(
    runtime: Runtime, garmin: SimulatorServer, clock: Any
) -> None:
    """After three people met the edge's wall the others do not even try; then one does, for all."""
    people = [
        settled(runtime, garmin, name, keep_password=False) for name in ("ada", "will", "tom")
    ]
    late = settled_beside(runtime, garmin)
    fault = garmin.faults.challenge("/", token="di")
    for person in people:
        assert runtime.syncs.sync(person).error_code == "blocked"
    (breaker,) = runtime.breakers.all().values()
    assert breaker.state(clock.now) is BreakerState.OPEN
    asked = len(garmin.log)
    with pytest.raises(CoolingDown):
        runtime.syncs.sync(late)
    assert runtime.syncs.sync_if_due(late) is None
    assert len(garmin.log) == asked

    garmin.faults.clear(fault)
    clock.advance(minutes=2)
    assert runtime.syncs.sync(late).status == "completed"
    assert runtime.breakers.all() == {} or not runtime.breakers.resting()
    for person in people:
        credentials = runtime.credentials.get_credentials(person)
        assert credentials is not None
        assert credentials.is_valid


def settled_beside(runtime: Runtime, garmin: SimulatorServer) -> str:
    """Connect a fourth person, by a session that is alive, to an account of their own."""
    user_id = runtime.people.add("late").user_id
    runtime.connections.connect_ticket(user_id, garmin.ticket(account(garmin, "kay").email))
    runtime.credentials.update_sync_config(user_id, initial_sync_days=3, incremental_sync_days=3)
    return user_id
