"""Activities in full: files, laps, tracks and legs; edits, deletions, duplicates, damage."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

import pytest
from activities_stage import TABLES, USER, CountedGarmin, Stage

from training_analyzer.errors import GarminUnavailable, RateLimited
from training_analyzer.simulator.memory import SimulatedGarmin
from training_analyzer.simulator.tracks import track

if TYPE_CHECKING:
    from collections.abc import Callable

    from fake_clock import FakeClock

    from training_analyzer.db import Database
    from training_analyzer.db.repositories import GarminCredentialsRepository
    from training_analyzer.services.encryption import EncryptionService
    from training_analyzer.streams import Json


pytestmark = [pytest.mark.long_story, pytest.mark.torture]


@pytest.fixture
def make(
    database: Database,
    repo: GarminCredentialsRepository,
    encryption: EncryptionService,
    clock: FakeClock,
) -> Callable[..., Stage]:
    """Give the maker of a stage with an athlete of one's choice."""
    return lambda number=0: Stage(database, repo, encryption, clock, number)


@pytest.fixture
def ada(make: Callable[..., Stage]) -> Stage:
    """Give the runner, connected."""
    return make()


def edited(activity_id: int, **changes: Json) -> Callable[[Json], Json]:
    """Return the change of one row of a list."""

    def change(body: Json) -> Json:
        assert isinstance(body, list)
        return [
            {**row, **changes}
            if isinstance(row, dict) and row.get("activityId") == activity_id
            else row
            for row in body
        ]

    return change


def without(*activity_ids: int) -> Callable[[Json], Json]:
    """Return the list without some of its rows."""

    def change(body: Json) -> Json:
        assert isinstance(body, list)
        return [
            row
            for row in body
            if not isinstance(row, dict) or row.get("activityId") not in activity_ids
        ]

    return change


def test_file_laps_and_track_of_every_activity_are_stored(ada: Stage) -> None:
    """After a sync each recorded activity has its file as it came, its laps and its track."""
    garmin = CountedGarmin(ada)

    outcome = ada.sync(garmin)

    assert outcome.status == "completed"
    one = next(activity for activity in ada.known() if activity.kind.key == "running")
    row = ada.one(one.activity_id, "activity_files")
    assert row["content"] == SimulatedGarmin(ada.athlete, now=ada.clock.now).download(
        one.activity_id
    )
    assert (row["format"], row["decode_status"], row["decoder"]) == ("fit", "ok", "fitfast")
    assert row["inner_name"] == f"{one.activity_id}_ACTIVITY.fit"
    points = track(ada.athlete, one)
    stored = ada.reading.track(USER, one.activity_id)
    assert stored["time_s"] == [round(point.at.timestamp()) for point in points]
    assert stored["hr_bpm"] == [point.bpm for point in points]
    (lap,) = ada.reading.laps(USER, one.activity_id)
    assert lap["distance_m"] == pytest.approx(one.distance_m, abs=0.01)
    newest_first = [ada.one(one)["start_utc"] for one in garmin.files]
    assert newest_first == sorted(newest_first, reverse=True)
    assert outcome.requests == garmin.requests


def test_file_is_asked_for_once(ada: Stage) -> None:
    """Later runs ask for the files of new activities only; nothing stored is rewritten."""
    garmin = CountedGarmin(ada)
    ada.sync(garmin)
    stored = {table: ada.all(table) for table in TABLES[1:]}
    first, garmin.files = garmin.files, []

    ada.later()
    ada.sync(garmin)

    assert not set(garmin.files) & set(first)
    for table, rows in stored.items():
        assert [row for row in ada.all(table) if row["activity_id"] in first] == rows


def test_manual_activity_costs_no_request(make: Callable[..., Stage]) -> None:
    """What was typed in by hand has no file, and is not asked for one."""
    stage = make(0)
    garmin = CountedGarmin(stage)
    typed_in = stage.known()[0].activity_id
    garmin.revise("activities", edited(typed_in, manualActivity=True))

    assert stage.sync(garmin).status == "completed"
    assert typed_in not in garmin.files
    assert stage.one(typed_in)["file_state"] is None


