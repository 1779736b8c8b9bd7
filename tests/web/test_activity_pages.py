"""The pages of activities, served: who sees which, filters, and what an odd address does."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import insert

from training_analyzer.db.repositories.activity_lists import ActivityListsRepository, Wanted
from training_analyzer.db.tables import activities

if TYPE_CHECKING:
    from fastapi import FastAPI
    from web_stage import Person

    from training_analyzer.db import Database
    from training_analyzer.services.runtime import Runtime

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


def store(database: Database, user_id: str, activity_id: int, **more: object) -> None:
    """Store an activity."""
    day = more.pop("day", "2026-02-20")
    values = {
        "user_id": user_id,
        "activity_id": activity_id,
        "api": "account",
        "first_seen_at": NOW,
        "changed_at": NOW,
        "name": f"Outing {activity_id}",
        "type_key": "running",
        "start_utc": datetime.fromisoformat(f"{day}T08:00:00+00:00"),
        "calendar_date": day,
        "duration_s": 600.0,
        "distance_m": 2000.0,
        **more,
    }
    with database.write() as db:
        db.execute(insert(activities), [values])


def test_sums_and_days_count_nothing_twice(database: Database) -> None:
    """Legs, duplicates, deleted and others' activities are in no sum; days are oldest first."""
    store(database, "ada", 1)
    store(database, "ada", 2, name="Longer", duration_s=900.0)
    store(database, "ada", 3, type_key="yoga", distance_m=None, day="2026-02-01")
    store(database, "ada", 4, duplicate_of=1)
    store(database, "ada", 5, parent_id=1)
    store(database, "ada", 6, deleted_at=NOW)
    store(database, "ben", 7)
    lists = ActivityListsRepository(database)

    every = lists.totals("ada", Wanted(with_deleted=True))
    assert (every.count, every.distance_m, every.duration_s) == (3, 4000.0, 2100.0)
    assert lists.totals("ada", Wanted(type_key="yoga")).count == 1
    days = lists.active_days("ada", Wanted(), first=NOW.date().replace(month=1))
    assert [(f"{each.day}", each.seconds, each.name) for each in days] == [
        ("2026-02-01", 600.0, "Outing 3"),
        ("2026-02-20", 1500.0, "Longer"),
    ]
    assert [leg["activity_id"] for leg in lists.legs("ada", 1)] == [5]
    assert not lists.has_track("ada", 1)
    leg = lists.one("ada", 5)
    assert leg is not None
    assert lists.around("ada", leg).parent_name == "Outing 1"


def test_empty_list_leads_to_what_fills_it(ana: Person) -> None:
    """Without a connection the list says so, and leads there."""
    page = ana.client.get("/activities")
    assert page.status_code == 200
    assert "No activities yet" in page.text
    assert 'href="/connect"' in page.text


def test_list_and_page_are_the_persons_own(
    app: FastAPI, ana: Person, ben: Person, runtime: Runtime
) -> None:
    """What is stored is shown with its name escaped; another's activity is not found."""
    del app
    for number in range(1, 33):
        store(runtime.database, ana.user_id, number, name=f"<i>Run {number}</i>")
    first = ana.client.get("/activities")
    assert first.status_code == 200
    assert "&lt;i&gt;Run 32&lt;/i&gt;" in first.text
    assert "&lt;i&gt;Run 2&lt;/i&gt;" not in first.text
    older = first.text.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    assert "&lt;i&gt;Run 2&lt;/i&gt;" in ana.client.get(older).text
    nothing = ana.client.get("/activities", params={"q": "zzz", "type": "'", "to": "0001-01-01"})
    assert "No activity matches." in nothing.text

    one = ana.client.get("/activities/7")
    assert one.status_code == 200
    assert "No recording to draw" in one.text
    for person, path in ((ben, "7"), (ana, "99"), (ana, "-1"), (ana, f"{2**70}")):
        assert person.client.get(f"/activities/{path}").status_code == 404
    assert ana.client.get("/activities", params={"cursor": "x"}).status_code == 400
