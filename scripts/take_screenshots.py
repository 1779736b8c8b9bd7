"""Take the pictures of docs/images: a year of a pretend athlete, served, in the system's Chromium.

Everybody in the pictures is pretend, and so is the day: the same code takes the same pictures.
"""

from __future__ import annotations

import base64
import shutil
import struct
import sys
import tempfile
import threading
import zlib
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from time import monotonic, sleep
from typing import TYPE_CHECKING, Final

from playwright.sync_api import sync_playwright
from pydantic import SecretStr

from training_analyzer.services.activities import Wanted
from training_analyzer.services.encryption import new_key
from training_analyzer.services.garmin_scheduler import GarminSyncScheduler
from training_analyzer.services.one_time_links import Purpose
from training_analyzer.services.runtime import build_runtime
from training_analyzer.settings import Settings
from training_analyzer.simulator import SimulatorServer, demo_world
from training_analyzer.web.app import create_app
from training_analyzer.web.serve import WebServer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fastapi import FastAPI
    from playwright.sync_api import Browser, Page

    from training_analyzer.services.runtime import Runtime

IMAGES: Final = Path(__file__).resolve().parents[1] / "docs/images"
NAMES: Final = ("chromium", "chromium-browser", "google-chrome")
# The first sync was a fortnight ago, each morning since then has one more, and today's afternoon.
FIRST_SYNC: Final = datetime(2026, 5, 8, 6, 20, tzinfo=UTC)
AFTERNOON: Final = timedelta(hours=9)
MORNINGS: Final = 14
BAD_MORNING: Final = 9
# A sync that goes on for minutes is looked at after some windows.
SLOWLY_S: Final = 0.8
MIDWAY_S: Final = 30
ZONE: Final = "Europe/Berlin"
# Fields for dates go by the language of the browser's menus, which is American in most Chromiums.
FIELDS_GO_BY_LANG: Final = "--enable-blink-features=LangAttributeAwareFormControlUI"
AS_IN_BRITAIN: Final = """
for (const field of document.querySelectorAll("input[type=date], input[type=time]")) {
  const { type } = field;
  field.lang = "en-GB";
  // A field reads its language when it is made.
  field.type = "text";
  field.type = type;
}
"""
LOOKS: Final = (("light", 1280, 1500), ("dark", 390, 1700))
# Of a page, in the browser: at most 256 colours, and each point's place among them.
QUANTISE: Final = """
async (png) => {
  const bytes = Uint8Array.from(atob(png), (sign) => sign.charCodeAt(0));
  const image = await createImageBitmap(new Blob([bytes]));
  const { width, height } = image;
  const sheet = new OffscreenCanvas(width, height).getContext("2d");
  sheet.drawImage(image, 0, 0);
  const points = new Uint32Array(sheet.getImageData(0, 0, width, height).data.buffer);
  const counts = new Map();
  for (const point of points) counts.set(point, (counts.get(point) ?? 0) + 1);
  const common = [...counts].sort((one, other) => other[1] - one[1]).map(([point]) => point);
  const parts = (point) => [point & 255, (point >> 8) & 255, (point >> 16) & 255];
  // The commonest, then whatever is far from all that is there: rare colours are lines of charts.
  const palette = [];
  const distance = (one, other) =>
    one.reduce((sum, part, index) => sum + (part - other[index]) ** 2, 0);
  const nearest = (colour) => {
    let best = 0, least = Infinity;
    palette.forEach((other, index) => {
      const far = distance(colour, other);
      if (far < least) { least = far; best = index; }
    });
    return [best, least];
  };
  for (const apart of [600, 150, 40, 0]) {
    for (const point of common) {
      if (palette.length === 256) break;
      const colour = parts(point);
      if (!palette.length || nearest(colour)[1] > apart) palette.push(colour);
    }
  }
  const places = new Map(common.map((point) => [point, nearest(parts(point))[0]]));
  const indices = Uint8Array.from(points, (point) => places.get(point));
  let text = "";
  for (let at = 0; at < indices.length; at += 32768) {
    text += String.fromCharCode(...indices.subarray(at, at + 32768));
  }
  return { width, height, palette: palette.flat(), indices: btoa(text) };
}
"""


class Clock:
    """A clock that goes on from the moment that it is set to."""

    def __init__(self, at: datetime) -> None:
        self.set(at)

    def __call__(self) -> datetime:
        """Tell the time."""
        return self._at + timedelta(seconds=monotonic() - self._since)

    def set(self, at: datetime) -> None:
        """Set it."""
        self._at, self._since = at, monotonic()


@dataclass(frozen=True, slots=True)
class Server:
    """Who is served, and what has happened to them."""

    url: str
    runtime: Runtime
    with_data: str
    syncing: str
    run: int
    new: str

    def pictures(self) -> list[tuple[str, str, str]]:
        """Return name, person and address of each picture."""
        (latest,) = self.runtime.activities.page(
            self.with_data, Wanted(type_key="running"), limit=1
        )
        (last,) = self.runtime.credentials.get_sync_history(self.with_data, limit=1)
        yesterday = self.runtime.now().date() - timedelta(days=1)
        mine = {
            "home": "/",
            "sleep": "/health",
            "heart": "/health/heart",
            "stress": "/health/stress",
            "movement": "/health/movement",
            "fitness": "/health/fitness",
            "body": "/health/body",
            "night": f"/health/sleep/{yesterday}",
            "day": f"/health/day/{yesterday}",
            "activities": "/activities",
            "activity": f"/activities/{latest['activity_id']}",
            "coverage": "/coverage",
            "history": "/history",
            "run": f"/runs/{last.id}",
            "connection": "/connect",
            "settings": "/settings/sync",
            "data": "/settings/data",
            "security": "/settings/security",
            "developer": "/settings/developer",
            "look": "/settings/look",
            "admin": "/admin",
        }
        return [
            # First, while it goes on.
            ("live", self.syncing, f"/runs/{self.run}"),
            *((name, self.with_data, address) for name, address in mine.items()),
            ("connect", self.new, "/connect"),
        ]


