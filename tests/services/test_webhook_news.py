"""What webhooks hear of connections, runs and data: told with the change, and only of a change."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from training_analyzer.db.repositories import GarminCredentialsRepository
from training_analyzer.db.repositories.garmin_data import GarminDataRepository
from training_analyzer.db.repositories.leases import LeasesRepository
from training_analyzer.db.repositories.progress import RunCounts
from training_analyzer.db.repositories.webhooks import WebhooksRepository
from training_analyzer.db.tables import webhook_deliveries
from training_analyzer.errors import LeaseLost
from training_analyzer.model import Api, DayState, Kind, Lease, RunStatus, SyncOutcome, SyncType
from training_analyzer.planning import LedgerDay, NextDue
from training_analyzer.streams import Payload, Window, stream

if TYPE_CHECKING:
    from fake_clock import FakeClock

    from training_analyzer.db import Database

TTL = timedelta(seconds=60)
START = datetime(2026, 3, 1, 7, tzinfo=UTC)


@pytest.fixture
def heard(database: Database, clock: FakeClock) -> list[str]:
    """Give the ids of what was read already, and a webhook that hears everything."""
    values = {"url": "https://hooks.example.org/", "events": ["*"], "include_data": True}
    WebhooksRepository(database).add("eva", "whk_a", values, now=clock())
    return []


def _news(database: Database, heard: list[str]) -> list[tuple[str, dict[str, Any]]]:
    """Return what was told since the last look; what is told at one time in no order."""
    query = select(webhook_deliveries).order_by(
        webhook_deliveries.c.created_at, webhook_deliveries.c.event_type
    )
    with database.read() as db:
        found = [row for row in db.execute(query) if row.delivery_id not in heard]
    heard.extend(row.delivery_id for row in found)
    return [(row.event_type, json.loads(row.body)["data"]) for row in found]


def _claim(database: Database, clock: FakeClock) -> Lease:
    lease = LeasesRepository(database).claim(
        "eva",
        sync_type=SyncType.MANUAL,
        owner="here",
        now=clock(),
        ttl=TTL,
        is_abandoned=lambda _owner: False,
    )
    assert lease is not None
    return lease


def test_connection_tells_what_it_becomes(
    database: Database, clock: FakeClock, heard: list[str]
) -> None:
    """Created, broken in both ways, restored, deleted: each once, and nothing in between."""
    credentials = GarminCredentialsRepository(database=database, now=clock)
    steps = (
        lambda: credentials.save_credentials("eva", None, None, kind=Kind.TOKEN),
        lambda: credentials.save_credentials("eva", None, None),
        lambda: credentials.update_validation_status("eva", is_valid=True),
        lambda: credentials.update_validation_status(
            "eva", is_valid=False, error_code="token_expired"
        ),
        lambda: credentials.update_validation_status(
            "eva", is_valid=False, error_code="token_expired"
        ),
        lambda: credentials.update_validation_status("eva", is_valid=True),
        lambda: credentials.update_validation_status(
            "eva", is_valid=False, error_code="mfa_required"
        ),
        lambda: credentials.save_credentials("eva", None, None),
        lambda: credentials.delete_credentials("eva"),
        lambda: credentials.delete_credentials("eva"),
    )

    told = []
    for step in steps:
        step()
        told.append(
            [
                (event, data["state"], data["reason"]["code"])
                for event, data in _news(database, heard)
            ]
        )

    assert told == [
        [("connection.created", "connected", None)],
        [],
        [],
        [("connection.needs_reauth", "needs_reauth", "token_expired")],
        [],
        [("connection.restored", "connected", None)],
        [("connection.needs_mfa", "needs_mfa", "mfa_required")],
        [("connection.restored", "connected", None)],
        [("connection.deleted", "not_connected", None)],
        [],
    ]


def test_runs_tell_how_they_begin_and_end(
    database: Database, clock: FakeClock, heard: list[str]
) -> None:
    """A run that Garmin asks to wait tells of the wait, the one after it that it is over."""
    leases = LeasesRepository(database)
    until = clock() + timedelta(minutes=15)
    lease = _claim(database, clock)
    waits = SyncOutcome(
        sync_id=lease.run_id, status=RunStatus.PARTIAL, error_code="rate_limited", retry_at=until
    )
    leases.finish(lease, waits, NextDue(until, not_before=until, attempt=1), now=clock())

    first = dict(_news(database, heard))
    assert first["sync.started"] == {"sync_id": lease.run_id, "sync_type": "initial"}
    assert first["sync.partial"] == {
        "sync_id": lease.run_id,
        "sync_type": "initial",
        "activities_synced": 0,
        "wellness_days_synced": 0,
        "fitness_days_synced": 0,
        "error_code": "rate_limited",
        "from": None,
        "to": None,
    }
    assert first["connection.rate_limited"] == {
        "state": "rate_limited",
        "reason": {"code": "rate_limited"},
        "next_retry_at": "2026-03-02T12:15:00.000Z",
    }

    clock.advance(minutes=20)
    lost = _claim(database, clock)
    clock.advance(minutes=20)
    lease = _claim(database, clock)
    done = SyncOutcome(sync_id=lease.run_id, status=RunStatus.COMPLETED, wellness_days_synced=3)
    leases.finish(lease, done, NextDue(clock()), now=clock())
    with pytest.raises(LeaseLost):
        leases.finish(lost, done, NextDue(clock()), now=clock())

    told = _news(database, heard)
    assert [event for event, _ in told] == [
        "sync.started",
        "connection.restored",
        "sync.completed",
        "sync.failed",
        "sync.started",
    ]
    ended = {data["sync_id"]: data["error_code"] for _, data in told if "error_code" in data}
    assert ended == {lost.run_id: "interrupted", lease.run_id: None}


def test_data_tells_what_is_new_and_what_changed(
    database: Database, clock: FakeClock, heard: list[str]
) -> None:
    """Days and activities are told with the window that stores them; the same again is not."""
    lease = _claim(database, clock)
    _news(database, heard)
    data = GarminDataRepository(database)

    def store(name: str, rows: list[dict[str, Any]]) -> list[tuple[str, dict[str, Any]]]:
        clock.advance(seconds=1)
        what = stream(name)
        window = Window(what, START.date(), START.date() + timedelta(days=1))
        payload = Payload(Api.ACCOUNT, str(clock()))
        stored = data.store(
            lease,
            window,
            payload,
            {what.table: rows},
            [LedgerDay(START.date(), DayState.DATA, clock())],
            counts=RunCounts(),
            now=clock(),
            ttl=TTL,
        )
        assert stored in {0, len(rows)}
        return _news(database, heard)

    nights = [{"calendar_date": f"2026-03-0{day}", "last_night_avg_ms": 40 + day} for day in (1, 2)]
    told = [store("hrv", nights), store("hrv", nights)]
    assert [[(event, news["dates"]) for event, news in each] for each in told] == [
        [("wellness.updated", ["2026-03-01", "2026-03-02"])],
        [],
    ]
    ((_, news),) = told[0]
    assert news["streams"] == ["hrv"]
    assert news["rows"]["hrv_nights"][0] == nights[0]

    run = {
        "activity_id": 7,
        "calendar_date": "2026-03-01",
        "start_utc": START,
        "type_key": "running",
    }
    first, again = store("activities", [run]), store("activities", [run])
    changed = store("activities", [{**run, "type_key": "trail_running"}])
    ((event, news),) = first
    assert (event, news["activity_id"], news["type"], news["start"]) == (
        "activity.created",
        7,
        "running",
        "2026-03-01T07:00:00.000Z",
    )
    assert news["activity"]["calendar_date"] == "2026-03-01"
    assert again == []
    assert [(event, news["type"]) for event, news in changed] == [
        ("activity.updated", "trail_running")
    ]
    clock.advance(seconds=1)
    data.files.delete(lease, 7, now=clock(), ttl=TTL)
    assert [event for event, _ in _news(database, heard)] == ["activity.deleted"]
