"""Webhooks in the database: what is told to whom, who delivers it, what becomes of it."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from training_analyzer.db.repositories import UsersRepository
from training_analyzer.db.repositories.administration import AdministrationRepository
from training_analyzer.db.repositories.deliveries import Attempt, DeliveriesRepository
from training_analyzer.db.repositories.outbox import LARGEST_BODY, listens, tell
from training_analyzer.db.repositories.webhooks import MOST_WEBHOOKS, WebhooksRepository
from training_analyzer.db.tables import webhook_deliveries
from training_analyzer.model import Role
from training_analyzer.planning.webhooks import (
    DeliveryState,
    Disabled,
    EventType,
    Verdict,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fake_clock import FakeClock

    from training_analyzer.db import Database

URL = "https://hooks.example.org/in?token=secret"
DATA = {"sync_id": 1, "sync_type": "manual"}


def _add(
    database: Database, clock: FakeClock, user_id: str, webhook_id: str, **values: object
) -> None:
    given = {"url": URL, "events": ["*"], "description": None, "include_data": False, **values}
    assert WebhooksRepository(database).add(user_id, webhook_id, given, now=clock()) is not None


def _tell(
    database: Database,
    clock: FakeClock,
    event: EventType,
    data: Mapping[str, object] = DATA,
    details: Mapping[str, object] | None = None,
) -> None:
    with database.write() as db:
        tell(db, "eva", event, data, details=details, now=clock())


def _rows(database: Database) -> list[dict[str, object]]:
    query = select(webhook_deliveries).order_by(webhook_deliveries.c.webhook_id)
    with database.read() as db:
        return [dict(row) for row in db.execute(query).mappings()]


def test_event_is_told_to_those_who_want_it(database: Database, clock: FakeClock) -> None:
    """One event goes to each enabled webhook of its owner that wants it, under one event id."""
    _add(database, clock, "eva", "whk_a")
    _add(database, clock, "eva", "whk_b", events=["sync.started", "sync.failed"])
    _add(database, clock, "eva", "whk_c", events=["sync.completed"])
    _add(database, clock, "eva", "whk_d")
    WebhooksRepository(database).change("eva", "whk_d", {"enabled": False}, now=clock())
    _add(database, clock, "tom", "whk_e")

    _tell(database, clock, EventType.SYNC_STARTED)

    rows = _rows(database)
    assert [(row["webhook_id"], row["user_id"]) for row in rows] == [
        ("whk_a", "eva"),
        ("whk_b", "eva"),
    ]
    assert len({row["event_id"] for row in rows}) == 1
    assert len({row["delivery_id"] for row in rows}) == 2
    assert rows[0]["body"] == (
        '{"type":"sync.started","timestamp":"2026-03-02T12:00:00.000Z",'
        '"data":{"sync_id":1,"sync_type":"manual"}}'
    )
    with database.read() as db:
        assert (listens(db, "eva"), listens(db, "nobody")) == (True, False)


def test_values_go_only_to_who_asked_for_them(database: Database, clock: FakeClock) -> None:
    """Without `include_data` a body is thin; with it, it holds the values where they fit."""
    _add(database, clock, "eva", "whk_a")
    _add(database, clock, "eva", "whk_b", include_data=True)

    _tell(database, clock, EventType.WELLNESS_UPDATED, {"dates": []}, {"rows": [{"hrv": 52}]})
    _tell(database, clock, EventType.WELLNESS_UPDATED, {"dates": []}, {"rows": "x" * LARGEST_BODY})

    data = [json.loads(str(row["body"]))["data"] for row in _rows(database)]
    assert data.count({"dates": []}) == 3
    assert data.count({"dates": [], "rows": [{"hrv": 52}]}) == 1


def test_event_of_a_change_that_failed_is_not_told(database: Database, clock: FakeClock) -> None:
    """What rolls back takes its event along."""
    _add(database, clock, "eva", "whk_a")

    def change_in_vain() -> None:
        with database.write() as db:
            tell(db, "eva", EventType.SYNC_STARTED, DATA, now=clock())
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        change_in_vain()

    assert _rows(database) == []


def test_person_has_twenty_webhooks_at_most(database: Database, clock: FakeClock) -> None:
    """The one too many is not added; another person's do not count."""
    for number in range(MOST_WEBHOOKS):
        _add(database, clock, "eva", f"whk_{number}")
    _add(database, clock, "tom", "whk_t")

    values = {"url": URL, "events": ["*"]}
    assert WebhooksRepository(database).add("eva", "whk_x", values, now=clock()) is None


