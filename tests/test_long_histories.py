"""Years of hourly runs: kept for two, and read by index alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import event, func, insert, select

from training_analyzer.db.repositories.leases import LeasesRepository
from training_analyzer.db.repositories.run_lists import RunListsRepository, WantedRuns
from training_analyzer.db.repositories.runs import KEPT_FOR
from training_analyzer.db.tables import garmin_sync_history as history
from training_analyzer.model import RunStatus, SyncOutcome, SyncType
from training_analyzer.planning import NextDue

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from training_analyzer.db import Database
    from training_analyzer.db.repositories import GarminCredentialsRepository

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
HOURS = 3 * 365 * 24


def fill(database: Database, *, users: int = 3, every: int = 8) -> None:
    """Write three years of runs of a few users; Ada's last that completed is the oldest."""
    rows = [
        {
            "user_id": "ada" if user == 0 else f"usr_{user}",
            "sync_type": "scheduled",
            "started_at": NOW - timedelta(hours=hour),
            "completed_at": NOW - timedelta(hours=hour, minutes=-1),
            "status": "completed" if hour >= HOURS - every else "partial",
        }
        for user in range(users)
        for hour in range(1, HOURS, every)
    ]
    with database.write() as db:
        db.execute(insert(history), rows)
        if database.dialect == "postgresql":
            db.exec_driver_sql("ANALYZE garmin_sync_history")


def plans(database: Database, ask: Callable[[], object]) -> str:
    """Return how the database goes about what *ask* reads."""
    asked: list[tuple[str, Any]] = []

    def note(_c: object, _k: object, statement: str, given: object, _x: object, _m: object) -> None:
        asked.append((statement, given))

    with database.read() as db:
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        ask()
    finally:
        event.remove(engine, "before_cursor_execute", note)
    explain = "EXPLAIN QUERY PLAN" if database.dialect == "sqlite" else "EXPLAIN"
    told: list[str] = []
    with database.read() as db:
        for statement, given in asked:
            if "garmin_sync_history" in statement:
                told += [str(row) for row in db.exec_driver_sql(f"{explain} {statement}", given)]
    return "\n".join(told)


def test_fault_45_finished_runs_go_after_two_years_but_the_last_good_one(
    database: Database, repo: GarminCredentialsRepository
) -> None:
    """A run that ends takes the user's oldest along; others' stay, and the last success."""
    fill(database)
    leases = LeasesRepository(database)
    lease = leases.claim(
        "ada",
        sync_type=SyncType.MANUAL,
        owner="here",
        now=NOW,
        ttl=timedelta(minutes=1),
        is_abandoned=lambda _: False,
    )
    assert lease is not None
    partial = SyncOutcome(sync_id=lease.run_id, status=RunStatus.PARTIAL, error_code="internal")

    leases.finish(lease, partial, NextDue(None), now=NOW)

    def oldest(user_id: str) -> list[datetime]:
        query = (
            select(history.c.started_at)
            .where(history.c.user_id == user_id)
            .order_by(history.c.started_at)
            .limit(2)
        )
        with database.read() as db:
            return list(db.execute(query).scalars())

    good, next_oldest = oldest("ada")
    assert good < NOW - KEPT_FOR <= next_oldest
    last = repo.get_last_successful_sync("ada")
    assert last is not None
    assert last.started_at == good
    assert oldest("usr_1")[1] < NOW - KEPT_FOR


def test_fault_45_years_of_runs_are_listed_by_index_alone(
    database: Database, repo: GarminCredentialsRepository
) -> None:
    """Neither the history nor a page of it, nor the last success, is searched row by row."""
    fill(database)
    lists = RunListsRepository(database)

    for ask in (
        lambda: repo.get_sync_history("ada", limit=50),
        lambda: lists.page("ada", WantedRuns(), limit=50),
        lambda: lists.page("ada", WantedRuns(), limit=50, after=(NOW - timedelta(days=300), 7)),
        lambda: repo.get_last_successful_sync("ada"),
    ):
        plan = plans(database, ask)
        assert "ix_garmin_sync_history_user_id" in plan, plan
        assert "TEMP B-TREE FOR ORDER BY" not in plan.replace("LAST TERM OF ", ""), plan
        assert "Seq Scan" not in plan
    with database.read() as db:
        assert db.execute(select(func.count()).select_from(history)).scalar_one() > 9000
