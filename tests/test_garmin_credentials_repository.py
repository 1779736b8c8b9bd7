"""The document's repository, on both databases: all that it lists, and what is refused."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import pytest

from training_analyzer.db.repositories import (
    GarminCredentials,
    GarminSyncConfig,
)
from training_analyzer.db.repositories import (
    GarminCredentialsRepository as Repository,
)
from training_analyzer.errors import SyncAlreadyRunning
from training_analyzer.model import Sealed, SecretContext

if TYPE_CHECKING:
    from fake_clock import FakeClock


EVA = "usr_eva"
ADAM = "usr_adam"


def saved(repo: Repository, user_id: str = EVA, **more: Any) -> GarminCredentials:
    """Save credentials of a user."""
    return repo.save_credentials(user_id, f"email of {user_id}", f"password of {user_id}", **more)


def found(repo: Repository, user_id: str = EVA) -> GarminCredentials:
    """Return the credentials of a user who has some."""
    credentials = repo.get_credentials(user_id)
    assert credentials is not None
    return credentials


def test_credentials_come_back_as_saved(repo: Repository, clock: FakeClock) -> None:
    """What was saved is returned, by saving and by getting alike."""
    credentials = repo.save_credentials(
        user_id=EVA,
        encrypted_email="sealed email",
        encrypted_password="sealed password",
        encryption_key_id="v1",
        garmin_user_id="garmin_12345",
        garmin_display_name="JohnDoe",
    )

    assert credentials == repo.get_credentials(EVA)
    assert credentials == GarminCredentials(
        user_id=EVA,
        encrypted_email=Sealed("sealed email", SecretContext(EVA, "email")),
        encrypted_password=Sealed("sealed password", SecretContext(EVA, "password")),
        encryption_key_id="v1",
        garmin_user_id="garmin_12345",
        garmin_display_name="JohnDoe",
        updated_at=clock(),
    )


def test_unknown_user_has_no_credentials(repo: Repository) -> None:
    """Who never connected has None."""
    saved(repo)

    assert repo.get_credentials(ADAM) is None


def test_secrets_know_whose_they_are(repo: Repository) -> None:
    """Each encrypted field is a text that carries its user and field."""
    credentials = saved(repo)

    assert isinstance(credentials.encrypted_email, Sealed)
    assert isinstance(credentials.encrypted_password, Sealed)
    assert credentials.encrypted_email.context == SecretContext(EVA, "email")
    assert credentials.encrypted_password.context == SecretContext(EVA, "password")


def test_key_id_is_v1_unless_told(repo: Repository) -> None:
    """The key id defaults to v1."""
    assert saved(repo).encryption_key_id == "v1"


def test_key_id_follows_each_save(repo: Repository) -> None:
    """Credentials that are saved under a new key name the new key."""
    saved(repo, encryption_key_id="v1")

    assert saved(repo, encryption_key_id="v2").encryption_key_id == "v2"
    assert found(repo).encryption_key_id == "v2"


def test_saving_again_replaces_the_secrets(repo: Repository, clock: FakeClock) -> None:
    """A user has one row; the latest secrets count."""
    saved(repo)
    later = clock.advance(hours=1)

    credentials = repo.save_credentials(EVA, "new email", "new password")

    assert credentials.encrypted_email == "new email"
    assert credentials.encrypted_password == "new password"
    assert credentials.updated_at == later
    assert repo.get_all_auto_sync_users() == [EVA]


def test_omitted_garmin_names_are_kept(repo: Repository) -> None:
    """Saving a new password does not forget who the account is."""
    saved(repo, garmin_user_id="garmin_12345", garmin_display_name="JohnDoe")

    credentials = saved(repo)

    assert credentials.garmin_user_id == "garmin_12345"
    assert credentials.garmin_display_name == "JohnDoe"


def test_given_garmin_names_replace(repo: Repository) -> None:
    """A new display name replaces the old one and leaves the rest."""
    saved(repo, garmin_user_id="garmin_12345", garmin_display_name="JohnDoe")

    credentials = saved(repo, garmin_display_name="Johnny")

    assert credentials.garmin_user_id == "garmin_12345"
    assert credentials.garmin_display_name == "Johnny"


def test_saving_makes_valid_again(repo: Repository) -> None:
    """New credentials count as valid, and the old complaint is gone."""
    saved(repo)
    repo.update_validation_status(
        EVA, is_valid=False, validation_error="Wrong", error_code="invalid_credentials"
    )

    credentials = saved(repo)

    assert credentials.is_valid
    assert (credentials.validation_error, credentials.error_code) == (None, None)


def test_users_do_not_meet(repo: Repository) -> None:
    """One user's credentials never touch another's."""
    saved(repo)
    saved(repo, ADAM)
    repo.save_credentials(ADAM, "changed", "changed")

    assert found(repo, EVA).encrypted_email == "email of usr_eva"
    assert found(repo, ADAM).encrypted_email == "changed"


def test_failed_validation_keeps_the_credentials(repo: Repository, clock: FakeClock) -> None:
    """A refused login marks the credentials invalid without deleting them."""
    saved(repo)
    at = clock.advance(minutes=5)

    assert repo.update_validation_status(
        EVA, is_valid=False, validation_error="Invalid credentials or account locked"
    )

    credentials = found(repo)
    assert not credentials.is_valid
    assert credentials.last_validation_at == at
    assert credentials.validation_error == "Invalid credentials or account locked"
    assert credentials.encrypted_password == "password of usr_eva"


def test_successful_validation_clears_the_error(repo: Repository, clock: FakeClock) -> None:
    """A login that works makes the credentials valid and forgets the complaint."""
    saved(repo)
    repo.update_validation_status(EVA, is_valid=False, validation_error="Wrong")
    at = clock.advance(minutes=5)

    assert repo.update_validation_status(EVA, is_valid=True, validation_error=None)

    credentials = found(repo)
    assert credentials.is_valid
    assert (credentials.validation_error, credentials.last_validation_at) == (None, at)


def test_unvalidated_credentials_have_no_time(repo: Repository) -> None:
    """Until the first validation there is no time of it."""
    assert saved(repo).last_validation_at is None


def test_validating_a_stranger_is_false(repo: Repository) -> None:
    """Without credentials there is nothing to validate."""
    assert repo.update_validation_status(EVA, is_valid=True) is False
    assert repo.record_password_login(EVA) is False


def test_no_configuration_until_one_is_saved(repo: Repository) -> None:
    """Before the first change there is none; the defaults apply all the same."""
    saved(repo)

    assert repo.get_sync_config(EVA) is None


def test_first_change_starts_from_the_documented_defaults(repo: Repository) -> None:
    """An empty change creates the documented defaults."""
    config = repo.update_sync_config(EVA)

    assert config == repo.get_sync_config(EVA)
    assert config == GarminSyncConfig(
        user_id=EVA,
        auto_sync_enabled=True,
        sync_frequency="daily",
        sync_time="06:00",
        sync_activities=True,
        sync_wellness=True,
        sync_fitness_metrics=True,
        initial_sync_days=365,
        incremental_sync_days=7,
        min_sync_interval_minutes=60,
    )


def test_whole_configuration_is_stored(repo: Repository) -> None:
    """Every field can be changed and comes back."""
    changes: dict[str, Any] = {
        "auto_sync_enabled": False,
        "sync_frequency": "weekly",
        "sync_time": "23:59",
        "sync_activities": False,
        "sync_wellness": False,
        "sync_fitness_metrics": False,
        "initial_sync_days": 3650,
        "incremental_sync_days": 90,
        "min_sync_interval_minutes": 10_080,
    }

    config = repo.update_sync_config(EVA, **changes)

    assert config == repo.get_sync_config(EVA) == GarminSyncConfig(user_id=EVA, **changes)


def test_only_named_fields_change(repo: Repository) -> None:
    """A change leaves what it does not name."""
    repo.update_sync_config(EVA, sync_time="07:30", sync_wellness=False)

    config = repo.update_sync_config(EVA, sync_frequency="hourly")

    assert config == GarminSyncConfig(
        user_id=EVA, sync_time="07:30", sync_wellness=False, sync_frequency="hourly"
    )


def test_run_is_open_until_it_is_completed(repo: Repository, clock: FakeClock) -> None:
    """A started run is `running`, with its days and no end."""
    sync_id = repo.start_sync(
        user_id=EVA,
        sync_type="scheduled",
        sync_from_date=date(2024, 1, 1),
        sync_to_date=date(2024, 6, 30),
    )

    (run,) = repo.get_sync_history(EVA)
    assert (run.id, run.user_id) == (sync_id, EVA)
    assert (run.sync_type, run.status) == ("scheduled", "running")
    assert (run.started_at, run.completed_at, run.duration_seconds) == (clock(), None, None)
    assert (run.sync_from_date, run.sync_to_date) == (date(2024, 1, 1), date(2024, 6, 30))


def test_completed_run_has_counts_and_duration(repo: Repository, clock: FakeClock) -> None:
    """A completed run tells what it brought and how long it took."""
    sync_id = repo.start_sync(EVA, "manual")
    at = clock.advance(seconds=42)

    assert repo.complete_sync(
        sync_id, "completed", activities_synced=15, wellness_days_synced=7, fitness_days_synced=6
    )

    (run,) = repo.get_sync_history(EVA)
    assert (run.status, run.completed_at, run.duration_seconds) == ("completed", at, 42)
    assert (run.activities_synced, run.wellness_days_synced, run.fitness_days_synced) == (15, 7, 6)
    assert (run.error_message, run.error_details) == (None, None)
    assert run.started_at.tzinfo is UTC


@pytest.mark.parametrize("status", ["failed", "partial"])
def test_error_is_kept_as_it_was_given(repo: Repository, status: str) -> None:
    """Message and details of a run that did not complete come back as given."""
    details = json.dumps({"code": "rate_limited", "stream": "hrv"})
    sync_id = repo.start_sync(EVA, "scheduled")

    repo.complete_sync(sync_id, status, error_message="Garmin asked to wait", error_details=details)

    (run,) = repo.get_sync_history(EVA)
    assert (run.status, run.error_message) == (status, "Garmin asked to wait")
    assert run.error_details == details


def test_second_run_of_a_user_is_refused(repo: Repository) -> None:
    """While one run is open a second is refused with the open one's id; others may run."""
    sync_id = repo.start_sync(EVA, "manual")

    with pytest.raises(SyncAlreadyRunning) as caught:
        repo.start_sync(EVA, "scheduled")

    assert caught.value.sync_id == sync_id
    assert repo.start_sync(ADAM, "scheduled") != sync_id
    repo.complete_sync(sync_id, "completed")
    assert repo.start_sync(EVA, "scheduled") > sync_id


