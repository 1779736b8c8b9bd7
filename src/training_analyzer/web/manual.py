"""Syncs that a person starts here: each in a thread of its own, watched while it runs."""

from __future__ import annotations

import logging
import threading
import time
from typing import TYPE_CHECKING, Final

from training_analyzer.errors import GarminSyncError, InternalError, SyncAlreadyRunning
from training_analyzer.web.refusals import TooManySyncs

if TYPE_CHECKING:
    from training_analyzer.services.garmin_scheduler import GarminSyncScheduler
    from training_analyzer.services.run import Progress
    from training_analyzer.services.runtime import Runtime

log = logging.getLogger(__name__)

_LOOK_EVERY_S: Final = 0.02


class _Attempt:
    """One manual sync: what it said last, and how it ended."""

    def __init__(self) -> None:
        self.progress: Progress | None = None
        self.error: GarminSyncError | None = None
        self.ended = threading.Event()

    def watch(self, progress: Progress) -> None:
        """Remember how far the run is."""
        self.progress = progress


class ManualSyncs:
    """Starts manual syncs and tells how far they are. One at a time for each user."""

    def __init__(self, runtime: Runtime, scheduler: GarminSyncScheduler) -> None:
        self._runtime = runtime
        self._scheduler = scheduler
        self._lock = threading.Lock()
        self._attempts: dict[str, _Attempt] = {}

    def start(self, user_id: str) -> int:
        """Begin a sync of *user_id* and return the id of its run, which goes on.

        Raises what `GarminSyncScheduler.sync_user` raises before it asks Garmin
        anything: `NotConnected`, `SyncTooSoon`, `SyncAlreadyRunning` and the like; and
        `SyncingPaused` while everybody is paused.
        """
        self._runtime.pauses.refuse()
        self._runtime.syncs.check(user_id)
        before = self._newest_run(user_id)
        attempt = self._admit(user_id, before)
        threading.Thread(
            target=self._sync, args=(user_id, attempt), name="manual-sync", daemon=True
        ).start()
        # The run's id is known once the thread has claimed the user.
        while not attempt.ended.wait(_LOOK_EVERY_S):
            if (newest := self._newest_run(user_id)) != before and newest is not None:
                return newest
        if attempt.error is not None:
            raise attempt.error
        return self._newest_run(user_id) or 0

    def progress(self, user_id: str) -> Progress | None:
        """Return how far the user's manual sync is; None when none runs in this process."""
        with self._lock:
            attempt = self._attempts.get(user_id)
        return attempt.progress if attempt is not None else None

    def wait(self, grace_s: float) -> bool:
        """Wait at most *grace_s* seconds for all that run; tell whether they have ended."""
        until = time.monotonic() + grace_s
        with self._lock:
            running = list(self._attempts.values())
        return all(each.ended.wait(max(0.0, until - time.monotonic())) for each in running)

    def _admit(self, user_id: str, run_id: int | None) -> _Attempt:
        with self._lock:
            if user_id in self._attempts:
                raise SyncAlreadyRunning(run_id)
            if len(self._attempts) >= self._runtime.settings.concurrent_syncs:
                raise TooManySyncs
            attempt = self._attempts[user_id] = _Attempt()
        return attempt

    def _sync(self, user_id: str, attempt: _Attempt) -> None:
        try:
            self._scheduler.sync_user(user_id, watch=attempt.watch)
        except GarminSyncError as error:
            attempt.error = error
            log.info("User %s was not synced: %s", user_id, error.code)
        except Exception as error:  # noqa: BLE001 - a bug must not leave the person waiting
            attempt.error = InternalError()
            log.error("The sync of user %s ended with %s", user_id, type(error).__name__)  # noqa: TRY400 - its text and traceback may hold a secret
        finally:
            with self._lock:
                del self._attempts[user_id]
            attempt.ended.set()

    def _newest_run(self, user_id: str) -> int | None:
        history = self._runtime.credentials.get_sync_history(user_id, limit=1)
        return history[0].id if history else None
