"""Sleep: one row per night; a night belongs to the day of waking up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from training_analyzer.model import Api, Group
from training_analyzer.streams.fields import (
    at_utc,
    day,
    flag,
    integer,
    not_negative,
    number,
    offset,
    positive,
    text,
)
from training_analyzer.streams.rows import RowParser, any_above_zero, listed, single_with
from training_analyzer.streams.stream import Route, Stream

if TYPE_CHECKING:
    from collections.abc import Mapping

    from training_analyzer.streams.fields import Column

_STATS: Final[Mapping[str, Column]] = {
    "calendar_date": day("calendarDate"),
    "start_utc": at_utc("values.gmtSleepStartTimeInMillis"),
    "end_utc": at_utc("values.gmtSleepEndTimeInMillis"),
    "utc_offset_s": offset(
        "values.localSleepStartTimeInMillis", "values.gmtSleepStartTimeInMillis"
    ),
    "sleep_total_s": integer("values.totalSleepTimeInSeconds", not_negative),
    "sleep_deep_s": integer("values.deepTime", not_negative),
    "sleep_light_s": integer("values.lightTime", not_negative),
    "sleep_rem_s": integer("values.remTime", not_negative),
    "sleep_awake_s": integer("values.awakeTime", not_negative),
    "score": integer("values.sleepScore", not_negative),
    "score_quality": text("values.sleepScoreQuality"),
    "resting_hr_bpm": number("values.restingHeartRate", positive),
    "avg_hr_bpm": number("values.avgHeartRate", positive),
    "hrv_avg_ms": number("values.avgOvernightHrv", positive),
    "hrv_7d_ms": number("values.hrv7dAverage", positive),
    "hrv_status": text("values.hrvStatus"),
    "respiration_avg_brpm": number("values.respiration", positive),
    "spo2_avg_pct": number("values.spO2", positive),
    "skin_temperature_deviation_c": number("values.skinTempC"),
    "body_battery_change": integer("values.bodyBatteryChange"),
    "need_min": integer("values.sleepNeed", not_negative),
    "alignment_status": text("values.sleepAlignmentStatus"),
}


def _night(prefix: str = "") -> dict[str, Column]:
    """Return the columns of a DailySleep, whose fields stand behind *prefix*."""
    start_gmt = f"{prefix}sleepStartTimestampGMT"
    return {
        # Not the day of `nextSleepNeed`, which is tomorrow's.
        "calendar_date": day(f"{prefix}calendarDate"),
        "start_utc": at_utc(start_gmt),
        "end_utc": at_utc(f"{prefix}sleepEndTimestampGMT"),
        "utc_offset_s": offset(f"{prefix}sleepStartTimestampLocal", start_gmt),
        "sleep_total_s": integer(f"{prefix}sleepTimeSeconds", not_negative),
        "sleep_deep_s": integer(f"{prefix}deepSleepSeconds", not_negative),
        "sleep_light_s": integer(f"{prefix}lightSleepSeconds", not_negative),
        "sleep_rem_s": integer(f"{prefix}remSleepSeconds", not_negative),
        "sleep_awake_s": integer(f"{prefix}awakeSleepSeconds", not_negative),
        "sleep_unmeasurable_s": integer(f"{prefix}unmeasurableSleepSeconds", not_negative),
        "nap_s": integer(f"{prefix}napTimeSeconds", not_negative),
        "awake_count": integer(f"{prefix}awakeCount", not_negative),
        "score": integer(f"{prefix}sleepScores.overall.value", not_negative),
        "score_quality": text(f"{prefix}sleepScores.overall.qualifierKey"),
        "avg_hr_bpm": number(f"{prefix}avgHeartRate", positive),
        "respiration_avg_brpm": number(f"{prefix}averageRespirationValue", positive),
        "respiration_min_brpm": number(f"{prefix}lowestRespirationValue", positive),
        "respiration_max_brpm": number(f"{prefix}highestRespirationValue", positive),
        "spo2_avg_pct": number(f"{prefix}averageSpO2Value", positive),
        "spo2_min_pct": number(f"{prefix}lowestSpO2Value", positive),
        "spo2_max_pct": number(f"{prefix}highestSpO2Value", positive),
        "stress_avg": number(f"{prefix}avgSleepStress", not_negative),
        "need_min": integer(f"{prefix}sleepNeed.actual", not_negative),
        "need_baseline_min": integer(f"{prefix}sleepNeed.baseline", not_negative),
        "alignment_status": text(f"{prefix}sleepAlignment.status"),
        "is_confirmed": flag(f"{prefix}sleepWindowConfirmed"),
        "confirmation": text(f"{prefix}sleepWindowConfirmationType"),
        "is_from_device": flag(f"{prefix}sleepFromDevice"),
    }


_DETAIL: Final[Mapping[str, Column]] = {
    **_night("dailySleepDTO."),
    "resting_hr_bpm": number("restingHeartRate", positive),
    "hrv_avg_ms": number("avgOvernightHrv", positive),
    "hrv_status": text("hrvStatus"),
    "skin_temperature_deviation_c": number("avgSkinTempDeviationC"),
    "body_battery_change": integer("bodyBatteryChange"),
    "restless_count": integer("restlessMomentsCount", not_negative),
}

# A watch that was worn awake still gives the day a heart rate; that is no night.
_was_slept = any_above_zero("start_utc", "sleep_total_s", "score")
_was_slept_or_napped = any_above_zero("start_utc", "sleep_total_s", "score", "nap_s")

parse_sleep_stats: Final = RowParser(
    listed("individualStats"), _STATS, key=("calendar_date",), measured=_was_slept
)
"""Return one row per night of the account API's range answer.

Source: `/sleep-service/stats/sleep/daily/{first}/{last}`; key names recorded, no values.
"""

parse_sleep_summaries: Final = RowParser(
    listed(), _night(), key=("calendar_date",), measured=_was_slept_or_napped
)
"""Return one row per night, or day with a nap, of the Personal API's range answer.

Source: `/sleep-service/sleep/dailySleepSummariesByDate`, modelled.
"""

parse_sleep_night: Final = RowParser(
    single_with("dailySleepDTO"), _DETAIL, key=("calendar_date",), measured=_was_slept_or_napped
)
"""Return the row of a night's detail, or none when `dailySleepDTO` holds only nulls.

Source: `/sleep-service/sleep/dailySleepData` and `/wellness-service/wellness/dailySleepData`,
recorded 2021 (without scores) and 2025.
"""

parse_sleep_extras: Final = RowParser(
    single_with("dailySleepDTO"),
    {
        name: column
        for name, column in _DETAIL.items()
        if name == "calendar_date" or name not in _STATS
    },
    key=("calendar_date",),
)
"""Return of a night's detail only what the account API's range answer does not have.

So the two never write over each other, and a night counts as changed only when it is.
"""

SLEEP: Final = Stream(
    name="sleep",
    group=Group.WELLNESS,
    table="sleep_nights",
    key=("calendar_date",),
    routes={
        Api.ACCOUNT: Route(
            path="/sleep-service/stats/sleep/daily/{first}/{last}",
            parse=parse_sleep_stats,
            cap_days=28,
        ),
        Api.PERSONAL: Route(
            path="/sleep-service/sleep/dailySleepSummariesByDate",
            query={"startDate": "{first}", "endDate": "{last}"},
            parse=parse_sleep_summaries,
            cap_days=31,
        ),
    },
)
