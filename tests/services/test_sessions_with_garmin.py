"""Tokens before passwords: how rarely a password is used, and that nothing is lost."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from services_stage import account, connect
from sqlalchemy import select, update

from training_analyzer.db.tables import garmin_credentials, garmin_secrets
from training_analyzer.errors import (
    AccountMismatch,
    CredentialsRejected,
    MfaExpired,
    MfaInvalid,
    TokenExpired,
    TokenInvalid,
)
from training_analyzer.model import Kind
from training_analyzer.services.connections import Connected, MfaPending
from training_analyzer.services.garmin_scheduler import GarminSyncScheduler
from training_analyzer.services.runtime import build_runtime

if TYPE_CHECKING:
    from training_analyzer.services.runtime import Runtime
    from training_analyzer.settings import Settings
    from training_analyzer.simulator import SimulatorServer

LOGIN = "/mobile/api/login"


def test_ten_daily_syncs_use_no_password(
    garmin: SimulatorServer, ada: str, scheduler: GarminSyncScheduler, clock: Any
) -> None:
    """While tokens work, they are renewed and the password is never used."""
    logins = garmin.count(LOGIN)

    for _ in range(10):
        assert scheduler.sync_user(ada).status == "completed"
        clock.advance(days=1)

    assert garmin.count(LOGIN) == logins
    assert garmin.count("/di-oauth2-service/oauth/token") >= 10


def test_rotated_tokens_survive_a_restart(
    settings: Settings, garmin: SimulatorServer, ada: str, runtime: Runtime, clock: Any
) -> None:
    """A new process goes on with the tokens that the old one has rotated."""
    clock.advance(days=2)
    GarminSyncScheduler(runtime).sync_user(ada)
    logins = garmin.count(LOGIN)
    clock.advance(days=2)

    with build_runtime(settings, now=clock) as restarted:
        outcome = GarminSyncScheduler(restarted).sync_user(ada)

    assert outcome.status == "completed"
    assert garmin.count(LOGIN) == logins


def test_dead_session_is_renewed_by_password_at_most_once_a_day(
    garmin: SimulatorServer, ada: str, scheduler: GarminSyncScheduler, clock: Any
) -> None:
    """A revoked session costs one password login; a second one on that day is not tried."""
    email = account(garmin, "ada").email
    logins = garmin.count(LOGIN)
    garmin.faults.revoke_tokens(email)
    assert scheduler.sync_user(ada).status == "completed"
    assert garmin.count(LOGIN) == logins + 1

    garmin.faults.revoke_tokens(email)
    clock.advance(hours=20)
    outcome = scheduler.sync_user(ada)

    assert outcome.error_code == "token_expired"
    assert garmin.count(LOGIN) == logins + 1


def test_documents_rows_are_enough_for_a_first_sync(
    runtime: Runtime, garmin: SimulatorServer, scheduler: GarminSyncScheduler
) -> None:
    """Credentials saved as the document does it sync, and are rewritten bound to their owner."""
    who = account(garmin, "ada")
    runtime.credentials.save_credentials(
        user_id="usr_abc123",
        encrypted_email=runtime.encryption.encrypt(who.email),
        encrypted_password=runtime.encryption.encrypt(who.password),
        encryption_key_id="v1",
        garmin_user_id="garmin_12345",
    )
    runtime.credentials.update_sync_config("usr_abc123", initial_sync_days=10)

    outcome = scheduler.sync_user("usr_abc123")

    stored = runtime.credentials.get_credentials("usr_abc123")
    assert outcome.status == "completed"
    assert stored is not None
    assert stored.encrypted_email is not None
    assert stored.encrypted_email.startswith("gs1.")
    assert stored.garmin_user_id == str(who.profile_id)
    assert runtime.encryption.decrypt(stored.encrypted_email) == who.email


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


def test_another_garmin_account_is_refused(
    runtime: Runtime, garmin: SimulatorServer, ada: str
) -> None:
    """Reconnecting with somebody else's account leaves the old connection as it is."""
    before = runtime.credentials.get_credentials(ada)
    kay = next(known for known in garmin.world.accounts if known.personal_key)

    with pytest.raises(AccountMismatch):
        runtime.connections.connect_personal_key(ada, str(kay.personal_key))

    assert runtime.credentials.get_credentials(ada) == before


def test_secret_moved_to_another_user_does_not_open(
    runtime: Runtime, garmin: SimulatorServer, ada: str, scheduler: GarminSyncScheduler
) -> None:
    """Tokens copied into another person's row are refused, and that person is told."""
    kay = connect(runtime, garmin, "kay")
    with runtime.database.write() as db:
        stolen = db.execute(
            select(garmin_secrets.c.token).where(garmin_secrets.c.user_id == ada)
        ).scalar_one()
        db.execute(
            update(garmin_secrets).where(garmin_secrets.c.user_id == kay).values(token=stolen)
        )

    outcome = scheduler.sync_user(kay)

    assert (outcome.status, outcome.error_code) == ("failed", "credential_corrupt")
    assert runtime.credentials.get_credentials(kay) is not None


def test_disconnect_leaves_no_secret_and_keeps_data(
    runtime: Runtime, ada: str, scheduler: GarminSyncScheduler
) -> None:
    """After disconnecting, no secret, configuration or due time is left; the data is."""
    scheduler.sync_user(ada)

    assert runtime.connections.disconnect(ada)

    with runtime.database.read() as db:
        for table in (garmin_secrets, garmin_credentials):
            assert not db.execute(select(table).where(table.c.user_id == ada)).all()
    assert runtime.credentials.get_sync_config(ada) is None
    assert runtime.schedule.entry(ada) is None
    assert runtime.reading.sports(ada)
    assert not runtime.connections.disconnect(ada)


def test_unpaced_time_is_not_spent_on_expired_access(
    garmin: SimulatorServer, ada: str, scheduler: GarminSyncScheduler, clock: Any
) -> None:
    """An access token that ends during the run is renewed before the run, once."""
    clock.advance(hours=17)  # of 18 that an access token lives
    before = garmin.count("/di-oauth2-service/oauth/token")

    scheduler.sync_user(ada)

    assert garmin.count("/di-oauth2-service/oauth/token") == before + 1


def test_waiting_time_of_a_cool_down_is_never_shortened_by_connecting_late(
    runtime: Runtime, garmin: SimulatorServer, ada: str, scheduler: GarminSyncScheduler, clock: Any
) -> None:
    """A Retry-After of two days is honoured as far as 24 hours, and not as zero."""
    garmin.faults.rate_limit("/", retry_after=172_800, times=1)

    outcome = scheduler.sync_user(ada)

    assert outcome.retry_at == clock.now + timedelta(hours=24)
    entry = runtime.schedule.entry(ada)
    assert entry is not None
    assert entry.not_before == outcome.retry_at
