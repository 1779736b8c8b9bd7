"""The course of one run: its phases in order, each planned from what is known by then.

snapshots     profile first: its time zone decides which day today is
ranges        every wanted day of every stream, newest first
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from training_analyzer.planning import plan, plan_snapshots
from training_analyzer.streams import CATALOG

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from training_analyzer.db.repositories.garmin_data import GarminDataRepository
    from training_analyzer.model import Api, GarminSyncConfig, Lease
    from training_analyzer.planning import Span
    from training_analyzer.services.run import Run

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Course:
    """The phases of one run over one open connection."""

    run: Run
    lease: Lease
    config: GarminSyncConfig
    apis: Sequence[Api]
    data: GarminDataRepository
    now: Callable[[], datetime]

    def follow(self, span: Span | None) -> None:
        """Go through the phases; one that ends the run is the last."""
        for phase in (self._snapshots, lambda: self._ranges(span)):
            phase()
            if self.run.ended_by is not None:
                return

    def _snapshots(self) -> None:
        coverage = self.data.coverage(self.lease.user_id)
        zone = self._zone()
        todo = plan_snapshots(self.config, coverage, CATALOG, self.apis, now=self.now(), zone=zone)
        self.run.walk(todo.windows, zone)

    def _ranges(self, span: Span | None) -> None:
        coverage = self.data.coverage(self.lease.user_id)
        zone = self._zone()
        todo = plan(self.config, coverage, CATALOG, self.apis, now=self.now(), zone=zone, span=span)
        total = self.run.counts.windows_done + len(todo.windows)
        self.data.note_plan(self.lease, total=total, first=todo.first, last=todo.last)
        self.run.walk(todo.windows, zone)

    def _zone(self) -> ZoneInfo:
        """Return the person's zone as their profile has it, read anew for each phase."""
        name = self.data.time_zone(self.lease.user_id) or "UTC"
        try:
            return ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError):
            # A zone that this machine's database does not know: UTC days are off by some
            # hours at the edges, and the look-back asks for them again.
            log.warning("The time zone of user %s is unknown here; using UTC.", self.lease.user_id)
            return ZoneInfo("UTC")
