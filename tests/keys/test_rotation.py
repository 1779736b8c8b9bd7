"""Changing the key: every secret is sealed anew, proved, and the old key retired."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest
from keys_stage import expected, opened, rotation, store, users
from sqlalchemy import update

from training_analyzer.db.repositories import GarminCredentialsRepository, SecretsRepository
from training_analyzer.db.repositories.ciphertexts import CiphertextsRepository
from training_analyzer.db.repositories.encryption_keys import EncryptionKeysRepository
from training_analyzer.db.tables import garmin_secrets
from training_analyzer.errors import DecryptionError, KeyRetired
from training_analyzer.model import SecretContext
from training_analyzer.services.key_checks import check_keys

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from training_analyzer.db import Database
    from training_analyzer.services.encryption import EncryptionService

PEOPLE = users(7)


@pytest.fixture
def started(
    database: Database,
    old: EncryptionService,
    both: EncryptionService,
    clock: Callable[[], datetime],
) -> Database:
    """Give a database with seven people's secrets under the old key, and the new one in use."""
    check_keys(database, old, now=clock())
    store(database, old, PEOPLE[:5])
    store(database, old, PEOPLE[5:], bound=False)
    check_keys(database, both, now=clock())
    return database


def test_rotation_seals_everything_with_the_new_key(
    started: Database, both: EncryptionService, new: EncryptionService
) -> None:
    """Afterwards the new key alone opens every secret, unbound ones are bound, the old retires."""
    done = rotation(started, both).rotate()

    assert done.is_complete
    assert (done.resealed, done.removable, done.is_scrubbed) == (21, ("v1",), True)
    assert (dict(done.census.by_key), done.census.unbound) == ({"v2": 21}, 0)
    assert opened(started, new, PEOPLE) == expected(PEOPLE)


def test_rotation_can_be_repeated(started: Database, both: EncryptionService) -> None:
    """A second rotation finds nothing to do and tells the same."""
    rotation(started, both).rotate()

    again = rotation(started, both).rotate()

    assert again.is_complete
    assert (again.resealed, again.removable) == (0, ("v1",))


def test_rotation_leaves_versions_alone(started: Database, both: EncryptionService) -> None:
    """A refresh that began before the rotation can still save its new token after it."""
    secrets = SecretsRepository(started)
    before = secrets.get(PEOPLE[0], "token_bundle")
    assert before is not None

    rotation(started, both).rotate()
    renewed = both.encrypt("renewed", SecretContext(PEOPLE[0], "token_bundle"))
    assert secrets.put(PEOPLE[0], "token_bundle", renewed, "v2", expected_version=before.version)

    assert opened(started, both, PEOPLE)[PEOPLE[0], "token_bundle"] == "renewed"


def test_rotation_never_overwrites_what_was_saved_meanwhile(
    started: Database, both: EncryptionService
) -> None:
    """A token that is saved between reading and writing stays, and so does a new password."""
    eva, tom = PEOPLE[0], PEOPLE[1]
    logins, secrets = GarminCredentialsRepository(database=started), SecretsRepository(started)
    saved: list[bool] = []

    def save(done: int, _of: int) -> None:
        if not saved:
            assert done
            sealed = both.encrypt("renewed", SecretContext(eva, "token_bundle"))
            saved.append(secrets.put(eva, "token_bundle", sealed, "v2"))
            password = both.encrypt("changed", SecretContext(tom, "password"))
            logins.save_credentials(tom, None, password, "v2")

    done = rotation(started, both).rotate(save)

    assert done.is_complete
    found = CiphertextsRepository(started)
    texts = {
        (secret.context.user_id, secret.context.field): both.decrypt(secret)
        for batch in found.batches()
        for row in batch
        for secret in row.secrets
    }
    assert texts[eva, "token_bundle"] == "renewed"
    assert texts[tom, "password"] == "changed"
    assert (tom, "email") not in texts


def test_compare_and_swap_misses_what_moved(
    started: Database, both: EncryptionService, old: EncryptionService
) -> None:
    """A batch that was read before somebody else's write changes only the other rows."""
    secrets, found = SecretsRepository(started), CiphertextsRepository(started)
    moving = rotation(started, both)
    (batch,) = [rows for rows in found.batches() if rows[0].table == "garmin_secrets"]
    changes = [moving._resealed(row) for row in batch]
    secrets.put(
        PEOPLE[0],
        "token_bundle",
        old.encrypt("renewed", SecretContext(PEOPLE[0], "token_bundle")),
        "v1",
    )

    assert found.reseal(changes, "v2") == len(batch) - 1

    assert opened(started, both, PEOPLE)[PEOPLE[0], "token_bundle"] == "renewed"