def test_changes_are_for_the_version_that_was_seen(database: Database, clock: FakeClock) -> None:
    """A change to an older version, or of another person's webhook, changes nothing."""
    hooks = WebhooksRepository(database)
    _add(database, clock, "eva", "whk_a")

    changed = hooks.change("eva", "whk_a", {"events": ["sync.failed"]}, now=clock(), seen=1)
    assert changed is not None
    assert (changed.version, changed.events) == (2, ("sync.failed",))
    assert hooks.change("eva", "whk_a", {"enabled": False}, now=clock(), seen=1) is None
    assert hooks.change("tom", "whk_a", {"enabled": False}, now=clock()) is None
    assert not hooks.remove("tom", "whk_a", [])
    assert hooks.one("tom", "whk_a") is None
    assert hooks.one("eva", "whk_a") == changed


def test_delivery_is_claimed_once_and_again_after_its_lease(
    database: Database, clock: FakeClock
) -> None:
    """While one worker tells a webhook, nobody else tells it anything; a dead one is replaced."""
    deliveries = DeliveriesRepository(database)
    _add(database, clock, "eva", "whk_a")
    _tell(database, clock, EventType.SYNC_STARTED)
    _tell(database, clock, EventType.SYNC_FAILED)

    assert deliveries.is_any_due(clock())
    first = deliveries.claim("one", now=clock())
    assert first is not None
    assert deliveries.claim("two", now=clock()) is None
    clock.advance(seconds=61)
    again = deliveries.claim("two", now=clock())

    assert again is not None
    assert (again.event_id, again.attempts, first.attempts) == (first.event_id, 2, 1)
    assert not deliveries.record(
        first, Attempt(status=200), Verdict(DeliveryState.DELIVERED), now=clock()
    )
    assert deliveries.record(
        again, Attempt(status=200, head=b"ok"), Verdict(DeliveryState.DELIVERED), now=clock()
    )
    other = deliveries.claim("two", now=clock())
    assert other is not None
    assert other.event_id != first.event_id
    done = [row for row in deliveries.page("eva", "whk_a", limit=5) if row.response_status]
    assert [(row.state, row.response_head, row.next_attempt_at) for row in done] == [
        (DeliveryState.DELIVERED, b"ok", None)
    ]


def test_webhooks_of_who_is_disabled_wait(database: Database, clock: FakeClock) -> None:
    """Nothing is sent for somebody who is kept out; let in again, they miss nothing."""
    users = UsersRepository(database, clock)
    users.add("Ida", role=Role.ADMIN)
    eva = users.add("Eva").user_id
    people, deliveries = AdministrationRepository(database), DeliveriesRepository(database)
    _add(database, clock, eva, "whk_a")
    with database.write() as db:
        tell(db, eva, EventType.SYNC_STARTED, DATA, now=clock())
    (line,) = deliveries.page(eva, "whk_a", limit=5)

    people.change_person(eva, role=None, disabled=True, now=clock())
    assert not deliveries.is_any_due(clock())
    assert deliveries.claim("one", now=clock()) is None
    assert deliveries.again(eva, "whk_a", line.delivery_id, now=clock()) is False

    people.change_person(eva, role=None, disabled=False, now=clock())
    assert deliveries.is_any_due(clock())
    assert deliveries.claim("one", now=clock()) is not None


