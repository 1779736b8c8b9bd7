"""Workers in processes of their own: who shares the work, who dies over it, who sleeps through."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest
from workers_stage import HELD, wait_until

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from workers_stage import Site

pytestmark = [pytest.mark.torture, pytest.mark.postgres]
LEASE_S = 60
SOON_S = 15


def test_fault_34_two_workers_run_each_due_user_once(site: Site) -> None:
    """Two workers that tick at the same time sync every due user once, and end when told."""
    users = site.connect("ada", "will", "kay")
    workers = [site.worker(), site.worker()]

    wait_until(lambda: all(map(site.is_completed, users)))

    assert [worker.end() for worker in workers] == [0, 0]
    assert [len(site.history(user_id)) for user_id in users] == [1, 1, 1]
    assert site.garmin.log.count("/hrv-service/hrv/daily") == 3


def test_killed_worker_is_replaced_within_a_lease_and_a_quarter_of_a_minute(
    site: Site, rounds: Callable[[int, int], int]
) -> None:
    """A sync whose worker was killed goes on in another one, from where it stopped."""
    (user_id,) = site.connect("ada")
    held = site.hold()
    victim = site.worker()
    wait_until(lambda: held.hits == 1)
    before = len(site.garmin.log)
    other = site.worker()

    victim.send(signal.SIGKILL)
    victim.process.wait()
    killed_at = time.monotonic()
    lease_s = rounds(0, LEASE_S)
    if not lease_s:
        site.pass_leases()
    wait_until(lambda: len(site.history(user_id)) == 2, patience_s=lease_s + SOON_S)
    took_s = time.monotonic() - killed_at
    wait_until(lambda: site.is_completed(user_id))

    assert took_s < lease_s + SOON_S
    completed, interrupted = site.history(user_id)
    assert interrupted.status == "partial"
    assert json.loads(interrupted.error_details or "{}")["code"] == "interrupted"
    # What the first run stored is not asked for again.
    assert completed.windows_done
    assert interrupted.windows_done
    asked = [asked.path for asked in list(site.garmin.log)[before:]]
    assert sum(path.startswith("/usersummary-service/stats/steps") for path in asked) <= 1
    assert any(path.startswith(HELD) for path in asked)
    assert other.end() == 0


def test_fault_36_frozen_worker_writes_nothing_after_its_lease(site: Site) -> None:
    """A worker that was frozen past its lease finds another's fence, and writes nothing."""
    (user_id,) = site.connect("ada")
    held = site.hold()
    frozen = site.worker()
    wait_until(lambda: held.hits == 1)
    frozen.send(signal.SIGSTOP)
    site.pass_leases()
    other = site.worker()
    wait_until(lambda: site.is_completed(user_id))
    assert other.end() == 0
    rows, runs = site.rows(user_id), site.history(user_id)
    entry = site.runtime.schedule.entry(user_id)
    assert sum(map(len, rows.values())) > 50

    frozen.send(signal.SIGCONT)
    site.garmin.faults.end_delays()
    wait_until(lambda: "lost its lease and ends" in frozen.said())

    assert frozen.end() == 0
    assert site.rows(user_id) == rows
    assert site.history(user_id) == runs
    assert [run.status for run in runs] == ["completed", "partial"]
    assert site.runtime.schedule.entry(user_id) == entry


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_told_worker_ends_between_two_windows(site: Site, number: signal.Signals) -> None:
    """SIGTERM and SIGINT end a worker in mid-sync within ten seconds, and the rest is due."""
    (user_id,) = site.connect("ada", days=365)
    site.garmin.faults.delay("/", 0.2)
    worker = site.worker()
    wait_until(lambda: [run.windows_done for run in site.history(user_id)] > [0])

    worker.send(number)

    assert worker.process.wait(10) == 0
    (run,) = site.history(user_id)
    assert (run.status, run.windows_done is not None) == ("partial", True)
    assert site.runtime.schedule.due(site.runtime.now(), 10) == [user_id]
    entry = site.runtime.schedule.entry(user_id)
    assert entry is not None
    assert entry.lease_until is None


def test_worker_needs_postgres(tmp_path: Path, encryption_key: str) -> None:
    """On an SQLite file a worker refuses in one line that names what to run instead."""
    done = subprocess.run(
        [sys.executable, "-m", "training_analyzer.cli", "worker"],
        cwd=tmp_path,
        env={
            **os.environ,
            "CREDENTIAL_ENCRYPTION_KEY": encryption_key,
            "DATABASE_URL": f"sqlite:///{tmp_path}/none.db",
        },
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (1, "", 1)
    assert "garmin-sync serve" in done.stderr
    assert not (tmp_path / "none.db").exists()


def test_worker_without_auto_sync_says_so(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """With GARMIN_SYNC_ENABLED=false a worker says that it does nothing, and waits to be told."""
    users = site.connect("ada")
    monkeypatch.setenv("GARMIN_SYNC_ENABLED", "false")

    worker = site.worker(slots=0)

    assert worker.end() == 0
    assert site.history(users[0]) == []
