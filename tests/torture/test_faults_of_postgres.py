"""PostgreSQL that goes away in mid-sync: the window is asked for again, and nothing is double."""

from __future__ import annotations

import os
import signal
import threading
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from workers_stage import backends, runtime_of, wait_until

from training_analyzer.errors import GarminSyncError

if TYPE_CHECKING:
    from postgres_server import PostgresServer
    from workers_stage import Site

    from training_analyzer.simulator import SimulatorServer

pytestmark = [pytest.mark.torture, pytest.mark.postgres]


def undisturbed(site: Site, name: str) -> dict[str, list[tuple[Any, ...]]]:
    """Return the rows that a sync of the same athlete has when nothing happens."""
    (twin,) = site.connect(name)
    with site.runtime.database.write() as db:
        db.execute(
            text("UPDATE garmin_schedule SET due_at = NULL WHERE user_id = :user"), {"user": twin}
        )
    assert site.runtime.syncs.sync(twin).status == "completed"
    return site.rows(twin)


def test_fault_10_postgres_restarts_at_once_in_mid_sync(restartable: Site, wheel: Any) -> None:
    """After an immediate restart the worker goes on by itself, and no row is lost or double."""
    site = restartable
    expected = undisturbed(site, "ada")
    site.runtime.people.remove("ada")
    (user_id,) = site.connect("ada")
    held = site.hold()
    worker = site.worker()
    wait_until(lambda: held.hits == 1)

    postmaster = wheel.get_pid()
    os.kill(postmaster, signal.SIGQUIT)
    wait_until(lambda: is_gone(postmaster))
    wheel.ensure_postgres_running()
    site.garmin.faults.end_delays()
    site.garmin.faults.clear()

    def is_done() -> bool:
        try:
            site.pass_leases()
            return site.is_completed(user_id)
        except (DBAPIError, GarminSyncError):
            return False

    wait_until(is_done)
    assert site.rows(user_id) == expected
    assert [run.status for run in site.history(user_id)].count("running") == 0
    assert worker.process.poll() is None
    assert worker.end() == 0


def test_fault_11_killed_backends_cost_no_row_and_the_pool_stays_bounded(site: Site) -> None:
    """Every connection of a worker is cut in mid-sync: it connects anew, within its bounds."""
    expected = undisturbed(site, "ada")
    site.runtime.people.remove("ada")
    (user_id,) = site.connect("ada")
    held = site.hold()
    worker = site.worker()
    wait_until(lambda: held.hits == 1)

    with site.runtime.database.write() as db:
        db.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )
    site.garmin.faults.end_delays()
    site.garmin.faults.clear()

    def is_done() -> bool:
        try:
            site.pass_leases()
            return site.is_completed(user_id)
        except (DBAPIError, GarminSyncError):
            return False

    wait_until(is_done)
    assert site.rows(user_id) == expected
    # A pool of ten and its overflow of ten, here and in the worker, and the queue's own two.
    assert backends(site.runtime) <= 44
    assert worker.end() == 0


def test_fault_11_exhausted_pool_is_told_and_not_waited_for_ever(
    postgres_server: PostgresServer,
    garmin: SimulatorServer,
    encryption_key: str,
) -> None:
    """More threads than connections: each waits its turn, and none opens one beyond the pool."""
    from_workers = 64
    with postgres_server.database() as url:
        runtime = runtime_of(url, garmin, encryption_key)
        most: list[int] = []

        def read() -> None:
            with runtime.database.read() as db:
                db.execute(text("SELECT pg_sleep(0.02)"))
                most.append(backends_seen(db))

        threads = [threading.Thread(target=read) for _ in range(from_workers)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        runtime.close()

    assert len(most) == from_workers
    assert max(most) <= 20


def is_gone(process: int) -> bool:
    """Tell whether a process has ended."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    return False


def backends_seen(db: Any) -> int:
    """Return how many connections our programs have to the database."""
    query = (
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE datname = current_database() AND application_name LIKE 'garmin-sync%'"
    )
    return int(db.execute(text(query)).scalar_one())
