"""How each tool is prepared, told to sync, and where its database lies."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import secrets
import subprocess
import sys
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

from comparison import child
from comparison.peers import installed, pinned

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from comparison.pretend import Pretend

OWN_CLOCK: Final = Path(__file__).with_name("own_clock.py")
POINTING: Final = Path(__file__).with_name("pointing")
LOG: Final = "output.log"
# The pretend Garmin has no answer for these, and garmin-health-data tries a 404 four times
# in 40 seconds. Left out in its favour: it would ask for 365 days and more of them.
NOT_PLAYED: Final = (
    "MENSTRUAL_CYCLE_DAY",
    "MENSTRUAL_CYCLE_SUMMARY",
    "RUNNING_TOLERANCE",
)


class Tool(Protocol):
    """One program that copies a Garmin account."""

    @property
    def title(self) -> str:
        """Its name and version."""

    @property
    def days(self) -> int:
        """How many days its first copy is told to make."""

    def prepare(self, folder: Path, garmin: Pretend) -> None:
        """Sign in, as far as the tool can without a request of its first sync."""

    def command(self, first: date, last: date, *, again: bool) -> Sequence[str | Path]:
        """Return the command that copies these days, both included; *again* when some are there."""

    def env(self, folder: Path, garmin: Pretend, *, days_behind: int) -> dict[str, str]:
        """Return its whole environment."""

    def database(self, folder: Path) -> Path:
        """Return its SQLite file."""

    def owed(self, folder: Path, garmin: Pretend, *, days_behind: int) -> int:
        """Return how many requests it has put off to later runs, by design."""


def _plain_env(folder: Path) -> dict[str, str]:
    """Return an environment without proxies, homes or tokens of whoever measures."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "LANG": "C.UTF-8",
        "NO_PROXY": "127.0.0.1",
    }


