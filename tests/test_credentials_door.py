"""The document's door: which database it opens, what rows can hold, what a disconnect takes."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import text

from training_analyzer.db.repositories import (
    GarminCredentials,
    SecretsRepository,
    get_garmin_credentials_repository,
)
from training_analyzer.db.repositories import (
    GarminCredentialsRepository as Repository,
)
from training_analyzer.errors import DecryptionError
from training_analyzer.model import Kind, Region, SecretContext

if TYPE_CHECKING:
    from pathlib import Path

    from fake_clock import FakeClock

    from training_analyzer.db import Database
    from training_analyzer.services.encryption import EncryptionService

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


def test_path_is_created_and_kept(tmp_path: Path) -> None:
    """A path is an SQLite file, made on first use and read again on the next."""
    path = tmp_path / "data" / "garmin.db"
    first = Repository(path)
    saved(first)
    first.close()

    second = Repository(str(path))
    assert found(second).encrypted_email == "email of usr_eva"
    second.close()


def test_door_opens_the_configured_database(
    monkeypatch: pytest.MonkeyPatch, database_url: str, encryption_key: str
) -> None:
    """Without arguments the repository is that of DATABASE_URL, and the same each time."""
    monkeypatch.setenv("CREDENTIAL_ENCRYPTION_KEY", encryption_key)
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("GARMIN_SYNC_HOUR", "4")

    saved(get_garmin_credentials_repository())

    assert found(get_garmin_credentials_repository()).user_id == EVA
    assert get_garmin_credentials_repository().update_sync_config(EVA).sync_time == "04:00"
    other = Repository()
    assert found(other).user_id == EVA
    other.close()
    get_garmin_credentials_repository().close()


def test_door_follows_the_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, encryption_key: str
) -> None:
    """Another DATABASE_URL is another database."""
    monkeypatch.setenv("CREDENTIAL_ENCRYPTION_KEY", encryption_key)
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'one.db'}")
    saved(get_garmin_credentials_repository())

    monkeypatch.setenv("DATABASE_URL", str(tmp_path / "two.db"))

    assert get_garmin_credentials_repository().get_credentials(EVA) is None


def test_swapped_rows_do_not_decrypt(
    repo: Repository, database: Database, encryption: EncryptionService
) -> None:
    """Whoever can write the database still cannot make one user sign in as another."""
    for user_id in (EVA, ADAM):
        password = encryption.encrypt("secret", SecretContext(user_id, "password"))
        repo.save_credentials(user_id, None, password)
    with database.write() as db:
        db.execute(
            text(
                "UPDATE garmin_credentials SET encrypted_password = (SELECT encrypted_password"
                " FROM garmin_credentials WHERE user_id = 'usr_adam') WHERE user_id = 'usr_eva'"
            )
        )

    stolen = found(repo, EVA).encrypted_password
    assert stolen is not None
    with pytest.raises(DecryptionError):
        encryption.decrypt(stolen)


@pytest.mark.parametrize("user_id", ["", "  ", "a\x00b", "\ud800", None])
def test_impossible_user_ids_are_refused(repo: Repository, user_id: str) -> None:
    """A user id is opaque, but it is a text and not empty."""
    for call in (
        lambda: repo.save_credentials(user_id, "e", "p"),
        lambda: repo.update_sync_config(user_id),
        lambda: repo.start_sync(user_id, "manual"),
    ):
        with pytest.raises(ValueError, match="user_id"):
            call()


def test_user_ids_are_opaque(repo: Repository) -> None:
    """A program that embeds the package brings ids of its own shape."""
    ids = ["42", "eva@example.org", "a|b", "a' OR '1'='1", "日本", "x" * 500]

    for user_id in ids:
        saved(repo, user_id)

    assert [found(repo, user_id).user_id for user_id in ids] == ids


def test_hostile_display_name_is_only_text(repo: Repository) -> None:
    """What Garmin calls somebody is stored as text, without what no database takes."""
    saved(repo, garmin_display_name="Rob'); DROP TABLE garmin_credentials;--\x00")

    assert found(repo).garmin_display_name == "Rob'); DROP TABLE garmin_credentials;--"


def test_values_are_frozen(repo: Repository) -> None:
    """A returned value is a snapshot that nobody changes."""
    with pytest.raises(FrozenInstanceError):
        saved(repo).is_valid = False  # type: ignore[misc]  # frozen, as the test says


def test_sealed_values_can_be_saved_again(repo: Repository) -> None:
    """A value that was read may be written back as it is."""
    credentials = saved(repo)

    again = repo.save_credentials(EVA, credentials.encrypted_email, credentials.encrypted_password)

    assert again.encrypted_email == credentials.encrypted_email


def test_times_are_stored_to_the_millisecond(repo: Repository, clock: FakeClock) -> None:
    """Both databases keep the same precision, so that both give the same answers."""
    clock.now += timedelta(microseconds=123_456)

    assert saved(repo).updated_at == clock().replace(microsecond=123_000)


def test_password_logins_are_remembered(repo: Repository, clock: FakeClock) -> None:
    """When the password was last used is kept, also when new credentials are saved."""
    saved(repo)
    at = clock()

    assert repo.record_password_login(EVA)

    clock.advance(hours=1)
    assert saved(repo).last_password_login_at == at


def test_token_connection_needs_no_password(repo: Repository) -> None:
    """A person may choose to store no e-mail and no password at all."""
    credentials = repo.save_credentials(EVA, None, None, kind=Kind.TOKEN, region=Region.CN)

    assert (credentials.encrypted_email, credentials.encrypted_password) == (None, None)
    assert (credentials.kind, credentials.region) == (Kind.TOKEN, Region.CN)


def test_kind_and_region_have_defaults_and_stay(repo: Repository) -> None:
    """A connection is by password in region com unless told, and keeps what it was told."""
    assert (saved(repo).kind, found(repo).region) == (Kind.PASSWORD, Region.COM)

    saved(repo, kind=Kind.TOKEN, region=Region.CN)

    assert (saved(repo).kind, found(repo).region) == (Kind.TOKEN, Region.CN)


def test_deleting_takes_secrets_configuration_and_schedule(
    repo: Repository, database: Database, clock: FakeClock
) -> None:
    """A disconnect leaves history and data, and nothing that could sync again."""
    saved(repo)
    saved(repo, ADAM)
    repo.update_sync_config(EVA, sync_time="07:00")
    SecretsRepository(database, clock).put(EVA, "token_bundle", "sealed", "v1")
    sync_id = repo.start_sync(EVA, "manual")
    with database.write() as db:
        db.execute(text("INSERT INTO garmin_schedule (user_id) VALUES ('usr_eva'), ('usr_adam')"))

    assert repo.delete_credentials(EVA) is True

    assert repo.get_credentials(EVA) is None
    assert repo.get_sync_config(EVA) is None
    assert SecretsRepository(database).get(EVA, "token_bundle") is None
    assert [run.id for run in repo.get_sync_history(EVA)] == [sync_id]
    with database.read() as db:
        assert db.execute(text("SELECT user_id FROM garmin_schedule")).scalars().all() == [ADAM]
    assert repo.get_credentials(ADAM) is not None


def test_deleting_nothing_is_false(repo: Repository) -> None:
    """Deleting what is not there says so; a configuration alone is something."""
    assert repo.delete_credentials(EVA) is False

    repo.update_sync_config(EVA)
    assert repo.delete_credentials(EVA) is True
    assert repo.delete_credentials(EVA) is False
