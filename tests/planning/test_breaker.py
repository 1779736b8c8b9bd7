"""When a part of Garmin is left in peace, and who asks first again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from training_analyzer.planning.breaker import (
    CLOSED,
    FAILURES_TO_OPEN,
    FIRST_REST,
    LONGEST_REST,
    PROBE_TIME,
    Breaker,
    BreakerState,
)

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def failed(times: int, breaker: Breaker = CLOSED, now: datetime = NOW) -> Breaker:
    """Return *breaker* after so many failures at one moment."""
    for _ in range(times):
        breaker = breaker.after_failure(now)
    return breaker


def test_three_failures_in_a_row_open_it() -> None:
    """Two failures change nothing for others; the third keeps everybody away for a minute."""
    assert failed(2).state(NOW) is BreakerState.CLOSED
    assert failed(2).refused_until(NOW) is None

    opened = failed(FAILURES_TO_OPEN)

    assert opened.state(NOW) is BreakerState.OPEN
    assert opened.refused_until(NOW) == NOW + FIRST_REST


def test_runs_that_end_while_it_is_open_do_not_prolong_the_rest() -> None:
    """Eight runs in flight when it opens fail as well; the rest stays a minute."""
    assert failed(8) == failed(FAILURES_TO_OPEN)


def test_half_open_lets_one_ask_and_the_others_wait() -> None:
    """After the rest somebody may ask; while they do, nobody else may."""
    later = NOW + FIRST_REST
    opened = failed(FAILURES_TO_OPEN)

    assert opened.state(later) is BreakerState.HALF_OPEN
    assert opened.refused_until(later) is None
    assert opened.probed(later).refused_until(later) == later + PROBE_TIME
    assert opened.probed(later).refused_until(later + PROBE_TIME) is None


def test_failed_probes_make_the_rest_longer_up_to_an_hour() -> None:
    """The rests double from a minute to an hour: Garmin is found again soon, and not pestered."""
    breaker, now, rests = failed(FAILURES_TO_OPEN - 1), NOW, []
    for _ in range(8):
        breaker = breaker.after_failure(now)
        until = breaker.refused_until(now)
        assert until is not None
        rests.append((until - now) / timedelta(minutes=1))
        now = until

    assert rests == [1, 2, 4, 8, 16, 32, 60, 60]


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.integers(0, 3_000)), max_size=40))
def test_whatever_happens_somebody_may_ask_within_the_longest_rest(
    steps: list[tuple[bool, int]],
) -> None:
    """No sequence of failures, probes and time shuts anybody out for more than an hour."""
    breaker, now = CLOSED, NOW
    for probes, seconds in steps:
        now += timedelta(seconds=seconds)
        if breaker.refused_until(now) is None:
            breaker = breaker.probed(now) if breaker.open_until and probes else breaker
            breaker = breaker.after_failure(now)

    until = breaker.refused_until(now)
    assert until is None or until - now <= LONGEST_REST
