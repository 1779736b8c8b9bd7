"""The backfill phase of a run: days of old that a person asked for. Decides nothing by itself.

ask for the windows that are left, a few at a time     between them look whether it was paused
nothing is left, or what is left cannot be had         it is completed
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from training_analyzer.planning.backfills import (
    MOST_TRIES,
    BackfillState,
    plan_backfill,
    share_of,
)
from training_analyzer.streams import CATALOG

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from training_analyzer.db.repositories.garmin_data import GarminDataRepository
    from training_analyzer.garmin import Garmin
    from training_analyzer.model import Api, GarminSyncConfig, Lease
    from training_analyzer.planning.backfills import Backfill, Share
    from training_analyzer.services.run import Run
    from training_analyzer.streams import Window

# So many windows at most are still asked for after a pause.
_AT_ONCE: Final = 5


@dataclass(frozen=True, slots=True)
class BackfillPhase:
    """What one run does for the backfill that its lease names."""

    run: Run
    lease: Lease
    config: GarminSyncConfig
    garmin: Garmin
    data: GarminDataRepository
    now: Callable[[], datetime]
    caps: Mapping[tuple[Api, str], int]

    def windows(self, zone: ZoneInfo) -> tuple[Window, ...]:
        """Return the windows that this run would ask for now."""
        backfill = self._active()
        if backfill is None:
            return ()
        return self._share(backfill, zone).windows

    def follow(self, zone: ZoneInfo) -> None:
        """Ask for what is left, as far as the pace permits; complete what is done."""
        backfill = self._active()
        if backfill is None:
            return
        share = self._share(backfill, zone)
        windows = share.windows
        for start in range(0, len(windows), _AT_ONCE):
            if start and self._active() is None:
                return
            some = windows[start : start + _AT_ONCE]
            self.run.walk(some, zone, ahead=len(windows) - start - len(some))
            if self.run.ended_by is not None:
                return
        may_pass = self.run.may_pass and self.lease.attempt <= MOST_TRIES
        if share.covers and not may_pass:
            self.data.backfills.move(
                backfill.user_id,
                backfill.backfill_id,
                among={BackfillState.ACTIVE},
                to=BackfillState.COMPLETED,
                now=self.now(),
            )

    def _active(self) -> Backfill | None:
        if self.lease.backfill_id is None:
            return None
        found = self.data.backfills.one(self.lease.user_id, self.lease.backfill_id)
        return found if found is not None and found.state is BackfillState.ACTIVE else None

    def _share(self, backfill: Backfill, zone: ZoneInfo) -> Share:
        now, coverage = self.now(), self.data.coverage(self.lease.user_id)
        left = plan_backfill(
            backfill,
            self.config,
            coverage,
            CATALOG,
            self.garmin.apis,
            now=now,
            today=now.astimezone(zone).date(),
            caps=self.caps,
        ).windows
        return share_of(backfill, left, coverage)
