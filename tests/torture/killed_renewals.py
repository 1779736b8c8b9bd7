"""Run as a script: sync one user over and over, and die on the way to the first data request.

    python killed_renewals.py DATABASE_URL GARMIN_URL KEY USER

Reads lines of JSON, `{"at": instant, "kill_at": step or null}`, and answers each with a line that
tells how the sync in a process of its own ended. A step is a call or return of what opens a
connection, or a statement or commit.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from forked import in_child
from pydantic import SecretStr
from sqlalchemy import Engine, event

from training_analyzer.errors import GarminSyncError
from training_analyzer.services.runtime import build_runtime
from training_analyzer.settings import Settings

if TYPE_CHECKING:
    from types import FrameType

_WATCHED: Final = (
    "garmin/account.py",
    "garmin/client.py",
    "services/opening.py",
    "services/vault.py",
    "db/repositories/secrets.py",
)


class Steps:
    """Count steps, remember what they were, and die at one of them."""

    def __init__(self, kill_at: int | None) -> None:
        self.names: list[str] = []
        self._kill_at = kill_at

    def watch(self) -> None:
        """Begin to count in this thread."""
        for name in ("before_cursor_execute", "after_cursor_execute", "commit"):
            event.listen(Engine, name, partial(self._step, name))
        sys.setprofile(self._profile)

    def _profile(self, frame: FrameType, what: str, _argument: object) -> None:
        if what in {"call", "return"} and frame.f_code.co_filename.endswith(_WATCHED):
            self._step(f"{what} {frame.f_code.co_name}")

    def _step(self, name: str, *_: object) -> None:
        self.names.append(name)
        if len(self.names) == self._kill_at:
            os.kill(os.getpid(), signal.SIGKILL)


def sync(settings: Settings, user: str, at: datetime, kill_at: int | None) -> dict[str, Any]:
    """Sync *user* at the instant *at*; return how it ended and which steps there were."""
    steps = Steps(kill_at)
    with build_runtime(settings, now=lambda: at) as runtime:
        steps.watch()
        try:
            outcome = runtime.syncs.sync(user, force=True)
        except GarminSyncError as error:
            return {"status": "refused", "code": error.code, "steps": steps.names}
        finally:
            sys.setprofile(None)
    return {"status": outcome.status, "code": outcome.error_code, "steps": steps.names}


def main(database_url: str, garmin_url: str, key: str, user: str) -> None:
    """Answer each line of standard input."""
    settings = Settings(
        encryption_key=SecretStr(key),
        database_url=database_url,
        garmin_server_url=garmin_url,
        requests_per_minute=6000,
    )
    for line in sys.stdin:
        asked = json.loads(line)
        at = datetime.fromisoformat(asked["at"])
        ended = in_child(partial(sync, settings, user, at, asked["kill_at"]))
        print(json.dumps({"signal": ended.signal, **(ended.told or {})}), flush=True)  # noqa: T201 - the answer


if __name__ == "__main__":
    main(*sys.argv[1:])
