"""The heart of the runtime: what goes to Garmin and what it stores, built together."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from training_analyzer.db.repositories.breakers import BreakersRepository
from training_analyzer.db.repositories.garmin_credentials import GarminCredentialsRepository
from training_analyzer.db.repositories.garmin_data import GarminDataRepository
from training_analyzer.db.repositories.identities import IdentitiesRepository
from training_analyzer.db.repositories.leases import LeasesRepository
from training_analyzer.db.repositories.logins import LoginsRepository
from training_analyzer.db.repositories.passes import PassesRepository
from training_analyzer.db.repositories.schedule import ScheduleRepository
from training_analyzer.db.repositories.secrets import SecretsRepository
from training_analyzer.garmin.pacing import Pacing
from training_analyzer.model import CONFIG_DEFAULTS
from training_analyzer.services.breakers import Breakers
from training_analyzer.services.connections import Connections
from training_analyzer.services.export_shelf import ExportShelf, build_shelf
from training_analyzer.services.identity import Identity
from training_analyzer.services.login_gate import LoginGate
from training_analyzer.services.opening import Opener
from training_analyzer.services.owner import machine_name, process_name
from training_analyzer.services.sync import Limits, SyncService
from training_analyzer.services.vault import Vault

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from training_analyzer.db import Database
    from training_analyzer.services.access import Access
    from training_analyzer.services.audit import Audit
    from training_analyzer.services.encryption import EncryptionService
    from training_analyzer.services.metrics import Metrics
    from training_analyzer.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Core:
    """The parts that all others are built upon."""

    credentials: GarminCredentialsRepository
    schedule: ScheduleRepository
    leases: LeasesRepository
    breakers: Breakers
    data: GarminDataRepository
    secrets: SecretsRepository
    owner: str
    shelf: ExportShelf
    opener: Opener
    connections: Connections
    syncs: SyncService


def build_core(
    settings: Settings,
    database: Database,
    encryption: EncryptionService,
    access: Access,
    metrics: Metrics,
) -> Core:
    """Build every part over *database*; its clock is that of *access*."""
    now = access.audit.now
    credentials = _credentials(settings, database, now)
    schedule = ScheduleRepository(database)
    leases = LeasesRepository(database)
    breakers = Breakers(BreakersRepository(database), now)
    data = GarminDataRepository(database)
    secrets = SecretsRepository(database, now)
    vault = Vault(encryption, secrets, now)
    owner = process_name()
    shelf = build_shelf(settings, database, now)
    identity = Identity(credentials, IdentitiesRepository(database), data, leases, vault, shelf)
    gate = LoginGate(
        LoginsRepository(database), encryption, server=machine_name(), now=now, metrics=metrics
    )
    opener = _opener(settings, credentials, vault, gate, identity, metrics, access.audit)
    connections = Connections(
        credentials=credentials,
        schedule=schedule,
        data=data,
        shelf=shelf,
        vault=vault,
        opener=opener,
        identity=identity,
        now=now,
    )
    syncs = SyncService(
        credentials=credentials,
        schedule=schedule,
        leases=leases,
        breakers=breakers,
        metrics=metrics,
        data=data,
        passes=PassesRepository(database),
        open_connection=opener.open,
        owner=owner,
        limits=Limits(settings.sync_hour, settings.sync_max_retries),
        now=now,
    )
    return Core(
        credentials=credentials,
        schedule=schedule,
        leases=leases,
        breakers=breakers,
        data=data,
        secrets=secrets,
        owner=owner,
        shelf=shelf,
        opener=opener,
        connections=connections,
        syncs=syncs,
    )


def _credentials(
    settings: Settings, database: Database, now: Callable[[], datetime]
) -> GarminCredentialsRepository:
    return GarminCredentialsRepository(
        database=database,
        now=now,
        defaults=replace(CONFIG_DEFAULTS, sync_time=f"{settings.sync_hour:02d}:00"),
    )


def _opener(
    settings: Settings,
    credentials: GarminCredentialsRepository,
    vault: Vault,
    gate: LoginGate,
    identity: Identity,
    metrics: Metrics,
    audit: Audit,
) -> Opener:
    return Opener(
        credentials=credentials,
        vault=vault,
        gate=gate,
        identity=identity,
        pacing=Pacing(settings.requests_per_minute),
        server_url=settings.garmin_server_url,
        now=audit.now,
        metrics=metrics,
        audit=audit,
    )
