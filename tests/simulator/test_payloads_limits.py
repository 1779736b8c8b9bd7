"""What the pretend Garmin refuses, and the six ways in which it says that there is nothing."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from athletes_for_tests import TODAY, ask, athletes, body, runner
from hypothesis import given, settings
from hypothesis import strategies as st

from training_analyzer.model import Api
from training_analyzer.simulator.cutting import days_in
from training_analyzer.simulator.fate import wears

A, P = Api.ACCOUNT, Api.PERSONAL
STATS = "/usersummary-service/stats"
# Path with the days in it, or path and the two names of the days in the query.
RANGES = [
    (A, f"{STATS}/steps/daily/{{first}}/{{last}}", (), 28, 400),
    (P, f"{STATS}/steps/daily/{{first}}/{{last}}", (), 28, 400),
    (A, f"{STATS}/stress/daily/{{first}}/{{last}}", (), 28, 400),
    (P, f"{STATS}/hydration/daily/{{first}}/{{last}}", (), 31, 400),
    (A, "/usersummary-service/v2/dailysummaries", ("startDate", "endDate"), 90, 500),
    (P, "/usersummary-service/v2/dailysummaries", ("startDate", "endDate"), 90, 500),
    (A, "/sleep-service/stats/sleep/daily/{first}/{last}", (), 28, 400),
    (P, "/sleep-service/sleep/dailySleepSummariesByDate", ("startDate", "endDate"), 31, 400),
    (A, "/wellness-service/stats/daily/sleep/score/{first}/{last}", (), 28, 400),
    (A, "/hrv-service/hrv/daily/{first}/{last}", (), 365, 400),
    (P, "/hrv-service/hrv/daily/{first}/{last}", (), 365, 400),
    (
        A,
        "/wellness-service/wellness/bodyBattery/reports/daily",
        ("startDate", "endDate"),
        31,
        400,
    ),
    (A, "/metrics-service/metrics/maxmet/daily/{first}/{last}", (), 365, 400),
    (A, "/metrics-service/metrics/trainingreadiness/{first}/{last}", (), 365, 400),
    (A, "/userstats-service/wellness/daily/{name}", ("fromDate", "untilDate"), 366, 400),
    (A, "/fitnessage-service/stats/daily/{first}/{last}", (), 29, 400),
    (
        A,
        "/metrics-service/metrics/racepredictions/daily/{name}",
        ("fromCalendarDate", "toCalendarDate"),
        367,
        400,
    ),
]
UNCAPPED = [
    (A, "/weight-service/weight/range/{first}/{last}", ()),
    (A, "/bloodpressure-service/bloodpressure/range/{first}/{last}", ()),
    (A, "/activitylist-service/activities/search/activities", ("startDate", "endDate")),
    (A, "/metrics-service/metrics/hillscore/stats", ("startDate", "endDate")),
    (A, "/mobile-gateway/usersummary/trainingstatus/weekly/{first}/{last}", ()),
]


def _ask(api: Api, path: str, names: tuple[str, ...], first: date, last: date) -> Any:
    query = dict(zip(names, (str(first), str(last)), strict=False))
    dated = path.replace("{first}", str(first)).replace("{last}", str(last))
    return ask(RUNNER, dated, api, **query)


RUNNER = athletes()[3]


@pytest.mark.parametrize(("api", "path", "names", "cap", "status"), RANGES)
def test_a_range_is_served_up_to_its_cap(
    api: Api, path: str, names: tuple[str, ...], cap: int, status: int
) -> None:
    """A range of as many days as the cap is answered, one day more is refused."""
    last = TODAY - timedelta(days=1)

    fits = _ask(api, path, names, last - timedelta(days=cap - 1), last)
    too_long = _ask(api, path, names, last - timedelta(days=cap), last)

    assert fits.status in {200, 204}
    assert too_long.status == status
    assert too_long.body == ({"message": "date range is too big"} if api is A else {})


@pytest.mark.parametrize(("api", "path", "names"), [*(row[:3] for row in RANGES), *UNCAPPED])
@settings(max_examples=25, deadline=None)
@given(back=st.integers(-5, 900), days=st.integers(1, 28))
def test_rows_lie_inside_the_asked_days(
    api: Api, path: str, names: tuple[str, ...], back: int, days: int
) -> None:
    """Whatever days are asked for, each row belongs to one of them, and none to the future."""
    last = TODAY - timedelta(days=back)
    first = last - timedelta(days=days - 1)

    found = _ask(api, path, names, first, last)

    rows = found.body
    if isinstance(rows, dict):
        rows = {key: value for key, value in rows.items() if "DateWeight" not in key}
    named = days_in(rows)
    assert found.status in {200, 204}
    assert all(first <= day <= min(last, TODAY + timedelta(days=1)) for day in named)
    assert all(day >= RUNNER.since for day in named)


@pytest.mark.parametrize(
    "path",
    [
        f"{STATS}/steps/daily/2026-11-31/2026-12-01",
        f"{STATS}/steps/daily/2026-11-20/2026-11-10",
        f"{STATS}/steps/daily/20261110/20261111",
        f"{STATS}/steps/daily/today/tomorrow",
        "/hrv-service/hrv/2026-W47-1",
        "/usersummary-service/v2/dailysummaries",
    ],
)
def test_bad_days_are_refused(path: str) -> None:
    """What is no day, or a range that ends before it begins, is a bad request."""
    assert ask(RUNNER, path).status == 400
    assert ask(RUNNER, path, P).body == {}


def test_pages_of_activities() -> None:
    """Pages cut one list, newest first; the Personal API fails above 45 a page."""
    path = "/activitylist-service/activities/search/activities"
    whole = body(RUNNER, path, limit="150")
    pages = [body(RUNNER, path, P, start=str(n), limit="45") for n in (0, 45, 90)]

    assert [row["activityId"] for page in pages for row in page] == [
        row["activityId"] for row in whole[:135]
    ]
    starts = [row["startTimeGMT"] for row in whole]
    assert starts == sorted(starts, reverse=True)
    assert len(body(RUNNER, path)) == 20
    assert ask(RUNNER, path, P, limit="46").status == 500
    assert ask(RUNNER, path, P).status == 500
    assert body(RUNNER, path, start="5000", limit="20") == []
    assert ask(RUNNER, path, start="x").status == 400


def test_activities_by_type() -> None:
    """`activityType` takes a parent's children along, `activitySubType` one type."""
    path = "/activitylist-service/activities/search/activities"
    rides = body(RUNNER, path, limit="100", activityType="cycling")
    indoors = body(RUNNER, path, limit="100", activitySubType="indoor_cycling")

    assert {row["activityType"]["typeKey"] for row in rides} == {"road_biking", "indoor_cycling"}
    assert {row["activityType"]["typeKey"] for row in indoors} == {"indoor_cycling"}


