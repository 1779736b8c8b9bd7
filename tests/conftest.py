"""What all tests share: both databases, a clock that is set by hand, keys, no network."""

from __future__ import annotations

import base64
import hashlib
import os
import shutil
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from fake_clock import FakeClock
from postgres_server import PostgresServer, running_server

from training_analyzer.db import Database, open_database
from training_analyzer.db.repositories import GarminCredentialsRepository
from training_analyzer.services.encryption import EncryptionService
from training_analyzer.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LOOPBACK = "127.0.0.1,::1,localhost"
MEMORY = Path("/dev/shm")  # noqa: S108 - pytest makes a folder of its own in it
ROOM = 4 * 1024**3


def pytest_addoption(parser: pytest.Parser) -> None:
    """Offer `--torture`, which `make torture` sets: every proof at its full length."""
    parser.addoption("--torture", action="store_true", help="run each proof at its full length")


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Let tests talk to this machine and to nobody else, and keep their files in memory.

    Every commit of the product waits for the disk; where memory has room, tests do not.
    """
    if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOM:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))
    config.option.allow_hosts = config.option.allow_hosts or LOOPBACK
    config.option.allow_unix_socket = True


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave what is marked so to the run of every proof at its full length.

    Long stories are about what the product does over weeks, and are told on SQLite every day;
    that its statements mean the same on PostgreSQL is proven where the statements are, by the
    tests of each repository.
    """
    if not config.getoption("--torture"):
        left = [item for item in items if _is_left_to_torture(item)]
        config.hook.pytest_deselected(items=left)
        items[:] = [item for item in items if item not in left]


def _is_left_to_torture(item: pytest.Item) -> bool:
    if item.get_closest_marker("torture_only"):
        return True
    return bool(item.get_closest_marker("long_story") and item.get_closest_marker("postgres"))


@pytest.fixture
def rounds(request: pytest.FixtureRequest) -> Callable[[int, int], int]:
    """Give a choice of two lengths: a slice for every day, and the whole for `make torture`."""
    whole = bool(request.config.getoption("--torture"))
    return lambda slice_, full: full if whole else slice_


@pytest.fixture
def clock() -> FakeClock:
    """Give a clock that stands at noon UTC of Monday, 2 March 2026."""
    return FakeClock()


@pytest.fixture(scope="session")
def encryption_key() -> str:
    """Give the tests' key: always the same, and written down nowhere."""
    return base64.urlsafe_b64encode(hashlib.sha256(b"the key of the tests").digest()).decode()


@pytest.fixture(scope="session")
def other_key() -> str:
    """Give a second key."""
    return base64.urlsafe_b64encode(hashlib.sha256(b"another key").digest()).decode()


@pytest.fixture
def environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, encryption_key: str
) -> pytest.MonkeyPatch:
    """Give an environment with no setting but the key, in an empty folder."""
    for field in Settings.model_fields.values():
        monkeypatch.delenv(str(field.validation_alias), raising=False)
        monkeypatch.delenv(f"{field.validation_alias}_FILE", raising=False)
    monkeypatch.delenv("GARMINTOKENS", raising=False)
    monkeypatch.setenv("CREDENTIAL_ENCRYPTION_KEY", encryption_key)
    monkeypatch.chdir(tmp_path)
    return monkeypatch


@pytest.fixture(scope="session")
def encryption(encryption_key: str) -> EncryptionService:
    """Give an encryption service with the tests' key under the id `v1`."""
    return EncryptionService(encryption_key)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """Give a real PostgreSQL; without one its tests are skipped, loudly, and fail in CI."""
    with ExitStack() as stack:
        try:
            server = stack.enter_context(running_server())
        except Exception as error:  # noqa: BLE001 - whatever keeps it from starting
            reason = f"NO POSTGRESQL, ITS TESTS DID NOT RUN ({type(error).__name__}: {error})"
            if os.environ.get("CI") == "true":
                pytest.fail(reason)
            pytest.skip(reason)
        yield server


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a migrated SQLite file to copy: faster than to migrate each test's own."""
    path = tmp_path_factory.mktemp("template") / "template.db"
    open_database(str(path)).close()
    return path


@pytest.fixture
def sqlite_url(migrated_file: Path, tmp_path: Path) -> str:
    """Give the URL of a fresh, migrated SQLite file."""
    path = tmp_path / "garmin-sync.db"
    shutil.copy(migrated_file, path)
    return f"sqlite:///{path}"


@pytest.fixture
def postgres_url(postgres_server: PostgresServer) -> str:
    """Give the URL of an empty, migrated PostgreSQL database. Leave its schema alone."""
    return postgres_server.emptied()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest) -> str:
    """Give the URL of an empty, migrated database, of each kind in turn."""
    fixture = "sqlite_url" if request.param == "sqlite" else "postgres_url"
    return str(request.getfixturevalue(fixture))


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """Give an open, empty, migrated database, of each kind in turn."""
    opened = open_database(database_url)
    yield opened
    opened.close()


@pytest.fixture
def repo(database: Database, clock: FakeClock) -> GarminCredentialsRepository:
    """Give the document's repository on an empty database, of each kind in turn."""
    return GarminCredentialsRepository(database=database, now=clock)
