"""The answers of the pretend Garmin agree with each other: one life, many windows on it."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest
from athletes_for_tests import A_YEAR_AGO, NOW, TODAY, athletes, body, runner, year

from training_analyzer.model import Api
from training_analyzer.simulator.fate import ONE_DAY, wears
from training_analyzer.simulator.nights import night
from training_analyzer.simulator.training import activities_on

FIRST, LAST = TODAY - timedelta(days=20), TODAY - timedelta(days=1)
SPAN = {"startDate": str(FIRST), "endDate": str(LAST)}
DAYS = [FIRST + timedelta(days=n) for n in range(20)]


@pytest.mark.parametrize("number", range(4))
def test_v1_and_v2_summaries_agree(number: int) -> None:
    """The flat summary in seconds and the grouped one in milliseconds tell the same day."""
    one = athletes()[number]
    rows = body(one, "/usersummary-service/v2/dailysummaries", **SPAN)["data"]

    assert [row["calendarDate"] for row in rows] == [str(day) for day in DAYS]
    for row in rows:
        path = "/usersummary-service/usersummary/daily/{name}"
        flat = body(one, path, calendarDate=row["calendarDate"])
        assert flat["includesWellnessData"] == row["includesWellnessData"]
        if not row["includesWellnessData"]:
            continue
        assert flat["totalSteps"] == row["movement"]["steps"]["value"]
        assert flat["restingHeartRate"] == row["heartRate"]["restingValue"]
        assert flat["restStressDuration"] * 1000 == row["stress"]["restDurationInMillis"]
        assert flat["bodyBatteryChargedValue"] == row["bodyBattery"]["chargedValue"]
        assert flat["totalKilocalories"] == row["calories"]["burnedTotal"]


def test_stress_counts_are_the_curves() -> None:
    """The day's curve, counted in three-minute steps, gives the totals of the range and the day."""
    ada = runner()
    totals = body(ada, f"/usersummary-service/stats/stress/daily/{FIRST}/{LAST}")
    for row in totals:
        day = body(ada, f"/wellness-service/wellness/dailyStress/{row['calendarDate']}")
        levels = [level for _, level in day["stressValuesArray"]]
        bands = Counter(min(3, (level - 1) // 25) for level in levels if level > 0)
        assert row["values"]["restStressDuration"] == bands[0] * 180
        assert row["values"]["lowStressDuration"] == bands[1] * 180
        assert row["values"]["highStressDuration"] == bands[3] * 180
        assert row["values"]["overallStressLevel"] == day["avgStressLevel"]


def test_heart_rate_answers_agree() -> None:
    """Resting heart rate is the same in range, day and sleep; the curve stays in its limits."""
    ada = runner()
    path = "/userstats-service/wellness/daily/{name}"
    span = {"fromDate": str(FIRST), "untilDate": str(LAST), "metricId": "60"}
    rows = body(ada, path, **span)["allMetrics"]["metricsMap"]["WELLNESS_RESTING_HEART_RATE"]

    assert len(rows) >= 15
    for row in rows:
        day = row["calendarDate"]
        curve = body(ada, "/wellness-service/wellness/dailyHeartRate/{name}", date=day)
        beats = [bpm for _, bpm in curve["heartRateValues"] if bpm is not None]
        assert curve["restingHeartRate"] == row["value"]
        assert curve["minHeartRate"] == min(beats)
        assert curve["maxHeartRate"] >= max(beats)
        slept = night(ada, date.fromisoformat(day))
        assert slept is None or slept.resting_bpm == row["value"]


def test_a_night_adds_up() -> None:
    """Deep, light and REM are the total; the drawn levels are the stages; all ways agree."""
    ada = runner()
    stats = body(ada, f"/sleep-service/stats/sleep/daily/{FIRST}/{LAST}")["individualStats"]
    summaries = body(ada, "/sleep-service/sleep/dailySleepSummariesByDate", Api.PERSONAL, **SPAN)

    assert len(stats) == len(summaries) >= 15
    for row, summary in zip(stats, summaries, strict=True):
        values, day = row["values"], row["calendarDate"]
        stages = [values["deepTime"], values["lightTime"], values["remTime"]]
        assert sum(stages) == values["totalSleepTimeInSeconds"]
        span_s = (values["gmtSleepEndTimeInMillis"] - values["gmtSleepStartTimeInMillis"]) / 1000
        assert sum(stages) + values["awakeTime"] == span_s
        detail = body(ada, "/sleep-service/sleep/dailySleepData", date=day)
        assert detail["dailySleepDTO"] == summary
        assert summary["deepSleepSeconds"] == values["deepTime"]
        assert summary["sleepScores"]["overall"]["value"] == values["sleepScore"]
        drawn: Counter[float] = Counter()
        for level in detail["sleepLevels"]:
            ends = [datetime.fromisoformat(level[key]) for key in ("startGMT", "endGMT")]
            drawn[level["activityLevel"]] += round((ends[1] - ends[0]).total_seconds())
        assert [drawn[0], drawn[1], drawn[2], drawn[3]] == [*stages, values["awakeTime"]]


def test_hrv_answers_agree() -> None:
    """The readings of a night average to its value, and the range has the same rows."""
    ada = runner()
    rows = body(ada, f"/hrv-service/hrv/daily/{FIRST}/{LAST}")["hrvSummaries"]
    for row in rows:
        day = body(ada, f"/hrv-service/hrv/{row['calendarDate']}")
        values = [reading["hrvValue"] for reading in day["hrvReadings"]]
        assert day["hrvSummary"] == row
        assert round(sum(values) / len(values)) == row["lastNightAvg"]
        assert max(values) == row["lastNight5MinHigh"]


def test_the_body_battery_runs_on_from_day_to_day() -> None:
    """A day's battery begins where the day before ended, and its moves are its totals."""
    tom = athletes()[1]
    reports = body(tom, "/wellness-service/wellness/bodyBattery/reports/daily", **SPAN)
    worn = [report for report in reports if report["charged"] is not None]

    for report in worn:
        levels = [level for _, level in report["bodyBatteryValuesArray"]]
        ups = sum(max(0, b - a) for a, b in pairwise(levels))
        assert abs(ups - report["charged"]) <= len(levels)
        assert all(5 <= level <= 100 for level in levels)
    for before, after in pairwise(worn):
        if before["endTimestampGMT"] == after["startTimestampGMT"]:
            ends = before["bodyBatteryValuesArray"][-1], after["bodyBatteryValuesArray"][0]
            assert ends[0] == ends[1]


def test_load_is_the_sum_of_the_activities() -> None:
    """The acute load of a status row is what the activities of the last week say."""
    tom = athletes()[1]
    whole = body(tom, f"/mobile-gateway/usersummary/trainingstatus/weekly/{FIRST}/{LAST}")
    (rows,) = whole["weeklyTrainingStatus"]["payload"]["reportData"].values()
    span = {"startDate": str(FIRST - 7 * ONE_DAY), "endDate": str(LAST), "limit": "200"}
    listed = body(tom, "/activitylist-service/activities/search/activities", **span)

    for row in rows:
        last = date.fromisoformat(row["calendarDate"])
        days = {str(last - n * ONE_DAY) for n in range(7)}
        week = [
            one.get("activityTrainingLoad", 0)
            for one in listed
            if one["startTimeLocal"][:10] in days
        ]
        assert row["acuteTrainingLoadDTO"]["dailyTrainingLoadAcute"] == pytest.approx(
            sum(week), abs=1
        )


def test_list_and_detail_agree() -> None:
    """An activity's own page says what its list row says, under its own names."""
    tom = athletes()[1]
    for row in body(tom, "/activitylist-service/activities/search/activities", limit="60"):
        detail = body(tom, f"/activity-service/activity/{row['activityId']}")
        assert detail["activityName"] == row["activityName"]
        assert detail["summaryDTO"]["distance"] == row["distance"]
        assert detail["summaryDTO"].get("averageHR") == row.get("averageHR")
        zones = [row.get(f"hrTimeInZone_{n}", 0) for n in range(1, 6)]
        assert row["manualActivity"] or sum(zones) == pytest.approx(row["duration"], abs=0.01)
        assert isinstance(detail["metadataDTO"]["deviceMetaDataDTO"] or {}, dict)


def test_a_multisport_activity_has_legs() -> None:
    """The list shows the parent only; the legs are pages of their own and add up to it."""
    tom = athletes()[1]
    listed = body(tom, "/activitylist-service/activities/search/activities", limit="300")
    parents = [row for row in listed if row["parent"]]

    assert parents
    assert all("beginTimestamp" not in row for row in parents)
    detail = body(tom, f"/activity-service/activity/{parents[0]['activityId']}")
    legs = [
        body(tom, f"/activity-service/activity/{leg}") for leg in detail["metadataDTO"]["childIds"]
    ]
    assert [leg["parentId"] for leg in legs] == [detail["activityId"]] * 3
    assert sum(leg["summaryDTO"]["distance"] for leg in legs) == pytest.approx(
        detail["summaryDTO"]["distance"]
    )


def test_activity_ids_are_unique_and_grow() -> None:
    """No two activities or legs of all athletes share an id; later ones have larger ids."""
    seen: set[int] = set()
    for one in athletes():
        ids = [
            leg.activity_id for d in year() for a in activities_on(one, d) for leg in (a, *a.legs)
        ]
        assert ids == sorted(ids)
        assert len(set(ids)) == len(ids)
        assert not seen & set(ids)
        seen |= set(ids)


def test_units_are_garmins() -> None:
    """Weights are grams, threshold speed a tenth of m/s, local milliseconds wall clock."""
    ada = runner()
    weight = body(ada, f"/weight-service/weight/range/{A_YEAR_AGO}/{TODAY}", includeAll="True")
    sample = weight["dailyWeightSummaries"][0]["allWeightMetrics"][0]
    thresholds = body(ada, "/biometric-service/biometric/latestLactateThreshold")
    slept = body(ada, "/sleep-service/sleep/dailySleepData", date=str(LAST - ONE_DAY * 3))
    night_dto = slept["dailySleepDTO"]

    assert 55_000 < sample["weight"] < 70_000
    assert sample["date"] - sample["timestampGMT"] == 3_600_000
    assert 0.25 < thresholds[0]["speed"] < 0.5
    assert thresholds[1]["hearRate"] == 169
    assert night_dto["sleepStartTimestampLocal"] - night_dto["sleepStartTimestampGMT"] == 3_600_000


def test_old_curves_are_archived() -> None:
    """Curves of half a year ago are gone, the totals of those days are not."""
    ada = runner()
    old = next(d for d in year() if wears(ada, d) and night(ada, d))
    heart = body(ada, "/wellness-service/wellness/dailyHeartRate/{name}", date=str(old))
    stress = body(ada, f"/wellness-service/wellness/dailyStress/{old}")
    slept = body(ada, "/sleep-service/sleep/dailySleepData", date=str(old))

    assert heart["heartRateValues"] is None
    assert heart["restingHeartRate"] is not None
    assert stress["stressValuesArray"] == []
    assert stress["avgStressLevel"] > 0
    assert slept["sleepLevels"] is None
    assert slept["dailySleepDTO"]["sleepTimeSeconds"] > 0


def test_the_probe_moves_with_the_watch() -> None:
    """The upload time of the last used device is the sync timestamp."""
    ada = runner()
    used = body(ada, "/device-service/deviceservice/mylastused")
    synced = body(ada, "/wellness-service/wellness/syncTimestamp")

    at = datetime.fromisoformat(f"{synced}+00:00")
    assert used["lastUsedDeviceUploadTime"] == at.timestamp() * 1000
    assert at <= NOW
