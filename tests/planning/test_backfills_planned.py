"""Backfills: what is left of one by the ledger, and when its next part is due."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from training_analyzer.errors import Cancelled, Reaction
from training_analyzer.model import Api, DayState, GarminSyncConfig, QuietHours
from training_analyzer.planning import Coverage, LedgerDay, NextDue
from training_analyzer.planning.backfills import (
    POLITE_REST,
    POLITE_WINDOWS,
    Backfill,
    BackfillState,
    Pace,
    estimate,
    next_part,
    plan_backfill,
    share_of,
    tally,
)
from training_analyzer.planning.cost import USUAL_ACTIVITIES_A_DAY
from training_analyzer.streams import CATALOG, Window, stream

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
TODAY = date(2026, 11, 25)
CONFIG = GarminSyncConfig(user_id="ada")
FIRST = date(2025, 1, 1)
BACKFILL = Backfill(
    user_id="ada",
    backfill_id="b1",
    first=FIRST,
    last=date(2025, 6, 30),
    streams=frozenset({"hrv", "sleep"}),
    created_at=NOW - timedelta(hours=1),
)
DAYS = [FIRST + timedelta(days=n) for n in range(181)]
STATES = [*DayState, None]


def left(backfill: Backfill, coverage: Coverage) -> tuple[Window, ...]:
    """Return the windows that *backfill* still lacks."""
    return plan_backfill(
        backfill, CONFIG, coverage, CATALOG, [Api.ACCOUNT], now=NOW, today=TODAY, caps={}
    ).windows


def answered(windows: tuple[Window, ...], at: datetime = NOW) -> Coverage:
    """Return the ledger once Garmin has answered for *windows*."""
    days: dict[str, dict[date, LedgerDay]] = {}
    for window in windows:
        lines = {day: LedgerDay(day, DayState.EMPTY, at) for day in window.days}
        days.setdefault(window.stream.name, {}).update(lines)
    return Coverage(days)


def test_it_asks_anew_for_every_day_that_was_answered_before_it() -> None:
    """Old answers do not count: that is what a backfill is for. Newest days come first."""
    known = answered(left(BACKFILL, Coverage({})), at=NOW - timedelta(days=9))

    windows = left(BACKFILL, known)

    for name in ("hrv", "sleep"):
        asked = [day for window in windows if window.stream.name == name for day in window.days]
        assert sorted(asked) == DAYS
    assert [each.last for each in windows] == sorted((e.last for e in windows), reverse=True)


@settings(max_examples=50, deadline=None)
@given(st.integers(min_value=0, max_value=40))
def test_cut_off_anywhere_it_asks_for_nothing_twice(cut: int) -> None:
    """What was answered before the cut is not planned again, and what was not is."""
    windows = left(BACKFILL, Coverage({}))
    done, open_ones = windows[:cut], windows[cut:]

    again = left(BACKFILL, answered(done))

    assert [(w.stream.name, w.first, w.last) for w in again] == [
        (w.stream.name, w.first, w.last) for w in open_ones
    ]
    counted = tally(BACKFILL, CONFIG, answered(done), CATALOG, now=NOW, today=TODAY)
    assert counted.done == sum(len(window.days) for window in done)
    assert counted.total == 2 * len(DAYS)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(STATES), st.booleans()), min_size=181, max_size=181))
def test_every_day_without_a_new_answer_is_in_one_window(
    lines: list[tuple[DayState | None, bool]],
) -> None:
    """Whatever the ledger holds, each day that is left is asked for exactly once."""
    backfill = replace(BACKFILL, streams=frozenset({"hrv"}))
    known = {
        day: LedgerDay(day, state, NOW if is_new else NOW - timedelta(days=30))
        for day, (state, is_new) in zip(DAYS, lines, strict=True)
        if state is not None
    }
    coverage = Coverage({"hrv": known}, new_device_at=NOW + timedelta(days=1))

    asked = [day for window in left(backfill, coverage) for day in window.days]
    counted = tally(backfill, CONFIG, coverage, CATALOG, now=NOW, today=TODAY)

    wanted = {day for day in DAYS if not backfill.is_done(known.get(day))}
    assert wanted <= set(asked) <= set(DAYS)
    assert len(asked) == len(set(asked))
    assert counted.done == len(DAYS) - len(wanted)
    assert counted.failed <= len(wanted)


def test_neither_what_is_refused_nor_states_of_now_nor_curves_are_filled_in() -> None:
    """Only series of days have a value for days long gone, and only those that are given."""
    refused = Coverage({"hrv": {TODAY: LedgerDay(TODAY, DayState.UNSUPPORTED, NOW)}})

    windows = left(replace(BACKFILL, streams=None), refused)

    names = {window.stream.name for window in windows}
    assert "hrv" not in names
    assert names
    assert not any(stream(name).is_snapshot or stream(name).detail_of for name in names)


def test_a_polite_one_is_not_kept_up_by_what_it_cannot_have() -> None:
    """Windows that failed come last, and what all failed before is no reason to go on."""
    polite = replace(BACKFILL, pace=Pace.POLITE)
    one_day = [Window(stream("hrv"), day, day) for day in reversed(DAYS)]

    def failing(windows: list[Window]) -> Coverage:
        lines = {each.first: LedgerDay(each.first, DayState.FAILED, NOW) for each in windows}
        return Coverage({"hrv": lines})

    second = share_of(polite, one_day, failing(one_day[:40]))
    last = share_of(polite, one_day, failing(one_day))

    assert second.windows == tuple(one_day[40 : 40 + POLITE_WINDOWS])
    assert not second.covers
    assert last.windows == tuple(one_day[:POLITE_WINDOWS])
    assert last.covers
    assert share_of(BACKFILL, one_day, failing(one_day)).windows == tuple(one_day)


def test_what_could_not_be_had_counts_as_failed_once_it_is_over() -> None:
    """While it goes on only days that met a fault have failed; at the end all that is missing."""
    lines = {day: LedgerDay(day, DayState.FAILED, NOW) for day in DAYS[:10]}
    coverage = Coverage({"hrv": lines})

    going = tally(BACKFILL, CONFIG, coverage, CATALOG, now=NOW, today=TODAY)
    over = replace(BACKFILL, state=BackfillState.COMPLETED)
    ended = tally(over, CONFIG, coverage, CATALOG, now=NOW, today=TODAY)

    assert (going.done, going.failed) == (0, 10)
    assert ended.failed == ended.total == 2 * len(DAYS)


def test_the_estimate_has_files_only_for_activities_that_are_not_known() -> None:
    """A known day's activities have their files; a polite pace takes its rests into account."""
    todo = plan_backfill(
        replace(BACKFILL, streams=None),
        CONFIG,
        Coverage({}),
        CATALOG,
        [Api.ACCOUNT],
        now=NOW,
        today=TODAY,
        caps={},
    )
    known = Coverage({"activities": {day: LedgerDay(day, DayState.DATA, NOW) for day in DAYS}})
    whole = replace(BACKFILL, streams=None)
    slow = replace(whole, pace=Pace.POLITE)

    first = estimate(whole, todo, Coverage({}), today=TODAY, requests_per_minute=60)
    again = estimate(whole, todo, known, today=TODAY, requests_per_minute=60)
    polite = estimate(slow, todo, known, today=TODAY, requests_per_minute=60)

    assert again.requests == again.windows == len(todo.windows)
    assert first.requests == again.requests + round(USUAL_ACTIVITIES_A_DAY * len(DAYS))
    assert polite.minutes == again.minutes + 60 * ((len(todo.windows) - 1) // 30)


SLOT = NOW + timedelta(hours=18)
HOUR = NOW + POLITE_REST


@pytest.mark.parametrize(
    ("due", "reaction", "code", "pace", "expected"),
    [
        (NextDue(SLOT), None, None, Pace.NORMAL, NOW),
        (NextDue(SLOT), None, None, Pace.POLITE, HOUR),
        (NextDue(None), None, None, Pace.POLITE, HOUR),
        (NextDue(NOW + timedelta(minutes=5)), None, None, Pace.POLITE, NOW + timedelta(minutes=5)),
        (NextDue(None), Reaction.STOP_THE_CLOCK, "mfa_required", Pace.NORMAL, None),
        (NextDue(None, SLOT), Reaction.COOL_DOWN, "rate_limited", Pace.NORMAL, SLOT),
        (NextDue(HOUR, HOUR), Reaction.COOL_DOWN, "rate_limited", Pace.NORMAL, HOUR),
        (NextDue(HOUR), Reaction.BACK_OFF, "garmin_unavailable", Pace.NORMAL, HOUR),
        (NextDue(SLOT), Reaction.END, Cancelled.code, Pace.NORMAL, SLOT),
        (NextDue(None), Reaction.END, Cancelled.code, Pace.NORMAL, HOUR),
    ],
)
def test_the_next_part_is_due_without_automatic_syncs_and_never_against_garmin(
    due: NextDue,
    reaction: Reaction | None,
    code: str | None,
    pace: Pace,
    expected: datetime | None,
) -> None:
    """It goes on at once, or after its rest; a wait for Garmin and a broken connection hold."""
    backfill = replace(BACKFILL, pace=pace)

    found = next_part(due, backfill, CONFIG, reaction=reaction, error_code=code, attempt=1, now=NOW)

    assert found.due_at == expected
    assert found.not_before == due.not_before


def test_a_fault_is_tried_again_also_without_automatic_syncs() -> None:
    """Two minutes after the first fault, later each time."""
    found = next_part(
        NextDue(None),
        BACKFILL,
        CONFIG,
        reaction=Reaction.BACK_OFF,
        error_code=None,
        attempt=1,
        now=NOW,
    )

    assert found.due_at is not None
    assert timedelta(minutes=2) <= found.due_at - NOW < timedelta(minutes=3)
    assert found.attempt == 1


def test_no_part_begins_in_quiet_hours() -> None:
    """What falls into them comes at their end."""
    quiet = replace(CONFIG, quiet_hours=QuietHours("12:30", "18:00"))

    found = next_part(
        NextDue(SLOT),
        replace(BACKFILL, pace=Pace.POLITE),
        quiet,
        reaction=None,
        error_code=None,
        attempt=1,
        now=NOW,
    )

    assert found.due_at == NOW.replace(hour=18)