def test_secret_that_does_not_open_stays_and_keeps_its_key(
    started: Database, both: EncryptionService
) -> None:
    """One damaged secret is told by user and field; the rest is rotated, no key is retired."""
    with started.write() as db:
        db.execute(
            update(garmin_secrets)
            .where(garmin_secrets.c.user_id == PEOPLE[3])
            .values(token="gs1.v1.gAAAAdamaged")
        )

    done = rotation(started, both).rotate()

    assert not done.is_complete
    assert done.removable == ()
    assert [(one.user_id, one.field) for one in done.census.unreadable] == [
        (PEOPLE[3], "token_bundle")
    ]
    assert done.census.by_key == {"v2": 20}
    started_again = rotation(started, both).verify()
    assert [one.code for one in started_again.unreadable] == ["credential_corrupt"]


def test_verify_tells_by_key_and_changes_nothing(
    started: Database, both: EncryptionService, new: EncryptionService
) -> None:
    """Before a rotation one sees which keys are needed, and which would be missed."""
    census = rotation(started, both).verify()
    assert (census.secrets, dict(census.by_key), census.unbound) == (21, {"v1": 15}, 6)
    assert census.is_sound
    assert not census.is_rotated

    without = rotation(started, new).verify()
    assert {one.code for one in without.unreadable} == {"key_unavailable", "credential_corrupt"}
    assert len(without.unreadable) == 21
    assert rotation(started, both).verify() == census


def test_progress_is_told(started: Database, both: EncryptionService) -> None:
    """A person sees how many secrets are done, of how many."""
    told: list[tuple[int, int]] = []

    rotation(started, both).rotate(lambda done, of: told.append((done, of)))

    assert told == [(14, 21), (21, 21)]


def test_retired_key_seals_nothing_any_more(
    started: Database, both: EncryptionService, old: EncryptionService
) -> None:
    """A process that still has the old key as its primary is refused when it saves."""
    rotation(started, both).rotate()
    logins, secrets = GarminCredentialsRepository(database=started), SecretsRepository(started)
    late = old.encrypt("late", SecretContext(PEOPLE[0], "password"))

    with pytest.raises(KeyRetired):
        secrets.put(PEOPLE[0], "token_bundle", late, "v1")
    with pytest.raises(KeyRetired):
        logins.save_credentials(PEOPLE[0], None, late, "v1")
    with pytest.raises(KeyRetired):
        rotation(started, old).rotate()

    assert opened(started, both, PEOPLE) == expected(PEOPLE)


def test_key_is_not_retired_while_a_writer_uses_it(
    started: Database, both: EncryptionService, old: EncryptionService
) -> None:
    """Of retiring a key and saving with it only one can win, however close they are."""
    rotation(started, both).rotate()
    keys, found = EncryptionKeysRepository(started), CiphertextsRepository(started)
    with started.write() as db:
        db.exec_driver_sql("UPDATE encryption_keys SET status = 'previous' WHERE key_id = 'v1'")
    secrets = SecretsRepository(started)
    late = old.encrypt("late", SecretContext("usr_late", "token_bundle"))
    barrier, ended = threading.Barrier(2), []

    def retire() -> None:
        barrier.wait()
        ended.append(("retired", found.retire({"v1"}, successor="v2")))

    def save() -> None:
        barrier.wait()
        try:
            ended.append(("saved", secrets.put("usr_late", "token_bundle", late, "v1")))
        except KeyRetired:
            ended.append(("saved", False))

    threads = [threading.Thread(target=retire), threading.Thread(target=save)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    outcome = dict(ended)
    assert outcome["retired"] != outcome["saved"]
    assert keys.all()["v1"].is_retired == outcome["retired"]


def test_many_batches_are_all_done(
    database: Database, old: EncryptionService, both: EncryptionService, new: EncryptionService
) -> None:
    """More people than fit into one batch, every one of them."""
    people = users(230)
    store(database, old, people)

    assert rotation(database, both).rotate().is_complete

    assert opened(database, new, people) == expected(people)


def test_swapped_secrets_are_not_sealed_into_their_new_place(
    started: Database, both: EncryptionService
) -> None:
    """A rotation does not launder a token that somebody moved to another user's row."""
    secrets = SecretsRepository(started)
    eva = secrets.get(PEOPLE[0], "token_bundle")
    assert eva is not None
    with started.write() as db:
        db.execute(
            update(garmin_secrets)
            .where(garmin_secrets.c.user_id == PEOPLE[1])
            .values(token=str(eva.token))
        )

    done = rotation(started, both).rotate()

    assert [one.user_id for one in done.census.unreadable] == [PEOPLE[1]]
    with pytest.raises(DecryptionError):
        opened(started, both, PEOPLE[1:2])
