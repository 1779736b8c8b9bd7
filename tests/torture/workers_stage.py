"""Real workers on a real PostgreSQL, with a pretend Garmin, and hands that make time pass."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import SecretStr
from sqlalchemy import func, select, text

from training_analyzer.db.tables import metadata
from training_analyzer.services.connections import Connected
from training_analyzer.services.runtime import build_runtime
from training_analyzer.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from training_analyzer.model import GarminSyncHistory
    from training_analyzer.services.runtime import Runtime
    from training_analyzer.simulator import SimulatorServer
    from training_analyzer.simulator.fault import Fault

PATIENCE_S = 60.0
HELD = "/wellness-service/wellness/bodyBattery"
_OURS = {"first_seen_at", "changed_at", "file_tried_at", "user_id"}


def wait_until(holds: Callable[[], object], patience_s: float = PATIENCE_S) -> None:
    """Look until something holds; fail when it does not in time."""
    until = time.monotonic() + patience_s
    pause = threading.Event()
    while not holds():
        assert time.monotonic() < until, "it never came about"
        pause.wait(0.05)


@dataclass
class Worker:
    """A `garmin-sync worker` in a process of its own."""

    process: subprocess.Popen[str]
    log: Path

    def said(self) -> str:
        """Return what it logged so far."""
        return self.log.read_text()

    def send(self, number: signal.Signals) -> None:
        """Send it a signal."""
        self.process.send_signal(number)

    def end(self) -> int:
        """Ask it to end, as a supervisor does; return its code, which must come in 10 s."""
        self.send(signal.SIGTERM)
        return self.process.wait(10)

    def destroy(self) -> None:
        """Leave nothing of it, whatever state it is in."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        if self.process.stdout is not None:
            self.process.stdout.close()


class Site:
    """A PostgreSQL with connected users, a pretend Garmin, and the workers of a test."""

    def __init__(self, url: str, garmin: SimulatorServer, key: str, folder: Path) -> None:
        self.garmin = garmin
        self._folder = folder
        self._env = {
            "CREDENTIAL_ENCRYPTION_KEY": key,
            "DATABASE_URL": url,
            "GARMIN_SERVER_URL": garmin.url,
            "GARMIN_REQUESTS_PER_MINUTE": "6000",
            "GARMIN_CONCURRENT_SYNCS": "2",
        }
        self.runtime = runtime_of(url, garmin, key)
        self.workers: list[Worker] = []

    def connect(self, *names: str, days: int = 20) -> list[str]:
        """Connect athletes by password; they are due at once, for *days* of history."""
        return [connect(self.runtime, self.garmin, name, days=days) for name in names]

    def worker(self, slots: int = 2) -> Worker:
        """Begin a worker and wait until it says that it is ready, with so many slots."""
        log = self._folder / f"worker-{len(self.workers)}.log"
        with log.open("w") as told:
            process = subprocess.Popen(
                [sys.executable, "-m", "training_analyzer.cli", "worker", "--json"],
                cwd=self._folder,
                env={**os.environ, **self._env},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=told,
                text=True,
            )
        worker = Worker(process, log)
        self.workers.append(worker)
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line, worker.said()
        assert json.loads(line)["slots"] == slots
        return worker

    def hold(self) -> Fault:
        """Make Garmin keep the next who asks for the body battery waiting, for an hour."""
        return self.garmin.faults.delay(HELD, 3600, times=1)

    def pass_leases(self) -> None:
        """Let a minute pass for whoever does not show that he is alive."""
        with self.runtime.database.write() as db:
            db.execute(
                text(
                    "UPDATE garmin_schedule SET lease_until = now() - interval '1 s'"
                    " WHERE lease_until IS NOT NULL"
                )
            )
            db.execute(text("UPDATE pgqueuer.pgqueuer SET heartbeat = heartbeat - interval '61 s'"))

    def request(self, user_id: str) -> None:
        """Make a user due now, as somebody does who asks for a sync."""
        self.runtime.schedule.request(user_id, now=self.runtime.now())

    def history(self, user_id: str) -> list[GarminSyncHistory]:
        """Return the user's runs, the latest first."""
        return self.runtime.credentials.get_sync_history(user_id, limit=100)

    def is_completed(self, user_id: str) -> bool:
        """Tell whether the user's latest run is one that got everything."""
        return [run.status for run in self.history(user_id)][:1] == ["completed"]

    def rows(self, user_id: str) -> dict[str, list[tuple[Any, ...]]]:
        """Return every row of Garmin's data, without what each database has of its own."""
        return rows_of(self.runtime, user_id)

    def close(self) -> None:
        """End everything, however it stands."""
        self.garmin.faults.end_delays()
        for worker in self.workers:
            worker.destroy()
        self.runtime.close()


def runtime_of(url: str, garmin: SimulatorServer, key: str) -> Runtime:
    """Build everything over *url* and the pretend Garmin, in this process."""
    settings = Settings(
        encryption_key=SecretStr(key),
        database_url=url,
        garmin_server_url=garmin.url,
        requests_per_minute=6000,
    )
    return build_runtime(settings)


def connect(runtime: Runtime, garmin: SimulatorServer, name: str, *, days: int) -> str:
    """Connect the athlete called *name* for *days* of history; return the new user's id."""
    who = next(known for known in garmin.world.accounts if known.email.startswith(f"{name}@"))
    user = runtime.people.add(name)
    entered = runtime.connections.connect_password(user.user_id, who.email, who.password)
    assert isinstance(entered, Connected)
    runtime.credentials.update_sync_config(user.user_id, initial_sync_days=days)
    return user.user_id


def rows_of(runtime: Runtime, user_id: str) -> dict[str, list[tuple[Any, ...]]]:
    """Return table -> the user's rows of Garmin's data, without our own stamps and ids."""
    found = {}
    with runtime.database.read() as db:
        for name, table in metadata.tables.items():
            if "first_seen_at" in table.c:
                columns = [column for column in table.c if column.name not in _OURS]
                mine = select(*columns).where(table.c.user_id == user_id)
                found[name] = sorted((tuple(row) for row in db.execute(mine)), key=repr)
    return found


def backends(runtime: Runtime, name: str = "garmin-sync%") -> int:
    """Return how many connections our programs have to the database."""
    with runtime.database.read() as db:
        query = text(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND application_name LIKE :name"
        )
        return int(db.execute(query, {"name": name}).scalar_one())


def is_blocked(runtime: Runtime) -> bool:
    """Tell whether a transaction on the database waits for the lock of another."""
    with runtime.database.read() as db:
        waiting = func.cardinality(func.pg_blocking_pids(text("pid"))) > 0
        query = (
            select(func.count())
            .select_from(text("pg_stat_activity"))
            .where(text("datname = current_database()"), waiting)
        )
        return bool(db.execute(query).scalar_one())
