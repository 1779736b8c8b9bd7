"""Runs: the history, one of them as it goes on or as it ended, and what may be done with it."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Final

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from training_analyzer.errors import GarminSyncError
from training_analyzer.model import RunStatus
from training_analyzer.services.following import Followed
from training_analyzer.services.runs import WantedRuns
from training_analyzer.services.wishes import wish_to_retry
from training_analyzer.web.api.paging import Cursors
from training_analyzer.web.history import details_of
from training_analyzer.web.limits import TRIGGERING
from training_analyzer.web.pages.ended_view import Ended, detail_of
from training_analyzer.web.pages.forms import UserId, see_other
from training_analyzer.web.pages.history_view import (
    Filters,
    chips_of,
    line_of,
    strip_of,
)
from training_analyzer.web.pages.live_view import live_of, title_of
from training_analyzer.web.pages.shown import Place, show, tongue_of
from training_analyzer.web.pages.syncing import refusal_of
from training_analyzer.web.parts import parts_of
from training_analyzer.web.refusals import InvalidCursor, NotFound

if TYPE_CHECKING:
    from collections.abc import Mapping

    from training_analyzer.model import GarminSyncHistory
    from training_analyzer.services.runtime import Runtime
    from training_analyzer.web.parts import Parts
    from training_analyzer.web.tongue import Tongue

router = APIRouter()


_LINES: Final = 30
_STRIP_RUNS: Final = 30


@router.get("/history")
def history(
    request: Request,
    user_id: UserId,
    status: str = "",
    sync_type: Annotated[str, Query(alias="type")] = "",
    first: Annotated[str, Query(alias="from")] = "",
    last: Annotated[str, Query(alias="to")] = "",
    cursor: str | None = None,
) -> Response:
    """Show the person's runs, newest first."""
    parts, tongue = parts_of(request), tongue_of(request)
    runs, now = parts.runtime.runs, parts.runtime.now()
    filters = Filters.of(status, sync_type, first, last)
    cursors = Cursors("runs", user_id, {"query": filters.query()})
    found = runs.page(
        user_id, filters.wanted(tongue), limit=_LINES + 1, after=_place(cursors.read(cursor))
    )
    older = ""
    if len(found) > _LINES:
        edge = found[_LINES - 1]
        older = filters.query(cursor=cursors.after([edge.started_at.isoformat(), edge.id]))
    counts = runs.counts(user_id)
    latest = runs.page(user_id, WantedRuns(), limit=_STRIP_RUNS + 1)
    finished = [run for run in latest if run.status != RunStatus.RUNNING][:_STRIP_RUNS]
    values = {
        "filters": filters,
        "chips": chips_of(filters, counts, tongue),
        "strip": strip_of(finished, tongue, now),
        "lines": [
            line_of(run, tongue, now, is_lost=is_lost(parts.runtime, run)) for run in found[:_LINES]
        ],
        "older": older,
        "is_first_page": cursor is None,
        "first_run": None if latest else _first_run(parts, user_id, tongue),
    }
    return show(request, "history.html", values, here=Place.RUNS)


@router.get("/runs/{run_id}")
def run_page(request: Request, run_id: int, user_id: UserId, done: str = "") -> Response:
    """Show a run as it goes on, or as it ended; to a script only what changes."""
    parts = parts_of(request)
    run = _own(parts, user_id, run_id)
    is_open = goes_on(parts.runtime, run)
    is_script = "hx-request" in request.headers
    headers = {"Vary": "HX-Request"}
    if is_script and not is_open:
        return Response(status_code=204, headers=headers | {"HX-Refresh": "true"})
    if not is_open:
        values = _ended(request, parts, run) | {"problem": _problem(done, tongue_of(request))}
        return show(request, "run_ended.html", values, here=Place.RUNS, headers=headers)
    values = live_values(parts.runtime, run, tongue_of(request))
    values["is_to_end"] = parts.runtime.runs.is_to_end(run)
    template = "_live.html" if is_script else "run_live.html"
    return show(request, template, values, here=Place.RUNS, headers=headers)


@router.post("/runs/{run_id}/cancel")
def cancel(request: Request, run_id: int, user_id: UserId) -> Response:
    """Let a run end after its present request; one that has ended stays as it is."""
    parts = parts_of(request)
    _own(parts, user_id, run_id)
    parts.runtime.runs.cancel(user_id, run_id)
    return see_other(f"/runs/{run_id}")


