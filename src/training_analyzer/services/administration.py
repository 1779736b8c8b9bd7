"""What an administrator may do to everybody: see how they stand, let them in, keep them out."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING, Final

from training_analyzer import __version__
from training_analyzer.db.repositories.administration import DatabaseFacts, PersonSeen
from training_analyzer.errors import UnknownUser
from training_analyzer.services.audit import BACKED_UP
from training_analyzer.services.one_time_links import LIVES, Purpose

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from training_analyzer.db.repositories.administration import AdministrationRepository
    from training_analyzer.model import GarminSyncHistory, Role
    from training_analyzer.planning.standing import Standing
    from training_analyzer.services.connections import Connections
    from training_analyzer.services.one_time_links import OneTimeLinks
    from training_analyzer.settings import Settings

__all__ = ["Administration", "ConnectionSeen", "DatabaseFacts", "Issued", "PersonSeen", "System"]

CLIENT_LIBRARY: Final = "garminconnect"
# What of the settings an answer may hold: no key, no token, no address of the database.
_SHOWN: Final = (
    "encryption_key_id",
    "sync_enabled",
    "sync_hour",
    "sync_max_retries",
    "requests_per_minute",
    "concurrent_syncs",
    "public_url",
    "log_level",
    "log_format",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionSeen:
    """How somebody's connection stands; `name` is None for an embedding program's user."""

    user_id: str
    name: str | None
    standing: Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """A one-time link that was made, and until when it works."""

    purpose: Purpose
    token: str
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """What runs here, since when, with which settings."""

    version: str
    client_library: str
    client_library_version: str
    started_at: datetime
    now: datetime
    database: DatabaseFacts
    # None: none in the last year, or none that this program made.
    last_backup_at: datetime | None
    last_used_at: datetime | None
    settings: Mapping[str, str | int | bool | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Administration:
    """Sees and changes everybody's place here. Whoever calls has checked who asks."""

    repository: AdministrationRepository
    connections: Connections
    links: OneTimeLinks
    settings: Settings
    started_at: datetime
    now: Callable[[], datetime]

    def people(self, *, limit: int, after: tuple[datetime, str] | None = None) -> list[PersonSeen]:
        """Return *limit* people, who came last first, behind the time and id of *after*."""
        return self.repository.people(limit=limit, after=after)

    def person(self, user_id: str) -> PersonSeen:
        """Return one person. Raises `UnknownUser`."""
        found = self.repository.people(limit=1, user_id=user_id)
        if not found:
            raise UnknownUser
        return found[0]

    def change(
        self, user_id: str, *, role: Role | None = None, disabled: bool | None = None
    ) -> PersonSeen:
        """Give a person another role, keep them out or let them in, at once.

        Raises `UnknownUser`, or `LastAdministrator` when nobody would rule here any more.
        """
        given = role is not None or disabled is not None
        if given and not self.repository.change_person(
            user_id, role=role, disabled=disabled, now=self.now()
        ):
            raise UnknownUser
        return self.person(user_id)

    def invite(self, role: Role, *, by: str) -> Issued:
        """Return a link by which somebody new comes in as *role*."""
        return self._issued(
            Purpose.INVITATION,
            self.links.issue(Purpose.INVITATION, role=role, created_by=by),
        )

    def reset_password(self, user_id: str, *, by: str) -> Issued:
        """Return a link by which the person chooses a password; the present one works on.

        Raises `UnknownUser`.
        """
        known = self.person(user_id).user
        return self._issued(
            Purpose.PASSWORD, self.links.issue(Purpose.PASSWORD, known.user_id, created_by=by)
        )

    def connected(
        self,
        *,
        limit: int,
        after: str | None = None,
        wanted: Callable[[Standing], bool] = lambda _: True,
    ) -> list[ConnectionSeen]:
        """Return *limit* connections that are *wanted*, by user id, behind *after*.

        A state follows from several tables and the time, so they are looked at one by one.
        """
        found: list[ConnectionSeen] = []
        while len(found) < limit:
            batch = self.repository.connected(limit=limit, after=after)
            for user_id, name in batch:
                standing = self.connections.standing(user_id)
                if wanted(standing):
                    found.append(ConnectionSeen(user_id=user_id, name=name, standing=standing))
                after = user_id
            if len(batch) < limit:
                break
        return found[:limit]

    def runs(
        self, *, limit: int, after: int | None = None, status: str | None = None
    ) -> list[tuple[GarminSyncHistory, str | None]]:
        """Return *limit* runs of everybody and whose they are, newest first, behind *after*."""
        return self.repository.runs(limit=limit, after=after, status=status)

    def system(self) -> System:
        """Return what runs here. No secret of the settings is in it."""
        return System(
            version=__version__,
            client_library=CLIENT_LIBRARY,
            client_library_version=version(CLIENT_LIBRARY),
            started_at=self.started_at,
            now=self.now(),
            database=self.repository.database(),
            last_backup_at=self.repository.last_act(BACKED_UP),
            last_used_at=self.repository.last_run_at(),
            settings=self.settings.model_dump(include=set(_SHOWN)),
        )

    def _issued(self, purpose: Purpose, token: str) -> Issued:
        return Issued(purpose=purpose, token=token, expires_at=self.now() + LIVES[purpose])
