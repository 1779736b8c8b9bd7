"""Blood pressure: one row per measurement, several a day."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from training_analyzer.model import Api, Group
from training_analyzer.streams.fields import (
    at_local,
    at_utc,
    big_integer,
    day,
    first_of,
    integer,
    positive,
    text,
)
from training_analyzer.streams.rows import RowParser, inner_objects, listed
from training_analyzer.streams.stream import Route, Stream

if TYPE_CHECKING:
    from collections.abc import Iterator

    from training_analyzer.streams.fields import Record
    from training_analyzer.streams.stream import Json


def _measurements(body: Json) -> Iterator[Record]:
    """Yield every measurement of each day; a summary may come without any."""
    for summary in listed("measurementSummaries")(body):
        for measurement in inner_objects(summary.get("measurements")):
            yield {"summaryDate": summary.get("startDate"), **measurement}


parse_blood_pressures: Final = RowParser(
    _measurements,
    {
        # Garmin's id of a measurement: it deletes one by day and version.
        "measurement_id": big_integer("version"),
        "calendar_date": first_of(day("measurementTimestampLocal"), day("summaryDate")),
        "measured_utc": at_utc("measurementTimestampGMT"),
        "measured_local": at_local("measurementTimestampLocal"),
        "systolic_mmhg": integer("systolic", positive),
        "diastolic_mmhg": integer("diastolic", positive),
        "pulse_bpm": integer("pulse", positive),
        "category": text("categoryName"),
        "source": text("sourceType"),
        "notes": text("notes"),
    },
    key=("measurement_id",),
    measured=lambda row: row["systolic_mmhg"] is not None and row["calendar_date"] is not None,
)
"""Return one row per measurement, in mmHg; the pulse is optional.

Source: `/bloodpressure-service/bloodpressure/range/{first}/{last}?includeAll=true`; the
envelope's key names are recorded, the fields of a measurement reported.
"""

BLOOD_PRESSURE: Final = Stream(
    name="blood_pressure",
    group=Group.WELLNESS,
    table="blood_pressures",
    key=("measurement_id",),
    routes={
        Api.ACCOUNT: Route(
            path="/bloodpressure-service/bloodpressure/range/{first}/{last}",
            query={"includeAll": "true"},
            parse=parse_blood_pressures,
            cap_days=365,
        )
    },
    every_days=3,
)
