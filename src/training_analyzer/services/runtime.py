"""The composition root: everything is built once from `Settings` and handed down.

`default_runtime` serves the document's zero-argument doors and nothing else.
"""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

from training_analyzer.db import open_database
from training_analyzer.db.clock import clock_of, utc_now
from training_analyzer.db.repositories.activity_lists import ActivityListsRepository
from training_analyzer.db.repositories.administration import AdministrationRepository
from training_analyzer.db.repositories.ciphertexts import CiphertextsRepository
from training_analyzer.db.repositories.days import DaysRepository
from training_analyzer.db.repositories.encryption_keys import EncryptionKeysRepository
from training_analyzer.db.repositories.exporting import ExportRepository
from training_analyzer.db.repositories.idempotency_keys import IdempotencyKeysRepository
from training_analyzer.db.repositories.pauses import PausesRepository
from training_analyzer.db.repositories.payloads import PayloadsRepository
from training_analyzer.db.repositories.queue import QueueRepository
from training_analyzer.db.repositories.reading import ReadingRepository
from training_analyzer.db.repositories.run_lists import RunListsRepository
from training_analyzer.db.repositories.secrets import secrets_of_people
from training_analyzer.db.repositories.sync_events import SyncEventsRepository
from training_analyzer.db.repositories.users import UsersRepository
from training_analyzer.garmin.logs import quiet_foreign_loggers
from training_analyzer.services.access import Access, build_access
from training_analyzer.services.activities import Activities
from training_analyzer.services.administration import Administration
from training_analyzer.services.backfills import Backfills
from training_analyzer.services.core import build_core
from training_analyzer.services.days import Days
from training_analyzer.services.dispatching import dispatcher_for
from training_analyzer.services.encryption import EncryptionService
from training_analyzer.services.events import Events
from training_analyzer.services.export_jobs import ExportJobs, build_export_jobs
from training_analyzer.services.exporting import Exports
from training_analyzer.services.keep_alive import KeepAlive
from training_analyzer.services.key_checks import check_keys
from training_analyzer.services.metrics import Metrics
from training_analyzer.services.notices import Notices, build_notices
from training_analyzer.services.passwords import COSTS
from training_analyzer.services.pausing import Pauses
from training_analyzer.services.previewing import Previews
from training_analyzer.services.reading import Reading
from training_analyzer.services.reparsing import Reparsing
from training_analyzer.services.repeats import Repeats
from training_analyzer.services.rotation import Rotation
from training_analyzer.services.runs import Runs
from training_analyzer.services.samples import Samples
from training_analyzer.services.single_sign_on import SingleSignOn, build_single_sign_on
from training_analyzer.services.timekeeping import Timekeeping
from training_analyzer.services.users import People
from training_analyzer.services.validating import Validating
from training_analyzer.services.vault import Vault
from training_analyzer.services.watching import Watching
from training_analyzer.services.webhooks import Webhooks, build_webhooks
from training_analyzer.settings import load

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from types import TracebackType

    from training_analyzer.db import Database
    from training_analyzer.db.repositories.garmin_credentials import GarminCredentialsRepository
    from training_analyzer.db.repositories.garmin_data import GarminDataRepository
    from training_analyzer.db.repositories.schedule import ScheduleRepository
    from training_analyzer.jobs import Dispatcher
    from training_analyzer.services.breakers import Breakers
    from training_analyzer.services.connections import Connections
    from training_analyzer.services.sync import SyncService
    from training_analyzer.settings import Settings


@dataclass(frozen=True, slots=True)
class Runtime:
    """Everything that a face needs, built once. Close it when done."""

    settings: Settings
    database: Database
    now: Callable[[], datetime]
    credentials: GarminCredentialsRepository
    schedule: ScheduleRepository
    encryption: EncryptionService
    connections: Connections
    syncs: SyncService
    people: People
    access: Access
    # None unless a provider is set.
    sign_on: SingleSignOn | None
    # What is sealed for a person and outlives a disconnect: second factors, webhooks' keys.
    secrets_of_people: Vault
    webhooks: Webhooks
    runs: Runs
    events: Events
    backfills: Backfills
    previews: Previews
    reading: Reading
    days: Days
    activities: Activities
    keep_alive: KeepAlive
    validating: Validating
    breakers: Breakers
    pauses: Pauses
    timekeeping: Timekeeping
    dispatcher: Dispatcher
    keys: Rotation
    exports: Exports
    export_jobs: ExportJobs
    # None unless mail is set.
    notices: Notices | None
    reparsing: Reparsing
    repeats: Repeats
    metrics: Metrics
    watching: Watching
    administration: Administration
    _endings: list[Callable[[], object]] = field(default_factory=list, init=False)

    def before_close(self, end: Callable[[], object]) -> None:
        """Have *end* called by `close`: what works in threads ends before its database does."""
        self._endings.append(end)

    def close(self) -> None:
        """End what still works in the background, and close the database.

        Stop the scheduler before.
        """
        while self._endings:
            self._endings.pop()()
        self.database.close()

    def __enter__(self) -> Self:
        """Use the runtime for a block."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close it."""
        self.close()


