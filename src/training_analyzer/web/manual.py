"""Syncs that a person starts here: each in a thread of its own."""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import KW_ONLY, dataclass
from typing import TYPE_CHECKING

from training_analyzer.errors import GarminSyncError, InternalError, SyncAlreadyRunning
from training_analyzer.services.wishes import NOTHING_SPECIAL
from training_analyzer.web.refusals import TooManySyncs

if TYPE_CHECKING:
    from training_analyzer.services.garmin_scheduler import GarminSyncScheduler
    from training_analyzer.services.runtime import Runtime
    from training_analyzer.services.wishes import Wish

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What somebody asked for."""

    user_id: str
    wish: Wish
    _: KW_ONLY
    force: bool
    any_time: bool


class _Attempt:
    """One manual sync: which run it is, and how it ended."""

    def __init__(self) -> None:
        self.run_id: int | None = None
        self.error: GarminSyncError | None = None
        # Set once the run has an id, or never will have one.
        self.is_known = threading.Event()
        self.ended = threading.Event()

    def begin(self, run_id: int) -> None:
        """Remember which run it is."""
        self.run_id = run_id
        self.is_known.set()


class ManualSyncs:
    """Starts manual syncs and tells how far they are. One at a time for each user."""

    def __init__(self, runtime: Runtime, scheduler: GarminSyncScheduler) -> None:
        self._runtime = runtime
        self._scheduler = scheduler
        self._lock = threading.Lock()
        self._attempts: dict[str, _Attempt] = {}

    def start(
        self,
        user_id: str,
        wish: Wish = NOTHING_SPECIAL,
        *,
        force: bool = False,
        any_time: bool = False,
        wait_s: float = 0,
    ) -> int:
        """Begin a sync of *user_id* and return the id of its run, which goes on.

        With *wait_s* the answer comes when it has ended, or so many seconds later. With
        *any_time* the shortest interval between two syncs counts no more. Raises `SyncingPaused`,
        and what `GarminSyncScheduler.sync_user` raises before it asks Garmin anything:
        `NotConnected`, `SyncTooSoon`, `SyncAlreadyRunning` and the like.
        """
        self._runtime.pauses.refuse()
        self._runtime.syncs.check(user_id, force=force, any_time=any_time or wish.is_retry)
        attempt = self._admit(user_id)
        asked = _Asked(user_id, wish, force=force, any_time=any_time)
        thread = threading.Thread(
            target=self._sync, args=(asked, attempt), name="manual-sync", daemon=True
        )
        try:
            thread.start()
        except BaseException:
            # A machine without room for another thread: the next attempt is not to meet this one.
            with self._lock:
                del self._attempts[user_id]
            raise
        attempt.is_known.wait()
        if attempt.run_id is None:
            raise attempt.error or InternalError()
        attempt.ended.wait(wait_s)
        return attempt.run_id

    def wait(self, grace_s: float) -> bool:
        """Wait at most *grace_s* seconds for all that run; tell whether they have ended."""
        until = time.monotonic() + grace_s
        with self._lock:
            running = list(self._attempts.values())
        return all(each.ended.wait(max(0.0, until - time.monotonic())) for each in running)

    def _admit(self, user_id: str) -> _Attempt:
        with self._lock:
            if (running := self._attempts.get(user_id)) is not None:
                raise SyncAlreadyRunning(running.run_id)
            if len(self._attempts) >= self._runtime.settings.concurrent_syncs:
                raise TooManySyncs
            attempt = self._attempts[user_id] = _Attempt()
        return attempt

    def _sync(self, asked: _Asked, attempt: _Attempt) -> None:
        user_id = asked.user_id
        try:
            self._scheduler.sync_user(
                user_id,
                wish=asked.wish,
                force=asked.force,
                any_time=asked.any_time,
                began=attempt.begin,
            )
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
            attempt.is_known.set()
