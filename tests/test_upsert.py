"""Writing rows that may be there already: only what changed is written, and counted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from training_analyzer.db.tables import hrv_nights
from training_analyzer.db.text import storable
from training_analyzer.db.upsert import upsert

if TYPE_CHECKING:
    from fake_clock import FakeClock

    from training_analyzer.db import Database


def night(day: int, **values: Any) -> dict[str, Any]:
    """Return the HRV row of a night of March."""
    return {
        "user_id": "u",
        "calendar_date": f"2026-03-{day:02d}",
        "api": "account",
        "last_night_avg_ms": 60,
        "status": "BALANCED",
        **values,
    }


def write(database: Database, rows: list[dict[str, Any]], clock: FakeClock) -> int:
    """Upsert *rows* at the clock's time."""
    with database.write() as db:
        return upsert(db, hrv_nights, rows, now=clock())


def stored(database: Database, day: int = 1) -> Any:
    """Return the stored row of a night."""
    with database.read() as db:
        query = select(hrv_nights).where(hrv_nights.c.calendar_date == f"2026-03-{day:02d}")
        return db.execute(query).one()


def test_new_rows_are_inserted_and_counted(database: Database, clock: FakeClock) -> None:
    """Each new row counts, and knows when it was first seen."""
    assert write(database, [night(day) for day in range(1, 8)], clock) == 7

    assert stored(database).last_night_avg_ms == 60
    assert stored(database).first_seen_at == stored(database).changed_at == clock()


def test_equal_rows_are_not_written(database: Database, clock: FakeClock) -> None:
    """The same rows again change nothing and count nothing."""
    write(database, [night(1), night(2)], clock)
    first = clock()
    clock.advance(hours=1)

    assert write(database, [night(1), night(2)], clock) == 0
    assert stored(database).changed_at == first


def test_only_changed_rows_count(database: Database, clock: FakeClock) -> None:
    """Of many rows, those count that are new or different; a first sight is never forgotten."""
    write(database, [night(day) for day in range(1, 8)], clock)
    first = clock()
    later = clock.advance(hours=1)

    assert write(database, [night(1, last_night_avg_ms=61), *map(night, range(2, 9))], clock) == 2

    changed = stored(database)
    assert (changed.last_night_avg_ms, changed.first_seen_at, changed.changed_at) == (
        61,
        first,
        later,
    )


def test_null_is_a_value_like_others(database: Database, clock: FakeClock) -> None:
    """A value that vanishes or appears is a change; NULL twice is none."""
    write(database, [night(1, status=None)], clock)

    assert write(database, [night(1, status=None)], clock) == 0
    assert write(database, [night(1, status="LOW")], clock) == 1
    assert write(database, [night(1, status=None)], clock) == 1


def test_unnamed_columns_stay(database: Database, clock: FakeClock) -> None:
    """A row that does not name a column leaves its value alone."""
    write(database, [night(1, weekly_avg_ms=55)], clock)

    write(database, [night(1, last_night_avg_ms=70)], clock)

    assert (stored(database).weekly_avg_ms, stored(database).last_night_avg_ms) == (55, 70)


def test_instants_are_compared_as_instants(database: Database, clock: FakeClock) -> None:
    """An instant written again is the same instant."""
    row = night(1, created_utc=clock())

    assert write(database, [row], clock) == 1
    assert write(database, [row], clock) == 0


def test_users_do_not_meet(database: Database, clock: FakeClock) -> None:
    """Two users have a row each for one day."""
    write(database, [night(1)], clock)

    assert write(database, [night(1, user_id="other", last_night_avg_ms=40)], clock) == 1
    with database.read() as db:
        query = select(hrv_nights.c.user_id, hrv_nights.c.last_night_avg_ms)
        found = {row.user_id: row.last_night_avg_ms for row in db.execute(query)}
    assert found == {"u": 60, "other": 40}


def test_a_row_given_twice_is_written_once_more_only_if_different(
    database: Database, clock: FakeClock
) -> None:
    """Garmin may tell one day twice in one answer: the last one stays."""
    assert write(database, [night(1), night(1)], clock) == 1
    assert write(database, [night(1), night(1, last_night_avg_ms=62)], clock) == 1

    assert stored(database).last_night_avg_ms == 62


def test_nothing_writes_nothing(database: Database, clock: FakeClock) -> None:
    """No rows are no work."""
    assert write(database, [], clock) == 0


def test_text_that_no_database_takes_is_cleaned(database: Database, clock: FakeClock) -> None:
    """NUL and half characters from Garmin's JSON do not stop a sync."""
    row = night(1, status="BAL\x00ANCED \ud83c", feedback="grün 🏃")

    assert write(database, [row], clock) == 1
    assert write(database, [row], clock) == 0
    assert (stored(database).status, stored(database).feedback) == ("BALANCED ?", "grün 🏃")


def test_rows_with_different_columns_are_refused(database: Database, clock: FakeClock) -> None:
    """SQLAlchemy would drop what the first row does not name: refused before."""
    with pytest.raises(ValueError, match="same columns"):
        write(database, [night(1), night(2, weekly_avg_ms=50)], clock)


@pytest.mark.parametrize("column", ["nonsense", "changed_at", "first_seen_at"])
def test_foreign_columns_are_refused(database: Database, clock: FakeClock, column: str) -> None:
    """A row names columns of its table, and not those that the writing itself keeps."""
    with pytest.raises(ValueError, match=column):
        write(database, [night(1, **{column: None})], clock)


@pytest.mark.parametrize("value", [None, 1, 1.5, "", "plain", "grün 🏃"])
def test_storable_values_stay_as_they_are(value: object) -> None:
    """Only what cannot be stored is changed."""
    assert storable(value) == value
