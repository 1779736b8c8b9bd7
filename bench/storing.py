"""Measure how fast a sync stores rows, beside what the bare driver and SQLAlchemy Core do.

The windows of a year of a pretend athlete, for some people, on SQLite (`synchronous=FULL`)
and PostgreSQL (see `postgres.py`). Everybody writes the same rows, the ledger's lines among
them, and commits after each window:

the driver         `executemany` of a plain INSERT into empty tables
SQLAlchemy Core    the same through `Connection.execute(insert, rows)`
a sync             `GarminDataRepository.store`: the lease is proven first, the answer is
                   compressed and archived, rows are compared with what is there and counted,
                   the run's progress is written
the same again     a sync that finds nothing changed

`--people N` changes the number, `--json` is for programs.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from postgres import postgres_database
from sqlalchemy import insert

from training_analyzer.db import open_database
from training_analyzer.db.repositories.garmin_data import GarminDataRepository
from training_analyzer.db.repositories.leases import LeasesRepository
from training_analyzer.db.repositories.progress import RunCounts
from training_analyzer.db.tables import garmin_coverage, metadata
from training_analyzer.model import SyncType
from training_analyzer.planning import days_of_rows
from training_analyzer.simulator.athletes import demo_athletes
from training_analyzer.simulator.memory import SimulatedGarmin
from training_analyzer.streams import CATALOG, Window

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from sqlalchemy import Table

    from training_analyzer.db import Database
    from training_analyzer.planning import LedgerDay
    from training_analyzer.streams import Payload, Row

DAYS: Final = 365
TTL: Final = timedelta(hours=1)


@dataclass(frozen=True)
class Answered:
    """A window with its answer, read: what one transaction stores."""

    window: Window
    payload: Payload | None
    rows: Mapping[str, Sequence[Row]]
    ledger: Sequence[LedgerDay]


def answered(now: datetime) -> Iterator[Answered]:
    """Yield every range of a year, each as long as Garmin answers it, newest first."""
    garmin = SimulatedGarmin(demo_athletes(0, now.date())[0], now=now)
    today, zone = now.date(), ZoneInfo(garmin.athlete.time_zone)
    for stream in CATALOG:
        api = stream.api_among(garmin.apis)
        if api is None or stream.is_snapshot or stream.detail_of:
            continue
        cap = stream.routes[api].cap_days
        for window in stream.windows(today - timedelta(days=DAYS - 1), today, cap):
            payload = garmin.fetch(window)
            rows = {} if payload is None else stream.read(payload)
            lines = days_of_rows(
                window, rows.get(stream.table, []), now=now, look_back_days=7, zone=zone
            )
            yield Answered(window, payload, rows, lines)


def plain(one: Answered, user_id: str, now: datetime) -> Iterator[tuple[Table, list[Row]]]:
    """Yield the same rows as a sync writes, complete, by table."""
    stamps: Row = {"user_id": user_id, "first_seen_at": now, "changed_at": now}
    api = one.payload.api.value if one.payload else ""
    for name, rows in one.rows.items():
        if rows:
            yield metadata.tables[name], [{**stamps, "api": api, **row} for row in rows]
    lines: list[Row] = [
        {
            "user_id": user_id,
            "stream": one.window.stream.name,
            "calendar_date": line.calendar_date.isoformat(),
            "state": line.state.value,
            "settled": int(line.settled),
            "fetched_at": line.fetched_at,
            "error_code": line.error_code,
        }
        for line in one.ledger
    ]
    yield garmin_coverage, lines


def with_driver(database: Database, year: Sequence[Answered], people: int, now: datetime) -> float:
    """Insert with the bare driver; the values are made ready before the clock starts."""
    with database.write() as db:
        engine = db.engine
    statements = [
        [_for_driver(engine.dialect, table, rows) for table, rows in plain(one, _name(n), now)]
        for n in range(people)
        for one in year
    ]
    pooled = engine.raw_connection()
    try:
        driver: Any = pooled.driver_connection
        is_sqlite = database.dialect == "sqlite"
        began = time.perf_counter()
        cursor = driver.cursor()
        for window in statements:
            if is_sqlite:
                cursor.execute("BEGIN IMMEDIATE")
            for statement, values in window:
                cursor.executemany(statement, values)
            driver.commit()
        return time.perf_counter() - began
    finally:
        pooled.close()


def _for_driver(
    dialect: Any,  # noqa: ANN401 - SQLAlchemy's are not typed
    table: Table,
    rows: Sequence[Row],
) -> tuple[str, list[tuple[Any, ...]]]:
    """Return an INSERT in the driver's words, and its values as the driver takes them."""
    names = list(rows[0])
    ready: list[Any] = [
        table.c[name].type.dialect_impl(dialect).bind_processor(dialect) for name in names
    ]
    values = [
        tuple(
            row[name] if make is None else make(row[name])
            for make, name in zip(ready, names, strict=True)
        )
        for row in rows
    ]
    place = "?" if dialect.name == "sqlite" else "%s"
    quoted = ", ".join(f'"{name}"' for name in names)
    marks = ", ".join(place for _ in names)
    return f'INSERT INTO "{table.name}" ({quoted}) VALUES ({marks})', values  # noqa: S608 - our own names


