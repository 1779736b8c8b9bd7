"""Backups of a database in use, and what is made of them on another machine."""

from __future__ import annotations

import shutil
import sqlite3
import stat
import threading
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import SecretStr

from training_analyzer.db import open_database
from training_analyzer.errors import BackupImpossible, DatabaseUnusable
from training_analyzer.services.backups import back_up, restore
from training_analyzer.services.connections import Connected
from training_analyzer.services.garmin_scheduler import GarminSyncScheduler
from training_analyzer.services.runtime import build_runtime
from training_analyzer.settings import Settings
from training_analyzer.simulator import SimulatorServer
from training_analyzer.simulator.residents import demo_world

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fake_clock import FakeClock

    from training_analyzer.services.run import Progress
    from training_analyzer.services.runtime import Runtime

DATA = ("activities", "daily_summaries", "sleep_nights", "garmin_payloads", "garmin_coverage")


@pytest.fixture
def garmin(clock: FakeClock) -> Iterator[SimulatorServer]:
    """Serve a pretend Garmin whose time is the test's clock."""
    with SimulatorServer(demo_world(7, clock=clock)) as server:
        yield server


@pytest.fixture
def settings(sqlite_url: str, garmin: SimulatorServer, encryption_key: str) -> Settings:
    """Give settings for a fresh SQLite file and the pretend Garmin."""
    return Settings(
        encryption_key=SecretStr(encryption_key),
        database_url=sqlite_url,
        garmin_server_url=garmin.url,
        requests_per_minute=6000,
    )


@pytest.fixture
def file(sqlite_url: str) -> Path:
    """Give the file of the database."""
    return Path(sqlite_url.removeprefix("sqlite:///"))


def elsewhere(settings: Settings, folder: Path) -> Settings:
    """Return the settings of a new machine, whose data folder is not there yet."""
    return settings.model_copy(update={"database_url": f"sqlite:///{folder / 'garmin-sync.db'}"})


def connected(runtime: Runtime, garmin: SimulatorServer) -> str:
    """Connect the runner, who wants 60 days of history; return the user's id."""
    ada = next(known for known in garmin.world.accounts if known.email.startswith("ada@"))
    user_id = runtime.people.add("ada").user_id
    entered = runtime.connections.connect_password(user_id, ada.email, ada.password)
    assert isinstance(entered, Connected)
    runtime.credentials.update_sync_config(user_id, initial_sync_days=60)
    return user_id


