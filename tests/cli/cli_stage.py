"""What the tests of the command line share and is no fixture."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from typer.testing import CliRunner

from training_analyzer.cli import app

if TYPE_CHECKING:
    from pathlib import Path

    from training_analyzer.simulator import Account, SimulatorServer


@dataclass(frozen=True)
class Said:
    """How a command ended and what it printed."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """The one line of JSON on standard output."""
        (line,) = self.out.splitlines()
        return json.loads(line)


class Shell:
    """Runs commands in this process, with standard input that is no terminal."""

    def __call__(self, *words: str, stdin: str = "") -> Said:
        """Run `garmin-sync` with *words*."""
        result = CliRunner().invoke(app, words, input=stdin, prog_name="garmin-sync")
        assert result.exception is None or isinstance(result.exception, SystemExit)
        return Said(result.exit_code, result.stdout, result.stderr)

    def done(self, *words: str, stdin: str = "") -> Said:
        """Run a command that has to succeed."""
        said = self(*words, stdin=stdin)
        assert said.code == 0, said.err
        return said

    def connected(self, name: str, account: Account) -> None:
        """Add a person and connect *account* by password, and code where there is one."""
        self.done("user", "add", name)
        secrets = f"{account.password}\n{account.mfa_code or ''}\n"
        command = ("connect", name, "--kind", "password", "--email", account.email)
        self.done(*command, stdin=secrets)


def account(garmin: SimulatorServer, name: str) -> Account:
    """Return the account of the athlete whose e-mail begins with *name*."""
    return next(known for known in garmin.world.accounts if known.email.startswith(f"{name}@"))


def stored(file: Path) -> list[str]:
    """Return everything that an SQLite file holds, as statements; nothing when there is none.

    That somebody tried is written down, and is no change of what is stored.
    """
    if not file.exists():
        return []
    with closing(sqlite3.connect(file)) as database:
        lines = list(database.iterdump())
    return [line for line in lines if not any(table in line for table in ("_logins", "audit_log"))]
