"""Activities: the list with its year, and one of them."""

from __future__ import annotations

from datetime import UTC
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response  # noqa: TC002 - FastAPI reads the annotations

from training_analyzer.web.api.paging import Cursors, GivenCursor, moment_and_number
from training_analyzer.web.auth import current_user
from training_analyzer.web.pages.activities_view import (
    YEAR,
    Filters,
    calendar_of,
    chips_of,
    facts_of,
    months_of,
)
from training_analyzer.web.pages.activity_view import activity_of
from training_analyzer.web.pages.shown import Place, show, tongue_of
from training_analyzer.web.pages.sports import sport_name
from training_analyzer.web.parts import parts_of
from training_analyzer.web.refusals import NotFound

router = APIRouter()

type UserId = Annotated[str, Depends(current_user)]

_LINES: Final = 30
_MOST_LAPS: Final = 200


@router.get("/activities")
def activities(  # noqa: PLR0913 - the parts of a query, each named
    *,
    request: Request,
    user_id: UserId,
    sport: Annotated[str, Query(alias="type")] = "",
    words: Annotated[str, Query(alias="q")] = "",
    first: Annotated[str, Query(alias="from")] = "",
    last: Annotated[str, Query(alias="to")] = "",
    deleted: str = "",
    cursor: GivenCursor = None,
) -> Response:
    """Show the person's activities, newest first, with their sums and their year."""
    runtime, tongue = parts_of(request).runtime, tongue_of(request)
    now = runtime.now()
    filters = Filters.of(sport, words, first, last, deleted)
    wanted = filters.wanted()
    cursors = Cursors("activities", user_id, {"query": filters.query()})
    found = runtime.activities.page(
        user_id, wanted, limit=_LINES + 1, after=moment_and_number(cursors.read(cursor))
    )
    older = ""
    if len(found) > _LINES:
        edge = found[_LINES - 1]
        key = [edge["start_utc"].astimezone(UTC).isoformat(), int(edge["activity_id"])]
        older = filters.query(cursor=cursors.after(key))
    sports = [(each.type_key, each.count) for each in runtime.reading.sports(user_id)]
    today = tongue.today(now)
    end = min(filters.last or today, today)
    days = runtime.activities.active_days(user_id, wanted, first=end - YEAR)
    known_from = runtime.reading.first_day(user_id, "activities")
    config = runtime.syncs.config(user_id)
    values = {
        "filters": filters,
        "chips": chips_of(filters, sports, tongue),
        "sports": [(key, sport_name(tongue, key)) for key, _ in sports],
        "facts": facts_of(runtime.activities.totals(user_id, wanted), tongue),
        "calendar": calendar_of(days, end, known_from, today, tongue),
        "months": months_of(found[:_LINES], now, tongue),
        "older": older,
        "is_first_page": cursor is None,
        "is_empty": not sports and not found and not filters.is_any,
        "is_connected": runtime.credentials.get_credentials(user_id) is not None,
        "is_wanted": config.sync_activities,
    }
    return show(request, "activities.html", values, here=Place.ACTIVITIES)


@router.get("/activities/{activity_id}")
def activity(request: Request, activity_id: int, user_id: UserId, by: str = "") -> Response:
    """Show one activity: its numbers, traces, route, zones, laps, and what is missing."""
    runtime, tongue = parts_of(request).runtime, tongue_of(request)
    found = runtime.activities.one(user_id, activity_id) if 0 < activity_id < 2**63 else None
    if found is None:
        raise NotFound
    track = runtime.reading.track(user_id, activity_id) if found.has_track else {}
    laps = runtime.activities.laps(user_id, activity_id)[:_MOST_LAPS]
    shown = activity_of(found, track, laps, tongue, now=runtime.now(), by_time=by == "time")
    return show(request, "activity.html", {"activity": shown}, here=Place.ACTIVITIES)
