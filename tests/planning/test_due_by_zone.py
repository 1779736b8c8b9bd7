"""When a user is due, by their own zone and weekday, through every change of the clocks."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from training_analyzer.model import GarminSyncConfig
from training_analyzer.planning import next_slot, spread

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

BERLIN = GarminSyncConfig(user_id="ada", timezone="Europe/Berlin", sync_time="02:30")
ZONES = sorted(available_timezones() - {"localtime", "Factory"})
FIRST, LAST = datetime(2026, 1, 1, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC)


def slots(config: GarminSyncConfig, first: datetime, last: datetime) -> Iterator[datetime]:
    """Yield every slot between two instants, each reckoned from the one before."""
    offset = spread(config.user_id)
    slot = next_slot(config, now=first)
    while slot < last:
        yield slot - offset
        slot = next_slot(config, now=slot)


def due(config: GarminSyncConfig, now: datetime) -> datetime:
    """Return the next slot of *config*, its spread taken off."""
    return next_slot(config, now=now) - spread(config.user_id)


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 1, 15), datetime(2026, 1, 15, 1, 30, tzinfo=UTC)),
        (date(2026, 7, 15), datetime(2026, 7, 15, 0, 30, tzinfo=UTC)),
        # 02:30 does not exist: an hour later by the wall.
        (date(2026, 3, 29), datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),
        # 02:30 exists twice: the first.
        (date(2026, 10, 25), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
    ],
)
def test_time_of_day_is_that_of_the_persons_wall(day: date, expected: datetime) -> None:
    """02:30 in Berlin is another instant in summer, and one instant on each odd day."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo("Europe/Berlin"))

    assert due(BERLIN, midnight.astimezone(UTC)) == expected


@pytest.mark.parametrize("weekday", range(7))
def test_weekly_syncs_come_on_the_chosen_day_of_the_persons_week(weekday: int) -> None:
    """A weekly user is due on their weekday where they live, however the world counts."""
    config = GarminSyncConfig(
        user_id="ada",
        sync_frequency="weekly",
        sync_weekday=weekday,
        sync_time="00:10",
        timezone="Pacific/Auckland",
    )

    found = list(slots(config, FIRST, FIRST + timedelta(days=70)))

    assert len(found) == 10
    local = [slot.astimezone(ZoneInfo("Pacific/Auckland")) for slot in found]
    assert {(slot.weekday(), f"{slot:%H:%M}") for slot in local} == {(weekday, "00:10")}


def test_zone_that_this_machine_does_not_know_is_read_as_utc() -> None:
    """A configuration of another machine with newer zones still has a next sync."""
    config = GarminSyncConfig(user_id="ada", timezone="Mars/Olympus_Mons")

    assert due(config, FIRST) == datetime(2026, 1, 1, 6, 0, tzinfo=UTC)


@settings(max_examples=60, deadline=None)
@given(
    zone=st.sampled_from(ZONES),
    sync_time=st.times().map(lambda at: at.strftime("%H:%M")),
    start=st.datetimes(datetime(2025, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - the strategy adds the zone
)
def test_slots_of_a_month_are_one_for_each_local_day(
    zone: str, sync_time: str, start: datetime
) -> None:
    """Wherever and whenever, a daily user has one slot on each local day, about a day apart."""
    config = GarminSyncConfig(user_id="ada", timezone=zone, sync_time=sync_time)

    found = list(slots(config, start, start + timedelta(days=32)))

    days = [slot.astimezone(ZoneInfo(zone)).date() for slot in found]
    gaps = {after - before for before, after in itertools.pairwise(found)}
    assert len(set(days)) == len(days)
    assert gaps <= {timedelta(minutes=minutes) for minutes in range(20 * 60, 28 * 60 + 1)}


@pytest.mark.torture
def test_fault_13_each_local_day_of_every_zone_has_one_slot_through_two_years(
    rounds: Callable[[int, int], int],
) -> None:
    """In all zones, through each change of the clocks of two years: one slot a local day."""
    step = rounds(23, 1)
    for zone in ZONES[::step]:
        config = GarminSyncConfig(user_id="ada", timezone=zone, sync_time="02:30")

        found = [slot.astimezone(ZoneInfo(zone)).date() for slot in slots(config, FIRST, LAST)]

        expected = [found[0] + timedelta(days=n) for n in range(len(found))]
        assert found == expected, zone
        assert len(found) >= (LAST - FIRST).days - 1, zone
