"""Measure the API at 50 clients while two syncs write, over the wire, on this machine.

The athlete has five years of days and a run for each; the server is a process of its own, as
are the pretend Garmin, 150 ms away, and the clients here. Routes are asked what pages and
programs ask, and for the most that they give, one after the other and each in two ways.
*Paced*: every client asks once a second, whether or not the answer before is there, and a time
counts from when the question was due. *Without pause*: every client asks again at once, so that
the times say no more than how many answers a second there are.
`--clients N`, `--seconds N` and `--syncs N` change the numbers, `--json` is for programs.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import os
import sqlite3
import sys
import tempfile
import threading
import time
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from cryptography.fernet import Fernet
from pydantic import SecretStr
from sqlalchemy import insert

from training_analyzer.db.tables import garmin_sync_history
from training_analyzer.services.garmin_scheduler import GarminSyncScheduler
from training_analyzer.services.runtime import build_runtime
from training_analyzer.settings import Settings
from training_analyzer.simulator import SimulatorServer, World, demo_world
from training_analyzer.web.app import create_app
from training_analyzer.web.serve import WebServer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from multiprocessing.connection import Connection

    from training_analyzer.services.runtime import Runtime

DAYS: Final = 5 * 365
AWAY_S: Final = 0.15
PATIENCE_S: Final = 300.0
# Asked for before anything counts: threads, connections and statements are there then.
WARM_UP_S: Final = 1.0
API: Final = "/api/v1/garmin"
NAMES: Final = ("athlete", "first writer", "second writer")
WRITTEN: Final = "SELECT coalesce(sum(windows_done), 0) FROM garmin_sync_history WHERE user_id <> ?"
SPAWN: Final = multiprocessing.get_context("spawn")


@dataclass(frozen=True)
class Route:
    """A question: its name in the results, and its address."""

    name: str
    path: str


@dataclass(frozen=True)
class Served:
    """The server, as its clients know it: where it is, and a session for each of them."""

    port: int
    pid: int
    athlete: str
    cookies: list[str]


@dataclass(frozen=True)
class Found:
    """How one route did, asked in one way."""

    route: str
    arrival: str
    answers: int
    errors: int
    answer_kb: float
    answers_per_s: float
    p50_ms: float
    p95_ms: float
    p99_ms: float
    worst_ms: float
    # Of the server, its syncs included.
    cpu_percent: float
    windows_stored_per_s: float
    machine_load: float


def routes() -> list[Route]:
    """Return what the clients ask for."""
    today = datetime.now(UTC).date()

    def since(days: int) -> str:
        return f"from={today - timedelta(days=days - 1)}&to={today}"

    return [
        Route("50 runs", f"{API}/sync-history"),
        Route("coverage, month", f"{API}/coverage?{since(31)}"),
        Route("wellness, 50 days", f"{API}/wellness-history?{since(50)}"),
        Route("200 runs", f"{API}/sync-history?limit=200"),
        Route("coverage, 1,100 days", f"{API}/coverage?{since(1100)}"),
        Route("wellness, 200 days", f"{API}/wellness-history?{since(200)}&limit=200"),
    ]


# --- the pretend Garmin, a process ---


def pretend(told: Connection) -> None:
    """Be Garmin until told to stop; the first word from the other side puts it far away."""
    demo = demo_world(7)
    since = datetime.now(UTC).date() - timedelta(days=DAYS + 30)
    accounts = [
        replace(each, athlete=replace(each.athlete, since=since))
        for each in demo.accounts
        if not each.mfa_code and each.athlete is not None
    ]
    with SimulatorServer(World(accounts, answer=demo.answer)) as garmin:
        told.send((garmin.url, [(each.email, each.password) for each in accounts]))
        told.recv()
        garmin.faults.delay("/", AWAY_S)
        told.recv()


# --- the server, a process ---


def opened(folder: Path, garmin: str) -> Runtime:
    """Build everything over the database in *folder*."""
    return build_runtime(
        Settings(
            encryption_key=SecretStr((folder / "key").read_text()),
            database_url=f"sqlite:///{folder / 'bench.db'}",
            garmin_server_url=garmin,
            requests_per_minute=6000,
        )
    )


def fill(folder: Path, garmin: str, logins: list[tuple[str, str]]) -> None:
    """Connect three people, and give the first one five years of days and of runs."""
    with opened(folder, garmin) as runtime:
        for name, (email, password) in zip(NAMES, logins, strict=False):
            user_id = runtime.people.add(name).user_id
            runtime.connections.connect_password(user_id, email, password)
            runtime.credentials.update_sync_config(user_id, initial_sync_days=DAYS)
        athlete = runtime.people.find(NAMES[0]).user_id
        GarminSyncScheduler(runtime).sync_user(athlete, force=True)
        now = datetime.now(UTC)
        runs = [now - timedelta(days=number) for number in range(1, DAYS)]
        with runtime.database.write() as db:
            db.execute(insert(garmin_sync_history), [run_of(athlete, began) for began in runs])


def run_of(user_id: str, began: datetime) -> dict[str, Any]:
    """Return a row of the history: an ordinary daily run."""
    day = began.date()
    return {
        "user_id": user_id,
        "sync_type": "scheduled",
        "started_at": began,
        "completed_at": began + timedelta(seconds=21),
        "duration_seconds": 21,
        "status": "completed",
        "activities_synced": 1,
        "wellness_days_synced": 7,
        "fitness_days_synced": 7,
        "sync_from_date": (day - timedelta(days=6)).isoformat(),
        "sync_to_date": day.isoformat(),
        "requests": 19,
        "rows_changed": 40,
        "windows_done": 19,
        "windows_total": 19,
    }


def serve(folder: Path, garmin: str, clients: int, syncs: int, told: Connection) -> None:
    """Serve the athlete to *clients* clients, and sync so many others, until told to stop."""
    with opened(folder, garmin) as runtime:
        scheduler = GarminSyncScheduler(runtime)
        # Limits hold a person to two questions a second, and this is fifty of one.
        app = create_app(runtime, scheduler, limits_factor=100_000)
        athlete = runtime.people.find(NAMES[0]).user_id
        cookies = [f"gsync={runtime.access.sessions.begin(athlete)}" for _ in range(clients)]
        stopping = threading.Event()
        writers = [
            threading.Thread(target=sync_on, args=(scheduler, user_id, stopping))
            for user_id in (runtime.people.find(name).user_id for name in NAMES[1 : 1 + syncs])
        ]

        def ready(url: str) -> None:
            for writer in writers:
                writer.start()
            port = int(url.rpartition(":")[2])
            told.send(Served(port, os.getpid(), athlete, cookies))

        server = WebServer(app, host="127.0.0.1", port=0, on_ready=ready)
        threading.Thread(target=stop_when_told, args=(told, server)).start()
        server.run()
        stopping.set()
        scheduler.stop(0)
        for writer in writers:
            writer.join()


def stop_when_told(told: Connection, server: WebServer) -> None:
    """End *server* at the next word from the other side."""
    told.recv()
    server.stop()


def sync_on(scheduler: GarminSyncScheduler, user_id: str, stopping: threading.Event) -> None:
    """Sync one run after the other: each brings a share of five years' files."""
    while not stopping.is_set():
        scheduler.sync_user(user_id, force=True)