def test_webhook_that_is_gone_is_told_nothing_more(database: Database, clock: FakeClock) -> None:
    """It is turned off with the reason, what waited ends; turned on, it can be told again."""
    hooks, deliveries = WebhooksRepository(database), DeliveriesRepository(database)
    _add(database, clock, "eva", "whk_a")
    _tell(database, clock, EventType.SYNC_STARTED)
    _tell(database, clock, EventType.SYNC_FAILED)
    claimed = deliveries.claim("one", now=clock())
    assert claimed is not None

    gone = Verdict(DeliveryState.FAILED, disabled=Disabled.GONE)
    assert deliveries.record(claimed, Attempt(status=410), gone, now=clock())

    off = hooks.one("eva", "whk_a")
    assert off is not None
    assert (off.enabled, off.disabled_reason, off.version) == (False, Disabled.GONE, 2)
    log = deliveries.page("eva", "whk_a", limit=5)
    assert {row.state for row in log} == {DeliveryState.FAILED}
    assert {row.error_code for row in log} == {None, "webhook_disabled"}
    one = claimed.delivery_id
    assert deliveries.again("eva", "whk_a", one, now=clock()) is False
    assert deliveries.again("tom", "whk_a", one, now=clock()) is None
    on = hooks.change("eva", "whk_a", {"enabled": True}, now=clock())
    assert on is not None
    assert on.disabled_reason is None
    assert deliveries.again("eva", "whk_a", one, now=clock()) is True
    back = deliveries.claim("one", now=clock())
    assert back is not None
    assert (back.delivery_id, back.event_id, back.attempts) == (one, claimed.event_id, 1)


def test_busy_webhook_is_left_in_peace(database: Database, clock: FakeClock) -> None:
    """What else is due for it waits; another webhook's deliveries do not."""
    deliveries = DeliveriesRepository(database)
    _add(database, clock, "eva", "whk_a")
    for _ in range(2):
        _tell(database, clock, EventType.SYNC_STARTED)
    claimed = deliveries.claim("one", now=clock())
    assert claimed is not None
    later, pause = clock() + timedelta(hours=1), clock() + timedelta(minutes=5)
    busy = Verdict(DeliveryState.PENDING, next_attempt_at=later, pause_until=pause)
    assert deliveries.record(claimed, Attempt(status=503), busy, now=clock())
    _add(database, clock, "tom", "whk_t")
    with database.write() as db:
        tell(db, "tom", EventType.SYNC_STARTED, DATA, now=clock())

    theirs = deliveries.claim("one", now=clock())
    assert theirs is not None
    assert theirs.user_id == "tom"
    told = Verdict(DeliveryState.DELIVERED)
    assert deliveries.record(theirs, Attempt(status=204), told, now=clock())
    assert deliveries.claim("one", now=clock()) is None
    clock.advance(minutes=5)
    assert deliveries.claim("one", now=clock()) is not None
    assert deliveries.claim("one", now=clock()) is None


def test_log_is_paged_and_kept_for_thirty_days(database: Database, clock: FakeClock) -> None:
    """The newest come first, each once; after 30 days they are deleted."""
    deliveries = DeliveriesRepository(database)
    _add(database, clock, "eva", "whk_a")
    for _ in range(5):
        _tell(database, clock, EventType.SYNC_STARTED)

    first = deliveries.page("eva", "whk_a", limit=3)
    rest = deliveries.page(
        "eva", "whk_a", limit=3, after=(first[-1].created_at, first[-1].delivery_id)
    )
    assert len({row.delivery_id for row in [*first, *rest]}) == 5
    assert deliveries.page("tom", "whk_a", limit=3) == []
    assert deliveries.forget_old(now=clock()) == 0
    clock.advance(days=31)
    assert deliveries.forget_old(now=clock()) == 5
