"""`db` and `init`: the database, and the file that one begins with."""

from __future__ import annotations

import sqlite3
import stat
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from training_analyzer.settings import Settings, load

if TYPE_CHECKING:
    from pathlib import Path

    from cli_stage import Shell


@pytest.mark.usefixtures("settings")
def test_a_sound_database_passes(shell: Shell) -> None:
    """`db check` leaves with 0 for a database that is sound and of this version."""
    assert "is sound" in shell.done("db", "check").out
    assert shell.done("db", "check", "--json").document["ok"] is True
    assert "the newest" in shell.done("db", "upgrade").out


@pytest.mark.usefixtures("settings")
def test_no_database_is_told_and_none_is_made(
    shell: Shell, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`db check` makes no file where there is none; `db upgrade` does."""
    file = home / "new" / "data.db"
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{file}")

    said = shell("db", "check")

    assert (said.code, len(said.err.splitlines())) == (1, 1)
    assert "garmin-sync db upgrade" in said.err
    assert not file.parent.exists()
    shell.done("db", "upgrade")
    assert "is sound" in shell.done("db", "check").out


@pytest.mark.usefixtures("settings")
def test_an_old_database_is_told(shell: Shell, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A database without our schema fails the check, with the command that mends it."""
    file = home / "empty.db"
    with closing(sqlite3.connect(file)) as database:
        database.execute("CREATE TABLE other (id)")
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{file}")

    said = shell("db", "check")

    assert said.code == 1
    assert "schema none" in said.out


@pytest.mark.usefixtures("settings")
@pytest.mark.parametrize("command", ["check", "upgrade"])
def test_what_is_no_database_is_refused(
    shell: Shell, home: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    """Another file than a database is told in one line and stays as it is."""
    file = home / "notes.txt"
    file.write_text("Dear diary, this is not a database at all.\n" * 200)
    before = file.read_bytes()
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{file}")

    said = shell("db", command)

    assert (said.code, said.out, len(said.err.splitlines())) == (1, "", 1)
    assert file.read_bytes() == before


def test_init_writes_a_private_file_that_works(shell: Shell, home: Path) -> None:
    """`init` writes a key that the settings take, for nobody else's eyes, and does not show it."""
    said = shell.done("init")

    file = home / ".env"
    key = load(file).encryption_key.get_secret_value()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert key not in said.out + said.err
    text = file.read_text()
    assert all(str(field.validation_alias) in text for field in Settings.model_fields.values())


def test_init_gives_the_defaults(home: Path, shell: Shell) -> None:
    """What `init` writes behind the comment signs is what holds without it."""
    shell.done("init", "--directory", str(home), "--json")
    file = home / ".env"
    before = load(file)

    commented = file.read_text().splitlines()
    file.write_text("\n".join(line.removeprefix("#") for line in commented if line[:2] != "# "))

    assert load(file) == before


def test_init_never_overwrites(shell: Shell, home: Path) -> None:
    """A file that is there stays, byte by byte."""
    (home / ".env").write_text("MINE=1\n")

    said = shell("init")

    assert (said.code, said.out, len(said.err.splitlines())) == (1, "", 1)
    assert (home / ".env").read_text() == "MINE=1\n"


def test_init_needs_its_folder(shell: Shell, home: Path) -> None:
    """A folder that is not there is told in one line."""
    said = shell("init", "--directory", str(home / "none"))

    assert (said.code, len(said.err.splitlines())) == (1, 1)
    assert "--directory" in said.err


def test_the_archive_is_read_again(
    shell: Shell, connected: str, settings: dict[str, str], database_file: Path
) -> None:
    """`db reparse` changes nothing after a sync, and leaves with 3 when it could not read all."""
    assert settings
    shell.done("sync", connected)

    told = shell.done("db", "reparse", "--json").document
    assert (told["rows_changed"], told["unreadable"], told["users"]) == (0, [], 1)
    assert "0 rows changed" in shell.done("db", "reparse", connected).out
    with closing(sqlite3.connect(database_file)) as database, database:
        database.execute("UPDATE garmin_payloads SET stream = 'old' WHERE stream = 'hrv'")
    said = shell("db", "reparse", "--from-start")

    assert said.code == 3
    assert "of old: a stream that this version does not know" in said.out
