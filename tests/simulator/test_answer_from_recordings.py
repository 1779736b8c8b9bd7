"""Recorded answers served in place of invented ones; the folder stands beside the checkout."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from training_analyzer.model import Api
from training_analyzer.simulator.answer import Answer, Owner
from training_analyzer.simulator.cutting import days_in, joined, within
from training_analyzer.simulator.recordings import answer_from_recordings

if TYPE_CHECKING:
    from datetime import date

    from training_analyzer.simulator.answer import Answerer

FOLDER = Path(__file__).parents[2] / "../shared/recordings"
OWNER = Owner(
    profile_id=1, display_name="ada-1", full_name="Ada Example", email="a@b.test", guid="x"
)
NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)

pytestmark = pytest.mark.skipif(
    not (FOLDER / "INDEX.tsv").exists(), reason="NO RECORDINGS: the folder ../shared is missing"
)


@pytest.fixture(scope="module")
def recorded() -> Answerer:
    """Read the folder once."""
    return answer_from_recordings(FOLDER)


def _ask(recorded: Answerer, path: str, **query: str) -> Answer:
    return recorded(OWNER, Api.ACCOUNT, path, query, NOW)


def test_the_recorded_days_are_served_as_recorded(recorded: Answerer) -> None:
    """An exact range gives the recorded body, also where the recording is empty or an error."""
    hrv: Any = _ask(recorded, "/hrv-service/hrv/daily/2023-06-11/2023-06-22").body

    assert len(hrv["hrvSummaries"]) == 12
    assert hrv["hrvSummaries"][0]["lastNightAvg"] == 71
    assert _ask(recorded, "/hrv-service/hrv/2021-07-20").status == 204
    assert _ask(recorded, "/activity-service/activity/12135235656").status == 404
    activity: Any = _ask(recorded, "/activity-service/activity/21522899847").body
    assert activity["activityName"] == "Test Both"
    slept: Any = _ask(recorded, "/sleep-service/sleep/dailySleepData", date="2025-07-07").body
    assert slept["dailySleepDTO"]["sleepTimeSeconds"] == 24180


def test_a_range_is_cut_from_the_recorded_rows(recorded: Answerer) -> None:
    """Other days of a recorded range give its rows of those days, in the recorded shape."""
    hrv: Any = _ask(recorded, "/hrv-service/hrv/daily/2023-06-20/2023-07-03").body
    steps: Any = _ask(recorded, "/usersummary-service/stats/steps/daily/2023-07-02/2023-07-04").body
    weight: Any = _ask(recorded, "/weight-service/weight/range/2025-06-14/2025-06-14").body
    path = "/mobile-gateway/usersummary/trainingstatus/weekly/2025-01-01/2025-01-31"
    status: Any = _ask(recorded, path).body

    days = [row["calendarDate"] for row in hrv["hrvSummaries"]]
    assert days == [f"2023-06-{n}" for n in (20, 21, 22)] + [f"2023-07-0{n}" for n in (1, 2, 3)]
    assert steps[0]["totalSteps"] == 5719
    assert [row["summaryDate"] for row in weight["dailyWeightSummaries"]] == ["2025-06-14"]
    (rows,) = status["weeklyTrainingStatus"]["payload"]["reportData"].values()
    assert {row["calendarDate"][:7] for row in rows} == {"2025-01"}


def test_activities_are_one_list(recorded: Answerer) -> None:
    """All recorded rows are paged as one list, each once, newest first, by date if asked."""
    path = "/activitylist-service/activities/search/activities"
    whole: Any = _ask(recorded, path, limit="200").body
    january: Any = _ask(recorded, path, startDate="2026-01-08", endDate="2026-01-08").body
    second: Any = _ask(recorded, path, start="1", limit="1").body

    ids = [row["activityId"] for row in whole]
    assert len(set(ids)) == len(ids) >= 7
    assert [row["activityId"] for row in january] == [21482825013]
    assert second[0]["activityId"] == ids[1]


def test_the_display_name_has_no_part_in_the_match(recorded: Answerer) -> None:
    """Paths with the owner's name, percent-encoded or not, find the scrubbed recordings."""
    path = "/usersummary-service/usersummary/daily/ada-1"
    summary: Any = _ask(recorded, path, calendarDate="2025-06-14").body
    heart: Any = _ask(
        recorded, "/wellness-service/wellness/dailyHeartRate/ada%2D1", date="2026-01-07"
    ).body

    assert summary["totalSteps"] == 5459
    assert len(heart["heartRateValues"]) > 700


def test_profiles_carry_the_owners_names(recorded: Answerer) -> None:
    """The scrubbed profiles are replaced by one with the names of whoever asks."""
    social: Any = _ask(recorded, "/userprofile-service/socialProfile").body
    settings: Any = _ask(recorded, "/userprofile-service/userprofile/settings").body

    assert social["displayName"] == "ada-1"
    assert social["profileId"] == 1
    assert settings["timeZone"] == "America/Costa_Rica"


def test_what_was_not_recorded_is_empty(recorded: Answerer) -> None:
    """Days and routes without a recording give the route's own empty answer, caps hold."""
    empty = _ask(recorded, "/hrv-service/hrv/daily/2026-01-01/2026-01-10")
    span = {"startDate": "2026-01-01", "endDate": "2026-01-10"}
    summaries = _ask(recorded, "/usersummary-service/v2/dailysummaries", **span)

    assert empty.status == 204
    assert summaries.body == {"data": []}
    assert _ask(recorded, "/metrics-service/metrics/trainingreadiness/2024-01-01").body == []
    long = _ask(recorded, "/usersummary-service/stats/steps/daily/2023-01-01/2023-07-04")
    assert long.status == 400
    assert _ask(recorded, "/no-such-service").status == 404


def test_a_recorded_file_is_served_as_bytes(recorded: Answerer) -> None:
    """A recorded download is the recorded ZIP."""
    answer = _ask(recorded, "/download-service/files/activity/11998957007")

    assert isinstance(answer.body, bytes)
    assert answer.body.startswith(b"PK")
    assert answer.content_type == "application/x-zip-compressed"


def test_rows_are_joined_once() -> None:
    """Answers of one route are one answer; a row that both have counts once."""
    day = "2026-01-0"
    one: Any = {"rows": [{"calendarDate": f"{day}{n}"} for n in (1, 2)], "who": 1}
    other: Any = {"rows": [{"calendarDate": f"{day}{n}"} for n in (2, 3)], "who": 1}

    whole: Any = joined([one, other])

    found: list[date] = days_in(whole)
    assert [found_day.day for found_day in found] == [1, 2, 3]
    assert days_in(within(whole, found[0], found[0])) == found[:1]