def test_activity_without_a_file_is_not_asked_again(ada: Stage) -> None:
    """Where Garmin says that there is no file, that is the answer and not a failure."""
    garmin = CountedGarmin(ada)
    (none, *_) = [one.activity_id for one in ada.known()]
    garmin.revise_file(none, lambda _: b"")
    garmin._file_revisions[none] = lambda _: None  # type: ignore[assignment, return-value] # 404

    assert ada.sync(garmin).status == "completed"
    ada.later()
    ada.sync(garmin)

    assert garmin.files.count(none) == 1
    assert ada.one(none)["file_state"] == "none"


def test_new_name_is_seen_and_costs_no_file(ada: Stage) -> None:
    """A renamed and re-typed activity is changed at the next sync; its file is the same."""
    garmin = CountedGarmin(ada)
    ada.sync(garmin)
    one = ada.known()[0].activity_id
    before = ada.one(one)
    garmin.files.clear()
    kind: Json = {"typeId": 9, "typeKey": "walking", "parentTypeId": 17}

    garmin.revise("activities", edited(one, activityName="Home", activityType=kind))
    ada.later(hours=6)
    outcome = ada.sync(garmin)

    after = ada.one(one)
    assert (after["name"], after["type_key"]) == ("Home", "walking")
    assert after["row_sha256"] != before["row_sha256"]
    assert outcome.activities_synced >= 1
    assert one not in garmin.files


def test_fault_28_trimmed_activity_gets_its_file_anew(ada: Stage) -> None:
    """When the times of an activity change, its file is had again; the old version stays."""
    garmin = CountedGarmin(ada)
    ada.sync(garmin)
    one = ada.known()[0]
    shorter = ada.known()[1]
    garmin.files.clear()

    donor = SimulatedGarmin(ada.athlete, now=ada.clock.now).download(shorter.activity_id)
    assert donor is not None
    garmin.revise("activities", edited(one.activity_id, duration=60.0, elapsedDuration=60.0))
    garmin.revise_file(one.activity_id, lambda _: donor)
    ada.later(hours=6)
    ada.sync(garmin)

    assert garmin.files.count(one.activity_id) == 1
    assert len(ada.of(one.activity_id, "activity_files")) == 2
    points = track(ada.athlete, shorter)
    assert len(ada.reading.track(USER, one.activity_id)["time_s"]) == len(points)


def test_fault_28_deleted_activity_is_asked_for_and_then_hidden(ada: Stage) -> None:
    """An activity that is gone at Garmin is hidden, and nothing of it is lost."""
    garmin = CountedGarmin(ada)
    ada.sync(garmin)
    gone = ada.known()[1].activity_id
    counted = sum(sport.count for sport in ada.reading.sports(USER))

    garmin.loses(gone)
    ada.later(hours=6)
    outcome = ada.sync(garmin)

    assert outcome.status == "completed"
    assert garmin.pages == [gone]
    assert ada.one(gone)["deleted_at"] == ada.clock.now
    assert ada.of(gone, "activity_files")
    assert sum(sport.count for sport in ada.reading.sports(USER)) == counted - 1
    ada.later(hours=6)
    ada.sync(garmin)
    assert garmin.pages == [gone]


def test_fault_27_short_list_deletes_nothing(ada: Stage) -> None:
    """A list that comes short raises a question about each activity, and the answer counts."""
    garmin = CountedGarmin(ada)
    ada.sync(garmin)
    lost = [one.activity_id for one in ada.known() if one.day >= ada.clock.now.date()] or [
        one.activity_id for one in ada.known()[:3]
    ]

    garmin.revise("activities", without(*lost))
    ada.later(hours=6)
    ada.sync(garmin)

    assert set(garmin.pages) >= set(lost[:1])
    assert all(ada.one(one)["deleted_at"] is None for one in lost)
    assert all(ada.one(one)["missing_since"] is None for one in lost)


