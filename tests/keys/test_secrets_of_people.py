"""Secrets that are a person's own: rotated with the others, kept over a disconnect."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from keys_stage import rotation, store

from training_analyzer.db.repositories import GarminCredentialsRepository
from training_analyzer.db.repositories.garmin_data import GarminDataRepository
from training_analyzer.db.repositories.secrets import secrets_of_people
from training_analyzer.db.repositories.users import UsersRepository
from training_analyzer.errors import DecryptionError, EncryptionKeyError
from training_analyzer.services.key_checks import check_keys
from training_analyzer.services.vault import Vault

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from training_analyzer.db import Database
    from training_analyzer.services.encryption import EncryptionService


def _vault(
    database: Database, encryption: EncryptionService, clock: Callable[[], datetime]
) -> Vault:
    return Vault(encryption, secrets_of_people(database, clock), clock)


def test_rotation_takes_the_secrets_of_people_along(
    database: Database,
    old: EncryptionService,
    both: EncryptionService,
    new: EncryptionService,
    clock: Callable[[], datetime],
) -> None:
    """They are counted, sealed anew and needed as those of connections are."""
    check_keys(database, old, now=clock())
    store(database, old, ["eva"])
    _vault(database, old, clock).put("eva", "webhook:1", "of a webhook")
    with pytest.raises(EncryptionKeyError, match="4 stored secrets need"):
        check_keys(database, new, now=clock())
    check_keys(database, both, now=clock())

    done = rotation(database, both).rotate()

    assert (done.is_complete, done.resealed, done.census.secrets) == (True, 4, 4)
    opened = _vault(database, new, clock).get("eva", "webhook:1")
    assert opened is not None
    assert (opened.secret.reveal(), opened.version) == ("of a webhook", 1)


def test_no_secret_opens_in_another_place(
    database: Database, old: EncryptionService, clock: Callable[[], datetime]
) -> None:
    """A sealed text that was moved to another person or webhook is refused."""
    vault, rows = _vault(database, old, clock), secrets_of_people(database, clock)
    vault.put("eva", "webhook:1", "of a webhook")
    stored = vault.stored("eva", "webhook:1")
    assert stored is not None

    for place in (("tom", "webhook:1"), ("eva", "webhook:2")):
        rows.put(*place, str(stored.token), "v1")

        with pytest.raises(DecryptionError):
            vault.get(*place)


def test_secrets_of_people_go_with_the_person(
    database: Database, old: EncryptionService, clock: Callable[[], datetime]
) -> None:
    """Neither a disconnect nor the end of all data takes them, the end of the person does."""
    people = UsersRepository(database, now=clock)
    user_id, vault = people.add("eva").user_id, _vault(database, old, clock)
    store(database, old, [user_id])
    vault.put(user_id, "webhook:1", "of a webhook")

    GarminCredentialsRepository(database=database).delete_credentials(user_id)
    GarminDataRepository(database).delete_all(user_id)
    assert vault.holds(user_id, "webhook:1")

    people.remove(user_id)
    assert not vault.holds(user_id, "webhook:1")
