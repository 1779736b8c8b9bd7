"""What settled is asked for again: emptiness expires, lists are swept, and both cost little."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from training_analyzer.model import Api, DayState, GarminSyncConfig
from training_analyzer.planning import Coverage, LedgerDay, plan, plan_snapshots
from training_analyzer.planning.details import details_budget
from training_analyzer.planning.idle import LONGEST_SILENCE, LastPass, late_since
from training_analyzer.planning.ledger import settles
from training_analyzer.planning.recheck import (
    NEVER_HAD_DAYS,
    in_turn,
    outside,
    reaching_back,
    stale_days,
    wait_of,
)
from training_analyzer.streams import CATALOG, Window, stream

NOW = datetime(2026, 11, 25, 6, 0, tzinfo=UTC)
TODAY = NOW.date()
ZONE = ZoneInfo("UTC")
DAY = timedelta(days=1)
SLEEP, ACTIVITIES = stream("sleep"), stream("activities")


def line(age: int, state: DayState, *, looked: int = 0, settled: bool = True) -> LedgerDay:
    """Return the line of the day *age* days ago, asked for *looked* days ago."""
    return LedgerDay(TODAY - age * DAY, state, NOW - looked * DAY, settled=settled)


@pytest.mark.parametrize(
    ("age", "had", "days"),
    [(8, True, 7), (29, True, 7), (30, True, 30), (89, True, 30), (90, True, 90), (700, True, 90),
     (8, False, 30), (700, False, 90)],
)  # fmt: skip
def test_emptiness_is_believed_the_longer_the_older_the_day(
    age: int,
    had: bool,  # noqa: FBT001 - a column of the table
    days: int,
) -> None:
    """An empty day is asked for after 7, 30 or 90 days; what one never had, monthly at most."""
    assert wait_of(SLEEP, line(age, DayState.EMPTY), had=had) == days * DAY


@pytest.mark.parametrize("state", list(DayState))
def test_only_settled_emptiness_expires_and_lists_are_swept(state: DayState) -> None:
    """Data stays as it is, but for the lists in which a person may edit and delete."""
    expires = wait_of(SLEEP, line(40, state), had=True) is not None
    is_swept = wait_of(ACTIVITIES, line(40, state), had=True) == 7 * DAY

    assert expires is (state is DayState.EMPTY)
    assert is_swept is (state in {DayState.EMPTY, DayState.DATA})
    assert wait_of(SLEEP, line(3, state, settled=False), had=True) is None


@settings(max_examples=80, deadline=None)
@given(
    ends=st.sets(st.integers(min_value=0, max_value=300), min_size=1, max_size=5),
    stale=st.sets(st.integers(min_value=0, max_value=300)),
    cap=st.integers(min_value=1, max_value=92),
)
def test_windows_reach_back_within_their_cap_and_never_into_another(
    ends: set[int], stale: set[int], cap: int
) -> None:
    """Stale days ride along: as many windows as before, no day twice, none above the cap."""
    windows = [Window(SLEEP, TODAY - age * DAY, TODAY - age * DAY) for age in sorted(ends)]
    days = [TODAY - age * DAY for age in sorted(stale)]

    wider = reaching_back(windows, days, cap_days=cap)

    asked = [day for window in wider for day in window.days]
    assert [window.last for window in wider] == [window.last for window in windows]
    assert len(asked) == len(set(asked))
    assert all(len(window.days) <= cap for window in wider)
    assert all(window.first in {*days, window.last} for window in wider)
    assert set(outside(days, wider)) == set(days) - set(asked)


@settings(max_examples=50, deadline=None)
@given(
    ages=st.lists(st.tuples(st.booleans(), st.integers(0, 90)), max_size=8),
    room=st.integers(min_value=-9, max_value=5),
    today=st.dates(date(2026, 1, 1), date(2027, 1, 1)),
)
def test_turn_is_the_longest_waiting_of_each_kind(
    ages: list[tuple[bool, int]], room: int, today: date
) -> None:
    """One sweep and one expired window at most, no more than there is room for."""
    candidates = [
        (NOW - due * DAY, Window(ACTIVITIES if is_sweep else SLEEP, TODAY, TODAY))
        for is_sweep, due in ages
    ]

    chosen = in_turn(candidates, room=room, today=today)

    assert len(chosen) == max(min(room, len({is_sweep for is_sweep, _ in ages})), 0)
    for window in chosen:
        of_kind = [c for c in candidates if c[1].stream is window.stream]
        assert window is min(of_kind, key=lambda c: c[0])[1]


def test_kinds_alternate_where_there_is_room_for_one() -> None:
    """A person who syncs weekly has a sweep one week and an old hole the next."""
    candidates = [(NOW, Window(each, TODAY, TODAY)) for each in (ACTIVITIES, SLEEP)]

    weeks = [in_turn(candidates, room=1, today=TODAY + 7 * n * DAY) for n in range(4)]

    names = [window.stream.name for (window,) in weeks]
    assert names in (["activities", "sleep"] * 2, ["sleep", "activities"] * 2)


def test_what_one_never_had_waits_for_a_month() -> None:
    """Empty days of a stream with data are stale after a week, of one without after a month."""
    empties = {TODAY - age * DAY: line(age, DayState.EMPTY, looked=10) for age in range(20, 28)}
    days = sorted(empties, reverse=True)
    with_data = empties | {TODAY: line(0, DayState.DATA)}

    assert list(stale_days(SLEEP, Coverage({"sleep": with_data}), days, now=NOW)) == days
    assert not stale_days(SLEEP, Coverage({"sleep": with_data}), days, now=NOW - 4 * DAY)
    assert not stale_days(SLEEP, Coverage({"sleep": empties}), days, now=NOW)
    later = NOW + NEVER_HAD_DAYS * DAY
    assert list(stale_days(SLEEP, Coverage({"sleep": empties}), days, now=later)) == days


def test_silence_longer_than_the_look_back_is_noticed_at_its_end() -> None:
    """Only a new upload after a long silence tells of late days, and of some months at most."""
    old = LastPass("old", NOW, NOW - 20 * DAY)
    new = LastPass("new", None, NOW)

    assert late_since(old, new, now=NOW, look_back_days=7) == NOW - 27 * DAY
    assert late_since(old, old, now=NOW, look_back_days=7) is None
    assert late_since(old, LastPass(None, None, NOW), now=NOW, look_back_days=7) is None
    assert late_since(LastPass(), new, now=NOW, look_back_days=7) is None
    assert late_since(old, new, now=NOW, look_back_days=21) is None
    years = LastPass("old", NOW, NOW - 900 * DAY)
    assert late_since(years, new, now=NOW, look_back_days=7) == NOW - LONGEST_SILENCE


class Paper:
    """A person's ledger on paper: runs write what Garmin, a die, has of each stream and day."""

    def __init__(self, api: Api, seed: int, look_back: int) -> None:
        self.api = api
        self.config = GarminSyncConfig(user_id="ada", incremental_sync_days=look_back)
        self.now = NOW
        self.days: dict[str, dict[date, LedgerDay]] = {}
        self._seed = seed

    def run(self) -> int:
        """Ask for all that is planned; return how many requests that were, curves included."""
        snapshots = plan_snapshots(
            self.config, Coverage(self.days), CATALOG, [self.api], now=self.now, zone=ZONE
        )
        self._write(snapshots.windows)
        ranges = plan(
            self.config, Coverage(self.days), CATALOG, [self.api], now=self.now, zone=ZONE
        )
        self._write(ranges.windows)
        windows = len(snapshots.windows) + len(ranges.windows)
        # The question for the newest upload, and a renewal of the session.
        requests = windows + 2
        return requests + details_budget(windows, requests)

    def overdue(self, name: str) -> timedelta:
        """Return how long the longest due of the stream's days of this year has been due."""
        days = [self.now.date() - n * DAY for n in range(365)]
        due = stale_days(stream(name), Coverage(self.days), days, now=self.now)
        return max((self.now - at for at in due.values()), default=timedelta(0))

    def _write(self, windows: tuple[Window, ...]) -> None:
        for window in windows:
            lines = self.days.setdefault(window.stream.name, {})
            for day in window.days:
                had = lines.get(day)
                has_data = self._has(window.stream.name, day) or (had is not None and had.settled
                    and had.state is DayState.DATA)  # fmt: skip
                state = DayState.DATA if has_data else DayState.EMPTY
                is_settled = window.stream.is_snapshot or settles(
                    day,
                    fetched_at=self.now,
                    look_back_days=self.config.incremental_sync_days,
                    zone=ZONE,
                )
                lines[day] = LedgerDay(day, state, self.now, settled=is_settled)

    def _has(self, name: str, day: date) -> bool:
        often = Random(f"{self._seed} {name}").choice((0, 0.1, 0.8, 1))  # noqa: S311 - no secret
        return Random(f"{self._seed} {name} {day}").random() < often  # noqa: S311 - no secret


