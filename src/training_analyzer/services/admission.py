"""What stands against a sync, before anything is asked of Garmin."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from training_analyzer.errors import CoolingDown, NeedsReauth, NotConnected, SyncTooSoon
from training_analyzer.planning import too_soon_until
from training_analyzer.services.breakers import Breakers, circuit_of
from training_analyzer.services.standings import LOGIN_CODES, how_it_ended

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from training_analyzer.db.repositories.garmin_credentials import GarminCredentialsRepository
    from training_analyzer.db.repositories.schedule import ScheduleRepository
    from training_analyzer.model import GarminSyncConfig


@dataclass(frozen=True, slots=True)
class Admission:
    """Decides who may begin a sync now; nothing is written."""

    credentials: GarminCredentialsRepository
    schedule: ScheduleRepository
    breakers: Breakers
    config: Callable[[str], GarminSyncConfig]
    now: Callable[[], datetime]

    def check(self, user_id: str, *, force: bool = False, any_time: bool = False) -> None:
        """Raise what stands against a sync now: not connected, too soon, cooling down.

        *any_time* overrides the shortest interval, *force* also the rest that we give
        Garmin while it is silent; what Garmin itself asked for neither does.
        """
        credentials = self.credentials.get_credentials(user_id)
        if credentials is None:
            raise NotConnected
        if not credentials.is_valid:
            raise NeedsReauth(credentials.validation_error)
        now = self.now()
        entry = self.schedule.entry(user_id)
        if entry is not None and entry.not_before is not None and entry.not_before > now:
            raise self._cooling_down(user_id, entry.not_before)
        if not force and (rests_until := self.breakers.rest_of(circuit_of(credentials))):
            raise CoolingDown(rests_until, CoolingDown.SILENT)
        if force or any_time:
            return
        last = self.credentials.get_last_successful_sync(user_id)
        again = too_soon_until(self.config(user_id), last, now=now)
        if again is not None:
            raise SyncTooSoon(again)

    def admit(self, user_id: str) -> None:
        """Raise `CoolingDown` where Garmin does not answer, but for the one who tries again."""
        credentials = self.credentials.get_credentials(user_id)
        if credentials is not None:
            self.breakers.admit(circuit_of(credentials))

    def _cooling_down(self, user_id: str, until: datetime) -> CoolingDown:
        """Return the refusal with its cause: Garmin's wish, or a login that has to wait."""
        ended = [how_it_ended(run) for run in self.credentials.get_sync_history(user_id, limit=1)]
        if ended and ended[0].code in LOGIN_CODES:
            return CoolingDown(until, CoolingDown.NO_LOGIN)
        return CoolingDown(until)