@dataclass(frozen=True)
class Ours:
    """Garmin Sync, with its pacing off; *way* is `token` or `personal-key`."""

    title: str
    way: str
    days: int = 365

    def prepare(self, folder: Path, garmin: Pretend) -> None:
        """Connect, on the clock of a week ago."""
        (folder / "key").write_text(base64.urlsafe_b64encode(secrets.token_bytes(32)).decode())
        secret = garmin.personal_key if self.way != "token" else json.dumps(garmin.token)
        cost = child.run(
            [sys.executable, OWN_CLOCK, "connect", self.way],
            folder=folder,
            env=self.env(folder, garmin, days_behind=7),
            log=folder / LOG,
            given=secret,
        )
        if cost.status:
            sys.exit((folder / LOG).read_text())

    def owed(self, folder: Path, garmin: Pretend, *, days_behind: int) -> int:
        """Return how many curves of days are not there yet: a request each."""
        done = subprocess.run(  # noqa: S603 - our own script
            [sys.executable, OWN_CLOCK, "owed", self.way],
            cwd=folder,
            env=self.env(folder, garmin, days_behind=days_behind),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            sys.exit(done.stderr)
        return int(done.stdout)

    def command(self, first: date, last: date, *, again: bool) -> Sequence[str | Path]:  # noqa: ARG002 - knows its days
        """Return the command; which days, our own ledger knows."""
        return [sys.executable, OWN_CLOCK, "sync"]

    def env(self, folder: Path, garmin: Pretend, *, days_behind: int) -> dict[str, str]:
        """Return the settings."""
        return _plain_env(folder) | {
            "CREDENTIAL_ENCRYPTION_KEY": (folder / "key").read_text(),
            "DATABASE_URL": f"sqlite:///{self.database(folder)}",
            "GARMIN_SERVER_URL": garmin.url,
            # The pace is for Garmin's sake, and this is not Garmin.
            "GARMIN_REQUESTS_PER_MINUTE": "6000",
            "BENCH_DAYS_BEHIND": str(days_behind),
            "BENCH_DAYS": str(self.days),
        }

    def database(self, folder: Path) -> Path:
        """Return the SQLite file."""
        return folder / "ours.db"


class _Peer:
    """What peers have in common here: they put nothing off."""

    def owed(self, folder: Path, garmin: Pretend, *, days_behind: int) -> int:  # noqa: ARG002 - nothing whatever
        """Return 0: a run asks for all there is."""
        return 0


class GarminHealthData(_Peer):
    """garmin-health-data: all its default types; its pauses of 0.1 s have no switch.

    Told nothing about types, its registry is copied whole: nine answers a day, curves within
    the day among them, and the original file of each activity (its type ACTIVITY).
    """

    def __init__(self, days: int) -> None:
        self.days = days
        self.title = f"garmin-health-data {pinned()['garmin-health-data']}"
        self._bin = installed("garmin-health-data")

    def prepare(self, folder: Path, garmin: Pretend) -> None:
        """Put a token file where its own login would."""
        home = folder / ".garminconnect" / str(garmin.profile_id)
        home.mkdir(parents=True)
        (home / "garmin_tokens.json").write_text(json.dumps(garmin.token))

    def command(self, first: date, last: date, *, again: bool) -> Sequence[str | Path]:
        """Return the command; its last day is exclusive, and from its database it can go on."""
        return [
            *(self._bin / "garmin", "extract", "--db-path", "peer.db"),
            *(() if again else ("--start-date", first.isoformat())),
            *("--end-date", (last + timedelta(days=1)).isoformat()),
            *(word for name in NOT_PLAYED for word in ("--exclude-data-types", name)),
        ]

    def env(self, folder: Path, garmin: Pretend, *, days_behind: int) -> dict[str, str]:  # noqa: ARG002 - is told its days
        """Point it at the pretend Garmin; its look for a newer version is off."""
        return _plain_env(folder) | {
            "PYTHONPATH": str(POINTING),
            "PRETEND_GARMIN": garmin.url,
            "GARMIN_NO_VERSION_CHECK": "1",
        }

    def database(self, folder: Path) -> Path:
        """Return the SQLite file."""
        return folder / "peer.db"


class Garmcli(_Peer):
    """garmcli: its 15 daily metrics, no activity; with its pause between requests off."""

    def __init__(self, days: int) -> None:
        self.days = days
        self.title = f"garmcli {pinned()['garmcli']}"
        self._bin = installed("garmcli")

    def prepare(self, folder: Path, garmin: Pretend) -> None:
        """Put the session into the stand-in of the keyring, and name the account."""
        account = hashlib.sha256(f"garmin.com:{garmin.email}".encode()).hexdigest()
        record = {
            "account_id": account,
            "email": garmin.email,
            "domain": "garmin.com",
            "display_name": garmin.display_name,
            "tokens": json.dumps(garmin.token),
        }
        (folder / "keyring.json").write_text(json.dumps({f"garmcli:{account}": json.dumps(record)}))
        home = folder / "share" / "garmcli"
        home.mkdir(parents=True, mode=0o700)
        (home / "accounts.json").write_text(json.dumps({"default": account, "accounts": [account]}))

    def command(self, first: date, last: date, *, again: bool) -> Sequence[str | Path]:  # noqa: ARG002 - its ledger skips
        """Return the command, which names all days; those in its ledger it skips."""
        return [
            *(self._bin / "garmcli", "--json", "--db", "peer.db", "sync", "--delay", "0"),
            *("--from", first.isoformat(), "--to", last.isoformat()),
        ]

    def env(self, folder: Path, garmin: Pretend, *, days_behind: int) -> dict[str, str]:  # noqa: ARG002 - is told its days
        """Point it at the pretend Garmin."""
        return _plain_env(folder) | {
            "PYTHONPATH": str(POINTING),
            "PRETEND_GARMIN": garmin.url,
            "PRETEND_KEYRING": str(folder / "keyring.json"),
            "XDG_DATA_HOME": str(folder / "share"),
        }

    def database(self, folder: Path) -> Path:
        """Return the SQLite file."""
        return folder / "peer.db"
