"""Reparse: the archive read again makes the same rows, and never an older one."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
import zstandard
from services_stage import connect, rows
from sqlalchemy import delete, select, update

from training_analyzer.db.repositories.payloads import PayloadsRepository
from training_analyzer.db.tables import (
    activities,
    daily_summaries,
    garmin_payloads,
    garmin_reparses,
    hrv_nights,
    resting_heart_rates,
    sleep_nights,
)
from training_analyzer.db.upsert import upsert
from training_analyzer.services.reparsing import Reparsing

if TYPE_CHECKING:
    from collections.abc import Callable

    from training_analyzer.db import Database
    from training_analyzer.services.garmin_scheduler import GarminSyncScheduler
    from training_analyzer.services.reparsed import ReparseProgress
    from training_analyzer.services.runtime import Runtime
    from training_analyzer.simulator import SimulatorServer

STREAM = "resting_heart_rate"
FIRST = date(2026, 1, 1)


@dataclass
class Archive:
    """An archive that a test fills: answers of resting heart rate, one after the other."""

    database: Database
    now: Any
    user_id: str = "u"

    def has(self, beats: int, *days: int, stream: str = STREAM, damage: bytes = b"") -> None:
        """Archive an answer of now that says *beats* for each of *days* of the year."""
        span = [FIRST + timedelta(days=n) for n in days]
        values = [{"calendarDate": day.isoformat(), "value": beats} for day in span]
        body = {"allMetrics": {"metricsMap": {"WELLNESS_RESTING_HEART_RATE": values}}}
        text = json.dumps(body).encode()
        row = {
            "user_id": self.user_id,
            "stream": stream,
            "api": "account",
            "first_date": span[0].isoformat(),
            "last_date": span[-1].isoformat(),
            "sha256": hashlib.sha256(text).hexdigest(),
            "body_zstd": damage or zstandard.compress(text),
            "body_bytes": len(text),
            "fetched_at": self.now.advance(minutes=1),
        }
        with self.database.write() as db:
            db.execute(garmin_payloads.insert().values(row))

    def stores(self, beats: int, day: int) -> None:
        """Store a row, as a sync does with its answer."""
        row = {
            "user_id": self.user_id,
            "calendar_date": (FIRST + timedelta(days=day)).isoformat(),
            "resting_hr_bpm": beats,
            "api": "account",
        }
        with self.database.write() as db:
            upsert(db, resting_heart_rates, [row], now=self.now())

    def beats(self) -> dict[int, int]:
        """Return what is stored: day of the year -> beats."""
        table = resting_heart_rates
        query = select(table.c.calendar_date, table.c.resting_hr_bpm).order_by(
            table.c.calendar_date
        )
        with self.database.read() as db:
            found = db.execute(query.where(table.c.user_id == self.user_id)).all()
        return {(date.fromisoformat(day) - FIRST).days: beats for day, beats in found}

    def reparse(self, **options: Any) -> Any:
        """Read the archive again."""
        return Reparsing(PayloadsRepository(self.database), self.now).reparse(**options)


@pytest.fixture
def archive(database: Database, clock: Any) -> Archive:
    """Give an empty archive on a database, of each kind in turn."""
    return Archive(database, clock)


def stop_after(count: int) -> Callable[[ReparseProgress], None]:
    """Return a watch that kills the pass when it has heard *count* times."""
    heard: list[ReparseProgress] = []

    def watch(progress: ReparseProgress) -> None:
        heard.append(progress)
        if len(heard) == count:
            raise KeyboardInterrupt

    return watch


def unstamped(found: dict[str, list[tuple[Any, ...]]]) -> dict[str, list[str]]:
    """Return rows without what tells when they were first seen and last changed, at their end."""
    return {
        name: sorted(
            repr(tuple(cell for cell in row if not isinstance(cell, datetime))) for row in every
        )
        for name, every in found.items()
    }


def test_reading_again_changes_nothing_and_mends_everything(
    runtime: Runtime,
    garmin: SimulatorServer,
    scheduler: GarminSyncScheduler,
    clock: Any,
) -> None:
    """After two syncs a reparse changes nothing; what was lost or spoilt comes back as it was."""
    user_id = connect(runtime, garmin, "ada")
    runtime.credentials.update_sync_config(user_id, initial_sync_days=40)
    scheduler.sync_user(user_id)
    clock.advance(days=2)
    scheduler.sync_user(user_id)
    stored, asked = rows(runtime.database, user_id), len(garmin.log)

    unchanged = runtime.reparsing.reparse(user_id)

    assert (unchanged.rows_changed, unchanged.unreadable) == (0, [])
    assert unchanged.payloads > 20
    assert rows(runtime.database, user_id) == stored
    with runtime.database.write() as db:
        lost = db.execute(delete(hrv_nights)).rowcount
        spoilt = db.execute(update(daily_summaries).values(steps=None, stress_avg=1)).rowcount
        spoilt += db.execute(update(activities).values(distance_m=-1.0)).rowcount
        spoilt += db.execute(update(sleep_nights).values(score=None)).rowcount
        # Only the nights in detail tell of it: columns of another stream's row.
        told = sleep_nights.c.restless_count.is_not(None)
        detailed = db.execute(update(sleep_nights).where(told).values(restless_count=-1)).rowcount

    mended = runtime.reparsing.reparse()

    assert len(garmin.log) == asked
    assert mended.rows_changed == lost + spoilt + detailed
    assert detailed > 0
    assert unstamped(rows(runtime.database, user_id)) == unstamped(stored)


def test_an_older_answer_never_wins(archive: Archive) -> None:
    """Of several answers for a day the newest one counts, and nothing else is ever written."""
    archive.has(50, 0, 1, 2)
    archive.has(52, 1)
    archive.stores(52, 1)

    done = archive.reparse()

    assert archive.beats() == {0: 50, 1: 52, 2: 50}
    assert (done.payloads, done.rows_changed) == (2, 2)
    assert archive.reparse().rows_changed == 0


def test_what_cannot_be_read_is_told_and_passed_over(archive: Archive) -> None:
    """Damage and unknown streams stop nothing; the days of an unread answer stay as stored."""
    archive.has(48, 0, 1, 2)
    archive.has(50, 5)
    archive.has(99, 1, damage=b"no zstd at all")
    archive.has(60, 3, stream="stream_of_tomorrow")
    archive.stores(70, 1)

    done = archive.reparse()

    assert archive.beats() == {0: 48, 1: 70, 2: 48, 5: 50}
    told = {(one.stream, one.code, one.first) for one in done.unreadable}
    assert told == {
        (STREAM, "damaged", "2026-01-02"),
        ("stream_of_tomorrow", "unknown_stream", None),
    }
    assert done.unreadable_payloads == 2


def test_an_answer_of_another_shape_is_told(archive: Archive) -> None:
    """An answer that is none of its stream's is `schema_drift`, and the others are read."""
    archive.has(50, 0)
    archive.has(55, 4, stream="hrv")

    done = archive.reparse()

    assert archive.beats() == {0: 50}
    assert [(one.stream, one.code) for one in done.unreadable] == [("hrv", "schema_drift")]


