"""The scheduler: a tick that wakes whoever is due, and manual syncs.

The tick only reads the schedule and wakes the dispatcher; each woken user is claimed
by the worker itself, so any number of schedulers may tick on one database.
"""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

from apscheduler.schedulers.background import BackgroundScheduler

from training_analyzer.errors import GarminSyncError
from training_analyzer.model import SyncType
from training_analyzer.planning import Span, Wish, should_sync
from training_analyzer.planning.asked import NOTHING_SPECIAL
from training_analyzer.planning.quiet import out_of_quiet
from training_analyzer.services.breakers import circuit_of
from training_analyzer.services.quiet_time import QuietTime
from training_analyzer.services.runtime import default_runtime
from training_analyzer.services.sync import nobody_asked, nobody_watches

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from training_analyzer.model import SyncOutcome
    from training_analyzer.services.run import Progress
    from training_analyzer.services.runtime import Runtime

__all__ = ["GarminSyncScheduler", "Span", "Wish", "should_sync"]

log = logging.getLogger(__name__)

TICK_S = 15
# A stop is to take ten seconds at most, closing everything included.
GRACE_S = 8.0
_MOST_AT_ONCE = 1000


class GarminSyncScheduler:
    """Syncs every user on their own schedule, and any user by hand.

    Without a *runtime* it opens the configured one, as the document's snippets do.
    """

    def __init__(self, runtime: Runtime | None = None) -> None:
        self._runtime = runtime = runtime or default_runtime()
        self._quiet = QuietTime(runtime.schedule, runtime.syncs.config, runtime.now)
        self._lock = threading.Lock()
        self._ticker: BackgroundScheduler | None = None
        self._stopping = threading.Event()

    @property
    def is_running(self) -> bool:
        """Tell whether the scheduler ticks."""
        return self._ticker is not None

    def start(self) -> None:
        """Begin to tick, every 15 s and at once. Is idempotent.

        With `GARMIN_SYNC_ENABLED=false` nothing is scheduled; `sync_user` still works.
        """
        with self._lock:
            if self._ticker is not None or not self._runtime.settings.sync_enabled:
                return
            self._stopping.clear()
            self._runtime.dispatcher.start(self._work)
            self._ticker = BackgroundScheduler(timezone="UTC")
            self._ticker.add_job(
                self._tick_safely, "interval", seconds=TICK_S, max_instances=1, coalesce=True
            )
            self._ticker.start()
        self.tick()

    def begin_to_stop(self) -> None:
        """Tell every sync of this scheduler to end between two windows; returns at once."""
        self._stopping.set()

    def stop(self, grace_s: float = GRACE_S) -> bool:
        """Stop ticking; running syncs end between two windows and go on later. Is idempotent.

        Tells whether all of them ended within *grace_s* seconds. Of one that did not, the
        lease is taken back: it can write nothing more, and another worker goes on at once.
        """
        with self._lock:
            ticker, self._ticker = self._ticker, None
        stopping, self._stopping = self._stopping, threading.Event()
        # Told also when nothing ticks: a manual sync may be running.
        stopping.set()
        if ticker is None:
            return True
        ticker.shutdown(wait=True)
        if self._runtime.dispatcher.stop(grace_s):
            return True
        dropped = self._runtime.syncs.drop_leases()
        log.warning("%d syncs did not end in time; they go on at the next start.", dropped)
        return False

    def tick(self) -> None:
        """Give every new user a due time; wake all who are due or whose session is idle.

        While everybody is paused, and for a part of Garmin that rests, nobody is woken.
        """
        now = self._runtime.now()
        schedule = self._runtime.schedule
        self._runtime.timekeeping.saw(now)
        due: list[str] = []
        if self._runtime.pauses.since() is None:
            for user_id in schedule.unscheduled():
                schedule.set_due(user_id, self._next_slot(user_id, now))
            for user_id in self._runtime.backfills.waiting():
                soon = out_of_quiet(self._runtime.syncs.config(user_id), now)
                schedule.set_due(user_id, soon, SyncType.MANUAL)
            resting = self._runtime.breakers.resting()
            due = schedule.due(now, _MOST_AT_ONCE, resting=resting)
        self._runtime.dispatcher.wake([*due, *self._runtime.keep_alive.idle_users()])
        self._runtime.metrics.ticked()

    def _tick_safely(self) -> None:
        try:
            self.tick()
        except Exception as error:  # noqa: BLE001 - the next tick tries again
            log.error("A tick failed: %s.", type(error).__name__)  # noqa: TRY400 - a driver's text may hold a password

    def request_sync(self, user_id: str) -> None:
        """Have *user_id* synced soon, by whichever worker is free.

        A sync that is running is followed by another. Raises what stands against a sync
        now, as `sync_user` does.
        """
        self._runtime.syncs.check(user_id)
        self._runtime.schedule.request(user_id, now=self._runtime.now())
        self._runtime.dispatcher.wake([user_id], urgent=True)

    def sync_user(
        self,
        user_id: str,
        *,
        force: bool = False,
        any_time: bool = False,
        wish: Wish = NOTHING_SPECIAL,
        watch: Callable[[Progress], None] = nobody_watches,
        began: Callable[[int], None] = nobody_asked,
    ) -> SyncOutcome:
        """Sync *user_id* now, in the caller's thread, and return what came of it.

        Raises `SyncTooSoon` unless *force*, `CoolingDown` while Garmin asked to wait,
        `SyncAlreadyRunning`, `NotConnected`, `CredentialsRejected`.
        """
        return self._runtime.syncs.sync(
            user_id,
            sync_type=SyncType.MANUAL,
            force=force,
            any_time=any_time,
            wish=wish,
            watch=watch,
            began=began,
            must_stop=self._stopping.is_set,
        )

    def get_next_sync_time(self, user_id: str) -> datetime | None:
        """Return when *user_id* is synced next by itself, in UTC.

        None when auto-sync is off or paused, the credentials are invalid or missing, or
        the scheduler is disabled.
        """
        runtime = self._runtime
        credentials = runtime.credentials.get_credentials(user_id)
        enabled = runtime.settings.sync_enabled
        if not enabled or credentials is None or not credentials.is_valid:
            return None
        if not runtime.syncs.config(user_id).auto_sync_enabled or runtime.pauses.since():
            return None
        entry = runtime.schedule.entry(user_id)
        if entry is not None and entry.paused_at is not None:
            return None
        due_at = (entry.due_at if entry else None) or self._next_slot(user_id, runtime.now())
        not_before = entry.not_before if entry else None
        rests_until = runtime.breakers.rest_of(circuit_of(credentials))
        due_at = max(due_at, not_before or due_at, rests_until or due_at)
        return self._quiet.begin_of(entry, due_at) if entry else due_at

    def _next_slot(self, user_id: str, now: datetime) -> datetime:
        return self._runtime.syncs.next_slot(user_id, now=now)

    def _work(self, user_id: str) -> None:
        try:
            self._quiet.put_off(user_id)
            outcome = self._runtime.syncs.sync_if_due(user_id, must_stop=self._stopping.is_set)
            if outcome is None:
                self._runtime.keep_alive.renew_if_idle(user_id)
        except GarminSyncError as error:
            log.info("User %s was not synced: %s", user_id, error.code)
