"""The command line with a pretend Garmin, a database and an environment of its own."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest
from cli_stage import Shell, account

from training_analyzer.settings import Settings
from training_analyzer.simulator import SimulatorServer, demo_world

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from training_analyzer.simulator import Account


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give an empty folder, which is HOME and the working folder; no setting is set."""
    folder = tmp_path / "home"
    folder.mkdir()
    for field in Settings.model_fields.values():
        for variable in (str(field.validation_alias), f"{field.validation_alias}_FILE"):
            monkeypatch.delenv(variable, raising=False)
    for variable in ("NO_COLOR", "FORCE_COLOR", "PY_COLORS", "XDG_DATA_HOME", "COLUMNS"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def garmin() -> Iterator[SimulatorServer]:
    """Serve a pretend Garmin with five athletes who live now."""
    with SimulatorServer(demo_world(7)) as server:
        yield server


@pytest.fixture
def database_file(migrated_file: Path, home: Path) -> Path:
    """Give a fresh, migrated SQLite file."""
    file = home / "garmin-sync.db"
    shutil.copy(migrated_file, file)
    return file


@pytest.fixture
def settings(
    garmin: SimulatorServer,
    database_file: Path,
    encryption_key: str,
    monkeypatch: pytest.MonkeyPatch,
) -> dict[str, str]:
    """Set a key, the database and the pretend Garmin, and give the variables."""
    variables = {
        "CREDENTIAL_ENCRYPTION_KEY": encryption_key,
        "DATABASE_URL": f"sqlite:///{database_file}",
        "GARMIN_SERVER_URL": garmin.url,
        "GARMIN_REQUESTS_PER_MINUTE": "6000",
    }
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return variables


@pytest.fixture
def shell() -> Shell:
    """Give a shell whose commands see the environment as it is."""
    return Shell()


@pytest.fixture
def ada(garmin: SimulatorServer) -> Account:
    """Give the account of the runner, who has no second factor."""
    return account(garmin, "ada")


@pytest.fixture
def tom(garmin: SimulatorServer) -> Account:
    """Give the account of the triathlete, who is asked for a code."""
    return account(garmin, "tom")


@pytest.fixture
def kay(garmin: SimulatorServer) -> Account:
    """Give the account of the cyclist, who has a Personal API key."""
    return account(garmin, "kay")


@pytest.fixture
def connected(settings: dict[str, str], shell: Shell, ada: Account) -> str:
    """Give the name of a connected person who wants ten days of history."""
    assert settings
    shell.connected("ada", ada)
    shell.done("config", "ada", "initial_sync_days=10")
    return "ada"
