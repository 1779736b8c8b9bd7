"""What `get_next_sync_time` tells is what then happens, in every zone and through every trouble."""

from __future__ import annotations

import math
import shutil
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import available_timezones

import pytest
from fake_clock import FakeClock
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from services_stage import TICK, Paper

from training_analyzer.db.repositories.leases import LeasesRepository
from training_analyzer.errors import Blocked, GarminError, GarminUnavailable, RateLimited
from training_analyzer.model import QuietHours, SyncType
from training_analyzer.planning import spread

if TYPE_CHECKING:
    from collections.abc import Callable

ZONES: Final = sorted(available_timezones() - {"localtime", "Factory"})
BEGIN: Final = datetime(2026, 1, 1, tzinfo=UTC)
USER: Final = "usr_ada"
SILENCES: Final[tuple[GarminError, ...]] = (
    GarminUnavailable(),
    Blocked(),
    RateLimited(),
    RateLimited(timedelta(minutes=50)),
)
TIMES: Final = st.times().map(lambda at: f"{at:%H:%M}")
QUIET: Final = (
    st.tuples(TIMES, TIMES)
    .filter(lambda both: both[0] != both[1])
    .map(lambda both: QuietHours(*both))
)
CONFIGS: Final = st.fixed_dictionaries(
    {
        "sync_frequency": st.sampled_from(["hourly", "daily", "weekly"]),
        "sync_weekday": st.integers(0, 6),
        "sync_time": TIMES,
        "sync_wellness": st.booleans(),
        "min_sync_interval_minutes": st.sampled_from([15, 60, 180]),
        "quiet_hours": st.none() | QUIET,
    }
)
STEPS: Final = st.one_of(
    st.just(("run",)),
    st.tuples(st.just("run"), st.integers(1, 3)),
    st.tuples(st.just("silence"), st.sampled_from(SILENCES)),
    st.just(("well",)),
    st.tuples(st.just("pause"), st.integers(0, 90 * 3600)),
    st.tuples(st.just("pause everybody"), st.integers(0, 90 * 3600)),
    st.tuples(st.just("reconfigure"), CONFIGS, st.integers(0, 14)),
    st.tuples(st.just("by hand")),
)
LIVES: Final = st.fixed_dictionaries(
    {
        "start": st.integers(0, 715 * 86_400).map(lambda s: BEGIN + timedelta(seconds=s)),
        "config": CONFIGS,
        "steps": st.lists(STEPS, min_size=1, max_size=5),
    }
)


