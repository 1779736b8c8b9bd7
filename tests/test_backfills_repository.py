"""`garmin_backfills` on both databases: accepted with the due time, moved by one statement."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import insert, select

from training_analyzer.db.repositories.backfills import BackfillsRepository
from training_analyzer.db.repositories.leases import LeasesRepository
from training_analyzer.db.repositories.run_lists import RunListsRepository
from training_analyzer.db.repositories.runs import Opening
from training_analyzer.db.repositories.schedule import ScheduleRepository
from training_analyzer.db.tables import webhook_deliveries, webhooks
from training_analyzer.model import SyncType
from training_analyzer.planning.backfills import Backfill, BackfillState, Pace

if TYPE_CHECKING:
    from fake_clock import FakeClock

    from training_analyzer.db import Database
    from training_analyzer.db.repositories import GarminCredentialsRepository
    from training_analyzer.model import Lease

ACTIVE, PAUSED, CANCELLED = BackfillState.ACTIVE, BackfillState.PAUSED, BackfillState.CANCELLED


@pytest.fixture
def backfills(database: Database) -> BackfillsRepository:
    """Give the backfills on a database of each kind."""
    return BackfillsRepository(database)


def backfill(clock: FakeClock, backfill_id: str, user_id: str = "ada") -> Backfill:
    """Return a backfill of a year that is asked for now."""
    return Backfill(
        user_id=user_id,
        backfill_id=backfill_id,
        first=date(2025, 1, 1),
        last=date(2025, 12, 31),
        streams=frozenset({"hrv", "sleep"}),
        pace=Pace.POLITE,
        windows_total=26,
        created_at=clock.now,
    )


def claim(database: Database, clock: FakeClock, opening: Opening) -> Lease:
    """Open a run of Ada's."""
    lease = LeasesRepository(database).claim(
        "ada",
        sync_type=SyncType.MANUAL,
        owner="me",
        now=clock.now,
        ttl=timedelta(minutes=1),
        is_abandoned=lambda _: True,
        opening=opening,
    )
    assert lease is not None
    return lease


def test_what_is_accepted_is_kept_and_due(
    backfills: BackfillsRepository, database: Database, clock: FakeClock
) -> None:
    """One transaction keeps it and makes its user due; nobody else sees it."""
    asked = backfill(clock, "b1")

    assert backfills.add(asked, most_open=20, now=clock.now)

    entry = ScheduleRepository(database).entry("ada")
    assert entry is not None
    assert (entry.due_at, entry.reason) == (clock.now, SyncType.MANUAL)
    assert backfills.one("ada", "b1") == backfills.active("ada") == asked
    assert backfills.one("ben", "b1") is None
    assert backfills.page("ben", limit=9) == []
    assert not backfills.move("ben", "b1", among={ACTIVE}, to=PAUSED, now=clock.now)


def test_no_more_are_open_than_may_be_however_many_ask_at_once(
    backfills: BackfillsRepository, clock: FakeClock
) -> None:
    """Eight threads ask, three are accepted; those that have ended do not count."""
    with ThreadPoolExecutor(8) as threads:
        accepted = list(
            threads.map(
                lambda n: backfills.add(backfill(clock, f"b{n}"), most_open=3, now=clock.now),
                range(8),
            )
        )
    assert sum(accepted) == 3
    one = next(f"b{n}" for n, is_in in enumerate(accepted) if is_in)

    assert backfills.move("ada", one, among={ACTIVE}, to=CANCELLED, now=clock.now)

    assert backfills.add(backfill(clock, "late"), most_open=3, now=clock.now)


