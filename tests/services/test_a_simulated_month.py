"""Thirty days of daily syncs by the scheduler, in good times and under each bad fault.

Counted are the passwords that really reached the pretend Garmin, by its own log.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
from services_stage import Inline, account, unclaimed
from taxonomy_stage import (
    SIGN_IN,
    Tell,
    changed,
    dead_session,
    of_account,
    on,
    passwords,
    settled,
    together,
    verb,
)

from training_analyzer.services.garmin_scheduler import GarminSyncScheduler
from training_analyzer.simulator.oauth import DI_PATH

if TYPE_CHECKING:
    from collections.abc import Callable

    from training_analyzer.services.runtime import Runtime
    from training_analyzer.simulator import SimulatorServer

MONTH, DAY = timedelta(days=30), timedelta(days=1)
TICK = timedelta(seconds=15)
API = ("/userprofile-service", "/usersummary-service", "/wellness-service")
HALF_A_DAY_S = 12 * 3600


@dataclass(frozen=True)
class Bad:
    """A fault for a month: told once, and each day anew; and how many logins it may cost."""

    name: str
    once: Tell
    daily: Tell
    logins: range
    requests_a_day: int


NOTHING = together()
FAULTS = [
    Bad("tokens revoked daily", NOTHING, dead_session, range(29, 32), 12),
    Bad("token host says 400", verb("answer", DI_PATH, status=400, body={}), NOTHING,
        range(20, 31), 10),
    Bad("token host says 429", verb("rate_limit", DI_PATH, retry_after=HALF_A_DAY_S), NOTHING,
        range(1), 6),
    Bad("token host says 503", verb("answer", DI_PATH, status=503), NOTHING, range(1), 26),
    Bad("a reply is lost daily", NOTHING, verb("lose_reply", DI_PATH, times=1), range(20, 31), 12),
    Bad("fresh tokens are refused", on(API, "answer", status=401, body={}), dead_session,
        range(20, 31), 18),
    Bad("CAPTCHA", together(dead_session, of_account("captcha")), NOTHING, range(20, 31), 10),
    Bad("locked", together(dead_session, of_account("lock")), NOTHING, range(1, 2), 2),
    Bad("wrong password", together(dead_session, changed(password="other")), NOTHING,
        range(1, 2), 2),
    Bad("codes are demanded", together(dead_session, changed(mfa_code="123456")), NOTHING,
        range(1, 2), 2),
    Bad("sign-in is down", together(dead_session, on(SIGN_IN, "answer", status=503)), NOTHING,
        range(20, 31), 10),
]  # fmt: skip
# The most requests take the most time; hosts that answer with another status come every day.
LONG = (pytest.mark.torture, pytest.mark.torture_only)
BAD_MONTHS = [
    pytest.param(bad, id=bad.name, marks=LONG if bad.requests_a_day > 20 else ()) for bad in FAULTS
]


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Give SQLite alone: the month is about Garmin."""
    return sqlite_url


def live(
    runtime: Runtime,
    clock: Any,
    users: list[str],
    *,
    daily: Callable[[], object] = lambda: None,
    span: timedelta = MONTH,
) -> None:
    """Let the scheduler tick whenever somebody is due, for a month; *daily* comes first."""
    dispatcher = Inline()
    scheduler = GarminSyncScheduler(replace(runtime, dispatcher=dispatcher))
    dispatcher.start(scheduler._work)
    dawn, end = clock.now, clock.now + span
    while clock.now < end:
        if clock.now >= dawn:
            daily()
            dawn += DAY
        scheduler.tick()
        dues = [due for user_id in users if (due := scheduler.get_next_sync_time(user_id))]
        clock.now = min(dawn, max(clock.now + TICK, min(dues, default=end)))


def logins(garmin: SimulatorServer, since: datetime) -> Counter[datetime]:
    """Return when passwords were sent, and how many posts that took: one login, one instant."""
    return Counter(asked.at for asked in passwords(garmin) if asked.at >= since)


def closest(at: Counter[datetime]) -> timedelta:
    """Return the shortest time between two logins."""
    return min((later - earlier for earlier, later in pairwise(sorted(at))), default=MONTH)


