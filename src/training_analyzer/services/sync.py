"""One user's sync: claim, open, plan, walk, conclude, finish.

claim(user)                       lease and fence, or "running already"
open the connection               tokens refreshed and committed before first use
walk the profile                  the time zone decides which day today is
plan(config, coverage, now)       pure; then walk the plan
finish(outcome, next due)         compare-and-set on the fence
"""

from __future__ import annotations

import logging
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

from training_analyzer.db.repositories.runs import Opening
from training_analyzer.errors import (
    CoolingDown,
    DatabaseUnusable,
    InternalError,
    LeaseLost,
    SyncError,
    TokenExpired,
)
from training_analyzer.model import GarminSyncConfig, SyncType
from training_analyzer.planning import after_run, next_slot
from training_analyzer.planning.asked import NOTHING_SPECIAL
from training_analyzer.planning.backfills import next_part
from training_analyzer.planning.outcome import reaction_of
from training_analyzer.services.admission import Admission
from training_analyzer.services.audit import SYSTEM
from training_analyzer.services.breakers import Breakers, circuit_of
from training_analyzer.services.concluding import note_proof, outcome_of, record_bug, snapshot_of
from training_analyzer.services.course import Course
from training_analyzer.services.doors import door
from training_analyzer.services.heartbeat import Heartbeat
from training_analyzer.services.owner import is_gone
from training_analyzer.services.run import Progress, Run
from training_analyzer.services.run_context import run_context

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from training_analyzer.db.repositories.garmin_credentials import GarminCredentialsRepository
    from training_analyzer.db.repositories.garmin_data import GarminDataRepository
    from training_analyzer.db.repositories.leases import LeasesRepository
    from training_analyzer.db.repositories.passes import PassesRepository
    from training_analyzer.db.repositories.schedule import ScheduleRepository
    from training_analyzer.garmin import Garmin
    from training_analyzer.model import GarminCredentials, Lease, SyncOutcome
    from training_analyzer.planning import Wish
    from training_analyzer.services.metrics import Metrics

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=60)
_HEARTBEAT_S = 20.0


@dataclass(frozen=True, slots=True)
class Limits:
    """The settings that a sync follows."""

    default_hour: int = 6
    max_retries: int = 3


class OpenConnection(Protocol):
    """Opens a user's connection; with *session_is_dead* not by the stored session.

    *actor* is who asked for the run.
    """

    def __call__(self, user_id: str, /, *, session_is_dead: bool, actor: str) -> Garmin:
        """Return an open connection. Raises `SyncError`s."""


def nobody_watches(_: Progress) -> None:
    """Watch nothing."""


def nobody_asked(_: int) -> None:
    """Tell nobody that the run began."""


def _never() -> bool:
    return False