def test_a_killed_pass_goes_on_where_it_was(
    runtime: Runtime, garmin: SimulatorServer, scheduler: GarminSyncScheduler
) -> None:
    """After a kill the next pass reads only what is left; the one after reads everything again."""
    user_id = connect(runtime, garmin, "ada")
    runtime.credentials.update_sync_config(user_id, initial_sync_days=10)
    scheduler.sync_user(user_id)
    whole = runtime.reparsing.reparse().payloads
    stored = rows(runtime.database, user_id)

    with pytest.raises(KeyboardInterrupt):
        runtime.reparsing.reparse(watch=stop_after(4))
    rest = runtime.reparsing.reparse()
    again = runtime.reparsing.reparse()

    assert rest.is_resumed
    assert 0 < rest.payloads < whole
    assert (again.is_resumed, again.payloads) == (False, whole)
    assert rows(runtime.database, user_id) == stored
    with runtime.database.read() as db:
        assert db.execute(select(garmin_reparses)).all() == []


def test_from_start_and_another_version_forget_the_cursor(archive: Archive) -> None:
    """A pass that another version began is not gone on with, nor one that is not wanted."""
    archive.has(50, 0)
    repository = PayloadsRepository(archive.database)
    repository.note_finished("u", "resting_heart_rates", "1.0", now=archive.now())

    assert Reparsing(repository, archive.now, program="1.0").reparse().payloads == 0
    repository.note_finished("u", "resting_heart_rates", "1.0", now=archive.now())
    assert Reparsing(repository, archive.now, program="1.0").reparse(from_start=True).payloads == 1
    repository.note_finished("u", "resting_heart_rates", "1.0", now=archive.now())
    assert Reparsing(repository, archive.now, program="2.0").reparse().payloads == 1


def test_a_sync_meanwhile_is_not_undone(archive: Archive) -> None:
    """What a sync stores while the archive is read stays: the group begins anew with it."""
    for day in range(100):
        archive.has(50, day)
    came: list[int] = []

    def sync(_: ReparseProgress) -> None:
        if not came:
            came.append(1)
            archive.has(66, 0)
            archive.stores(66, 0)

    done = archive.reparse(watch=sync)

    assert archive.beats() == {0: 66} | dict.fromkeys(range(1, 100), 50)
    assert done.payloads == 101


def test_one_person_at_a_time(archive: Archive) -> None:
    """A reparse of one person leaves everybody else's rows alone."""
    archive.has(50, 0)
    other = Archive(archive.database, archive.now, user_id="v")
    other.has(60, 0)

    done = archive.reparse(user_id="u")

    assert (archive.beats(), other.beats()) == ({0: 50}, {})
    assert done.users == 1
