"""Days as one statement tells them, and who is signed in, on both databases."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import insert

from training_analyzer.db.repositories import UsersRepository
from training_analyzer.db.repositories.days import DaysRepository
from training_analyzer.db.repositories.reading import KnownDays, ReadingRepository
from training_analyzer.db.repositories.sessions import Session, SessionsRepository
from training_analyzer.db.tables import garmin_coverage, metadata
from training_analyzer.model import Role

if TYPE_CHECKING:
    from fake_clock import FakeClock

    from training_analyzer.db import Database

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
FIRST, LAST = date(2026, 3, 1), date(2026, 3, 6)


def test_ledger_has_a_letter_for_each_known_day(database: Database) -> None:
    """Every state has its letter, unsettled data its own; others' days and streams stay out.

    So do they of the oldest day.
    """
    states = ["data", "data", "empty", "failed", "unsupported"]
    days = [
        ("ada", "hrv", f"2026-03-0{n}", state, int(n == 1)) for n, state in enumerate(states, 1)
    ]
    strangers = [
        ("ben", "hrv", "2026-03-06", "data", 1),
        ("ada", "hrv", "2026-03-07", "data", 1),
        ("ada", "stress", "2026-03-06", "data", 1),
    ]
    names = ("user_id", "stream", "calendar_date", "state", "settled")
    rows = [dict(zip(names, each, strict=True)) for each in days + strangers]
    with database.write() as db:
        db.execute(insert(garmin_coverage), [{**row, "fetched_at": NOW} for row in rows])

    found = ReadingRepository(database).coverage_states(
        "ada", ["hrv", "sleep"], first=FIRST, last=LAST
    )

    assert list(found) == ["hrv"]
    span = "".join(f"2026-03-0{n}" for n in range(1, 8))
    assert found["hrv"].over(span, "ooommmm") == "dpefumm"
    firsts = [["hrv", "sleep"], ["stress"], ["sleep"]]
    oldest = [ReadingRepository(database).first_day("ada", streams) for streams in firsts]
    assert oldest == [date(2026, 3, 1), date(2026, 3, 6), None]


@pytest.mark.parametrize(
    ("days", "letters", "cells"),
    [
        (["03", "04", "05"], "def", "modefom"),
        (["05", "03"], "ed", "modmeom"),
        (["01", "07"], "du", "dommmou"),
        ([], "", "mommmom"),
    ],
)
def test_known_days_take_their_places_in_whatever_order(
    days: list[str], letters: str, cells: str
) -> None:
    """Each letter is at its day, with days missing in between or out of order, too."""
    known = KnownDays("".join(f"2026-03-{day}" for day in days), letters)
    span = "".join(f"2026-03-0{n}" for n in range(1, 8))

    assert known.over(span, "mommmom") == cells


def test_failed_days_and_refusals_are_told_with_their_times(database: Database) -> None:
    """By stream, the oldest day first; what others met and other days stay out."""
    known = [
        ("ada", "sleep", "2026-03-02", "failed", "blocked"),
        ("ada", "hrv", "2026-03-04", "failed", "rate_limited"),
        ("ada", "hrv", "2026-03-03", "failed", None),
        ("ada", "hrv", "2026-02-01", "failed", "blocked"),
        ("ada", "vo2max", "2026-03-03", "unsupported", None),
        ("ben", "weight", "2026-03-03", "unsupported", None),
    ]
    names = ("user_id", "stream", "calendar_date", "state", "error_code")
    rows = [dict(zip(names, each, strict=True)) for each in known]
    with database.write() as db:
        db.execute(
            insert(garmin_coverage), [{**row, "fetched_at": NOW, "settled": 0} for row in rows]
        )
    reading = ReadingRepository(database)

    failed = reading.failed_days("ada", first=FIRST, last=LAST)

    assert [(each.stream, each.day.day, each.error_code, each.at) for each in failed] == [
        ("hrv", 3, "", NOW),
        ("hrv", 4, "rate_limited", NOW),
        ("sleep", 2, "blocked", NOW),
    ]
    assert reading.refusals("ada") == {"vo2max": NOW}


def test_days_come_joined_newest_first(database: Database) -> None:
    """A day is there when one table has it; what the others lack is None, others' rows too."""
    stamps = {"first_seen_at": NOW, "changed_at": NOW, "api": "account"}
    nights = [("ada", "2026-03-01", 50), ("ada", "2026-03-03", 51), ("ben", "2026-03-02", 99)]
    pulses = [("ada", "2026-03-02", 44), ("ada", "2026-03-03", 45), ("ada", "2026-03-07", 46)]
    with database.write() as db:
        for name, column, rows in (
            ("hrv_nights", "last_night_avg_ms", nights),
            ("resting_heart_rates", "resting_hr_bpm", pulses),
        ):
            values = [
                {"user_id": user, "calendar_date": day, column: value, **stamps}
                for user, day, value in rows
            ]
            db.execute(insert(metadata.tables[name]), values)

    found = DaysRepository(database).joined(
        "ada",
        {
            "hrv": ["hrv_nights.last_night_avg_ms"],
            "pulse": ["resting_heart_rates.resting_hr_bpm", "hrv_nights.last_night_avg_ms"],
        },
        first=FIRST,
        last=LAST,
        limit=2,
    )

    assert [tuple(day.values()) for day in found] == [
        ("2026-03-03", 51, 45),
        ("2026-03-02", None, 44),
    ]
    assert list(found[0]) == ["calendar_date", "hrv", "pulse"]


def test_session_is_found_with_its_person(database: Database, clock: FakeClock) -> None:
    """One look-up tells the session and whose it is; an unknown token tells nothing."""
    ada = UsersRepository(database, clock).add("Ada", role=Role.ADMIN)
    session = Session(
        user_id=ada.user_id,
        session_id="ses_1",
        created_at=NOW,
        seen_at=NOW,
        authenticated_at=NOW,
        client="Firefox on Linux",
        network=None,
    )
    sessions = SessionsRepository(database)
    sessions.add(session, "hash", forget_before=NOW)

    assert sessions.by_token("hash") == (session, ada)
    assert sessions.by_token("other") is None
