"""Services with an old key, with a new one, and with the new one while the old still opens."""

from __future__ import annotations

import pytest

from training_analyzer.services.encryption import EncryptionService


@pytest.fixture(scope="session")
def old(encryption_key: str) -> EncryptionService:
    """Give encryption with the old key, `v1`, alone."""
    return EncryptionService(encryption_key)


@pytest.fixture(scope="session")
def new(other_key: str) -> EncryptionService:
    """Give encryption with the new key, `v2`, alone."""
    return EncryptionService(other_key, key_id="v2")


@pytest.fixture(scope="session")
def both(encryption_key: str, other_key: str) -> EncryptionService:
    """Give encryption that seals with the new key and still opens what the old one sealed."""
    return EncryptionService(other_key, key_id="v2", previous_keys={"v1": encryption_key})
