"""The plan: every wanted day once, no window above its cap, newest first."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from training_analyzer.model import Api, DayState, GarminSyncConfig, Group
from training_analyzer.planning import Coverage, LedgerDay, Span, Wish, plan, plan_snapshots
from training_analyzer.streams import CATALOG, stream

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
TODAY = date(2026, 11, 25)
UTC_ZONE = ZoneInfo("UTC")
NOTHING_KNOWN = Coverage({})
CONFIG = GarminSyncConfig(user_id="ada")


def ledger(name: str, days: dict[date, LedgerDay]) -> Coverage:
    """Return the coverage of one stream."""
    return Coverage({name: days})


def settled(day: date) -> LedgerDay:
    """Return a line that is not wanted again."""
    return LedgerDay(day, DayState.DATA, NOW, settled=True)


def days_ago(count: int) -> date:
    """Return the day *count* days before today."""
    return TODAY - timedelta(days=count)


def test_first_sync_of_a_year_takes_few_windows() -> None:
    """A first sync of 365 days is planned in at most 52 windows on the account API."""
    planned = plan(CONFIG, NOTHING_KNOWN, CATALOG, [Api.ACCOUNT], now=NOW, zone=UTC_ZONE)

    assert len(planned.windows) <= 52
    assert planned.first == days_ago(364)
    assert planned.last == TODAY


def test_newest_days_come_first() -> None:
    """A run that is cut off has the most recent days of every stream."""
    planned = plan(CONFIG, NOTHING_KNOWN, CATALOG, [Api.ACCOUNT], now=NOW, zone=UTC_ZONE)

    ends = [window.last for window in planned.windows]
    assert ends == sorted(ends, reverse=True)


def test_settled_days_are_not_asked_for_again() -> None:
    """When everything before the look-back has settled, only the look-back is asked for."""
    known = ledger("hrv", {days_ago(n): settled(days_ago(n)) for n in range(7, 365)})

    planned = plan(CONFIG, known, [stream("hrv")], [Api.ACCOUNT], now=NOW, zone=UTC_ZONE)

    assert [(window.first, window.last) for window in planned.windows] == [(days_ago(6), TODAY)]


def test_failed_day_is_asked_for_again() -> None:
    """A day that failed last time is wanted, however old it is."""
    known = {days_ago(n): settled(days_ago(n)) for n in range(7, 365)}
    known[days_ago(200)] = LedgerDay(days_ago(200), DayState.FAILED, NOW)

    planned = plan(
        CONFIG, ledger("sleep", known), [stream("sleep")], [Api.ACCOUNT], now=NOW, zone=UTC_ZONE
    )

    assert [(w.first, w.last) for w in planned.windows] == [
        (days_ago(6), TODAY),
        (days_ago(200), days_ago(200)),
    ]


@pytest.mark.parametrize(("age_days", "asked"), [(6, False), (7, True)])
def test_refused_stream_is_rechecked_after_a_week(age_days: int, asked: bool) -> None:  # noqa: FBT001 - a column of the table
    """A stream that Garmin refused is left alone for a week and then asked for again."""
    refused_at = NOW - timedelta(days=age_days)
    known = ledger(
        "vo2max",
        {days_ago(n): LedgerDay(days_ago(n), DayState.UNSUPPORTED, refused_at) for n in range(400)},
    )

    planned = plan(CONFIG, known, [stream("vo2max")], [Api.ACCOUNT], now=NOW, zone=UTC_ZONE)

    assert bool(planned.windows) is asked


@pytest.mark.parametrize(
    ("toggle", "group"),
    [
        ("sync_activities", Group.ACTIVITIES),
        ("sync_wellness", Group.WELLNESS),
        ("sync_fitness_metrics", Group.FITNESS),
    ],
)
def test_switched_off_group_is_not_asked_for(toggle: str, group: Group) -> None:
    """Each toggle takes exactly its own group out of the plan."""
    without = replace(CONFIG, **{toggle: False})  # type: ignore[arg-type] # a name from the table

    planned = plan(without, NOTHING_KNOWN, CATALOG, [Api.ACCOUNT], now=NOW, zone=UTC_ZONE)

    asked = {window.stream.group for window in planned.windows}
    assert asked == {Group.ACTIVITIES, Group.WELLNESS, Group.FITNESS} - {group}


def test_personal_key_is_not_asked_for_what_it_lacks() -> None:
    """On the Personal API only streams that it has are planned."""
    planned = plan(CONFIG, NOTHING_KNOWN, CATALOG, [Api.PERSONAL], now=NOW, zone=UTC_ZONE)

    asked = {window.stream.name for window in planned.windows}
    assert "sleep" in asked
    assert not asked & {"training_status", "vo2max", "resting_heart_rate"}


def test_today_is_the_persons_day() -> None:
    """Late in the evening in Auckland the plan ends with the Auckland day, not the UTC one."""
    evening = datetime(2026, 11, 25, 11, 30, tzinfo=UTC)

    planned = plan(
        CONFIG,
        NOTHING_KNOWN,
        CATALOG,
        [Api.ACCOUNT],
        now=evening,
        zone=ZoneInfo("Pacific/Auckland"),
    )

    assert planned.last == date(2026, 11, 26)


def test_span_asks_for_its_days_whatever_is_known() -> None:
    """Days asked for by hand are fetched although they have settled; the future is left out."""
    known = ledger("hrv", {days_ago(n): settled(days_ago(n)) for n in range(400)})
    span = Span(days_ago(40), TODAY + timedelta(days=10))

    planned = plan(
        CONFIG, known, [stream("hrv")], [Api.ACCOUNT], now=NOW, zone=UTC_ZONE, wish=Wish(span=span)
    )

    assert [(window.first, window.last) for window in planned.windows] == [(days_ago(40), TODAY)]


SLOW = {
    *("user_settings", "devices", "fitness_age", "heart_rate_zones"),
    *("lactate_threshold", "functional_threshold", "personal_records"),
}


def snapshots(known: Coverage, *, days_later: int = 0) -> set[str]:
    """Return the names of the snapshots that are planned some days from now."""
    now = NOW + timedelta(days=days_later)
    planned = plan_snapshots(CONFIG, known, CATALOG, [Api.ACCOUNT], now=now, zone=UTC_ZONE)
    return {window.stream.name for window in planned.windows}


def test_first_run_asks_for_every_snapshot_and_a_second_for_none() -> None:
    """All that describes the person now comes with the first run, and not again that day."""
    first = snapshots(NOTHING_KNOWN)

    again = snapshots(Coverage({name: {TODAY: settled(TODAY)} for name in first}))

    assert first == SLOW | {"profile"}
    assert again == set()


def test_profile_is_asked_for_daily_and_the_rest_weekly() -> None:
    """The next day only the profile is due, a week later others are as well."""
    known = Coverage({name: {TODAY: settled(TODAY)} for name in SLOW | {"profile"}})

    assert snapshots(known, days_later=1) == {"profile"}
    assert snapshots(known, days_later=6) == {"profile"}
    assert snapshots(known, days_later=7) > {"profile"}


@pytest.mark.parametrize(("every_days", "within_days"), [(1, 14), (7, 56)])
def test_slow_snapshots_take_turns(every_days: int, within_days: int) -> None:
    """A run asks for one of them at most, and each has its turn."""
    known = {name: {TODAY: settled(TODAY)} for name in SLOW | {"profile"}}
    asked_again: set[str] = set()

    for later in range(every_days, within_days + 1, every_days):
        asked = snapshots(Coverage(known), days_later=later)
        assert "profile" in asked
        assert len(asked) <= 2
        day = TODAY + timedelta(days=later)
        known |= {name: known[name] | {day: settled(day)} for name in asked}
        asked_again |= asked

    assert asked_again == SLOW | {"profile"}


def test_snapshot_that_failed_does_not_wait_for_its_turn() -> None:
    """A slow snapshot without any answer yet is asked for by each run."""
    known = {name: {TODAY: settled(TODAY)} for name in SLOW | {"profile"}}
    known["devices"] = {TODAY: LedgerDay(TODAY, DayState.FAILED, NOW)}

    assert "devices" in snapshots(Coverage(known))
    assert len(snapshots(Coverage(known), days_later=7) - {"profile", "devices"}) == 1


def test_ordinary_week_is_planned_in_few_requests() -> None:
    """A week after a first sync, ranges and snapshots are at most 17 requests."""
    days = {days_ago(n): settled(days_ago(n)) for n in range(7, 365)}
    days |= {days_ago(n): LedgerDay(days_ago(n), DayState.DATA, NOW) for n in range(7)}
    known = Coverage({member.name: days for member in CATALOG})
    now = NOW + timedelta(days=7)

    ranges = plan(CONFIG, known, CATALOG, [Api.ACCOUNT], now=now, zone=UTC_ZONE)

    assert len(ranges.windows) + len(snapshots(known, days_later=7)) <= 17


@settings(max_examples=60, deadline=None)
@given(
    known_days=st.sets(st.integers(min_value=0, max_value=120)),
    initial=st.integers(min_value=1, max_value=120),
    look_back=st.integers(min_value=1, max_value=20),
    name=st.sampled_from(["sleep", "hrv", "daily_summary", "activities"]),
)
def test_every_wanted_day_is_in_exactly_one_window(
    known_days: set[int], initial: int, look_back: int, name: str
) -> None:
    """Whatever has settled, each wanted day is planned once and no window exceeds its cap."""
    config = GarminSyncConfig(
        user_id="ada", initial_sync_days=initial, incremental_sync_days=look_back
    )
    known = {days_ago(n): settled(days_ago(n)) for n in known_days}
    asked = stream(name)

    windows = plan(
        config, ledger(name, known), [asked], [Api.ACCOUNT], now=NOW, zone=UTC_ZONE
    ).windows

    planned = [day for window in windows for day in window.days]
    wanted = {days_ago(n) for n in range(initial) if n not in known_days}
    wanted |= {days_ago(n) for n in range(look_back)}
    assert wanted <= set(planned)
    assert len(planned) == len(set(planned))
    assert all(len(window.days) <= asked.routes[Api.ACCOUNT].cap_days for window in windows)
    # A window begins and ends with a wanted day: nothing is asked for without need.
    assert all(window.first in wanted and window.last in wanted for window in windows)


@pytest.mark.parametrize(("age", "asked"), [(1, False), (2, False), (3, True)])
def test_slow_series_take_turns(age: int, asked: bool) -> None:  # noqa: FBT001 - a column of the table
    """What moves slowly is asked for every third day, all days since then at once."""
    known = {days_ago(n): settled(days_ago(n)) for n in range(age, 400)}

    planned = plan(
        CONFIG,
        ledger("vo2max", known),
        [stream("vo2max")],
        [Api.ACCOUNT],
        now=NOW,
        zone=UTC_ZONE,
    )

    assert bool(planned.windows) is asked


def test_slow_series_do_not_wait_with_a_failed_day() -> None:
    """A day that failed is asked for at the next run, however slow its stream is."""
    known = {days_ago(n): settled(days_ago(n)) for n in range(1, 400)}
    known[days_ago(50)] = LedgerDay(days_ago(50), DayState.FAILED, NOW)

    planned = plan(
        CONFIG,
        ledger("vo2max", known),
        [stream("vo2max")],
        [Api.ACCOUNT],
        now=NOW,
        zone=UTC_ZONE,
    )

    assert planned.first == days_ago(50)
