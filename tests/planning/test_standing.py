"""How a connection stands, as its owner is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from training_analyzer.errors import LoginBlocked
from training_analyzer.model import GarminCredentials
from training_analyzer.planning.standing import Ended, Standing, State, standing

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
SOON, LATER = NOW + timedelta(minutes=10), NOW + timedelta(hours=4)
GOOD = GarminCredentials(
    user_id="ada", encrypted_email=None, encrypted_password=None, encryption_key_id="v1"
)
BROKEN = replace(
    GOOD, is_valid=False, error_code="account_locked", validation_error="Garmin has locked it."
)


def stands(
    credentials: GarminCredentials | None = GOOD,
    *,
    auto: bool = True,
    not_before: datetime | None = None,
    last_run: Ended | None = None,
    login: datetime | None = None,
    code_until: datetime | None = None,
) -> Standing:
    """Return the standing at noon."""
    return standing(
        credentials,
        auto_sync_enabled=auto,
        not_before=not_before,
        now=NOW,
        last_run=last_run,
        login_possible_at=login,
        code_until=code_until,
    )


def test_good_connection_needs_no_words() -> None:
    """Where nothing is wrong there is no code, no reason and no time."""
    assert stands() == Standing(state=State.CONNECTED)
    assert stands(last_run=Ended(code="garmin_unavailable", message="...")) == stands()


def test_nobody_connected_is_told_to_connect() -> None:
    """Without a connection the next step is named."""
    told = stands(None)

    assert (told.state, told.code) == (State.NOT_CONNECTED, "not_connected")
    assert told.reason == "No Garmin account is connected. Connect one first."


@pytest.mark.parametrize("credentials", [None, BROKEN])
def test_code_that_is_waited_for_comes_first(credentials: GarminCredentials | None) -> None:
    """Who was sent a code is asked for it, and until when."""
    told = stands(credentials, code_until=SOON, login=LATER)

    assert (told.state, told.code, told.until) == (State.ACTION_NEEDED, "mfa_required", SOON)
    assert told.waits_for_code


def test_code_that_came_too_late_is_not_asked_for() -> None:
    """A waiting login that has ended is as if it had never been."""
    assert stands(None, code_until=NOW).state is State.NOT_CONNECTED


def test_working_connection_is_not_interrupted_by_a_login_that_waits() -> None:
    """While somebody reconnects, what works goes on working."""
    assert stands(code_until=SOON).state is State.CONNECTED


def test_broken_connection_tells_why_and_when_a_password_may_be_tried() -> None:
    """The cause is the stored one; a wait for passwords is told before one is typed."""
    told = stands(BROKEN, not_before=SOON)

    assert (told.state, told.code, told.reason, told.until) == (
        State.ACTION_NEEDED,
        "account_locked",
        "Garmin has locked it.",
        None,
    )
    assert stands(BROKEN, login=LATER).until == LATER
    assert stands(BROKEN, login=NOW).until is None


def test_broken_connection_of_an_embedding_program_has_words_too() -> None:
    """Where only `is_valid` was set, there still is a code and a sentence."""
    told = stands(replace(GOOD, is_valid=False))

    assert (told.code, told.reason) == (
        "invalid_credentials",
        "Garmin rejected the credentials. Connect again.",
    )


def test_cool_down_is_told_with_its_cause() -> None:
    """A wait has the code and sentence of the run that met it, and its end."""
    blocked = Ended(code="blocked", message="The edge refuses.")

    told = stands(not_before=SOON, last_run=blocked)

    assert told == Standing(
        state=State.COOLING_DOWN, code="blocked", reason="The edge refuses.", until=SOON
    )
    assert stands(not_before=SOON).code == "rate_limited"
    assert stands(not_before=NOW, last_run=blocked).state is State.CONNECTED


def test_login_that_has_to_wait_is_a_cool_down_of_its_own() -> None:
    """A connection that needs a password login shows when that may go out."""
    waits = Ended(code="login_waits", message="It waits.")

    assert stands(not_before=LATER, last_run=waits, login=SOON) == Standing(
        state=State.COOLING_DOWN, code="login_waits", reason="It waits.", until=LATER
    )
    longer = stands(not_before=SOON, last_run=waits, login=LATER)
    assert (longer.code, longer.until) == ("login_blocked", LATER)
    assert longer.reason == LoginBlocked(LATER).message
    assert stands(login=LATER) == longer


def test_switched_off_is_paused_unless_there_is_worse() -> None:
    """The person's own choice is told last, and how to sync all the same."""
    paused = stands(auto=False)

    assert (paused.state, paused.code, paused.until) == (State.PAUSED, None, None)
    assert paused.reason
    assert stands(BROKEN, auto=False).state is State.ACTION_NEEDED
    assert stands(auto=False, not_before=SOON).state is State.COOLING_DOWN
