"""A process that was left behind by a change of keys postpones its syncs and harms nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from keys_stage import expected, opened, rotation, store, users
from pydantic import SecretStr

from training_analyzer.db.repositories import SecretsRepository
from training_analyzer.errors import KeyRetired
from training_analyzer.services.garmin_scheduler import GarminSyncScheduler
from training_analyzer.services.key_checks import check_keys
from training_analyzer.services.runtime import build_runtime
from training_analyzer.services.vault import Vault
from training_analyzer.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from training_analyzer.services.encryption import EncryptionService
    from training_analyzer.services.runtime import Runtime

(EVA,) = users(1)
# Nothing listens there: whoever asks Garmin in these tests fails otherwise than expected.
NOBODY = "http://127.0.0.1:9"


@pytest.fixture
def left_behind(
    database_url: str, encryption_key: str, other_key: str, clock: Callable[[], datetime]
) -> Iterator[Runtime]:
    """Give a process that has the old key as its primary, and was started before any change."""
    settings = Settings(
        encryption_key=SecretStr(encryption_key),
        encryption_previous_keys={"v2": SecretStr(other_key)},
        database_url=database_url,
        garmin_server_url=NOBODY,
    )
    with build_runtime(settings, now=clock) as built:
        yield built


def test_key_that_another_process_has_is_waited_for(
    database_url: str, encryption_key: str, clock: Callable[[], datetime], new: EncryptionService
) -> None:
    """Secrets under a key that this process lacks fail the sync, and stay valid and untouched."""
    settings = Settings(
        encryption_key=SecretStr(encryption_key),
        database_url=database_url,
        garmin_server_url=NOBODY,
    )
    with build_runtime(settings, now=clock) as runtime:
        store(runtime.database, new, [EVA])

        outcome = GarminSyncScheduler(runtime).sync_user(EVA)

        assert (outcome.status, outcome.error_code) == ("failed", "key_unavailable")
        credentials = runtime.credentials.get_credentials(EVA)
        assert credentials is not None
        assert credentials.is_valid
        entry = runtime.schedule.entry(EVA)
        assert entry is not None
        assert entry.due_at is not None
        assert opened(runtime.database, new, [EVA]) == expected([EVA])


def test_renewed_token_is_sealed_with_the_successor(
    left_behind: Runtime,
    both: EncryptionService,
    new: EncryptionService,
    clock: Callable[[], datetime],
) -> None:
    """A token that is renewed just as the key is retired is not lost: the new key seals it."""
    database, vault = left_behind.database, left_behind.connections.vault
    check_keys(database, both, now=clock())
    store(database, both, [EVA])
    read = vault.get(EVA, "token_bundle")
    assert read is not None
    assert rotation(database, both).rotate().is_complete

    assert vault.put(EVA, "token_bundle", "renewed", expected_version=read.version)

    assert opened(database, new, [EVA]) == expected([EVA]) | {(EVA, "token_bundle"): "renewed"}


def test_without_the_successor_nothing_is_stored(
    left_behind: Runtime, old: EncryptionService, both: EncryptionService, new: EncryptionService
) -> None:
    """A process that has the retired key alone is told to restart, and changes nothing."""
    store(left_behind.database, both, [EVA])
    check_keys(left_behind.database, both, now=left_behind.now())
    assert rotation(left_behind.database, both).rotate().is_complete
    vault = Vault(old, SecretsRepository(left_behind.database), left_behind.now)

    with pytest.raises(KeyRetired, match="restart"):
        vault.put(EVA, "token_bundle", "renewed")

    assert opened(left_behind.database, new, [EVA]) == expected([EVA])