@settings(max_examples=6, deadline=None)
@given(
    api=st.sampled_from(list(Api)),
    seed=st.integers(0, 999),
    every=st.sampled_from([1, 1, 2, 3, 7]),
    look_back=st.sampled_from([3, 7, 14]),
)
def test_eight_weeks_of_runs_stay_within_20_requests_and_sweep_everything(
    api: Api, seed: int, every: int, look_back: int
) -> None:
    """Whatever days are empty, no run costs more than 20, and nothing waits for its turn long."""
    paper = Paper(api, seed, look_back)
    paper.run()
    costs = []

    for _ in range(56 // every):
        paper.now += every * DAY
        costs.append(paper.run())

    assert max(costs) <= 20
    if every == 1:
        assert paper.overdue("activities") <= 4 * DAY
        for name in ("sleep", "daily_summary", "body_battery"):
            assert paper.overdue(name) <= 14 * DAY, name


def test_second_look_at_once_asks_for_the_look_back_alone() -> None:
    """A run right after another finds nothing that is stale."""
    paper = Paper(Api.ACCOUNT, 1, 7)
    paper.run()

    again = plan(paper.config, Coverage(paper.days), CATALOG, [Api.ACCOUNT], now=NOW, zone=ZONE)

    # The day before the look-back is over for six hours less than a week.
    assert again.first == TODAY - 7 * DAY
