"""Notice that the clock was set back, and believe nothing that was written ahead of it.

A machine that starts with a wrong clock, or one that is set wrongly for a while, leaves due
times, leases and rests behind that would keep people waiting for as long as it was wrong.
A clock that is set forward needs no care: whoever was passed over is due, once.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from training_analyzer.model import Frequency
from training_analyzer.planning.due import LONGEST_COOL_DOWN

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from training_analyzer.db.repositories.leases import LeasesRepository
    from training_analyzer.db.repositories.schedule import ScheduleRepository
    from training_analyzer.services.breakers import Breakers
    from training_analyzer.services.sync import SyncService

log = logging.getLogger(__name__)

# A holder prolongs its lease three times in this time.
_LEASE: Final = timedelta(seconds=60)
# The spread, and an hour for the day on which the clocks are set.
_SLACK: Final = timedelta(minutes=75)
_PERIODS: Final = {
    Frequency.HOURLY: timedelta(hours=1) + _SLACK,
    Frequency.DAILY: timedelta(days=1) + _SLACK,
    Frequency.WEEKLY: timedelta(days=7) + _SLACK,
}


@dataclass(slots=True)
class Timekeeping:
    """Watches the clock of one process. `saw` is told the time of each tick."""

    schedule: ScheduleRepository
    leases: LeasesRepository
    breakers: Breakers
    syncs: SyncService
    _last: datetime | None = field(default=None, init=False)

    def saw(self, now: datetime) -> None:
        """Bring what lies too far ahead back to *now*: at first, and when time went backwards.

        At first only what no slot explains is looked at, as there may be a million users.
        """
        last, self._last = self._last, now
        if last is None:
            self._mend(now, {each: now + period for each, period in _PERIODS.items()})
        elif now < last:
            log.warning("The clock was set back by %s.", last - now)
            self._mend(now, dict.fromkeys(_PERIODS, now))

    def _mend(self, now: datetime, latest: Mapping[Frequency, datetime]) -> None:
        self.breakers.set_back()
        self.leases.shorten(now + _LEASE)
        self.schedule.limit_waits(now + LONGEST_COOL_DOWN)
        for user_id, by_slot in self.schedule.ahead(latest, now=now):
            due_at = self.syncs.next_slot(user_id, now=now) if by_slot else now
            self.schedule.bring_forward(user_id, due_at)
