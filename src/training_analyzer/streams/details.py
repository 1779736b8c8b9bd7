"""Curves of single days and nights: asked for only where the day's row is new or changed."""

from __future__ import annotations

from typing import Final

from training_analyzer.model import Api, Group
from training_analyzer.streams.curves import (
    CurveParser,
    Series,
    described,
    lasting,
    members,
    whole_with,
)
from training_analyzer.streams.fields import at_utc, day, integer, not_negative, number, positive
from training_analyzer.streams.rows import single_with
from training_analyzer.streams.sleep import parse_sleep_extras
from training_analyzer.streams.stream import Route, Stream

_TABLE: Final = "intraday_series"
_KEY: Final = ("kind", "calendar_date")
_START: Final = at_utc("startGMT")
_LASTING: Final = lasting("startGMT", "endGMT")
_TIMESTAMP: Final = at_utc("timestamp")

parse_sleep_curves: Final = CurveParser(
    single_with("dailySleepDTO"),
    day("dailySleepDTO.calendarDate"),
    (
        # Stages: 0 deep, 1 light, 2 REM, 3 awake.
        Series(
            "sleep_levels",
            members("sleepLevels"),
            _START,
            {"stage": integer("activityLevel", not_negative), "duration_s": _LASTING},
        ),
        Series(
            "sleep_movement",
            members("sleepMovement"),
            _START,
            {"movement": number("activityLevel")},
        ),
        Series(
            "sleep_heart_rate",
            members("sleepHeartRate"),
            _START,
            {"hr_bpm": integer("value", positive)},
        ),
        Series(
            "sleep_stress",
            members("sleepStress"),
            _START,
            {"stress": integer("value", not_negative)},
        ),
        Series(
            "sleep_body_battery",
            members("sleepBodyBattery"),
            _START,
            {"body_battery": integer("value", not_negative)},
        ),
        Series("sleep_hrv", members("hrvData"), _START, {"hrv_ms": number("value", positive)}),
        Series(
            "sleep_restless",
            members("sleepRestlessMoments"),
            _START,
            {"moments": integer("value", not_negative)},
        ),
        Series(
            "sleep_breathing",
            members("breathingDisruptionData"),
            _START,
            {"disruption": number("value", not_negative), "duration_s": _LASTING},
        ),
        Series(
            "sleep_respiration",
            members("wellnessEpochRespirationDataDTOList"),
            at_utc("startTimeGMT"),
            {"respiration_brpm": number("respirationValue", positive)},
        ),
        Series(
            "sleep_spo2",
            members("wellnessEpochSPO2DataDTOList"),
            at_utc("epochTimestamp"),
            {"spo2_pct": number("spo2Reading", positive)},
        ),
    ),
)
"""Return the curves of one night; the recorded nights of 2021 and 2025 have none.

Source: `/wellness-service/wellness/dailySleepData/{display_name}`; a trimmed recording has
levels, movement, heart rate, stress, HRV and restless moments, the others are key names.
"""

parse_hrv_readings: Final = CurveParser(
    whole_with("hrvReadings"),
    day("hrvSummary.calendarDate"),
    (
        Series(
            "hrv",
            members("hrvReadings"),
            at_utc("readingTimeGMT"),
            {"hrv_ms": integer("hrvValue", positive)},
        ),
    ),
)
"""Return the five-minute readings of one night, in milliseconds.

Source: `/hrv-service/hrv/{day}`, recorded 2023; 204 when there is no night.
"""

parse_stress_day: Final = CurveParser(
    whole_with("stressValuesArray"),
    day("calendarDate"),
    (
        # -1 and -2 say that stress could not be measured: a gap of the curve.
        Series(
            "stress",
            described(
                "stressValuesArray",
                "stressValueDescriptorsDTOList",
                {"timestamp": 0, "stressLevel": 1},
                index="index",
            ),
            _TIMESTAMP,
            {"stress": integer("stressLevel", not_negative)},
        ),
        Series(
            "body_battery",
            described(
                "bodyBatteryValuesArray",
                "bodyBatteryValueDescriptorsDTOList",
                {"timestamp": 0, "bodyBatteryLevel": 2},
                key="bodyBatteryValueDescriptorKey",
                index="bodyBatteryValueDescriptorIndex",
            ),
            _TIMESTAMP,
            {"body_battery": integer("bodyBatteryLevel", not_negative)},
        ),
    ),
)
"""Return stress and Body Battery of one day, a value each three minutes while it was worn.

Source: `/wellness-service/wellness/dailyStress/{day}`, recorded 2025.
"""

parse_heart_rate_day: Final = CurveParser(
    whole_with("heartRateValues"),
    day("calendarDate"),
    (
        Series(
            "heart_rate",
            described(
                "heartRateValues",
                "heartRateValueDescriptors",
                {"timestamp": 0, "heartrate": 1},
                index="index",
            ),
            _TIMESTAMP,
            {"hr_bpm": integer("heartrate", positive)},
        ),
    ),
)
"""Return the heart rate of one day, a value each two minutes while it was worn.

Source: `/wellness-service/wellness/dailyHeartRate/{display_name}`, recorded 2026.
"""

SLEEP_DETAIL: Final = Stream(
    name="sleep_detail",
    group=Group.WELLNESS,
    table=_TABLE,
    key=_KEY,
    routes={
        Api.ACCOUNT: Route(
            path="/wellness-service/wellness/dailySleepData/{display_name}",
            # An hour of movement before and after the night, as the web client asks.
            query={"date": "{first}", "nonSleepBufferMinutes": "60"},
            parse=parse_sleep_curves,
            also={"sleep_nights": parse_sleep_extras},
        )
    },
    detail_of="sleep",
)

_HRV_ROUTE: Final = Route(path="/hrv-service/hrv/{first}", parse=parse_hrv_readings)
HRV_DETAIL: Final = Stream(
    name="hrv_detail",
    group=Group.WELLNESS,
    table=_TABLE,
    key=_KEY,
    routes={Api.ACCOUNT: _HRV_ROUTE, Api.PERSONAL: _HRV_ROUTE},
    detail_of="hrv",
)

HEART_RATE_DETAIL: Final = Stream(
    name="heart_rate_detail",
    group=Group.WELLNESS,
    table=_TABLE,
    key=_KEY,
    routes={
        Api.ACCOUNT: Route(
            path="/wellness-service/wellness/dailyHeartRate/{display_name}",
            query={"date": "{first}"},
            parse=parse_heart_rate_day,
        ),
        Api.PERSONAL: Route(
            path="/wellness-service/wellness/dailyHeartRate",
            query={"date": "{first}"},
            parse=parse_heart_rate_day,
        ),
    },
    detail_of="daily_summary",
)

STRESS_DETAIL: Final = Stream(
    name="stress_detail",
    group=Group.WELLNESS,
    table=_TABLE,
    key=_KEY,
    routes={
        Api.ACCOUNT: Route(
            path="/wellness-service/wellness/dailyStress/{first}", parse=parse_stress_day
        )
    },
    detail_of="daily_summary",
)
