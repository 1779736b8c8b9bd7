"""The last part of the files phase: splits of the few activities whose file tells no lap.

for each that is wanted, newest first, at most five a run   ask the account API, archive, store
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from training_analyzer.db.repositories.file_rows import Answered
from training_analyzer.errors import GarminError, Reaction
from training_analyzer.model import Api
from training_analyzer.planning.agenda import failure_of
from training_analyzer.planning.splits import wanted_splits
from training_analyzer.streams import Window
from training_analyzer.streams.splits import ACTIVITY_SPLITS

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, datetime

    from training_analyzer.db.repositories.activity_files import ActivityFilesRepository
    from training_analyzer.garmin import Garmin
    from training_analyzer.model import Lease
    from training_analyzer.planning.files import KnownActivity
    from training_analyzer.services.run import Run

_LEASE: Final = timedelta(seconds=60)
_ENDS_THE_RUN: Final = {Reaction.STOP_THE_CLOCK, Reaction.COOL_DOWN, Reaction.END}


@dataclass(frozen=True, slots=True)
class SplitsPhase:
    """The splits of one run over one open connection.

    `has_files` is false where Garmin gives this account no file at all.
    """

    run: Run
    lease: Lease
    garmin: Garmin
    files: ActivityFilesRepository
    now: Callable[[], datetime]
    has_files: bool = True

    def follow(self) -> None:
        """Ask for the splits that are wanted; the first that fails is the last of this run."""
        if Api.ACCOUNT not in self.garmin.apis:
            return
        known = self.files.known(self.lease.user_id)
        for activity in wanted_splits(known, now=self.now(), has_files=self.has_files):
            self.run.go_on()
            tries = self.files.splits.note_try(self.lease, activity, until=self._until())
            try:
                self._fetch(activity)
            except GarminError as error:
                self._fail(activity, error, tries)
                return

    def _fetch(self, activity: KnownActivity) -> None:
        payload = self.garmin.splits(activity.activity_id)
        found: Answered | None = None
        if payload is not None:
            rows = ACTIVITY_SPLITS.read(payload)[ACTIVITY_SPLITS.table]
            day = self._day(activity)
            found = Answered(Window(ACTIVITY_SPLITS, day, day), payload, rows)
        counts = replace(self.run.counts, requests=self.run.requests)
        changed = self.files.splits.store(
            self.lease, activity, found, counts=counts, now=self.now(), ttl=_LEASE
        )
        self.run.counts = replace(counts, rows_changed=counts.rows_changed + changed)

    def _fail(self, activity: KnownActivity, error: GarminError, tries: int) -> None:
        """Tell of *error*; what ends the run is not the activity's fault."""
        if error.reaction in _ENDS_THE_RUN:
            self.run.ended_by = error
            self.files.splits.take_back_try(self.lease, activity, until=self._until())
        elif error.reaction is Reaction.BACK_OFF:
            self.run.may_pass = True
        day = self._day(activity)
        failure = failure_of(ACTIVITY_SPLITS.name, day, day, error, tries)
        self.run.failures += (failure,)
        self.run.counts = replace(self.run.counts, requests=self.run.requests)

    def _day(self, activity: KnownActivity) -> date:
        return activity.calendar_date or self.now().date()

    def _until(self) -> datetime:
        return self.now() + _LEASE
