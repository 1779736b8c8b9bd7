"""The page: connection, sync, data, runs and configuration of the signed-in user."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Final

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from training_analyzer.errors import GarminSyncError, UnknownUser
from training_analyzer.model import Region, RunStatus
from training_analyzer.services.leaving import WHAT_IS_GONE, WHAT_STAYS
from training_analyzer.services.ticket_page import ticket_page
from training_analyzer.web.auth import current_user
from training_analyzer.web.connection import connection_of
from training_analyzer.web.pages.connect_view import Attempt, Way, form_of
from training_analyzer.web.pages.connection_view import card_of
from training_analyzer.web.pages.data_view import held_of
from training_analyzer.web.pages.run_view import Going, going_of, line_of, strip_of
from training_analyzer.web.pages.settings_view import SettingsForm
from training_analyzer.web.pages.status_view import Situation, status_of
from training_analyzer.web.parts import Parts, parts_of

if TYPE_CHECKING:
    from datetime import datetime

    from training_analyzer.model import GarminSyncHistory

router = APIRouter()

type UserId = Annotated[str, Depends(current_user)]

_DONE: Final = {
    "connected": "Connected.",
    "joined": "The key is checked and saved. It serves what it can, your session the rest.",
    "disconnected": f"Disconnected; your data is still here. {WHAT_IS_GONE} {WHAT_STAYS}",
    "deleted": "Disconnected, and everything that was synced is deleted. "
    f"{WHAT_IS_GONE} {WHAT_STAYS}",
    "password": "Your password is changed, and your other sessions have ended.",
    "saved": "Saved. The next sync follows it.",
}
_LINES: Final = 10
_MOST_LINES: Final = 200
_ENOUGH_FOR_A_STRIP: Final = 3


@router.get("/")
def home(
    request: Request, user_id: UserId, done: str = "", way: str = "", runs: str = ""
) -> Response:
    """Show everything."""
    chosen = Way(way) if way in set(Way) else None
    return home_page(
        request,
        user_id,
        way=chosen,
        notice=_DONE.get(done, ""),
        lines=_MOST_LINES if runs == "all" else _LINES,
    )


@router.get("/progress")
def progress(request: Request, user_id: UserId) -> Response:
    """Return how far the running sync is, to be put into the page; then the whole page anew."""
    parts = parts_of(request)
    newest = parts.runtime.credentials.get_sync_history(user_id, limit=1)
    going = _going(parts, newest, user_id)
    if going is None:
        return Response(status_code=204, headers={"HX-Refresh": "true"})
    return parts.renderer.page("_progress.html", {"going": going})


def home_page(  # noqa: PLR0913 - what may differ between two looks at one page
    request: Request,
    user_id: str,
    *,
    attempt: Attempt | None = None,
    way: Way | None = None,
    settings: SettingsForm | None = None,
    notice: str = "",
    lines: int = _LINES,
    status: int = 200,
) -> Response:
    """Return the page of *user_id*; *attempt* and *settings* are forms that came back wrong."""
    parts = parts_of(request)
    runtime, now = parts.runtime, parts.runtime.now()
    config = runtime.syncs.config(user_id)
    connection = connection_of(runtime, user_id)
    runs = runtime.credentials.get_sync_history(user_id, limit=_MOST_LINES)
    going = _going(parts, runs, user_id)
    situation = Situation(
        connection=connection,
        runs=runs,
        is_running=going is not None,
        next_at=parts.scheduler.get_next_sync_time(user_id),
        refused=_refused(parts, user_id),
        config=config,
        now=now,
    )
    values = {
        "name": _name(parts, user_id),
        "notice": notice,
        "form": form_of(connection, attempt, way, _ticket_pages(parts)),
        "card": card_of(connection, now),
        "status": status_of(situation),
        "going": going,
        "held": held_of(runtime.reading, config, now.date()),
        "settings": settings or SettingsForm.of(config),
        **_history(runs, now, is_running=going is not None, lines=lines),
    }
    return parts.renderer.page("home.html", values, status=status)


def _history(
    runs: list[GarminSyncHistory], now: datetime, *, is_running: bool, lines: int
) -> dict[str, Any]:
    """Return the history's part of the page; the run that goes on has a card of its own."""
    shown = runs[1:] if is_running else runs
    finished = [run for run in runs if run.status != RunStatus.RUNNING]
    return {
        "strip": strip_of(finished) if len(finished) >= _ENOUGH_FOR_A_STRIP else None,
        "lines": [
            line_of(run, now, is_lost=run.status == RunStatus.RUNNING) for run in shown[:lines]
        ],
        "has_older": len(shown) > lines,
    }


def _going(parts: Parts, runs: list[GarminSyncHistory], user_id: str) -> Going | None:
    """Return the run that goes on; a row whose lease has run out lost its process."""
    if not runs or runs[0].status != RunStatus.RUNNING:
        return None
    now = parts.runtime.now()
    entry = parts.runtime.schedule.entry(user_id)
    if entry is None or entry.lease_until is None or entry.lease_until <= now:
        return None
    return going_of(runs[0], parts.manual.progress(user_id), now)


def _refused(parts: Parts, user_id: str) -> GarminSyncError | None:
    """Return what stands against a sync now."""
    try:
        parts.runtime.syncs.check(user_id)
    except GarminSyncError as error:
        return error
    return None


def _ticket_pages(parts: Parts) -> dict[Region, str]:
    server_url = parts.runtime.settings.garmin_server_url
    return {region: ticket_page(region, server_url) for region in Region}


def _name(parts: Parts, user_id: str) -> str:
    try:
        return parts.runtime.people.find(user_id).name
    except UnknownUser:  # an embedding program has people of its own
        return user_id
