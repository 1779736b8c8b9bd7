"""What a run's page asks of the history: counts, retries, what a later run made up for."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from sqlalchemy import insert

from training_analyzer.db.repositories.leases import LeasesRepository
from training_analyzer.db.repositories.run_lists import RunListsRepository
from training_analyzer.db.tables import garmin_coverage, garmin_sync_history
from training_analyzer.model import Failure
from training_analyzer.services.runs import Runs

if TYPE_CHECKING:
    from datetime import datetime

    from fake_clock import FakeClock

    from training_analyzer.db import Database

ADA, BEN = "usr_ada", "usr_ben"
MONDAY, TUESDAY = date(2026, 2, 2), date(2026, 2, 3)


def runs_of(database: Database, clock: FakeClock) -> Runs:
    """Return the service over *database*."""
    return Runs(RunListsRepository(database), LeasesRepository(database), clock)


def add_run(database: Database, user_id: str, at: datetime, **more: object) -> int:
    """Store a run that took no time."""
    row = {
        "user_id": user_id,
        "sync_type": "manual",
        "status": "partial",
        "started_at": at,
        "completed_at": at,
    }
    with database.write() as db:
        added = insert(garmin_sync_history).values(row | more).returning(garmin_sync_history.c.id)
        return int(db.execute(added).scalar_one())


def add_days(database: Database, stream: str, at: datetime, states: dict[date, str]) -> None:
    """Store what the ledger knows of a stream of Ada's."""
    with database.write() as db:
        for day, state in states.items():
            db.execute(
                insert(garmin_coverage).values(
                    user_id=ADA,
                    stream=stream,
                    calendar_date=day.isoformat(),
                    state=state,
                    fetched_at=at,
                )
            )


def test_runs_are_counted_and_related_for_one_person(database: Database, clock: FakeClock) -> None:
    """Counts, retries and the wish to end are those of the person who asks."""
    runs = runs_of(database, clock)
    first = add_run(database, ADA, clock())
    add_run(database, BEN, clock(), retry_of=first)
    clock.advance(hours=1)
    again = add_run(database, ADA, clock(), retry_of=first, status="completed")
    clock.advance(days=40)
    add_run(database, ADA, clock(), retry_of=first)
    going = add_run(database, ADA, clock(), status="running", completed_at=None)

    run, open_run = runs.one(ADA, first), runs.one(ADA, going)
    assert run is not None
    assert open_run is not None
    before = runs.is_to_end(open_run)
    runs.cancel(ADA, going)

    assert runs.counts(ADA) == {"partial": 2, "completed": 1, "running": 1}
    assert [each.id for each in runs.retries_of(run)] == [again]
    assert (before, runs.is_to_end(open_run), runs.is_to_end(run)) == (False, True, False)


def test_a_window_is_healed_when_a_later_run_answered_each_of_its_days(
    database: Database, clock: FakeClock
) -> None:
    """Half a window is not healed, nor what was known before; one answer tells of now."""
    runs = runs_of(database, clock)
    add_days(database, "stress_detail", clock(), {MONDAY: "data"})
    clock.advance(hours=1)
    failed = add_run(database, ADA, clock())
    clock.advance(hours=1)
    later = add_run(database, ADA, clock())
    add_days(database, "sleep", clock(), {MONDAY: "data", TUESDAY: "empty"})
    add_days(database, "hrv", clock(), {MONDAY: "data", TUESDAY: "failed"})
    add_days(database, "fitness_age", clock(), {TUESDAY: "data"})
    clock.advance(hours=1)
    add_days(database, "weight", clock(), {MONDAY: "data"})
    whole, half, old, of_now, unknown = (
        Failure(stream=stream, first=MONDAY, last=last, code="garmin_unavailable")
        for stream, last in (
            ("sleep", TUESDAY),
            ("hrv", TUESDAY),
            ("stress_detail", MONDAY),
            ("fitness_age", MONDAY),
            ("weight", MONDAY),
        )
    )
    run = runs.one(ADA, failed)
    assert run is not None

    healed = runs.healed(run, [whole, half, old, of_now, unknown])

    assert healed == {whole: later, of_now: later, unknown: None}
    assert runs.healed(run, []) == {}