def test_unknown_paths_and_other_peoples_data() -> None:
    """An unknown path and activity are 404; another name is 403, or no data for privacy."""
    unknown = {"message": "HTTP 404 Not Found", "error": "NotFoundException"}
    theirs = athletes()[0]
    activity = body(theirs, "/activitylist-service/activities/search/activities")[0]["activityId"]
    day = {"calendarDate": str(TODAY)}

    assert ask(RUNNER, "/no-such-service/thing").status == 404
    assert ask(RUNNER, f"/activity-service/activity/{activity}").body == unknown
    assert ask(RUNNER, "/activity-service/activity/12345").body == unknown
    other = ask(RUNNER, "/wellness-service/wellness/dailyHeartRate/somebody", date=str(TODAY))
    assert other.status == 403
    private = body(RUNNER, "/usersummary-service/usersummary/daily/somebody", **day)
    assert private == {"calendarDate": str(TODAY), "privacyProtected": True}
    assert ask(RUNNER, "/metrics-service/metrics/trainingreadiness/2026-11-20", P).status == 403


def test_each_way_of_saying_nothing() -> None:
    """Days without data give 204, null, an empty list, nulls, an empty wrapper, or are left out."""
    future = "2030-01-01"
    span = f"{future}/{future}"

    assert ask(RUNNER, f"/hrv-service/hrv/{future}").status == 204
    assert ask(RUNNER, f"/hrv-service/hrv/daily/{span}").status == 204
    path = "/metrics-service/metrics/endurancescore"
    assert ask(RUNNER, path, calendarDate="1990-01-01").status == 204
    assert ask(RUNNER, f"/wellness-service/wellness/dailyStress/{future}").body == b"null"
    assert body(RUNNER, f"/metrics-service/metrics/trainingreadiness/{future}") == []
    assert body(RUNNER, f"/metrics-service/metrics/maxmet/daily/{span}") == []
    assert body(RUNNER, f"/wellness-service/wellness/bodyBattery/events/{future}") == []
    slept = body(RUNNER, "/sleep-service/sleep/dailySleepData", date=future)
    assert slept["dailySleepDTO"]["id"] is None
    assert slept["sleepLevels"] == []
    assert body(RUNNER, "/sleep-service/sleep/dailySleep", P, date=future)["id"] is None
    flat = body(RUNNER, "/usersummary-service/usersummary/daily", P, calendarDate=future)
    assert flat["includesWellnessData"] is False
    assert flat["totalSteps"] is None
    heart = body(RUNNER, "/wellness-service/wellness/dailyHeartRate", P, date=future)
    assert heart["heartRateValues"] is None
    weight = body(RUNNER, f"/weight-service/weight/range/{span}", includeAll="true")
    assert weight["dailyWeightSummaries"] == []
    assert weight["totalAverage"]["weight"] is None
    assert weight["nextDateWeight"]["samplePk"] is None
    status = body(RUNNER, f"/mobile-gateway/usersummary/trainingstatus/weekly/{span}")
    assert status["weeklyTrainingStatus"]["payload"]["reportData"] == {}
    assert status["vo2MaxWeeklyStatistics"]["payload"]["allMetrics"]["metricsMap"] == {}


