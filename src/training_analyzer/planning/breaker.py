"""The circuit breaker of a part of Garmin, as pure functions: it opens, rests, probes, closes.

closed     every run may ask; three failures in a row open it
open       nobody asks until the rest is over
half-open  one run asks; its answer closes, its failure opens for twice as long
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

FAILURES_TO_OPEN: Final = 3
FIRST_REST: Final = timedelta(minutes=1)
LONGEST_REST: Final = timedelta(hours=1)
# How long a probe may go unanswered before another run tries.
PROBE_TIME: Final = timedelta(minutes=2)


class BreakerState(StrEnum):
    """How a part of Garmin stands."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half-open"


@dataclass(frozen=True, slots=True)
class Breaker:
    """What is remembered of one part of Garmin. The default is closed, with no failure."""

    failures: int = 0
    openings: int = 0
    open_until: datetime | None = None
    probing_until: datetime | None = None

    def state(self, now: datetime) -> BreakerState:
        """Return how it stands at *now*."""
        if self.open_until is None:
            return BreakerState.CLOSED
        return BreakerState.OPEN if now < self.open_until else BreakerState.HALF_OPEN

    def refused_until(self, now: datetime) -> datetime | None:
        """Return until when nobody may ask, None when somebody may (half-open: just one)."""
        if self.open_until is None:
            return None
        waits = max(self.open_until, self.probing_until or self.open_until)
        return waits if waits > now else None

    def probed(self, now: datetime) -> Breaker:
        """Return what is remembered once one run asks while it is half-open."""
        return replace(self, probing_until=now + PROBE_TIME)

    def after_failure(self, now: datetime) -> Breaker:
        """Return what is remembered after a run that Garmin did not answer.

        A run that began before it opened, and ends after, says nothing new.
        """
        match self.state(now):
            case BreakerState.OPEN:
                return self
            case BreakerState.HALF_OPEN:
                return self._opened(now)
            case BreakerState.CLOSED if self.failures + 1 >= FAILURES_TO_OPEN:
                return self._opened(now)
        return replace(self, failures=self.failures + 1)

    def seen_at(self, now: datetime) -> Breaker:
        """Return it with no rest longer than there is, for a clock that was set back."""
        rest, probe = self.open_until, self.probing_until
        return replace(
            self,
            open_until=min(rest, now + LONGEST_REST) if rest else None,
            probing_until=min(probe, now + PROBE_TIME) if probe else None,
        )

    def _opened(self, now: datetime) -> Breaker:
        rest: timedelta = FIRST_REST * 2 ** min(self.openings, 6)
        return Breaker(
            self.failures + 1, self.openings + 1, open_until=now + min(rest, LONGEST_REST)
        )


CLOSED: Final = Breaker()
