"""The body's own numbers: body battery, resting heart rate, weight."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from training_analyzer.model import Api, Group
from training_analyzer.streams.fields import (
    as_number,
    at,
    at_utc,
    big_integer,
    day,
    first_of,
    integer,
    not_negative,
    number,
    offset,
    positive,
    text,
)
from training_analyzer.streams.rows import RowParser, inner_objects, listed
from training_analyzer.streams.stream import Route, Stream

if TYPE_CHECKING:
    from collections.abc import Iterator

    from training_analyzer.streams.fields import Column, Record
    from training_analyzer.streams.stream import Json, Row

_FULL_BATTERY: Final = 100


def _level_column(record: Record) -> int:
    """Return which column of the points is the level: reports have two, day answers four."""
    for descriptor in inner_objects(record.get("bodyBatteryValueDescriptorDTOList")):
        index = descriptor.get("bodyBatteryValueDescriptorIndex")
        is_level = descriptor.get("bodyBatteryValueDescriptorKey") == "bodyBatteryLevel"
        if is_level and isinstance(index, int) and index >= 0:
            return index
    return 1


def _levels(record: Record) -> Iterator[int]:
    """Yield the levels of the day's change points, each 0 to 100."""
    column = _level_column(record)
    points = at(record, "bodyBatteryValuesArray")
    for point in points if isinstance(points, list) else ():
        if isinstance(point, list) and column < len(point):
            level = as_number(point[column])
            if level is not None and 0 <= level <= _FULL_BATTERY:
                yield round(level)


def _has_moved(row: Row) -> bool:
    """Whether the day was measured: one without points that only says 0 and 0 was not."""
    return bool(row["charged"] or row["drained"] or row["highest"] is not None)


parse_body_battery: Final = RowParser(
    listed(),
    {
        "calendar_date": day("date"),
        "charged": integer("charged", not_negative),
        "drained": integer("drained", not_negative),
        "lowest": lambda record: min(_levels(record), default=None),
        "highest": lambda record: max(_levels(record), default=None),
        "start_utc": at_utc("startTimestampGMT"),
        "end_utc": at_utc("endTimestampGMT"),
        "utc_offset_s": offset("startTimestampLocal", "startTimestampGMT"),
        "feedback": text("bodyBatteryDynamicFeedbackEvent.feedbackShortType"),
    },
    key=("calendar_date",),
    measured=_has_moved,
)
"""Return one row per day of a report; lowest and highest come from its change points.

Source: `/wellness-service/wellness/bodyBattery/reports/daily`; key names recorded, no values.
"""

_BODY_BATTERY_ROUTE: Final = Route(
    path="/wellness-service/wellness/bodyBattery/reports/daily",
    query={"startDate": "{first}", "endDate": "{last}"},
    parse=parse_body_battery,
    cap_days=31,
)
BODY_BATTERY: Final = Stream(
    name="body_battery",
    group=Group.WELLNESS,
    table="body_battery_days",
    key=("calendar_date",),
    routes={Api.ACCOUNT: _BODY_BATTERY_ROUTE, Api.PERSONAL: _BODY_BATTERY_ROUTE},
)

parse_resting_heart_rates: Final = RowParser(
    listed("allMetrics", "metricsMap", "WELLNESS_RESTING_HEART_RATE"),
    {"calendar_date": day("calendarDate"), "resting_hr_bpm": integer("value", positive)},
    key=("calendar_date",),
)
"""Return one row per day with a resting heart rate; other days are left out.

Source: `/userstats-service/wellness/daily/{display_name}`, metric 60; key names recorded.
"""

RESTING_HEART_RATE: Final = Stream(
    name="resting_heart_rate",
    group=Group.WELLNESS,
    table="resting_heart_rates",
    key=("calendar_date",),
    routes={
        Api.ACCOUNT: Route(
            path="/userstats-service/wellness/daily/{display_name}",
            query={"fromDate": "{first}", "untilDate": "{last}", "metricId": "60"},
            parse=parse_resting_heart_rates,
            cap_days=365,
        )
    },
)


def _weigh_ins(body: Json) -> Iterator[Record]:
    """Yield every weigh-in of each day; `latestWeight` only where the full list is missing.

    `previousDateWeight` and `nextDateWeight` lie outside the window and are not read.
    """
    for summary in listed("dailyWeightSummaries")(body):
        latest = summary.get("latestWeight")
        for sample in inner_objects(summary.get("allWeightMetrics")) or (
            [latest] if isinstance(latest, dict) else []
        ):
            yield {"summaryDate": summary.get("summaryDate"), **sample}


def _mass_g(path: str) -> Column:
    """Read a mass in grams.

    A model of the Personal API says kilograms, every recording shows grams. Nobody
    weighs less than 1000 g, so such a weight tells that all of its row are kilograms.
    """
    mass, weight = number(path, positive), number("weight", positive)

    def read(record: Record) -> float | None:
        grams, whole = mass(record), weight(record)
        if grams is None or whole is None or whole >= 1000:  # noqa: PLR2004 - explained above
            return grams
        return grams * 1000

    return read


parse_weigh_ins: Final = RowParser(
    _weigh_ins,
    {
        "sample_pk": big_integer("samplePk"),
        "calendar_date": first_of(day("calendarDate"), day("summaryDate")),
        "measured_utc": at_utc("timestampGMT"),
        "utc_offset_s": offset("date", "timestampGMT"),
        "weight_g": _mass_g("weight"),
        "bmi": number("bmi", positive),
        "body_fat_pct": number("bodyFat", positive),
        "body_water_pct": number("bodyWater", positive),
        "bone_g": _mass_g("boneMass"),
        "muscle_g": _mass_g("muscleMass"),
        "visceral_fat": number("visceralFat", positive),
        "metabolic_age": number("metabolicAge", positive),
        "physique_rating": number("physiqueRating", positive),
        "source": text("sourceType"),
    },
    key=("sample_pk",),
    measured=lambda row: row["weight_g"] is not None and row["calendar_date"] is not None,
)
"""Return one row per weigh-in, several a day; masses are grams.

Source: `/weight-service/weight/range/{first}/{last}?includeAll=true`, recorded 2025.
"""

_WEIGHT_ROUTE: Final = Route(
    path="/weight-service/weight/range/{first}/{last}",
    query={"includeAll": "true"},
    parse=parse_weigh_ins,
    cap_days=365,
)
WEIGHT: Final = Stream(
    name="weight",
    group=Group.WELLNESS,
    table="weigh_ins",
    key=("sample_pk",),
    routes={Api.ACCOUNT: _WEIGHT_ROUTE, Api.PERSONAL: _WEIGHT_ROUTE},
)
