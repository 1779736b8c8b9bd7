"""Tokens before passwords: how rarely a password is used, and that nothing is lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from services_stage import account, connect
from sqlalchemy import select, update

from training_analyzer.db.tables import garmin_credentials, garmin_secrets
from training_analyzer.services.garmin_scheduler import GarminSyncScheduler
from training_analyzer.services.runtime import build_runtime

if TYPE_CHECKING:
    from training_analyzer.services.runtime import Runtime
    from training_analyzer.settings import Settings
    from training_analyzer.simulator import SimulatorServer

pytestmark = [pytest.mark.long_story, pytest.mark.torture]

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

    assert outcome.error_code == "login_waits"
    assert garmin.count(LOGIN) == logins + 1

    clock.advance(hours=5)
    assert scheduler.sync_user(ada).status == "completed"
    assert garmin.count(LOGIN) == logins + 2


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


def test_account_with_codes_is_never_signed_in_at_night(
    runtime: Runtime, garmin: SimulatorServer, scheduler: GarminSyncScheduler
) -> None:
    """A dead session of an account that asks for codes waits for the person; no code is sent."""
    who = account(garmin, "tom")
    tom = runtime.people.add("tom").user_id
    runtime.connections.connect_password(tom, who.email, who.password)
    runtime.connections.finish_mfa(tom, str(who.mfa_code))
    logins = garmin.count(LOGIN)
    garmin.faults.revoke_tokens(who.email)

    outcome = scheduler.sync_user(tom)

    assert (outcome.status, outcome.error_code) == ("failed", "mfa_required")
    assert garmin.count(LOGIN) == logins
    assert scheduler.get_next_sync_time(tom) is None


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


def test_new_display_name_is_remembered(
    runtime: Runtime, garmin: SimulatorServer, ada: str, scheduler: GarminSyncScheduler, clock: Any
) -> None:
    """Who is called otherwise at Garmin is found under the new name, and asked for it once."""
    who = account(garmin, "ada")
    runtime.credentials.update_sync_config(ada, initial_sync_days=3)
    garmin.world.put(replace(who, display_name="ada-renamed"))
    assert scheduler.sync_user(ada).status == "completed"
    known = runtime.credentials.get_credentials(ada)
    assert known is not None
    assert known.garmin_display_name == "ada-renamed"
    clock.advance(days=1)
    before = garmin.count("/userprofile-service/socialProfile")

    assert scheduler.sync_user(ada).status == "completed"

    profiles = garmin.count("/userprofile-service/socialProfile") - before
    assert profiles <= 1


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
