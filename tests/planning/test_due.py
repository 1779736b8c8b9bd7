"""When a user is next due, and what an outcome does to it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from training_analyzer.errors import Reaction
from training_analyzer.model import (
    GarminSyncConfig,
    GarminSyncHistory,
    RunStatus,
    SyncOutcome,
)
from training_analyzer.planning import NextDue, after_run, next_slot, should_sync, spread
from training_analyzer.planning.due import SPREAD_WINDOW, back_off, cool_down_after

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)  # a Wednesday
DAILY = GarminSyncConfig(user_id="ada")
HOURLY = GarminSyncConfig(user_id="ada", sync_frequency="hourly")
WEEKLY = GarminSyncConfig(user_id="ada", sync_frequency="weekly", sync_time="07:30")
FAILED = SyncOutcome(sync_id=1, status=RunStatus.FAILED, error_code="garmin_unavailable")


def ran(started_at: datetime) -> GarminSyncHistory:
    """Return a completed run of one minute."""
    return GarminSyncHistory(
        id=1,
        user_id="ada",
        sync_type="scheduled",
        started_at=started_at,
        completed_at=started_at + timedelta(minutes=1),
        status="completed",
    )


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        (DAILY, datetime(2026, 11, 26, 6, 0, tzinfo=UTC)),
        (HOURLY, datetime(2026, 11, 25, 12, 0, tzinfo=UTC)),
        (WEEKLY, datetime(2026, 11, 30, 7, 30, tzinfo=UTC)),
    ],
)
def test_next_slot_follows_frequency_and_time(config: GarminSyncConfig, expected: datetime) -> None:
    """The next slot is the frequency's next one, plus the user's place in the spread."""
    assert next_slot(config, now=NOW) == expected + spread("ada")


def test_spread_is_stable_and_within_a_quarter_of_an_hour() -> None:
    """Users due at one minute are spread over at most 15 minutes, always in the same way."""
    places = {spread(f"user-{n}") for n in range(500)}

    assert max(places) < SPREAD_WINDOW
    assert len(places) > 300
    assert spread("ada") == spread("ada")


def test_hourly_with_the_default_interval_runs_every_hour() -> None:
    """An hourly user with a shortest interval of 60 minutes is not skipped every other hour."""
    slot = next_slot(HOURLY, now=NOW)

    following = next_slot(HOURLY, now=slot + timedelta(minutes=1), last_started=slot)

    assert following - slot == timedelta(hours=1)


def test_longer_interval_leaves_slots_out() -> None:
    """With a shortest interval of 3 hours an hourly user runs every third hour."""
    config = GarminSyncConfig(user_id="ada", sync_frequency="hourly", min_sync_interval_minutes=180)
    slot = next_slot(config, now=NOW)

    following = next_slot(config, now=slot + timedelta(minutes=1), last_started=slot)

    assert following - slot == timedelta(hours=3)


@settings(max_examples=150, deadline=None)
@given(
    frequency=st.sampled_from(["hourly", "daily", "weekly"]),
    sync_time=st.times().map(lambda at: at.strftime("%H:%M")),
    user_id=st.text(min_size=1, max_size=8),
    minutes=st.integers(min_value=0, max_value=2_000_000),
)
def test_next_slot_is_later_than_now_and_within_one_period(
    frequency: str, sync_time: str, user_id: str, minutes: int
) -> None:
    """A due time is never in the past and never more than one period and the spread away."""
    period = {"hourly": 1, "daily": 24, "weekly": 168}[frequency]
    now = datetime(2025, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    config = GarminSyncConfig(user_id=user_id, sync_frequency=frequency, sync_time=sync_time)

    due = next_slot(config, now=now)

    assert now < due <= now + timedelta(hours=period)


@pytest.mark.parametrize(
    ("config", "started_at", "due"),
    [
        (DAILY, None, True),
        (DAILY, datetime(2026, 11, 25, 6, 0, tzinfo=UTC), False),
        (DAILY, datetime(2026, 11, 24, 6, 0, tzinfo=UTC), True),
        (HOURLY, datetime(2026, 11, 25, 11, 30, tzinfo=UTC), False),
        (HOURLY, datetime(2026, 11, 25, 11, 0, tzinfo=UTC), True),
        (WEEKLY, datetime(2026, 11, 23, 7, 30, tzinfo=UTC), False),
        (WEEKLY, datetime(2026, 11, 22, 7, 30, tzinfo=UTC), True),
        (GarminSyncConfig(user_id="ada", auto_sync_enabled=False), None, False),
        (None, None, True),
    ],
)
def test_should_sync_when_a_slot_has_passed(
    config: GarminSyncConfig | None,
    started_at: datetime | None,
    due: bool,  # noqa: FBT001 - a column of the table
) -> None:
    """The document's question is answered by frequency, time, interval and the last success."""
    last = ran(started_at) if started_at else None

    assert should_sync(config, last, now=NOW) is due


