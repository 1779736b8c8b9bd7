"""Whatever goes wrong: one clear line on standard error, an exit code, and nothing changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from cli_stage import Shell, stored

from training_analyzer.cli.one_line import told
from training_analyzer.errors import UserExists

if TYPE_CHECKING:
    from pathlib import Path

    from training_analyzer.simulator import Account

REFUSED = [
    # words, standard input, exit code, what the line says
    ("sync nobody", "", 1, "user list"),
    ("sync ada --from 2026-13-01", "", 2, "--from '2026-13-01' is not a day"),
    ("sync ada --from yesterday", "", 2, "is not a day"),
    ("sync ada --from 20260301", "", 2, "is not a day"),
    ("sync ada --from 1999-12-31", "", 2, "too early"),
    ("sync ada --to 2999-01-01", "", 2, "in the future"),
    ("sync ada --from 2026-03-02 --to 2026-03-01", "", 2, "--from 2026-03-02 is after"),
    ("sync", "", 2, "Missing argument 'NAME'"),
    ("user add ada", "", 1, "exists already"),
    ("user add", "", 2, "Missing argument"),
    ("user remove nobody --yes", "", 1, "user list"),
    ("user remove ada", "", 2, "--yes"),
    ("user", "", 2, "Missing command"),
    ("disconnect ada", "", 2, "--yes"),
    ("disconnect nobody --yes", "", 1, "user list"),
    ("connect nobody --kind password --email e@e.test", "x\n", 1, "user add"),
    ("connect ada --kind password", "x\n", 2, "--email"),
    ("connect ada --kind password --email e@e.test", "", 2, "No password was given"),
    ("connect ada --kind password --email e@e.test", "wrong\n", 1, "rejected"),
    ("connect ada --kind cookie", "x\n", 2, "'cookie'"),
    ("connect ada --kind token", "nonsense\n", 1, "JSON object"),
    ("connect ada --kind token", "", 2, "No token was given"),
    ("connect ada --kind token --email e@e.test", "{}\n", 2, "--email"),
    ("connect ada --kind personal-key", "nonsense\n", 1, "Personal API key"),
    ("connect ada --kind personal-key", "\n", 2, "No key was given"),
    ("connect ada --kind personal-key --region cn", "x\n", 2, "China"),
    ("connect ada --kind token --region us", "x\n", 2, "'us'"),
    ("config ada sync_time=24:00", "", 2, "sync_time must be"),
    ("config ada sync_frequency=often", "", 2, "hourly, daily or weekly"),
    ("config ada sync_wellness=maybe", "", 2, "true or false"),
    ("config ada initial_sync_days=0", "", 2, "from 1 to 3650"),
    ("config ada initial_sync_days=1e3", "", 2, "from 1 to 3650"),
    (f"config ada initial_sync_days={'9' * 5000}", "", 2, "from 1 to 3650"),
    ("config ada user_id=eve", "", 2, "There is no setting 'user_id'"),
    ("config ada sync_time", "", 2, "KEY=VALUE"),
    ("config ada sync_time=05:00 sync_time=06:00", "", 2, "twice"),
    ("config ada sync_wellness=off sync_time=25:00", "", 2, "sync_time must be"),
    ("history ada --limit 0", "", 2, "--limit"),
    ("status nobody", "", 1, "user list"),
    ("coverage nobody", "", 1, "user list"),
    ("snyc ada", "", 2, "Did you mean"),
    ("status --jsn", "", 2, "--jsn"),
]


@pytest.mark.parametrize(
    ("command", "stdin", "code", "clue"), REFUSED, ids=[f"{row[0]:.60}" for row in REFUSED]
)
def test_a_wrong_command_says_so_and_changes_nothing(
    shell: Shell,
    connected: str,
    database_file: Path,
    command: str,
    stdin: str,
    code: int,
    clue: str,
) -> None:
    """A command that cannot work is refused in one line, and every row stays as it was."""
    assert connected == "ada"
    before = stored(database_file)

    said = shell(*command.split(), stdin=stdin)

    assert said.code == code, said.err
    assert said.out == ""
    assert said.err.startswith("garmin-sync: ")
    assert len(said.err.splitlines()) == 1
    assert clue in said.err
    assert stored(database_file) == before


@pytest.mark.parametrize(
    ("variable", "value", "clue"),
    [
        ("CREDENTIAL_ENCRYPTION_KEY", "", "CREDENTIAL_ENCRYPTION_KEY is not set"),
        ("CREDENTIAL_ENCRYPTION_KEY", "secretive", "is not a Fernet key"),
        ("DATABASE_URL", "sqlite:////proc/none/garmin.db", "cannot be used as a database"),
        ("DATABASE_URL", "mysql://u:hidden@h/d", "must be sqlite:///PATH"),
        ("GARMIN_SERVER_URL", "http://example.com", "GARMIN_SERVER_URL"),
        ("LOG_LEVEL", "chatty", "LOG_LEVEL"),
    ],
)
@pytest.mark.parametrize("command", ["status", "user add eve", "sync ada", "config ada"])
def test_a_wrong_setting_stops_every_command_in_one_line(
    shell: Shell,
    settings: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    variable: str,
    value: str,
    clue: str,
    command: str,
) -> None:
    """A missing or wrong setting is named in one line, which never shows its value."""
    assert settings
    monkeypatch.setenv(variable, value)

    said = shell(*command.split())

    assert (said.code, said.out, len(said.err.splitlines())) == (1, "", 1)
    assert clue in said.err
    assert not value or "/proc" in value or value not in said.err


def test_another_key_is_refused_and_nothing_is_lost(
    shell: Shell,
    connected: str,
    database_file: Path,
    other_key: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """With another key than the one that sealed the secrets nothing is synced or changed."""
    before = stored(database_file)
    monkeypatch.setenv("CREDENTIAL_ENCRYPTION_KEY", other_key)

    said = shell("sync", connected)

    assert (said.code, said.out, len(said.err.splitlines())) == (1, "", 1)
    assert "key" in said.err
    assert stored(database_file) == before


def test_bad_input_41_secret_as_an_argument_is_not_repeated(shell: Shell, connected: str) -> None:
    """A password that somebody typed as an argument is not printed once more."""
    said = shell("connect", connected, "tr0ub4dor", "--kind", "password")

    assert said.code == 2
    assert "tr0ub4dor" not in said.err


def test_a_wrong_code_leaves_the_old_connection(
    shell: Shell, settings: dict[str, str], tom: Account
) -> None:
    """A wrong security code is refused, and so is a missing one; nobody is connected."""
    assert settings
    shell.done("user", "add", "tom")
    command = ("connect", "tom", "--kind", "password", "--email", tom.email)

    wrong = shell(*command, stdin=f"{tom.password}\n000000\n")
    missing = shell(*command, stdin=f"{tom.password}\n")

    assert (wrong.code, len(wrong.err.splitlines())) == (1, 1)
    assert "security code" in wrong.err
    assert (missing.code, len(missing.err.splitlines())) == (1, 1)
    assert "line after the password" in missing.err
    assert shell.done("status", "tom", "--json").document["connection"] is None


def test_a_bug_is_told_by_its_kind_alone() -> None:
    """An unexpected error gives its class in one line, never its text."""
    line, code = told(RuntimeError("token=abc\nsecond line"))

    assert code == 1
    assert "RuntimeError" in line
    assert "abc" not in line


def test_our_own_errors_say_what_to_do_next() -> None:
    """An error that a person can mend comes with the command for it."""
    line, code = told(UserExists())

    assert code == 1
    assert "garmin-sync user list" in line
