"""Files that are damaged, fail, kill or are refused: each is told, and none blocks another."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

import pytest
from activities_stage import USER, CountedGarmin, Stage

from training_analyzer.errors import ForbiddenStream, GarminUnavailable, RateLimited

if TYPE_CHECKING:
    from fake_clock import FakeClock

    from training_analyzer.db import Database
    from training_analyzer.db.repositories import GarminCredentialsRepository
    from training_analyzer.services.encryption import EncryptionService


pytestmark = [pytest.mark.long_story, pytest.mark.torture]


@pytest.fixture
def ada(
    database: Database,
    repo: GarminCredentialsRepository,
    encryption: EncryptionService,
    clock: FakeClock,
) -> Stage:
    """Give the runner, connected."""
    return Stage(database, repo, encryption, clock)


def test_damaged_file_is_kept_and_says_so(ada: Stage) -> None:
    """Of a file that breaks off the readable part is stored, and the file as it came."""
    garmin = CountedGarmin(ada)
    one = ada.known()[0].activity_id

    def cut(download: bytes) -> bytes:
        with zipfile.ZipFile(io.BytesIO(download)) as archive:
            fit = archive.read(archive.namelist()[0])
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            archive.writestr("half.fit", fit[: len(fit) // 2])
        return buffer.getvalue()

    garmin.revise_file(one, cut)
    assert ada.sync(garmin).status == "completed"

    row = ada.one(one, "activity_files")
    assert (row["decode_status"], row["decode_errors"]) == ("partial", "truncated")
    assert row["decoder"] == "fitdecode"
    assert ada.reading.track(USER, one)["time_s"]


def test_file_of_another_kind_is_kept(ada: Stage) -> None:
    """A GPX file that was imported is stored as it is; there is no track, and no failure."""
    garmin = CountedGarmin(ada)
    one = ada.known()[0].activity_id
    garmin.revise_file(one, lambda _: b'<?xml version="1.0"?><gpx></gpx>')

    assert ada.sync(garmin).status == "completed"

    row = ada.one(one, "activity_files")
    assert (row["format"], row["decode_status"]) == ("gpx", "not_fit")
    assert ada.reading.track(USER, one) == {}


def test_sync_that_dies_over_a_file_goes_on_there(ada: Stage) -> None:
    """A process that ends in the middle of the files loses none and fetches none twice."""
    garmin = CountedGarmin(ada)
    wanted = [one.activity_id for one in ada.known()]
    garmin.dies_at = wanted[2]
    with pytest.raises(KeyboardInterrupt):
        ada.sync(garmin)
    assert len(ada.all("activity_files")) == garmin.files.index(wanted[2])

    garmin.dies_at = None
    ada.later(minutes=2)
    assert ada.sync(garmin).status == "completed"

    assert [one for one in garmin.files if garmin.files.count(one) > 1] == [wanted[2]] * 2
    assert {row["activity_id"] for row in ada.all("activity_files")} == set(garmin.files)


def test_fault_32_file_that_kills_is_left_alone_after_three_tries(ada: Stage) -> None:
    """A file over which the process dies again and again is named once and blocks nobody."""
    garmin = CountedGarmin(ada)
    (poison, *_) = [one.activity_id for one in ada.known()]
    garmin.dies_at = poison
    for _ in range(3):
        with pytest.raises(KeyboardInterrupt):
            ada.sync(garmin)
        ada.later(minutes=2)

    outcome = ada.sync(garmin)

    day = ada.one(poison)["calendar_date"]
    (failure,) = outcome.failures
    assert (outcome.status, outcome.error_code) == ("partial", "poison_item")
    assert (failure.first.isoformat(), failure.attempts) == (day, 3)
    assert outcome.error_message is not None
    assert day in outcome.error_message
    ada.later(minutes=2)
    assert ada.sync(garmin).status == "completed"
    assert garmin.files.count(poison) == 3
    assert ada.one(poison)["file_state"] == "failed"
    others = {one.activity_id for one in ada.known()} - {poison}
    assert others <= {row["activity_id"] for row in ada.all("activity_files")}


def test_fault_32_file_that_fails_makes_the_run_partial_and_no_other_waits(ada: Stage) -> None:
    """A file that Garmin cannot give is named, waits for nobody, and is tried a week later."""
    garmin = CountedGarmin(ada)
    bad = ada.known()[1].activity_id
    garmin.fails[bad] = GarminUnavailable()

    outcome = ada.sync(garmin)

    assert outcome.status == "partial"
    (failure,) = outcome.failures
    assert (failure.stream, failure.code) == ("activity_files", "garmin_unavailable")
    assert failure.first.isoformat() == ada.one(bad)["calendar_date"]
    for code in ("garmin_unavailable", "poison_item"):
        ada.later(hours=2)
        outcome = ada.sync(garmin)
        assert (outcome.status, [one.code for one in outcome.failures]) == ("partial", [code])
    others = {one.activity_id for one in ada.known()} - {bad}
    assert others <= {row["activity_id"] for row in ada.all("activity_files")}
    ada.later(hours=2)
    assert ada.sync(garmin).status == "completed"
    assert garmin.files.count(bad) == 3
    garmin.fails.clear()
    ada.later(days=8)
    assert ada.sync(garmin).status == "completed"
    assert ada.one(bad)["file_state"] == "stored"


def test_rate_limit_ends_the_files_and_counts_against_none(ada: Stage) -> None:
    """A 429 over a file ends the run at once; the next run has all the rest."""
    garmin = CountedGarmin(ada)
    limited = ada.known()[1].activity_id
    garmin.fails[limited] = RateLimited()

    outcome = ada.sync(garmin)

    assert (outcome.status, outcome.error_code) == ("partial", "rate_limited")
    assert garmin.files[-1] == limited
    assert ada.one(limited)["file_tries"] == 0
    garmin.fails.clear()
    ada.later(hours=7)
    assert ada.sync(garmin).status == "completed"
    assert set(garmin.files) == {row["activity_id"] for row in ada.all("activity_files")}


def test_downloads_that_are_down_cost_three_requests(ada: Stage) -> None:
    """When no file at all can be had, the run gives up after three and blames none of them."""
    garmin = CountedGarmin(ada).refuses("activity_files", GarminUnavailable())
    assert isinstance(garmin, CountedGarmin)

    outcome = ada.sync(garmin)

    assert outcome.status == "partial"
    assert len(garmin.files) == 3
    assert not any(row["file_tries"] for row in ada.all())


def test_account_that_gets_no_files_is_asked_weekly(ada: Stage) -> None:
    """An account to which Garmin gives no file is complete without, and asked after a week."""
    garmin = CountedGarmin(ada).refuses("activity_files", ForbiddenStream())
    assert isinstance(garmin, CountedGarmin)

    assert ada.sync(garmin).error_code == "forbidden_dataset"
    ada.later()
    assert ada.sync(garmin).status == "completed"
    assert len(garmin.files) == 3
    garmin._refusals.clear()
    ada.later(days=7)
    assert ada.sync(garmin).status == "completed"
    assert len(garmin.files) > 3


def test_switched_off_activities_cost_nothing(ada: Stage) -> None:
    """Who switched activities off is asked for neither list nor file."""
    ada.sync(CountedGarmin(ada))
    ada._repo.update_sync_config(USER, sync_activities=False)
    garmin = CountedGarmin(ada)
    ada.later(days=2)

    assert ada.sync(garmin).status == "completed"

    assert garmin.files == []
    assert all(window.stream.name != "activities" for window in garmin.asked)
