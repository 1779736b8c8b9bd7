"""The SQL views: one row a day, an activity, a night, of what is worth counting."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import text

from training_analyzer.db import views
from training_analyzer.db.tables import metadata
from training_analyzer.db.views import VIEWS, create

if TYPE_CHECKING:
    from collections.abc import Callable

    from training_analyzer.db import Database

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
DAY = "2026-03-02"


@pytest.fixture
def have(database: Database) -> Callable[..., None]:
    """Give a verb that stores rows: the table, then what differs in each."""

    def store(table_name: str, *rows: dict[str, Any], user_id: str = "u") -> None:
        always = {"user_id": user_id, "api": "account", "first_seen_at": NOON, "changed_at": NOON}
        with database.write() as db:
            for row in rows:
                db.execute(metadata.tables[table_name].insert().values(always | row))

    return store


def look(database: Database, view: str, user_id: str = "u") -> list[dict[str, Any]]:
    """Return the view's rows of a user, by day."""
    query = text(f"SELECT * FROM {view} WHERE user_id = :who ORDER BY calendar_date")  # noqa: S608 - our own names
    with database.read() as db:
        return [dict(row._mapping) for row in db.execute(query, {"who": user_id})]


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql"])
def test_the_migration_writes_the_very_views_of_the_code(dialect: str) -> None:
    """The texts of the views and of the revision that creates them are the same."""
    versions = Path(views.__file__).parent / "migrations/versions"
    script = (versions / f"0004_whole_catalog.{dialect}.sql").read_text("utf-8")

    created = [part for part in script.strip().split(";\n") if "CREATE VIEW" in part]

    assert [part.strip().removesuffix(";") for part in created] == [create(name) for name in VIEWS]


def test_every_view_can_be_asked_on_an_empty_database(database: Database) -> None:
    """Each view is there on both databases and is empty at first."""
    assert [look(database, view) for view in VIEWS] == [[], [], []]


def test_an_activity_counts_once(database: Database, have: Callable[..., None]) -> None:
    """Deleted activities, duplicates and the legs of a multisport are left out of `v_activity`."""
    day = {"calendar_date": DAY, "distance_m": 10_000.0, "duration_s": 3000.0}
    have(
        "activities",
        {"activity_id": 1, **day},
        {"activity_id": 2, **day, "deleted_at": NOON},
        {"activity_id": 3, **day, "duplicate_of": 1},
        {"activity_id": 4, **day, "is_parent": 1, "distance_m": 0.0},
        {"activity_id": 5, **day, "parent_id": 4},
    )

    run, multisport = sorted(look(database, "v_activity"), key=lambda row: row["activity_id"])

    assert (run["activity_id"], multisport["activity_id"]) == (1, 4)
    assert (run["distance_km"], run["duration_min"], run["pace_min_per_km"]) == (10.0, 50.0, 5.0)
    assert multisport["pace_min_per_km"] is None
    (today,) = look(database, "v_day")
    assert (today["activity_count"], today["activity_duration_min"]) == (2, 100.0)


def test_a_day_is_one_row_whatever_it_holds(database: Database, have: Callable[..., None]) -> None:
    """Two weigh-ins, two devices and three readiness values still make one row of `v_day`."""
    have(
        "weigh_ins",
        *(
            {"sample_pk": n, "calendar_date": DAY, "weight_g": g}
            for n, g in ((1, 70_000.0), (2, 71_000.0))
        ),
    )
    have(
        "training_status_days",
        {
            "calendar_date": DAY,
            "device_id": "a",
            "is_primary": 0,
            "status": 1,
            "computed_utc": NOON,
        },
        {"calendar_date": DAY, "device_id": "b", "is_primary": 1, "status": 7},
    )
    have(
        "training_readiness",
        {"computed_utc": NOON, "calendar_date": DAY, "score": 20, "has_valid_sleep": 1},
        {
            "computed_utc": NOON + timedelta(hours=1),
            "calendar_date": DAY,
            "score": 75,
            "context": "AFTER_WAKEUP_RESET",
        },
        {"computed_utc": NOON + timedelta(hours=2), "calendar_date": DAY, "score": 50},
    )
    have(
        "vo2max_days",
        *(
            {"calendar_date": DAY, "sport": sport, "vo2max": value}
            for sport, value in (("running", 50.0), ("cycling", 60.0))
        ),
    )

    (today,) = look(database, "v_day")

    assert today["weight_kg"] == 70.5
    assert (today["training_device_id"], today["training_status"]) == ("b", 7)
    assert today["readiness_score"] == 75
    assert today["vo2max_running"] == 50.0
    assert (today["steps"], today["activity_count"]) == (None, 0)


def test_a_day_is_there_as_soon_as_one_table_has_it(
    database: Database, have: Callable[..., None]
) -> None:
    """A day that only one stream knows is a row of `v_day`; a row without a day is none."""
    daily = [
        name
        for name, table in metadata.tables.items()
        if [column.name for column in table.primary_key] == ["user_id", "calendar_date"]
    ]
    for number, name in enumerate(daily, start=1):
        have(name, {"calendar_date": f"2026-01-{number:02d}"})
    have("weigh_ins", {"sample_pk": 1})

    assert [row["calendar_date"][-2:] for row in look(database, "v_day")] == [
        f"{number:02d}" for number in range(1, len(daily) + 1)
    ]


def test_views_keep_people_apart(database: Database, have: Callable[..., None]) -> None:
    """Two people's same day is two rows, each with its own values."""
    for who, steps in (("u", 1000), ("v", 2000)):
        have("daily_summaries", {"calendar_date": DAY, "steps": steps}, user_id=who)
        have("sleep_nights", {"calendar_date": DAY, "sleep_total_s": steps * 10}, user_id=who)
        have("hrv_nights", {"calendar_date": DAY, "last_night_avg_ms": steps // 40}, user_id=who)

    (mine,), (theirs,) = (look(database, "v_day", who) for who in ("u", "v"))
    (night,) = look(database, "v_night", "v")

    assert (mine["steps"], theirs["steps"]) == (1000, 2000)
    assert (mine["hrv_ms"], theirs["hrv_ms"]) == (25, 50)
    assert night["sleep_h"] == pytest.approx(20_000 / 3600)
