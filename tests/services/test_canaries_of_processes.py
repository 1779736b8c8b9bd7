"""Awkward secrets given to real commands: what they print at DEBUG, and their arguments."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from canaries import (
    CODE,
    EMAIL,
    ENCRYPTION_KEY,
    KEY,
    PASSWORD,
    PREVIOUS_KEY,
    TYPED,
    WRONG_PASSWORD,
    found_in,
)
from services_stage import account

from training_analyzer.settings import Settings
from training_analyzer.simulator import SimulatorServer
from training_analyzer.simulator.residents import demo_world

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

COMMAND = (sys.executable, "-m", "training_analyzer.cli")
OWN_PASSWORD = "of this instance: 5 <\"%'> ö"


@dataclass(frozen=True)
class Told:
    """All that a process showed to others: its streams and its arguments."""

    code: int
    out: bytes
    err: bytes
    arguments: bytes


def run(words: tuple[str, ...], env: Mapping[str, str], stdin: str = "") -> Told:
    """Run a command that reads standard input, and look at its arguments while it waits."""
    with subprocess.Popen(  # noqa: S603 - our own program
        words,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=dict(env),
    ) as process:
        arguments = arguments_of(process)
        out, err = process.communicate(stdin.encode(), timeout=60)
    return Told(process.returncode, out, err, arguments)


def arguments_of(process: subprocess.Popen[bytes]) -> bytes:
    """Return the arguments as other users of the machine see them."""
    until = time.monotonic() + 10
    # At first it is our own copy, then empty for a moment, and only then the program.
    not_yet = {Path("/proc/self/cmdline").read_bytes(), b""}
    while time.monotonic() < until:
        if (seen := Path(f"/proc/{process.pid}/cmdline").read_bytes()) not in not_yet:
            return seen
    pytest.fail("the process has shown no arguments")


def files_in(folder: Path) -> bytes:
    """Return the bytes of every file that was left: database, home, temporary files."""
    return b"\n".join(file.read_bytes() for file in folder.rglob("*") if file.is_file())


@pytest.fixture
def garmin() -> Iterator[SimulatorServer]:
    """Serve a pretend Garmin of today, with two people who chose awkward secrets."""
    with SimulatorServer(demo_world(7)) as server:
        eve = replace(account(server, "tom"), email=EMAIL, password=PASSWORD, mfa_code=CODE)
        server.world.put(eve)
        server.world.put(replace(account(server, "kay"), personal_key=KEY))
        yield server


@pytest.fixture
def env(garmin: SimulatorServer, migrated_file: Path, tmp_path: Path) -> dict[str, str]:
    """Give an environment with two keys, a database and DEBUG."""
    database = tmp_path / "garmin-sync.db"
    shutil.copy(migrated_file, database)
    ours = {str(field.validation_alias) for field in Settings.model_fields.values()}
    inherited = {name: text for name, text in os.environ.items() if name not in ours}
    return inherited | {
        "HOME": str(tmp_path),
        "TMPDIR": str(tmp_path),
        "CREDENTIAL_ENCRYPTION_KEY": ENCRYPTION_KEY,
        "CREDENTIAL_ENCRYPTION_KEY_ID": "v2",
        "CREDENTIAL_ENCRYPTION_PREVIOUS_KEYS": f"v1={PREVIOUS_KEY}",
        "DATABASE_URL": f"sqlite:///{database}",
        "GARMIN_SERVER_URL": garmin.url,
        "GARMIN_REQUESTS_PER_MINUTE": "6000",
        "LOG_LEVEL": "DEBUG",
    }


# Ways in that work, and ways that fail: command, standard input, exit code.
CONNECT = f"connect eve --kind password --email {EMAIL}"
SYNC = "sync eve --from 2026-01-01 --to 2026-01-02 --json"
BY_PASSWORD = [
    ("user add eve --json", OWN_PASSWORD, 0),
    (CONNECT, f"{PASSWORD}\n{CODE}", 0),
    (SYNC, "", 0),
]
OTHERWISE = [
    ("user add eve --json", OWN_PASSWORD, 0),
    (CONNECT, WRONG_PASSWORD, 1),
    ("connect eve --kind token", "TOKEN", 1),
    ("connect eve --kind personal-key", KEY, 0),
    (SYNC, "", 0),
]


@pytest.mark.parametrize(("log_format", "steps"), [("text", BY_PASSWORD), ("json", OTHERWISE)])
def test_commands_show_no_secret(
    env: dict[str, str],
    garmin: SimulatorServer,
    tmp_path: Path,
    log_format: str,
    steps: list[tuple[str, str, int]],
) -> None:
    """In no stream, argument or file of a command is a secret that it was given."""
    token = garmin.world.sign_in(EMAIL) | {"di_refresh_token": "RT-stale-canary-0815"}
    env["LOG_FORMAT"] = log_format

    told = [
        run((*COMMAND, *words.split()), env, stdin.replace("TOKEN", json.dumps(token)) + "\n")
        for words, stdin, _ in steps
    ]

    assert [one.code for one in told] == [code for _, _, code in steps]
    shown = b"\n".join(one.out + one.err for one in told)
    assert (b'"level": ' if log_format == "json" else b" INFO ") in shown
    secrets = {*TYPED, OWN_PASSWORD, token["di_token"], token["di_refresh_token"]}
    assert found_in(shown, secrets) == []
    # The address was put there by the person.
    arguments = b"\n".join(one.arguments for one in told)
    assert found_in(arguments, secrets - {EMAIL}) == []
    assert found_in(files_in(tmp_path), secrets) == []


@pytest.mark.parametrize(
    "leak",
    [
        "import sys; print(sys.stdin.read())",
        "import sys; sys.stderr.write(sys.stdin.read().encode().hex())",
        "import sys; sys.exit(sys.stdin.read())",
    ],
)
def test_a_process_that_leaks_is_caught(leak: str, env: dict[str, str]) -> None:
    """The search finds what a process prints, in each stream and encoding."""
    told = run((sys.executable, "-c", leak), {**env, "PYTHONIOENCODING": "utf-8"}, PASSWORD)

    assert found_in(told.out + told.err, TYPED) == [PASSWORD]


def test_an_argument_that_leaks_is_caught(env: dict[str, str]) -> None:
    """The search finds what other users of the machine would see in a list of processes."""
    told = run((sys.executable, "-c", "input()", PASSWORD), env, "\n")

    assert found_in(told.arguments, TYPED) == [PASSWORD]


def test_a_temporary_file_that_leaks_is_caught(env: dict[str, str], tmp_path: Path) -> None:
    """The search finds what a process leaves in the folder for temporary files."""
    leak = "import sys, tempfile; tempfile.NamedTemporaryFile('w', delete=False).write(sys.argv[1])"

    run((sys.executable, "-c", leak, PASSWORD), env)

    assert found_in(files_in(tmp_path), TYPED) == [PASSWORD]
