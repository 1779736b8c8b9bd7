"""One user's sync: claim, open, plan, walk, conclude, finish.

claim(user)                       lease and fence, or "running already"
open the connection               tokens refreshed and committed before first use
walk the profile                  the time zone decides which day today is
plan(config, coverage, now)       pure; then walk the plan
finish(outcome, next due)         compare-and-set on the fence
"""

from __future__ import annotations

import logging
import traceback
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

from training_analyzer.errors import (
    CoolingDown,
    CredentialsRejected,
    InternalError,
    LeaseLost,
    NotConnected,
    Reaction,
    SyncError,
    SyncTooSoon,
    TokenExpired,
)
from training_analyzer.model import GarminSyncConfig, RunStatus, SyncOutcome, SyncType
from training_analyzer.planning import after_run, too_soon_until
from training_analyzer.planning.outcome import message_of, reaction_of, retry_at, status_of
from training_analyzer.services.course import Course
from training_analyzer.services.doors import door
from training_analyzer.services.heartbeat import Heartbeat
from training_analyzer.services.owner import is_gone
from training_analyzer.services.run import Progress, Run
from training_analyzer.services.standings import LOGIN_CODES, how_it_ended

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from training_analyzer.db.repositories.garmin_credentials import GarminCredentialsRepository
    from training_analyzer.db.repositories.garmin_data import GarminDataRepository
    from training_analyzer.db.repositories.passes import PassesRepository
    from training_analyzer.db.repositories.schedule import ScheduleRepository
    from training_analyzer.garmin import Garmin
    from training_analyzer.model import Lease
    from training_analyzer.planning import Span

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=60)
_HEARTBEAT_S = 20.0
_NO_LOGIN = (
    "The Garmin session has ended, and a password login has to wait. Connecting again by"
    " token, ticket or key works now."
)


@dataclass(frozen=True, slots=True)
class Limits:
    """The settings that a sync follows."""

    default_hour: int = 6
    max_retries: int = 3


class OpenConnection(Protocol):
    """Opens a user's connection; with *session_is_dead* not by the stored session."""

    def __call__(self, user_id: str, /, *, session_is_dead: bool = False) -> Garmin:
        """Return an open connection. Raises `SyncError`s."""


def _unwatched(_: Progress) -> None:
    """Watch nothing."""


def _never() -> bool:
    return False


