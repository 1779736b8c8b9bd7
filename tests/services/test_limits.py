"""Limits count attempts once, for every process, and give them back in time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from training_analyzer.db.repositories.attempt_counters import AttemptCountersRepository
from training_analyzer.db.tables import attempt_counters
from training_analyzer.errors import TooManyRequests
from training_analyzer.services.limits import Limits, Rule

if TYPE_CHECKING:
    from fake_clock import FakeClock

    from training_analyzer.db import Database

THREE = Rule("three", 3, timedelta(minutes=5))


@pytest.fixture
def limits(database: Database, clock: FakeClock) -> Limits:
    """Give limits on an empty database."""
    return Limits(AttemptCountersRepository(database), clock)


def allowed(limits: Limits, key: str, rule: Rule = THREE) -> bool:
    """Tell whether one more attempt of *key* is let through."""
    try:
        limits.take(rule, key)
    except TooManyRequests:
        return False
    return True


def test_a_rule_lets_so_many_through_and_says_how_long_to_wait(
    limits: Limits, database: Database, clock: FakeClock
) -> None:
    """The fourth of three waits for the rest of the window, refusals do not lengthen it."""
    assert [allowed(limits, "ana@example.test") for _ in range(5)] == [True] * 3 + [False] * 2
    clock.advance(minutes=4)

    with pytest.raises(TooManyRequests) as refused:
        limits.take(THREE, "ana@example.test")
    assert refused.value.retry_after == timedelta(minutes=1)
    # Another process, or the same one after a restart, has counted as well.
    anew = Limits(AttemptCountersRepository(database), clock)
    assert not allowed(anew, "ana@example.test")
    assert allowed(limits, "ben@example.test")
    assert allowed(limits, "ana@example.test", Rule("other", 1, timedelta(minutes=5)))

    for _ in range(2):
        clock.advance(minutes=5)
        passed = [allowed(limits, "ana@example.test") for _ in range(5)]
        assert passed == [True] * 3 + [False] * 2


def test_what_counts_only_when_it_fails(limits: Limits, clock: FakeClock) -> None:
    """A check counts nothing, refuses when nothing is left, and a success gives all back."""
    for _ in range(9):
        limits.check(THREE, "ana")
    for _ in range(3):
        limits.take(THREE, "ana")

    with pytest.raises(TooManyRequests):
        limits.check(THREE, "ana")
    limits.forget(THREE, "ana")
    limits.check(THREE, "ana")
    assert [allowed(limits, "ana") for _ in range(4)] == [True, True, True, False]
    clock.advance(minutes=5)
    limits.check(THREE, "ana")


def test_counters_name_nobody_and_go(limits: Limits, database: Database, clock: FakeClock) -> None:
    """No counter holds what it counts, and those of days ago are gone with the next attempt."""
    limits.take(THREE, "ana@example.test")
    clock.advance(days=3)
    limits.take(THREE, "ben@example.test")

    with database.read() as db:
        (bucket,) = db.execute(select(attempt_counters.c.bucket)).scalars()
    assert bucket.startswith("three:")
    assert "example" not in bucket


def test_a_clock_that_was_set_back_locks_nobody_out(limits: Limits, clock: FakeClock) -> None:
    """A window that begins far in the future counts for nothing."""
    clock.advance(days=365)
    assert [allowed(limits, "ana") for _ in range(4)][-1] is False
    clock.advance(days=-365)

    limits.check(THREE, "ana")
    assert allowed(limits, "ana")


def test_eight_at_once_never_pass_more_than_the_rule(limits: Limits) -> None:
    """ASVS 15.4.1: of forty attempts from eight threads exactly as many pass as the rule allows."""
    rule = Rule("crowd", 12, timedelta(minutes=5))

    with ThreadPoolExecutor(8) as pool:
        passed = list(pool.map(lambda _: allowed(limits, "ana", rule), range(40)))

    assert sum(passed) == 12