def test_run_ends_once(repo: Repository) -> None:
    """Completing again, or an unknown run, is False and changes nothing."""
    sync_id = repo.start_sync(EVA, "manual")

    assert repo.complete_sync(sync_id, "completed", activities_synced=3) is True
    assert repo.complete_sync(sync_id, "failed") is False
    assert repo.complete_sync(sync_id + 1, "completed") is False
    assert repo.complete_sync(-1, "completed") is False
    assert repo.complete_sync(2**70, "completed") is False

    (run,) = repo.get_sync_history(EVA)
    assert (run.status, run.activities_synced) == ("completed", 3)


def test_history_is_newest_first_and_limited(repo: Repository, clock: FakeClock) -> None:
    """The newest runs come first, ten unless told."""
    ids = []
    for _ in range(12):
        ids.append(repo.start_sync(EVA, "scheduled"))
        repo.complete_sync(ids[-1], "completed")
        clock.advance(minutes=1)

    newest_first = ids[::-1]
    assert [run.id for run in repo.get_sync_history(EVA)] == newest_first[:10]
    assert [run.id for run in repo.get_sync_history(EVA, limit=3)] == newest_first[:3]
    assert [run.id for run in repo.get_sync_history(EVA, limit=1000)] == newest_first
    assert repo.get_sync_history(ADAM) == []