def test_a_state_is_left_once_and_an_end_is_an_end(
    backfills: BackfillsRepository, clock: FakeClock
) -> None:
    """Whoever comes second changes nothing; only the end has a time."""
    backfills.add(backfill(clock, "b1"), most_open=20, now=clock.now)

    def move(among: BackfillState, to: BackfillState) -> bool:
        return backfills.move("ada", "b1", among={among}, to=to, now=clock.now)

    assert [move(ACTIVE, PAUSED), move(ACTIVE, PAUSED)] == [True, False]
    assert backfills.active("ada") is None
    assert [move(PAUSED, ACTIVE), move(PAUSED, ACTIVE)] == [True, False]
    assert [move(ACTIVE, CANCELLED), move(ACTIVE, CANCELLED)] == [True, False]
    assert backfills.one("ada", "b1") == replace(
        backfill(clock, "b1"), state=CANCELLED, ended_at=clock.now
    )


def test_a_run_takes_the_oldest_and_says_so_in_its_row(
    backfills: BackfillsRepository, database: Database, clock: FakeClock
) -> None:
    """The row has the backfill, the run that is made up for, and the configuration."""
    for backfill_id in ("older", "newer"):
        backfills.add(backfill(clock, backfill_id), most_open=20, now=clock.now)
        clock.advance(seconds=1)

    taking = claim(database, clock, Opening(takes_backfill=True, config_snapshot='{"a": 1}'))
    clock.advance(minutes=2)
    other = claim(database, clock, Opening(retry_of=taking.run_id))

    runs = RunListsRepository(database)
    rows = [runs.one("ada", lease.run_id) for lease in (taking, other)]
    assert [(row.backfill_id, row.retry_of, row.config_snapshot) for row in rows if row] == [
        ("older", None, '{"a": 1}'),
        (None, taking.run_id, None),
    ]
    assert (taking.backfill_id, other.backfill_id) == ("older", None)


def test_webhooks_hear_once_of_a_completion(
    backfills: BackfillsRepository, database: Database, clock: FakeClock
) -> None:
    """The delivery is written with the completion, and a second completion is none."""
    with database.write() as db:
        db.execute(
            insert(webhooks).values(
                user_id="ada",
                webhook_id="wh_1",
                url="https://example.com/",
                events='["backfill.completed"]',
                created_at=clock.now,
                updated_at=clock.now,
            )
        )
    backfills.add(backfill(clock, "b1"), most_open=20, now=clock.now)

    ended = [
        backfills.move("ada", "b1", among={ACTIVE}, to=BackfillState.COMPLETED, now=clock.now)
        for _ in range(2)
    ]

    with database.read() as db:
        told = db.execute(select(webhook_deliveries.c.body)).scalars().all()
    assert ended == [True, False]
    assert [json.loads(body)["data"] for body in told] == [
        {"backfill_id": "b1", "from": "2025-01-01", "to": "2025-12-31"}
    ]


def test_a_list_is_stable_and_complete_in_pages(
    backfills: BackfillsRepository, clock: FakeClock
) -> None:
    """Newest first, those of one instant by their id; no one is left out or told twice."""
    for n in range(6):
        backfills.add(backfill(clock, f"b{n}"), most_open=20, now=clock.now)
        clock.advance(seconds=n % 2)

    first = backfills.page("ada", limit=3)
    place = (first[-1].created_at, first[-1].backfill_id)
    second = backfills.page("ada", limit=9, after=place)

    assert [each.backfill_id for each in first + second] == ["b5", "b4", "b3", "b2", "b1", "b0"]


def test_a_clock_that_stands_still_is_seen(
    backfills: BackfillsRepository,
    repo: GarminCredentialsRepository,
    database: Database,
    clock: FakeClock,
) -> None:
    """Who has an active one, a connection that works and no due time is to be set going."""
    schedule = ScheduleRepository(database)
    for user_id in ("ada", "ben", "cem"):
        repo.save_credentials(user_id, "e", "p")
        backfills.add(backfill(clock, "b1", user_id), most_open=20, now=clock.now)
        schedule.set_due(user_id, None)
    repo.update_validation_status("ben", is_valid=False)
    backfills.move("cem", "b1", among={ACTIVE}, to=PAUSED, now=clock.now)

    assert backfills.waiting() == ["ada"]
