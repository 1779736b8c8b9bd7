"""`user`: who has a place here."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    import pytest
    from cli_stage import Shell


def test_people_are_added_listed_and_removed(shell: Shell, settings: dict[str, str]) -> None:
    """A person who was added is listed by name, and gone once removed."""
    assert settings
    assert "Nobody is here yet" in shell.done("user", "list").out

    added = shell.done("user", "add", "Zoë Ö", "--json", stdin="a password\n").document
    listed = shell.done("user", "list", "--json").document

    assert listed == [added]
    assert (added["name"], added["user_id"][:4]) == ("Zoë Ö", "usr_")
    assert "Zoë Ö" in shell.done("user", "list").out

    removed = shell.done("user", "remove", "Zoë Ö", "--yes", "--json").document

    assert removed == {"removed": added["user_id"]}
    assert shell.done("user", "list", "--json").document == []


def test_a_password_is_kept_as_a_hash(
    shell: Shell, settings: dict[str, str], database_file: Path
) -> None:
    """The password comes from standard input and only its argon2id hash is stored."""
    assert settings

    shell.done("user", "add", "ada", stdin="correct horse\n")

    wal = database_file.with_name(f"{database_file.name}-wal")
    raw = database_file.read_bytes() + (wal.read_bytes() if wal.exists() else b"")
    assert b"$argon2id$" in raw
    assert b"correct horse" not in raw


def test_removing_takes_the_data_along(
    shell: Shell, connected: str, settings: dict[str, str]
) -> None:
    """Who is removed leaves no row behind, and another person keeps theirs."""
    assert settings
    shell.done("sync", connected)
    shell.done("user", "add", "bob")

    shell.done("user", "remove", connected, "--yes")
    shell.done("user", "add", connected)

    assert "never synced" in shell.done("history", connected).out
    assert [row["name"] for row in shell.done("user", "list", "--json").document] == ["ada", "bob"]


def test_names_cannot_move_the_cursor(
    shell: Shell, settings: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name with control characters is refused, and the refusal shows none of them."""
    assert settings
    monkeypatch.setenv("LANG", "C.UTF-8")

    said = shell("user", "add", "eve\x1b[2J")

    assert said.code == 2
    assert "\x1b" not in said.err + said.out
