"""Sync history: what a run may be, and how runs begin and end beside each other."""

from __future__ import annotations

import json
import threading
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import pytest

from training_analyzer.errors import SyncAlreadyRunning

if TYPE_CHECKING:
    from fake_clock import FakeClock

    from training_analyzer.db.repositories import GarminCredentialsRepository as Repository


EVA = "usr_eva"
ADAM = "usr_adam"


def test_details_may_be_given_as_a_mapping(repo: Repository) -> None:
    """A mapping is stored as the JSON text it stands for."""
    sync_id = repo.start_sync(EVA, "manual")

    repo.complete_sync(sync_id, "failed", error_details={"code": "blocked"})

    details = repo.get_sync_history(EVA)[0].error_details
    assert details is not None
    assert json.loads(details) == {"code": "blocked"}


def test_of_many_starts_one_runs(repo: Repository) -> None:
    """Eight threads that start a user's sync at once open one run."""
    started: list[int] = []
    refused: list[int | None] = []
    barrier = threading.Barrier(8)

    def start() -> None:
        barrier.wait()
        try:
            started.append(repo.start_sync(EVA, "manual"))
        except SyncAlreadyRunning as error:
            refused.append(error.sync_id)

    threads = [threading.Thread(target=start) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(started) == 1
    assert refused == started * 7


@pytest.mark.parametrize("sync_type", ["", "auto", "Manual", "running", None])
def test_unknown_types_are_refused(repo: Repository, sync_type: str) -> None:
    """A run is manual, scheduled or initial."""
    with pytest.raises(ValueError, match="sync_type"):
        repo.start_sync(EVA, sync_type)

    assert repo.get_sync_history(EVA) == []


@pytest.mark.parametrize("status", ["", "running", "success", None])
def test_unknown_ends_are_refused(repo: Repository, status: str) -> None:
    """A run ends completed, partial or failed."""
    sync_id = repo.start_sync(EVA, "manual")

    with pytest.raises(ValueError, match="status"):
        repo.complete_sync(sync_id, status)

    assert repo.get_sync_history(EVA)[0].status == "running"


def test_negative_counts_are_refused(repo: Repository) -> None:
    """Nobody syncs fewer than no activities."""
    sync_id = repo.start_sync(EVA, "manual")

    with pytest.raises(ValueError, match="activities_synced"):
        repo.complete_sync(sync_id, "completed", activities_synced=-1)


@pytest.mark.parametrize("limit", [0, -1, 1001, 10**9])
def test_limits_have_bounds(repo: Repository, limit: int) -> None:
    """A limit is from 1 to 1000."""
    with pytest.raises(ValueError, match="limit"):
        repo.get_sync_history(EVA, limit=limit)


def test_clock_set_back_makes_no_negative_duration(repo: Repository, clock: FakeClock) -> None:
    """A run that seems to end before it began took no time."""
    sync_id = repo.start_sync(EVA, "manual")
    clock.advance(hours=-1)

    repo.complete_sync(sync_id, "completed")

    assert repo.get_sync_history(EVA)[0].duration_seconds == 0


def test_days_may_be_given_as_datetimes(repo: Repository) -> None:
    """A datetime stands for its day."""
    repo.start_sync(EVA, "manual", datetime(2024, 1, 1, 23, 30, tzinfo=UTC), date(2024, 1, 2))

    assert repo.get_sync_history(EVA)[0].sync_from_date == date(2024, 1, 1)
