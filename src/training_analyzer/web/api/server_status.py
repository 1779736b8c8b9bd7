"""What this server can do, for everybody; and where routes of the first version have gone."""

from __future__ import annotations

from typing import Final, Literal

from fastapi import APIRouter

from training_analyzer import __version__
from training_analyzer.model import Circuit, Kind, Region
from training_analyzer.web.api.words import Answer, Here, Web
from training_analyzer.web.refusals import Gone

router = APIRouter()

# Garmin's groups of activity types. An activity of any type is synced.
_GROUPS: Final = (
    *("running", "cycling", "hiking", "walking", "swimming", "fitness_equipment"),
    *("winter_sports", "water_sports", "team_sports", "racket_sports", "diving"),
    *("multi_sport", "other"),
)
_MAX_SYNC_DAYS: Final = 3650
_TRIGGER: Final = "/api/v1/garmin/sync/trigger"
# Left out of the OpenAPI document: nobody should build on them.
_REMOVED: Final = (
    *("/sync", "/sync-async", "/sync-wellness", "/sync-fitness"),
    "/backfill-start-time",
)


class ServerStatus(Answer):
    """What can be asked of this server. Nothing in it is personal."""

    garmin_connect_available: bool
    supported_activity_types: list[str]
    max_sync_days: int
    connection_kinds: list[Literal["personal-key", "token", "ticket", "password"]]
    version: str


@router.get("/status")
def server_status(web: Web) -> ServerStatus:
    """Tell what this server can do, and whether Garmin answered it last; needs no sign-in."""
    resting = web.runtime.breakers.resting()
    return ServerStatus(
        garmin_connect_available=Circuit.of(Kind.TOKEN, Region.COM) not in resting,
        supported_activity_types=list(_GROUPS),
        max_sync_days=_MAX_SYNC_DAYS,
        connection_kinds=["personal-key", "token", "ticket", "password"],
        version=__version__,
    )


def removed(here: Here) -> None:
    """Name the successor; these took a raw password with each call and knew no sign-in."""
    raise Gone(here(_TRIGGER))


for path in _REMOVED:
    router.add_api_route(path, removed, methods=["POST"], include_in_schema=False)
