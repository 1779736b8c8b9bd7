"""The start page: how the connection stands, today's numbers, what came lately."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response  # noqa: TC002 - FastAPI resolves the annotations

from training_analyzer.model import RunStatus
from training_analyzer.services.activities import Wanted
from training_analyzer.services.runs import WantedRuns
from training_analyzer.web.auth import current_user
from training_analyzer.web.connection import State
from training_analyzer.web.pages import held_view, today_view
from training_analyzer.web.pages.history_view import strip_of
from training_analyzer.web.pages.notices import notice_of
from training_analyzer.web.pages.runs import goes_on, live_values
from training_analyzer.web.pages.shown import Place, show, standing_of, tongue_of
from training_analyzer.web.pages.status_view import Situation, missing_of, status_of
from training_analyzer.web.pages.syncing import refusal_of
from training_analyzer.web.parts import Parts, parts_of

if TYPE_CHECKING:
    from datetime import datetime

    from training_analyzer.model import GarminSyncHistory
    from training_analyzer.web.tongue import Tongue

router = APIRouter()

type UserId = Annotated[str, Depends(current_user)]

_STRIP_RUNS = 30
_ENOUGH_FOR_A_STRIP = 3
_LATEST = 5


@router.get("/")
def home(request: Request, user_id: UserId, done: str = "") -> Response:
    """Show how things stand."""
    parts, tongue = parts_of(request), tongue_of(request)
    now = parts.runtime.now()
    runs = parts.runtime.runs.page(user_id, WantedRuns(), limit=_STRIP_RUNS + 1)
    going = runs[0] if runs and _is_going(parts, runs[0]) else None
    held = _held(parts, user_id, tongue, now)
    values: dict[str, Any] = {
        "notice": notice_of(done, tongue),
        "date": tongue.long_day(tongue.today(now)),
        "finding": _finding(held, tongue),
        "going": going,
        # A page without data has room for the whole run.
        "is_first": going is not None and held is None,
        "pause": _pause(parts, tongue),
        "held": held,
        **_connection(request, parts, runs, going),
    }
    if values["is_first"] and going is not None:
        values |= live_values(parts.runtime, going, tongue)
    return show(request, "home.html", values, here=Place.HOME)


def _connection(
    request: Request, parts: Parts, runs: list[GarminSyncHistory], going: GarminSyncHistory | None
) -> dict[str, Any]:
    """Return the card of the connection, and what the last runs say."""
    user_id, tongue, runtime = current_user(request), tongue_of(request), parts.runtime
    standing, now = standing_of(request), runtime.now()
    is_connected = standing.state is not State.NOT_CONNECTED and not standing.waits_for_code
    finished = [run for run in runs if run.status != RunStatus.RUNNING][:_STRIP_RUNS]
    situation = Situation(
        standing=standing,
        finished=finished,
        last_good=runtime.credentials.get_last_successful_sync(user_id),
        is_running=going is not None,
        next_at=parts.scheduler.get_next_sync_time(user_id),
        refused=refusal_of(parts, user_id),
        config=runtime.syncs.config(user_id),
        now=now,
    )
    is_long = len(finished) >= _ENOUGH_FOR_A_STRIP
    is_broken = standing.state is State.ACTION_NEEDED
    newest = finished[0] if finished and not is_broken and going is None else None
    return {
        "is_connected": is_connected,
        "waits_for_code": standing.waits_for_code,
        "status": status_of(situation, tongue),
        "strip": strip_of(finished, tongue, now) if is_long else None,
        "good_runs": sum(run.status == RunStatus.COMPLETED for run in finished),
        "many_runs": len(finished),
        "missing": missing_of(newest, tongue, situation.refused),
    }


def _held(parts: Parts, user_id: str, tongue: Tongue, now: datetime) -> dict[str, Any] | None:
    """Return what there is of the person's data; None before anything of it."""
    runtime, today = parts.runtime, tongue.today(now)
    first = today - timedelta(days=today_view.DAYS - 1)
    found = runtime.days.wellness(user_id, first=first, last=today, limit=today_view.DAYS)
    latest = runtime.activities.page(user_id, Wanted(), limit=_LATEST)
    holding = runtime.activities.holding(user_id)
    config = runtime.syncs.config(user_id)
    lines = runtime.reading.coverage_cells(
        user_id,
        config,
        first=today - timedelta(days=held_view.COVERAGE_DAYS - 1),
        last=today,
        today=today,
    )
    if not found and not holding.activities and not any("d" in line.cells for line in lines):
        return None
    days = today_view.Days.of(found, today)
    nights = runtime.days.series(
        user_id,
        "sleep",
        first=today - timedelta(days=held_view.NIGHTS - 1),
        last=today,
        fields=held_view.STAGES,
    )
    seconds = runtime.activities.seconds_by_day(
        user_id, first=held_view.first_week(today, tongue), last=today
    )
    return {
        "days": days,
        "metrics": today_view.metrics_of(days, tongue),
        "nights": held_view.nights_of(nights, today, tongue),
        "weeks": held_view.weeks_of(seconds, today, tongue),
        "activities": [held_view.line_of(row, now, tongue) for row in latest],
        "many_activities": holding.activities,
        "facts": held_view.facts_of(lines, holding, config.initial_sync_days, tongue),
    }


def _finding(held: dict[str, Any] | None, tongue: Tongue) -> str:
    return today_view.finding_of(held["days"], tongue) if held else ""


def _is_going(parts: Parts, run: GarminSyncHistory) -> bool:
    """Tell whether *run* goes on; a row whose lease has run out lost its process."""
    return run.status == RunStatus.RUNNING and goes_on(parts.runtime, run)


def _pause(parts: Parts, tongue: Tongue) -> str:
    """Return since when, and why, nobody here is synced; empty when syncs go on."""
    pause = parts.runtime.pauses.of_everybody()
    if pause is None:
        return ""
    at = tongue.clock(pause.since, parts.runtime.now())
    if pause.reason:
        return tongue.text(
            "Since %(at)s: “%(reason)s”. Your schedule is kept and goes on afterwards.",
            at=at,
            reason=pause.reason,
        )
    return tongue.text("Since %(at)s. Your schedule is kept and goes on afterwards.", at=at)
