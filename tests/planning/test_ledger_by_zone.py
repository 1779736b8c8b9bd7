"""Days of the ledger in every zone of the world: 23, 24 and 25 hours, and travellers' weeks."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

from hypothesis import example, given, settings
from hypothesis import strategies as st

from training_analyzer.planning.ledger import end_of_day, settles

ZONES = sorted(available_timezones() - {"localtime", "Factory"})
DAY = timedelta(days=1)

zones = st.sampled_from(ZONES).map(ZoneInfo)
days = st.dates(date(2015, 1, 1), date(2035, 12, 31))
BERLIN, APIA = ZoneInfo("Europe/Berlin"), ZoneInfo("Pacific/Apia")


@given(zone=zones, day=days)
@example(zone=BERLIN, day=date(2026, 3, 29))
@example(zone=BERLIN, day=date(2026, 10, 25))
@example(zone=ZoneInfo("Australia/Lord_Howe"), day=date(2026, 4, 5))
# Santiago changes its clock at midnight: the day begins at 01:00, or twice.
@example(zone=ZoneInfo("America/Santiago"), day=date(2026, 9, 6))
@example(zone=ZoneInfo("America/Santiago"), day=date(2026, 4, 4))
# North Korea's half hour of 2018.
@example(zone=ZoneInfo("Asia/Pyongyang"), day=date(2018, 5, 4))
@settings(max_examples=150, deadline=None)
def test_days_follow_each_other_without_gap_and_have_23_to_25_hours(
    zone: ZoneInfo, day: date
) -> None:
    """Each day ends where the next one begins, and no clock change takes or gives over an hour."""
    end = end_of_day(day, zone)
    length = end - end_of_day(day - DAY, zone)

    assert timedelta(hours=23) <= length <= timedelta(hours=25)
    assert end.tzinfo is UTC
    assert (end - timedelta(seconds=1)).astimezone(zone).date() == day
    # At a midnight that exists twice the first one counts, so that no hour is waited in vain.
    assert (end + timedelta(hours=1)).astimezone(zone).date() == day + DAY


@given(
    zone=zones,
    day=days,
    look_back=st.integers(1, 90),
    late=st.timedeltas(timedelta(days=-100), timedelta(days=100)),
)
@settings(max_examples=100, deadline=None)
def test_a_day_settles_once_for_all_after_its_end_and_the_look_back(
    zone: ZoneInfo, day: date, look_back: int, late: timedelta
) -> None:
    """Never before the day's own end plus the look-back, and always from then on."""
    at = end_of_day(day, zone) + timedelta(days=look_back)

    settled = settles(day, fetched_at=at + late, look_back_days=look_back, zone=zone)

    assert settled == (late >= timedelta())
    # What is settled stays so, and nothing settles before a day that lies before it.
    if settled:
        later = at + late + DAY
        assert settles(day, fetched_at=later, look_back_days=look_back, zone=zone)
        assert settles(day - DAY, fetched_at=at + late, look_back_days=look_back, zone=zone)


@given(
    day=days,
    home=zones,
    away=zones,
    leaves=st.integers(0, 6),
    look_back=st.integers(1, 10),
)
@example(day=date(2026, 6, 1), home=ZoneInfo("Pacific/Auckland"), away=APIA, leaves=3, look_back=7)
@settings(max_examples=100, deadline=None)
def test_no_day_of_a_travellers_week_settles_before_it_is_over_where_they_are(
    day: date, home: ZoneInfo, away: ZoneInfo, leaves: int, look_back: int
) -> None:
    """A day that settles by the profile's zone is over on the wrist, too, wherever that was.

    No two zones are more than 26 hours apart, which a look-back of two days more than covers.
    """
    week = [day + n * DAY for n in range(7)]
    for number, each in enumerate(week):
        place = home if number < leaves else away
        settled_at = end_of_day(each, home) + timedelta(days=look_back)
        over_at = end_of_day(each, place)
        assert settles(each, fetched_at=settled_at, look_back_days=look_back, zone=home)
        if look_back > 1:
            assert settled_at > over_at


def test_a_day_that_a_country_left_out_does_not_hold_up_the_others() -> None:
    """Samoa had no 30 December 2011: it ends when it begins, and the next day is whole."""
    left_out, before = date(2011, 12, 30), date(2011, 12, 29)
    end = end_of_day(before, APIA)

    assert end == datetime(2011, 12, 30, 10, tzinfo=UTC)
    assert end_of_day(left_out, APIA) - end in {timedelta(), DAY}
    assert end_of_day(left_out + DAY, APIA) == datetime(2011, 12, 31, 10, tzinfo=UTC)
