"""What a changed configuration would do, before it is saved. Garmin is not asked."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from training_analyzer.db.repositories.sync_config import MAY_BE_DISABLED, as_if_changed
from training_analyzer.model import Api, Circuit
from training_analyzer.planning import next_slot
from training_analyzer.planning.cautions import Caution, cautions
from training_analyzer.planning.cost import Known, cost_of_sync
from training_analyzer.streams import CATALOG

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from training_analyzer.db.repositories.garmin_credentials import GarminCredentialsRepository
    from training_analyzer.db.repositories.garmin_data import GarminDataRepository
    from training_analyzer.db.repositories.passes import PassesRepository
    from training_analyzer.model import GarminSyncConfig

# The faces take these from here: they know neither database nor planning.
__all__ = ["MAY_BE_DISABLED", "Caution", "Preview", "Previews"]

_RUNS: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What `config` would do; the estimates are for all that is missing by now."""

    config: GarminSyncConfig
    next_runs: tuple[datetime, ...]
    requests: int
    minutes: int
    warnings: tuple[Caution, ...]


@dataclass(frozen=True, slots=True)
class Previews:
    """Tells what a configuration would do."""

    credentials: GarminCredentialsRepository
    data: GarminDataRepository
    passes: PassesRepository
    config: Callable[[str], GarminSyncConfig]
    requests_per_minute: int
    now: Callable[[], datetime]

    def of(self, user_id: str, changes: Mapping[str, object]) -> Preview:
        """Return what the user's configuration with *changes* would do.

        Raises `InvalidSyncConfig`, and `TypeError` for an unknown field.
        """
        config = self.as_if(user_id, changes)
        now = self.now()
        requests = cost_of_sync(config, CATALOG, self._known(user_id, now), now=now)
        return Preview(
            config=config,
            next_runs=self.next_runs(config),
            requests=requests,
            minutes=math.ceil(requests / self.requests_per_minute),
            warnings=self.cautions(config),
        )

    def as_if(self, user_id: str, changes: Mapping[str, object]) -> GarminSyncConfig:
        """Return the user's configuration with *changes*, which nobody has saved.

        Raises `InvalidSyncConfig`, and `TypeError` for an unknown field.
        """
        return as_if_changed(self.config(user_id), changes)

    def next_runs(self, config: GarminSyncConfig) -> tuple[datetime, ...]:
        """Return when the next syncs with *config* would begin by themselves."""
        if not config.auto_sync_enabled:
            return ()
        return self._next_runs(config, self.now())

    def cautions(self, config: GarminSyncConfig) -> tuple[Caution, ...]:
        """Return what of *config* a person may not expect."""
        return tuple(cautions(config, now=self.now()))

    def _known(self, user_id: str, now: datetime) -> Known:
        credentials = self.credentials.get_credentials(user_id)
        api = Circuit.of(credentials.kind, credentials.region).api if credentials else Api.ACCOUNT
        return Known(
            coverage=self.data.coverage(user_id),
            activities=self.data.files.known(user_id),
            apis=(api,),
            zone=self._zone(user_id),
            caps=self.passes.caps(now=now),
        )

    def _zone(self, user_id: str) -> ZoneInfo:
        try:
            return ZoneInfo(self.data.time_zone(user_id) or "UTC")
        except (ZoneInfoNotFoundError, ValueError):
            return ZoneInfo("UTC")

    def _next_runs(self, config: GarminSyncConfig, now: datetime) -> tuple[datetime, ...]:
        last = self.credentials.get_last_successful_sync(config.user_id)
        started = last.started_at if last else None
        runs: list[datetime] = []
        for _ in range(_RUNS):
            runs.append(next_slot(config, now=runs[-1] if runs else now, last_started=started))
            started = runs[-1]
        return tuple(runs)
