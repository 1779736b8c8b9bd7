"""Laps by the account API: only where no file tells of any, and a few a run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from activities_stage import USER, Stage
from sqlalchemy import delete

from training_analyzer.db.repositories.payloads import PayloadsRepository
from training_analyzer.db.tables import activity_laps
from training_analyzer.errors import ForbiddenStream, GarminUnavailable
from training_analyzer.model import Api
from training_analyzer.planning.splits import SPLITS_PER_RUN
from training_analyzer.services.reparsing import Reparsing
from training_analyzer.simulator.memory import SimulatedGarmin

if TYPE_CHECKING:
    from collections.abc import Callable

    from fake_clock import FakeClock

    from training_analyzer.db import Database
    from training_analyzer.db.repositories import GarminCredentialsRepository
    from training_analyzer.services.encryption import EncryptionService
    from training_analyzer.streams import Json, Payload

NO_FILE = b"<html>nothing of a watch's</html>"


class Told(SimulatedGarmin):
    """An athlete in memory who keeps whose splits were asked for."""

    def __init__(self, stage: Stage, **options: Any) -> None:
        super().__init__(stage.athlete, now=stage.clock.now, **options)
        self.told: list[int] = []

    def splits(self, activity_id: int) -> Payload | None:
        """Return the splits."""
        self.told.append(activity_id)
        return super().splits(activity_id)


@pytest.fixture
def tom(
    database: Database,
    repo: GarminCredentialsRepository,
    encryption: EncryptionService,
    clock: FakeClock,
) -> Stage:
    """Give the triathlete, connected."""
    return Stage(database, repo, encryption, clock, 1)


def with_laps(count: int | None, *, manual: bool = False) -> Callable[[Json], Json]:
    """Return the change of a list in which each activity has so many laps."""

    def change(body: Json) -> Json:
        assert isinstance(body, list)
        told = {"lapCount": count} | ({"manualActivity": True} if manual else {})
        return [{**row, **told} if isinstance(row, dict) else row for row in body]

    return change


def halved(body: Json) -> Json:
    """Return splits in which each lap has become two."""
    assert isinstance(body, dict)
    laps = body["lapDTOs"]
    assert isinstance(laps, list)
    return {**body, "lapDTOs": [half for lap in laps for half in (lap, lap)]}


def test_multisport_with_a_corrupt_file_has_the_laps_of_its_splits(tom: Stage) -> None:
    """Where nothing in the file can be read, the API's laps stand in, in the same units."""
    race = tom.triathlon()
    garmin = Told(tom).revise_file(race.activity_id, lambda _: NO_FILE)

    assert tom.sync(garmin, only=race.day).status == "completed"

    laps = tom.reading.laps(USER, race.activity_id)
    assert garmin.told == [race.activity_id]
    assert [lap["lap_index"] for lap in laps] == list(range(len(race.legs)))
    for lap, leg in zip(laps, race.legs, strict=True):
        assert lap["start_utc"] == leg.start.replace(microsecond=0)
        assert (lap["timer_s"], lap["elapsed_s"]) == (leg.duration_s, leg.elapsed_s)
        assert (lap["distance_m"], lap["avg_hr_bpm"]) == (leg.distance_m, leg.avg_bpm)
    stored = tom.of(race.activity_id, "activity_laps")
    assert {(row["source"], row["api"]) for row in stored} == {("splits", "account")}


def test_readable_files_cost_no_request_for_splits(tom: Stage) -> None:
    """Who has files is never asked for splits, and each lap says that it is a file's."""
    garmin = Told(tom).revise("activities", with_laps(9))

    assert tom.sync(garmin).status == "completed"

    assert garmin.told == []
    assert {row["source"] for row in tom.all("activity_laps")} == {"file"}


def test_one_lap_is_the_activity_itself(tom: Stage) -> None:
    """What was typed in has one lap, which its row tells already: no request."""
    garmin = Told(tom).revise("activities", with_laps(1, manual=True))

    assert tom.sync(garmin).status == "completed"

    assert garmin.told == []


