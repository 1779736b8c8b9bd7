"""The driver's side of the pretend Garmin: start it, count, slow it down, let a week pass."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator

SCRIPT: Final = Path(__file__).with_name("garmin_child.py")
# One by one: 404 answers of what the athlete lacks are requests like any other.
FILES: Final = "GET /download-service"


@dataclass(frozen=True)
class Pretend:
    """A running pretend Garmin."""

    url: str
    email: str
    profile_id: int
    display_name: str
    personal_key: str
    token: dict[str, str]

    def counted(self) -> tuple[int, int]:
        """Return all requests since the last `clear`, and those for activity files."""
        counters: dict[str, int] = self._ask("GET", "counters")
        return sum(counters.values()), counters.get(FILES, 0)

    def clear(self) -> None:
        """Forget what was asked."""
        self._ask("DELETE", "log")

    def slow_down(self, seconds: float) -> None:
        """Answer every request so many seconds later."""
        if seconds:
            self._ask("POST", "faults", {"verb": "delay", "path": "/", "seconds": seconds})

    def pass_a_week(self) -> None:
        """Come to the present; the clock starts a week ago."""
        self._ask("POST", "clock", {"advance_s": 7 * 86400})

    def refusals(self) -> dict[str, int]:
        """Return how often each path was answered with a status of 400 or more."""
        found: dict[str, int] = {}
        for asked in self._ask("GET", "log"):
            if asked["status"] >= 400:  # noqa: PLR2004 - where HTTP's errors begin
                where = f"{asked['status']} {asked['path'].rpartition('/')[0]}"
                found[where] = found.get(where, 0) + 1
        return found

    def _ask(self, method: str, what: str, body: dict[str, Any] | None = None) -> Any:  # noqa: ANN401 - JSON
        connection = HTTPConnection(urlsplit(self.url).netloc, timeout=60)
        try:
            connection.request(
                method,
                f"/__sim__/{what}",
                json.dumps(body) if body else None,
                {"Content-Type": "application/json"},
            )
            answer = connection.getresponse()
            text = answer.read()
            if answer.status != 200:  # noqa: PLR2004 - HTTP's OK
                sys.exit(f"The pretend Garmin refused {what}: {text.decode()}")
            return json.loads(text)
        finally:
            connection.close()


@contextmanager
def pretend_garmin(latency_s: float, *, lived_days: int = 0) -> Iterator[Pretend]:
    """Run a fresh pretend Garmin for the block, *latency_s* away.

    Its athlete has worn a watch for at least *lived_days*.
    """
    with subprocess.Popen(  # noqa: S603 - our own script
        [sys.executable, str(SCRIPT), str(lived_days)], stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            if process.stdout is None or not (line := process.stdout.readline()):
                sys.exit("The pretend Garmin did not start.")
            garmin = Pretend(**json.loads(line))
            garmin.slow_down(latency_s)
            yield garmin
        finally:
            process.terminate()
