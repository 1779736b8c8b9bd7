"""The files phase of a run: what a list does not tell of activities. Decides nothing by itself.

for each activity that a complete list no longer had   ask for its page; only a 404 deletes
for each activity whose file is wanted, newest first   download, decode, store; legs of a multisport
for a few activities whose file tells no lap           ask the account API for their splits
link the duplicates
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from training_analyzer.db.repositories.file_rows import Answered
from training_analyzer.errors import ForbiddenStream, GarminError, PoisonItem, Reaction
from training_analyzer.planning.agenda import failure_of
from training_analyzer.planning.files import (
    FILES,
    FILES_PER_RUN,
    MOST_TRIES,
    duplicates,
    missing,
    wanted_files,
)
from training_analyzer.services.activity_splits import SplitsPhase
from training_analyzer.services.file_reading import read_file
from training_analyzer.streams import Payload, Window
from training_analyzer.streams.legs import ACTIVITY_LEGS, joined, legs_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from training_analyzer.db.repositories.activity_files import ActivityFilesRepository
    from training_analyzer.garmin import Garmin
    from training_analyzer.model import Failure, Lease
    from training_analyzer.planning.files import KnownActivity
    from training_analyzer.services.run import Run
    from training_analyzer.streams import Json

NAME: Final = FILES
_LEASE: Final = timedelta(seconds=60)
# As many in a row, and none before, are Garmin's fault and not the files'.
_MOST_IN_A_ROW: Final = 3
_ENDS_THE_RUN: Final = {Reaction.STOP_THE_CLOCK, Reaction.COOL_DOWN, Reaction.END}


@dataclass(frozen=True, slots=True)
class FilePhase:
    """The files of one run over one open connection."""

    run: Run
    lease: Lease
    garmin: Garmin
    files: ActivityFilesRepository
    now: Callable[[], datetime]

    def follow(self, *, budget: int = FILES_PER_RUN) -> None:
        """Ask what has gone, fetch the files that are wanted, link what is double."""
        self._ask_for_missing()
        if self.run.ended_by is None:
            self._fetch_wanted(budget)
        if self.run.ended_by is None:
            SplitsPhase(self.run, self.lease, self.garmin, self.files, self.now).follow()
        links = duplicates(self.files.known(self.lease.user_id))
        if links:
            self.files.link(self.lease, links, now=self.now(), ttl=_LEASE)

    def _ask_for_missing(self) -> None:
        for activity in missing(self.files.known(self.lease.user_id)):
            self.run.go_on()
            try:
                page = self.garmin.detail(activity.activity_id)
            except GarminError as error:
                # What is not known stays a question, and the next run asks it again.
                self._fail(activity, error)
                return
            now = self.now()
            if page is not None:
                self.files.keep(self.lease, activity.activity_id, until=now + _LEASE)
                continue
            self.files.delete(self.lease, activity.activity_id, now=now, ttl=_LEASE)
            counts = self.run.counts
            self.run.counts = replace(counts, rows_changed=counts.rows_changed + 1)

    def _fetch_wanted(self, budget: int) -> None:
        now = self.now()
        known = self.files.known(self.lease.user_id)
        for deadly in known:
            if deadly.was_deadly(now):
                self._give_up(deadly, tries=deadly.file_tries)
        wanted = wanted_files(known, now=now, budget=budget)
        total = self.run.counts.windows_done + len(wanted)
        faults: list[tuple[KnownActivity, GarminError, Failure]] = []
        for activity in wanted:
            self.run.go_on()
            self.files.note_try(self.lease, activity, now=self.now(), ttl=_LEASE)
            try:
                self._fetch(activity, total=total)
            except GarminError as error:
                faults.append((activity, error, self._fail(activity, error)))
                if self.run.ended_by is not None:
                    self._take_back(faults[-1:])
                    return
                if len(faults) == _MOST_IN_A_ROW:
                    self._take_back(faults)
                    return
            else:
                self._settle(faults)
                faults.clear()
        self._settle(faults)

    def _fetch(self, activity: KnownActivity, *, total: int) -> None:
        download = self.garmin.download(activity.activity_id)
        legs = self._legs(activity)
        found = None if download is None else read_file(download)
        counts = replace(
            self.run.counts,
            requests=self.run.requests,
            windows_done=self.run.counts.windows_done + 1,
            windows_total=total,
            eta_seconds=self.run.eta_seconds(total),
        )
        changed = self.files.store(
            self.lease,
            activity,
            found,
            legs,
            api=self.garmin.apis[0].value,
            counts=counts,
            now=self.now(),
            ttl=_LEASE,
        )
        day = activity.calendar_date or self.now().date()
        counts = replace(counts, rows_changed=counts.rows_changed + changed)
        self.run.has_stored(counts, stream=NAME, first=day, last=day)

    def _legs(self, activity: KnownActivity) -> Answered | None:
        """Ask for each leg of a multisport: no list has them."""
        if not activity.is_parent:
            return None
        page = self.garmin.detail(activity.activity_id)
        pages: list[Json] = []
        for leg in legs_of(page.body) if page is not None else ():
            found = self.garmin.detail(leg)
            pages += [found.body] if found is not None else []
        if not pages:
            return None
        payload = Payload(self.garmin.apis[0], joined(activity.activity_id, pages))
        rows = ACTIVITY_LEGS.read(payload)[ACTIVITY_LEGS.table]
        own = activity.calendar_date or self.now().date()
        days = [date.fromisoformat(str(row["calendar_date"])) for row in rows] or [own]
        return Answered(Window(ACTIVITY_LEGS, min(days), max(days)), payload, rows)

    def _fail(self, activity: KnownActivity, error: GarminError, attempts: int = 1) -> Failure:
        day = activity.calendar_date or self.now().date()
        failure = failure_of(NAME, day, day, error, attempts)
        self.run.failures += (failure,)
        self.run.counts = replace(self.run.counts, requests=self.run.requests)
        if error.reaction in _ENDS_THE_RUN:
            self.run.ended_by = error
        elif error.reaction is Reaction.BACK_OFF:
            self.run.may_pass = True
        return failure

    def _settle(self, faults: Sequence[tuple[KnownActivity, GarminError, Failure]]) -> None:
        """Leave alone what has now failed three times, though Garmin gave others or had none."""
        for activity, _, failure in faults:
            is_again = activity.file_version == activity.version
            if is_again and activity.file_tries + 1 >= MOST_TRIES:
                self.run.failures = tuple(one for one in self.run.failures if one is not failure)
                self._give_up(activity, tries=activity.file_tries + 1)

    def _give_up(self, activity: KnownActivity, *, tries: int) -> None:
        self.files.give_up(self.lease, activity, until=self.now() + _LEASE)
        self._fail(activity, PoisonItem(), attempts=tries)

    def _take_back(self, faults: Sequence[tuple[KnownActivity, GarminError, Failure]]) -> None:
        """Count nothing against files where Garmin itself is at fault, or gives none at all."""
        now = self.now()
        for activity, _, _ in faults:
            self.files.take_back_try(self.lease, activity, until=now + _LEASE)
        if all(isinstance(error, ForbiddenStream) for _, error, _ in faults):
            self.files.note_refused(self.lease, NAME, ForbiddenStream.code, now=now, ttl=_LEASE)
