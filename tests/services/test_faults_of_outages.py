"""A Garmin that is away for everybody: few requests while it is, everybody served after."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from services_stage import Paper

from training_analyzer.errors import GarminUnavailable
from training_analyzer.model import Api, Circuit, Region

if TYPE_CHECKING:
    from collections.abc import Callable

    from fake_clock import FakeClock

OUTAGE = timedelta(minutes=30)
COM = Circuit(Api.ACCOUNT, Region.COM)


@pytest.mark.torture
@pytest.mark.timeout(3600)
def test_fault_21_half_an_hour_of_errors_multiplies_no_requests(
    sqlite_url: str,
    encryption_key: str,
    clock: FakeClock,
    rounds: Callable[[int, int], int],
) -> None:
    """Ten thousand users due in an outage of 30 minutes: one asks at a time, and rarely.

    In and after the outage together they make at most a tenth more requests than without
    one, nobody waits for the slot of tomorrow, and everybody is synced exactly once.
    """
    number = rounds(60, 10_000)
    paper = Paper(sqlite_url, encryption_key, clock)
    users = [paper.connect(f"usr_{n:05d}", sync_time="13:00") for n in range(number)]
    clock.now = clock.now.replace(hour=12, minute=59)
    for user_id in users:
        paper.runtime.schedule.set_due(user_id, paper.runtime.syncs.next_slot(user_id, now=clock()))
    dark = clock.now + OUTAGE
    paper.silence = GarminUnavailable()

    paper.live(dark)
    in_outage, asked = paper.requests, len(paper.opened)
    paper.silence = None
    paper.live(dark + timedelta(hours=2))

    # Three runs find it out, then one probe after 1, 2, 4, 8 and 16 minutes.
    assert asked <= 3 + 6
    each = paper.opened[-1].requests
    assert in_outage + number * each >= paper.requests
    assert paper.requests <= 1.1 * number * each + 9 * each
    assert paper.runtime.breakers.all()[COM].state(clock.now) == "closed"
    for user_id in users:
        good = [run for run in paper.runs(user_id) if run.status == "completed"]
        assert len(good) == 1
        assert good[0].started_at <= dark + timedelta(hours=1, minutes=5)
    paper.runtime.close()
