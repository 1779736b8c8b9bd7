"""Sealed secrets: stored, replaced only by who read the latest, removed."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from training_analyzer.db.repositories import SecretsRepository
from training_analyzer.model import SecretContext

if TYPE_CHECKING:
    from fake_clock import FakeClock

    from training_analyzer.db import Database


@pytest.fixture
def secrets(database: Database, clock: FakeClock) -> SecretsRepository:
    """Give the secrets of a fresh database."""
    return SecretsRepository(database, clock)


def test_secret_comes_back_sealed(secrets: SecretsRepository, clock: FakeClock) -> None:
    """A secret knows whose it is, which key sealed it and when it expires."""
    expires_at = clock() + timedelta(minutes=10)

    assert secrets.put("u", "mfa_state", "sealed", "v1", expires_at)

    stored = secrets.get("u", "mfa_state")
    assert stored is not None
    assert (stored.token, stored.token.context) == ("sealed", SecretContext("u", "mfa_state"))
    assert (stored.version, stored.expires_at, stored.key_id) == (1, expires_at, "v1")


def test_unknown_secret_is_none(secrets: SecretsRepository) -> None:
    """What was never stored is None, for the field and for the user."""
    secrets.put("u", "token_bundle", "sealed", "v1")

    assert secrets.get("u", "api_key") is None
    assert secrets.get("other", "token_bundle") is None


def test_each_write_is_a_new_version(secrets: SecretsRepository) -> None:
    """Without an expected version the last writer wins, and the version grows."""
    secrets.put("u", "token_bundle", "first", "v1")
    secrets.put("u", "token_bundle", "second", "v2")

    stored = secrets.get("u", "token_bundle")
    assert stored is not None
    assert (stored.token, stored.version, stored.key_id) == ("second", 2, "v2")


def test_stale_writer_changes_nothing(secrets: SecretsRepository) -> None:
    """A process that read an older token cannot overwrite a newer one."""
    secrets.put("u", "token_bundle", "old", "v1")
    assert secrets.put("u", "token_bundle", "new", "v1", expected_version=1)

    assert not secrets.put("u", "token_bundle", "stale", "v1", expected_version=1)

    stored = secrets.get("u", "token_bundle")
    assert stored is not None
    assert stored.token == "new"


def test_writer_who_expects_nothing_is_held_to_it(secrets: SecretsRepository) -> None:
    """Version 0 means that there was no secret; one that came meanwhile stays."""
    assert secrets.put("u", "token_bundle", "first", "v1", expected_version=0)
    assert not secrets.put("u", "token_bundle", "second", "v1", expected_version=0)


def test_removed_secret_does_not_come_back(secrets: SecretsRepository) -> None:
    """After a disconnect a stale process cannot store its token again."""
    secrets.put("u", "token_bundle", "old", "v1")

    assert secrets.delete("u", "token_bundle")
    assert not secrets.put("u", "token_bundle", "stale", "v1", expected_version=1)

    assert secrets.get("u", "token_bundle") is None
    assert not secrets.delete("u", "token_bundle")


def test_of_many_writers_one_wins(secrets: SecretsRepository) -> None:
    """Eight threads that read the same version: one of them writes."""
    secrets.put("u", "token_bundle", "old", "v1")
    won: list[bool] = []
    barrier = threading.Barrier(8)

    def refresh(number: int) -> None:
        barrier.wait()
        won.append(secrets.put("u", "token_bundle", f"new {number}", "v1", expected_version=1))

    threads = [threading.Thread(target=refresh, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(won) == [False] * 7 + [True]


def test_empty_user_is_refused(secrets: SecretsRepository) -> None:
    """A secret belongs to somebody."""
    with pytest.raises(ValueError, match="user_id"):
        secrets.put("", "token_bundle", "sealed", "v1")