class SyncService:
    """Runs one user's sync at a time, in the caller's thread."""

    def __init__(  # noqa: PLR0913 - the parts, each named
        self,
        *,
        credentials: GarminCredentialsRepository,
        schedule: ScheduleRepository,
        leases: LeasesRepository,
        breakers: Breakers,
        metrics: Metrics,
        data: GarminDataRepository,
        passes: PassesRepository,
        open_connection: OpenConnection,
        owner: str,
        limits: Limits,
        now: Callable[[], datetime],
    ) -> None:
        self._credentials = credentials
        self._schedule = schedule
        self._leases = leases
        self._breakers = breakers
        self._metrics = metrics
        self._data = data
        self.passes = passes
        self._open_connection = open_connection
        self._owner = owner
        self._limits = limits
        self._now = now
        self._admission = Admission(credentials, schedule, breakers, self.config, now)

    def config(self, user_id: str) -> GarminSyncConfig:
        """Return the user's configuration, or the defaults with the instance's hour."""
        return self._credentials.get_sync_config(user_id) or self.defaults(user_id)

    def defaults(self, user_id: str) -> GarminSyncConfig:
        """Return what counts for a user who has chosen nothing."""
        return GarminSyncConfig(user_id=user_id, sync_time=f"{self._limits.default_hour:02d}:00")

    def next_slot(self, user_id: str, *, now: datetime) -> datetime:
        """Return the user's first regular slot after *now*, the last sync considered."""
        last = self._credentials.get_last_successful_sync(user_id)
        return next_slot(
            self.config(user_id), now=now, last_started=last.started_at if last else None
        )

    def drop_leases(self) -> int:
        """Take back the leases of this process's syncs, which is about to end; return how many."""
        return self._leases.drop(self._owner)

    def check(self, user_id: str, *, force: bool = False, any_time: bool = False) -> None:
        """Raise what stands against a sync now, as `Admission.check` does."""
        self._admission.check(user_id, force=force, any_time=any_time)

    @door
    def sync(  # noqa: PLR0913 - what may be asked for, each named
        self,
        user_id: str,
        *,
        sync_type: SyncType = SyncType.MANUAL,
        wish: Wish = NOTHING_SPECIAL,
        force: bool = False,
        any_time: bool = False,
        watch: Callable[[Progress], None] = nobody_watches,
        began: Callable[[int], None] = nobody_asked,
        must_stop: Callable[[], bool] = _never,
    ) -> SyncOutcome:
        """Sync *user_id* now and return what came of it; *began* is told the id of the run.

        *force* and *any_time* are those of `Admission.check`; a run that makes up for another
        one's failures may begin at any time.

        Raises `NotConnected`, `CredentialsRejected`, `SyncTooSoon`, `CoolingDown` and
        `SyncAlreadyRunning` before anything is asked of Garmin; `LeaseLost` when
        another worker took over in the middle. Everything else is in the outcome.
        """
        self.check(user_id, force=force, any_time=any_time or wish.is_retry)
        if not force:
            self._admission.admit(user_id)
        lease = self._claim(user_id, sync_type, wish, only_if_due=False)
        if lease is None:  # only a claim of due users can find nothing to claim
            raise LeaseLost
        began(lease.run_id)
        with run_context(lease.run_id, user_id), self._metrics.counting_losses():
            return self._run(lease, wish=wish, watch=watch, must_stop=must_stop)

    @door
    def sync_if_due(
        self, user_id: str, *, must_stop: Callable[[], bool] = _never
    ) -> SyncOutcome | None:
        """Sync *user_id* if it is due and free; None when another worker was faster.

        None also while the part of Garmin that it would ask rests, and for a user who is
        parked because its last runs all took their process down.
        """
        entry = self._schedule.entry(user_id)
        if entry is None or not entry.is_due(self._now()):
            return None
        try:
            self._admission.admit(user_id)
        except CoolingDown:
            return None
        lease = self._claim(user_id, SyncType.SCHEDULED, NOTHING_SPECIAL, only_if_due=True)
        if lease is None:
            return None
        with run_context(lease.run_id, user_id), self._metrics.counting_losses():
            return self._run(lease, wish=NOTHING_SPECIAL, watch=nobody_watches, must_stop=must_stop)

    def _claim(
        self, user_id: str, sync_type: SyncType, wish: Wish, *, only_if_due: bool
    ) -> Lease | None:
        return self._leases.claim(
            user_id,
            sync_type=sync_type,
            owner=self._owner,
            now=self._now(),
            ttl=LEASE,
            is_abandoned=is_gone,
            only_if_due=only_if_due,
            opening=Opening(
                retry_of=wish.retry_of,
                config_snapshot=snapshot_of(self.config(user_id)),
                takes_backfill=wish == NOTHING_SPECIAL,
            ),
        )

    def _run(
        self,
        lease: Lease,
        *,
        wish: Wish,
        watch: Callable[[Progress], None],
        must_stop: Callable[[], bool],
    ) -> SyncOutcome:
        started_at = self._now()
        config = self.config(lease.user_id)
        credentials = self._credentials.get_credentials(lease.user_id)
        circuit = circuit_of(credentials) if credentials else None

        def renew() -> bool:
            return self._leases.renew(lease, now=self._now(), ttl=LEASE)

        def seen(progress: Progress) -> None:
            if circuit is not None and progress.done == 1:
                self._breakers.answered(circuit)
            watch(progress)

        ended_by: SyncError | None = None
        with Heartbeat(renew, interval_s=_HEARTBEAT_S) as heartbeat:
            run = Run(
                lease,
                self._data,
                look_back_days=config.incremental_sync_days,
                now=self._now,
                ttl=LEASE,
                watch=seen,
                must_stop=must_stop,
                is_lost=heartbeat.lost.is_set,
                is_cancelled=lambda: self._leases.is_cancelled(lease),
                window_done=self._metrics.window_done,
            )
            try:
                self._open_and_walk(run, lease, config, wish)
            except LeaseLost:
                log.warning("Run %d lost its lease and ends.", lease.run_id)
                raise
            except SyncError as error:
                ended_by = error
            except DatabaseUnusable:
                raise
            except Exception as error:  # noqa: BLE001 - a bug must not leave the run open
                record_bug(lease, error)
                ended_by = InternalError()
        ended_by = ended_by or run.ended_by
        rests_until = self._breakers.ended(circuit, ended_by) if circuit else None
        return self._finish(lease, run, ended_by, started_at, credentials, rests_until)

    def _open_and_walk(self, run: Run, lease: Lease, config: GarminSyncConfig, wish: Wish) -> None:
        """Walk with the stored session, and once more with a new one when it proves dead."""
        actor = lease.user_id if lease.sync_type is SyncType.MANUAL else SYSTEM
        for session_is_dead in (False, True):
            with closing(
                self._open_connection(lease.user_id, session_is_dead=session_is_dead, actor=actor)
            ) as garmin:
                run.use(garmin)
                course = Course(run, lease, config, garmin, self._data, self.passes, self._now)
                try:
                    course.follow(wish)
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
        ended_by: SyncError | None,
        started_at: datetime,
        used: GarminCredentials | None,
        rests_until: datetime | None,
    ) -> SyncOutcome:
        """Close the run, say when the next one is due, and what the credentials proved."""
        now = self._now()
        # Read anew: the person may have changed it while this run went on.
        config = self.config(lease.user_id)
        outcome = outcome_of(lease, run, ended_by, now=now)
        reaction = reaction_of(ended_by, may_pass=run.may_pass)
        due = after_run(
            config,
            outcome,
            reaction=reaction,
            now=now,
            started_at=started_at,
            attempt=lease.attempt,
            max_retries=self._limits.max_retries,
            rests_until=rests_until,
        )
        backfill = self._data.backfills.active(lease.user_id)
        if backfill is not None:
            due = next_part(
                due,
                backfill,
                config,
                reaction=reaction,
                error_code=outcome.error_code,
                attempt=lease.attempt,
                now=now,
            )
        self._leases.finish(lease, outcome, due, now=now)
        note_proof(self._credentials, lease.user_id, outcome, reaction, used)
        self._metrics.run_ended(outcome, max(0.0, (now - started_at).total_seconds()))
        log.info(
            "Run %d of user %s: %s, %d requests, %d rows changed.",
            lease.run_id,
            lease.user_id,
            outcome.status,
            outcome.requests,
            outcome.rows_changed,
        )
        return outcome
