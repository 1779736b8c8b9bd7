"""When a webhook is told again, and when no more."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from training_analyzer.planning.webhooks import (
    LONGEST_PAUSE,
    LONGEST_WAIT,
    WAITS,
    DeliveryState,
    Disabled,
    verdict,
)

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
LAST = len(WAITS)


def test_answer_decides() -> None:
    """2xx is delivered, 410 turns the webhook off, a redirect is a failure like others."""
    for status in (200, 202, 204, 299):
        assert verdict("d", 1, status, now=NOW).state is DeliveryState.DELIVERED
    gone = verdict("d", 1, 410, now=NOW)
    assert (gone.state, gone.disabled) == (DeliveryState.FAILED, Disabled.GONE)
    for status in (199, 301, 307, 400, 404, 500):
        again = verdict("d", 1, status, now=NOW, retry_after=timedelta(hours=1))
        assert (again.state, again.pause_until) == (DeliveryState.PENDING, None)
        assert again.next_attempt_at is not None
        assert again.next_attempt_at < NOW + timedelta(seconds=10)


def test_last_attempt_turns_the_webhook_off() -> None:
    """After ten attempts over some three days there is none; a success even then is one."""
    over = verdict("d", LAST, 500, now=NOW)

    assert (over.state, over.next_attempt_at, over.disabled) == (
        DeliveryState.FAILED,
        None,
        Disabled.FAILING,
    )
    assert verdict("d", LAST, 200, now=NOW).disabled is None
    assert (LAST, sum(WAITS, timedelta())) == (10, timedelta(hours=75, minutes=35, seconds=5))


@given(
    st.text(),
    st.integers(1, LAST - 1),
    st.sampled_from([None, 429, 500, 502, 503, 504]),
    st.none() | st.timedeltas(timedelta(0), timedelta(days=10)),
)
def test_waits_are_stable_and_bounded(
    delivery_id: str, attempts: int, status: int | None, retry_after: timedelta | None
) -> None:
    """A wait is that of the table, up to a quarter longer, or as long as the receiver said."""
    found = verdict(delivery_id, attempts, status, now=NOW, retry_after=retry_after)

    assert found == verdict(delivery_id, attempts, status, now=NOW, retry_after=retry_after)
    assert found.next_attempt_at is not None
    wait = found.next_attempt_at - NOW
    told = min(retry_after or timedelta(0), LONGEST_WAIT) if status != 500 else timedelta(0)
    assert max(WAITS[attempts], told) <= wait <= max(WAITS[attempts] * 1.25, told)
    if status == 500:
        assert found.pause_until is None
    else:
        assert found.pause_until is not None
        assert found.pause_until - NOW <= max(LONGEST_PAUSE, told)