@pytest.mark.parametrize("error", [GarminUnavailable(), RateLimited()])
def test_fault_27_failed_answers_delete_nothing(ada: Stage, error: Exception) -> None:
    """Neither a list that fails nor a page that fails makes an activity look deleted."""
    garmin = CountedGarmin(ada)
    ada.sync(garmin)
    gone = ada.known()[0].activity_id

    garmin.refuses("activity_detail", error)  # type: ignore[arg-type] # one of ours
    garmin.loses(gone)
    ada.later(hours=6)
    outcome = ada.sync(garmin)

    assert outcome.status == "partial"
    assert ada.one(gone)["deleted_at"] is None
    assert ada.one(gone)["missing_since"] is not None


def test_activity_that_is_listed_again_is_back(ada: Stage) -> None:
    """What was deleted and stands in the list again is there again."""
    garmin = CountedGarmin(ada)
    ada.sync(garmin)
    gone = ada.known()[0].activity_id
    garmin.loses(gone)
    ada.later(hours=6)
    ada.sync(garmin)
    assert ada.one(gone)["deleted_at"] is not None

    garmin._gone.clear()
    ada.later(hours=6)
    ada.sync(garmin)

    assert (ada.one(gone)["deleted_at"], ada.one(gone)["missing_since"]) == (None, None)


def test_legs_of_a_multisport_are_stored_and_not_counted_twice(
    make: Callable[..., Stage],
) -> None:
    """A triathlon has its file, its legs in order as activities of their own, and counts once."""
    tom = make(1)
    race = tom.triathlon()
    garmin = CountedGarmin(tom)

    outcome = tom.sync(garmin, only=race.day)

    assert outcome.status == "completed"
    parent = tom.one(race.activity_id)
    legs = [tom.one(leg.activity_id) for leg in race.legs]
    assert parent["is_parent"] == 1
    assert {leg["parent_id"] for leg in legs} == {race.activity_id}
    assert [leg["type_key"] for leg in legs] == [leg.kind.key for leg in race.legs]
    assert [leg["start_utc"] for leg in legs] == [
        leg.start.replace(microsecond=0) for leg in race.legs
    ]
    assert sum(leg["distance_m"] for leg in legs) == pytest.approx(parent["distance_m"])
    assert garmin.files.count(race.activity_id) == 1
    assert not set(garmin.files) & {leg.activity_id for leg in race.legs}
    laps = tom.reading.laps(USER, race.activity_id)
    assert [lap["session_index"] for lap in laps] == list(range(len(legs)))
    counted = sum(sport.count for sport in tom.reading.sports(USER))
    assert counted == len(tom.all()) - len(legs)


def test_second_record_of_one_effort_is_linked(ada: Stage) -> None:
    """An app's copy of an activity is linked to the watch's, kept, and not counted."""
    garmin = CountedGarmin(ada)
    one = next(activity for activity in ada.known() if activity.kind.key == "running")

    def doubled(body: Json) -> Json:
        assert isinstance(body, list)
        copies: list[Json] = []
        for row in body:
            copies.append(row)
            if isinstance(row, dict) and row.get("activityId") == one.activity_id:
                twin = copy.deepcopy(row)
                twin |= {"activityId": 77, "duration": one.duration_s * 1.01, "deviceId": 0}
                copies.append(twin)
        return copies

    garmin.revise("activities", doubled)
    assert ada.sync(garmin).status == "completed"

    assert ada.one(77)["duplicate_of"] == one.activity_id
    assert ada.one(one.activity_id)["duplicate_of"] is None
    counted = sum(sport.count for sport in ada.reading.sports(USER))
    assert counted == len(ada.all()) - 1
