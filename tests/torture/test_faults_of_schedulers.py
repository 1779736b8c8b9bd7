"""Many schedulers, many users: nobody twice, nobody missed, nobody long after their time."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, insert, select

from training_analyzer.db.repositories.schedule import ScheduleRepository
from training_analyzer.db.tables import garmin_schedule, garmin_sync_history

if TYPE_CHECKING:
    from collections.abc import Callable

    from training_analyzer.db import Database

NOW = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
SCRIPT = Path(__file__).with_name("scheduling_process.py")


def make_due(database: Database, users: int) -> None:
    """Make so many users due at once."""
    rows = [{"user_id": f"user-{n:05d}", "due_at": NOW} for n in range(users)]
    with database.write() as db:
        db.execute(insert(garmin_schedule), rows)


def processes(url: str, count: int) -> list[int]:
    """Let so many schedulers run to their end; return how many runs each made."""
    begun = [
        subprocess.Popen(  # noqa: S603 - our own script
            [sys.executable, str(SCRIPT), url, NOW.isoformat()], stdout=subprocess.PIPE, text=True
        )
        for _ in range(count)
    ]
    return [int(process.communicate()[0]) for process in begun]


@pytest.mark.torture
@pytest.mark.timeout(900)
def test_fault_34_schedulers_on_one_database_run_each_slot_once(
    database: Database, database_url: str, rounds: Callable[[int, int], int]
) -> None:
    """Eight processes and ten thousand due slots: each user has one run, and none has two."""
    users, count = rounds(150, 10_000), rounds(3, 8)
    make_due(database, users)

    made = processes(database_url, count)

    with database.read() as db:
        per_user = db.execute(
            select(func.count())
            .select_from(garmin_sync_history)
            .group_by(garmin_sync_history.c.user_id)
        ).scalars()
        assert list(per_user) == [1] * users
    assert sum(made) == users
    assert ScheduleRepository(database).due(NOW, 1) == []
