"""Sessions that nobody uses are renewed before Garmin lets them end; once, whoever asks.

Garmin's refresh tokens live about 30 days and are used up by each renewal. So a renewal
happens under the user's lease, and is stored before the session is used.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from training_analyzer.errors import SyncError
from training_analyzer.garmin.account import LIFE_FOR_A_RUN
from training_analyzer.services.doors import door
from training_analyzer.services.owner import is_gone
from training_analyzer.services.vault import TOKEN_BUNDLE

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from training_analyzer.db.repositories.leases import LeasesRepository
    from training_analyzer.db.repositories.secrets import SecretsRepository
    from training_analyzer.services.opening import Opener

log = logging.getLogger(__name__)

IDLE = timedelta(days=19)
_LEASE = timedelta(seconds=60)
# While another worker renews: how often to look, and how long to believe that it does.
_LOOK_AGAIN_S = 0.02
_LOOKS = 3000
_AFTER_A_FAILURE = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class KeepAlive:
    """Renews sessions; any number of threads and processes may ask for the same one."""

    leases: LeasesRepository
    secrets: SecretsRepository
    opener: Opener
    owner: str
    now: Callable[[], datetime]
    sleep: Callable[[float], None]
    _failed_at: dict[str, datetime] = field(default_factory=dict)

    def idle_users(self) -> list[str]:
        """Return whose sessions were not renewed for 19 days; paused users included.

        Who failed within the last six hours is left out.
        """
        now = self.now()
        return [
            user_id
            for user_id in self.secrets.idle(TOKEN_BUNDLE, before=now - IDLE)
            if now - self._failed_at.get(user_id, now - _AFTER_A_FAILURE) >= _AFTER_A_FAILURE
        ]

    def renew_if_idle(self, user_id: str) -> None:
        """Renew an idle session; a failure is logged and left to the next sync."""
        if user_id not in self.idle_users():
            return
        try:
            self.renew(user_id)
        except SyncError as error:
            self._failed_at[user_id] = self.now()
            log.warning("The idle session of user %s was not renewed: %s.", user_id, error.code)

    @door
    def renew(self, user_id: str) -> None:
        """Return once the user's session outlives a run: renewed by us or by another worker.

        Raises `TokenExpired` and whatever else Garmin says to a renewal.
        """
        for _ in range(_LOOKS):
            if self._is_fresh(user_id):
                return
            lease = self.leases.borrow(
                user_id,
                owner=self.owner,
                now=self.now(),
                ttl=_LEASE,
                is_abandoned=is_gone,
            )
            if lease is None:
                self.sleep(_LOOK_AGAIN_S)
                continue
            try:
                self.opener.renew_session(user_id)
            finally:
                self.leases.give_back(lease)

    def _is_fresh(self, user_id: str) -> bool:
        stored = self.secrets.get(user_id, TOKEN_BUNDLE)
        if stored is None or stored.expires_at is None:
            return True
        return stored.expires_at - self.now() >= LIFE_FOR_A_RUN
