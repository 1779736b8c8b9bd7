"""The scheduler: frequency, time and toggles obeyed, nobody run twice, nobody forgotten."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from services_stage import Inline

from training_analyzer.planning import spread
from training_analyzer.services.garmin_scheduler import GarminSyncScheduler

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from training_analyzer.services.runtime import Runtime
    from training_analyzer.simulator import SimulatorServer

pytestmark = [pytest.mark.long_story, pytest.mark.torture]


@pytest.fixture
def inline(runtime: Runtime) -> Iterator[tuple[GarminSyncScheduler, Inline]]:
    """Give a started scheduler whose syncs run inside its ticks."""
    dispatcher = Inline()
    object.__setattr__(runtime, "dispatcher", dispatcher)
    scheduler = GarminSyncScheduler(runtime)
    scheduler.start()
    yield scheduler, dispatcher
    scheduler.stop()


def runs(runtime: Runtime, user_id: str) -> list[str]:
    """Return the types of the user's runs, oldest first."""
    return [run.sync_type for run in reversed(runtime.credentials.get_sync_history(user_id))]


def test_connected_user_is_synced_at_once_and_then_daily(
    runtime: Runtime, ada: str, inline: tuple[GarminSyncScheduler, Inline], clock: Any
) -> None:
    """After connecting, the first sync comes by itself, and the next at the time chosen."""
    scheduler, _ = inline

    assert runs(runtime, ada) == ["initial"]
    due = scheduler.get_next_sync_time(ada)
    assert due == datetime(2026, 3, 3, 6, 0, tzinfo=UTC) + spread(ada)

    clock.now = due - timedelta(seconds=1)
    scheduler.tick()
    assert runs(runtime, ada) == ["initial"]
    clock.now = due
    scheduler.tick()
    scheduler.tick()
    assert runs(runtime, ada) == ["initial", "scheduled"]


def test_frequency_of_each_user_decides(
    runtime: Runtime,
    ada: str,
    inline: tuple[GarminSyncScheduler, Inline],
    clock: Any,
    rounds: Callable[[int, int], int],
) -> None:
    """An hourly user runs every hour of a day, the first sync having just been."""
    scheduler, _ = inline
    hours = rounds(6, 24)
    runtime.credentials.update_sync_config(ada, sync_frequency="hourly", initial_sync_days=3)

    for _ in range((hours + 1) * 4):
        scheduler.tick()
        clock.advance(minutes=15)

    scheduled = runtime.credentials.get_sync_history(ada, limit=100)
    assert [run.sync_type for run in scheduled].count("scheduled") == hours


def test_changed_time_moves_the_next_sync(
    runtime: Runtime, ada: str, inline: tuple[GarminSyncScheduler, Inline]
) -> None:
    """A new time of day counts from now on, not from the sync after the next."""
    scheduler, _ = inline

    runtime.credentials.update_sync_config(ada, sync_time="18:30")

    expected = datetime(2026, 3, 2, 18, 30, tzinfo=UTC) + spread(ada)
    assert scheduler.get_next_sync_time(ada) == expected


def test_switched_off_user_is_left_alone_and_back_when_switched_on(
    runtime: Runtime, ada: str, inline: tuple[GarminSyncScheduler, Inline], clock: Any
) -> None:
    """Auto-sync off means no run and no next time; on again means the next slot."""
    scheduler, _ = inline
    runtime.credentials.update_sync_config(ada, auto_sync_enabled=False)
    clock.advance(days=3)
    scheduler.tick()

    assert runs(runtime, ada) == ["initial"]
    assert scheduler.get_next_sync_time(ada) is None

    runtime.credentials.update_sync_config(ada, auto_sync_enabled=True)
    scheduler.tick()
    due = scheduler.get_next_sync_time(ada)
    assert due == datetime(2026, 3, 6, 6, 0, tzinfo=UTC) + spread(ada)


def test_fault_38_one_run_after_a_long_outage(
    runtime: Runtime, ada: str, inline: tuple[GarminSyncScheduler, Inline], clock: Any
) -> None:
    """After five days without a tick a daily user is run once, not five times."""
    scheduler, _ = inline
    clock.advance(days=5)

    for _ in range(4):
        scheduler.tick()

    assert runs(runtime, ada) == ["initial", "scheduled"]


def test_two_schedulers_on_one_database_run_a_due_user_once(
    runtime: Runtime, ada: str, garmin: SimulatorServer
) -> None:
    """However many schedulers tick at once, a due user is claimed by one of them."""
    first, second = GarminSyncScheduler(runtime), GarminSyncScheduler(runtime)
    barrier = threading.Barrier(8)
    outcomes: list[object] = []

    def race(scheduler: GarminSyncScheduler) -> None:
        barrier.wait()
        scheduler._work(ada)
        outcomes.append(scheduler)

    threads = [threading.Thread(target=race, args=(s,)) for s in (first, second) * 4]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(outcomes) == 8
    assert runs(runtime, ada) == ["initial"]
    assert garmin.count("/hrv-service/hrv/daily") == 1


def test_disabled_scheduler_schedules_nothing_but_syncs_by_hand(runtime: Runtime, ada: str) -> None:
    """GARMIN_SYNC_ENABLED=false stops everything automatic and nothing manual."""
    off = runtime.settings.model_copy(update={"sync_enabled": False})
    object.__setattr__(runtime, "settings", off)
    scheduler = GarminSyncScheduler(runtime)

    scheduler.start()

    assert not scheduler.is_running
    assert scheduler.get_next_sync_time(ada) is None
    assert scheduler.sync_user(ada).status == "completed"


def test_start_and_stop_are_idempotent(runtime: Runtime) -> None:
    """Starting or stopping twice is the same as once, and it can start again."""
    scheduler = GarminSyncScheduler(runtime)

    scheduler.start()
    scheduler.start()
    scheduler.stop()
    scheduler.stop()
    scheduler.start()

    assert scheduler.is_running
    scheduler.stop()


def test_stopping_ends_a_running_sync_between_two_windows(
    runtime: Runtime, ada: str, scheduler: GarminSyncScheduler
) -> None:
    """A stop in mid-sync keeps what was stored, and the rest is due at once."""
    stored: list[int] = []

    def stop_after_three(progress: Any) -> None:
        stored.append(progress.done)
        if len(stored) == 3:
            scheduler._stopping.set()

    outcome = runtime.syncs.sync(
        ada, force=True, watch=stop_after_three, must_stop=scheduler._stopping.is_set
    )

    assert (outcome.status, outcome.error_code, len(stored)) == ("partial", "interrupted", 3)
    assert runtime.schedule.due(runtime.now(), 10) == [ada]
    scheduler._stopping.clear()
    assert runtime.syncs.sync(ada).status == "completed"
