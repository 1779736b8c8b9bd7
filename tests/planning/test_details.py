"""Days in detail: only where a row changed, young enough, within the budget, newest first."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from training_analyzer.model import Api, DayState, GarminSyncConfig
from training_analyzer.planning import Coverage, LedgerDay, Plan
from training_analyzer.planning.details import DETAIL_DAYS, details_budget, plan_details
from training_analyzer.streams import CATALOG

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
TODAY = date(2026, 11, 25)
ZONE = ZoneInfo("UTC")
CONFIG = GarminSyncConfig(user_id="ada")
NOTHING_KNOWN = Coverage({})
BOTH = (Api.PERSONAL, Api.ACCOUNT)
PARENTS = ("sleep", "hrv", "daily_summary")
AGES = st.integers(min_value=0, max_value=400)
# When a row changed and when its detail was asked for, in hours before now.
HOURS = st.integers(min_value=1, max_value=400)


def days_ago(count: int) -> date:
    """Return the day *count* days before today."""
    return TODAY - timedelta(days=count)


def planned(
    changes: dict[str, dict[date, datetime]],
    coverage: Coverage = NOTHING_KNOWN,
    *,
    config: GarminSyncConfig = CONFIG,
    apis: tuple[Api, ...] = (Api.ACCOUNT,),
    now: datetime = NOW,
    budget: int = 20,
) -> list[tuple[str, date]]:
    """Return stream and day of each window, in order."""
    found: Plan = plan_details(
        config, coverage, CATALOG, apis, changes, now=now, zone=ZONE, budget=budget
    )
    assert all(window.first == window.last for window in found.windows)
    return [(window.stream.name, window.first) for window in found.windows]


def asked(name: str, days: dict[date, datetime], state: DayState = DayState.DATA) -> Coverage:
    """Return the ledger of one stream: day -> when it was asked for."""
    return Coverage({name: {day: LedgerDay(day, state, at) for day, at in days.items()}})


def test_each_detail_of_a_day_is_asked_for_newest_first() -> None:
    """Of each day with a row all its curves are wanted, the newest days first."""
    rows = {days_ago(n): NOW for n in (2, 3)}

    windows = planned(dict.fromkeys(PARENTS, rows))

    assert [day for _, day in windows] == [days_ago(2)] * 4 + [days_ago(3)] * 4
    assert {name for name, _ in windows[:4]} == {
        *("sleep_detail", "hrv_detail", "stress_detail", "heart_rate_detail")
    }


def test_day_that_is_not_over_waits_for_the_one_before() -> None:
    """Yesterday's curve is whole and comes first; today's will have to be asked for again."""
    rows = {days_ago(n): NOW for n in range(3)}

    windows = planned({"hrv": rows})

    assert [day for _, day in windows] == [days_ago(1), TODAY, days_ago(2)]


def test_changed_row_is_looked_at_again_and_an_unchanged_one_is_not() -> None:
    """A night that Garmin revised after its curves were asked for is asked for again."""
    at = NOW - timedelta(days=1)
    rows = {days_ago(3): at + timedelta(minutes=1), days_ago(4): at}
    known = asked("sleep_detail", dict.fromkeys(rows, at))

    assert planned({"sleep": rows}, known) == [("sleep_detail", days_ago(3))]


def test_day_asked_for_before_its_end_is_asked_for_once_more() -> None:
    """What was asked for on the day itself is provisional until the day is over."""
    evening = NOW.replace(hour=20)
    known = asked("hrv_detail", {TODAY: NOW})
    rows = {"hrv": {TODAY: NOW - timedelta(hours=1)}}

    assert planned(rows, known, now=evening) == []
    assert planned(rows, known, now=evening + timedelta(hours=8)) == [("hrv_detail", TODAY)]


def test_new_days_come_before_another_try() -> None:
    """Days that fail again and again do not keep newer rows from being looked at."""
    known = asked("hrv_detail", {days_ago(2): NOW}, DayState.FAILED)
    rows = {days_ago(n): NOW - timedelta(hours=1) for n in (2, 9)}

    assert [day for _, day in planned({"hrv": rows}, known)] == [days_ago(9), days_ago(2)]


@pytest.mark.parametrize(("age_days", "is_asked"), [(6, False), (7, True)])
def test_refused_detail_is_rechecked_after_a_week(age_days: int, is_asked: bool) -> None:  # noqa: FBT001 - a column of the table
    """A detail that Garmin refuses to this account is left alone for a week."""
    known = asked("hrv_detail", {days_ago(9): NOW - timedelta(days=age_days)}, DayState.UNSUPPORTED)
    rows = {"hrv": {days_ago(2): NOW}}

    assert (("hrv_detail", days_ago(2)) in planned(rows, known)) is is_asked


def test_switched_off_group_has_no_details() -> None:
    """Who wants no wellness data gets no curves either."""
    off = replace(CONFIG, sync_wellness=False)

    assert planned({"sleep": {days_ago(1): NOW}}, config=off) == []


def test_personal_key_is_asked_for_the_details_it_has() -> None:
    """The Personal API has HRV readings and heart rate, and is asked for nothing else."""
    rows = {parent: {days_ago(1): NOW} for parent in PARENTS}

    names = {name for name, _ in planned(rows, apis=(Api.PERSONAL,))}

    assert names == {"hrv_detail", "heart_rate_detail"}


@settings(max_examples=60, deadline=None)
@given(
    rows=st.dictionaries(AGES, HOURS, max_size=40),
    known=st.dictionaries(AGES, st.tuples(HOURS, st.sampled_from(DayState)), max_size=40),
    budget=st.integers(min_value=0, max_value=30),
    parent=st.sampled_from(PARENTS),
)
def test_plan_is_young_has_rows_and_keeps_the_budget(
    rows: dict[int, int], known: dict[int, tuple[int, DayState]], budget: int, parent: str
) -> None:
    """Whatever is known: no day twice, none older than 180 days, none without a row."""
    changes = {days_ago(n): NOW - timedelta(hours=hours) for n, hours in rows.items()}
    ledger = {
        days_ago(n): LedgerDay(days_ago(n), state, NOW - timedelta(hours=hours))
        for n, (hours, state) in known.items()
    }
    names = [each.name for each in CATALOG if each.detail_of == parent]

    windows = planned(
        {parent: changes}, Coverage(dict.fromkeys(names, ledger)), apis=BOTH, budget=budget
    )

    assert len(set(windows)) == len(windows) <= budget
    assert {name for name, _ in windows} <= set(names)
    for _, day in windows:
        assert day in changes
        assert days_ago(DETAIL_DAYS) < day <= TODAY


@settings(max_examples=40, deadline=None)
@given(rows=st.dictionaries(AGES, HOURS, max_size=40), budget=st.integers(min_value=1, max_value=9))
def test_later_runs_drain_the_rest_and_ask_nothing_twice(rows: dict[int, int], budget: int) -> None:
    """Run after run the rest is brought, each day once, until nothing is left."""
    changes = {days_ago(n): NOW - timedelta(hours=hours) for n, hours in rows.items()}
    ledger: dict[date, LedgerDay] = {}
    brought: list[date] = []

    for run in range(len(rows) + 1):
        at = NOW + timedelta(minutes=run)
        days = [
            day
            for _, day in planned(
                {"sleep": changes}, Coverage({"sleep_detail": ledger}), now=at, budget=budget
            )
        ]
        brought += days
        ledger |= {day: LedgerDay(day, DayState.DATA, at) for day in days}

    assert sorted(brought) == sorted(day for day in changes if day > days_ago(DETAIL_DAYS))


@pytest.mark.parametrize(
    ("windows", "requests", "budget"),
    [(9, 12, 8), (14, 18, 2), (19, 20, 1), (20, 30, 1), (21, 22, 0), (60, 61, 0)],
)
def test_budget_is_what_an_ordinary_run_leaves(windows: int, requests: int, budget: int) -> None:
    """A run over a year of history looks at no curves; any other at what is left of 20."""
    assert details_budget(windows, requests) == budget