def due_after(outcome: SyncOutcome, reaction: Reaction | None, *, attempt: int = 1) -> NextDue:
    """Return the next due time of a daily user after a run that ends now."""
    return after_run(
        DAILY,
        outcome,
        reaction=reaction,
        now=NOW,
        started_at=NOW - timedelta(minutes=1),
        attempt=attempt,
        max_retries=3,
    )


def test_completed_run_is_followed_by_the_regular_slot() -> None:
    """After a good run the next regular slot is due."""
    done = SyncOutcome(sync_id=1, status=RunStatus.COMPLETED)

    assert due_after(done, None) == NextDue(next_slot(DAILY, now=NOW))


def test_refused_credentials_stop_the_clock() -> None:
    """After an authentication failure nothing is tried again by itself."""
    assert due_after(FAILED, Reaction.STOP_THE_CLOCK) == NextDue(None)


def test_cool_down_moves_the_due_time_to_when_garmin_said() -> None:
    """A Retry-After becomes the due time, and nothing may run before it."""
    later = NOW + timedelta(minutes=10)
    waits = SyncOutcome(sync_id=1, status=RunStatus.PARTIAL, retry_at=later)

    assert due_after(waits, Reaction.COOL_DOWN) == NextDue(later, not_before=later, attempt=1)


def test_cool_downs_that_bring_nothing_are_counted_and_progress_begins_anew() -> None:
    """Only runs that changed nothing make the next cool-down longer."""
    later = NOW + timedelta(minutes=10)
    waits = SyncOutcome(sync_id=1, status=RunStatus.PARTIAL, retry_at=later)
    got_on = replace(waits, rows_changed=1)

    assert due_after(waits, Reaction.COOL_DOWN, attempt=3).attempt == 3
    assert due_after(got_on, Reaction.COOL_DOWN, attempt=3).attempt == 0


@pytest.mark.parametrize(
    ("tries", "minutes"), [(1, 0), (2, 15), (3, 30), (4, 60), (5, 60), (9999, 60)]
)
def test_cool_downs_in_a_row_grow_to_an_hour(tries: int, minutes: int) -> None:
    """The first wait is Garmin's word; a second refusal in a row makes it longer than that."""
    assert cool_down_after(tries) == timedelta(minutes=minutes)


def test_fault_is_retried_with_growing_waits_and_then_left_to_the_next_slot() -> None:
    """Retries back off exponentially and end after GARMIN_SYNC_MAX_RETRIES."""
    waits = [due_after(FAILED, Reaction.BACK_OFF, attempt=n) for n in (1, 2, 3, 4)]

    first, second, third, last = (due.due_at for due in waits)
    assert first is not None
    assert second is not None
    assert third is not None
    assert NOW < first < second < third
    assert (second - NOW) > (first - NOW) * 1.5
    assert last == next_slot(DAILY, now=NOW)
    assert waits[-1].attempt == 0


def test_manual_run_of_a_user_without_auto_sync_sets_no_due_time() -> None:
    """Who switched auto-sync off is not scheduled by a failed manual run."""
    off = GarminSyncConfig(user_id="ada", auto_sync_enabled=False)

    due = after_run(
        off,
        FAILED,
        reaction=Reaction.BACK_OFF,
        now=NOW,
        started_at=NOW,
        attempt=1,
        max_retries=3,
    )

    assert due == NextDue(None)


@given(attempt=st.integers(min_value=1, max_value=10_000), user_id=st.text(min_size=1))
def test_back_off_never_exceeds_an_hour_and_a_quarter(attempt: int, user_id: str) -> None:
    """However often something failed, the wait stays bounded."""
    assert timedelta(0) < back_off(user_id, attempt) <= timedelta(minutes=75)
