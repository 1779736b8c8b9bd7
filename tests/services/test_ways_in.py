"""The ways in: password and code, token, ticket, key, alone and together."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from services_stage import account, connect

from training_analyzer.errors import (
    AccountMismatch,
    CredentialsRejected,
    LoginBlocked,
    MfaExpired,
    MfaInvalid,
    TokenExpired,
    TokenInvalid,
)
from training_analyzer.model import Kind
from training_analyzer.services.connections import Connected, MfaPending
from training_analyzer.services.runtime import build_runtime

if TYPE_CHECKING:
    from training_analyzer.services.garmin_scheduler import GarminSyncScheduler
    from training_analyzer.services.runtime import Runtime
    from training_analyzer.settings import Settings
    from training_analyzer.simulator import SimulatorServer

LOGIN = "/mobile/api/login"


def test_account_with_a_security_code_connects_in_two_steps(
    settings: Settings, runtime: Runtime, garmin: SimulatorServer, clock: Any
) -> None:
    """A login that waits for a code is finished by another process with it."""
    who = account(garmin, "tom")
    tom = runtime.people.add("tom").user_id

    pending = runtime.connections.connect_password(tom, who.email, who.password)
    assert isinstance(pending, MfaPending)
    assert runtime.credentials.get_credentials(tom) is None
    with build_runtime(settings, now=clock) as another:
        with pytest.raises(MfaInvalid):
            another.connections.finish_mfa(tom, "000000")
        connected = another.connections.finish_mfa(tom, str(who.mfa_code))

    assert isinstance(connected, Connected)
    credentials = runtime.credentials.get_credentials(tom)
    assert credentials is not None
    assert (credentials.kind, credentials.is_valid) == (Kind.PASSWORD, True)


def test_waiting_login_expires_and_allows_three_codes(
    runtime: Runtime, garmin: SimulatorServer, clock: Any
) -> None:
    """After ten minutes, or three wrong codes, the login starts from the beginning."""
    who = account(garmin, "tom")
    tom = runtime.people.add("tom").user_id
    runtime.connections.connect_password(tom, who.email, who.password)
    clock.advance(minutes=10, seconds=1)
    with pytest.raises(MfaExpired):
        runtime.connections.finish_mfa(tom, str(who.mfa_code))

    runtime.connections.connect_password(tom, who.email, who.password)
    for _ in range(3):
        with pytest.raises(MfaInvalid):
            runtime.connections.finish_mfa(tom, "111111")
    with pytest.raises(MfaExpired):
        runtime.connections.finish_mfa(tom, str(who.mfa_code))


def test_wrong_password_changes_nothing(
    runtime: Runtime, garmin: SimulatorServer, ada: str
) -> None:
    """A rejected password leaves a working connection as it is, after one attempt."""
    before = runtime.credentials.get_credentials(ada)
    logins = garmin.count(LOGIN)

    with pytest.raises(CredentialsRejected):
        runtime.connections.connect_password(ada, account(garmin, "ada").email, "wrong")

    assert garmin.count(LOGIN) == logins + 1
    assert runtime.credentials.get_credentials(ada) == before


def test_imported_token_connects_and_makes_the_copy_useless(
    runtime: Runtime, garmin: SimulatorServer, scheduler: GarminSyncScheduler
) -> None:
    """A token JSON connects without any password and is detached from the file it came from."""
    who = account(garmin, "ada")
    copy = json.dumps(garmin.world.sign_in(who.email))
    user = runtime.people.add("tok").user_id
    logins = garmin.count(LOGIN)

    connected = runtime.connections.connect_token(user, copy)
    runtime.credentials.update_sync_config(user, initial_sync_days=5)

    assert (connected.kind, garmin.count(LOGIN)) == (Kind.TOKEN, logins)
    assert scheduler.sync_user(user).status == "completed"
    with pytest.raises(TokenExpired):
        runtime.connections.connect_token(user, copy)


@pytest.mark.parametrize("text", ["", "nonsense", "{}", '{"di_token": "a.b.c"}', "[1]"])
def test_what_is_no_token_is_refused_before_garmin_is_asked(
    runtime: Runtime, garmin: SimulatorServer, text: str
) -> None:
    """A text that garminconnect did not write is refused, and nothing is stored."""
    user = runtime.people.add("tok").user_id

    with pytest.raises(TokenInvalid):
        runtime.connections.connect_token(user, text)

    assert len(garmin.log) == 0
    assert runtime.credentials.get_credentials(user) is None


def test_another_garmin_account_asks_before_data_would_be_mixed(
    runtime: Runtime, garmin: SimulatorServer, ada: str, scheduler: GarminSyncScheduler
) -> None:
    """With data of one account, another one is refused until its data may be deleted."""
    key = str(next(known.personal_key for known in garmin.world.accounts if known.personal_key))
    runtime.credentials.update_sync_config(ada, initial_sync_days=30)
    scheduler.sync_user(ada)
    before = runtime.credentials.get_credentials(ada)
    with pytest.raises(AccountMismatch):
        runtime.connections.connect_personal_key(ada, key)
    assert runtime.credentials.get_credentials(ada) == before

    runtime.connections.disconnect(ada)
    with pytest.raises(AccountMismatch):
        runtime.connections.connect_personal_key(ada, key)
    assert runtime.reading.sports(ada)

    runtime.connections.connect_personal_key(ada, key, replace_data=True)
    runtime.credentials.update_sync_config(ada, initial_sync_days=30)
    assert not runtime.reading.sports(ada)
    assert scheduler.sync_user(ada).status == "completed"


def test_token_of_another_account_is_not_used_up_by_the_question(
    runtime: Runtime, garmin: SimulatorServer, ada: str, scheduler: GarminSyncScheduler
) -> None:
    """Who is asked whether the data may go answers with the very same token."""
    runtime.credentials.update_sync_config(ada, initial_sync_days=3)
    scheduler.sync_user(ada)
    token = json.dumps(garmin.world.sign_in(account(garmin, "will").email))
    with pytest.raises(AccountMismatch):
        runtime.connections.connect_token(ada, token)
    assert runtime.reading.sports(ada)

    connected = runtime.connections.connect_token(ada, token, replace_data=True)

    assert connected.garmin_user_id == str(account(garmin, "will").profile_id)
    assert not runtime.reading.sports(ada)


def test_another_garmin_account_is_no_question_without_data(
    runtime: Runtime, garmin: SimulatorServer, ada: str, scheduler: GarminSyncScheduler
) -> None:
    """Who has synced nothing yet may correct the account without being asked."""
    kay = next(known for known in garmin.world.accounts if known.personal_key)

    connected = runtime.connections.connect_personal_key(ada, str(kay.personal_key))

    assert connected.garmin_user_id == str(kay.profile_id)
    assert (connected.kind, scheduler.sync_user(ada).status) == (Kind.PERSONAL_KEY, "completed")


def test_kept_password_is_a_choice(
    runtime: Runtime, garmin: SimulatorServer, scheduler: GarminSyncScheduler
) -> None:
    """Without a kept password everything works, and a dead session asks the person."""
    who = account(garmin, "ada")
    user = runtime.people.add("ada").user_id
    runtime.connections.connect_password(user, who.email, who.password, keep_password=False)
    runtime.credentials.update_sync_config(user, initial_sync_days=5)

    credentials = runtime.credentials.get_credentials(user)
    assert credentials is not None
    assert credentials.encrypted_password is None
    assert scheduler.sync_user(user).status == "completed"

    logins = garmin.count(LOGIN)
    garmin.faults.revoke_tokens(who.email)
    outcome = scheduler.sync_user(user, force=True)
    assert (outcome.error_code, garmin.count(LOGIN)) == ("token_expired", logins)
    assert scheduler.get_next_sync_time(user) is None


def test_browser_ticket_connects_once(runtime: Runtime, garmin: SimulatorServer) -> None:
    """The page that a browser ended on connects without password or code, and only once."""
    who = account(garmin, "tom")
    user = runtime.people.add("tom").user_id
    page = f"https://mobile.integration.garmin.com/gcm/android?ticket={garmin.ticket(who.email)}"

    connected = runtime.connections.connect_ticket(user, page)

    assert (connected.kind, connected.garmin_user_id) == (Kind.TOKEN, str(who.profile_id))
    assert garmin.count(LOGIN) == 0
    with pytest.raises(CredentialsRejected):
        runtime.connections.connect_ticket(user, page)
    with pytest.raises(TokenInvalid):
        runtime.connections.connect_ticket(user, "no ticket in here")


def test_key_beside_a_session_serves_what_it_can(
    runtime: Runtime, garmin: SimulatorServer, scheduler: GarminSyncScheduler
) -> None:
    """With both, the key is asked for what it has and the session for the rest."""
    who = account(garmin, "kay")
    user = connect(runtime, garmin, "kay")
    runtime.credentials.update_sync_config(user, initial_sync_days=5)

    connected = runtime.connections.connect_personal_key(user, str(who.personal_key))
    before = len(garmin.log)
    outcome = scheduler.sync_user(user)

    asked = {entry.path: entry.token for entry in list(garmin.log)[before:]}
    assert (connected.kind, outcome.status) == (Kind.PASSWORD, "completed")
    assert next(token for path, token in asked.items() if "hrv-service" in path) == "personal"
    assert next(token for path, token in asked.items() if "maxmet" in path) == "di"


def test_refused_key_beside_a_session_changes_nothing_for_the_person(
    runtime: Runtime, garmin: SimulatorServer, scheduler: GarminSyncScheduler
) -> None:
    """When the key ends, the session goes on alone and the connection stays valid."""
    who = account(garmin, "kay")
    user = connect(runtime, garmin, "kay")
    runtime.connections.connect_personal_key(user, str(who.personal_key))
    runtime.credentials.update_sync_config(user, initial_sync_days=5)
    garmin.world.put(replace(who, personal_key="GCDC_another"))

    outcome = scheduler.sync_user(user)

    credentials = runtime.credentials.get_credentials(user)
    assert outcome.status == "completed"
    assert credentials is not None
    assert credentials.is_valid


def test_blocked_logins_wait_longer_each_time_and_ask_garmin_nothing_meanwhile(
    settings: Settings, runtime: Runtime, garmin: SimulatorServer, clock: Any
) -> None:
    """After a CAPTCHA the next login goes after 2 hours, then 4; a restart forgets nothing."""
    who = account(garmin, "ada")
    fault = garmin.faults.captcha(who.email)
    with pytest.raises(LoginBlocked) as first:
        runtime.connections.connect_password("a", who.email, who.password)
    assert first.value.retry_at == clock.now + timedelta(hours=2)

    asked = len(garmin.log)
    clock.advance(hours=1)
    with build_runtime(settings, now=clock) as restarted, pytest.raises(LoginBlocked) as waiting:
        restarted.connections.connect_password("b", who.email.upper(), who.password)
    assert waiting.value.retry_at == first.value.retry_at
    assert len(garmin.log) == asked

    clock.advance(hours=1)
    with pytest.raises(LoginBlocked) as second:
        runtime.connections.connect_password("a", who.email, who.password)
    assert second.value.retry_at == clock.now + timedelta(hours=4)

    garmin.faults.clear(fault)
    clock.advance(hours=4)
    assert isinstance(runtime.connections.connect_password("a", who.email, who.password), Connected)


def test_block_of_passwords_leaves_other_ways_open(
    runtime: Runtime, garmin: SimulatorServer
) -> None:
    """While passwords wait, a ticket still connects."""
    who = account(garmin, "ada")
    garmin.faults.captcha(who.email)
    with pytest.raises(LoginBlocked):
        runtime.connections.connect_password("a", who.email, who.password)

    connected = runtime.connections.connect_ticket("a", garmin.ticket(who.email))

    assert connected.kind is Kind.TOKEN
