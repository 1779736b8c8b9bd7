"""The course of one run: its phases in order, each planned from what is known by then.

probe         nothing was uploaded since the last pass: that is all
snapshots     profile first: its time zone decides which day today is
ranges        every wanted day of every stream, newest first
backfill      days of old that a person asked for
details       curves of the days whose row is new or changed, as far as the budget goes
files         original files of activities; what has gone, what is double
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from training_analyzer.db.repositories.sync_events import Step
from training_analyzer.errors import GarminError, Reaction
from training_analyzer.planning import plan, plan_snapshots
from training_analyzer.planning.asked import NOTHING_SPECIAL
from training_analyzer.planning.details import DETAIL_DAYS, ONE_PIECE, details_budget, plan_details
from training_analyzer.planning.files import missing, wanted_files
from training_analyzer.planning.idle import (
    fresh_since,
    is_complete,
    late_since,
    may_be_idle,
)
from training_analyzer.services.activity_files import NAME as FILES
from training_analyzer.services.activity_files import FilePhase
from training_analyzer.services.activity_splits import SplitsPhase
from training_analyzer.services.backfill_phase import BackfillPhase
from training_analyzer.streams import CATALOG, stream

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date, datetime

    from training_analyzer.db.repositories.garmin_data import GarminDataRepository
    from training_analyzer.db.repositories.passes import PassesRepository
    from training_analyzer.garmin import Garmin
    from training_analyzer.model import Api, GarminSyncConfig, Lease
    from training_analyzer.planning import Coverage, Plan, Wish
    from training_analyzer.planning.idle import LastPass
    from training_analyzer.services.run import Run

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Course:
    """The phases of one run over one open connection.

    The ledger, some thousand lines, is read once, and anew only after windows were asked for.
    """

    run: Run
    lease: Lease
    config: GarminSyncConfig
    garmin: Garmin
    data: GarminDataRepository
    passes: PassesRepository
    now: Callable[[], datetime]
    _read: Coverage | None = field(default=None, init=False)

    def follow(self, wish: Wish = NOTHING_SPECIAL) -> None:
        """Go through the phases; one that ends the run is the last.

        Days asked for by hand are asked for whatever was uploaded.
        """
        last = self.passes.last_pass(self.lease.user_id)
        if wish.is_ordinary:
            seen = last.seen(self._stamp(), now=self.now())
            is_idle = seen is last and self.lease.backfill_id is None and self._is_idle(last)
            if self.run.ended_by is not None or is_idle:
                return
            self.run.goes_on = self._coverage().has_fresh(since=fresh_since(seen, now=self.now()))
            self._expect_late_days(last, seen)
            self.passes.note_pass(self.lease.user_id, seen)
            last = seen
        phases: tuple[Callable[[], None], ...] = (
            lambda: self._snapshots(wish),
            lambda: self._ranges(wish),
            self._backfill,
            lambda: self._details(wish),
            lambda: self._files(wish),
        )
        for phase in phases:
            phase()
            if self.run.ended_by is not None:
                return
        if wish.is_ordinary and wish.streams is None and not self.run.failures:
            done = replace(last, full_pass_at=self.now())
            self.passes.note_pass(self.lease.user_id, done)

    def _stamp(self) -> str | None:
        """Return Garmin's word on the newest upload; a run does not fail for want of it."""
        try:
            return self.garmin.probe()
        except GarminError as error:
            if error.reaction in {Reaction.STOP_THE_CLOCK, Reaction.COOL_DOWN}:
                self.run.ended_by = error
            return None

    def _is_idle(self, last: LastPass) -> bool:
        """Tell whether nothing is missing, given that nothing was uploaded since *last*."""
        now = self.now()
        if not may_be_idle(last, now=now):
            return False
        if self._has_open_files(now):
            return False
        return is_complete(
            self.config,
            self._coverage(),
            CATALOG,
            self.garmin.apis,
            now=now,
            zone=self._zone(),
        )

    def _expect_late_days(self, last: LastPass, seen: LastPass) -> None:
        """Doubt the empty days of a silence that ends with the upload just *seen*.

        That comes before the stamp is noted: who is killed in between comes here again.
        """
        now = self.now()
        since = late_since(last, seen, now=now, look_back_days=self.config.incremental_sync_days)
        if since is not None:
            day = since.astimezone(self._zone()).date()
            self.data.doubt_empty_days(self.lease, since=day, until=now + self.run.ttl)
            self._read = None

    def _coverage(self) -> Coverage:
        """Return the user's ledger as the last walk left it."""
        if self._read is None:
            self._read = self.data.coverage(self.lease.user_id)
        return self._read

    def _walk(self, todo: Plan, zone: ZoneInfo, *, ahead: int = 0) -> Mapping[str, int]:
        """Ask for what is planned; what was known of the ledger is then out of date."""
        if todo.windows:
            self._read = None
        return self.run.walk(todo.windows, zone, ahead=ahead)

    def _has_open_files(self, now: datetime) -> bool:
        """Tell whether files are left from the last run, whose budget ended before they did."""
        if not self._wants_files(now):
            return False
        known = self.data.files.known(self.lease.user_id)
        return bool(missing(known) or wanted_files(known, now=now))

    def _wants_files(self, now: datetime) -> bool:
        """Tell whether files are wanted, and not refused to this account of late."""
        return self._wants_activities() and not self._coverage().refused(FILES, now=now)

    def _wants_activities(self) -> bool:
        return stream("activities").is_wanted(self.config)

    def _snapshots(self, wish: Wish) -> None:
        zone = self._zone()
        todo = plan_snapshots(
            self.config,
            self._coverage(),
            CATALOG,
            self.garmin.apis,
            now=self.now(),
            zone=zone,
            wish=wish,
        )
        ahead = len(self._plan(wish, zone).windows) + self._backfill_ahead(zone)
        self._walk(todo, zone, ahead=ahead)

    def _ranges(self, wish: Wish) -> None:
        zone = self._zone()
        todo = self._plan(wish, zone)
        ahead = self._backfill_ahead(zone)
        total = self.run.counts.windows_done + len(todo.windows) + ahead
        self.run.enter(Step.FETCH, total=total)
        self.data.note_plan(
            self.lease,
            self.run.counts,
            span=(todo.first, todo.last),
            now=self.now(),
            ttl=self.run.ttl,
        )
        learned = self._walk(todo, zone, ahead=ahead)
        self.passes.learn(self._by_api(learned), now=self.now())

    def _backfill(self) -> None:
        if self.lease.backfill_id is not None:
            self._backfilling().follow(self._zone())
            self._read = None

    def _backfill_ahead(self, zone: ZoneInfo) -> int:
        """Return how many windows the backfill of this run, if it has one, will ask for."""
        return len(self._backfilling().windows(zone)) if self.lease.backfill_id else 0

    def _backfilling(self) -> BackfillPhase:
        caps = self.passes.caps(now=self.now())
        return BackfillPhase(
            self.run, self.lease, self.config, self.garmin, self.data, self.now, caps
        )

    def _plan(self, wish: Wish, zone: ZoneInfo) -> Plan:
        """Return the ranges that are wanted now."""
        now = self.now()
        return plan(
            self.config,
            self._coverage(),
            CATALOG,
            self.garmin.apis,
            now=now,
            zone=zone,
            wish=wish,
            caps=self.passes.caps(now=now),
            fresh_since=fresh_since(self.passes.last_pass(self.lease.user_id), now=now),
        )

    def _files(self, wish: Wish) -> None:
        if not wish.wants_files:
            return
        self.run.enter(Step.FILES)
        if self._wants_files(self.now()):
            FilePhase(self.run, self.lease, self.garmin, self.data.files, self.now).follow()
        elif self._wants_activities():
            files = self.data.files
            SplitsPhase(
                self.run, self.lease, self.garmin, files, self.now, has_files=False
            ).follow()

    def _details(self, wish: Wish) -> None:
        """Ask for curves before files, which count as windows and not against the budget."""
        if wish.windows is not None:
            return
        now, zone = self.now(), self._zone()
        cut_off = self.data.windows_cut_off(self.lease.user_id, since=now - ONE_PIECE)
        todo = plan_details(
            self.config,
            self._coverage(),
            CATALOG,
            self.garmin.apis,
            self._changes(since=now.astimezone(zone).date() - timedelta(days=DETAIL_DAYS)),
            now=now,
            zone=zone,
            budget=details_budget(self.run.counts.windows_done + cut_off, self.run.requests),
            wish=wish,
        )
        self._walk(todo, zone)

    def _changes(self, since: date) -> dict[str, dict[date, datetime]]:
        """Return stream -> day -> when its row last changed, of every stream with details."""
        return {
            name: self.data.changed_days(self.lease.user_id, stream(name).table, since=since)
            for name in {each.detail_of for each in CATALOG if each.detail_of}
        }

    def _by_api(self, learned: Mapping[str, int]) -> dict[tuple[Api, str], int]:
        """Return what was learned of streams as what is known of routes."""
        return {
            (api, name): days
            for name, days in learned.items()
            if (api := stream(name).api_among(self.garmin.apis)) is not None
        }

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
