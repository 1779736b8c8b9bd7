"""Measure how soon 200 listeners hear what one run does, over the wire, on this machine.

A server with its database runs in this process; beside it a run stores a window every 150 ms,
as fast as Garmin answers. The listeners are a process of their own. Each event counts from the
end of the transaction that stored it until the last listener has it: the first event of a
window and the second alike. `--listeners N` and `--windows N` change the numbers, `--json` is
for programs.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import statistics
import tempfile
import threading
import time
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from cryptography.fernet import Fernet
from pydantic import SecretStr

from training_analyzer.db.repositories.garmin_data import GarminDataRepository
from training_analyzer.db.repositories.leases import LeasesRepository
from training_analyzer.db.repositories.progress import RunCounts
from training_analyzer.model import DayState, RunStatus, SyncOutcome, SyncType
from training_analyzer.planning import LedgerDay, NextDue
from training_analyzer.services.garmin_scheduler import GarminSyncScheduler
from training_analyzer.services.runtime import build_runtime
from training_analyzer.settings import Settings
from training_analyzer.streams import Window, stream
from training_analyzer.web.app import create_app
from training_analyzer.web.listening import Pace
from training_analyzer.web.serve import WebServer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from multiprocessing.connection import Connection

    from training_analyzer.model import Lease
    from training_analyzer.services.runtime import Runtime

BETWEEN_WINDOWS_S: Final = 0.15
TTL: Final = timedelta(minutes=10)
DAY: Final = date(2026, 3, 1)
PATIENCE_S: Final = 30.0

type Arrivals = dict[int, list[float]]


def listen(port: int, path: str, cookie: str, count: int, told: Connection) -> None:
    """Be *count* listeners: say when all have heard something, and at last what came when."""
    told.send(asyncio.run(_all_listen(port, path, cookie, count, told)))


async def _all_listen(port: int, path: str, cookie: str, count: int, told: Connection) -> Arrivals:
    arrivals: Arrivals = {}
    ready = asyncio.Barrier(count + 1)
    tasks = [
        asyncio.create_task(_listen(port, path, cookie, arrivals, ready)) for _ in range(count)
    ]
    await ready.wait()
    told.send("ready")
    await asyncio.gather(*tasks)
    return arrivals


async def _listen(
    port: int, path: str, cookie: str, arrivals: Arrivals, ready: asyncio.Barrier
) -> None:
    """Note when each event came, up to the end of the stream."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    head = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nCookie: {cookie}\r\n\r\n"
    writer.write(head.encode())
    async for line in reader:
        # The chunk of length 0 ends the answer, and the server keeps the connection.
        if line == b"0\r\n":
            break
        if line.startswith(b"id: "):
            number = int(line[4:])
            arrivals.setdefault(number, []).append(time.monotonic())
            if number == 1:
                await ready.wait()
    writer.close()


@contextmanager
def serving(runtime: Runtime, listeners: int) -> Iterator[WebServer]:
    """Serve the API to so many listeners of one person."""
    app = create_app(
        runtime,
        GarminSyncScheduler(runtime),
        limits_factor=1000,
        listening_pace=Pace(most_per_user=listeners, most=listeners),
    )
    ready = threading.Event()
    server = WebServer(app, host="127.0.0.1", port=0, on_ready=lambda _: ready.set())
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        ready.wait(PATIENCE_S)
        yield server
    finally:
        server.stop()
        thread.join(PATIENCE_S)


def begin(runtime: Runtime, user_id: str) -> Lease:
    """Open a run."""
    lease = LeasesRepository(runtime.database).claim(
        user_id,
        sync_type=SyncType.MANUAL,
        owner="bench",
        now=datetime.now(UTC),
        ttl=TTL,
        is_abandoned=lambda _: False,
    )
    if lease is None:
        message = "a fresh database has nobody who holds the lease"
        raise RuntimeError(message)
    return lease


def go_on(runtime: Runtime, lease: Lease, windows: int) -> dict[int, float]:
    """Store windows at Garmin's pace; return when each event was stored."""
    data = GarminDataRepository(runtime.database)
    stored: dict[int, float] = {}
    for n in range(windows):
        time.sleep(BETWEEN_WINDOWS_S)
        now = datetime.now(UTC)
        data.store(
            lease,
            Window(stream("hrv"), DAY, DAY),
            None,
            {},
            [LedgerDay(DAY, DayState.EMPTY, now)],
            counts=RunCounts(windows_done=n + 1, windows_total=windows),
            now=now,
            ttl=TTL,
        )
        # The first event of a run is its sign-in; each window adds two.
        stored[2 * n + 2] = stored[2 * n + 3] = time.monotonic()
    outcome = SyncOutcome(sync_id=lease.run_id, status=RunStatus.COMPLETED)
    now = datetime.now(UTC)
    LeasesRepository(runtime.database).finish(lease, outcome, NextDue(None), now=now)
    return stored


def memory_mib() -> float:
    """Return what this process holds in memory."""
    for line in Path("/proc/self/status").read_text("utf-8").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0


def measure(folder: Path, listeners: int, windows: int) -> dict[str, Any]:
    """Return the figures of one run with so many listeners."""
    settings = Settings(
        encryption_key=SecretStr(Fernet.generate_key().decode()),
        database_url=f"sqlite:///{folder / 'bench.db'}",
    )
    with build_runtime(settings) as runtime, serving(runtime, max(listeners, 1)) as server:
        user_id = runtime.people.add("Ada").user_id
        cookie = f"gsync={runtime.access.sessions.begin(user_id)}"
        lease = begin(runtime, user_id)
        path = f"/api/v1/garmin/syncs/{lease.run_id}/events"
        alone = memory_mib()
        ours, theirs = multiprocessing.Pipe()
        port = int(server.url.rpartition(":")[2])
        crowd = multiprocessing.get_context("spawn").Process(
            target=listen, args=(port, path, cookie, listeners, theirs)
        )
        crowd.start()
        if ours.poll(PATIENCE_S):
            ours.recv()
        cpu, began = time.process_time(), time.monotonic()
        stored = go_on(runtime, lease, windows)
        passed, used = time.monotonic() - began, time.process_time() - cpu
        crowded = memory_mib()
        arrivals: Arrivals = ours.recv() if ours.poll(PATIENCE_S) else {}
        crowd.join(PATIENCE_S)
    waits = sorted(
        (max(arrivals[number]) - at) * 1000
        for number, at in stored.items()
        if len(arrivals.get(number, ())) == listeners
    )
    return {
        "listeners": listeners,
        "events": len(stored),
        "events_heard_by_all": len(waits),
        "median_ms": statistics.median(waits) if waits else None,
        "p95_ms": waits[round(0.95 * (len(waits) - 1))] if waits else None,
        "worst_ms": waits[-1] if waits else None,
        "cpu_percent": 100 * used / passed,
        "memory_mib": alone,
        "memory_for_listeners_mib": crowded - alone,
    }


def main() -> None:
    """Print a small table: one listener, and many."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--listeners", type=int, default=200)
    parser.add_argument("--windows", type=int, default=100)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    found = []
    for listeners in (1, given.listeners):
        with tempfile.TemporaryDirectory() as name:
            found.append(measure(Path(name), listeners, given.windows))
    if given.json:
        print(json.dumps(found))
        return
    for key in found[0]:
        cells = [one[key] for one in found]
        shown = [f"{cell:.1f}" if isinstance(cell, float) else str(cell) for cell in cells]
        print(f"{key:<28}" + "".join(f"{cell:>12}" for cell in shown))


if __name__ == "__main__":
    main()
