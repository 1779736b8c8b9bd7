"""Copy an SQLite database that may be in use; put a copy in the place of one that is not.

A copy is one file of one moment, for its owner's eyes alone, and was checked before it got
its name. Refusals are `BackupImpossible`, one line; no text of SQLite's, which may hold a row.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from training_analyzer.db import schema
from training_analyzer.db.database import open_database
from training_analyzer.errors import BackupImpossible

if TYPE_CHECKING:
    from collections.abc import Iterator

# What SQLite keeps beside a database; it would apply it to whatever file lies there later.
_BESIDE: Final = ("-wal", "-shm", "-journal")
_PATIENCE_S: Final = 15.0
_BUSY: Final = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Copied:
    """A copy that was checked: where it is, how large, and the revision of its schema."""

    path: Path
    size_bytes: int
    revision: str


def copy_database(source: Path, target: Path, *, replace: bool = False) -> Copied:
    """Write a copy of the SQLite database *source*, which may be in use, as *target*.

    The file is of mode 0600. Without *replace* a file that is there stays. Raises
    `BackupImpossible`, and leaves nothing behind then.
    """
    if target.exists() and target.samefile(source):
        message = f"{target} is the database itself: choose another name."
        raise BackupImpossible(message)
    if target.exists() and not replace:
        raise _taken(target)
    with _draft_beside(target) as draft:
        _copy(f"{source.absolute().as_uri()}?mode=rw", draft, called=source)
        revision = _check(draft, called=source)
        _put(draft, target, replace=replace)
    return Copied(path=target, size_bytes=target.stat().st_size, revision=revision)


def replace_database(source: Path, target: Path, *, aside: Path) -> Copied:
    """Put a copy of *source* in the place of the SQLite database *target*, or where none is.

    What was there is kept as *aside*. Raises `BackupImpossible` when *source* is no sound
    database, when any other process has *target* open, or when *aside* is there.
    """
    # A file that nobody writes needs neither locks nor a log beside it, as on a read-only disk.
    has_log = source.with_name(f"{source.name}-wal").exists()
    options = "mode=ro" if has_log else "immutable=1"
    with _draft_beside(target) as draft:
        _copy(f"{source.absolute().as_uri()}?{options}", draft, called=source)
        revision = _check(draft, called=source)
        with _held_alone(target):
            _keep(target, aside)
            _put(draft, target, replace=True)
    return Copied(path=target, size_bytes=target.stat().st_size, revision=revision)


@contextmanager
def _draft_beside(target: Path) -> Iterator[Path]:
    """Give an empty private file in the folder of *target*; what is left of it goes at the end."""
    try:
        number, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}-")
    except OSError as error:
        message = f"Nothing can be written in {target.parent} ({error.strerror})."
        raise BackupImpossible(message) from None
    os.close(number)
    try:
        yield Path(name)
    except OSError as error:
        message = f"{target} cannot be written ({error.strerror})."
        raise BackupImpossible(message) from None
    finally:
        for suffix in ("", *_BESIDE):
            with suppress(OSError):
                Path(f"{name}{suffix}").unlink(missing_ok=True)


def _copy(uri: str, draft: Path, *, called: Path) -> None:
    try:
        with (
            closing(sqlite3.connect(uri, uri=True, timeout=_PATIENCE_S)) as source,
            closing(sqlite3.connect(draft)) as copy,
        ):
            # One step, so one moment; in WAL mode nobody has to wait for it.
            source.backup(copy)
    except sqlite3.Error as error:
        message = f"{called} cannot be copied ({_name(error)}): it has to be a sound database."
        raise BackupImpossible(message) from None


def _check(draft: Path, *, called: Path) -> str:
    """Return the revision of the sound database *draft*, and make it one file for itself.

    Raises `DatabaseUnusable` when it is newer than this program.
    """
    try:
        with closing(sqlite3.connect(draft)) as copy:
            is_sound = copy.execute("PRAGMA integrity_check(1)").fetchone() == ("ok",)
            is_whole = copy.execute("PRAGMA foreign_key_check").fetchone() is None
    except sqlite3.Error:
        is_sound = is_whole = False
    if not (is_sound and is_whole):
        message = f"{called} is damaged: garmin-sync cannot vouch for a copy of it."
        raise BackupImpossible(message)
    database = open_database(str(draft), migrate=False)
    with closing(database), database.read() as connection:
        revision = schema.revision(connection)
    if revision is None:
        message = f"{called} is no database of garmin-sync."
        raise BackupImpossible(message)
    with closing(sqlite3.connect(draft)) as copy:
        copy.execute("PRAGMA journal_mode=DELETE")
    return revision


@contextmanager
def _held_alone(target: Path) -> Iterator[None]:
    """Hold the database *target* for ourselves, its log taken in, or raise `BackupImpossible`.

    Whoever has it open in WAL mode keeps a lock on it, so nobody is overlooked.
    """
    if not target.exists():
        yield
        return
    uri = f"{target.absolute().as_uri()}?mode=rw"
    with closing(sqlite3.connect(uri, uri=True, timeout=0, isolation_level=None)) as db:
        try:
            db.execute("PRAGMA journal_mode=DELETE")
            db.execute("BEGIN EXCLUSIVE")
        except sqlite3.Error as error:
            if error.sqlite_errorcode in _BUSY:
                message = f"{target} is in use: stop every garmin-sync process, then try again."
            else:
                message = (
                    f"{target} is damaged ({_name(error)}), so nobody can tell who uses it: stop"
                    f" every garmin-sync process, move {target.name}* away, then try again."
                )
            raise BackupImpossible(message) from None
        yield


def _keep(target: Path, aside: Path) -> None:
    """Give *target* the second name *aside*; move what SQLite left beside it out of the way."""
    if aside.exists():
        message = f"{aside} is there already: move it away."
        raise BackupImpossible(message)
    if target.exists():
        try:
            aside.hardlink_to(target)
        except OSError:
            # A file system without second names.
            shutil.copy2(target, aside)
    for suffix in _BESIDE:
        beside = target.with_name(f"{target.name}{suffix}")
        if beside.exists():
            beside.replace(f"{aside}{suffix}")


def _put(draft: Path, target: Path, *, replace: bool) -> None:
    """Give *draft* the name *target*, on the disk as well."""
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        # What root restores is still the service's.
        owner = (target if target.exists() else target.parent).stat()
        os.chown(draft, owner.st_uid, owner.st_gid)
    _flush(draft)
    if replace:
        draft.replace(target)
    else:
        try:
            target.hardlink_to(draft)
        except FileExistsError:
            raise _taken(target) from None
        except OSError:
            draft.replace(target)
    if os.name == "posix":
        _flush(target.parent)


def _taken(target: Path) -> BackupImpossible:
    message = f"{target} is there already, and was not touched: choose another name, or --force."
    return BackupImpossible(message)


def _flush(path: Path) -> None:
    number = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def _name(error: sqlite3.Error) -> str:
    return str(getattr(error, "sqlite_errorname", type(error).__name__))
