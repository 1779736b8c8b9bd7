"""What came of a sync, for a person and for the shell. Pure."""

from __future__ import annotations

from shlex import quote
from typing import TYPE_CHECKING, Final

from training_analyzer.cli.printing import plain
from training_analyzer.errors import Blocked, LeaseLost, LoginBlocked, RateLimited, Stopping
from training_analyzer.model import RunStatus

if TYPE_CHECKING:
    from collections.abc import Iterator

    from training_analyzer.model import Failure, SyncOutcome

PARTIAL: Final = 3
TRY_LATER: Final = 75

_LATER: Final = frozenset(
    error.code for error in (RateLimited, LoginBlocked, Blocked, Stopping, LeaseLost)
)
_MOST_FAILURES: Final = 5


def exit_code(outcome: SyncOutcome) -> int:
    """Return 0 for completed, 75 when it was cut short and may go on later, 3 partial, 1 failed."""
    if outcome.status is RunStatus.COMPLETED:
        return 0
    if outcome.error_code in _LATER:
        return TRY_LATER
    return PARTIAL if outcome.status is RunStatus.PARTIAL else 1


def outcome_lines(name: str, outcome: SyncOutcome, seconds: float) -> Iterator[str]:
    """Yield the lines that tell a person what *outcome* is: what is there, missing, and next."""
    yield f"{name}: {outcome.status.value} after {duration(seconds)}."
    saved = (
        f"{number(outcome.activities_synced, 'activity', 'activities')},"
        f" {number(outcome.wellness_days_synced, 'day')} of wellness,"
        f" {number(outcome.fitness_days_synced, 'day')} of fitness"
    )
    yield f"  Saved      {saved}"
    yield (
        f"  Requests   {outcome.requests:,}; {number(outcome.rows_changed, 'row')} new or changed"
    )
    if outcome.error_code == Stopping.code:
        yield "  Because    somebody stopped it"
    elif outcome.error_message:
        yield f"  Because    {outcome.error_message}"
    for failure in outcome.failures[:_MOST_FAILURES]:
        yield f"  Missing    {_missing(failure)}"
    if len(outcome.failures) > _MOST_FAILURES:
        yield f"  Missing    and {len(outcome.failures) - _MOST_FAILURES} more"
    if outcome.retry_at:
        yield f"  Next       possible at {plain(outcome.retry_at)} UTC; it goes on from here"
    elif outcome.status is not RunStatus.COMPLETED:
        yield f"  Next       garmin-sync sync {quote(name)}; it goes on from here"


def duration(seconds: float) -> str:
    """Return a time span as a person says it: `0.4 s`, `8 s`, `3 min 5 s`, `2 h 1 min`."""
    if seconds < 1:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def _missing(failure: Failure) -> str:
    days = str(failure.first)
    if failure.last != failure.first:
        days += f" to {failure.last}"
    times = "" if failure.attempts == 1 else f", {failure.attempts} attempts"
    return f"{failure.stream.replace('_', ' ')} {days} ({failure.code}{times})"


def number(count: int, one: str, many: str | None = None) -> str:
    """Return *count* with the word for one or for many: `1 row`, `2 rows`."""
    return f"{count:,} {one if count == 1 else many or f'{one}s'}"