@router.post("/runs/{run_id}/retry", dependencies=[TRIGGERING])
def retry(request: Request, run_id: int, user_id: UserId) -> Response:
    """Ask again for exactly what a run could not have, and show the new run."""
    parts = parts_of(request)
    run = _own(parts, user_id, run_id)
    failures = details_of(run).failures
    if run.status != RunStatus.RUNNING and failures:
        with suppress(GarminSyncError):
            begun = parts.manual.start(user_id, wish_to_retry(run_id, failures))
            return see_other(f"/runs/{begun}")
    return see_other(f"/runs/{run_id}?done=not-retried")


def goes_on(runtime: Runtime, run: GarminSyncHistory) -> bool:
    """Tell whether *run* goes on: its row is open, and its process still holds it."""
    if run.status != RunStatus.RUNNING:
        return False
    entry = runtime.schedule.entry(run.user_id)
    return entry is not None and entry.lease_until is not None and entry.lease_until > runtime.now()


def is_lost(runtime: Runtime, run: GarminSyncHistory) -> bool:
    """Tell whether the process that ran *run* is gone, though its row is still open."""
    return run.status == RunStatus.RUNNING and not goes_on(runtime, run)


def live_values(runtime: Runtime, run: GarminSyncHistory, tongue: Tongue) -> dict[str, object]:
    """Return what `_live.html` shows of a run that goes on, wherever it is shown."""
    followed = Followed()
    followed.take(runtime.events.all(run.user_id, run.id))
    limit = runtime.settings.requests_per_minute
    return {
        "run": run,
        "run_title": title_of(run, tongue),
        "live": live_of(run, followed, tongue, now=runtime.now(), limit=limit),
    }


def _problem(done: str, tongue: Tongue) -> str:
    if done != "not-retried":
        return ""
    return tongue.text("It cannot be asked again just now: Garmin wants a pause, or a run goes on.")


def _ended(request: Request, parts: Parts, run: GarminSyncHistory) -> dict[str, object]:
    runtime, tongue = parts.runtime, tongue_of(request)
    followed = Followed()
    followed.take(runtime.events.all(run.user_id, run.id))
    streams = {tally.stream: tally.days for tally in followed.streams if not tally.is_of_now}
    if followed.of_now is not None:
        streams[""] = followed.of_now.days
    newest = runtime.runs.page(run.user_id, WantedRuns(), limit=1)
    ended = Ended(
        run=run,
        now=runtime.now(),
        is_lost=is_lost(runtime, run),
        streams=streams or runtime.runs.streams(run),
        of_events=bool(streams),
        healed=runtime.runs.healed(run, details_of(run).failures),
        retries=runtime.runs.retries_of(run),
        next_at=parts.scheduler.get_next_sync_time(run.user_id),
        refused=refusal_of(parts, run.user_id, is_retry=True),
        can_sync=not any(goes_on(runtime, each) for each in newest),
    )
    return {"detail": detail_of(ended, tongue)}


def _own(parts: Parts, user_id: str, run_id: int) -> GarminSyncHistory:
    """Return the person's run. Raises `NotFound`, for another's, too."""
    run = parts.runtime.runs.one(user_id, run_id)
    if run is None:
        raise NotFound
    return run


def _first_run(parts: Parts, user_id: str, tongue: Tongue) -> Mapping[str, object]:
    """Return what the first run will do, and when; nobody has to guess."""
    runtime = parts.runtime
    preview = runtime.previews.of(user_id, {})
    next_at = parts.scheduler.get_next_sync_time(user_id)
    now = runtime.now()
    return {
        "is_connected": runtime.credentials.get_credentials(user_id) is not None,
        "days": preview.config.initial_sync_days,
        "requests": preview.requests,
        "about": tongue.about(preview.minutes * 60),
        "at": tongue.clock(max(next_at, now), now) if next_at is not None else "",
    }


def _place(key: list[str | int] | None) -> tuple[datetime, int] | None:
    if key is None:
        return None
    try:
        start, run_id = key
        return datetime.fromisoformat(str(start)), int(run_id)
    except ValueError:
        raise InvalidCursor from None
