"""Who is in the pictures: people of a pretend Garmin, each in a state that screens are about."""

from __future__ import annotations

import threading
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic, sleep
from typing import TYPE_CHECKING, Final

from pydantic import SecretStr

from training_analyzer.errors import LoginBlocked
from training_analyzer.services.backfills import Pace
from training_analyzer.services.backups import back_up, note_backup
from training_analyzer.services.callers import Role, Scope
from training_analyzer.services.encryption import new_key
from training_analyzer.services.export_formats import ExportFormat
from training_analyzer.services.export_jobs import Between
from training_analyzer.services.export_worker import ExportMaking
from training_analyzer.services.garmin_scheduler import GarminSyncScheduler
from training_analyzer.services.one_time_links import Purpose
from training_analyzer.services.runtime import build_runtime
from training_analyzer.services.wishes import Span
from training_analyzer.settings import Settings
from training_analyzer.simulator import SimulatorServer, demo_world
from training_analyzer.web.app import create_app
from training_analyzer.web.serve import WebServer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fastapi import FastAPI

    from training_analyzer.services.runtime import Runtime
    from training_analyzer.simulator import Account

# The first sync was a fortnight ago, each morning since then has one more, and today's afternoon.
FIRST_SYNC: Final = datetime(2026, 5, 8, 6, 20, tzinfo=UTC)
AFTERNOON: Final = timedelta(hours=9)
MORNINGS: Final = 14
BAD_MORNING: Final = 9
# A sync that goes on for minutes is looked at after some windows.
SLOWLY_S: Final = 0.8
MIDWAY_S: Final = 30
FOR_EVER_S: Final = 300
# A sign-in that takes longer has a page of its own; one that is refused does not.
PATIENCE: Final = timedelta(seconds=3)
ZONE: Final = "Europe/Berlin"
# What people are told of and served at; what was before the pictures happened without pauses.
REQUESTS_A_MINUTE: Final = 60
# Who is synced, who is in the middle of a first sync, and who is new; then those whose
# sign-in was blocked, waits for a code, goes on, is over, and whose connection broke.
NAMES: Final = ("Ada", "Tom", "Nia", "Eva", "Uma", "Kim", "Lea", "Mia")


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
class Stage:
    """A server with people on it, beside one that nobody has set up yet."""

    app: FastAPI
    runtime: Runtime
    garmin: SimulatorServer
    # Ids by name.
    people: dict[str, str]
    url: str
    empty_url: str
    set_up: str
    # Tom's first run.
    run: int

    @property
    def invitation(self) -> str:
        """The token of somebody who is invited."""
        return self.runtime.access.links.issue(Purpose.INVITATION, role=Role.USER)

    def let_sign_in_wait(self) -> None:
        """Let Kim sign in at a Garmin that does not answer. Nothing else gets through, either."""
        self.garmin.faults.clear()
        self.app.state.parts.manual.wait(FOR_EVER_S)
        self.garmin.faults.delay("/", FOR_EVER_S)


@contextmanager
def stage() -> Iterator[Stage]:
    """Serve everybody, at the moment of the pictures."""
    clock = Clock(FIRST_SYNC)
    with ExitStack() as stack:
        folder = stack.enter_context(TemporaryDirectory(prefix="garmin-sync-pictures-"))
        garmin = stack.enter_context(SimulatorServer(demo_world(clock=clock)))
        options = _settings(folder, "garmin-sync", garmin.url)
        runtime = stack.enter_context(build_runtime(options, now=clock))
        calm = options.model_copy(update={"requests_per_minute": REQUESTS_A_MINUTE})
        served = stack.enter_context(build_runtime(calm, now=clock))
        app = _app(runtime)
        people = {name: runtime.people.add(name).user_id for name in NAMES}
        for user_id in people.values():
            runtime.access.profiles.change(user_id, {"timezone": ZONE, "locale": "en-GB"})
            runtime.credentials.update_sync_config(user_id, timezone=ZONE)
        _live_a_fortnight(app, runtime, garmin, clock, people["Ada"], options)
        _fill_settings(runtime, people["Ada"])
        _meet_trouble(app, runtime, garmin, clock, people)
        clock.set(clock() + timedelta(minutes=7))
        _connect(runtime, _account(garmin, "tom"), people["Uma"])
        _connect(runtime, _account(garmin, "kay"), people["Tom"])
        garmin.faults.delay("/", SLOWLY_S)
        run = app.state.parts.manual.start(people["Tom"])
        sleep(MIDWAY_S)
        empty = stack.enter_context(
            build_runtime(_settings(folder, "empty", garmin.url), now=clock)
        )
        apps = _app(served), _app(empty)
        url, empty_url = (stack.enter_context(_served(each)) for each in apps)
        set_up = empty.access.links.issue(Purpose.SET_UP)
        yield Stage(app, runtime, garmin, people, url, empty_url, set_up, run)
        garmin.faults.end_delays()
        apps[0].state.parts.sign_ins.wait(60)
        app.state.parts.manual.wait(60)


