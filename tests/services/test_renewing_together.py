"""One expired session and many workers: renewed once, never lost, also when nobody syncs."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from services_stage import account

from training_analyzer.services.garmin_scheduler import GarminSyncScheduler

if TYPE_CHECKING:
    from collections.abc import Callable

    from training_analyzer.services.runtime import Runtime
    from training_analyzer.simulator import SimulatorServer

TOKEN = "/di-oauth2-service/oauth/token"


@pytest.mark.torture
@pytest.mark.timeout(3600)
def test_fault_23_workers_of_four_processes_renew_an_expired_session_once(
    tmp_path: Path, rounds: Callable[[int, int], int]
) -> None:
    """In each round 32 workers meet one expired session, and Garmin sees one renewal."""
    script, times = Path(__file__).with_name("renewing_together.py"), rounds(6, 1000)

    ran = subprocess.run(  # noqa: S603 - our own script
        [sys.executable, str(script), str(tmp_path), str(times), "4", "8"],
        capture_output=True,
        text=True,
        check=False,
        timeout=60 + 5 * times,
    )

    assert ran.returncode == 0, ran.stderr[-2000:]
    found: dict[str, Any] = json.loads(ran.stdout)
    assert found == {"renewals": [1] * times, "refused": [], "logins": 1}


def test_idle_session_is_renewed_before_twenty_days(
    runtime: Runtime, garmin: SimulatorServer, ada: str, clock: Any
) -> None:
    """Who has switched auto-sync off for a year keeps a session that works, without a password."""
    scheduler = GarminSyncScheduler(runtime)
    runtime.credentials.update_sync_config(ada, auto_sync_enabled=False)
    logins, renewals = garmin.count("/mobile/api/login"), garmin.count(TOKEN)

    for _ in range(90):
        clock.advance(days=4)
        for user_id in runtime.keep_alive.idle_users():
            scheduler._work(user_id)

    assert 18 <= garmin.count(TOKEN) - renewals <= 20
    assert not runtime.credentials.get_sync_history(ada)
    assert scheduler.sync_user(ada).status == "completed"
    assert garmin.count("/mobile/api/login") == logins


def test_idle_session_that_cannot_be_renewed_is_not_hammered(
    runtime: Runtime, garmin: SimulatorServer, ada: str, clock: Any
) -> None:
    """A refused renewal is left alone for six hours and never becomes a password login."""
    scheduler = GarminSyncScheduler(runtime)
    runtime.credentials.update_sync_config(ada, auto_sync_enabled=False)
    clock.advance(days=20)
    garmin.faults.revoke_tokens(account(garmin, "ada").email)
    logins, renewals = garmin.count("/mobile/api/login"), garmin.count(TOKEN)

    for _ in range(60):
        for user_id in runtime.keep_alive.idle_users():
            scheduler._work(user_id)
        clock.advance(minutes=5)

    assert garmin.count(TOKEN) - renewals == 1
    assert garmin.count("/mobile/api/login") == logins
    credentials = runtime.credentials.get_credentials(ada)
    assert credentials is not None
    assert credentials.is_valid
