"""The caller's activities: a list, one of them, its laps, its track, its original file."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from http import HTTPStatus
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response
from pydantic import Field

from training_analyzer.services.activities import Wanted
from training_analyzer.web.api.paging import Cursors, NextCursor, Paged, moment_and_number
from training_analyzer.web.api.ranges import From, To  # noqa: TC001 - FastAPI reads the annotations
from training_analyzer.web.api.versions import IfNoneMatch, answered, etag_of
from training_analyzer.web.api.words import Answer, DataReader, Web
from training_analyzer.web.refusals import NotFound, WrongRange

router = APIRouter(prefix="/activities")

type ActivityId = Annotated[int, Field(ge=1, lt=2**63)]

_BYTES = {"type": "string", "format": "binary"}
_PLAIN_NAME = re.compile(r"[A-Za-z0-9._-]{1,100}")


class ActivityLine(Answer):
    """One activity of the list; what Garmin did not tell is null."""

    activity_id: int
    name: str | None
    type_key: str | None
    start_utc: datetime
    utc_offset_s: int | None
    calendar_date: date | None
    distance_m: float | None
    duration_s: float | None
    elevation_gain_m: float | None
    avg_hr_bpm: float | None
    max_hr_bpm: float | None
    avg_speed_mps: float | None
    avg_power_w: float | None
    calories_kcal: float | None
    training_load: float | None
    has_gps: bool | None
    is_parent: bool | None
    privacy: str | None
    duplicate_of: int | None
    deleted_at: datetime | None


class ActivityPage(Answer):
    """Activities, newest first."""

    items: list[ActivityLine]
    next_cursor: NextCursor


class ActivityDetail(Answer):
    """Everything that is stored of one activity, under the names of its table."""

    activity: dict[str, Any]
    legs: list[int]
    has_track: bool
    has_file: bool


class Laps(Answer):
    """The laps of an activity in their order, under the names of their table."""

    items: list[dict[str, Any]]


class Track(Answer):
    """Columns of one length; `time_s` are Unix seconds, null is a gap."""

    columns: dict[str, list[float | int | str | None]]


@router.get("")
def list_activities(  # noqa: PLR0913 - the parts of a query, each named
    *,
    user_id: DataReader,
    web: Web,
    page: Paged,
    first: From = None,
    to: To = None,
    sport: Annotated[str | None, Query(alias="type", max_length=64)] = None,
    q: Annotated[str | None, Query(max_length=100, description="Words of the name.")] = None,
    deleted: Literal["hide", "show"] = "hide",
) -> ActivityPage:
    """Return the caller's activities, newest first. Legs of a multisport are in their parent."""
    if first is not None and to is not None and first > to:
        raise WrongRange
    wanted = Wanted(
        first=first, last=to, type_key=sport, words=q or None, with_deleted=deleted == "show"
    )
    filters = {"from": first, "to": to, "type": sport, "q": q, "deleted": deleted}
    cursors = Cursors("activities", user_id, filters)
    found = web.runtime.activities.page(
        user_id, wanted, limit=page.asked, after=moment_and_number(cursors.read(page.cursor))
    )
    rows, following = page.cut(
        cursors, found, lambda last: [_start(last).isoformat(), int(str(last["activity_id"]))]
    )
    return ActivityPage(items=[_line(row) for row in rows], next_cursor=following)


@router.get("/{activity_id}", response_model=ActivityDetail)
def activity(
    activity_id: ActivityId, user_id: DataReader, web: Web, if_none_match: IfNoneMatch = None
) -> Response:
    """Return one activity, a deleted one with `deleted_at`."""
    found = web.runtime.activities.one(user_id, activity_id)
    if found is None:
        raise NotFound
    detail = ActivityDetail(
        activity=found.values,
        legs=[leg["activity_id"] for leg in found.legs],
        has_track=found.has_track,
        has_file=found.has_file,
    )
    return answered(detail, etag_of(detail.model_dump(mode="json")), if_none_match)


@router.get("/{activity_id}/laps")
def laps(activity_id: ActivityId, user_id: DataReader, web: Web) -> Laps:
    """Return the laps of an activity; an empty list when none are known."""
    _refuse_foreign(web, user_id, activity_id)
    return Laps(items=web.runtime.activities.laps(user_id, activity_id))


@router.get("/{activity_id}/track")
def track(activity_id: ActivityId, user_id: DataReader, web: Web) -> Track:
    """Return the recorded columns of an activity; none when there is no recording."""
    _refuse_foreign(web, user_id, activity_id)
    return Track(columns=web.runtime.reading.track(user_id, activity_id))


@router.get(
    "/{activity_id}/fit",
    response_class=Response,
    responses={
        HTTPStatus.OK: {
            "content": {
                "application/octet-stream": {"schema": {"type": "string", "format": "binary"}}
            }
        }
    },
)
def original_file(activity_id: ActivityId, user_id: DataReader, web: Web) -> Response:
    """Return the original file of an activity, as Garmin gave it."""
    found = web.runtime.activities.original(user_id, activity_id)
    if found is None:
        raise NotFound
    name = found.name if _PLAIN_NAME.fullmatch(found.name) else f"{activity_id}.zip"
    return Response(
        found.content,
        media_type="application/octet-stream",
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "ETag": f'"{found.sha256}"',
        },
    )


def _refuse_foreign(web: Web, user_id: str, activity_id: int) -> None:
    if not web.runtime.activities.knows(user_id, activity_id):
        raise NotFound


def _start(row: dict[str, Any]) -> datetime:
    start: datetime = row["start_utc"]
    return start.astimezone(UTC)


def _line(row: dict[str, Any]) -> ActivityLine:
    return ActivityLine(**{name: row[name] for name in ActivityLine.model_fields})
