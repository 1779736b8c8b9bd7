"""What a finished run means: how long to wait, and what the person is told."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from training_analyzer.errors import (
    Blocked,
    GarminUnavailable,
    LoginBlocked,
    LoginWaits,
    RateLimited,
    SyncError,
    TokenExpired,
)
from training_analyzer.model import Failure
from training_analyzer.planning.outcome import message_of, retry_at

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def failure(stream: str, code: str, *, days: int = 1) -> Failure:
    """Return a failure of *stream* over so many days."""
    last = date(2026, 11, 25)
    return Failure(stream=stream, first=last - timedelta(days=days - 1), last=last, code=code)


@pytest.mark.parametrize(
    ("ended_by", "tries", "minutes"),
    [
        (RateLimited(10 * MINUTE), 1, 10),
        (RateLimited(timedelta(seconds=60)), 1, 1),
        (RateLimited(timedelta(seconds=60)), 2, 15),
        (RateLimited(10 * MINUTE), 3, 30),
        (RateLimited(90 * MINUTE), 9, 90),
        (RateLimited(timedelta(days=9)), 1, 24 * 60),
        (RateLimited(), 1, 15),
        (RateLimited(), 4, 60),
        (Blocked(), 1, 15),
        (Blocked(), 4, 60),
        (LoginBlocked(NOW + 240 * MINUTE), 9, 240),
        (LoginWaits(NOW + 300 * MINUTE), 1, 300),
        (LoginBlocked(), 1, 120),
    ],
)
def test_a_cool_down_is_what_garmin_said_and_longer_when_it_says_so_again(
    ended_by: SyncError, tries: int, minutes: int
) -> None:
    """The first Retry-After is taken at its word; being refused in a row makes waits grow."""
    assert retry_at(ended_by, now=NOW, tries=tries) == NOW + minutes * MINUTE


@pytest.mark.parametrize("ended_by", [None, GarminUnavailable(), TokenExpired()])
def test_nobody_waits_who_was_not_asked_to(ended_by: SyncError | None) -> None:
    """An outage or a dead session sets no time before which Garmin must not be asked."""
    assert retry_at(ended_by, now=NOW) is None


def test_what_is_missing_is_named_and_promised() -> None:
    """Streams that failed are named with their days, and are asked for again."""
    told = message_of([failure("hrv", "garmin_unavailable", days=7)], None)

    assert told == "Missing: hrv, 7 days. The next sync asks again."


def test_what_garmin_refuses_is_not_promised_for_the_next_sync() -> None:
    """A data set that the account does not get is said to be one, not to come tomorrow."""
    told = message_of([failure("training_status", "forbidden_dataset", days=3)], None)

    assert told == (
        "Garmin does not give this account: training status. It is asked again in a week."
    )


def test_missing_and_refused_are_told_apart() -> None:
    """A run may have both, and says both."""
    failures = [failure("sleep", "schema_drift"), failure("vo2max", "forbidden_dataset")]

    told = message_of(failures, None)

    assert told is not None
    assert "Missing: sleep, 1 day." in told
    assert "does not give this account: vo2max." in told
