"""Heart rate variability: one row per night; a night belongs to the day of waking up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from training_analyzer.model import Api, Group
from training_analyzer.streams.fields import at_utc, day, integer, number, positive, text
from training_analyzer.streams.rows import RowParser, any_of, child, listed, single
from training_analyzer.streams.stream import Route, Stream

if TYPE_CHECKING:
    from collections.abc import Mapping

    from training_analyzer.streams.fields import Column, Record
    from training_analyzer.streams.stream import Json

_COLUMNS: Final[Mapping[str, Column]] = {
    "calendar_date": day("calendarDate"),
    "weekly_avg_ms": integer("weeklyAvg", positive),
    "last_night_avg_ms": integer("lastNightAvg", positive),
    "last_night_5min_high_ms": integer("lastNight5MinHigh", positive),
    "status": text("status"),
    # `baseline` is null while Garmin is still learning it.
    "baseline_low_upper_ms": integer("baseline.lowUpper"),
    "baseline_balanced_low_ms": integer("baseline.balancedLow"),
    "baseline_balanced_upper_ms": integer("baseline.balancedUpper"),
    "baseline_marker": number("baseline.markerValue"),
    "feedback": text("feedbackPhrase"),
    # No suffix, yet UTC: recorded 12:14:11 for a night that ended at 12:11:00 GMT.
    "created_utc": at_utc("createTimeStamp"),
}
# Status and feedback say NONE where nothing was recorded.
_was_recorded = any_of("weekly_avg_ms", "last_night_avg_ms", "last_night_5min_high_ms")


def _summary_of_the_day(body: Json) -> list[Record]:
    return single(child(body, "hrvSummary"))


parse_hrv_nights: Final = RowParser(
    listed("hrvSummaries"), _COLUMNS, key=("calendar_date",), measured=_was_recorded
)
"""Return one row per night of a range answer; averages are milliseconds.

Source: `/hrv-service/hrv/daily/{first}/{last}`, recorded 2023; 204 when there is no night.
"""

parse_hrv_night: Final = RowParser(
    _summary_of_the_day, _COLUMNS, key=("calendar_date",), measured=_was_recorded
)
"""Return the row of a day answer; the 5-minute readings beside it are not read here.

Source: `/hrv-service/hrv/{day}`, recorded 2023; 204 when there is no night.
"""

_ROUTE: Final = Route(
    # 367 days were seen to work once; 365 is what another client relies on.
    path="/hrv-service/hrv/daily/{first}/{last}",
    parse=parse_hrv_nights,
    cap_days=365,
)

HRV: Final = Stream(
    name="hrv",
    group=Group.WELLNESS,
    table="hrv_nights",
    key=("calendar_date",),
    routes={Api.ACCOUNT: _ROUTE, Api.PERSONAL: _ROUTE},
)
