"""What the tests of the services share and is no fixture."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from pydantic import SecretStr
from sqlalchemy import delete, select

from training_analyzer.db.repositories.garmin_data import GarminDataRepository
from training_analyzer.db.repositories.leases import LeasesRepository
from training_analyzer.db.repositories.passes import PassesRepository
from training_analyzer.db.tables import garmin_claims, metadata
from training_analyzer.services.connections import Connected
from training_analyzer.services.garmin_scheduler import TICK_S, GarminSyncScheduler
from training_analyzer.services.owner import process_name
from training_analyzer.services.runtime import build_runtime
from training_analyzer.services.sync import Limits, SyncService
from training_analyzer.settings import Settings
from training_analyzer.simulator.athletes import demo_athletes
from training_analyzer.simulator.memory import SimulatedGarmin
from training_analyzer.streams import CATALOG

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from fake_clock import FakeClock

    from training_analyzer.db import Database
    from training_analyzer.errors import GarminError
    from training_analyzer.model import GarminSyncHistory
    from training_analyzer.services.runtime import Runtime
    from training_analyzer.simulator import Account, SimulatorServer

TICK: Final = timedelta(seconds=TICK_S)
DATA_TABLES = (
    "profiles",
    "activities",
    "activity_files",
    "activity_laps",
    "activity_tracks",
    "daily_summaries",
    "sleep_nights",
    "hrv_nights",
    "body_battery_days",
    "resting_heart_rates",
    "weigh_ins",
    "training_status_days",
    "vo2max_days",
    "training_readiness",
    "race_predictions",
    "endurance_scores",
    "hill_scores",
    "fitness_ages",
    "lactate_thresholds",
    "heart_rate_zones",
    "personal_records",
    "devices",
)


def account(garmin: SimulatorServer, name: str) -> Account:
    """Return the account of the athlete whose e-mail begins with *name*."""
    return next(known for known in garmin.world.accounts if known.email.startswith(f"{name}@"))


def connect(runtime: Runtime, garmin: SimulatorServer, name: str) -> str:
    """Connect the athlete called *name* by password; return the new user's id."""
    who = account(garmin, name)
    user = runtime.people.add(name)
    entered = runtime.connections.connect_password(user.user_id, who.email, who.password)
    assert isinstance(entered, Connected)
    return user.user_id


def unclaimed(database: Database) -> None:
    """Make the connections as those of before a Garmin account had one user here."""
    with database.write() as db:
        db.execute(delete(garmin_claims))


def files_of(database: Database, user_id: str) -> int:
    """Return how many activity files are stored: each cost a request."""
    return len(rows(database, user_id, "activity_files")["activity_files"])


def rows(database: Database, user_id: str, *names: str) -> dict[str, list[tuple[Any, ...]]]:
    """Return every row of *user_id* in the named tables, or in all that hold Garmin's data."""
    found = {}
    with database.read() as db:
        for name in names or DATA_TABLES:
            table = metadata.tables[name]
            query = select(table).where(table.c.user_id == user_id)
            found[name] = sorted((tuple(row) for row in db.execute(query)), key=repr)
    return found


def data_requests(garmin: SimulatorServer, since: int = 0) -> list[str]:
    """Return the paths of data requests, logins and refreshes left out."""
    return [
        entry.path
        for entry in list(garmin.log)[since:]
        if "/sso/" not in entry.path
        and "/di-oauth2" not in entry.path
        and "/mobile/" not in entry.path
        and "socialProfile" not in entry.path
    ]


class Inline:
    """A dispatcher that runs woken users at once, in the caller's thread."""

    def __init__(self) -> None:
        self.run: Callable[[str], None] | None = None
        self.woken: list[str] = []

    def start(self, run: Callable[[str], None]) -> None:
        """Remember what to call."""
        self.run = run

    def wake(self, user_ids: Iterable[str], *, urgent: bool = False) -> None:
        """Run each user now, urgent or not."""
        del urgent
        for user_id in user_ids:
            self.woken.append(user_id)
            if self.run is not None:
                self.run(user_id)

    def stop(self, grace_s: float) -> bool:
        """Stop running anybody; nothing can be left over."""
        self.run = None
        return grace_s > 0


class Paper:
    """The real service on a clock set by hand: only Garmin is in memory, and nobody waits.

    `silence` is the error that every connection answers, None while Garmin is well.
    """

    def __init__(self, url: str, key: str, clock: FakeClock) -> None:
        settings = Settings(encryption_key=SecretStr(key), database_url=url)
        built = build_runtime(settings, now=clock)
        self.clock = clock
        self.silence: GarminError | None = None
        self.opened: list[SimulatedGarmin] = []
        self.dispatcher = Inline()
        syncs = SyncService(
            credentials=built.credentials,
            schedule=built.schedule,
            leases=LeasesRepository(built.database),
            breakers=built.breakers,
            metrics=built.metrics,
            data=GarminDataRepository(built.database),
            passes=PassesRepository(built.database),
            open_connection=self._open,
            owner=process_name(),
            limits=Limits(),
            now=clock,
        )
        self.runtime = replace(built, syncs=syncs, dispatcher=self.dispatcher)
        self.scheduler = GarminSyncScheduler(self.runtime)
        self.dispatcher.start(self.scheduler._work)
        self._athlete = demo_athletes(7, clock.now.date())[2]

    @property
    def requests(self) -> int:
        """How many requests were made so far."""
        return sum(each.requests for each in self.opened)

    def connect(self, user_id: str, **config: Any) -> str:
        """Have a connected user who wants one day of activities."""
        self.runtime.credentials.save_credentials(user_id, "sealed e-mail", "sealed password")
        self.runtime.credentials.update_sync_config(
            user_id,
            **{
                "initial_sync_days": 1,
                "incremental_sync_days": 1,
                "sync_wellness": False,
                "sync_fitness_metrics": False,
                **config,
            },
        )
        return user_id

    def runs(self, user_id: str) -> list[GarminSyncHistory]:
        """Return the user's runs, the newest first."""
        return self.runtime.credentials.get_sync_history(user_id, limit=1000)

    def tick(self, at: datetime | None = None) -> None:
        """Tick now, or at the instant *at*."""
        self.clock.now = at or self.clock.now
        self.scheduler.tick()

    def live(self, until: datetime) -> None:
        """Tick every 15 s until *until*; times at which nobody is due are left out."""
        while self.clock.now < until:
            self.tick()
            due = self.runtime.schedule.next_due() or until
            ticks = max(1, math.ceil((min(due, until) - self.clock.now) / TICK))
            self.clock.now += ticks * TICK

    def _open(self, _user_id: str, *, session_is_dead: bool, actor: str) -> SimulatedGarmin:
        assert not session_is_dead
        assert actor
        made = SimulatedGarmin(self._athlete, now=self.clock.now)
        if self.silence is not None:
            for stream in CATALOG:
                made.refuses(stream.name, self.silence)
        self.opened.append(made)
        return made
