"""Garmin's many ways to say "nothing": each of them gives no row, from every stream."""

from __future__ import annotations

import json
import re
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
    "blood_pressure": {
        "from": "2026-01-01",
        "measurementSummaries": [{"startDate": "2026-01-01", "measurements": None}],
        "categoryStats": None,
    },
    "daily_summary": {"data": []},
    "daily_summary_v1": {"calendarDate": "2026-01-01", "includesWellnessData": False},
    "devices": [],
    "endurance_score": {
        "avg": None,
        "groupMap": {"2026-01-01": {"groupAverage": None, "groupMax": None}},
        "enduranceScoreDTO": None,
    },
    "fitness_age": {"chronologicalAge": 15, "fitnessAge": None, "invalidReason": "USER_UNDER_AGE"},
    "functional_threshold": [],
    "heart_rate_detail": {"calendarDate": "2026-01-01", "heartRateValues": None},
    "heart_rate_zones": [],
    "hill_score": {"periodAvgScore": {}, "maxScore": None, "hillScoreDTOList": []},
    "hrv": {"hrvSummaries": [], "userProfilePk": 1},
    "hrv_detail": {"hrvSummary": {"calendarDate": "2026-01-01"}, "hrvReadings": []},
    "hrv_night": {"hrvSummary": None, "hrvReadings": [], "userProfilePk": 1},
    "lactate_threshold": [{"speed": None, "hearRate": None, "calendarDate": None}],
    "personal_records": [],
    "profile": {"timeZone": None, "hydrationContainers": []},
    "race_predictions": [],
    "resting_heart_rate": {"userProfileId": 1, "allMetrics": {"metricsMap": {}}},
    "sleep": {"individualStats": [], "overallStats": {}},
    "sleep_detail": {
        "dailySleepDTO": {"id": 1, "calendarDate": "2026-01-01"},
        "sleepLevels": [],
        "sleepMovement": None,
    },
    "sleep_extras": {"dailySleepDTO": {"id": 1, "calendarDate": "2026-01-01"}},
    "sleep_night": {
        "dailySleepDTO": {"id": None, "calendarDate": "2030-01-01", "retro": False},
        "sleepLevels": [],
    },
    "training_status": {
        "vo2MaxWeeklyStatistics": {"payload": {"allMetrics": {"metricsMap": {}}}},
        "weeklyTrainingStatus": {"statusCode": 200, "payload": {"reportData": {}}},
    },
    "stress_detail": {
        "calendarDate": "2026-01-01",
        "stressValuesArray": [],
        "bodyBatteryValuesArray": [],
    },
    "training_readiness": [],
    "user_settings": {"userData": {"gender": None}, "userSleep": None},
    "vo2max": [{"userId": 1, "generic": None, "cycling": None}],
    "weight": {"dailyWeightSummaries": [], "totalAverage": {"from": 1, "weight": None}},
}
# What has no day in its key, so that a placeholder of 1970 is only a value that is missing.
DAYLESS = {
    *("profile", "user_settings", "devices"),
    *("heart_rate_zones", "personal_records"),
}


def scrubbed(body: Json) -> Json:
    """Return what a careless publisher makes of an answer: every day and time is of 1970."""
    without_instants = leaves(
        body, lambda value: 0 if isinstance(value, int) and value > 10**11 else value
    )
    # Over the text, because some days are the names of members.
    found: Json = json.loads(
        re.sub(r'"20\d\d-\d\d-\d\d', '"1970-01-01', json.dumps(without_instants))
    )
    return found


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


@pytest.mark.parametrize("name", sorted(GOLDEN_READINGS.keys() - DAYLESS))
def test_placeholder_of_1970_gives_no_row(name: str) -> None:
    """A day of 1970 is a placeholder: there were no devices."""
    rows = [*GOLDEN_READINGS[name].parse(scrubbed(golden(name)))]

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
        ("blood_pressure-account", {"measurementSummaries": "none"}),
        ("endurance_score-account", {"groupMap": [1], "enduranceScoreDTO": None}),
        ("endurance_score-account", {"enduranceScoreDTO": 5100, "groupMap": {}}),
        ("endurance_score-account", {"periods": {"2026-01-01": {"groupMax": 5100}}}),
        ("hill_score-account", {"scores": [{"calendarDate": "2026-01-01"}]}),
        ("heart_rate_detail-account", {"heartRates": [[1788998400000, 52]]}),
        (
            "heart_rate_detail-account",
            {
                "calendarDate": "2026-01-01",
                "heartRateValueDescriptors": [{"key": "timestamp", "index": 0}],
                "heartRateValues": [[1788998400000, 52]],
            },
        ),
        ("hrv-account", [{"calendarDate": "2026-01-01"}]),
        ("hrv_detail-account", {"readings": [{"hrvValue": 61}]}),
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
