"""What a start finds in real databases: which keys it takes, records and refuses."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from keys_stage import store, users
from sqlalchemy import update

from training_analyzer.db.repositories.ciphertexts import CiphertextsRepository
from training_analyzer.db.repositories.encryption_keys import EncryptionKeysRepository
from training_analyzer.db.tables import garmin_credentials, garmin_secrets
from training_analyzer.errors import DecryptionError, EncryptionKeyError
from training_analyzer.services.encryption import EncryptionService
from training_analyzer.services.key_checks import check_keys

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from training_analyzer.db import Database
    from training_analyzer.db.repositories import GarminCredentialsRepository


@pytest.fixture
def start(database: Database, clock: Callable[[], datetime]) -> Start:
    """Give what a start does with keys on a fresh database."""
    return Start(database, clock)


class Start:
    """Starts on a database with some keys or other."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database, self._clock = database, clock

    def __call__(self, encryption: EncryptionService) -> dict[str, str]:
        """Start, and return key id -> status as recorded then."""
        check_keys(self._database, encryption, now=self._clock())
        recorded = EncryptionKeysRepository(self._database).all()
        return {key_id: key.status for key_id, key in recorded.items()}

    def refused(self, encryption: EncryptionService) -> str:
        """Start in vain, and return why; nothing is recorded by it."""
        keys = EncryptionKeysRepository(self._database)
        before = keys.all()
        with pytest.raises(EncryptionKeyError) as caught:
            check_keys(self._database, encryption, now=self._clock())
        assert keys.all() == before
        assert "\n" not in caught.value.message
        return caught.value.message


def test_first_start_records_the_keys(
    start: Start, old: EncryptionService, both: EncryptionService
) -> None:
    """The keys are recorded with what they are for; a later start notes what changed."""
    assert start(old) == {"v1": "primary"}
    assert start(both) == {"v1": "previous", "v2": "primary"}
    assert start(both) == {"v1": "previous", "v2": "primary"}


def test_wrong_key_is_refused_even_without_secrets(
    start: Start, old: EncryptionService, other_key: str
) -> None:
    """Another key under the same id is a mistake, whatever is stored."""
    start(old)

    assert 'the key "v1" is not the one' in start.refused(EncryptionService(other_key))


@pytest.mark.parametrize("bound", [True, False])
def test_fault_41_wrong_key_is_refused_before_any_start(
    database: Database, start: Start, old: EncryptionService, other_key: str, *, bound: bool
) -> None:
    """Secrets that another program stored prove the key, with no check value recorded yet."""
    store(database, old, users(2), bound=bound)

    start.refused(EncryptionService(other_key))

    assert start(old) == {"v1": "primary"}


def test_missing_key_is_refused(
    database: Database, start: Start, old: EncryptionService, new: EncryptionService
) -> None:
    """A key that stored secrets name has to be there, and the line tells how many they are."""
    start(old)
    store(database, old, users(2))

    assert start.refused(new).startswith('6 stored secrets need the key "v1"')


def test_key_of_unbound_secrets_is_missed_too(
    database: Database, start: Start, old: EncryptionService, new: EncryptionService
) -> None:
    """Secrets that name no key show by themselves that theirs is missing."""
    start(old)
    store(database, old, users(1), bound=False)

    assert "name no key" in start.refused(new)


def test_retired_primary_is_refused(
    database: Database, start: Start, old: EncryptionService, both: EncryptionService
) -> None:
    """A process that was left with the old key after a rotation does not start again."""
    start(both)
    assert CiphertextsRepository(database).retire({"v1"}, successor="v2")

    assert 'the key "v1" was retired' in start.refused(old)
    assert start(both) == {"v1": "retired", "v2": "primary"}


def test_fault_42_one_damaged_secret_never_stops_the_start(
    database: Database, start: Start, old: EncryptionService, repo: GarminCredentialsRepository
) -> None:
    """A flipped bit in label, text or an unbound secret is that person's trouble alone."""
    start(old)
    store(database, old, users(3))
    eva, tom, ida = users(3)
    with database.write() as db:
        secrets = garmin_secrets
        sealed = old.encrypt("x")
        for user_id, token in (
            (eva, "gs1.w1" + str(_token(database, eva))[6:]),
            (tom, "gs1.v1.gAAAA-cut"),
            (ida, sealed[:-8] + "AAAAAAA="),
        ):
            db.execute(update(secrets).where(secrets.c.user_id == user_id).values(token=token))

    assert start(old) == {"v1": "primary"}
    assert repo.get_credentials(eva) is not None


def test_texts_that_no_key_made_say_nothing_about_keys(
    start: Start, old: EncryptionService, repo: GarminCredentialsRepository
) -> None:
    """What an embedding program stored unencrypted, or damaged, is not taken for a lost key."""
    for user_id in users(3):
        repo.save_credentials(user_id, "no token", "gs1.")

    assert start(old) == {"v1": "primary"}


def test_column_that_names_another_key_opens_nothing(
    database: Database, both: EncryptionService, repo: GarminCredentialsRepository
) -> None:
    """A row that is relabelled with another configured key does not open."""
    (eva,) = users(1)
    store(database, both, [eva])
    with database.write() as db:
        db.execute(update(garmin_credentials).values(encryption_key_id="v1"))

    credentials = repo.get_credentials(eva)

    assert credentials is not None
    assert credentials.encrypted_password is not None
    with pytest.raises(DecryptionError):
        both.decrypt(credentials.encrypted_password)


def test_row_bears_the_name_of_its_key_whatever_label_is_given(
    database: Database, both: EncryptionService, repo: GarminCredentialsRepository
) -> None:
    """A program that binds its secrets and forgets the label still finds them open."""
    (eva,) = users(1)
    store(database, both, [eva])
    credentials = repo.get_credentials(eva)
    assert credentials is not None

    saved = repo.save_credentials(eva, credentials.encrypted_email, credentials.encrypted_password)

    assert saved.encryption_key_id == "v2"
    assert saved.encrypted_email is not None
    assert both.decrypt(saved.encrypted_email) == f"email of {eva}"


def _token(database: Database, user_id: str) -> str:
    with database.read() as db:
        found = db.execute(garmin_secrets.select().where(garmin_secrets.c.user_id == user_id))
        return str(found.one().token)