def lived_in(runtime: Runtime, garmin: SimulatorServer, name: str, clock: Any) -> str:
    """Connect somebody who wants a day of activities, and let their first sync pass."""
    user_id = settled(runtime, garmin, name, keep_password=True)
    runtime.credentials.update_sync_config(
        user_id,
        initial_sync_days=1,
        incremental_sync_days=1,
        sync_wellness=False,
        sync_fitness_metrics=False,
    )
    assert runtime.syncs.sync(user_id).status == "completed"
    clock.advance(hours=20)
    return user_id


def test_healthy_month_uses_no_password(
    runtime: Runtime, garmin: SimulatorServer, clock: Any
) -> None:
    """While tokens work, thirty days of syncs send no password, and each of them completes."""
    user_id = lived_in(runtime, garmin, "ada", clock)
    since = clock.now

    live(runtime, clock, [user_id])

    runs = runtime.credentials.get_sync_history(user_id, limit=100)
    assert not logins(garmin, since)
    assert len(runs) == 32
    assert {run.status for run in runs} == {"completed"}
    assert garmin.count(DI_PATH) <= 33


@pytest.mark.parametrize("bad", BAD_MONTHS)
def test_bad_month_costs_at_most_one_login_a_day(
    runtime: Runtime, garmin: SimulatorServer, clock: Any, bad: Bad
) -> None:
    """Under any fault, two logins of an account are 24 hours apart, and none takes four posts."""
    user_id = lived_in(runtime, garmin, "ada", clock)
    who = account(garmin, "ada")
    since, before = clock.now, len(garmin.log)
    bad.once(garmin, who)

    live(runtime, clock, [user_id], daily=lambda: bad.daily(garmin, who))

    sent = logins(garmin, since)
    assert closest(sent) >= DAY
    assert max(sent.values(), default=0) <= 3
    assert len(sent) in bad.logins
    assert len(garmin.log) - before <= 30 * bad.requests_a_day


def test_two_users_of_one_account_share_its_one_login(
    runtime: Runtime, garmin: SimulatorServer, clock: Any
) -> None:
    """An account that two people have connected is not signed in to for each of them."""
    users = [lived_in(runtime, garmin, "ada", clock)]
    who = account(garmin, "ada")
    second = runtime.people.add("twin").user_id
    unclaimed(runtime.database)
    runtime.connections.connect_password(second, who.email, who.password)
    runtime.credentials.update_sync_config(second, initial_sync_days=1, incremental_sync_days=1)
    users.append(second)
    clock.advance(minutes=1)
    since = clock.now

    live(runtime, clock, users, daily=lambda: dead_session(garmin, who), span=7 * DAY)

    sent = logins(garmin, since)
    assert closest(sent) >= DAY
    assert len(sent) in range(6, 9)


def test_switched_off_month_keeps_the_session_alive(
    runtime: Runtime, garmin: SimulatorServer, clock: Any
) -> None:
    """Who pauses for a month comes back to a living session: one renewal, no password."""
    user_id = lived_in(runtime, garmin, "ada", clock)
    runtime.credentials.update_sync_config(user_id, auto_sync_enabled=False)
    since, renewals = clock.now, garmin.count(DI_PATH)

    live(runtime, clock, [user_id])

    assert garmin.count(DI_PATH) - renewals in {1, 2}
    assert runtime.syncs.sync(user_id, force=True).status == "completed"
    assert not logins(garmin, since)


@pytest.mark.parametrize("fault", ["rate_limit", "challenge", "captive_portal"])
def test_refused_server_comes_less_and_less_often(
    runtime: Runtime, garmin: SimulatorServer, clock: Any, fault: str
) -> None:
    """Without a Retry-After a server that is refused for days asks once an hour, not more."""
    user_id = lived_in(runtime, garmin, "ada", clock)
    getattr(garmin.faults, fault)("/")
    before = len(garmin.log)

    live(runtime, clock, [user_id], span=2 * DAY)

    assert len(garmin.log) - before <= 2 * 28
