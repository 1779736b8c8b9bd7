"""Who may come in: sessions, links and the log of what they did, built together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from training_analyzer.db.repositories.api_keys import ApiKeysRepository
from training_analyzer.db.repositories.arrivals import ArrivalsRepository
from training_analyzer.db.repositories.attempt_counters import AttemptCountersRepository
from training_analyzer.db.repositories.audit_log import AuditLogRepository
from training_analyzer.db.repositories.known_networks import KnownNetworksRepository
from training_analyzer.db.repositories.one_time_links import OneTimeLinksRepository
from training_analyzer.db.repositories.profiles import ProfilesRepository
from training_analyzer.db.repositories.second_factors import SecondFactorsRepository
from training_analyzer.db.repositories.secrets import secrets_of_people
from training_analyzer.db.repositories.sessions import SessionsRepository
from training_analyzer.db.repositories.users import UsersRepository
from training_analyzer.services.api_keys import ApiKeys
from training_analyzer.services.arrivals import Arrivals
from training_analyzer.services.audit import Audit
from training_analyzer.services.entrance import Entrance
from training_analyzer.services.limits import Limits
from training_analyzer.services.one_time_links import OneTimeLinks
from training_analyzer.services.passwords import USUAL, Cost, Passwords
from training_analyzer.services.second_factor import SecondFactor
from training_analyzer.services.sessions import Sessions
from training_analyzer.services.vault import Vault

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from training_analyzer.db import Database
    from training_analyzer.services.encryption import EncryptionService


@dataclass(frozen=True, slots=True)
class Access:
    """The ways into this server, and the log of them."""

    sessions: Sessions
    links: OneTimeLinks
    audit: Audit
    limits: Limits
    passwords: Passwords
    second_factor: SecondFactor
    entrance: Entrance
    arrivals: Arrivals
    profiles: ProfilesRepository
    api_keys: ApiKeys


def build_access(
    database: Database,
    encryption: EncryptionService,
    now: Callable[[], datetime],
    cost: Cost = USUAL,
) -> Access:
    """Build every part over *database*."""
    users = UsersRepository(database, now=now)
    passwords = Passwords(users, cost)
    links = OneTimeLinks(OneTimeLinksRepository(database), now)
    limits = Limits(AttemptCountersRepository(database), now)
    vault = Vault(encryption, secrets_of_people(database, now), now)
    second_factor = SecondFactor(SecondFactorsRepository(database), vault, now)
    return Access(
        sessions=Sessions(SessionsRepository(database), now),
        links=links,
        audit=Audit(AuditLogRepository(database), now),
        limits=limits,
        passwords=passwords,
        second_factor=second_factor,
        entrance=Entrance(
            users, passwords, second_factor, limits, KnownNetworksRepository(database), now
        ),
        arrivals=Arrivals(ArrivalsRepository(database, users), users, links, passwords),
        profiles=ProfilesRepository(database),
        api_keys=ApiKeys(ApiKeysRepository(database), now),
    )
