"""Leaving: on SQLite the bytes of a person's secrets are gone from database and log."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from keys_stage import store, users
from pydantic import SecretStr
from sqlalchemy import select, text

from training_analyzer.db.tables import garmin_credentials, garmin_secrets, metadata
from training_analyzer.model import SyncType
from training_analyzer.services.runtime import build_runtime
from training_analyzer.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from pathlib import Path

    from training_analyzer.db import Database
    from training_analyzer.services.encryption import EncryptionService
    from training_analyzer.services.runtime import Runtime

EVA, TOM = users(2)


@pytest.fixture
def runtime(
    sqlite_url: str, encryption_key: str, clock: Callable[[], datetime]
) -> Iterator[Runtime]:
    """Give everything built on an SQLite file."""
    settings = Settings(encryption_key=SecretStr(encryption_key), database_url=sqlite_url)
    with build_runtime(settings, now=clock) as built:
        yield built


class Bytes:
    """The raw bytes of a database and its side files."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def hits(self, tokens: list[str]) -> int:
        """Count the *tokens* of which any stretch of 24 characters is to be found."""
        raw = b"".join(path.read_bytes() for path in self._folder.glob("garmin-sync.db*"))
        return sum(
            any(token[at : at + 24].encode() in raw for at in range(8, len(token) - 24, 8))
            for token in tokens
        )


@pytest.fixture
def raw(tmp_path: Path) -> Bytes:
    """Give the bytes of the test's database."""
    return Bytes(tmp_path)


def tokens_of(database: Database, user_id: str) -> list[str]:
    """Return every sealed secret of *user_id*."""
    with database.read() as db:
        login = db.execute(
            select(
                garmin_credentials.c.encrypted_email, garmin_credentials.c.encrypted_password
            ).where(garmin_credentials.c.user_id == user_id)
        ).one()
        others = db.execute(
            select(garmin_secrets.c.token).where(garmin_secrets.c.user_id == user_id)
        ).scalars()
        return [*login, *others]


def row_counts(database: Database, user_id: str) -> dict[str, int]:
    """Return how many rows of *user_id* each table holds, empty ones left out."""
    found: dict[str, Any] = {}
    with database.read() as db:
        for name, table in metadata.tables.items():
            if "user_id" in table.c:
                query = select(text("count(*)")).select_from(table)
                found[name] = db.execute(query.where(table.c.user_id == user_id)).scalar_one()
    return {name: count for name, count in found.items() if count}


def test_disconnecting_removes_the_bytes(
    runtime: Runtime, raw: Bytes, encryption: EncryptionService
) -> None:
    """Before, every secret is in the files; afterwards no piece of any, and others' are."""
    store(runtime.database, encryption, [EVA, TOM])
    evas, toms = (tokens_of(runtime.database, user_id) for user_id in (EVA, TOM))
    assert (raw.hits(evas), raw.hits(toms)) == (3, 3)

    assert runtime.connections.disconnect(EVA)

    assert (raw.hits(evas), raw.hits(toms)) == (0, 3)


def test_older_versions_of_secrets_are_gone_too(
    runtime: Runtime, raw: Bytes, encryption: EncryptionService
) -> None:
    """Tokens that were renewed many times leave nothing behind in any page or log."""
    ever: list[str] = []
    for _ in range(5):
        store(runtime.database, encryption, [EVA])
        ever += tokens_of(runtime.database, EVA)

    runtime.connections.disconnect(EVA)

    assert len(set(ever)) == 15
    assert raw.hits(ever) == 0


def test_reader_only_delays_it(runtime: Runtime, raw: Bytes, encryption: EncryptionService) -> None:
    """While somebody reads, the log still holds them; the next write after it cleans up."""
    store(runtime.database, encryption, [EVA])
    evas = tokens_of(runtime.database, EVA)

    with runtime.database.read() as db:
        db.execute(text("SELECT count(*) FROM garmin_secrets"))
        assert runtime.connections.disconnect(EVA)
        assert raw.hits(evas) == 3
    runtime.schedule.set_due(TOM, None)

    assert raw.hits(evas) == 0


def test_closing_settles_what_a_reader_delayed(
    runtime: Runtime, raw: Bytes, encryption: EncryptionService
) -> None:
    """A program that ends right after a disconnect cleans up as it closes."""
    store(runtime.database, encryption, [EVA])
    evas = tokens_of(runtime.database, EVA)
    with runtime.database.read() as db:
        db.execute(text("SELECT count(*) FROM garmin_secrets"))
        runtime.connections.disconnect(EVA)

    runtime.close()

    assert raw.hits(evas) == 0


@pytest.mark.parametrize("delete_data", [False, True])
def test_data_and_history_stay_or_go_as_asked(
    runtime: Runtime, encryption: EncryptionService, *, delete_data: bool
) -> None:
    """Secrets, configuration, schedule go; history and data when asked to; the audit log stays."""
    store(runtime.database, encryption, [EVA])
    runtime.credentials.update_sync_config(EVA, sync_time="07:00")
    runtime.schedule.set_due(EVA, None, SyncType.INITIAL)
    runtime.credentials.complete_sync(runtime.credentials.start_sync(EVA, "manual"), "completed")

    runtime.connections.disconnect(EVA, delete_data=delete_data)

    left = row_counts(runtime.database, EVA)
    history = {} if delete_data else {"garmin_sync_history": 1}
    assert left == {"audit_log": 1, **history}


def test_rotation_removes_the_replaced_bytes(
    runtime: Runtime, raw: Bytes, encryption: EncryptionService, other_key: str, encryption_key: str
) -> None:
    """After a change of keys no piece of what the old key sealed is in the files."""
    store(runtime.database, encryption, [EVA, TOM])
    before = tokens_of(runtime.database, EVA) + tokens_of(runtime.database, TOM)
    settings = runtime.settings.model_copy(
        update={
            "encryption_key": SecretStr(other_key),
            "encryption_key_id": "v2",
            "encryption_previous_keys": {"v1": SecretStr(encryption_key)},
        }
    )

    with build_runtime(settings, now=runtime.now) as later:
        assert later.keys.rotate().is_scrubbed

    assert raw.hits(before) == 0
