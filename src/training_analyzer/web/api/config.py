"""The sync configuration: read it, change any part of it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Literal
from zoneinfo import available_timezones

from fastapi import APIRouter
from pydantic import AfterValidator, Field

from training_analyzer.web.api.words import Answer, Strict, SyncReader, SyncWriter, Web

if TYPE_CHECKING:
    from training_analyzer.model import GarminSyncConfig
    from training_analyzer.web.parts import Parts

router = APIRouter()


def _known_zone(name: str) -> str:
    """Return *name*; raise `ValueError` for a time zone that this machine does not know."""
    if name not in available_timezones():
        message = "not a time zone such as UTC or Europe/Berlin"
        raise ValueError(message)
    return name


class ConfigChange(Strict):
    """Any subset of the configuration; a field left out keeps its value.

    `sync_time` is a time of day in `timezone`; `sync_weekday` counts from Monday, 0, and
    is for weekly syncs. The ranges are the repository's, told here so that every wrong
    field is named at once.
    """

    auto_sync_enabled: bool = True
    sync_frequency: Literal["hourly", "daily", "weekly"] = "daily"
    sync_time: Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")] = "06:00"
    sync_activities: bool = True
    sync_wellness: bool = True
    sync_fitness_metrics: bool = True
    initial_sync_days: Annotated[int, Field(ge=1, le=3650)] = 365
    incremental_sync_days: Annotated[int, Field(ge=1, le=90)] = 7
    min_sync_interval_minutes: Annotated[int, Field(ge=1, le=10_080)] = 60
    sync_weekday: Annotated[int, Field(ge=0, le=6)] = 0
    timezone: Annotated[str, AfterValidator(_known_zone)] = "UTC"


class Config(Answer):
    """The whole configuration; the defaults when nothing was saved yet."""

    user_id: str
    auto_sync_enabled: bool
    sync_frequency: str
    sync_time: str
    sync_activities: bool
    sync_wellness: bool
    sync_fitness_metrics: bool
    initial_sync_days: int
    incremental_sync_days: int
    min_sync_interval_minutes: int
    sync_weekday: int
    timezone: str
    next_sync_at: datetime | None


@router.get("/sync-config")
def sync_config(user_id: SyncReader, web: Web) -> Config:
    """Return the caller's configuration."""
    return _answer(web, web.runtime.syncs.config(user_id))


@router.put("/sync-config")
def change_sync_config(change: ConfigChange, user_id: SyncWriter, web: Web) -> Config:
    """Change the fields that are given and return the whole configuration."""
    changed = change.model_dump(exclude_unset=True)
    return _answer(web, web.runtime.credentials.update_sync_config(user_id, **changed))


def _answer(web: Parts, config: GarminSyncConfig) -> Config:
    return Config(
        **{name: getattr(config, name) for name in ConfigChange.model_fields},
        user_id=config.user_id,
        next_sync_at=web.scheduler.get_next_sync_time(config.user_id),
    )
