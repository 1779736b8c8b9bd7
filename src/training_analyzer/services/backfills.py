"""Backfills as a person asks for them, looks at them and ends them."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from training_analyzer.errors import NotConnected
from training_analyzer.model import Circuit
from training_analyzer.planning.backfills import (
    Backfill,
    BackfillState,
    Estimate,
    Pace,
    Tally,
    estimate,
    plan_backfill,
    tally,
)
from training_analyzer.streams import CATALOG

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date, datetime

    from training_analyzer.db.repositories.backfills import BackfillsRepository
    from training_analyzer.db.repositories.garmin_credentials import GarminCredentialsRepository
    from training_analyzer.db.repositories.garmin_data import GarminDataRepository
    from training_analyzer.db.repositories.passes import PassesRepository
    from training_analyzer.model import GarminSyncConfig
    from training_analyzer.planning import Span

# The faces take these from here: they know no planning.
__all__ = ["Backfill", "BackfillState", "Backfills", "Estimate", "Pace", "Tally"]

# Ten years: longer than any span that a person may choose.
MOST_DAYS: Final = 3650
MOST_OPEN: Final = 20


@dataclass(frozen=True, slots=True)
class Backfills:
    """One person's backfills; runs work for them, see `BackfillPhase`."""

    credentials: GarminCredentialsRepository
    data: GarminDataRepository
    passes: PassesRepository
    config: Callable[[str], GarminSyncConfig]
    requests_per_minute: int
    now: Callable[[], datetime]

    def new(
        self,
        user_id: str,
        *,
        span: Span,
        streams: frozenset[str] | None,
        pace: Pace,
    ) -> Backfill:
        """Return a backfill that could be started; nothing is written yet."""
        return Backfill(
            user_id=user_id,
            backfill_id=uuid.uuid4().hex,
            first=span.first,
            last=span.last,
            streams=streams,
            pace=pace,
            created_at=self.now(),
        )

    def estimate(self, backfill: Backfill) -> Estimate:
        """Return what *backfill* will cost. Raises `NotConnected`; Garmin is not asked."""
        user_id = backfill.user_id
        credentials = self.credentials.get_credentials(user_id)
        if credentials is None:
            raise NotConnected
        now, today = self.now(), self.today(user_id)
        coverage = self.data.coverage(user_id, among=(backfill.first, backfill.last))
        todo = plan_backfill(
            backfill,
            self.config(user_id),
            coverage,
            CATALOG,
            [Circuit.of(credentials.kind, credentials.region).api],
            now=now,
            today=today,
            caps=self.passes.caps(now=now),
        )
        return estimate(
            backfill, todo, coverage, today=today, requests_per_minute=self.requests_per_minute
        )

    def start(self, backfill: Backfill, cost: Estimate) -> bool:
        """Accept *backfill*, whose user is then due; False when too many are open already."""
        accepted = replace(backfill, windows_total=cost.windows)
        return self._kept.add(accepted, most_open=MOST_OPEN, now=self.now())

    def page(
        self, user_id: str, *, limit: int, after: tuple[datetime, str] | None = None
    ) -> list[Backfill]:
        """Return *limit* backfills, newest first, behind the time and id of *after*."""
        return self._kept.page(user_id, limit=limit, after=after)

    def one(self, user_id: str, backfill_id: str) -> Backfill | None:
        """Return the user's backfill of that id, or None."""
        return self._kept.one(user_id, backfill_id)

    def tally(self, backfill: Backfill) -> Tally:
        """Return how far *backfill* is, by the ledger."""
        return self.tallies(backfill.user_id, [backfill])[backfill.backfill_id]

    def tallies(self, user_id: str, backfills: Sequence[Backfill]) -> dict[str, Tally]:
        """Return how far each of the user's *backfills* is, by its id; the ledger is read once."""
        if not backfills:
            return {}
        among = min(each.first for each in backfills), max(each.last for each in backfills)
        config, coverage = self.config(user_id), self.data.coverage(user_id, among=among)
        now, today = self.now(), self.today(user_id)
        return {
            each.backfill_id: tally(each, config, coverage, CATALOG, now=now, today=today)
            for each in backfills
        }

    def pause(self, backfill: Backfill) -> bool:
        """Let *backfill* rest after a few more requests; False when it does not go on."""
        return self._move(backfill, BackfillState.ACTIVE, to=BackfillState.PAUSED)

    def resume(self, backfill: Backfill) -> bool:
        """Go on with *backfill*, at once; False when it is not paused."""
        return self._move(backfill, BackfillState.PAUSED, to=BackfillState.ACTIVE)

    def cancel(self, backfill: Backfill) -> bool:
        """End *backfill* after a few more requests; False when it has ended already."""
        return self._move(
            backfill, BackfillState.ACTIVE, BackfillState.PAUSED, to=BackfillState.CANCELLED
        )

    def waiting(self) -> list[str]:
        """Return who has a backfill to go on with and a clock that stands still."""
        return self._kept.waiting()

    def today(self, user_id: str) -> date:
        """Return which day it is where the person is, as far as that is known."""
        try:
            zone = ZoneInfo(self.data.time_zone(user_id) or "UTC")
        except (ZoneInfoNotFoundError, ValueError):
            zone = ZoneInfo("UTC")
        return self.now().astimezone(zone).date()

    @property
    def _kept(self) -> BackfillsRepository:
        return self.data.backfills

    def _move(self, backfill: Backfill, *among: BackfillState, to: BackfillState) -> bool:
        return self._kept.move(
            backfill.user_id, backfill.backfill_id, among=among, to=to, now=self.now()
        )
