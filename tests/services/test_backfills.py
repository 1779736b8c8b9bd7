"""Backfills at work: they go on where they were cut off, ask for nothing twice, and end."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from services_stage import Paper

from training_analyzer.errors import GarminUnavailable, RateLimited
from training_analyzer.planning import Span
from training_analyzer.planning.backfills import POLITE_WINDOWS, Backfill, BackfillState, Pace

if TYPE_CHECKING:
    from fake_clock import FakeClock

    from training_analyzer.simulator.memory import SimulatedGarmin

FIRST, LAST = date(2025, 3, 1), date(2025, 12, 31)
DAYS = (LAST - FIRST).days + 1


class Killed(BaseException):
    """The process ends in the middle; nothing of it is cleared up."""


class Stage(Paper):
    """A user whose syncs are of one day, and a Garmin that can refuse one stream."""

    def __init__(self, url: str, key: str, clock: FakeClock, **config: Any) -> None:
        super().__init__(url, key, clock)
        self.refused: str | None = None
        self.user_id = self.connect("ada", **config)

    def start(self, *streams: str, pace: Pace = Pace.NORMAL) -> str:
        """Begin a backfill of *streams* and return its id."""
        backfills = self.runtime.backfills
        new = backfills.new(
            self.user_id, span=Span(FIRST, LAST), streams=frozenset(streams), pace=pace
        )
        assert backfills.start(new, backfills.estimate(new))
        return new.backfill_id

    def backfill(self, backfill_id: str) -> Backfill:
        """Return the backfill as it stands."""
        found = self.runtime.backfills.one(self.user_id, backfill_id)
        assert found is not None
        return found

    def asked(self, stream: str) -> list[date]:
        """Return every day of *stream* that was asked for, as often as it was."""
        return [
            day
            for garmin in self.opened
            for window in garmin.asked
            if window.stream.name == stream
            for day in window.days
        ]

    def run_until_killed(self, windows: int) -> None:
        """Run, and lose the process after so many requests for windows."""

        def must_stop() -> bool:
            if len(self.opened[-1].asked) >= windows:
                raise Killed
            return False

        with pytest.raises(Killed):
            self.runtime.syncs.sync_if_due(self.user_id, must_stop=must_stop)

    def due_in(self) -> timedelta:
        """Return how long it is until the user is due."""
        entry = self.runtime.schedule.entry(self.user_id)
        assert entry is not None
        assert entry.due_at is not None
        return entry.due_at - self.clock.now

    def _open(self, _user_id: str, *, session_is_dead: bool, actor: str) -> SimulatedGarmin:
        made = super()._open(_user_id, session_is_dead=session_is_dead, actor=actor)
        return made.refuses(self.refused, GarminUnavailable()) if self.refused else made


@pytest.fixture
def stage(sqlite_url: str, encryption_key: str, clock: FakeClock) -> Stage:
    """Give a connected user who was not synced yet."""
    return Stage(sqlite_url, encryption_key, clock)


def test_killed_in_the_middle_it_goes_on_and_asks_for_nothing_twice(stage: Stage) -> None:
    """After a kill another run takes it up; each day is asked for exactly once."""
    backfill_id = stage.start("sleep")
    stage.run_until_killed(windows=6)
    half = len(stage.asked("sleep"))

    stage.clock.advance(minutes=2)
    stage.tick()

    asked = stage.asked("sleep")
    assert 0 < half < len(asked)
    assert sorted(asked) == [FIRST + timedelta(days=n) for n in range(DAYS)]
    ended = stage.backfill(backfill_id)
    assert (ended.state, ended.ended_at) == (BackfillState.COMPLETED, stage.clock.now)
    tally = stage.runtime.backfills.tally(ended)
    assert (tally.total, tally.done, tally.failed) == (DAYS, DAYS, 0)
    runs = stage.runs(stage.user_id)
    assert [run.backfill_id for run in runs] == [backfill_id, backfill_id]
    assert [run.sync_type for run in runs] == ["manual", "initial"]
    assert [run.status for run in runs] == ["completed", "partial"]
    assert runs[0].windows_done == runs[0].windows_total
    assert stage.due_in() > timedelta(hours=1), "the regular slot, nothing is left"


def test_a_wait_that_garmin_asks_for_is_kept_and_then_it_goes_on(stage: Stage) -> None:
    """Rate limited, it stays active, is due when Garmin may be asked again, and ends."""
    backfill_id = stage.start("hrv")
    stage.silence = RateLimited(retry_after=timedelta(minutes=20))
    stage.tick()
    waits = stage.due_in()
    stage.silence = None

    stage.live(stage.clock.now + timedelta(minutes=30))

    assert waits >= timedelta(minutes=20)
    assert stage.backfill(backfill_id).state is BackfillState.COMPLETED
    assert sorted(set(stage.asked("hrv"))) == [FIRST + timedelta(days=n) for n in range(DAYS)]


def test_a_polite_one_takes_a_share_an_hour_also_without_automatic_syncs(
    sqlite_url: str, encryption_key: str, clock: FakeClock
) -> None:
    """At most thirty windows a run, an hour apart; paused nothing is asked, resumed it ends."""
    stage = Stage(sqlite_url, encryption_key, clock, auto_sync_enabled=False)
    stage.runtime.schedule.request(stage.user_id, now=clock.now)
    stage.tick()
    streams = ("sleep", "daily_summary", "body_battery")
    backfill_id = stage.start(*streams, pace=Pace.POLITE)
    before = len(stage.opened)

    stage.tick()
    first_share = [w for w in stage.opened[-1].asked if w.stream.name in streams]
    rest = stage.due_in()
    assert stage.runtime.backfills.pause(stage.backfill(backfill_id))
    stage.live(clock.now + timedelta(hours=2))
    paused = sum(len(stage.asked(stream)) for stream in streams)
    assert stage.runtime.backfills.resume(stage.backfill(backfill_id))
    stage.live(clock.now + timedelta(hours=2))

    assert len(first_share) == POLITE_WINDOWS
    assert rest == timedelta(hours=1)
    assert stage.backfill(backfill_id).state is BackfillState.COMPLETED
    assert all(
        sum(w.stream.name in streams for w in garmin.asked) <= POLITE_WINDOWS
        for garmin in stage.opened[before:]
    )
    assert 0 < paused < len(streams) * DAYS
    for stream in streams:
        assert sorted(stage.asked(stream)) == [FIRST + timedelta(days=n) for n in range(DAYS)]
    entry = stage.runtime.schedule.entry(stage.user_id)
    assert entry is not None
    assert entry.due_at is None, "nobody syncs them by themselves afterwards"


def test_what_cannot_be_had_ends_it_after_some_tries(stage: Stage) -> None:
    """A stream that fails and fails counts as failed; the backfill does not go on for ever."""
    stage.refused = "hrv"
    backfill_id = stage.start("hrv", "sleep")

    stage.live(stage.clock.now + timedelta(hours=1))

    ended = stage.backfill(backfill_id)
    tally = stage.runtime.backfills.tally(ended)
    assert ended.state is BackfillState.COMPLETED
    assert (tally.done, tally.failed) == (DAYS, DAYS)
    assert sorted(stage.asked("sleep")) == [FIRST + timedelta(days=n) for n in range(DAYS)]


def test_one_after_another_and_a_cancelled_one_never(stage: Stage) -> None:
    """The next one begins when the one before is done; a cancelled one asks for nothing."""
    older = stage.start("hrv")
    stage.clock.advance(seconds=1)
    cancelled = stage.start("sleep")
    stage.clock.advance(seconds=1)
    younger = stage.start("hrv")
    assert stage.runtime.backfills.cancel(stage.backfill(cancelled))
    assert not stage.runtime.backfills.resume(stage.backfill(cancelled))

    stage.live(stage.clock.now + timedelta(minutes=5))

    runs = [run.backfill_id for run in stage.runs(stage.user_id)]
    assert runs[:2] == [younger, older]
    assert [stage.backfill(each).state.value for each in (older, cancelled, younger)] == [
        "completed",
        "cancelled",
        "completed",
    ]
    assert stage.asked("sleep") == []