def contents(file: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Return what is stored of Garmin's, times of storing left out."""
    found = {}
    with closing(sqlite3.connect(file)) as db:
        for table in DATA:
            names = [
                name
                for _, name, *_ in db.execute(f"PRAGMA table_info({table})")
                if not name.endswith("_at")
            ]
            query = f"SELECT {', '.join(names)} FROM {table} ORDER BY {', '.join(names)}"  # noqa: S608 - our own names
            found[table] = db.execute(query).fetchall()
    return found


def test_backup_in_the_middle_of_a_sync_goes_on_elsewhere(
    settings: Settings, garmin: SimulatorServer, file: Path, tmp_path: Path, clock: FakeClock
) -> None:
    """A copy made while a sync writes is sound; restored, the sync goes on from there."""
    halfway, copied = threading.Event(), threading.Event()
    copies: list[Path] = []

    def watch(progress: Progress) -> None:
        if progress.done == 3:
            halfway.set()
            assert copied.wait(60)

    with build_runtime(settings, now=clock) as runtime:
        user_id = connected(runtime, garmin)
        scheduler = GarminSyncScheduler(runtime)
        sync = threading.Thread(target=lambda: scheduler.sync_user(user_id, watch=watch))
        sync.start()
        assert halfway.wait(60)
        # The first between two windows, the others at whatever is written in that moment.
        while not copies or sync.is_alive():
            copies.append(back_up(settings, tmp_path / f"copy-{len(copies)}.db").path)
            copied.set()
        sync.join()
        whole = contents(file)

    for copy in copies:
        with closing(sqlite3.connect(copy)) as db:
            assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            assert db.execute("PRAGMA foreign_key_check").fetchall() == []
    with closing(sqlite3.connect(copies[0])) as db:
        assert db.execute("SELECT status FROM garmin_sync_history").fetchall() == [("running",)]
    new_machine = elsewhere(settings, tmp_path / "new machine")
    restored = restore(new_machine, copies[0], now=clock())
    clock.advance(hours=1)
    with build_runtime(new_machine, now=clock) as runtime:
        assert runtime.keys.verify().is_sound
        GarminSyncScheduler(runtime).sync_user(user_id, force=True)
        after, before = runtime.credentials.get_sync_history(user_id)
    assert (after.status, before.status) == ("completed", "partial")
    assert restored.kept_as is None
    assert {key for key, rows in contents(restored.database.path).items() if rows} == set(DATA)
    assert len(contents(restored.database.path)["activities"]) == len(whole["activities"])


def test_backup_is_one_private_file(settings: Settings, file: Path, tmp_path: Path) -> None:
    """The copy is for its owner alone, needs no file beside it and leaves none of its own."""
    before = sorted(path.name for path in tmp_path.iterdir())
    database = open_database(str(file))

    made = back_up(settings, tmp_path / "copy.db")

    database.close()
    assert stat.S_IMODE(made.path.stat().st_mode) == 0o600
    assert made.size_bytes == made.path.stat().st_size
    new = {path.name for path in tmp_path.iterdir()} - set(before)
    assert {name for name in new if not name.startswith(file.name)} == {"copy.db"}
    assert made.path.read_bytes()[18:20] == b"\x01\x01"  # not in WAL mode


def test_backup_holds_no_key(settings: Settings, tmp_path: Path, encryption_key: str) -> None:
    """Whoever gets the copy does not get the key."""
    with build_runtime(settings):
        made = back_up(settings, tmp_path / "copy.db")

    assert encryption_key.encode() not in made.path.read_bytes()


def test_backup_never_overwrites_unasked(settings: Settings, file: Path, tmp_path: Path) -> None:
    """A file that is there stays, unless it may be replaced; the database itself always stays."""
    there = tmp_path / "copy.db"
    there.write_text("mine")

    with pytest.raises(BackupImpossible, match="already"):
        back_up(settings, there)
    assert there.read_text() == "mine"
    with pytest.raises(BackupImpossible, match="the database itself"):
        back_up(settings, file, replace=True)

    back_up(settings, there, replace=True)
    assert there.read_bytes().startswith(b"SQLite format 3")


def test_damaged_database_makes_no_backup(settings: Settings, file: Path, tmp_path: Path) -> None:
    """What is damaged is told, and no copy of it gets the name of a backup."""
    raw = bytearray(file.read_bytes())
    raw[8192:] = b"\xff" * (len(raw) - 8192)
    file.write_bytes(raw)

    with pytest.raises(BackupImpossible, match="damaged"):
        back_up(settings, tmp_path / "copy.db")

    assert not [path for path in tmp_path.iterdir() if path.name.startswith((".copy", "copy"))]


def test_restore_keeps_what_was_there(
    settings: Settings, garmin: SimulatorServer, file: Path, tmp_path: Path, clock: FakeClock
) -> None:
    """The database before the restore can be restored itself, with its last commit."""
    copy = back_up(settings, tmp_path / "copy.db").path
    with build_runtime(settings, now=clock) as runtime:
        connected(runtime, garmin)
        # As after a SIGKILL: the last commits are in the log alone.
        shutil.copy(file, tmp_path / "killed.db")
        shutil.copy(f"{file}-wal", tmp_path / "killed.db-wal")
    killed = settings.model_copy(update={"database_url": str(tmp_path / "killed.db")})

    done = restore(killed, copy, now=clock())

    with build_runtime(killed, now=clock) as runtime:
        assert runtime.people.list() == []
    assert done.kept_as == tmp_path / "killed.db.before-20260302T120000Z"
    clock.advance(hours=1)
    restore(killed, done.kept_as, now=clock())
    with build_runtime(killed, now=clock) as runtime:
        assert [person.name for person in runtime.people.list()] == ["ada"]


def test_restore_refuses_a_database_in_use(
    settings: Settings, file: Path, tmp_path: Path, clock: FakeClock
) -> None:
    """While anybody has the database open nothing is changed, and they may go on."""
    copy = back_up(settings, tmp_path / "copy.db").path
    inode = file.stat().st_ino
    with build_runtime(settings, now=clock) as runtime:
        with pytest.raises(BackupImpossible, match="in use: stop every garmin-sync process"):
            restore(settings, copy, now=clock())

        runtime.people.add("eva")

    assert file.stat().st_ino == inode


@pytest.mark.parametrize("kind", ["text", "foreign", "newer", "cut"])
def test_restore_refuses_what_is_no_backup(
    settings: Settings, file: Path, tmp_path: Path, clock: FakeClock, kind: str
) -> None:
    """Another file, a foreign or newer database and a cut-off copy replace nothing."""
    copy = back_up(settings, tmp_path / "copy.db").path
    if kind == "text":
        copy.write_text("Dear diary, " * 1000)
    elif kind == "cut":
        copy.write_bytes(copy.read_bytes()[: copy.stat().st_size // 2])
    else:
        statement = "UPDATE alembic_version SET version_num = '9999'"
        if kind == "foreign":
            copy.unlink()
            statement = "CREATE TABLE other (id)"
        with closing(sqlite3.connect(copy)) as db, db:
            db.execute(statement)
    before = file.read_bytes()

    with pytest.raises((BackupImpossible, DatabaseUnusable)) as caught:
        restore(settings, copy, now=clock())

    assert "\n" not in caught.value.message
    assert file.read_bytes() == before
    assert not list(tmp_path.glob("*.before-*"))


def test_log_of_another_database_is_not_applied(
    settings: Settings, file: Path, tmp_path: Path, clock: FakeClock
) -> None:
    """A log that lies there without its database is moved away: it would damage the copy."""
    copy = back_up(settings, tmp_path / "copy.db").path
    file.rename(tmp_path / "moved.db")
    Path(f"{file}-wal").write_bytes(b"a log of another file")

    restore(settings, copy, now=clock())

    assert not Path(f"{file}-wal").exists()
    assert len(list(tmp_path.glob("*.before-*-wal"))) == 1
    with build_runtime(settings, now=clock) as runtime:
        assert runtime.database.check().is_ok
