"""Run as a script: kill syncs with SIGKILL at random points, repeat them, compare the rows.

    python killed_syncs.py FOLDER SEED POINTS

Prints one JSON object. Each sync runs in a process of its own, over an athlete in
memory and a database file; its point is a database statement or commit, counted
from the claim to the end, so that every kind of moment is hit.
"""

from __future__ import annotations

import base64
import hashlib
import json
import mmap
import os
import random
import shutil
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import SecretStr
from services_stage import rows
from sqlalchemy import Engine, event

from training_analyzer.db.repositories.garmin_credentials import GarminCredentialsRepository
from training_analyzer.db.repositories.garmin_data import GarminDataRepository
from training_analyzer.db.repositories.passes import PassesRepository
from training_analyzer.services.encryption import EncryptionService
from training_analyzer.services.owner import process_name
from training_analyzer.services.runtime import build_runtime
from training_analyzer.services.sync import Limits, SyncService
from training_analyzer.settings import Settings
from training_analyzer.simulator.athletes import demo_athletes
from training_analyzer.simulator.memory import SimulatedGarmin
from training_analyzer.simulator.payloads import answer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from training_analyzer.model import Api
    from training_analyzer.simulator import Answer, Owner

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
KEY = base64.urlsafe_b64encode(hashlib.sha256(b"the key of the tests").digest()).decode()
USER = "usr_ada"


# Requests of all processes: what a killed one had asked for cannot be asked of it.
ASKED = mmap.mmap(-1, 8)


def counting(owner: Owner, api: Api, path: str, query: Mapping[str, str], now: datetime) -> Answer:
    """Answer as the pretend Garmin does, and count the request where the parent sees it."""
    asked = int.from_bytes(ASKED[:8]) + 1
    ASKED[:8] = asked.to_bytes(8)
    return answer(owner, api, path, query, now)


def prepare(path: Path) -> None:
    """Write a database with one connected user who wants 120 days."""
    encryption = EncryptionService(KEY)
    repository = GarminCredentialsRepository(str(path), now=lambda: NOW)
    repository.save_credentials(USER, encryption.encrypt("ada"), encryption.encrypt("secret"))
    repository.update_sync_config(USER, initial_sync_days=120)
    repository.close()


def sync(path: Path) -> dict[str, Any]:
    """Run one sync on the database at *path*; return what came of it and every row."""
    # The runner would cost twice the files and show no more.
    athlete = demo_athletes(7, NOW.date())[2]
    garmin = SimulatedGarmin(athlete, now=NOW, answer=counting)

    def open_connection(_user_id: str, *, session_is_dead: bool = False) -> SimulatedGarmin:
        assert not session_is_dead
        return garmin

    settings = Settings(encryption_key=SecretStr(KEY), database_url=f"sqlite:///{path}")
    with build_runtime(settings, now=lambda: NOW) as runtime:
        service = SyncService(
            credentials=runtime.credentials,
            schedule=runtime.schedule,
            data=GarminDataRepository(runtime.database),
            passes=PassesRepository(runtime.database),
            open_connection=open_connection,
            owner=process_name(),
            limits=Limits(),
            now=lambda: NOW,
        )
        outcome = service.sync(USER, force=True)
        stored = rows(runtime.database, USER)
        history = runtime.credentials.get_sync_history(USER)
    return {
        "status": outcome.status,
        "requests": garmin.requests,
        "rows": hashlib.sha256(repr(stored).encode()).hexdigest(),
        "count": sum(len(found) for found in stored.values()),
        "history": [[run.status, run.error_details or ""] for run in history],
    }


def in_child(work: Callable[[], dict[str, Any]], told: Path) -> int:
    """Run *work* in a process of its own, its result written to *told*; return how it ended."""
    told.unlink(missing_ok=True)
    child = os.fork()
    if child == 0:
        told.write_text(json.dumps(work()))
        os._exit(0)
    return os.waitpid(child, 0)[1]


def counted(path: Path, kill_at: int | None) -> dict[str, Any]:
    """Sync, and at the *kill_at*-th statement or commit after the start die at once."""
    steps = [0]

    def step(*_: object) -> None:
        steps[0] += 1
        if steps[0] == kill_at:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(Engine, "before_cursor_execute", step)
    event.listen(Engine, "after_cursor_execute", step)
    event.listen(Engine, "commit", step)
    return {**sync(path), "steps": steps[0]}


def main(folder: Path, seed: int, points: int) -> None:
    """Kill and repeat *points* syncs; print the undisturbed run and each disturbed one."""
    template, told = folder / "template.db", folder / "told.json"
    prepare(template)

    def fresh(name: str) -> Path:
        return Path(shutil.copy(template, folder / name))

    whole = fresh("whole.db")
    in_child(lambda: counted(whole, None), told)
    undisturbed = json.loads(told.read_text())
    dice = random.Random(seed)  # noqa: S311 - points of time, not secrets
    disturbed = []
    for point in sorted(dice.sample(range(1, undisturbed["steps"]), points)):
        path = fresh(f"killed-{point}.db")
        ASKED[:8] = bytes(8)
        status = in_child(lambda p=path, at=point: counted(p, at), told)  # type: ignore[misc] # the defaults bind the loop's values
        killed_by = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
        in_child(lambda p=path: sync(p), told)  # type: ignore[misc] # likewise
        disturbed.append(
            {
                "point": point,
                "signal": killed_by,
                "total": int.from_bytes(ASKED[:8]),
                **json.loads(told.read_text()),
            }
        )
    print(json.dumps({"undisturbed": undisturbed, "disturbed": disturbed}))  # noqa: T201 - the script's answer


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
