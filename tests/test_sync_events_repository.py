"""Events of runs in the database: numbered without gaps, ended once, kept for a week."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from training_analyzer.db.repositories.garmin_data import GarminDataRepository
from training_analyzer.db.repositories.leases import LeasesRepository
from training_analyzer.db.repositories.progress import RunCounts
from training_analyzer.db.repositories.sync_events import Step, SyncEventsRepository
from training_analyzer.errors import LeaseLost
from training_analyzer.model import Api, DayState, Failure, RunStatus, SyncOutcome, SyncType
from training_analyzer.planning import LedgerDay, NextDue, days_of_failure
from training_analyzer.streams import Payload, Window, stream

if TYPE_CHECKING:
    from training_analyzer.db import Database
    from training_analyzer.db.repositories.sync_events import SyncEvent
    from training_analyzer.model import Lease

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
TTL = timedelta(seconds=60)
DAY = date(2026, 3, 1)
WINDOW = Window(stream("hrv"), DAY, DAY)


def claim(database: Database, user_id: str = "ada", *, now: datetime = NOW) -> Lease:
    """Open a run of *user_id*, whatever stood in the way of it."""
    lease = LeasesRepository(database).claim(
        user_id,
        sync_type=SyncType.MANUAL,
        owner="here",
        now=now,
        ttl=TTL,
        is_abandoned=lambda _: True,
    )
    assert lease is not None
    return lease


def store(database: Database, lease: Lease) -> None:
    """Store a night, the first of two windows."""
    GarminDataRepository(database).store(
        lease,
        WINDOW,
        Payload(Api.ACCOUNT, {"hrvSummaries": []}),
        {"hrv_nights": [{"calendar_date": DAY.isoformat(), "last_night_avg_ms": 61}]},
        [LedgerDay(DAY, DayState.DATA, NOW)],
        counts=RunCounts(
            requests=3, windows_done=1, windows_total=2, step=Step.FETCH, eta_seconds=4
        ),
        now=NOW,
        ttl=TTL,
    )


def finish(database: Database, lease: Lease, outcome: SyncOutcome, *, now: datetime = NOW) -> None:
    """End the run of *lease*."""
    LeasesRepository(database).finish(lease, outcome, NextDue(NOW), now=now)


def events(database: Database, lease: Lease) -> list[SyncEvent]:
    """Return all events of a run."""
    return SyncEventsRepository(database).after(lease.user_id, lease.run_id, 0, limit=100)


def told(event: SyncEvent, *names: str) -> list[Any]:
    """Return what *event* says under *names*."""
    data = json.loads(event.data)
    return [data[name] for name in names]


def test_a_run_tells_each_step_once_and_in_order(database: Database) -> None:
    """From sign-in to end the events are 1, 2, 3, and say what came of each window."""
    lease = claim(database)
    data = GarminDataRepository(database)

    data.note_plan(
        lease, RunCounts(windows_total=2, step=Step.FETCH), span=(DAY, DAY), now=NOW, ttl=TTL
    )
    store(database, lease)
    data.note_failure(
        lease, WINDOW, days_of_failure(WINDOW, "transient", now=NOW), now=NOW, ttl=TTL
    )
    file = Failure(stream="activity_files", first=DAY, last=DAY, code="poison_item")
    night = Failure(stream="hrv", first=DAY, last=DAY, code="transient")
    outcome = SyncOutcome(
        sync_id=lease.run_id,
        status=RunStatus.PARTIAL,
        wellness_days_synced=1,
        requests=5,
        failures=(night, file),
        error_code="transient",
        retry_at=NOW + timedelta(hours=1),
    )
    finish(database, lease, outcome)

    found = events(database, lease)
    assert [event.number for event in found] == [1, 2, 3, 4, 5, 6, 7, 8]
    progress = [event for event in found if event.kind == "sync.progress"]
    assert [told(event, "step", "windows_done", "windows_total") for event in progress] == [
        ["sign_in", 0, None],
        ["fetch", 0, 2],
        ["fetch", 1, 2],
        ["finish", 1, 2],
    ]
    assert told(progress[2], "stream", "from", "to", "requests_used", "eta_seconds") == [
        "hrv",
        "2026-03-01",
        "2026-03-01",
        3,
        4,
    ]
    windows = [event for event in found if event.kind == "sync.window"]
    assert [told(event, "stream", "state", "days", "error_code") for event in windows] == [
        ["hrv", "data", 1, None],
        ["hrv", "failed", 0, "transient"],
        ["activity_files", "failed", 0, "poison_item"],
    ]
    assert found[-1].kind == "sync.finished"
    assert json.loads(found[-1].data) == {
        "sync_id": lease.run_id,
        "at": "2026-03-02T12:00:00Z",
        "status": "partial",
        "activities_synced": 0,
        "wellness_days_synced": 1,
        "fitness_days_synced": 0,
        "requests_used": 5,
        "rows_changed": 0,
        "windows_done": 1,
        "windows_total": 2,
        "failed_windows": 2,
        "error_code": "transient",
        "retry_at": "2026-03-02T13:00:00Z",
    }


def test_who_closes_a_killed_run_ends_its_events_and_nothing_follows(database: Database) -> None:
    """The next claim writes `sync.finished` for the dead, whose own writes are refused."""
    killed = claim(database)
    store(database, killed)
    newer = claim(database, now=NOW + timedelta(minutes=5))

    with pytest.raises(LeaseLost):
        store(database, killed)
    with pytest.raises(LeaseLost):
        GarminDataRepository(database).note_plan(
            killed, RunCounts(windows_total=9), span=(None, None), now=NOW, ttl=TTL
        )

    found = events(database, killed)
    assert [event.number for event in found] == [1, 2, 3, 4]
    assert found[-1].kind == "sync.finished"
    assert told(found[-1], "status", "error_code", "requests_used", "windows_done") == [
        "partial",
        "interrupted",
        3,
        1,
    ]
    assert [event.number for event in events(database, newer)] == [1]


def test_news_of_many_runs_come_at_once_and_say_which_are_over(database: Database) -> None:
    """One look tells of each run what is behind its number, and of nobody else's."""
    people = [f"person-{n}" for n in range(60)]
    leases = {name: claim(database, name) for name in people}
    store(database, leases["person-7"])
    finish(
        database,
        leases["person-9"],
        SyncOutcome(sync_id=leases["person-9"].run_id, status=RunStatus.COMPLETED),
    )
    repository = SyncEventsRepository(database)
    stranger = ("person-1", leases["person-2"].run_id)

    seen = {(name, lease.run_id): 1 for name, lease in leases.items()} | {stranger: 0}
    news = repository.news(seen)

    assert len(news) == 61
    seven, nine = (news[name, leases[name].run_id] for name in ("person-7", "person-9"))
    assert [event.number for event in seven.events] == [2, 3]
    assert not seven.is_over
    assert [event.kind for event in nine.events] == ["sync.progress", "sync.finished"]
    assert nine.is_over
    assert news[stranger].events == ()
    assert news[stranger].is_over
    run_id = leases["person-7"].run_id
    assert repository.last_number("person-7", run_id) == 3
    assert repository.finished("person-7", run_id) is None


def test_events_are_kept_for_a_week(database: Database) -> None:
    """The end of a later run takes away its user's events of more than a week ago."""
    first = claim(database)
    done = SyncOutcome(sync_id=first.run_id, status=RunStatus.COMPLETED)
    finish(database, first, done)
    others = claim(database, "ben")
    week_later = NOW + timedelta(days=7, seconds=1)
    second = claim(database, now=week_later)

    finish(database, second, done, now=week_later)

    assert events(database, first) == []
    assert len(events(database, second)) == 3
    assert len(events(database, others)) == 1


def test_with_all_data_its_events_go(database: Database) -> None:
    """Who has everything deleted leaves no event behind."""
    lease = claim(database)

    GarminDataRepository(database).delete_all("ada")

    assert events(database, lease) == []
