"""Whether this process can do its work: its database answers and its scheduler ticks."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from sqlalchemy.exc import SQLAlchemyError

from training_analyzer.db import schema
from training_analyzer.errors import GarminSyncError
from training_analyzer.services.garmin_scheduler import TICK_S

if TYPE_CHECKING:
    from training_analyzer.services.runtime import Runtime

# A tick of a large installation may take longer than the time between two.
LATE_AFTER_S: Final = 4.0 * TICK_S


class Ticking(StrEnum):
    """How the scheduler of a process does; OFF is by `GARMIN_SYNC_ENABLED`."""

    ON_TIME = "on_time"
    LATE = "late"
    OFF = "off"


@dataclass(frozen=True, slots=True, kw_only=True)
class Readiness:
    """What was found; nothing of it names a person, a place or a secret."""

    database: bool
    schema_current: bool
    scheduler: Ticking
    last_tick_age_s: float | None

    @property
    def is_ready(self) -> bool:
        """Whether all is as it should be."""
        return self.database and self.schema_current and self.scheduler is not Ticking.LATE

    def document(self) -> dict[str, object]:
        """Return it as it is told to a probe."""
        return {"status": "ready" if self.is_ready else "not_ready", **asdict(self)}


def readiness_of(runtime: Runtime) -> Readiness:
    """Return how *runtime* does now. Costs one query of the database."""
    revision = _revision(runtime)
    age = runtime.metrics.tick_age_s
    return Readiness(
        database=revision is not None,
        schema_current=revision == schema.head(),
        scheduler=_ticking(age, is_on=runtime.settings.sync_enabled),
        last_tick_age_s=None if age is None else round(age, 1),
    )


def _revision(runtime: Runtime) -> str | None:
    try:
        with runtime.database.read() as db:
            return schema.revision(db) or ""
    except (SQLAlchemyError, GarminSyncError):
        return None


def _ticking(age_s: float | None, *, is_on: bool) -> Ticking:
    if not is_on:
        return Ticking.OFF
    return Ticking.ON_TIME if age_s is not None and age_s <= LATE_AFTER_S else Ticking.LATE
