"""Where effort turns hard: thresholds, heart rate zones, and the records set so far."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from training_analyzer.model import Api, Group
from training_analyzer.streams.fields import (
    at_utc,
    big_integer,
    day,
    first_of,
    flag,
    integer,
    lower_text,
    number,
    positive,
    text,
)
from training_analyzer.streams.rows import RowParser, any_of, listed
from training_analyzer.streams.stream import Route, Stream

if TYPE_CHECKING:
    from collections.abc import Iterator

    from training_analyzer.streams.fields import Record
    from training_analyzer.streams.stream import Json

_found_on = day("calendarDate")


def _thresholds_of_sports(body: Json) -> Iterator[Record]:
    """Yield a record per day and sport, merged from Garmin's near-duplicates.

    One entry has the speed, another the heart rate, of one and the same threshold.
    """
    merged: dict[str, Record] = {}
    for record in listed()(body):
        found_on = _found_on(record)
        if found_on is not None:
            said = {name: value for name, value in record.items() if value is not None}
            merged[found_on] = {**said, **merged.get(found_on, {})}
    for record in merged.values():
        yield {**record, "sport": "running"}
        cycling = record.get("heartRateCycling")
        yield {"calendarDate": record["calendarDate"], "heartRate": cycling, "sport": "cycling"}


parse_lactate_thresholds: Final = RowParser(
    _thresholds_of_sports,
    {
        "calendar_date": _found_on,
        "sport": text("sport"),
        # Garmin gives a tenth of m/s: the recorded 0.34722125 is a pace of 4:48 per km.
        "speed_mps": number("speed", positive, times=10),
        # Garmin's spelling, beside the one that a corrected answer would have.
        "hr_bpm": first_of(integer("heartRate", positive), integer("hearRate", positive)),
    },
    key=("calendar_date", "sport"),
    measured=any_of("speed_mps", "hr_bpm"),
)
"""Return the latest threshold of each sport, under the day on which it was found.

Source: `/biometric-service/biometric/latestLactateThreshold`; key names recorded.
"""

LACTATE_THRESHOLD: Final = Stream(
    name="lactate_threshold",
    group=Group.FITNESS,
    table="lactate_thresholds",
    key=("calendar_date", "sport"),
    routes={
        Api.ACCOUNT: Route(
            path="/biometric-service/biometric/latestLactateThreshold",
            parse=parse_lactate_thresholds,
        )
    },
    day_column=None,
    every_days=7,
)

parse_functional_thresholds: Final = RowParser(
    listed(),
    {
        # `calendarDate` moves with every weighing, because the ratio does.
        "calendar_date": first_of(day("ftpCreateTime"), day("calendarDate")),
        "sport": lower_text("sport"),
        "power_w": number("functionalThresholdPower", positive),
        "power_to_weight_wkg": number("powerToWeight", positive),
        "is_stale": flag("isStale"),
    },
    key=("calendar_date", "sport"),
    measured=any_of("power_w"),
)
"""Return the functional threshold power of each sport, under the day on which it was found.

Source: `/biometric-service/biometric/powerToWeight/latest/{today}`; key names recorded. It
has a row for each sport and holds all that `latestFunctionalThresholdPower` has.
"""

FUNCTIONAL_THRESHOLD: Final = Stream(
    name="functional_threshold",
    group=Group.FITNESS,
    table="functional_thresholds",
    key=("calendar_date", "sport"),
    routes={
        Api.ACCOUNT: Route(
            path="/biometric-service/biometric/powerToWeight/latest/{today}",
            parse=parse_functional_thresholds,
        )
    },
    day_column=None,
    every_days=7,
)

parse_heart_rate_zones: Final = RowParser(
    listed(),
    {
        "sport": lower_text("sport"),
        "method": text("trainingMethod"),
        **{f"zone{n}_floor_bpm": integer(f"zone{n}Floor", positive) for n in range(1, 6)},
        "max_hr_bpm": integer("maxHeartRateUsed", positive),
        "resting_hr_bpm": integer("restingHeartRateUsed", positive),
        "lactate_threshold_hr_bpm": integer("lactateThresholdHeartRateUsed", positive),
    },
    key=("sport",),
)
"""Return the zones of each sport; `default` holds where a sport has none of its own.

Source: `/biometric-service/heartRateZones`, recorded; `/biometric-service/heartRateZones/v2`
of the Personal API, modelled alike.
"""

_ZONES: Final = "/biometric-service/heartRateZones"
HEART_RATE_ZONES: Final = Stream(
    name="heart_rate_zones",
    group=Group.FITNESS,
    table="heart_rate_zones",
    key=("sport",),
    routes={
        Api.ACCOUNT: Route(path=_ZONES, parse=parse_heart_rate_zones),
        Api.PERSONAL: Route(path=f"{_ZONES}/v2", parse=parse_heart_rate_zones),
    },
    day_column=None,
    every_days=7,
)

_activity_id = big_integer("activityId")

parse_personal_records: Final = RowParser(
    listed(),
    {
        "record_id": big_integer("id"),
        "type_id": integer("typeId"),
        "value": number("value"),
        # Records of steps are of no activity: theirs is 0.
        "activity_id": lambda record: _activity_id(record) or None,
        "activity_type": text("activityType"),
        "set_utc": at_utc("prStartTimeGmt"),
        "status": text("status"),
    },
    key=("record_id",),
    measured=any_of("value"),
)
"""Return one row per record; the unit of `value` follows from `type_id`.

Reported types: 1 km, 2 mile, 3 5 km, 4 10 km, 5 half marathon, 6 marathon (seconds);
7 longest run, 8 longest ride, 9 most ascent (metres); 10 best power of 20 minutes (watts).
Source: `/personalrecord-service/personalrecord/prs/{display_name}`; key names recorded.
"""

PERSONAL_RECORDS: Final = Stream(
    name="personal_records",
    group=Group.FITNESS,
    table="personal_records",
    key=("record_id",),
    routes={
        Api.ACCOUNT: Route(
            path="/personalrecord-service/personalrecord/prs/{display_name}",
            parse=parse_personal_records,
        )
    },
    day_column=None,
    every_days=7,
)
