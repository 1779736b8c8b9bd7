"""Measure every page of the product for an athlete of five years: its time, and its weight.

The server is a process of its own, over SQLite, with nothing else to do; here one browser asks
for a page after the other, over the wire and for compressed answers, as browsers do. A page's
time ends with its last byte. Its weight is that of its HTML and of all that it links to, each
counted once, unpacked: what a first visit loads. `--times N` asks more or less often, `--only
WORD` for some pages, `--folder DIR` keeps the database for the next time (filling it takes
minutes), `--json` is for programs. Ends with 1 where a page is over what pages may take.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import re
import sys
import tempfile
import threading
import time
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from http.client import HTTPConnection
from pathlib import Path
from typing import TYPE_CHECKING, Final

import five_years
from load import heard, process

from training_analyzer.services.callers import Role
from training_analyzer.services.garmin_scheduler import GarminSyncScheduler
from training_analyzer.services.one_time_links import Purpose
from training_analyzer.web.app import create_app
from training_analyzer.web.serve import WebServer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from multiprocessing.connection import Connection

    from training_analyzer.services.runtime import Runtime

MOST_MS: Final = 150.0
MOST_KB: Final = 250.0
FRESH: Final = "fresh.db"
# Asked for before anything counts: templates, statements and catalogs are read then.
WARM_UP: Final = 3
HOUR_S: Final = 3600
HEALTH: Final = ("", "/heart", "/stress", "/movement", "/fitness", "/body")
STEPS: Final = ("step=how", "way=password", "way=ticket", "way=token", "way=personal-key")
SETTINGS: Final = (
    *("sync", "data", "data/leave", "developer", "developer/keys/new", "developer/webhooks/new"),
    *("security", "look"),
)
# What the head and the foot of a page make a browser load.
LINKED: Final = re.compile(r'<(?:link|script)\b[^>]*?\b(?:href|src)="(/static/[^"]+)"')


@dataclass(frozen=True)
class Page:
    """A page: its name in the results, its address, and the cookie of who asks for it."""

    name: str
    path: str
    cookie: str = ""


@dataclass(frozen=True)
class Served:
    """The server, as its browser knows it."""

    port: int
    pages: list[Page]


@dataclass(frozen=True)
class Found:
    """What one page takes."""

    page: str
    p50_ms: float
    p95_ms: float
    # Of the server's process: what else the machine does is not in it.
    cpu_p95_ms: float
    html_kb: float
    weight_kb: float
    packed_kb: float
    over: list[str] = field(default_factory=list)


# --- the pages, as the server knows them ---


def pages_of_athlete(runtime: Runtime) -> list[Page]:
    """Return the pages of who has been here for five years, and administers the server."""
    user_id = runtime.people.find(five_years.ATHLETE).user_id
    cookie = f"gsync={runtime.access.sessions.begin(user_id)}"
    day = datetime.now(UTC).date() - timedelta(days=1)
    hook = runtime.webhooks.all(user_id)[0].webhook_id
    hour = five_years.activity_of(runtime, user_id, HOUR_S)
    six = five_years.activity_of(runtime, user_id, five_years.LONG_S)
    spans = ("", "?range=1y", "?range=5y")
    paths = {
        "/": "/",
        **{f"/health{it}{span}": f"/health{it}{span}" for it in HEALTH for span in spans},
        "a night": f"/health/sleep/{day}",
        "a day": f"/health/day/{day}",
        "/activities": "/activities",
        "/activities, of one sport": "/activities?type=running",
        "/activities, looked for": "/activities?q=a",
        "an activity of one hour": f"/activities/{hour}",
        "an activity of six hours": f"/activities/{six}",
        "an activity of six hours, by time": f"/activities/{six}?by=time",
        "/coverage": "/coverage",
        "/coverage, three years ago": f"/coverage?until={day.year - 3}-12&month={day.year - 3}-07",
        "/coverage, cost of a backfill": f"/coverage?from={day - timedelta(days=90)}&to={day}",
        "/history": "/history",
        "/history, of one kind": "/history?type=scheduled&status=completed",
        "a run": "/runs/1",
        "/connect": "/connect",
        **{f"/connect, {step}": f"/connect?{step}" for step in STEPS},
        "/connect, step=disconnect": "/connect?step=disconnect",
        **{f"/settings/{it}": f"/settings/{it}" for it in SETTINGS},
        "a webhook": f"/settings/developer/webhooks/{hook}",
        "/admin": "/admin",
        "a person": f"/admin/people/{user_id}",
        "/second-factor": "/second-factor",
        "/confirm": "/confirm",
        "/password": "/password",
        "not there": "/runs/999999999",
    }
    return [Page(name, path, cookie) for name, path in paths.items()]


def pages_of_others(runtime: Runtime) -> list[Page]:
    """Return the pages of who just came, with a first sync under way, and of strangers."""
    user_id, run_id = five_years.begin_first_sync(runtime)
    cookie = f"gsync={runtime.access.sessions.begin(user_id)}"
    invitation = runtime.access.links.issue(Purpose.INVITATION, role=Role.USER)
    return [
        Page("/, a first sync under way", "/", cookie),
        Page("a run under way", f"/runs/{run_id}", cookie),
        Page("/sign-in", "/sign-in"),
        Page("an invitation", f"/invitations/{invitation}"),
    ]


def pages_of_first_visit(runtime: Runtime) -> list[Page]:
    """Return the page that a server without anybody has."""
    return [Page("/setup", f"/setup?token={runtime.access.links.issue(Purpose.SET_UP)}")]


def serve(folder: Path, file: str, told: Connection) -> None:
    """Serve the database *file*, and say how much processor was used whenever asked."""
    with five_years.opened(folder, file=file) as runtime:
        app = create_app(runtime, GarminSyncScheduler(runtime), limits_factor=100_000)
        pages = (
            pages_of_first_visit(runtime)
            if file == FRESH
            else [*pages_of_athlete(runtime), *pages_of_others(runtime)]
        )

        def ready(url: str) -> None:
            told.send(Served(int(url.rpartition(":")[2]), pages))

        server = WebServer(app, host="127.0.0.1", port=0, on_ready=ready)

        def answer() -> None:
            while told.recv() != "end":
                told.send(time.process_time())
            server.stop()

        threading.Thread(target=answer).start()
        server.run()


# --- the browser ---


class Browser:
    """One connection to the server; what it loaded of static files, it knows."""

    def __init__(self, port: int) -> None:
        self._connection = HTTPConnection("127.0.0.1", port, timeout=60)
        self._known: dict[str, tuple[int, int]] = {}

    def get(self, path: str, cookie: str = "") -> tuple[int, bytes]:
        """Return the status and the packed body of *path*."""
        headers = {"Accept-Encoding": "gzip"} | ({"Cookie": cookie} if cookie else {})
        self._connection.request("GET", path, headers=headers)
        answer = self._connection.getresponse()
        body = answer.read()
        is_packed = answer.headers["Content-Encoding"] == "gzip"
        return answer.status, body if is_packed else gzip.compress(body, 0)

    def weight(self, path: str) -> tuple[int, int]:
        """Return how many bytes the file at *path* has, and has packed."""
        if path not in self._known:
            status, body = self.get(path)
            if status != HTTPStatus.OK:
                sys.exit(f"{path} is linked, and answered with {status}.")
            self._known[path] = len(gzip.decompress(body)), len(body)
        return self._known[path]


def measure(browser: Browser, page: Page, times: int, server: Connection) -> Found:
    """Return what *page* takes, asked for so many *times*."""
    for _ in range(WARM_UP):
        browser.get(page.path, page.cookie)
    took, used = [], []
    for _ in range(times):
        server.send("cpu")
        before, began = heard(server), time.perf_counter()
        status, body = browser.get(page.path, page.cookie)
        took.append(1000 * (time.perf_counter() - began))
        server.send("cpu")
        used.append(1000 * (heard(server) - before))
    html = gzip.decompress(body)
    linked = set(LINKED.findall(html.decode()))
    weights = [(len(html), len(body)), *(browser.weight(path) for path in sorted(linked))]
    whole, packed = (sum(column) / 1000 for column in zip(*weights, strict=True))
    slowest = share(took, 0.95)
    right = HTTPStatus.NOT_FOUND if page.name == "not there" else HTTPStatus.OK
    over = {
        f"{status}": status != right,
        "time": slowest >= MOST_MS,
        "weight": whole >= MOST_KB,
    }
    return Found(
        page=page.name,
        p50_ms=share(took, 0.5),
        p95_ms=slowest,
        cpu_p95_ms=share(used, 0.95),
        html_kb=round(len(html) / 1000, 1),
        weight_kb=round(whole, 1),
        packed_kb=round(packed, 1),
        over=[name for name, is_over in over.items() if is_over],
    )


def share(found: list[float], part: float) -> float:
    """Return what so large a *part* of *found* stays within."""
    return round(sorted(found)[round(part * (len(found) - 1))], 1)


@contextmanager
def folder_of(kept: Path | None) -> Iterator[Path]:
    """Give a folder with the database, filled where it is not there yet."""
    with tempfile.TemporaryDirectory() as name:
        folder = kept or Path(name)
        folder.mkdir(parents=True, exist_ok=True)
        if not five_years.is_filled(folder):
            print("==> syncing five years", file=sys.stderr)
            five_years.fill(folder)
        yield folder


def measured(given: argparse.Namespace) -> list[Found]:
    """Return the figures of every page that was asked for."""
    found: list[Found] = []
    with folder_of(given.folder) as folder:
        for file in (five_years.FILE, FRESH):
            (folder / FRESH).unlink(missing_ok=True)
            with process(serve, folder, file) as server:
                served: Served = heard(server)
                browser = Browser(served.port)
                wanted = [page for page in served.pages if given.only in page.name]
                found += [measure(browser, page, given.times, server) for page in wanted]
    return found


def main() -> None:
    """Print a line for each page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=30)
    parser.add_argument("--only", default="", metavar="WORD")
    parser.add_argument("--folder", type=Path, metavar="DIR")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    load, found = os.getloadavg()[0], measured(given)
    if given.json:
        pages = [asdict(one) for one in found]
        print(json.dumps({"times": given.times, "machine_load": round(load, 1), "pages": pages}))
        return
    print(f"{'':<38}{'p50 ms':>8}{'p95 ms':>8}{'CPU ms':>8}{'HTML kB':>9}{'all kB':>8}{'gzip':>7}")
    for one in found:
        times = f"{one.p50_ms:>8.1f}{one.p95_ms:>8.1f}{one.cpu_p95_ms:>8.1f}"
        weights = f"{one.html_kb:>9.1f}{one.weight_kb:>8.1f}{one.packed_kb:>7.1f}"
        print(f"{one.page:<38}{times}{weights}  {' '.join(one.over)}".rstrip())
    sys.exit(any(one.over for one in found))


if __name__ == "__main__":
    main()
