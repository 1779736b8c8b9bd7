"""Garmin's many ways to say "nothing": each of them gives no row, from every stream."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from stream_cases import GOLDEN_READINGS, READINGS, golden, leaves

from training_analyzer.errors import UnexpectedPayload

if TYPE_CHECKING:
    from training_analyzer.streams import Json

# What each answer looks like when it is there and holds nothing.
WRAPPED: dict[str, Json] = {
    "activities": [],
    "body_battery": [{"date": "2026-01-01", "bodyBatteryValuesArray": None}],
    "daily_summary": {"data": []},
    "daily_summary_v1": {"calendarDate": "2026-01-01", "includesWellnessData": False},
    "hrv": {"hrvSummaries": [], "userProfilePk": 1},
    "hrv_night": {"hrvSummary": None, "hrvReadings": [], "userProfilePk": 1},
    "profile": {"timeZone": None, "hydrationContainers": []},
    "resting_heart_rate": {"userProfileId": 1, "allMetrics": {"metricsMap": {}}},
    "sleep": {"individualStats": [], "overallStats": {}},
    "sleep_night": {
        "dailySleepDTO": {"id": None, "calendarDate": "2030-01-01", "retro": False},
        "sleepLevels": [],
    },
    "training_status": {
        "vo2MaxWeeklyStatistics": {"payload": {"allMetrics": {"metricsMap": {}}}},
        "weeklyTrainingStatus": {"statusCode": 200, "payload": {"reportData": {}}},
    },
    "user_settings": {"userData": {"gender": None}, "userSleep": None},
    "vo2max": [{"userId": 1, "generic": None, "cycling": None}],
    "weight": {"dailyWeightSummaries": [], "totalAverage": {"from": 1, "weight": None}},
}
SNAPSHOTS = ("profile", "user_settings")


def scrubbed(value: Json) -> Json:
    """Return what a careless publisher makes of a time: 1970."""
    if isinstance(value, str) and value[:2] == "20":
        return f"1970-01-01{value[10:]}"
    return 0 if isinstance(value, int) and value > 10**11 else value


@pytest.mark.parametrize("empty", [None, [], {}, [None, {}, []], {"message": None}])
@pytest.mark.parametrize("name", READINGS)
def test_nothing_gives_no_row(name: str, empty: Json) -> None:
    """No body, null, an empty list and an object of nulls are all an empty window."""
    rows = [*READINGS[name].parse(empty)]

    assert rows == []


@pytest.mark.parametrize("name", READINGS)
def test_wrapper_around_nothing_gives_no_row(name: str) -> None:
    """An answer in its usual wrapper without anything inside is an empty window."""
    empty = [] if name == "sleep-personal" else WRAPPED[name.partition("-")[0]]

    rows = [*READINGS[name].parse(empty)]

    assert rows == []


@pytest.mark.parametrize("name", GOLDEN_READINGS)
def test_answer_of_nulls_gives_no_row(name: str) -> None:
    """An answer with every key and no value is an unworn day, not a day of zeros."""
    nulls = leaves(golden(name), lambda _: None)

    rows = [*GOLDEN_READINGS[name].parse(nulls)]

    assert rows == []


@pytest.mark.parametrize("name", sorted(GOLDEN_READINGS.keys() - SNAPSHOTS))
def test_placeholder_of_1970_gives_no_row(name: str) -> None:
    """A day of 1970 is a placeholder: there were no devices."""
    rows = [*GOLDEN_READINGS[name].parse(leaves(golden(name), scrubbed))]

    assert rows == []


@pytest.mark.parametrize("wrong", ["text", 7, True, 0.5])
@pytest.mark.parametrize("name", READINGS)
def test_answer_of_another_shape_is_refused(name: str, wrong: Json) -> None:
    """An answer that is no list and no object is refused, not taken for an empty one."""
    with pytest.raises(UnexpectedPayload):
        READINGS[name].parse(wrong)


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("activities-account", {"message": "not today"}),
        ("daily_summary-account", {"data": "soon"}),
        ("daily_summary-account", {"items": [{"calendarDate": "2026-01-01"}]}),
        ("daily_summary_v1", {"calendarDate": "2026-01-01", "privacyProtected": True}),
        ("hrv-account", [{"calendarDate": "2026-01-01"}]),
        ("hrv_night", {"hrvSummary": "none"}),
        ("profile-account", ["Europe/Berlin"]),
        ("resting_heart_rate-account", {"allMetrics": {"metricsMap": ["x"]}}),
        ("sleep_night", {"sleep": {"calendarDate": "2026-01-01"}}),
        ("training_status-account", {"weeklyTrainingStatus": {"statusCode": 500}}),
        ("training_status-account", {"weeklyTrainingStatus": {"payload": {"reportData": [1]}}}),
        ("weight-account", {"dailyWeightSummaries": {"2026-01-01": 70000}}),
    ],
)
def test_renamed_or_failed_answer_is_refused(name: str, wrong: Json) -> None:
    """An answer whose wrapper changed, or that failed inside, must not pass for an empty one."""
    with pytest.raises(UnexpectedPayload):
        READINGS[name].parse(wrong)


@pytest.mark.parametrize("status", [204, 404])
def test_part_that_found_nothing_gives_no_row(status: int) -> None:
    """A part of the mobile gateway with a 204 or 404 of its own is an empty window."""
    body: Json = {"weeklyTrainingStatus": {"statusCode": status, "payload": {"message": "none"}}}

    rows = [*READINGS["training_status-account"].parse(body)]

    assert rows == []