def main() -> None:
    """Take all pictures anew."""
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    if found is None:
        sys.exit("No Chromium on this machine: install it, then try again.")
    with server() as running, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=found, args=["--no-sandbox", FIELDS_GO_BY_LANG]
        )
        sizes = [take(browser, running, *picture) for picture in running.pictures()]
        browser.close()
    print(f"{len(sizes)} screens, {sum(sizes) // 1024} KiB in {IMAGES}")


@contextmanager
def server() -> Iterator[Server]:
    """Serve Ada with a year of data, Tom in the middle of his first sync, and Nia, who is new."""
    clock = Clock(FIRST_SYNC)
    with (
        tempfile.TemporaryDirectory(prefix="garmin-sync-pictures-") as folder,
        SimulatorServer(demo_world(clock=clock)) as garmin,
        build_runtime(settings(folder, garmin.url), now=clock) as runtime,
    ):
        app = create_app(runtime, GarminSyncScheduler(runtime), limits_factor=100)
        ada, tom, nia = (runtime.people.add(name).user_id for name in ("Ada", "Tom", "Nia"))
        for person in (ada, tom, nia):
            runtime.access.profiles.change(person, {"timezone": ZONE, "locale": "en-GB"})
            runtime.credentials.update_sync_config(person, timezone=ZONE)
        connect(runtime, garmin, ada, "ada")
        sync(app, ada)
        for morning in range(1, MORNINGS + 1):
            clock.set(FIRST_SYNC + timedelta(days=morning))
            if morning == BAD_MORNING:
                garmin.faults.answer("/hrv-service", status=500)
            sync(app, ada)
            garmin.faults.clear()
        clock.set(FIRST_SYNC + timedelta(days=MORNINGS) + AFTERNOON)
        sync(app, ada)
        clock.set(clock() + timedelta(minutes=7))
        connect(runtime, garmin, tom, "kay")
        garmin.faults.delay("/", SLOWLY_S)
        run = app.state.parts.manual.start(tom)
        sleep(MIDWAY_S)
        with served(app) as url:
            yield Server(url, runtime, ada, tom, run, nia)
            garmin.faults.end_delays()
            app.state.parts.manual.wait(60)


def settings(folder: str, garmin_url: str) -> Settings:
    """Return settings of the pictures' own."""
    return Settings(
        encryption_key=SecretStr(new_key()),
        database_url=f"sqlite:///{folder}/garmin-sync.db",
        garmin_server_url=garmin_url,
        requests_per_minute=6000,
        password_cost="small",  # noqa: S106 - a cost, no password
    )


def connect(runtime: Runtime, garmin: SimulatorServer, user_id: str, athlete: str) -> None:
    """Connect a person with the password of an athlete."""
    who = next(each for each in garmin.world.accounts if each.email.startswith(f"{athlete}@"))
    runtime.connections.connect_password(user_id, who.email, who.password)


def sync(app: FastAPI, user_id: str) -> None:
    """Sync a person and wait for the end."""
    app.state.parts.manual.start(user_id)
    app.state.parts.manual.wait(600)


@contextmanager
def served(app: FastAPI) -> Iterator[str]:
    """Serve *app* for a block and give its address."""
    ready = threading.Event()
    web = WebServer(app, host="127.0.0.1", port=0, on_ready=lambda _: ready.set())
    thread = threading.Thread(target=web.run, name="web")
    thread.start()
    ready.wait(30)
    try:
        yield web.url
    finally:
        web.stop()
        thread.join(30)


def take(browser: Browser, running: Server, name: str, user_id: str, address: str) -> int:
    """Take a page on a desk in the light and on a phone in the dark; return the bytes of both."""
    size = 0
    for scheme, width, most in LOOKS:
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme="dark" if scheme == "dark" else "light",
            reduced_motion="reduce",
            locale="en-GB",
        )
        page = context.new_page()
        token = running.runtime.access.links.issue(Purpose.SIGN_IN, user_id)
        page.goto(f"{running.url}/sign-in?token={token}")
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(f"{running.url}/")
        answer = page.goto(f"{running.url}{address}")
        if answer is None or answer.status != HTTPStatus.OK:
            sys.exit(f"{address} is not as it should be.")
        page.evaluate(AS_IN_BRITAIN)
        page.wait_for_timeout(400)
        height = min(most, int(page.evaluate("document.documentElement.scrollHeight")))
        # A window as high as the picture, so that what sticks to its edge is at the edge.
        page.set_viewport_size({"width": width, "height": height})
        file = IMAGES / f"{name}-{width}-{scheme}.png"
        file.write_bytes(in_few_colours(browser, page.screenshot()))
        size += file.stat().st_size
        print(f"{file.name}: {file.stat().st_size // 1024} KiB")
        context.close()
    return size


def in_few_colours(browser: Browser, png: bytes) -> bytes:
    """Return the picture as a PNG with a palette: a fifth of the bytes."""
    page: Page = browser.new_page()
    found = page.evaluate(QUANTISE, base64.b64encode(png).decode())
    page.close()
    width, height = int(found["width"]), int(found["height"])
    points = base64.b64decode(found["indices"])
    rows = b"".join(b"\0" + points[at : at + width] for at in range(0, len(points), width))
    header = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    chunks = (
        (b"IHDR", header),
        (b"PLTE", bytes(found["palette"])),
        (b"IDAT", zlib.compress(rows, 9)),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


if __name__ == "__main__":
    main()
