"""The sync configuration: read it, change any part of it, see what a change would do."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Literal
from zoneinfo import available_timezones

from fastapi import APIRouter, Response
from pydantic import AfterValidator, ConfigDict, Field, model_validator

from training_analyzer.services.previewing import MAY_BE_DISABLED
from training_analyzer.web.api.versions import (
    IfMatch,
    IfNoneMatch,
    answered,
    etag_of,
    is_conditional,
)
from training_analyzer.web.api.words import Answer, Strict, SyncReader, SyncWriter, Web
from training_analyzer.web.refusals import StaleVersion

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Self

    from training_analyzer.model import GarminSyncConfig
    from training_analyzer.web.parts import Parts

router = APIRouter()


def _known_zone(name: str) -> str:
    """Return *name*; raise `ValueError` for a time zone that this machine does not know."""
    if name not in available_timezones():
        message = "not a time zone such as UTC or Europe/Berlin"
        raise ValueError(message)
    return name


def _known_streams(names: list[str]) -> list[str]:
    """Return *names*; raise `ValueError` where one is no stream that can be left out."""
    if not MAY_BE_DISABLED.issuperset(names):
        message = "not names of streams that can be left out, such as body_battery"
        raise ValueError(message)
    return names


type TimeOfDay = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
type Zone = Annotated[str, AfterValidator(_known_zone)]
type Streams = Annotated[list[str], Field(max_length=100), AfterValidator(_known_streams)]
type Often = Literal["hourly", "daily", "weekly"]
type InitialDays = Annotated[int, Field(ge=1, le=3650)]
type LookBackDays = Annotated[int, Field(ge=1, le=90)]
type IntervalMinutes = Annotated[int, Field(ge=1, le=10_080)]
type Weekday = Annotated[int, Field(ge=0, le=6)]


class Quiet(Strict):
    """Times of day in `timezone` between which no sync begins by itself; `to` is not quiet."""

    model_config = ConfigDict(serialize_by_alias=True)

    since: Annotated[TimeOfDay, Field(alias="from")]
    until: Annotated[TimeOfDay, Field(alias="to")]

    @model_validator(mode="after")
    def _is_a_span(self) -> Self:
        if self.since == self.until:
            message = "ends at the time at which it begins"
            raise ValueError(message)
        return self


class ConfigChange(Strict):
    """Any subset of the configuration; a field left out keeps its value.

    `sync_time` is a time of day in `timezone`; `sync_weekday` counts from Monday, 0, and
    is for weekly syncs. The ranges are the repository's, told here so that every wrong
    field is named at once.
    """

    auto_sync_enabled: bool = True
    sync_frequency: Often = "daily"
    sync_time: TimeOfDay = "06:00"
    sync_activities: bool = True
    sync_wellness: bool = True
    sync_sleep: bool = True
    sync_fitness_metrics: bool = True
    initial_sync_days: InitialDays = 365
    incremental_sync_days: LookBackDays = 7
    min_sync_interval_minutes: IntervalMinutes = 60
    sync_weekday: Weekday = 0
    timezone: Zone = "UTC"
    disabled_streams: Streams = Field(default_factory=list)
    quiet_hours: Quiet | None = None


class ConfigPatch(Strict):
    """Any subset of the configuration; null puts a field back to its default."""

    auto_sync_enabled: bool | None = None
    sync_frequency: Often | None = None
    sync_time: TimeOfDay | None = None
    sync_activities: bool | None = None
    sync_wellness: bool | None = None
    sync_sleep: bool | None = None
    sync_fitness_metrics: bool | None = None
    initial_sync_days: InitialDays | None = None
    incremental_sync_days: LookBackDays | None = None
    min_sync_interval_minutes: IntervalMinutes | None = None
    sync_weekday: Weekday | None = None
    timezone: Zone | None = None
    disabled_streams: Streams | None = None
    quiet_hours: Quiet | None = None


class Config(Answer):
    """The whole configuration; the defaults, as version 0, when nothing was saved yet."""

    user_id: str
    auto_sync_enabled: bool
    sync_frequency: str
    sync_time: str
    sync_activities: bool
    sync_wellness: bool
    sync_sleep: bool
    sync_fitness_metrics: bool
    initial_sync_days: int
    incremental_sync_days: int
    min_sync_interval_minutes: int
    sync_weekday: int
    timezone: str
    disabled_streams: list[str]
    quiet_hours: Quiet | None
    next_sync_at: datetime | None
    version: int
    updated_at: datetime | None


class NextRun(Answer):
    """When a sync would begin, in UTC and by the wall of its person."""

    utc: datetime
    local: str
    zone: str


class Warned(Answer):
    """Something that a person may not expect; `code` says what."""

    code: str
    message: str


class Preview(Answer):
    """What a configuration would do; the estimates are for all that is missing by now."""

    next_runs: list[NextRun]
    requests_estimate: int
    minutes_estimate: int
    warnings: list[Warned]


@router.get("/sync-config", response_model=Config)
def sync_config(user_id: SyncReader, web: Web, if_none_match: IfNoneMatch = None) -> Response:
    """Return the caller's configuration."""
    config = web.runtime.syncs.config(user_id)
    return answered(_answer(web, config), etag_of_config(config), if_none_match)


