"""The page of the Garmin connection: three steps that make one, or how it stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from training_analyzer.model import Region
from training_analyzer.services.runs import WantedRuns
from training_analyzer.services.ticket_page import ticket_page
from training_analyzer.web.connection import Connection, State, connection_of
from training_analyzer.web.pages.connect_view import Attempt, Way, form_of, offers_of
from training_analyzer.web.pages.connection_view import (
    DEPTHS,
    card_of,
    choices_of,
    connected_by,
    depths_of,
)
from training_analyzer.web.pages.notices import notice_of
from training_analyzer.web.pages.shown import Place, show, tongue_of
from training_analyzer.web.pages.trouble_view import trouble_of
from training_analyzer.web.parts import Parts, parts_of

if TYPE_CHECKING:
    from datetime import datetime

    from starlette.requests import Request
    from starlette.responses import Response


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A sign-in that is on its way to Garmin."""

    login_id: str
    seconds: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What the page is asked to show, beside how the connection stands."""

    way: Way | None = None
    attempt: Attempt | None = None
    waiting: Waiting | None = None
    # What came of a test, or of a disconnect that was not confirmed.
    wrong: str = ""
    is_leaving: bool = False
    chooses_data: bool = False
    wants_ways: bool = False
    done: str = ""


def connect_page(request: Request, user_id: str, look: Look, *, status: int = 200) -> Response:
    """Return the page of the connection of *user_id*."""
    parts, tongue = parts_of(request), tongue_of(request)
    runtime, now = parts.runtime, parts.runtime.now()
    connection = connection_of(runtime, user_id)
    card = card_of(connection, tongue, now)
    pages = {region: ticket_page(region, runtime.settings.garmin_server_url) for region in Region}
    form = None
    if not look.chooses_data and look.waiting is None and not look.is_leaving:
        way = look.way if not look.wants_ways else None
        form = form_of(connection, look.attempt, way, pages, tongue, now)
    works = connection.state not in {State.NOT_CONNECTED, State.ACTION_NEEDED}
    is_settled = works and form is None and not look.wants_ways and look.waiting is None
    values: dict[str, Any] = {
        "card": card,
        "form": form,
        "offers": offers_of(tongue),
        "wants_ways": look.wants_ways,
        "connected_by": connected_by(connection, tongue),
        "waiting": look.waiting,
        "wrong": look.wrong,
        "is_leaving": look.is_leaving and card is not None,
        "is_settled": is_settled and not look.chooses_data,
        "notice": notice_of(look.done, tongue),
        "account": connection.credentials.garmin_display_name if connection.credentials else "",
        "cause": _cause(parts, connection, request, now),
        "data": _data(parts, user_id, request) if look.chooses_data else None,
        "word": tongue.text("disconnect"),
    }
    return show(request, "connect.html", values, here=Place.ACCOUNT, status=status)


def is_first(parts: Parts, user_id: str) -> bool:
    """Tell whether nothing was ever fetched for the person, nor tried."""
    return not parts.runtime.runs.page(user_id, WantedRuns(), limit=1)


def _cause(parts: Parts, connection: Connection, request: Request, now: datetime) -> Any:  # noqa: ANN401 - a banner or None, for a template
    """Return what stands against the connection: here the page itself is the way out."""
    known = connection.credentials
    if known is None or connection.standing.waits_for_code:
        return None
    return trouble_of(
        connection.standing,
        known.kind,
        tongue_of(request),
        syncs_by_itself=parts.runtime.syncs.config(known.user_id).auto_sync_enabled,
        now=now,
    )


def _data(parts: Parts, user_id: str, request: Request) -> dict[str, Any]:
    tongue, runtime = tongue_of(request), parts.runtime
    next_at, now = parts.scheduler.get_next_sync_time(user_id), runtime.now()
    previews = {days: runtime.previews.of(user_id, {"initial_sync_days": days}) for days in DEPTHS}
    return {
        "choices": choices_of(runtime.syncs.config(user_id), tongue),
        "depths": depths_of(previews, tongue),
        "by_itself": tongue.time(next_at) if next_at is not None and next_at > now else "",
    }