def build_runtime(settings: Settings, *, now: Callable[[], datetime] | None = None) -> Runtime:
    """Build every part from *settings*. Raises `SettingsError` when one cannot be built.

    Without *now* the clock is the one that all processes on the database share.
    """
    _quiet_others()
    encryption = EncryptionService.from_settings(settings)
    database = _opened_for(settings, encryption, now or utc_now)
    now = now or clock_of(database)
    access = build_access(database, encryption, now, COSTS[settings.password_cost])
    metrics = Metrics()
    core = build_core(settings, database, encryption, access, metrics)
    credentials, schedule, leases = core.credentials, core.schedule, core.leases
    connections, syncs, opener, owner = core.connections, core.syncs, core.opener, core.owner
    breakers, data, secrets = core.breakers, core.data, core.secrets
    return Runtime(
        settings=settings,
        database=database,
        now=now,
        credentials=credentials,
        schedule=schedule,
        encryption=encryption,
        connections=connections,
        syncs=syncs,
        people=People(
            UsersRepository(database, now=now),
            connections,
            access.passwords,
            access.sessions,
            core.shelf,
        ),
        access=access,
        sign_on=build_single_sign_on(settings, database, encryption, access),
        secrets_of_people=Vault(encryption, secrets_of_people(database, now), now),
        webhooks=build_webhooks(database, encryption, now),
        runs=Runs(RunListsRepository(database), leases, now),
        backfills=_backfills(settings, credentials, data, syncs, now),
        previews=Previews(
            credentials, data, syncs.passes, syncs.config, settings.requests_per_minute, now
        ),
        events=Events(SyncEventsRepository(database), database),
        reading=Reading(ReadingRepository(database)),
        days=Days(DaysRepository(database)),
        activities=Activities(ActivityListsRepository(database), ReadingRepository(database)),
        breakers=breakers,
        pauses=Pauses(schedule, PausesRepository(database), syncs, now),
        timekeeping=Timekeeping(schedule, leases, breakers, syncs),
        keep_alive=KeepAlive(leases, secrets, opener, owner, now, time.sleep),
        validating=Validating(credentials, leases, opener, access.limits, owner, now),
        dispatcher=dispatcher_for(settings, database),
        keys=_rotation(database, encryption),
        exports=Exports(ExportRepository(database)),
        export_jobs=build_export_jobs(core.shelf, database, now),
        notices=build_notices(settings, database, now),
        repeats=Repeats(IdempotencyKeysRepository(database), encryption, now),
        reparsing=Reparsing(PayloadsRepository(database), now),
        metrics=metrics,
        watching=_watching(settings, database, breakers, metrics),
        administration=_administration(settings, database, connections, access),
    )


def _backfills(
    settings: Settings,
    credentials: GarminCredentialsRepository,
    data: GarminDataRepository,
    syncs: SyncService,
    now: Callable[[], datetime],
) -> Backfills:
    return Backfills(
        credentials=credentials,
        data=data,
        passes=syncs.passes,
        config=syncs.config,
        requests_per_minute=settings.requests_per_minute,
        now=now,
    )


def _quiet_others() -> None:
    quiet_foreign_loggers()
    for chatty in ("alembic", "apscheduler"):
        logging.getLogger(chatty).setLevel(logging.WARNING)


def _rotation(database: Database, encryption: EncryptionService) -> Rotation:
    return Rotation(CiphertextsRepository(database), EncryptionKeysRepository(database), encryption)


def _watching(
    settings: Settings, database: Database, breakers: Breakers, metrics: Metrics
) -> Watching:
    """Let what an operator looks at be seen in the metrics, too."""
    watching = Watching(
        QueueRepository(database), breakers.repository, settings.garmin_server_url, breakers.now
    )
    metrics.sample(Samples(watching))
    return watching


def _administration(
    settings: Settings, database: Database, connections: Connections, access: Access
) -> Administration:
    now = access.audit.now
    return Administration(
        repository=AdministrationRepository(database),
        connections=connections,
        links=access.links,
        settings=settings,
        started_at=now(),
        now=now,
    )


def _opened_for(
    settings: Settings, encryption: EncryptionService, now: Callable[[], datetime]
) -> Database:
    """Open the database, and close it again when it is sealed with other keys."""
    database = open_database(settings.database_url)
    try:
        check_keys(database, encryption, now=now())
    except BaseException:
        database.close()
        raise
    return database


_lock = threading.Lock()
_opened: list[Runtime] = []


def default_runtime() -> Runtime:
    """Return the runtime of the environment's settings, built on first use.

    This is the state behind the document's zero-argument doors; nothing inside the
    package calls it.
    """
    settings = load()
    with _lock:
        for runtime in _opened:
            if runtime.settings == settings:
                return runtime
        _opened.append(build_runtime(settings))
        return _opened[-1]
