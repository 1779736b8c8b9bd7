"""Run as a script: many threads of many processes renew one expired session, round by round.

    python renewing_together.py FOLDER ROUNDS PROCESSES THREADS

Prints one JSON object: renewals that the pretend Garmin saw in each round, and how
often a worker was told that the session is dead.
"""

from __future__ import annotations

import base64
import hashlib
import json
import multiprocessing
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import SecretStr

from training_analyzer.errors import GarminSyncError
from training_analyzer.services.runtime import build_runtime
from training_analyzer.settings import Settings
from training_analyzer.simulator import SimulatorServer, demo_world

if TYPE_CHECKING:
    from multiprocessing.managers import ValueProxy

START = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
ROUND = timedelta(hours=18)
KEY = base64.urlsafe_b64encode(hashlib.sha256(b"the key of the tests").digest()).decode()
USER = "usr_ada"


def settings_of(folder: Path, url: str) -> Settings:
    """Return settings that all processes share."""
    return Settings(
        encryption_key=SecretStr(KEY),
        database_url=f"sqlite:///{folder / 'shared.db'}",
        garmin_server_url=url,
        requests_per_minute=6000,
    )


def work(
    settings: Settings,
    rounds: int,
    threads: int,
    gate: Any,
    round_number: ValueProxy[int],
    refused: Any,
) -> None:
    """Renew in each round with every thread at once."""
    with build_runtime(settings, now=lambda: START + ROUND * round_number.value) as runtime:

        def renew() -> None:
            for _ in range(rounds):
                gate.wait()
                try:
                    runtime.keep_alive.renew(USER)
                except GarminSyncError as error:
                    refused.put(error.code)
                gate.wait()

        running = [threading.Thread(target=renew) for _ in range(threads)]
        for thread in running:
            thread.start()
        for thread in running:
            thread.join()


def main(folder: Path, rounds: int, processes: int, threads: int) -> None:
    """Connect, then let the session expire *rounds* times and be renewed by all at once."""
    spawn = multiprocessing.get_context("spawn")
    with spawn.Manager() as manager:
        round_number = manager.Value("i", 0)
        now = START
        world = demo_world(7, clock=lambda: now)
        refused = manager.Queue()
        gate = spawn.Barrier(processes * threads + 1)
        with SimulatorServer(world) as server:
            settings = settings_of(folder, server.url)
            with build_runtime(settings, now=lambda: now) as runtime:
                who = world.accounts[0]
                runtime.connections.connect_password(USER, who.email, who.password)
            workers = [
                spawn.Process(
                    target=work, args=(settings, rounds, threads, gate, round_number, refused)
                )
                for _ in range(processes)
            ]
            for worker in workers:
                worker.start()
            renewals = []
            for _ in range(rounds):
                round_number.value += 1
                now = START + ROUND * round_number.value
                before = server.count("/di-oauth2-service/oauth/token")
                gate.wait()
                gate.wait()
                renewals.append(server.count("/di-oauth2-service/oauth/token") - before)
            for worker in workers:
                worker.join()
            logins = server.count("/mobile/api/login")
        codes = [refused.get() for _ in range(refused.qsize())]
    print(json.dumps({"renewals": renewals, "refused": codes, "logins": logins}))  # noqa: T201 - the script's answer


if __name__ == "__main__":
    main(Path(sys.argv[1]), *(int(number) for number in sys.argv[2:5]))
