"""Reparse of what is stored activity by activity: files, the legs of a multisport, splits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from activities_stage import TABLES, USER, Stage
from sqlalchemy import delete, func, select, update

from training_analyzer.db.repositories.payloads import PayloadsRepository
from training_analyzer.db.tables import (
    activities,
    activity_files,
    activity_laps,
    activity_tracks,
    garmin_reparses,
)
from training_analyzer.services.reparsing import Reparsing
from training_analyzer.services.reparsing_files import NAME

if TYPE_CHECKING:
    from fake_clock import FakeClock

    from training_analyzer.db import Database
    from training_analyzer.db.repositories import GarminCredentialsRepository
    from training_analyzer.services.encryption import EncryptionService
    from training_analyzer.services.reparsed import Reparsed, ReparseProgress


pytestmark = [pytest.mark.long_story, pytest.mark.torture]


@pytest.fixture
def ada(
    database: Database,
    repo: GarminCredentialsRepository,
    encryption: EncryptionService,
    clock: FakeClock,
) -> Stage:
    """Give the runner with three weeks of activities in full."""
    stage = Stage(database, repo, encryption, clock)
    assert stage.sync().status == "completed"
    return stage


def reparse(stage: Stage, **options: Any) -> Reparsed:
    """Read everything again, later, without a connection to anything."""
    stage.later(minutes=5)
    return Reparsing(PayloadsRepository(stage.database), stage.clock).reparse(**options)


def everything(stage: Stage) -> dict[str, list[dict[str, Any]]]:
    """Return all rows of what activities consist of."""
    return {table: stage.all(table) for table in TABLES}


def values(stage: Stage, table: str) -> list[dict[str, Any]]:
    """Return the rows of a table without when they were first seen and last changed."""
    stamps = {"first_seen_at", "changed_at"}
    return [
        {name: cell for name, cell in row.items() if name not in stamps} for row in stage.all(table)
    ]


def test_nothing_to_change_touches_no_row(ada: Stage) -> None:
    """Files that say what is stored leave every row as it is, stamps and all."""
    stored = everything(ada)

    done = reparse(ada)

    assert (done.rows_changed, done.unreadable) == (0, [])
    assert done.files == len(stored["activity_files"]) > 10
    assert everything(ada) == stored


def test_lost_laps_and_tracks_come_back_from_the_files(ada: Stage) -> None:
    """What is lost, spoilt or too much of laps and tracks is as the files have it again."""
    laps, tracks = values(ada, "activity_laps"), values(ada, "activity_tracks")
    one = ada.known()[0].activity_id
    asked = ada.garmin.requests
    with ada.database.write() as db:
        db.execute(delete(activity_tracks))
        db.execute(update(activity_laps).values(distance_m=-1.0))
        db.execute(
            update(activity_laps).where(activity_laps.c.activity_id == one).values(lap_index=7)
        )
        db.execute(update(activity_files).values(decoder="an older one"))

    done = reparse(ada)

    assert values(ada, "activity_laps") == laps
    assert values(ada, "activity_tracks") == tracks
    assert {row["decoder"] for row in ada.all("activity_files")} == {"fitfast"}
    assert done.rows_changed == len(laps) + len(tracks) + done.files
    assert ada.garmin.requests == asked


def test_a_corrupt_file_says_so_and_the_rest_goes_on(ada: Stage) -> None:
    """A file that is damaged, here or at Garmin, is told with its day; all others are read."""
    damaged, corrupt, *_ = (one.activity_id for one in ada.known())
    ada.garmin.revise_file(corrupt, lambda _: b"\x0e\x20\x00\x00\x00\x00\x00\x00.FIT" * 3)
    with ada.database.write() as db:
        mine = activities.c.activity_id == corrupt
        db.execute(update(activities).where(mine).values(file_version=None))
    ada.later(hours=6)
    ada.sync()
    laps = values(ada, "activity_laps")
    with ada.database.write() as db:
        db.execute(
            update(activity_files)
            .where(activity_files.c.activity_id == damaged)
            .values(content=b"spoilt by the disk")
        )
        db.execute(delete(activity_laps).where(activity_laps.c.activity_id != damaged))

    done = reparse(ada)

    told = {(one.stream, one.code, one.first) for one in done.unreadable}
    days = [ada.one(one)["calendar_date"] for one in (damaged, corrupt)]
    assert told == {(NAME, "damaged", days[0]), (NAME, "corrupt_file", days[1])}
    assert values(ada, "activity_laps") == laps
    assert ada.of(damaged, "activity_tracks")


def test_a_killed_pass_goes_on_behind_its_last_file(ada: Stage) -> None:
    """After a kill in the midst of the files only the files that are left are decoded."""
    whole = len(ada.all("activity_files"))
    laps = values(ada, "activity_laps")
    with ada.database.write() as db:
        db.execute(delete(activity_laps))

    def die(progress: ReparseProgress) -> None:
        if (progress.table, progress.done) == (NAME, 5):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        reparse(ada, watch=die)
    assert len(ada.all("activity_laps")) == 5
    rest = reparse(ada)

    assert (rest.is_resumed, rest.files, rest.payloads) == (True, whole - 5, 0)
    assert values(ada, "activity_laps") == laps
    assert reparse(ada).files == whole
    with ada.database.read() as db:
        assert db.execute(select(func.count()).select_from(garmin_reparses)).scalar_one() == 0


def test_of_two_versions_the_current_file_counts(ada: Stage) -> None:
    """Where Garmin gave another file and then the first again, the first one's laps are right."""
    one, other = ada.known()[:2]
    first = ada.one(one.activity_id, "activity_files")["sha256"]
    laps = values(ada, "activity_laps")
    donor = ada.garmin.download(other.activity_id)
    assert donor is not None
    for file in (lambda _: donor, lambda own: own):
        ada.garmin.revise_file(one.activity_id, file)
        with ada.database.write() as db:
            mine = activities.c.activity_id == one.activity_id
            db.execute(update(activities).where(mine).values(file_version=None))
        ada.later(hours=6)
        ada.sync()
    assert len(ada.of(one.activity_id, "activity_files")) == 2

    done = reparse(ada)

    assert done.rows_changed == 0
    assert ada.one(one.activity_id)["file_sha256"] == first
    known = {lap["activity_id"] for lap in laps}
    assert [lap for lap in values(ada, "activity_laps") if lap["activity_id"] in known] == laps


def test_legs_of_a_multisport_come_back_from_their_pages(
    database: Database,
    repo: GarminCredentialsRepository,
    encryption: EncryptionService,
    clock: FakeClock,
) -> None:
    """The pages of the legs are archived, so that a reparse makes their rows anew."""
    tom = Stage(database, repo, encryption, clock, 1)
    race = tom.triathlon()
    assert tom.sync(only=race.day).status == "completed"
    stored = values(tom, "activities")
    assert reparse(tom).rows_changed == 0
    with database.write() as db:
        db.execute(delete(activities).where(activities.c.parent_id.is_not(None)))

    done = reparse(tom)

    assert done.rows_changed == len(race.legs)
    assert values(tom, "activities") == stored
    assert {row["parent_id"] for row in tom.all() if row["parent_id"]} == {race.activity_id}
    assert tom.all()[0]["user_id"] == USER
