"""What is done again and again beside everything else."""

from __future__ import annotations

import logging
import threading
from datetime import timedelta
from typing import TYPE_CHECKING

from training_analyzer.errors import StorageBusy
from training_analyzer.services.rounds import Hourly, Rounds

if TYPE_CHECKING:
    import pytest
    from fake_clock import FakeClock


def test_a_failed_call_is_logged_without_its_text_and_tried_again(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Our errors are a warning with their code, others an error with their kind; both go on."""
    fates = iter([StorageBusy(), RuntimeError("s3cret"), None])
    over = threading.Event()

    def go() -> float | None:
        fate = next(fates)
        if fate is not None:
            raise fate
        over.set()
        return None

    with (
        caplog.at_level(logging.WARNING),
        Rounds("test-rounds", go, failed="Nothing was done", again_s=0.0),
    ):
        assert over.wait(10)

    assert [(each.levelname, each.getMessage()) for each in caplog.records] == [
        ("WARNING", "Nothing was done: storage_busy."),
        ("ERROR", "Nothing was done: RuntimeError."),
    ]


def test_leaving_ends_every_thread_and_waits_for_no_hung_one() -> None:
    """Each thread ends at once in its pause; one that hangs is left behind after its grace."""
    let_go, inside = threading.Event(), threading.Barrier(3)
    calls: list[int] = []

    def pauses() -> float:
        calls.append(1)
        inside.wait(10)
        return 3600.0

    def hangs() -> None:
        let_go.wait(10)

    before = threading.active_count()
    with Rounds("test-rounds", pauses, failed="-", again_s=0.0, grace_s=None, threads=2):
        inside.wait(10)
    after = threading.active_count()
    with Rounds("test-rounds", hangs, failed="-", again_s=0.0, grace_s=0.0) as hung:
        pass

    assert hung.left.is_set()
    assert not let_go.is_set()
    assert (after, len(calls)) == (before, 2)
    let_go.set()


def test_hourly_is_at_most_once_an_hour(clock: FakeClock) -> None:
    """The first call does the work, and then none until an hour has passed."""
    done: list[int] = []
    hourly = Hourly(lambda: done.append(1), clock)

    for later in (timedelta(0), timedelta(minutes=59), timedelta(minutes=1)):
        clock.advance(seconds=later.total_seconds())
        hourly()

    assert len(done) == 2
