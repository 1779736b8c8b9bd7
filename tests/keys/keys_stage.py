"""What the tests of keys share and is no fixture: a database full of sealed secrets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from training_analyzer.db.repositories import GarminCredentialsRepository, SecretsRepository
from training_analyzer.db.repositories.ciphertexts import CiphertextsRepository
from training_analyzer.db.repositories.encryption_keys import EncryptionKeysRepository
from training_analyzer.model import SecretContext
from training_analyzer.services.rotation import Rotation

if TYPE_CHECKING:
    from collections.abc import Iterable

    from training_analyzer.db import Database
    from training_analyzer.services.encryption import EncryptionService

FIELDS = ("email", "password", "token_bundle")


def plain(user_id: str, field: str) -> str:
    """Return the secret of *user_id* that the tests store as *field*."""
    return f"{field} of {user_id}"


def users(count: int) -> list[str]:
    """Return the ids of *count* users."""
    return [f"usr_{number:05d}" for number in range(count)]


def store(
    database: Database,
    encryption: EncryptionService,
    user_ids: Iterable[str],
    *,
    bound: bool = True,
) -> None:
    """Store e-mail, password and tokens of *user_ids*; unbound as the document's snippets do."""
    logins, secrets = GarminCredentialsRepository(database=database), SecretsRepository(database)
    for user_id in user_ids:
        sealed = {
            field: encryption.encrypt(
                plain(user_id, field), SecretContext(user_id, field) if bound else None
            )
            for field in FIELDS
        }
        logins.save_credentials(
            user_id, sealed["email"], sealed["password"], encryption_key_id=encryption.key_id
        )
        secrets.put(user_id, "token_bundle", sealed["token_bundle"], encryption.key_id)


def opened(
    database: Database, encryption: EncryptionService, user_ids: Iterable[str]
) -> dict[tuple[str, str], str]:
    """Return every secret of *user_ids* as the product reads it. Raises `DecryptionError`."""
    logins, secrets = GarminCredentialsRepository(database=database), SecretsRepository(database)
    found = {}
    for user_id in user_ids:
        login, tokens = logins.get_credentials(user_id), secrets.get(user_id, "token_bundle")
        assert login is not None
        assert tokens is not None
        for field, sealed in zip(
            FIELDS, (login.encrypted_email, login.encrypted_password, tokens.token), strict=True
        ):
            assert sealed is not None
            found[user_id, field] = encryption.decrypt(sealed)
    return found


def expected(user_ids: Iterable[str]) -> dict[tuple[str, str], str]:
    """Return what `opened` should find."""
    return {(user_id, field): plain(user_id, field) for user_id in user_ids for field in FIELDS}


def rotation(database: Database, encryption: EncryptionService, *, batch: int = 200) -> Rotation:
    """Return the rotation of *database* with the keys of *encryption*."""
    return Rotation(
        CiphertextsRepository(database), EncryptionKeysRepository(database), encryption, batch=batch
    )