def test_a_few_a_run_newest_first_and_each_once(tom: Stage) -> None:
    """Activities without files are asked for five a run until each was, and then no more."""
    garmin = Told(tom).revise("activities", with_laps(None, manual=True))
    for _ in range(8):
        before = len(garmin.told)
        tom.sync(garmin)
        starts = [tom.one(one)["start_utc"] for one in garmin.told[before:]]
        assert starts == sorted(starts, reverse=True)
        assert len(starts) <= SPLITS_PER_RUN
        tom.later()

    assert len(garmin.told) == len(set(garmin.told)) == len(tom.all())


def test_personal_key_alone_is_not_asked(tom: Stage) -> None:
    """The Personal API has no splits: what has no file there has no laps."""
    garmin = Told(tom, api=Api.PERSONAL).revise("activities", with_laps(3, manual=True))

    assert tom.sync(garmin).status == "completed"

    assert garmin.told == []
    assert tom.all("activity_laps") == []


def test_refused_files_are_made_up_for_by_splits(tom: Stage) -> None:
    """An account to which Garmin gives no file at all gets the laps of the API."""
    garmin = Told(tom).revise("activities", with_laps(3))
    garmin.refuses("activity_files", ForbiddenStream())
    tom.sync(garmin)

    tom.later()
    tom.sync(garmin)

    assert len(garmin.told) == SPLITS_PER_RUN
    assert len(tom.all("activity_laps")) >= SPLITS_PER_RUN


def test_splits_that_fail_are_tried_in_three_runs(tom: Stage) -> None:
    """A failure is told and ends the splits of that run; the third in a row is the last."""
    race = tom.triathlon()
    garmin = Told(tom).revise_file(race.activity_id, lambda _: NO_FILE)
    garmin.refuses("activity_splits", GarminUnavailable())

    outcomes = []
    for _ in range(5):
        outcomes.append(tom.sync(garmin, only=race.day).status)
        tom.later(minutes=10)

    assert garmin.told == [race.activity_id] * 3
    assert outcomes == ["partial"] * 3 + ["completed"] * 2


def test_a_file_that_comes_at_last_replaces_splits(tom: Stage) -> None:
    """When a readable file comes, its laps count, and no reparse brings the splits back."""
    race = tom.triathlon()
    garmin = Told(tom).revise_file(race.activity_id, lambda _: NO_FILE)
    garmin.revise("activity_splits", halved)
    tom.sync(garmin, only=race.day)
    assert len(tom.of(race.activity_id, "activity_laps")) == 2 * len(race.legs)

    garmin.revise_file(race.activity_id, lambda own: own)
    garmin.revise("activities", with_laps(2 * len(race.legs) + 1))
    tom.later(hours=6)
    tom.sync(garmin, only=race.day)
    done = Reparsing(PayloadsRepository(tom.database), tom.clock).reparse()

    laps = tom.of(race.activity_id, "activity_laps")
    assert [lap["source"] for lap in laps] == ["file"] * len(race.legs)
    assert done.rows_changed == 0


def test_reparse_makes_the_laps_of_the_newest_splits(tom: Stage) -> None:
    """Splits are archived: lost laps come back, those of an older answer do not."""
    race = tom.triathlon()
    garmin = Told(tom).revise_file(race.activity_id, lambda _: NO_FILE)
    garmin.revise("activity_splits", halved)
    tom.sync(garmin, only=race.day)
    garmin.revise("activity_splits", lambda body: body)
    garmin.revise("activities", with_laps(len(race.legs) + 1))
    tom.later(hours=6)
    tom.sync(garmin, only=race.day)
    stored = tom.of(race.activity_id, "activity_laps")
    assert len(stored) == len(race.legs)
    with tom.database.write() as db:
        db.execute(delete(activity_laps))

    Reparsing(PayloadsRepository(tom.database), tom.clock).reparse()

    again = tom.of(race.activity_id, "activity_laps")
    assert [lap["distance_m"] for lap in again] == [lap["distance_m"] for lap in stored]
    assert {lap["source"] for lap in again} == {"splits"}