def test_an_unworn_day_is_left_out_of_ranges() -> None:
    """A day in the drawer is missing from the totals, and a row of nulls in the summaries."""
    day = next(
        TODAY - timedelta(days=n) for n in range(500) if not wears(RUNNER, TODAY - timedelta(n))
    )
    span = {"startDate": str(day), "endDate": str(day)}

    assert body(RUNNER, f"{STATS}/steps/daily/{day}/{day}") == []
    (row,) = body(RUNNER, "/usersummary-service/v2/dailysummaries", **span)["data"]
    assert row["includesWellnessData"] is False
    assert row["movement"] is None


def test_a_walker_with_a_simple_band_has_no_training_data() -> None:
    """Who wears a band gets no HRV, no status and no VO2max, but steps and sleep."""
    will = athletes()[2]
    span = f"{TODAY - timedelta(days=20)}/{TODAY}"

    assert ask(will, f"/hrv-service/hrv/daily/{span}").status == 204
    assert body(will, f"/metrics-service/metrics/maxmet/daily/{span}") == []
    assert body(will, "/biometric-service/biometric/latestLactateThreshold") == []
    assert len(body(will, f"{STATS}/steps/daily/{span}")) > 15
    assert body(will, f"/bloodpressure-service/bloodpressure/range/{span}")["measurementSummaries"]


def test_settings_tell_the_time_zone() -> None:
    """Both APIs give the profile's IANA zone; the account API the names as well."""
    ada = runner()
    settings_path = "/userprofile-service/userprofile/settings"

    assert body(ada, settings_path)["timeZone"] == "Europe/Berlin"
    assert body(ada, settings_path, P)["displayName"] == ada.display_name
    social = body(ada, "/userprofile-service/socialProfile")
    assert social["profileId"] == ada.profile_id
    assert social["userName"] == "ada@example.test"
    assert "userData" in body(ada, "/userprofile-service/userprofile/user-settings")
