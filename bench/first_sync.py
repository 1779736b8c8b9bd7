"""Measure a first sync and the sync right after it, against the pretend Garmin.

A first sync is of 365 days, or of so many as `--days N` says.

Everything goes through the commands that a person would type, in a temporary folder. Requests
and rows are what the history says; seconds are measured here, the start of Python included.
The pretend Garmin answers at once, so the seconds are ours alone: a real first sync takes
about as many seconds longer as it makes requests.
"""

from __future__ import annotations

import argparse
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from cryptography.fernet import Fernet

if TYPE_CHECKING:
    from collections.abc import Iterator

COMMAND: Final = str(Path(sys.executable).with_name("garmin-sync"))
NAME: Final = "bench"
LATEST: Final = """
    SELECT status, requests, rows_changed FROM garmin_sync_history ORDER BY id DESC LIMIT 1
"""


@contextmanager
def pretend_garmin(folder: Path) -> Iterator[dict[str, Any]]:
    """Run the simulator, give what it prints about itself, and stop it at the end."""
    command = [COMMAND, "simulate", "--port", "0", "--json"]
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - our own command
        try:
            if process.stdout is None or not (line := process.stdout.readline()):
                sys.exit("The simulator did not start.")
            yield json.loads(line)
        finally:
            process.terminate()


def run(folder: Path, env: dict[str, str], *words: str, given: str = "") -> int:
    """Run one command with *given* on its standard input; give its exit status."""
    done = subprocess.run(  # noqa: S603 - our own command
        [COMMAND, *words],
        cwd=folder,
        env=os.environ | env,
        input=given,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode not in {0, 3}:
        sys.exit(f"garmin-sync {words[0]} ended with {done.returncode}: {done.stderr.strip()}")
    return done.returncode


def measure(folder: Path, env: dict[str, str], title: str) -> tuple[str, ...]:
    """Sync once and give one line of the result."""
    began = time.perf_counter()
    run(folder, env, "sync", NAME, "--force")
    seconds = time.perf_counter() - began
    with closing(sqlite3.connect(folder / "bench.db")) as database:
        status, requests, rows = database.execute(LATEST).fetchone()
    return title, status, str(requests), str(rows), f"{seconds:.1f}"


def main() -> None:
    """Print a small table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=int, default=365)
    days = parser.parse_args().days
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with pretend_garmin(folder) as garmin:
            env = {
                "CREDENTIAL_ENCRYPTION_KEY": Fernet.generate_key().decode(),
                "DATABASE_URL": f"sqlite:///{folder / 'bench.db'}",
                "GARMIN_SERVER_URL": garmin["url"],
                # The pace is for Garmin's sake, and this is not Garmin.
                "GARMIN_REQUESTS_PER_MINUTE": "600",
            }
            token = json.dumps(garmin["athletes"][0]["token"])
            run(folder, env, "user", "add", NAME, given="a long pass phrase\n")
            run(folder, env, "connect", NAME, "--kind", "token", given=token + "\n")
            run(folder, env, "config", NAME, f"initial_sync_days={days}")
            lines = [
                ("", "status", "requests", "rows changed", "seconds"),
                measure(folder, env, f"first sync, {days} days"),
                measure(folder, env, "again, at once"),
            ]
    for line in lines:
        print(f"{line[0]:<22}{line[1]:<12}" + "".join(f"{cell:>14}" for cell in line[2:]))


if __name__ == "__main__":
    main()
