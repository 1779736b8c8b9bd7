"""The drill of docs/security.md: a backup, another place, the right key and a wrong one."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from keys_stage import expected, opened, store, users
from pydantic import SecretStr

from training_analyzer.errors import EncryptionKeyError
from training_analyzer.services.backups import back_up, restore
from training_analyzer.services.runtime import build_runtime
from training_analyzer.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from training_analyzer.services.encryption import EncryptionService

PEOPLE = users(3)


def settings(key: str, file: Path) -> Settings:
    """Return the settings of a server with *key* and the database *file*."""
    return Settings(encryption_key=SecretStr(key), database_url=str(file))


@pytest.fixture
def restored(
    sqlite_url: str,
    tmp_path: Path,
    encryption: EncryptionService,
    encryption_key: str,
    clock: Callable[[], datetime],
) -> Path:
    """Give a backup restored in another place, made while the server was running."""
    running = settings(encryption_key, Path(sqlite_url.removeprefix("sqlite:///")))
    place = tmp_path / "another place" / "restored.db"
    with build_runtime(running, now=clock) as runtime:
        store(runtime.database, encryption, PEOPLE)
        runtime.credentials.start_sync(PEOPLE[0], "manual")
        copy = back_up(running, tmp_path / "copy.db").path
    restore(settings(encryption_key, place), copy, now=clock())
    return place


def test_restored_copy_works_with_its_key(
    restored: Path,
    encryption: EncryptionService,
    encryption_key: str,
    clock: Callable[[], datetime],
) -> None:
    """With the key that was kept apart everybody is still connected."""
    with build_runtime(settings(encryption_key, restored), now=clock) as runtime:
        assert runtime.keys.verify().is_sound
        assert opened(runtime.database, encryption, PEOPLE) == expected(PEOPLE)


def test_restored_copy_refuses_another_key_and_keeps_its_data(
    restored: Path, encryption_key: str, other_key: str, clock: Callable[[], datetime]
) -> None:
    """A wrong key stops the start and harms nothing: the data can be read, the key still works."""
    with pytest.raises(EncryptionKeyError, match="not the one that this database is sealed with"):
        build_runtime(settings(other_key, restored), now=clock)

    with closing(sqlite3.connect(restored)) as db:
        assert db.execute("SELECT count(*) FROM garmin_sync_history").fetchone() == (1,)
    with build_runtime(settings(encryption_key, restored), now=clock) as runtime:
        assert runtime.keys.verify().is_sound


def test_copy_without_its_key_gives_nothing_away(restored: Path) -> None:
    """Whoever has the database alone finds no secret in it."""
    raw = restored.read_bytes()

    for (user_id, field), secret in expected(PEOPLE).items():
        assert secret.encode() not in raw, (user_id, field)
