"""One run of one user: walk the plan, window by window. Decides nothing by itself.

for each window the agenda gives:
fetch it from Garmin            an error goes to the agenda, which decides
read rows from the payload      (`Stream.read`)
store payload, rows, ledger and progress in one transaction
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from training_analyzer.db.repositories.progress import RunCounts
from training_analyzer.errors import Cancelled, ForbiddenStream, GarminError, LeaseLost, Stopping
from training_analyzer.model import DayState, Group
from training_analyzer.planning import (
    Agenda,
    days_of_failure,
    days_of_rows,
    keep_asked_days,
    unsupported_days,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import date, datetime, timedelta
    from zoneinfo import ZoneInfo

    from training_analyzer.db.repositories.garmin_data import GarminDataRepository
    from training_analyzer.db.repositories.sync_events import Step
    from training_analyzer.garmin import Garmin
    from training_analyzer.model import Failure, Lease
    from training_analyzer.planning import LedgerDay
    from training_analyzer.streams import Row, Window


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is; handed to whoever watches after each window."""

    done: int
    total: int
    stream: str
    first: date
    last: date
    requests: int
    rows_changed: int


class Run:
    """The walk of one lease over its windows. One object, one run, one thread."""

    def __init__(  # noqa: PLR0913 - the parts of a run, each named
        self,
        lease: Lease,
        data: GarminDataRepository,
        *,
        look_back_days: int,
        now: Callable[[], datetime],
        ttl: timedelta,
        watch: Callable[[Progress], None],
        must_stop: Callable[[], bool],
        is_lost: Callable[[], bool],
        is_cancelled: Callable[[], bool],
        window_done: Callable[[float], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._lease = lease
        self._data = data
        self._look_back_days = look_back_days
        self._now = now
        self._began_at = now()
        self.ttl = ttl
        self._watch = watch
        self._must_stop = must_stop
        self._is_lost = is_lost
        self._is_cancelled = is_cancelled
        self._window_done = window_done
        self._clock = clock
        self._wellness_days: set[date] = set()
        self._fitness_days: set[date] = set()
        self._garmin: Garmin | None = None
        self._asked_before = 0
        self._agenda = Agenda()
        # Whether this run only asks for what the one before it did not get.
        self.goes_on = False
        self.counts = RunCounts()
        self.failures: tuple[Failure, ...] = ()
        self.may_pass = False
        self.ended_by: GarminError | None = None

    def use(self, garmin: Garmin) -> None:
        """Ask this connection from now on, and forget what ended the run on the one before."""
        self._asked_before = self.requests
        self._garmin = garmin
        self._agenda = Agenda()
        self.ended_by = None
        self.failures = ()
        self.may_pass = False

    def walk(
        self, windows: Iterable[Window], zone: ZoneInfo, *, ahead: int = 0
    ) -> Mapping[str, int]:
        """Ask for every window, in order, until the agenda is done or ends the run.

        *ahead* is how many windows are sure to follow in a later phase, for who watches.
        Returns for each stream that refused longer windows how many days it answered.

        Raises `LeaseLost` when another worker took over, `Cancelled`, `Stopping` when the service
        stops. Both come between two windows; what was stored stays stored.
        """
        agenda = self._agenda
        agenda.add(windows)
        while window := agenda.take():
            self.go_on()
            began = self._clock()
            try:
                total = self.counts.windows_done + agenda.remaining + 1 + ahead
                self._ask(window, zone, total=total)
            except GarminError as error:
                for failed in agenda.met(window, error):
                    self._note(failed, agenda.ended_by or error)
            else:
                agenda.answered()
                self._window_done(self._clock() - began)
        self.failures = agenda.failures
        self.may_pass = agenda.has_transient_failure
        self.ended_by = agenda.ended_by
        self.counts = replace(self.counts, requests=self.requests)
        return agenda.learned_caps

    def go_on(self) -> None:
        """Raise what ends the run between two requests: `LeaseLost`, `Stopping`, `Cancelled`."""
        if self._is_lost():
            raise LeaseLost
        if self._must_stop():
            raise Stopping
        if self._is_cancelled():
            raise Cancelled

    def has_stored(self, counts: RunCounts, *, stream: str, first: date, last: date) -> None:
        """Take over *counts*, which are stored, and tell whoever watches."""
        self.counts = counts
        self._watch(
            Progress(
                counts.windows_done,
                counts.windows_total or counts.windows_done,
                stream,
                first,
                last,
                counts.requests,
                counts.rows_changed,
            )
        )

    def eta_seconds(self, total: int) -> int:
        """Return how long the run will last yet, once the next of its *total* windows is done.

        At the pace that it had so far: Garmin's answers and our own pauses set it.
        """
        done = self.counts.windows_done + 1
        passed = (self._now() - self._began_at).total_seconds()
        return max(0, round(passed / done * (total - done)))

    def enter(self, step: Step, *, total: int | None = None) -> None:
        """Go on to *step*, as who watches is told with the next event."""
        total = self.counts.windows_total if total is None else total
        self.counts = replace(self.counts, step=step, windows_total=total, requests=self.requests)

    @property
    def requests(self) -> int:
        """Return how many requests the run has made so far, on all its connections."""
        return self._asked_before + (self._garmin.requests if self._garmin else 0)

    def _ask(self, window: Window, zone: ZoneInfo, *, total: int) -> None:
        if self._garmin is None:
            message = "a run needs `use` before `walk`"
            raise RuntimeError(message)
        payload = self._garmin.fetch(window)
        rows: dict[str, list[Row]] = {}
        if payload is not None:
            found = window.stream.read(payload)
            rows = {table: keep_asked_days(window, found[table]) for table in found}
        now = self._now()
        own = rows.get(window.stream.table, [])
        ledger = days_of_rows(window, own, now=now, look_back_days=self._look_back_days, zone=zone)
        counts = self._count(window, ledger, total=total)
        changed = self._data.store(
            self._lease, window, payload, rows, ledger, counts=counts, now=now, ttl=self.ttl
        )
        self.has_stored(
            counts.after(window, changed),
            stream=window.stream.name,
            first=window.first,
            last=window.last,
        )

    def _count(self, window: Window, ledger: Iterable[LedgerDay], *, total: int) -> RunCounts:
        # A snapshot is asked for on a day and tells of none.
        seen = {
            line.calendar_date
            for line in ledger
            if line.state is DayState.DATA and not window.stream.is_snapshot
        }
        if window.stream.group is Group.WELLNESS:
            self._wellness_days |= seen
        elif window.stream.group is Group.FITNESS:
            self._fitness_days |= seen
        return replace(
            self.counts,
            wellness_days_synced=len(self._wellness_days),
            fitness_days_synced=len(self._fitness_days),
            requests=self.requests,
            windows_done=self.counts.windows_done + 1,
            windows_total=total,
            eta_seconds=self.eta_seconds(total),
        )

    def _note(self, window: Window, error: GarminError) -> None:
        lines = unsupported_days if isinstance(error, ForbiddenStream) else days_of_failure
        now = self._now()
        self._data.note_failure(
            self._lease, window, lines(window, error.code, now=now), now=now, ttl=self.ttl
        )
