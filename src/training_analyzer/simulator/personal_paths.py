"""Which paths the Personal API serves, and which paths of the account API name a person."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import unquote

_DAY: Final = r"\d{4}-\d{2}-\d{2}"
# The 26 reads of Garmin's reference; the two that its own client lacks come from gcpapi_sync.
_PERSONAL: Final = re.compile(
    "|".join(
        (
            r"/userprofile-service/userprofile/settings",
            r"/usersummary-service/usersummary/daily",
            r"/usersummary-service/v2/dailysummaries",
            rf"/usersummary-service/stats/(?:steps|stress|hydration)/daily/{_DAY}/{_DAY}",
            r"/wellness-service/wellness/bodyBattery/reports/daily",
            r"/wellness-service/wellness/dailyHeartRate",
            rf"/wellness-service/wellness/daily/spo2acclimation/{_DAY}",
            r"/sleep-service/sleep/dailySleep",
            r"/sleep-service/sleep/dailySleepSummariesByDate",
            rf"/hrv-service/hrv/{_DAY}",
            rf"/hrv-service/hrv/daily/{_DAY}/{_DAY}",
            r"/biometric-service/heartRateZones/v2",
            rf"/fitnessage-service/fitnessage/v2/{_DAY}",
            rf"/weight-service/weight/(?:range|all)/{_DAY}/{_DAY}",
            rf"/goal-service/goal/user/effective/weightgoal/{_DAY}/{_DAY}",
            rf"/nutrition-service/food/logs/{_DAY}",
            rf"/periodichealth-service/menstrualcycle/(?:summary|dayview)/{_DAY}",
            rf"/wellnessactivity-service/activity/summary/range/{_DAY}/{_DAY}",
            r"/activitylist-service/activities/search/activities",
            r"/activity-service/activity/\d+(?:/workouts)?",
            r"/download-service/files/activity/\d+",
        )
    )
)
_NAMED: Final = re.compile(
    r"(?:"
    r"/usersummary-service/usersummary/daily|"
    r"/wellness-service/wellness/(?:dailySummaryChart|dailyHeartRate|dailySleepData)|"
    r"/userstats-service/wellness/daily|"
    r"/metrics-service/metrics/racepredictions/(?:latest|daily|weekly|monthly)|"
    r"/metrics-service/metrics/trainingstatus/weekly|"
    r"/personalrecord-service/personalrecord/prs|"
    r"/userprofile-service/userprofile/personal-information"
    r")/(?P<name>[^/]+)"
)
# metrics/trainingstatus/weekly exists with days in place of the name, too.
_TWO_DAYS: Final = re.compile(rf"(?:{_DAY})")


def is_personal(path: str) -> bool:
    """Whether the Personal API serves *path*."""
    return _PERSONAL.fullmatch(path) is not None


def named_person(path: str) -> str | None:
    """Return the display name that *path*, percent-encoded, asks for; None for none."""
    match = _NAMED.fullmatch(path)
    if match is None or _TWO_DAYS.fullmatch(match["name"]):
        return None
    return unquote(match["name"])
