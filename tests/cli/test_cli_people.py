"""`user`: who has a place here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cli_terminal import run

from training_analyzer.services.one_time_codes import code_of, step_at
from training_analyzer.services.one_time_links import Purpose
from training_analyzer.services.runtime import build_runtime
from training_analyzer.settings import load

if TYPE_CHECKING:
    from pathlib import Path

    import pytest
    from cli_stage import Shell


def test_people_are_added_listed_and_removed(shell: Shell, settings: dict[str, str]) -> None:
    """A person who was added is listed by name, and gone once removed."""
    assert settings
    assert "Nobody is here yet" in shell.done("user", "list").out

    added = shell.done("user", "add", "Zoë Ö", "--json", stdin="a horse of eleven\n").document
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
    with build_runtime(load()) as runtime:
        noted = [(entry.action, entry.actor) for entry in runtime.access.audit.page(limit=9)]
    assert noted[:2] == [("added", "system"), ("removed", "system")]
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


def test_an_invited_person_joins_and_a_link_gives_a_password(
    shell: Shell, settings: dict[str, str]
) -> None:
    """The links that are printed lead to this server and work, once."""
    assert settings
    shell.done("user", "add", "ada", stdin="a horse of eleven\n")
    invited = shell.done("user", "invite", "--admin", "--json").document
    link = shell.done("user", "password", "ada", "--link", "--json").document["url"]

    with build_runtime(load()) as runtime:
        found = runtime.access.links.find(invited["url"].rpartition("/")[2], Purpose.INVITATION)
        chosen = runtime.access.links.find(link.rpartition("=")[2], Purpose.PASSWORD)
        noted = [entry.action for entry in runtime.access.audit.page(limit=9)]

    assert invited["url"].startswith("http://127.0.0.1:8000/invitations/")
    assert link.startswith("http://127.0.0.1:8000/password?token=")
    assert found is not None
    assert (found.role, chosen is not None) == ("admin", True)
    assert {"invited", "password_link_issued"} <= set(noted)
    assert "joins as an administrator" in shell.done("user", "invite", "--admin").out
    assert "ten minutes" not in shell.done("user", "invite").out


def test_a_password_is_changed_and_a_weak_one_refused(
    shell: Shell, settings: dict[str, str]
) -> None:
    """ASVS 6.2.4: a new password replaces the old one; one that everybody tries is refused."""
    assert settings
    shell.done("user", "add", "ada", stdin="a horse of eleven\n")

    weak = shell("user", "password", "ada", stdin="password1\n")
    none = shell("user", "password", "ada", stdin="\n")
    shell.done("user", "password", "ada", stdin="a horse of twelve\n")

    assert (weak.code, none.code) == (2, 2)
    assert "everybody tries" in weak.err
    assert "password1" not in weak.err
    with build_runtime(load()) as runtime:
        ada = runtime.people.find("ada").user_id
        assert runtime.access.passwords.check(ada, "a horse of twelve")


def test_the_last_administrator_cannot_be_disabled(shell: Shell, settings: dict[str, str]) -> None:
    """Who is disabled is listed so and can come back; somebody always rules."""
    assert settings
    assert "as an administrator" in shell.done("user", "add", "ada").out
    shell.done("user", "add", "bob")

    refused = shell("user", "disable", "ada")
    shell.done("user", "disable", "bob")
    listed = shell.done("user", "list").out
    shell.done("user", "enable", "bob")

    assert refused.code == 1
    assert "administrator" in refused.err
    ada, bob = listed.splitlines()[1:]
    assert (ada.split()[2], ada.split()[3] != "disabled") == ("admin", True)
    assert bob.split()[2:4] == ["user", "disabled"]
    assert "disabled" not in shell.done("user", "list").out


def test_asvs_6_3_2_an_open_server_does_not_start_without_a_password(
    shell: Shell, settings: dict[str, str]
) -> None:
    """Where others reach it, the first to come must not be a stranger: one line says what to do."""
    assert settings
    shell.done("user", "add", "ada")

    said = run("serve", "--host", "0.0.0.0", "--port", "0")  # noqa: S104 - refused before it listens

    assert (said.code, said.out) == (1, "")
    (line,) = [line for line in said.err.splitlines() if "HOST: " in line]
    assert "garmin-sync user password NAME" in line


def test_a_lost_second_factor_is_reset(shell: Shell, settings: dict[str, str]) -> None:
    """Whoever runs the server takes a factor away, and the person's sessions with it."""
    assert settings
    shell.done("user", "add", "ada")
    with build_runtime(load()) as runtime:
        ada = runtime.people.find("ada").user_id
        factor = runtime.access.second_factor
        step = step_at(runtime.now())
        assert factor.confirm(ada, code_of(factor.begin(ada), step))
        runtime.access.sessions.begin(ada, client=None, network=None)

    first = shell.done("user", "reset-totp", "ada").out
    second = shell.done("user", "reset-totp", "ada", "--json").document

    with build_runtime(load()) as runtime:
        assert not runtime.access.second_factor.is_on(ada)
        assert runtime.access.sessions.list(ada) == []
    assert "without a code" in first
    assert second == {"reset": ada, "was_on": False}