def test_last_success_is_the_newest_completed_run(repo: Repository, clock: FakeClock) -> None:
    """Partial, failed and running runs are no success."""
    assert repo.get_last_successful_sync(EVA) is None
    ids = {}
    for status in ("completed", "partial", "failed"):
        ids[status] = repo.start_sync(EVA, "scheduled")
        clock.advance(minutes=1)
        repo.complete_sync(ids[status], status)
    repo.start_sync(EVA, "scheduled")

    last = repo.get_last_successful_sync(EVA)

    assert last is not None
    assert last.id == ids["completed"]
    assert last.completed_at == datetime(2026, 3, 2, 12, 1, tzinfo=UTC)


def test_valid_users_without_configuration_are_synced(repo: Repository) -> None:
    """Auto-sync is on by default: whoever has credentials is listed, in order."""
    saved(repo, "b")
    saved(repo, "a")

    assert repo.get_all_auto_sync_users() == ["a", "b"]


def test_users_who_switched_it_off_are_not_listed(repo: Repository) -> None:
    """Auto-sync off means off, and on again means on."""
    saved(repo)
    repo.update_sync_config(EVA, auto_sync_enabled=False)
    assert repo.get_all_auto_sync_users() == []

    repo.update_sync_config(EVA, auto_sync_enabled=True)
    assert repo.get_all_auto_sync_users() == [EVA]


def test_users_with_invalid_credentials_are_not_listed(repo: Repository) -> None:
    """Credentials that Garmin refused are left alone until new ones are saved."""
    saved(repo)
    repo.update_validation_status(EVA, is_valid=False, validation_error="Wrong password")
    assert repo.get_all_auto_sync_users() == []

    saved(repo)
    assert repo.get_all_auto_sync_users() == [EVA]


def test_users_without_credentials_are_not_listed(repo: Repository) -> None:
    """A configuration alone syncs nothing."""
    repo.update_sync_config(EVA, auto_sync_enabled=True)

    assert repo.get_all_auto_sync_users() == []
