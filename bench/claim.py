"""Measure the schedule: who of a million people is due, and how long a claim takes.

On PostgreSQL (see `postgres.py`), which is filled with SQL. A thousand people are due at the
same time; all others are due later. Prints medians in milliseconds, and the plan of a tick
that finds nobody due. `--users N` and `--due N` change the numbers, `--json` is for programs.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from postgres import postgres_database
from sqlalchemy import event, text

from training_analyzer.db.repositories.leases import LeasesRepository
from training_analyzer.db.repositories.schedule import ScheduleRepository
from training_analyzer.model import SyncType

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection

    from training_analyzer.db import Database

TTL: Final = timedelta(minutes=1)
ROUNDS: Final = 15
# Everybody's times are spread over the day to come, in steps of a millisecond.
FILL: Final = (
    """
    INSERT INTO garmin_schedule (user_id, due_at, fence)
    SELECT 'usr_' || lpad(n::text, 8, '0'),
           :now + interval '1 minute' + (n * 86.0 / :users) * interval '1000 seconds', n
    FROM generate_series(1, :users) AS n
    """,
    # The oldest history that a claim looks into: one run each.
    """
    INSERT INTO garmin_sync_history (user_id, sync_type, started_at, completed_at, status)
    SELECT 'usr_' || lpad(n::text, 8, '0'), 'initial', :now - interval '1 day',
           :now - interval '1 day', 'completed'
    FROM generate_series(1, :users) AS n
    """,
)
# Every thousandth of a million: they lie all over the table, as in service.
MAKE_DUE: Final = """
    UPDATE garmin_schedule SET due_at = :now - interval '1 minute', lease_until = NULL,
           owner = NULL, sync_id = NULL, crashes = 0
    WHERE user_id IN (
        SELECT 'usr_' || lpad((n * :step)::text, 8, '0') FROM generate_series(1, :due) AS n
    )
"""
CLOSE_RUNS: Final = "DELETE FROM garmin_sync_history WHERE status = 'running'"


def fill(database: Database, users: int, now: datetime) -> None:
    """Make *users* people, none of them due at *now*."""
    for statement in FILL:
        with database.write() as db:
            db.execute(text(statement), {"users": users, "now": now})
    _vacuum(database)


def make_due(database: Database, users: int, due: int, now: datetime) -> None:
    """Make *due* of them due, and nobody held; the runs of earlier claims are gone."""
    with database.write() as db:
        db.execute(text(CLOSE_RUNS))
        db.execute(text(MAKE_DUE), {"now": now, "due": due, "step": users // due})


def _vacuum(database: Database) -> None:
    """Do what autovacuum does after a while."""
    with database.write() as db:
        engine = db.engine.execution_options(isolation_level="AUTOCOMMIT")
    with engine.connect() as db:
        for table in ("garmin_schedule", "garmin_sync_history"):
            db.execute(text(f"VACUUM ANALYZE {table}"))


def measure(database: Database, users: int, due: int) -> dict[str, Any]:
    """Return medians in milliseconds, and the plan of a tick with nobody due."""
    now = datetime.now(UTC)
    fill(database, users, now)
    schedule, leases = ScheduleRepository(database), LeasesRepository(database)

    def claim(user_id: str) -> None:
        leases.claim(
            user_id,
            sync_type=SyncType.SCHEDULED,
            owner="bench:1:0",
            now=now,
            ttl=TTL,
            is_abandoned=lambda _: False,
            only_if_due=True,
        )

    idle = [_ms(lambda: schedule.due(now, due)) for _ in range(ROUNDS)]
    plan = explained(database, lambda: schedule.due(now, due))
    found, whole, single = [], [], []
    for number in range(ROUNDS):
        make_due(database, users, due, now)
        found.append(_ms(lambda: schedule.due(now, due)))
        # Claiming all of them takes seconds: a few rounds are enough.
        if number < 3:  # noqa: PLR2004 - the few
            waiting = schedule.due(now, due)
            if len(waiting) != due:
                message = f"{len(waiting)} are due, not {due}"
                raise AssertionError(message)
            each = [_ms(lambda one=one: claim(one)) for one in waiting]  # type: ignore[misc]  # a default is how a lambda keeps it
            single += each
            whole.append(sum(each))
    return {
        "users": users,
        "due": due,
        "due_query_ms": round(statistics.median(found), 2),
        "idle_query_ms": round(statistics.median(idle), 2),
        "claim_one_ms": round(statistics.median(single), 2),
        "claim_one_p99_ms": round(statistics.quantiles(single, n=100)[-1], 2),
        "claim_all_ms": round(statistics.median(whole), 1),
        "idle_plan": plan,
    }


def explained(database: Database, ask: Callable[[], object]) -> list[str]:
    """Return how PostgreSQL goes about each statement that *ask* makes."""
    asked: list[tuple[str, Any]] = []

    def note(
        _connection: Connection,
        _cursor: object,
        statement: str,
        parameters: Any,  # noqa: ANN401 - the driver's
        _context: object,
        _many: bool,  # noqa: FBT001 - SQLAlchemy's
    ) -> None:
        asked.append((statement, parameters))

    with database.read() as db:
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        ask()
    finally:
        event.remove(engine, "before_cursor_execute", note)
    lines = [f"{len(asked)} statement(s)"]
    for statement, parameters in asked:
        with database.read() as db:
            found = db.exec_driver_sql(f"EXPLAIN (ANALYZE, BUFFERS) {statement}", parameters)
            lines += [str(row[0]) for row in found]
    return lines


def _ms(do: Callable[[], object]) -> float:
    began = time.perf_counter()
    do()
    return (time.perf_counter() - began) * 1000


def main() -> None:
    """Print a small table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--users", type=int, default=1_000_000)
    parser.add_argument("--due", type=int, default=1_000)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    with postgres_database() as database:
        found = measure(database, given.users, given.due)
    if given.json:
        print(json.dumps(found))
        return
    print(f"{found['due']:,} due among {found['users']:,}, medians in ms")
    for name in ("due_query_ms", "idle_query_ms", "claim_one_ms", "claim_one_p99_ms"):
        print(f"{name.removesuffix('_ms'):<18}{found[name]:>10.2f}")
    print(f"{'claim_all':<18}{found['claim_all_ms']:>10,.1f}")
    print("A tick with nobody due:", *found["idle_plan"], sep="\n  ")


if __name__ == "__main__":
    main()
