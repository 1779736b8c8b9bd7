"""Quiet hours: no sync begins in them, none is lost by them, in every zone and on odd days."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from zoneinfo import available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from training_analyzer.errors import Reaction
from training_analyzer.model import GarminSyncConfig, QuietHours, RunStatus, SyncOutcome
from training_analyzer.planning import after_run, next_slot, should_sync, spread
from training_analyzer.planning.quiet import is_quiet, out_of_quiet

NIGHT, NOON = QuietHours("22:00", "06:00"), QuietHours("11:00", "14:30")
BERLIN = GarminSyncConfig(user_id="ada", timezone="Europe/Berlin", quiet_hours=NIGHT)
OFFSET = spread("ada")
TIMES = st.times().map(lambda at: at.strftime("%H:%M"))
QUIET = st.tuples(TIMES, TIMES).filter(lambda both: both[0] != both[1])
CONFIGS = st.builds(
    GarminSyncConfig,
    user_id=st.sampled_from(["ada", "ben", "eva"]),
    timezone=st.sampled_from(sorted(available_timezones() - {"localtime", "Factory"})),
    sync_frequency=st.sampled_from(["hourly", "daily", "weekly"]),
    sync_time=TIMES,
    quiet_hours=QUIET.map(lambda both: QuietHours(*both)),
)
STARTS = st.datetimes(datetime(2025, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - the strategy adds the zone


def config(frequency: str, sync_time: str, quiet: QuietHours = NIGHT) -> GarminSyncConfig:
    """Return a configuration in Berlin."""
    return GarminSyncConfig(
        user_id="ada",
        timezone="Europe/Berlin",
        sync_frequency=frequency,
        sync_time=sync_time,
        quiet_hours=quiet,
    )


@settings(max_examples=80, deadline=None)
@given(config=CONFIGS, start=STARTS)
def test_no_slot_begins_in_quiet_hours_and_none_is_lost(
    config: GarminSyncConfig, start: datetime
) -> None:
    """Wherever, whenever: slots go on, outside quiet hours, and those that were fine stay."""
    found = [next_slot(config, now=start)]
    while len(found) < 12:
        found.append(next_slot(config, now=found[-1]))

    longest = {"hourly": 2, "daily": 3, "weekly": 9}[config.sync_frequency]
    pairs = list(itertools.pairwise([start, *found]))
    assert all(before < after for before, after in pairs)
    assert all(after - before <= timedelta(days=longest) for before, after in pairs)
    assert not any(is_quiet(config, slot) for slot in found)
    minute = timedelta(minutes=1)
    loud = GarminSyncConfig(
        user_id=config.user_id,
        timezone=config.timezone,
        sync_frequency=config.sync_frequency,
        sync_time=config.sync_time,
    )
    regular, offset = next_slot(loud, now=start), spread(config.user_id)
    if not any(is_quiet(config, at) for at in (regular - offset, regular, regular + minute)):
        assert regular in found


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        # At three in the night: at six.
        (config("daily", "03:00"), datetime(2026, 11, 26, 5, 0, tzinfo=UTC)),
        # Over midnight, into another day than the one that was chosen.
        (config("weekly", "23:30"), datetime(2026, 12, 1, 5, 0, tzinfo=UTC)),
        # The first minute after them is not quiet, and neither is their first minute allowed.
        (config("daily", "06:00"), datetime(2026, 11, 26, 5, 0, tzinfo=UTC)),
        (config("daily", "22:00"), datetime(2026, 11, 26, 5, 0, tzinfo=UTC)),
        # The spread would carry it into them.
        (config("daily", "21:59"), datetime(2026, 11, 26, 5, 0, tzinfo=UTC)),
        (config("daily", "12:00", NOON), datetime(2026, 11, 26, 13, 30, tzinfo=UTC)),
    ],
)
def test_slot_in_quiet_hours_comes_at_their_end(
    chosen: GarminSyncConfig, expected: datetime
) -> None:
    """What would begin in quiet hours begins at their end, and people stay spread there."""
    assert timedelta(minutes=1) < OFFSET
    assert next_slot(chosen, now=datetime(2026, 11, 25, 21, 0, tzinfo=UTC)) == expected + OFFSET


def test_hours_of_a_night_become_one_sync() -> None:
    """An hourly user has no sync from ten to six, and one for all of it then."""
    found = [datetime(2026, 11, 25, 12, 0, tzinfo=UTC)]
    for _ in range(12):
        found.append(next_slot(config("hourly", "06:00"), now=found[-1]))

    hours = [(slot - OFFSET).hour for slot in found[1:]]
    assert hours == [12, 13, 14, 15, 16, 17, 18, 19, 20, 5, 6, 7]


@pytest.mark.parametrize(
    ("at", "end"),
    [
        # 02:30 does not exist on this day: an hour later by the wall.
        (datetime(2026, 3, 29, 0, 30, tzinfo=UTC), datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),
        # It comes twice on this one, and each ends what is quiet before it.
        (datetime(2026, 10, 25, 0, 10, tzinfo=UTC), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        (datetime(2026, 10, 25, 1, 10, tzinfo=UTC), datetime(2026, 10, 25, 1, 30, tzinfo=UTC)),
    ],
)
def test_quiet_hours_end_on_days_on_which_clocks_change(at: datetime, end: datetime) -> None:
    """A night until 02:30 ends on each odd day, by the clock on the wall."""
    quiet = config("daily", "06:00", QuietHours("22:00", "02:30"))

    assert out_of_quiet(quiet, at) == end
    assert out_of_quiet(quiet, end) == end


def test_minute_that_is_free_is_enough() -> None:
    """Who leaves one minute of the day has their sync in it, on the next day that has it."""
    quiet = config("daily", "12:00", QuietHours("02:31", "02:30"))

    before_the_change = next_slot(quiet, now=datetime(2026, 3, 28, 12, 0, tzinfo=UTC))

    assert before_the_change == datetime(2026, 3, 30, 0, 30, tzinfo=UTC)


def test_retries_and_cool_downs_wait_for_the_end_of_quiet_hours() -> None:
    """What failed late in the evening is tried again in the morning, not in the night."""
    late = datetime(2026, 11, 25, 20, 58, tzinfo=UTC)
    morning = datetime(2026, 11, 26, 5, 0, tzinfo=UTC) + OFFSET
    failed = SyncOutcome(sync_id=1, status=RunStatus.FAILED, error_code="garmin_unavailable")

    for reaction in (Reaction.BACK_OFF, Reaction.COOL_DOWN):
        due = after_run(
            BERLIN,
            failed,
            reaction=reaction,
            now=late,
            started_at=late,
            attempt=1,
            max_retries=3,
        )
        assert due.due_at == morning


def test_document_loop_does_not_sync_in_quiet_hours() -> None:
    """`should_sync` says no in the night to who was never synced, and yes in the morning."""
    assert should_sync(BERLIN, None, datetime(2026, 11, 25, 21, 0, tzinfo=UTC)) is False
    assert should_sync(BERLIN, None, datetime(2026, 11, 26, 5, 0, tzinfo=UTC)) is True
