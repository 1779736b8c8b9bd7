"""The document's door: credentials, sync configuration and history of every user.

It stores what it is given: secrets arrive encrypted and leave as `Sealed` texts, which
know whose they are. It cannot decrypt and it schedules nothing.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete

from training_analyzer import settings as configured
from training_analyzer.db.clock import utc_now
from training_analyzer.db.database import open_database
from training_analyzer.db.engine import parse_url
from training_analyzer.db.repositories import credentials, sync_config, sync_history
from training_analyzer.db.repositories.news_of_connections import tell_deleted
from training_analyzer.db.repositories.schedule import reschedule
from training_analyzer.db.repositories.user_id import checked_user_id
from training_analyzer.db.tables import (
    garmin_claims,
    garmin_credentials,
    garmin_schedule,
    garmin_secrets,
    garmin_sign_ins,
    garmin_sync_config,
)
from training_analyzer.db.text import storable
from training_analyzer.model import (
    CONFIG_DEFAULTS,
    GarminCredentials,
    GarminSyncConfig,
    GarminSyncHistory,
    Kind,
    Region,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date, datetime

    from sqlalchemy import Connection

    from training_analyzer.db.database import Database


class GarminCredentialsRepository:
    """Garmin credentials, sync configuration and sync history, by opaque user id.

    *db_path* is an SQLite file, created and migrated when it is opened here; *database*
    an open one; with neither it is the configured one. *defaults* is what a user's
    configuration starts with. Raises `DatabaseUnusable` or `SettingsError` on opening.
    """

    def __init__(
        self,
        db_path: str | Path | None = None,
        *,
        database: Database | None = None,
        now: Callable[[], datetime] = utc_now,
        defaults: GarminSyncConfig = CONFIG_DEFAULTS,
    ) -> None:
        if database is None:
            url = configured.load().database_url if db_path is None else str(Path(db_path))
            database = open_database(url)
        self._database = database
        self._now = now
        self._defaults = defaults

    def close(self) -> None:
        """Close the database."""
        self._database.close()

    def save_credentials(  # noqa: PLR0913 - the document's signature
        self,
        user_id: str,
        encrypted_email: str | None,
        encrypted_password: str | None,
        encryption_key_id: str = "v1",
        garmin_user_id: str | None = None,
        garmin_display_name: str | None = None,
        *,
        kind: Kind | None = None,
        region: Region | None = None,
    ) -> GarminCredentials:
        """Store a user's encrypted credentials, new or instead of the old ones.

        They count as valid from now on. What is omitted of *garmin_user_id*,
        *garmin_display_name*, *kind* and *region* keeps its stored value.
        """
        secrets = {
            # A `Sealed` is stored as the plain text that it is.
            "encrypted_email": None if encrypted_email is None else str(encrypted_email),
            "encrypted_password": None if encrypted_password is None else str(encrypted_password),
            "encryption_key_id": encryption_key_id,
        }
        kept_if_none = {
            "garmin_user_id": storable(garmin_user_id),
            "garmin_display_name": storable(garmin_display_name),
            "kind": None if kind is None else Kind(kind).value,
            "region": None if region is None else Region(region).value,
        }
        user_id = checked_user_id(user_id)
        with self._database.write() as db:
            return credentials.save(db, user_id, secrets, kept_if_none, now=self._now())

    def get_credentials(self, user_id: str) -> GarminCredentials | None:
        """Return a user's credentials, or None when there are none."""
        with self._database.read() as db:
            return credentials.find(db, user_id)

    def delete_credentials(self, user_id: str) -> bool:
        """Remove secrets, tokens, configuration and schedule; tell whether there was anything.

        One transaction, so a worker that still runs finds its lease gone and writes
        nothing more. History and synced data stay.
        """
        tables = (
            *(garmin_credentials, garmin_secrets, garmin_sync_config, garmin_schedule),
            garmin_claims,
        )
        with self._database.write() as db:
            removed = [
                db.execute(delete(table).where(table.c.user_id == user_id)).rowcount
                for table in tables
            ]
            if removed[0]:
                tell_deleted(db, user_id, now=self._now())
            # A sign-in that is still under way finds nothing to end, and connects nobody.
            db.execute(delete(garmin_sign_ins).where(garmin_sign_ins.c.user_id == user_id))
        if any(removed):
            self._database.scrub()
        return any(removed)

    def update_validation_status(
        self,
        user_id: str,
        is_valid: bool,  # noqa: FBT001 - the document's signature
        validation_error: str | None = None,
        *,
        error_code: str | None = None,
        as_of: datetime | None = None,
    ) -> bool:
        """Record whether the credentials worked just now; False when there are none.

        With *as_of* only while they are those of that `updated_at`: False when the person
        has saved others since.
        """
        now = self._now()
        failed = garmin_credentials.c.failed_validations
        values = {
            "is_valid": int(bool(is_valid)),
            "failed_validations": 0 if is_valid else failed + 1,
            "last_validation_at": now,
            "validation_error": storable(validation_error),
            "error_code": error_code,
            "updated_at": now,
        }
        with self._database.write() as db:
            return credentials.note_check(db, user_id, values, as_of=as_of)

    def record_password_login(self, user_id: str) -> bool:
        """Stamp that the stored password is used now; False when there are no credentials."""
        with self._database.write() as db:
            return credentials.change(db, user_id, {"last_password_login_at": self._now()})

    def last_password_login(self, known: GarminCredentials) -> datetime | None:
        """Return when a stored password last went to Garmin for the account of *known*.

        Two users from before may share one Garmin account, which is locked for what both do.
        """
        with self._database.read() as db:
            return credentials.last_login(db, known)

    def note_mfa(self, user_id: str) -> bool:
        """Remember that this account asks for a security code; False without credentials."""
        with self._database.write() as db:
            return credentials.change(db, user_id, {"uses_mfa": 1})

    def note_key_expiry(self, user_id: str, day: date | None) -> bool:
        """Remember the day on which the user's Personal API key ends; False without credentials."""
        said = None if day is None else day.isoformat()
        with self._database.write() as db:
            return credentials.change(db, user_id, {"key_expires_on": said})

    def note_display_name(self, user_id: str, name: str) -> bool:
        """Remember Garmin's new name for the account; False without credentials."""
        with self._database.write() as db:
            return credentials.change(db, user_id, {"garmin_display_name": storable(name)})

    def update_sync_config(self, user_id: str, **changes: Any) -> GarminSyncConfig:  # noqa: ANN401 - each field has its own type, checked at run time
        """Change the named fields of a user's configuration; the others keep their value.

        A first change starts from the defaults. Raises `TypeError` for an unknown field
        and `InvalidSyncConfig` for a wrong value; then nothing is saved.
        """
        checked = sync_config.checked_changes(changes)
        user_id = checked_user_id(user_id)
        with self._database.write() as db:
            now = self._now()
            changed = sync_config.change(db, user_id, checked, self._defaults, now=now)
            return _rescheduled(db, changed, now=now)

    def change_sync_config(
        self, user_id: str, changes: Mapping[str, object], *, seen: int
    ) -> GarminSyncConfig | None:
        """Change a configuration as `update_sync_config` does, if *seen* is still its version.

        None, and no change, where it is not. The version of what was not saved yet is 0.
        """
        checked = sync_config.checked_changes(changes)
        user_id = checked_user_id(user_id)
        with self._database.write() as db:
            now = self._now()
            changed = sync_config.change_seen(
                db, user_id, checked, self._defaults, seen=seen, now=now
            )
            return None if changed is None else _rescheduled(db, changed, now=now)

    def get_sync_config(self, user_id: str) -> GarminSyncConfig | None:
        """Return a user's configuration; None until one is saved (the defaults apply)."""
        with self._database.read() as db:
            return sync_config.find(db, user_id)

    def get_all_auto_sync_users(self) -> list[str]:
        """Return every user with valid credentials who has not switched auto-sync off."""
        unless_configured = self._defaults.auto_sync_enabled
        with self._database.read() as db:
            return credentials.auto_synced(db, unless_configured=unless_configured)

    def start_sync(
        self,
        user_id: str,
        sync_type: str,
        sync_from_date: date | None = None,
        sync_to_date: date | None = None,
    ) -> int:
        """Begin a run and return its id.

        Raises `SyncAlreadyRunning`, with the id of the open run, when there is one.
        """
        user_id, days = checked_user_id(user_id), (sync_from_date, sync_to_date)
        with self._database.write() as db:
            return sync_history.open_run(db, user_id, sync_type, days, now=self._now())

    def complete_sync(
        self,
        sync_id: int,
        status: str,
        activities_synced: int = 0,
        wellness_days_synced: int = 0,
        fitness_days_synced: int = 0,
        error_message: str | None = None,
        error_details: str | Mapping[str, Any] | None = None,
    ) -> bool:
        """End a run; False for an unknown id or a run that has ended already."""
        counts = {
            "activities_synced": activities_synced,
            "wellness_days_synced": wellness_days_synced,
            "fitness_days_synced": fitness_days_synced,
        }
        with self._database.write() as db:
            error = (error_message, error_details)
            return sync_history.close_run(db, sync_id, status, counts, error, now=self._now())

    def get_sync_history(self, user_id: str, limit: int = 10) -> list[GarminSyncHistory]:
        """Return the newest *limit* (1 to 1000) runs of a user, newest first."""
        with self._database.read() as db:
            return sync_history.runs_of(db, user_id, limit)

    def get_last_successful_sync(self, user_id: str) -> GarminSyncHistory | None:
        """Return a user's newest run that completed, or None; partial ones do not count."""
        with self._database.read() as db:
            return sync_history.last_completed(db, user_id)


def get_garmin_credentials_repository() -> GarminCredentialsRepository:
    """Return the repository of the configured database; the settings are read at each call."""
    settings = configured.load()
    url = parse_url(settings.database_url).render_as_string(hide_password=False)
    return _opened(url, f"{settings.sync_hour:02d}:00")


@lru_cache(maxsize=4)
def _opened(url: str, sync_time: str) -> GarminCredentialsRepository:
    """Open each database of this process once: the document asks for it again and again."""
    defaults = replace(CONFIG_DEFAULTS, sync_time=sync_time)
    return GarminCredentialsRepository(database=open_database(url), defaults=defaults)


def _rescheduled(db: Connection, changed: GarminSyncConfig, *, now: datetime) -> GarminSyncConfig:
    """Set when the user is next due by what has *changed*, and return it.

    The slot was computed from the old configuration. It is not left to the next tick, before
    which a slot may pass.
    """
    reschedule(db, changed, sync_history.last_completed(db, changed.user_id), now=now)
    return changed