@router.put("/sync-config", response_model=Config)
def change_sync_config(
    change: ConfigChange, user_id: SyncWriter, web: Web, if_match: IfMatch = None
) -> Response:
    """Change the fields that are given and return the whole configuration."""
    return _changed(web, user_id, given(change), if_match)


@router.patch("/sync-config", response_model=Config)
def patch_sync_config(
    patch: ConfigPatch, user_id: SyncWriter, web: Web, if_match: IfMatch = None
) -> Response:
    """Change the fields that are given, null to the default; return the whole configuration."""
    defaults = web.runtime.syncs.defaults(user_id)
    changes = {
        name: getattr(defaults, name) if value is None else value
        for name, value in given(patch).items()
    }
    return _changed(web, user_id, changes, if_match)


@router.post("/sync-config/preview")
def preview_sync_config(change: ConfigChange, user_id: SyncReader, web: Web) -> Preview:
    """Tell what the configuration with the given changes would do. Saves nothing."""
    found = web.runtime.previews.of(user_id, given(change))
    return Preview(
        next_runs=[
            NextRun(
                utc=at,
                local=at.astimezone(found.config.zone).replace(microsecond=0).isoformat(),
                zone=found.config.zone.key,
            )
            for at in found.next_runs
        ],
        requests_estimate=found.requests,
        minutes_estimate=found.minutes,
        warnings=[Warned(code=line.code, message=line.message) for line in found.warnings],
    )


def given(change: ConfigChange | ConfigPatch) -> dict[str, object]:
    """Return the fields that were sent, and no others."""
    return change.model_dump(exclude_unset=True, by_alias=True)


def etag_of_config(config: GarminSyncConfig) -> str:
    """Return the entity tag of a configuration. When the next sync is belongs to none."""
    return etag_of(asdict(config))


def _changed(
    web: Parts, user_id: str, changes: Mapping[str, object], if_match: str | None
) -> Response:
    credentials = web.runtime.credentials
    before = web.runtime.syncs.config(user_id)
    if is_conditional(if_match, etag_of_config(before)):
        after = credentials.change_sync_config(user_id, changes, seen=before.version)
        if after is None:
            raise StaleVersion(etag_of_config(web.runtime.syncs.config(user_id)))
    else:
        after = credentials.update_sync_config(user_id, **changes)
    return answered(_answer(web, after), etag_of_config(after), None)


def _answer(web: Parts, config: GarminSyncConfig) -> Config:
    own = {"quiet_hours", "disabled_streams"}
    quiet = config.quiet_hours
    return Config(
        **{name: getattr(config, name) for name in ConfigChange.model_fields if name not in own},
        disabled_streams=list(config.disabled_streams),
        quiet_hours=(
            None
            if quiet is None
            else Quiet.model_validate({"from": quiet.since, "to": quiet.until})
        ),
        user_id=config.user_id,
        next_sync_at=web.scheduler.get_next_sync_time(config.user_id),
        version=config.version,
        updated_at=config.updated_at,
    )
