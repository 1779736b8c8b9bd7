"""Back the configured database up and restore it. The encryption key takes no part in it."""

from __future__ import annotations

import logging
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from shlex import join
from typing import TYPE_CHECKING, Final

from sqlalchemy import URL

from training_analyzer.db import schema
from training_analyzer.db.copying import Copied, copy_database, replace_database
from training_analyzer.db.database import open_database
from training_analyzer.db.engine import parse_url
from training_analyzer.db.repositories.audit_log import AuditLogRepository
from training_analyzer.errors import BackupImpossible, GarminSyncError
from training_analyzer.services.audit import BACKED_UP, SYSTEM, Audit

if TYPE_CHECKING:
    from datetime import datetime

    from training_analyzer.settings import Settings

log = logging.getLogger(__name__)

# Either all of it is restored or nothing is changed.
_IN_PLACE: Final = ("--clean", "--if-exists", "--no-owner", "--single-transaction")
_SECRET: Final = frozenset({"password", "sslpassword"})

__all__ = ["Copied", "Restored", "back_up", "note_backup", "restore", "would_replace"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """The database that was restored, and where the one before it is kept, if there was one."""

    database: Copied
    kept_as: Path | None


def back_up(settings: Settings, to: Path, *, replace: bool = False) -> Copied:
    """Copy the SQLite database, which may be in use, to the file *to*, and check the copy.

    Raises `BackupImpossible` when a file is there (unless *replace*), when the copy is not
    sound, and for PostgreSQL: its text then is the command that does it there.
    """
    source = _sqlite_file(settings, "pg_dump", "--format=custom", f"--file={to}")
    if not source.exists():
        message = f"There is no database at {source} to back up."
        raise BackupImpossible(message)
    return copy_database(source, to.absolute(), replace=replace)


def note_backup(settings: Settings, copied: Copied, *, now: datetime) -> None:
    """Write down for administrators that a copy was made at *now*; it is one all the same without.

    A database of another version is left as it is: opening it would upgrade it, which is
    what people back up before.
    """
    if copied.revision != schema.head():
        return
    try:
        with closing(open_database(settings.database_url)) as database:
            audit = Audit(AuditLogRepository(database), lambda: now)
            audit.note(BACKED_UP, user_id=None, actor=SYSTEM, target=copied.path.name)
    except GarminSyncError as hindered:
        log.warning("The backup is not in the audit log: %s.", hindered.code)


def restore(settings: Settings, backup: Path, *, now: datetime) -> Restored:
    """Put *backup* in the place of the configured SQLite database, which nobody may have open.

    The database that was there is kept beside it under a name with *now*, aware UTC. Raises
    `BackupImpossible` and changes nothing when *backup* is no sound database of ours, when
    the database is in use, and for PostgreSQL.
    """
    target = _sqlite_file(settings, "pg_restore", *_IN_PLACE, str(backup))
    if not backup.is_file():
        message = f"There is no file {backup}."
        raise BackupImpossible(message)
    if target.exists() and target.samefile(backup):
        message = f"{backup} is the database itself."
        raise BackupImpossible(message)
    aside = target.with_name(f"{target.name}.before-{now:%Y%m%dT%H%M%SZ}")
    had_one = target.exists()
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    copied = replace_database(backup, target, aside=aside)
    return Restored(database=copied, kept_as=aside if had_one else None)


def would_replace(settings: Settings) -> Path | None:
    """Return the SQLite database that `restore` would replace; None where none is."""
    url = parse_url(settings.database_url)
    file = Path(url.database or "")
    return file if url.get_backend_name() == "sqlite" and file.exists() else None


def _sqlite_file(settings: Settings, *command: str) -> Path:
    """Return the path of the SQLite database, or raise with *command* made for PostgreSQL."""
    url = parse_url(settings.database_url)
    if url.get_backend_name() == "sqlite":
        return Path(url.database or "")
    program, *options = command
    whole = join([program, f"--dbname={_address(url)}", *options])
    message = f"PostgreSQL has its own tools for this, which ask for the password. Run: {whole}"
    raise BackupImpossible(message)


def _address(url: URL) -> str:
    """Return the address as PostgreSQL's own tools take it, without its password."""
    query = {name: value for name, value in url.query.items() if name not in _SECRET}
    known = URL.create(
        "postgresql", url.username, None, url.host, url.port, url.database, query=query
    )
    return known.render_as_string()
