"""How a connection stands, as its owner sees it over a life with Garmin."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from services_stage import account, connect

from training_analyzer.errors import CoolingDown, GarminError, LoginBlocked
from training_analyzer.services.standings import Standing, State

if TYPE_CHECKING:
    from training_analyzer.services.garmin_scheduler import GarminSyncScheduler
    from training_analyzer.services.runtime import Runtime
    from training_analyzer.simulator import SimulatorServer


def short(runtime: Runtime, user_id: str) -> tuple[str, str | None]:
    """Return state and code."""
    told = runtime.connections.standing(user_id)
    return told.state, told.code


def test_life_of_a_connection_without_trouble(runtime: Runtime, garmin: SimulatorServer) -> None:
    """Not connected, connected, paused, not connected again; Garmin is not asked for it."""
    user_id = runtime.people.add("ada").user_id
    assert short(runtime, user_id) == (State.NOT_CONNECTED, "not_connected")

    who = account(garmin, "ada")
    runtime.connections.connect_password(user_id, who.email, who.password)
    asked = len(garmin.log)
    assert runtime.connections.standing(user_id) == Standing(state=State.CONNECTED)

    runtime.credentials.update_sync_config(user_id, auto_sync_enabled=False)
    assert short(runtime, user_id) == (State.PAUSED, None)

    runtime.connections.disconnect(user_id)
    assert short(runtime, user_id) == (State.NOT_CONNECTED, "not_connected")
    assert len(garmin.log) == asked


def test_waiting_code_is_shown_with_its_end(
    runtime: Runtime, garmin: SimulatorServer, clock: Any
) -> None:
    """Between password and code the person is told what is missing, for ten minutes."""
    who = account(garmin, "tom")
    user_id = runtime.people.add("tom").user_id
    runtime.connections.connect_password(user_id, who.email, who.password)

    told = runtime.connections.standing(user_id)

    assert (told.state, told.code, told.waits_for_code) == (
        State.ACTION_NEEDED,
        "mfa_required",
        True,
    )
    assert told.until == clock.now + timedelta(minutes=10)
    clock.advance(minutes=10)
    assert short(runtime, user_id) == (State.NOT_CONNECTED, "not_connected")


def test_blocked_login_is_shown_until_it_may_go_again(
    runtime: Runtime, garmin: SimulatorServer, ada: str, scheduler: GarminSyncScheduler, clock: Any
) -> None:
    """A dead session behind a CAPTCHA is a cool-down with its cause; a ticket ends it."""
    who = account(garmin, "ada")
    garmin.faults.revoke_tokens(who.email)
    garmin.faults.captcha(who.email)
    outcome = scheduler.sync_user(ada)

    told = runtime.connections.standing(ada)

    assert told == Standing(
        state=State.COOLING_DOWN,
        code="login_blocked",
        reason=outcome.error_message,
        until=clock.now + timedelta(hours=2),
    )
    with pytest.raises(CoolingDown, match="ticket or key works now"):
        scheduler.sync_user(ada, force=True)

    runtime.connections.connect_ticket(ada, garmin.ticket(who.email))
    assert short(runtime, ada) == (State.CONNECTED, None)


def test_stored_password_that_waits_a_day_is_shown(
    runtime: Runtime, garmin: SimulatorServer, ada: str, scheduler: GarminSyncScheduler, clock: Any
) -> None:
    """When the day's one login is used up, the person sees when the next is due."""
    email = account(garmin, "ada").email
    for _ in range(2):
        garmin.faults.revoke_tokens(email)
        scheduler.sync_user(ada, force=True)
        clock.advance(hours=1)

    told = runtime.connections.standing(ada)

    assert (told.state, told.code) == (State.COOLING_DOWN, "login_waits")
    assert told.until == clock.now + timedelta(hours=22)
    assert told.reason
    assert "used less than a day ago" in told.reason


def test_connection_without_a_session_shows_the_wait_of_its_address(
    runtime: Runtime, garmin: SimulatorServer, clock: Any
) -> None:
    """Saved as the document does it, and blocked by somebody else's tries: it waits, too."""
    who = account(garmin, "ada")
    runtime.credentials.save_credentials(
        user_id="usr_abc123",
        encrypted_email=runtime.encryption.encrypt(who.email),
        encrypted_password=runtime.encryption.encrypt(who.password),
    )
    assert short(runtime, "usr_abc123") == (State.CONNECTED, None)
    garmin.faults.captcha(who.email)
    with pytest.raises(LoginBlocked):
        runtime.connections.connect_password("other", who.email, who.password)

    told = runtime.connections.standing("usr_abc123")

    assert (told.state, told.code) == (State.COOLING_DOWN, "login_blocked")
    assert told.until == clock.now + timedelta(hours=2)


def test_broken_connection_shows_when_a_password_may_be_typed(
    runtime: Runtime, garmin: SimulatorServer, scheduler: GarminSyncScheduler, clock: Any
) -> None:
    """After three wrong passwords the page can say when to come back, before one is typed."""
    user_id = connect(runtime, garmin, "ada")
    who = account(garmin, "ada")
    garmin.faults.revoke_tokens(who.email)
    garmin.faults.lock(who.email)
    assert scheduler.sync_user(user_id).error_code == "account_locked"
    locked = runtime.connections.standing(user_id)
    assert (locked.state, locked.code, locked.until) == (
        State.ACTION_NEEDED,
        "account_locked",
        None,
    )

    for _ in range(2):
        with pytest.raises(GarminError):
            runtime.connections.connect_password(user_id, who.email, who.password)

    assert runtime.connections.standing(user_id).until == clock.now + timedelta(hours=1)


def test_rate_limit_is_a_cool_down_of_its_own(
    runtime: Runtime, garmin: SimulatorServer, ada: str, scheduler: GarminSyncScheduler, clock: Any
) -> None:
    """Garmin's wish to wait is told as that, with its end."""
    garmin.faults.rate_limit("/hrv-service", retry_after=600)
    scheduler.sync_user(ada)

    told = runtime.connections.standing(ada)

    assert (told.state, told.code) == (State.COOLING_DOWN, "rate_limited")
    assert (told.until, told.reason) == (
        clock.now + timedelta(minutes=10),
        "Garmin asks to wait before the next request.",
    )
    clock.advance(minutes=10)
    assert short(runtime, ada) == (State.CONNECTED, None)
