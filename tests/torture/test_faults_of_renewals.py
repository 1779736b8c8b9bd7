"""A process that dies around the renewal of a session: no token is lost that was used."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import SecretStr
from sqlalchemy import select

from training_analyzer.db.tables import garmin_secrets
from training_analyzer.errors import TokenExpired
from training_analyzer.services.runtime import build_runtime
from training_analyzer.settings import Settings
from training_analyzer.simulator import SimulatorServer, demo_world

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from fake_clock import FakeClock

    from training_analyzer.services.runtime import Runtime
    from training_analyzer.simulator import Account

LOGIN = "/mobile/api/login"
RENEWAL = "/di-oauth2-service/oauth/token"
CLIENT = "GARMIN_CONNECT_MOBILE_ANDROID_DI_2025Q2"
SEED = 2026


class Stage:
    """One connected user, a pretend Garmin with refresh tokens for one use, and a killer."""

    def __init__(self, runtime: Runtime, garmin: SimulatorServer, clock: FakeClock) -> None:
        self.runtime = runtime
        self.garmin = garmin
        self.clock = clock
        self.who: Account = garmin.world.accounts[0]
        self.user = runtime.people.add("ada").user_id
        runtime.credentials.update_sync_config(
            self.user,
            initial_sync_days=1,
            incremental_sync_days=1,
            sync_activities=False,
            sync_wellness=False,
        )

    def connect(self, *, password: bool) -> None:
        """Connect, or connect again, with or without a password to fall back on."""
        if password:
            self.runtime.connections.connect_password(self.user, self.who.email, self.who.password)
            return
        pair = self.garmin.world.tokens.issue_pair(self.who, CLIENT)
        tokens = {
            "di_token": pair.access,
            "di_refresh_token": pair.refresh,
            "di_client_id": pair.client_id,
        }
        self.runtime.connections.connect_token(self.user, json.dumps(tokens))

    @property
    def version(self) -> int:
        """How often the stored session was written."""
        with self.runtime.database.read() as db:
            mine = garmin_secrets.c.user_id == self.user
            return int(db.execute(select(garmin_secrets.c.version).where(mine)).scalar_one())

    @contextmanager
    def syncing(self, key: str) -> Iterator[Callable[..., dict[str, Any]]]:
        """Give a function that syncs in a process of its own, and kills it if it is told to."""
        script = Path(__file__).with_name("killed_renewals.py")
        words = (self.runtime.settings.database_url, self.garmin.url, key, self.user)
        with subprocess.Popen(  # noqa: S603 - our own script
            [sys.executable, str(script), *words],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as process:

            def sync(kill_at: int | None = None) -> dict[str, Any]:
                assert process.stdin is not None
                assert process.stdout is not None
                told = {"at": self.clock.now.isoformat(), "kill_at": kill_at}
                process.stdin.write(f"{json.dumps(told)}\n")
                process.stdin.flush()
                found: dict[str, Any] = json.loads(process.stdout.readline())
                return found

            yield sync
            process.communicate()


@pytest.fixture
def stage(sqlite_url: str, encryption_key: str, clock: FakeClock) -> Iterator[Stage]:
    """Give a user of a pretend Garmin whose time is the test's clock."""
    with SimulatorServer(demo_world(7, clock=clock)) as garmin:
        settings = Settings(
            encryption_key=SecretStr(encryption_key),
            database_url=sqlite_url,
            garmin_server_url=garmin.url,
            requests_per_minute=6000,
        )
        with build_runtime(settings, now=clock) as runtime:
            yield Stage(runtime, garmin, clock)


def points_of(steps: list[str], wanted: int) -> list[int]:
    """Return steps to die at: every one until data is asked for, or some, the gap among them."""
    traded, saved = steps.index("return _trade") + 1, steps.index("return _save") + 1
    until = steps.index("call fetch") + 1
    assert 0 < traded < saved < until
    if not wanted:
        return list(range(1, until + 1))
    dice = random.Random(SEED)  # noqa: S311 - places, not secrets
    some = dice.sample(range(1, until + 1), wanted)
    return sorted({*some, traded, (traded + saved) // 2, saved})


@pytest.mark.torture
@pytest.mark.parametrize("password", [False, True], ids=["token", "password"])
def test_fault_02_process_killed_while_it_renews_costs_at_most_one_login(
    stage: Stage, encryption_key: str, rounds: Callable[[int, int], int], *, password: bool
) -> None:
    """A renewed session is stored before it is used; one lost in the gap asks the person, once."""
    stage.connect(password=password)
    lost = 0
    with stage.syncing(encryption_key) as sync:
        stage.clock.advance(hours=25)
        undisturbed = sync()
        assert undisturbed["status"] == "completed", undisturbed
        for point in points_of(undisturbed["steps"], rounds(1, 0)):
            stage.clock.advance(hours=25)
            version, mark = stage.version, len(stage.garmin.log)
            renewals, logins = stage.garmin.count(RENEWAL), stage.garmin.count(LOGIN)

            killed = sync(point)

            renewed = stage.garmin.count(RENEWAL) - renewals
            stored = stage.version - version
            used = [e.path for e in list(stage.garmin.log)[mark:] if RENEWAL not in e.path]
            assert (killed["signal"], stage.garmin.count(LOGIN)) == (signal.SIGKILL, logins)
            # Nothing was asked with a session that was not stored.
            assert (renewed <= 1, stored <= renewed) == (True, True), point
            assert not used or stored, (point, used)
            resumed = sync()
            if renewed == stored:
                assert resumed["status"] == "completed", (point, resumed["code"])
                assert stage.garmin.count(LOGIN) == logins, point
                continue
            lost += 1
            assert_heals(stage, sync, resumed, logins, password=password)
    assert lost > 0


def assert_heals(
    stage: Stage,
    sync: Callable[..., dict[str, Any]],
    resumed: dict[str, Any],
    logins: int,
    *,
    password: bool,
) -> None:
    """Hold what follows a lost session to the promise: one login, or a person who is asked."""
    if password:
        assert resumed["status"] == "completed", resumed["code"]
        assert stage.garmin.count(LOGIN) == logins + 1
        return
    assert (resumed["status"], resumed["code"]) == ("failed", TokenExpired.code)
    credentials = stage.runtime.credentials.get_credentials(stage.user)
    assert credentials is not None
    assert not credentials.is_valid
    asked = len(stage.garmin.log)
    assert sync()["status"] == "refused"
    assert len(stage.garmin.log) == asked
    stage.connect(password=False)
    assert sync()["status"] == "completed"