def with_core(database: Database, year: Sequence[Answered], people: int, now: datetime) -> float:
    """Insert through SQLAlchemy Core."""
    work = [list(plain(one, _name(n), now)) for n in range(people) for one in year]
    began = time.perf_counter()
    for window in work:
        with database.write() as db:
            for table, rows in window:
                db.execute(insert(table), rows)
    return time.perf_counter() - began


def with_sync(database: Database, year: Sequence[Answered], people: int, now: datetime) -> float:
    """Store as a sync does, each person under a lease of their own."""
    leases, data = LeasesRepository(database), GarminDataRepository(database)
    seconds = 0.0
    for n in range(people):
        lease = leases.claim(
            _name(n),
            sync_type=SyncType.SCHEDULED,
            owner="bench:1:0",
            now=now,
            ttl=TTL,
            is_abandoned=lambda _: True,
        )
        if lease is None:
            message = "nobody else claims here"
            raise AssertionError(message)
        counts = RunCounts()
        began = time.perf_counter()
        for one in year:
            data.store(
                lease,
                one.window,
                one.payload,
                one.rows,
                one.ledger,
                counts=counts,
                now=now,
                ttl=TTL,
            )
            counts = replace(counts, windows_done=counts.windows_done + 1)
        seconds += time.perf_counter() - began
    return seconds


def _name(number: int) -> str:
    return f"usr_{number:04d}"


type Way = Callable[[Database, Sequence[Answered], int, datetime], float]


def measure(make: Callable[[], Database], year: Sequence[Answered], people: int) -> dict[str, Any]:
    """Return rows a second of each way, each on a database of its own that *make* opens."""
    now = datetime.now(UTC)
    lines = sum(len(one.ledger) for one in year)
    rows = people * (lines + sum(len(found) for one in year for found in one.rows.values()))
    ways: list[tuple[list[str], list[Way]]] = [
        (["the driver"], [with_driver]),
        (["SQLAlchemy Core"], [with_core]),
        (["a sync", "the same again"], [with_sync, with_sync]),
    ]
    found: dict[str, float] = {}
    dialect = ""
    for names, does in ways:
        database = make()
        dialect = database.dialect
        for name, do in zip(names, does, strict=True):
            found[name] = round(rows / do(database, year, people, now))
        database.close()
    return {"database": dialect, "rows": rows, "windows": people * len(year), "rows_per_s": found}


def main() -> None:
    """Print a small table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    today: date = datetime.now(UTC).date()
    year = list(answered(datetime(today.year, today.month, today.day, 12, tzinfo=UTC)))
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        numbers = iter(range(9))
        found = [
            measure(lambda: open_database(str(folder / f"{next(numbers)}.db")), year, given.people),
            measure(lambda: stack.enter_context(postgres_database()), year, given.people),
        ]
    if given.json:
        print(json.dumps(found))
        return
    for each in found:
        print(f"{each['database']}: {each['rows']:,} rows in {each['windows']} windows")
        for way, rate in each["rows_per_s"].items():
            print(f"  {way:<18}{rate:>10,} rows/s")


if __name__ == "__main__":
    main()