class Told:
    """A user whose every run is held to the time that was told before it."""

    def __init__(self, paper: Paper) -> None:
        self.paper = paper
        self.runs = 0

    def go(self, step: tuple[Any, ...]) -> None:
        """Let one thing happen; whatever it is, the next run comes when it is told."""
        match step:
            case ("run", *times):
                for _ in range(times[0] if times else 1):
                    self.expect_run()
            case ("silence", error):
                self.paper.silence = error
                self.expect_run()
            case ("well",):
                self.paper.silence = None
            case ("pause", seconds):
                self.paper.runtime.pauses.pause(USER)
                self.expect_nothing(timedelta(seconds=seconds))
                self.paper.runtime.pauses.resume(USER)
            case ("pause everybody", seconds):
                self.paper.runtime.pauses.pause_everybody()
                self.expect_nothing(timedelta(seconds=seconds))
                self.paper.runtime.pauses.resume_everybody()
            case ("reconfigure", config, seconds):
                self.paper.runtime.credentials.update_sync_config(USER, **config)
                told = self.paper.scheduler.get_next_sync_time(USER)
                # A tick is up to 15 seconds off, and a slot may lie before it.
                self.paper.clock.advance(seconds=seconds)
                self.expect_run(told)
            case _:
                if self._may_ask():
                    self.paper.scheduler.request_sync(USER)
                self.runs = len(self.paper.runs(USER))
        self.expect_run()

    def expect_run(self, told: datetime | None = None) -> None:
        """Tick up to the told time: no run before it, and one in the first tick from it on."""
        clock = self.paper.clock
        told = told or self.paper.scheduler.get_next_sync_time(USER)
        assert told is not None
        ticks = max(0, math.ceil((told - clock.now) / TICK))
        first = clock.now + ticks * TICK
        for early in sorted({0, ticks // 3, ticks - 2, ticks - 1} & set(range(ticks))):
            self.paper.tick(first - (ticks - early) * TICK)
            assert len(self.paper.runs(USER)) == self.runs, f"before the told {told}"
            assert self.paper.scheduler.get_next_sync_time(USER) == told
        self.paper.tick(first)
        runs = self.paper.runs(USER)
        self.runs += 1
        assert len(runs) == self.runs, f"no run at the told {told}"
        assert max(run.started_at for run in runs) == first
        clock.now += TICK

    def expect_nothing(self, span: timedelta) -> None:
        """Tick now and then while *span* passes: nothing is told, and nobody runs."""
        end = self.paper.clock.now + span
        for share in (0.0, 0.5, 1.0):
            self.paper.tick(end - span * (1 - share))
            assert self.paper.scheduler.get_next_sync_time(USER) is None
        assert len(self.paper.runs(USER)) == self.runs

    def _may_ask(self) -> bool:
        entry = self.paper.runtime.schedule.entry(USER)
        newest = self.paper.runs(USER)[0].started_at
        waits = entry is not None and entry.not_before is not None
        return not waits and self.paper.clock.now - newest > timedelta(hours=3, minutes=5)


def live(template: Path, key: str, zone: str, life: dict[str, Any]) -> None:
    """Live one life in a database of its own."""
    with tempfile.TemporaryDirectory(prefix="told-") as folder:
        path = Path(folder) / "garmin-sync.db"
        shutil.copy(template, path)
        paper = Paper(
            f"sqlite:///{path}", key, FakeClock(life["start"].replace(microsecond=0, tzinfo=UTC))
        )
        try:
            paper.connect(USER, timezone=zone, **life["config"])
            told = Told(paper)
            for step in (("run",), *life["steps"]):
                told.go(step)
        finally:
            paper.runtime.close()


@pytest.mark.torture
@pytest.mark.timeout(3600)
def test_told_time_is_the_time_of_the_next_run_whatever_happens_on_the_way(
    migrated_file: Path, encryption_key: str, rounds: Callable[[int, int], int]
) -> None:
    """Any schedule, any zone, any start in two years, outages and pauses: told is kept."""

    def lives_of(zones: st.SearchStrategy[str], number: int) -> None:
        @settings(
            max_examples=number,
            deadline=None,
            database=None,
            phases=[Phase.generate, Phase.shrink],
            suppress_health_check=list(HealthCheck),
        )
        @given(zone=zones, life=LIVES)
        def agrees(zone: str, life: dict[str, Any]) -> None:
            live(migrated_file, encryption_key, zone, life)

        agrees()

    lives_of(st.sampled_from(ZONES), rounds(15, 200))
    for zone in ZONES[: rounds(0, len(ZONES))]:
        lives_of(st.just(zone), 3)


def test_slot_between_a_change_of_the_schedule_and_the_next_tick_is_not_lost(
    sqlite_url: str, encryption_key: str, clock: FakeClock
) -> None:
    """Who chooses a time that comes in two seconds is synced then, and not a day later."""
    paper = Paper(sqlite_url, encryption_key, clock)
    paper.connect(USER)
    slot = datetime(2026, 3, 5, 18, 0, tzinfo=UTC) + spread(USER)
    paper.live(slot - timedelta(hours=2))
    paper.tick(slot - timedelta(seconds=2))
    begun = len(paper.runs(USER))

    paper.runtime.credentials.update_sync_config(USER, sync_time="18:00")
    assert paper.scheduler.get_next_sync_time(USER) == slot
    paper.tick(slot + timedelta(seconds=12))

    assert len(paper.runs(USER)) == begun + 1
    paper.runtime.close()


def test_person_who_changes_the_schedule_while_a_worker_dies_stays_due(
    sqlite_url: str, encryption_key: str, clock: FakeClock
) -> None:
    """A change in the middle of a run whose process is then lost does not stop the clock."""
    paper = Paper(sqlite_url, encryption_key, clock)
    paper.connect(USER)
    paper.tick()
    LeasesRepository(paper.runtime.database).claim(
        USER,
        sync_type=SyncType.MANUAL,
        owner="elsewhere:1:1:abcdef12",
        now=clock.now,
        ttl=timedelta(seconds=60),
        is_abandoned=lambda _: False,
    )
    paper.runtime.credentials.update_sync_config(USER, sync_time="13:00")

    paper.live(clock.now + timedelta(hours=2))

    assert paper.runs(USER)[0].status == "completed"
    paper.runtime.close()
