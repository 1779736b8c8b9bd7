"""`db backup` and `db restore` as a person meets them."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from cli_terminal import Terminal, begun

if TYPE_CHECKING:
    from pathlib import Path

    from cli_stage import Shell


@pytest.mark.usefixtures("settings")
def test_a_backup_brings_back_who_was_removed(
    shell: Shell, home: Path, database_file: Path
) -> None:
    """What was removed after a backup is there again after its restore."""
    shell.done("user", "add", "ada")
    said = shell.done("db", "backup", "copy.db")
    shell.done("user", "remove", "ada", "--yes")

    restored = shell.done("db", "restore", "copy.db", "--yes", "--json").document

    assert str(home / "copy.db") in said.out
    assert "The encryption key is not in it" in said.out
    assert [person["name"] for person in shell.done("user", "list", "--json").document] == ["ada"]
    assert restored["path"] == str(database_file)
    assert restored["kept_as"].startswith(f"{database_file}.before-")
    shell.done("db", "check")


@pytest.mark.usefixtures("settings")
def test_a_backup_has_its_own_name_and_is_noted(
    shell: Shell, home: Path, database_file: Path
) -> None:
    """A file that is there is replaced with `--force` alone; each copy is in the audit log."""
    shell.done("db", "backup", "copy.db")

    again = shell("db", "backup", "copy.db")
    nowhere = shell("db", "backup", "none/copy.db")

    for said in (again, nowhere):
        assert (said.code, said.out, len(said.err.splitlines())) == (1, "", 1)
    assert "--force" in again.err
    made = shell.done("db", "backup", "copy.db", "--force", "--json").document
    assert made["size_bytes"] == (home / "copy.db").stat().st_size
    with closing(sqlite3.connect(database_file)) as db:
        noted = db.execute("SELECT action, actor, target, result FROM audit_log").fetchall()
    assert noted == [("backed_up", "system", "copy.db", "ok")] * 2


@pytest.mark.usefixtures("settings")
def test_a_restore_needs_consent(shell: Shell) -> None:
    """Nobody at the terminal, or a no, replaces nothing; without a database nobody is asked."""
    shell.done("db", "backup", "copy.db")
    shell.done("user", "add", "ada")

    said = shell("db", "restore", "copy.db")
    with Terminal("db", "restore", "copy.db") as terminal:
        terminal.wait_for("It is kept under another name")
        terminal.type("n")
        assert terminal.end() == 1

    assert (said.code, said.out, len(said.err.splitlines())) == (2, "", 1)
    assert "--yes" in said.err
    assert len(shell.done("user", "list", "--json").document) == 1


def test_a_running_server_keeps_its_database(
    shell: Shell, settings: dict[str, str], database_file: Path
) -> None:
    """Beside a server a backup is made and no restore; the server goes on."""
    assert settings
    with begun("serve", "--port", "0", "--json") as server:
        assert server.stdout
        assert json.loads(server.stdout.readline())["url"]
        shell.done("db", "backup", "copy.db")

        said = shell("db", "restore", "copy.db", "--yes")

        assert (said.code, said.out, len(said.err.splitlines())) == (1, "", 1)
        assert f"{database_file} is in use: stop every garmin-sync process" in said.err
        assert server.poll() is None
        server.terminate()
        server.communicate(timeout=60)
    assert server.returncode == 0
    shell.done("db", "restore", "copy.db", "--yes")


@pytest.mark.parametrize("command", [("backup",), ("restore", "--yes")])
def test_postgresql_has_its_own_tools(
    shell: Shell, settings: dict[str, str], monkeypatch: pytest.MonkeyPatch, command: tuple[str]
) -> None:
    """For PostgreSQL the command to run is told, without the password, and the exit is 1."""
    assert settings
    monkeypatch.setenv("DATABASE_URL", "postgresql://eva:canary@127.0.0.1:1/garmin")

    said = shell("db", *command, "copy.db")

    assert (said.code, said.out, len(said.err.splitlines())) == (1, "", 1)
    assert "pg_dump" in said.err or "pg_restore" in said.err
    assert "canary" not in said.err
