"""A database file that cannot be written, or that is no longer the one that was opened."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from training_analyzer.db import open_database
from training_analyzer.db.tables import users
from training_analyzer.errors import DatabaseUnusable, StorageFailed
from training_analyzer.services.vigil import Vigil

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from fake_clock import FakeClock

COMMAND = (sys.executable, "-m", "training_analyzer.cli")
PATIENCE_S = 60
# A file system of its own, which only the command behind it sees: made by root or in a
# namespace of one's own, read-only once the database lies in it.
READ_ONLY = """
set -e
mount -t tmpfs -o size=8m none "$1"
cp "$2" "$1/garmin-sync.db"
mount -o remount,ro "$1"
shift 2
exec "$@"
"""


@pytest.fixture
def settings(tmp_path: Path, encryption_key: str) -> dict[str, str]:
    """Give an environment with the key alone; the database is each test's."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "CREDENTIAL_ENCRYPTION_KEY": encryption_key,
    }


@pytest.fixture
def serve(
    tmp_path: Path, sqlite_url: str, settings: dict[str, str]
) -> Iterator[Callable[[], subprocess.Popen[str]]]:
    """Give what starts a server on the test's database; one that still runs is ended."""
    begun: list[subprocess.Popen[str]] = []

    def start() -> subprocess.Popen[str]:
        process = subprocess.Popen(  # noqa: S603 - our own program
            [*COMMAND, "serve", "--port", "0", "--json"],
            env={**settings, "DATABASE_URL": sqlite_url},
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        begun.append(process)
        assert process.stdout
        assert "url" in process.stdout.readline()
        return process

    yield start
    for process in begun:
        if process.poll() is None:
            process.kill()
        process.communicate()


def tables_of(path: Path) -> int:
    """Return how many tables the database at *path* has, opened by itself."""
    database = open_database(str(path))
    with database.read() as db:
        count = db.execute(text("SELECT count(*) FROM sqlite_master")).scalar_one()
    database.close()
    return int(count)


def test_fault_07_read_only_file_system_refuses_the_start(
    tmp_path: Path, migrated_file: Path, settings: dict[str, str]
) -> None:
    """On a read-only file system the start ends with 1 and one line that says so."""
    place = tmp_path / "read-only"
    place.mkdir()
    namespace = ("unshare", "--mount", "--map-root-user")
    if (
        not shutil.which("unshare")
        or subprocess.run([*namespace, "true"], check=False, capture_output=True).returncode  # noqa: S603 - fixed words
    ):
        pytest.skip("NO NAMESPACE OF ITS OWN TO MOUNT IN: a read-only file system was not tried")

    done = subprocess.run(  # noqa: S603 - our own words
        [*namespace, "sh", "-c", READ_ONLY, "-", str(place), str(migrated_file), *COMMAND, "serve"],
        env={**settings, "DATABASE_URL": f"sqlite:///{place / 'garmin-sync.db'}"},
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_S,
    )

    assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (1, "", 1)
    assert "it lies on a read-only file system" in done.stderr


@pytest.fixture
def place() -> Iterator[Path]:
    """Give a folder that any user can reach: pytest's own are closed to others."""
    with tempfile.TemporaryDirectory(prefix="gs-read-only-") as folder:
        yield Path(folder)
        Path(folder).chmod(0o700)


# Run as root it becomes nobody, since root may write everything.
OPEN_AS_NOBODY = """
import os, sys
from training_analyzer.db import open_database
from training_analyzer.errors import DatabaseUnusable

folder, name = sys.argv[1:]
if os.geteuid() == 0:
    os.chown(folder, 65534, -1)
    os.chown(os.path.join(folder, name), 65534, -1)
    os.setresuid(65534, 65534, 65534)
try:
    open_database(os.path.join(folder, name))
except DatabaseUnusable as error:
    print(error.message)
"""


@pytest.mark.parametrize(
    ("file_mode", "folder_mode", "reason"),
    [(0o400, 0o700, "may not write it"), (0o600, 0o500, "its folder is read-only")],
)
def test_fault_07_read_only_file_refuses_to_open(
    place: Path, migrated_file: Path, file_mode: int, folder_mode: int, reason: str
) -> None:
    """A database or a folder that this user may not write is refused with the reason."""
    file = Path(shutil.copy(migrated_file, place / "garmin-sync.db"))
    file.chmod(file_mode)
    place.chmod(folder_mode)

    told = subprocess.run(  # noqa: S603 - our own words
        [sys.executable, "-c", OPEN_AS_NOBODY, str(place), file.name],
        capture_output=True,
        text=True,
        check=True,
    )

    assert reason in told.stdout
    assert len(told.stdout.splitlines()) == 1


def test_fault_09_replaced_file_takes_no_write(
    sqlite_url: str, migrated_file: Path, clock: FakeClock
) -> None:
    """Once another file lies at the path nothing is read or written, and no commit is claimed."""
    path = Path(sqlite_url.removeprefix("sqlite:///"))
    database = open_database(sqlite_url)
    person = users.insert().values(user_id="u", name="Eva", created_at=clock())
    replacement = Path(shutil.copy(migrated_file, path.with_name("restored.db")))

    def write_while_it_is_replaced() -> None:
        with database.write() as db:
            db.execute(person)
            path.rename(path.with_name("moved.db"))
            replacement.rename(path)

    with pytest.raises(DatabaseUnusable, match="replaced while it was in use"):
        write_while_it_is_replaced()
    for use in (database.write, database.read):
        with pytest.raises(DatabaseUnusable), use():
            pass
    database.close()

    for file in (path, path.with_name("moved.db")):
        again = open_database(str(file))
        with again.read() as db:
            assert db.execute(text("SELECT count(*) FROM users")).scalar_one() == 0
        assert again.check().is_ok
        again.close()


def test_fault_09_deleted_file_is_noticed(sqlite_url: str) -> None:
    """A database that was deleted under a process is not written any more."""
    path = Path(sqlite_url.removeprefix("sqlite:///"))
    database = open_database(sqlite_url)
    path.unlink()

    with pytest.raises(DatabaseUnusable, match="deleted"), database.write():
        pass

    database.close()
    assert not path.exists()


def test_fault_09_server_whose_database_was_replaced_ends(
    serve: Callable[[], subprocess.Popen[str]], sqlite_url: str, migrated_file: Path
) -> None:
    """`serve` ends by itself with 1 and says why; the file in its place stays sound and usable."""
    path = Path(sqlite_url.removeprefix("sqlite:///"))
    server = serve()
    replacement = Path(shutil.copy(migrated_file, path.with_name("restored.db")))

    path.rename(path.with_name("moved.db"))
    replacement.rename(path)
    _, told = server.communicate(timeout=PATIENCE_S)

    assert server.returncode == 1
    lines = [line for line in told.splitlines() if line.startswith("garmin-sync: ")]
    assert len(lines) == 1
    assert "was moved, deleted or replaced while it was in use" in lines[0]
    assert "Traceback" not in told
    assert tables_of(path) == tables_of(path.with_name("moved.db")) > 30
    serve()


def test_fault_06_service_whose_disk_lost_writes_ends(sqlite_url: str) -> None:
    """Once the disk did not keep a commit, the service is ended and the reason told."""
    database = open_database(sqlite_url)
    ended = threading.Event()

    def serve() -> None:
        with Vigil(database, ended.set, interval_s=0.01):
            assert not ended.is_set()
            with pytest.raises(StorageFailed), database.write():
                raise StorageFailed(lost_writes=True)
            assert ended.wait(PATIENCE_S)

    with pytest.raises(DatabaseUnusable, match="did not keep what was written"):
        serve()
    with pytest.raises(StorageFailed), database.write():
        pass
    database.close()
