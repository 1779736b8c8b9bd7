"""Two at once: a sync by hand beside a scheduled one, a person who leaves while a sync runs."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest
from services_stage import DATA_TABLES, rows

from training_analyzer.errors import LeaseLost, SyncAlreadyRunning
from training_analyzer.model import RunStatus

if TYPE_CHECKING:
    from collections.abc import Callable

    from training_analyzer.services.garmin_scheduler import GarminSyncScheduler
    from training_analyzer.services.run import Progress
    from training_analyzer.services.runtime import Runtime
    from training_analyzer.simulator import SimulatorServer


def test_fault_35_manual_and_scheduled_at_once_make_one_run(
    scheduler: GarminSyncScheduler, ada: str
) -> None:
    """Of eight syncs of one user that begin together one runs; the others learn which."""
    barrier = threading.Barrier(8)
    done: list[int] = []
    refused: list[int | None] = []

    def sync() -> None:
        barrier.wait()
        try:
            done.append(scheduler.sync_user(ada, force=True).sync_id)
        except SyncAlreadyRunning as error:
            refused.append(error.sync_id)

    threads = [threading.Thread(target=sync) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(done) + len(refused) == 8
    assert set(refused) <= set(done)
    assert len(refused) >= 1


def disconnect(runtime: Runtime, user_id: str) -> None:
    """Disconnect the user and delete what was synced."""
    runtime.connections.disconnect(user_id, delete_data=True)


def remove(runtime: Runtime, user_id: str) -> None:
    """Remove the person."""
    runtime.people.remove(user_id)


@pytest.mark.parametrize("leave", [disconnect, remove])
def test_fault_39_who_leaves_during_a_sync_leaves_nothing_behind(
    runtime: Runtime,
    scheduler: GarminSyncScheduler,
    ada: str,
    leave: Callable[[Runtime, str], None],
) -> None:
    """The sync stops at the next window, and after the deletion not a row is written."""

    def watch(progress: Progress) -> None:
        if progress.done == 3:
            leave(runtime, ada)

    with pytest.raises(LeaseLost):
        scheduler.sync_user(ada, watch=watch)

    left = rows(runtime.database, ada, *DATA_TABLES, "garmin_payloads", "garmin_coverage")
    assert {name for name, found in left.items() if found} == set()


def test_fault_39_new_settings_count_from_the_next_sync_on(
    runtime: Runtime, scheduler: GarminSyncScheduler, ada: str, garmin: SimulatorServer
) -> None:
    """Settings that change while a sync runs neither break it nor are they lost."""
    turned_off: list[int] = []

    def watch(progress: Progress) -> None:
        if progress.done == 3:
            runtime.credentials.update_sync_config(ada, sync_wellness=False, sync_time="21:15")
            turned_off.append(len(garmin.log))

    assert scheduler.sync_user(ada, watch=watch).status is RunStatus.COMPLETED

    following = scheduler.get_next_sync_time(ada)
    assert following is not None
    assert following.hour == 21
    asked = len(garmin.log)
    scheduler.sync_user(ada, force=True)
    paths = [entry.path for entry in list(garmin.log)[asked:]]
    assert turned_off
    assert not [path for path in paths if "sleep" in path or "hrv" in path]