def _settings(folder: str, name: str, garmin_url: str) -> Settings:
    return Settings(
        encryption_key=SecretStr(new_key()),
        database_url=f"sqlite:///{folder}/{name}.db",
        garmin_server_url=garmin_url,
        requests_per_minute=6000,
        password_cost="small",  # noqa: S106 - a cost, no password
    )


def _app(runtime: Runtime) -> FastAPI:
    return create_app(
        runtime,
        GarminSyncScheduler(runtime),
        limits_factor=100,
        sign_in_patience=PATIENCE,
    )


def _live_a_fortnight(
    app: FastAPI,
    runtime: Runtime,
    garmin: SimulatorServer,
    clock: Clock,
    ada: str,
    options: Settings,
) -> None:
    """Sync Ada on each morning and today's afternoon, for the last time with a backfill."""
    _connect(runtime, _account(garmin, "ada"), ada)
    _sync(app, ada)
    for morning in range(1, MORNINGS + 1):
        clock.set(FIRST_SYNC + timedelta(days=morning))
        if morning == BAD_MORNING:
            garmin.faults.answer("/hrv-service", status=500)
        _sync(app, ada)
        garmin.faults.clear()
    copied = back_up(options, Path(options.database_url.removeprefix("sqlite:///")).parent / "copy")
    note_backup(options, copied, now=clock())
    clock.set(FIRST_SYNC + timedelta(days=MORNINGS) + AFTERNOON)
    older = runtime.backfills.new(
        ada, span=Span(date(2024, 9, 1), date(2025, 4, 30)), streams=None, pace=Pace.POLITE
    )
    runtime.backfills.start(older, runtime.backfills.estimate(older))
    _sync(app, ada)


def _fill_settings(runtime: Runtime, ada: str) -> None:
    """Give Ada what people make: a password, a key, a webhook, an export and half of another."""
    runtime.people.choose_password(runtime.people.find("Ada"), "a long night on the moor")
    scopes = frozenset({Scope.DATA_READ, Scope.SYNC_READ})
    runtime.access.api_keys.issue(ada, "Notebook", scopes, lives=timedelta(days=90))
    runtime.webhooks.add(
        ada, {"url": "https://home.example.org/garmin", "events": ["*"], "description": "Home"}
    )
    jobs = runtime.export_jobs
    year = Between(date(2025, 5, 22), date(2026, 5, 22))
    for form in (ExportFormat.CSV, ExportFormat.JSONL):
        jobs.ask(ada, form, span=year, types=None, include_raw=False, include_files=False)
        if form is ExportFormat.CSV:
            ExportMaking(jobs, "pictures", threading.Event()).make_next()
    half = jobs.repository.claim("pictures", now=runtime.now())
    if half is not None:
        jobs.repository.advance(half, 9, 21, now=runtime.now())


def _meet_trouble(
    app: FastAPI,
    runtime: Runtime,
    garmin: SimulatorServer,
    clock: Clock,
    people: dict[str, str],
) -> None:
    """Block Eva's sign-in, connect Lea, and break Mia's connection."""
    garmin.faults.captcha("nia@example.test")
    try:
        _connect(runtime, _account(garmin, "nia"), people["Eva"])
    except LoginBlocked:
        garmin.faults.clear()
    runtime.connections.connect_ticket(people["Lea"], garmin.ticket("nia@example.test"))
    now, mia, will = clock(), people["Mia"], _account(garmin, "will")
    clock.set(now - timedelta(hours=2))
    _connect(runtime, will, mia)
    runtime.credentials.update_sync_config(mia, initial_sync_days=45)
    _sync(app, mia)
    clock.set(now)
    garmin.faults.revoke_tokens(will.email)
    _sync(app, mia)


def _account(garmin: SimulatorServer, athlete: str) -> Account:
    found = (each for each in garmin.world.accounts if each.email.startswith(f"{athlete}@"))
    return next(found)


def _connect(runtime: Runtime, who: Account, user_id: str) -> None:
    runtime.connections.connect_password(user_id, who.email, who.password, keep_password=False)


def _sync(app: FastAPI, user_id: str) -> None:
    app.state.parts.manual.start(user_id)
    app.state.parts.manual.wait(600)


@contextmanager
def _served(app: FastAPI) -> Iterator[str]:
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
