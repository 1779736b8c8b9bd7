"""Quiet hours on the clock of a server: who was due before them and came too late for them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from services_stage import Paper

from training_analyzer.model import QuietHours
from training_analyzer.planning import spread

if TYPE_CHECKING:
    from fake_clock import FakeClock

USER = "usr_ada"
NIGHT = QuietHours("22:30", "06:30")


def test_sync_that_a_server_slept_through_does_not_begin_in_the_night(
    sqlite_url: str, encryption_key: str, clock: FakeClock
) -> None:
    """Due at nine in the evening, the server back at eleven: the sync comes in the morning."""
    paper = Paper(sqlite_url, encryption_key, clock)
    paper.connect(USER, sync_time="21:00", quiet_hours=NIGHT)
    paper.tick()
    paper.live(datetime(2026, 3, 3, 20, 0, tzinfo=UTC))
    before = len(paper.runs(USER))
    morning = datetime(2026, 3, 4, 6, 30, tzinfo=UTC) + spread(USER)

    paper.tick(datetime(2026, 3, 3, 23, 0, tzinfo=UTC))
    in_the_night = len(paper.runs(USER))
    told = paper.scheduler.get_next_sync_time(USER)
    paper.tick(morning - timedelta(seconds=15))
    early = len(paper.runs(USER))
    paper.tick(morning)

    assert (in_the_night, told, early) == (before, morning, before)
    assert len(paper.runs(USER)) == before + 1
    paper.runtime.close()


def test_slot_that_a_pause_left_out_is_made_up_for_in_the_morning(
    sqlite_url: str, encryption_key: str, clock: FakeClock
) -> None:
    """Who goes on in the night after a pause of days is told the morning, and synced then."""
    paper = Paper(sqlite_url, encryption_key, clock)
    paper.connect(USER, sync_time="21:00", quiet_hours=NIGHT)
    paper.tick()
    paper.runtime.pauses.pause(USER)
    before = len(paper.runs(USER))

    clock.now = datetime(2026, 3, 6, 2, 0, tzinfo=UTC)
    paper.runtime.pauses.resume(USER)
    told = paper.scheduler.get_next_sync_time(USER)
    paper.tick()
    in_the_night = len(paper.runs(USER))
    morning = datetime(2026, 3, 6, 6, 30, tzinfo=UTC) + spread(USER)
    paper.tick(morning)

    assert (told, in_the_night) == (morning, before)
    assert len(paper.runs(USER)) == before + 1
    paper.runtime.close()


def test_person_is_synced_at_once_who_asks_for_it_in_the_night(
    sqlite_url: str, encryption_key: str, clock: FakeClock
) -> None:
    """Quiet hours are for what begins by itself."""
    paper = Paper(sqlite_url, encryption_key, clock)
    paper.connect(USER, sync_time="21:00", quiet_hours=NIGHT)
    paper.tick()
    paper.live(datetime(2026, 3, 4, 1, 0, tzinfo=UTC))
    before = len(paper.runs(USER))

    paper.scheduler.request_sync(USER)
    paper.tick()

    assert len(paper.runs(USER)) == before + 1
    assert paper.runs(USER)[0].sync_type == "manual"
    paper.runtime.close()