class SyncService:
    """Runs one user's sync at a time, in the caller's thread."""

    def __init__(  # noqa: PLR0913 - the parts, each named
        self,
        *,
        credentials: GarminCredentialsRepository,
        schedule: ScheduleRepository,
        data: GarminDataRepository,
        passes: PassesRepository,
        open_connection: OpenConnection,
        owner: str,
        limits: Limits,
        now: Callable[[], datetime],
    ) -> None:
        self._credentials = credentials
        self._schedule = schedule
        self._data = data
        self._passes = passes
        self._open_connection = open_connection
        self._owner = owner
        self._limits = limits
        self._now = now

    def config(self, user_id: str) -> GarminSyncConfig:
        """Return the user's configuration, or the defaults with the instance's hour."""
        saved = self._credentials.get_sync_config(user_id)
        if saved is not None:
            return saved
        return GarminSyncConfig(user_id=user_id, sync_time=f"{self._limits.default_hour:02d}:00")

    def check(self, user_id: str, *, force: bool = False) -> None:
        """Raise what stands against a sync now: not connected, too soon, cooling down.

        *force* overrides the shortest interval; what Garmin asked for it does not.
        """
        credentials = self._credentials.get_credentials(user_id)
        if credentials is None:
            raise NotConnected
        if not credentials.is_valid:
            raise CredentialsRejected(credentials.validation_error)
        now = self._now()
        entry = self._schedule.entry(user_id)
        if entry is not None and entry.not_before is not None and entry.not_before > now:
            raise self._cooling_down(user_id, entry.not_before)
        last = self._credentials.get_last_successful_sync(user_id)
        again = too_soon_until(self.config(user_id), last, now=now)
        if again is not None and not force:
            raise SyncTooSoon(again)

    def _cooling_down(self, user_id: str, until: datetime) -> CoolingDown:
        """Return the refusal with its cause: Garmin's wish, or a login that has to wait."""
        ended = [how_it_ended(run) for run in self._credentials.get_sync_history(user_id, limit=1)]
        if ended and ended[0].code in LOGIN_CODES:
            return CoolingDown(until, _NO_LOGIN)
        return CoolingDown(until)

    @door
    def sync(
        self,
        user_id: str,
        *,
        sync_type: SyncType = SyncType.MANUAL,
        span: Span | None = None,
        force: bool = False,
        watch: Callable[[Progress], None] | None = None,
        must_stop: Callable[[], bool] = _never,
    ) -> SyncOutcome:
        """Sync *user_id* now and return what came of it.

        Raises `NotConnected`, `CredentialsRejected`, `SyncTooSoon`, `CoolingDown` and
        `SyncAlreadyRunning` before anything is asked of Garmin; `LeaseLost` when
        another worker took over in the middle. Everything else is in the outcome.
        """
        self.check(user_id, force=force)
        lease = self._claim(user_id, sync_type, only_if_due=False)
        if lease is None:  # only a claim of due users can find nothing to claim
            raise LeaseLost
        return self._run(lease, span=span, watch=watch or _unwatched, must_stop=must_stop)

    @door
    def sync_if_due(
        self, user_id: str, *, must_stop: Callable[[], bool] = _never
    ) -> SyncOutcome | None:
        """Sync *user_id* if it is due and free; None when another worker was faster."""
        lease = self._claim(user_id, SyncType.SCHEDULED, only_if_due=True)
        if lease is None:
            return None
        return self._run(lease, span=None, watch=_unwatched, must_stop=must_stop)

    def _claim(self, user_id: str, sync_type: SyncType, *, only_if_due: bool) -> Lease | None:
        return self._schedule.claim(
            user_id,
            sync_type=sync_type,
            owner=self._owner,
            now=self._now(),
            ttl=LEASE,
            is_abandoned=is_gone,
            only_if_due=only_if_due,
        )

    def _run(
        self,
        lease: Lease,
        *,
        span: Span | None,
        watch: Callable[[Progress], None],
        must_stop: Callable[[], bool],
    ) -> SyncOutcome:
        started_at = self._now()
        config = self.config(lease.user_id)

        def renew() -> bool:
            return self._schedule.renew(lease, now=self._now(), ttl=LEASE)

        ended_by: SyncError | None = None
        with Heartbeat(renew, interval_s=_HEARTBEAT_S) as heartbeat:
            run = Run(
                lease,
                self._data,
                look_back_days=config.incremental_sync_days,
                now=self._now,
                ttl=LEASE,
                watch=watch,
                must_stop=must_stop,
                is_lost=heartbeat.lost.is_set,
            )
            try:
                self._open_and_walk(run, lease, config, span)
            except LeaseLost:
                log.warning("Run %d lost its lease and ends.", lease.run_id)
                raise
            except SyncError as error:
                ended_by = error
            except Exception as error:  # noqa: BLE001 - a bug must not leave the run open
                _record_bug(lease, error)
                ended_by = InternalError()
        return self._finish(lease, run, ended_by, started_at)

    def _open_and_walk(
        self, run: Run, lease: Lease, config: GarminSyncConfig, span: Span | None
    ) -> None:
        """Walk with the stored session, and once more with a new one when it proves dead."""
        for session_is_dead in (False, True):
            with closing(
                self._open_connection(lease.user_id, session_is_dead=session_is_dead)
            ) as garmin:
                run.use(garmin)
                course = Course(run, lease, config, garmin, self._data, self._passes, self._now)
                try:
                    course.follow(span)
                except TokenExpired:
                    # Not yet asking for a window, and the session is dead already.
                    if session_is_dead:
                        raise
                    continue
            if not isinstance(run.ended_by, TokenExpired):
                return

    def _finish(
        self,
        lease: Lease,
        run: Run,
        stopped_by: SyncError | None,
        started_at: datetime,
    ) -> SyncOutcome:
        """Close the run, say when the next one is due, and what the credentials proved."""
        now = self._now()
        # Read anew: the person may have changed it while this run went on.
        config = self.config(lease.user_id)
        ended_by = stopped_by or run.ended_by
        outcome = _outcome(lease, run, ended_by, now=now)
        reaction = reaction_of(ended_by, may_pass=run.may_pass)
        due = after_run(
            config,
            outcome,
            reaction=reaction,
            now=now,
            started_at=started_at,
            attempt=lease.attempt,
            max_retries=self._limits.max_retries,
        )
        self._schedule.finish(lease, outcome, due, now=now)
        if reaction is Reaction.STOP_THE_CLOCK:
            self._credentials.update_validation_status(
                lease.user_id,
                is_valid=False,
                validation_error=outcome.error_message,
                error_code=outcome.error_code,
            )
        elif outcome.status is RunStatus.COMPLETED:
            self._credentials.update_validation_status(lease.user_id, is_valid=True)
        log.info(
            "Run %d of user %s: %s, %d requests, %d rows changed.",
            lease.run_id,
            lease.user_id,
            outcome.status,
            outcome.requests,
            outcome.rows_changed,
        )
        return outcome


def _outcome(lease: Lease, run: Run, ended_by: SyncError | None, *, now: datetime) -> SyncOutcome:
    counts, failures = run.counts, run.failures
    return SyncOutcome(
        sync_id=lease.run_id,
        status=status_of(
            has_data=counts.windows_done > 0 or (run.goes_on and ended_by is None),
            failures=failures,
            ended_by=ended_by,
        ),
        activities_synced=counts.activities_synced,
        wellness_days_synced=counts.wellness_days_synced,
        fitness_days_synced=counts.fitness_days_synced,
        requests=run.requests,
        rows_changed=counts.rows_changed,
        failures=failures,
        error_code=ended_by.code if ended_by else next((f.code for f in failures), None),
        error_message=message_of(failures, ended_by),
        retry_at=retry_at(ended_by, now=now, tries=lease.attempt),
    )


def _record_bug(lease: Lease, error: Exception) -> None:
    """Log where an unexpected error came from, without its text, which may hold anything."""
    where = "".join(traceback.format_tb(error.__traceback__))
    log.error("Run %d met a bug, %s:\n%s", lease.run_id, type(error).__name__, where)
