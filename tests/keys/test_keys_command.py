"""`garmin-sync keys`: what a person sees, in this process and in ones of their own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from keys_stage import expected, opened, store, users
from sqlalchemy import update
from typer.testing import CliRunner

from training_analyzer.cli import app
from training_analyzer.db import open_database
from training_analyzer.db.tables import garmin_secrets
from training_analyzer.key_text import checked_key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from typer.testing import Result

    from training_analyzer.db import Database
    from training_analyzer.services.encryption import EncryptionService

PEOPLE = users(3)
KEY = "CREDENTIAL_ENCRYPTION_KEY"


@pytest.fixture
def filled(
    environment: pytest.MonkeyPatch, sqlite_url: str, old: EncryptionService
) -> Iterator[Database]:
    """Give the configured database, in which three people's secrets are under the key `v1`."""
    environment.setenv("DATABASE_URL", sqlite_url)
    database = open_database(sqlite_url)
    store(database, old, PEOPLE)
    yield database
    database.close()


def run(*words: str) -> Result:
    """Run `garmin-sync keys` in this process."""
    return CliRunner().invoke(app, ["keys", *words], prog_name="garmin-sync")


def process(*words: str) -> subprocess.CompletedProcess[str]:
    """Run `garmin-sync` in a process of its own."""
    command = str(Path(sys.executable).with_name("garmin-sync"))
    return subprocess.run([command, *words], capture_output=True, text=True, check=False)  # noqa: S603 - our own command


def use_new_key(environment: pytest.MonkeyPatch, old_key: str, new_key: str) -> None:
    """Make the key `v2` the primary one and keep `v1` for reading."""
    environment.setenv(KEY, new_key)
    environment.setenv(f"{KEY}_ID", "v2")
    environment.setenv("CREDENTIAL_ENCRYPTION_PREVIOUS_KEYS", f"v1={old_key}")


def test_generated_keys_are_keys(environment: pytest.MonkeyPatch) -> None:
    """A key comes alone on standard output, without any setting, and each is another."""
    environment.delenv(KEY)

    printed = process("keys", "generate")
    as_json = run("generate", "--json")

    assert (printed.returncode, printed.stderr) == (0, "")
    keys = {printed.stdout.strip(), json.loads(as_json.stdout)["key"]}
    assert {checked_key(key, "it") for key in keys} == keys
    assert len(keys) == 2


def test_verify_reports_by_key(filled: Database) -> None:
    """Whoever asks sees how many secrets each key seals, and that all of them open."""
    assert filled.dialect == "sqlite"

    shown, document = run("verify"), json.loads(run("verify", "--json").stdout)

    assert shown.exit_code == 0
    assert " ".join(shown.stdout.split()) == (
        "secrets 9 key v1 9 bound to no owner yet 0 do not open 0"
    )
    assert document == {
        "primary": "v1",
        "secrets": 9,
        "by_key": {"v1": 9},
        "unbound": 0,
        "unreadable": [],
        "ok": True,
    }


def test_verify_names_what_does_not_open(filled: Database) -> None:
    """A damaged secret is named by user and field, and the command ends with 1."""
    with filled.write() as db:
        damaged = update(garmin_secrets).where(garmin_secrets.c.user_id == PEOPLE[1])
        db.execute(damaged.values(token="gs1.v1.gAAAAdamaged"))

    shown = run("verify")

    assert shown.exit_code == 1
    assert f"user {PEOPLE[1]}, token_bundle: credential_corrupt" in shown.stdout


def test_rotation_from_start_to_end(
    filled: Database,
    environment: pytest.MonkeyPatch,
    encryption_key: str,
    other_key: str,
    new: EncryptionService,
) -> None:
    """A dry run changes nothing, the rotation everything; then the old key can be taken away."""
    use_new_key(environment, encryption_key, other_key)

    dry = json.loads(run("rotate", "--dry-run", "--json").stdout)
    assert (dry["to_do"], dry["by_key"], dry["dry_run"]) == (9, {"v1": 9}, True)
    assert "would seal 9 secrets anew. Nothing was changed." in run("rotate", "--dry-run").stdout
    done = process("keys", "rotate")
    again: dict[str, Any] = json.loads(run("rotate", "--json").stdout)
    environment.delenv("CREDENTIAL_ENCRYPTION_PREVIOUS_KEYS")
    without = run("verify")

    assert done.returncode == 0
    assert "9 secrets sealed anew with the key 'v2'." in done.stdout
    assert "The key 'v1' is retired" in done.stdout
    assert done.stderr.splitlines()[-1] == "Sealing: 9/9 secrets"
    assert (again["ok"], again["resealed"], again["removable"]) == (True, 0, ["v1"])
    assert again["old_bytes_are_gone"]
    assert without.exit_code == 0
    assert " ".join(without.stdout.split()).startswith("secrets 9 key v2 9 ")
    assert opened(filled, new, PEOPLE) == expected(PEOPLE)


def test_incomplete_rotation_ends_with_one(
    filled: Database, environment: pytest.MonkeyPatch, encryption_key: str, other_key: str
) -> None:
    """A secret that does not open keeps the old key in service, and the person is told."""
    use_new_key(environment, encryption_key, other_key)
    with filled.write() as db:
        damaged = update(garmin_secrets).where(garmin_secrets.c.user_id == PEOPLE[1])
        db.execute(damaged.values(token="gs1.v1.gAAAAdamaged"))

    shown = run("rotate")

    assert shown.exit_code == 1
    assert "no key is retired" in shown.stdout
    assert json.loads(run("rotate", "--json").stdout)["removable"] == []


@pytest.mark.parametrize("case", ["no key", "wrong key", "missing key", "retired key"])
def test_refused_start_is_one_line_and_exit_code_one(
    filled: Database,
    environment: pytest.MonkeyPatch,
    encryption_key: str,
    other_key: str,
    case: str,
) -> None:
    """Each command that would use the key ends at once and says why; no key is shown."""
    assert filled.dialect == "sqlite"
    if case == "no key":
        environment.delenv(KEY)
    elif case == "retired key":
        use_new_key(environment, encryption_key, other_key)
        assert run("rotate").exit_code == 0
        environment.setenv(KEY, encryption_key)
        environment.setenv(f"{KEY}_ID", "v1")
        environment.setenv("CREDENTIAL_ENCRYPTION_PREVIOUS_KEYS", f"v2={other_key}")
    else:
        environment.setenv(KEY, other_key)
        environment.setenv(f"{KEY}_ID", "v1" if case == "wrong key" else "v2")

    if case == "wrong key":
        done = process("status")
        code, out, err = done.returncode, done.stdout, done.stderr
    else:
        refused = CliRunner().invoke(app, ["status"], prog_name="garmin-sync")
        code, out, err = refused.exit_code, refused.stdout, refused.stderr

    assert (code, out) == (1, "")
    (line,) = err.splitlines()
    says = {
        "no key": "CREDENTIAL_ENCRYPTION_KEY is not set",
        "wrong key": 'the key "v1" is not the one',
        "missing key": '9 stored secrets need the key "v1"',
        "retired key": 'the key "v1" was retired',
    }
    assert says[case] in line
    assert encryption_key not in line
    assert other_key not in line


@pytest.mark.parametrize("words", [("--help",), ("keys", "rotate", "--help"), ("init",)])
def test_commands_that_need_no_key(environment: pytest.MonkeyPatch, words: tuple[str, ...]) -> None:
    """Help, `init` and `keys generate` work before there is any key."""
    environment.delenv(KEY)

    assert CliRunner().invoke(app, words, prog_name="garmin-sync").exit_code == 0
