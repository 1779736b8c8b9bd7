"""Instants, wall clocks and offsets in every zone of the world, in each way of writing them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

from hypothesis import example, given, settings
from hypothesis import strategies as st

from training_analyzer.streams import Json, stream
from training_analyzer.streams.instants import calendar_day, instant, offset_s, wall_clock

ZONES = sorted(available_timezones() - {"localtime", "Factory"})
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

zones = st.sampled_from(ZONES).map(ZoneInfo)
moments = st.datetimes(datetime(2015, 1, 1), datetime(2035, 12, 31)).map(  # noqa: DTZ001 - made aware
    lambda naive: naive.replace(microsecond=naive.microsecond // 1000 * 1000, tzinfo=UTC)
)
forms = st.sampled_from(("spaced", "marked", "epoch"))


def written(moment: datetime, form: str) -> Json:
    """Return *moment* as Garmin writes it: every form without an offset."""
    if form == "epoch":
        return round((moment - EPOCH) / timedelta(milliseconds=1))
    text = moment.strftime("%Y-%m-%d %H:%M:%S.") + f"{moment.microsecond // 1000:03d}"
    return text if form == "spaced" else text.replace(" ", "T")


def local(moment: datetime, zone: ZoneInfo) -> datetime:
    """Return what the wall showed, written as if it were UTC, as Garmin's local epochs are."""
    return moment.astimezone(zone).replace(tzinfo=UTC)


@given(moment=moments, zone=zones, gmt=forms, wall=forms)
# Berlin's 02:30 exists twice on the day of 25 hours, and never on the one of 23.
@example(
    moment=datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
    zone=ZoneInfo("Europe/Berlin"),
    gmt="marked",
    wall="epoch",
)
@example(
    moment=datetime(2026, 10, 25, 1, 30, tzinfo=UTC),
    zone=ZoneInfo("Europe/Berlin"),
    gmt="epoch",
    wall="spaced",
)
@example(
    moment=datetime(2026, 3, 29, 1, 0, tzinfo=UTC),
    zone=ZoneInfo("Europe/Berlin"),
    gmt="spaced",
    wall="marked",
)
@settings(max_examples=200, deadline=None)
def test_the_two_clocks_of_a_record_give_instant_day_and_offset(
    moment: datetime, zone: ZoneInfo, gmt: str, wall: str
) -> None:
    """Whatever zone, season and writing: the instant is GMT's, the day and offset the wall's."""
    here, there = written(moment, gmt), written(local(moment, zone), wall)
    offset = moment.astimezone(zone).utcoffset()

    assert instant(here) == moment
    assert wall_clock(there) == local(moment, zone)
    assert calendar_day(there) == moment.astimezone(zone).date().isoformat()
    assert offset is not None
    assert offset_s(there, here) == round(offset.total_seconds())


@given(
    woke=moments,
    zone=zones,
    slept=st.timedeltas(timedelta(hours=1), timedelta(hours=14)).map(
        lambda span: timedelta(seconds=round(span.total_seconds()))
    ),
)
@settings(max_examples=100, deadline=None)
def test_a_night_belongs_to_the_day_of_waking_up(
    woke: datetime, zone: ZoneInfo, slept: timedelta
) -> None:
    """Wherever and whenever somebody falls asleep, the night is the day's on which they wake."""
    start, day = woke - slept, woke.astimezone(zone).date().isoformat()
    shift = woke.astimezone(zone).utcoffset()
    assert shift is not None
    tomorrow = (woke.astimezone(zone) + timedelta(days=1)).date().isoformat()
    body: Json = {
        "individualStats": [
            {
                "calendarDate": day,
                "values": {
                    "gmtSleepStartTimeInMillis": written(start, "epoch"),
                    "gmtSleepEndTimeInMillis": written(woke, "epoch"),
                    "localSleepStartTimeInMillis": written(start + shift, "epoch"),
                    "localSleepEndTimeInMillis": written(woke + shift, "epoch"),
                    "totalSleepTimeInSeconds": round(slept.total_seconds()),
                    "nextSleepNeed": {"calendarDate": tomorrow},
                },
            }
        ]
    }

    route = next(iter(stream("sleep").routes.values()))
    (row,) = route.parse(body)

    assert row["calendar_date"] == day
    assert (row["start_utc"], row["end_utc"]) == (start, woke)
    assert row["utc_offset_s"] == round(shift.total_seconds())
    assert row["sleep_total_s"] == round(slept.total_seconds())