# --- the clients ---


class Client:
    """One connection that asks for one route: bare, so that its own work is small."""

    def __init__(self, served: Served, number: int, route: Route) -> None:
        self._port = served.port
        head = f"GET {route.path} HTTP/1.1\r\nHost: 127.0.0.1:{served.port}\r\n"
        self._question = f"{head}Cookie: {served.cookies[number]}\r\n\r\n".encode()
        self.took: list[float] = []
        self.errors = 0
        self.length = 0

    async def go_on(self, until: float, every_s: float, begin: float) -> None:
        """Ask until *until*: every *every_s* seconds from *begin* on, or without pause when 0."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        due = begin
        while due < until:
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            if not every_s:
                due = time.perf_counter()
            writer.write(self._question)
            head = await reader.readuntil(b"\r\n\r\n")
            self.length = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])
            await reader.readexactly(self.length)
            self.took.append(time.perf_counter() - due)
            self.errors += int(head.split(b" ", 2)[1]) != HTTPStatus.OK
            due = due + every_s if every_s else time.perf_counter()
        writer.close()


async def ask(served: Served, route: Route, seconds: float, every_s: float) -> list[Client]:
    """Let every client ask for *seconds*; paced ones do not all ask at the same instant."""
    clients = [Client(served, number, route) for number in range(len(served.cookies))]
    now = time.perf_counter()
    step = every_s / len(clients)
    await asyncio.gather(
        *(
            client.go_on(now + seconds, every_s, now + number * step)
            for number, client in enumerate(clients)
        )
    )
    return clients


def measure(
    served: Served, route: Route, seconds: float, every_s: float, stored: Callable[[], int]
) -> Found:
    """Return how *route* does for *seconds*."""
    asyncio.run(ask(served, route, WARM_UP_S, 0))
    load, before = os.getloadavg()[0], stored()
    cpu, began = processor_s(served.pid), time.perf_counter()
    clients = asyncio.run(ask(served, route, seconds, every_s))
    passed, used = time.perf_counter() - began, processor_s(served.pid) - cpu
    took = sorted(1000 * each for client in clients for each in client.took)

    def share(part: float) -> float:
        return round(took[round(part * (len(took) - 1))], 1)

    return Found(
        route=route.name,
        arrival="paced" if every_s else "without pause",
        answers=len(took),
        errors=sum(client.errors for client in clients),
        answer_kb=round(clients[0].length / 1000, 1),
        answers_per_s=round(len(took) / passed, 1),
        p50_ms=share(0.5),
        p95_ms=share(0.95),
        p99_ms=share(0.99),
        worst_ms=share(1),
        cpu_percent=round(100 * used / passed),
        windows_stored_per_s=round((stored() - before) / passed, 1),
        machine_load=round(load, 1),
    )


def processor_s(pid: int) -> float:
    """Return how long a process has used a processor; 0 where the system does not tell."""
    try:
        told = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()
    except OSError:
        return 0.0
    # User and system, the 14th and 15th field of all.
    return (int(told[11]) + int(told[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def process(what: Callable[..., None], *given: object) -> Iterator[Connection]:
    """Run *what* beside us, and end it with a word; both talk over the pipe."""
    ours, theirs = multiprocessing.Pipe()
    child = SPAWN.Process(target=what, args=(*given, theirs))
    child.start()
    try:
        yield ours
    finally:
        ours.send("end")
        child.join(PATIENCE_S)


def heard(pipe: Connection) -> Any:  # noqa: ANN401 - what the other side sends
    """Return what the other process says, if it does in time."""
    if not pipe.poll(PATIENCE_S):
        sys.exit("A process did not start.")
    return pipe.recv()


def measured(given: argparse.Namespace) -> list[Found]:
    """Return the figures of every route and way."""
    with tempfile.TemporaryDirectory() as name, process(pretend) as garmin:
        folder = Path(name)
        (folder / "key").write_bytes(Fernet.generate_key())
        url, logins = heard(garmin)
        filling = SPAWN.Process(target=fill, args=(folder, url, logins))
        filling.start()
        filling.join()
        garmin.send("far away")
        with process(serve, folder, url, given.clients, given.syncs) as server:
            served: Served = heard(server)

            def stored() -> int:
                with closing(sqlite3.connect(folder / "bench.db")) as db:
                    count: int = db.execute(WRITTEN, (served.athlete,)).fetchone()[0]
                return count

            found = []
            for route in routes():
                for every_s in (1.0, 0.0):
                    print(f"==> {route.name}", file=sys.stderr)
                    found.append(measure(served, route, given.seconds, every_s, stored))
    return found


def main() -> None:
    """Print a small table: a line for each route and way."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--syncs", type=int, default=2, choices=range(len(NAMES)))
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    found = [asdict(one) for one in measured(given)]
    if given.json:
        print(json.dumps({"clients": given.clients, "syncs": given.syncs, "routes": found}))
        return
    for key in found[0]:
        print(f"{key:<22}" + "".join(f"{one[key]:>24}" for one in found))


if __name__ == "__main__":
    main()
