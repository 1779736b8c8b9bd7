"""What every route is handed: the parts of one running web face."""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, cast

from starlette.requests import Request  # noqa: TC002 - FastAPI resolves the annotations

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import timedelta

    from anyio import CapacityLimiter

    from training_analyzer.services.access import Access
    from training_analyzer.services.callers import Caller
    from training_analyzer.services.garmin_scheduler import GarminSyncScheduler
    from training_analyzer.services.runtime import Runtime
    from training_analyzer.services.signing_in import SigningIn
    from training_analyzer.web.guard import Site
    from training_analyzer.web.listening import Listening
    from training_analyzer.web.manual import ManualSyncs
    from training_analyzer.web.pages.rendering import Renderer
    from training_analyzer.web.windows import Windows

log = logging.getLogger(__name__)

# A stop is to take ten seconds at most, closing everything included.
_GRACE_S: Final = 5.0


@dataclass(frozen=True, slots=True)
class Parts:
    """Built once by `create_app`; nothing of it is process-wide."""

    runtime: Runtime
    scheduler: GarminSyncScheduler
    manual: ManualSyncs
    listening: Listening
    sign_ins: SigningIn
    # How long a request waits for a sign-in to Garmin, which goes on without it.
    sign_in_patience: timedelta
    site: Site
    renderer: Renderer
    # Who asks, or None for a stranger.
    identify: Callable[[Request], Caller | None]
    windows: Windows
    # How many requests may wait for somebody else at once.
    waiting: CapacityLimiter
    # The OpenAPI document of the app.
    describe: Callable[[], dict[str, Any]]
    _is_ended: threading.Event = field(default_factory=threading.Event, init=False)

    def end(self, grace_s: float = _GRACE_S) -> bool:
        """End what was begun here, once; tell whether every sync did within *grace_s* seconds."""
        if self._is_ended.is_set():
            return True
        self._is_ended.set()
        until = time.monotonic() + grace_s
        self.scheduler.begin_to_stop()
        self.listening.close()
        all_ended = self.manual.wait(until - time.monotonic())
        if not all_ended:
            self.runtime.syncs.drop_leases()
            log.warning("A manual sync did not end in time; the next one goes on from there.")
        if not self.sign_ins.wait(until - time.monotonic()):
            log.warning("A sign-in to Garmin did not end in time; it is to be begun anew.")
        self.listening.wait(until - time.monotonic())
        return all_ended

    @property
    def access(self) -> Access:
        """The ways into this server."""
        return self.runtime.access


def parts_of(request: Request) -> Parts:
    """Return the parts of the app that serves *request*."""
    return cast("Parts", request.app.state.parts)
