"""Backfills: days of old asked for beside what every sync asks for."""

from __future__ import annotations

import contextlib
from datetime import date, datetime
from typing import TYPE_CHECKING, Literal

from fastapi import APIRouter, Response, status
from pydantic import Field

from training_analyzer.errors import GarminSyncError
from training_analyzer.services.backfills import MOST_DAYS, Pace
from training_analyzer.services.callers import Scope
from training_analyzer.services.wishes import SERIES, Span
from training_analyzer.web.api.asking import Days
from training_analyzer.web.api.paging import Cursors, NextCursor, Paged, moment_and_name
from training_analyzer.web.api.words import Answer, Here, SyncReader, SyncWriter, Web
from training_analyzer.web.refusals import (
    BackfillMoved,
    BackfillTooLong,
    NotFound,
    RangeWithoutBeginning,
    TooManyBackfills,
    TooManySyncs,
)
from training_analyzer.web.repeats import repeatable

if TYPE_CHECKING:
    from training_analyzer.services.backfills import Backfill, Estimate
    from training_analyzer.web.parts import Parts

router = APIRouter()

_LOOK_AFTER_S = "60"


class BackfillRequest(Days):
    """Days and types of data; with `dry_run` only the cost is told."""

    pace: Literal["polite", "normal"] = "normal"
    dry_run: bool = False


class Accepted(Answer):
    """What a backfill will cost; without an id nothing was started."""

    backfill_id: str | None
    windows: int
    requests_estimate: int
    minutes_estimate: int


class BackfillEntry(Answer):
    """One line of the list."""

    backfill_id: str
    first: date = Field(serialization_alias="from")
    last: date = Field(serialization_alias="to")
    types: list[str] | None
    pace: str
    state: str
    windows: int
    created_at: datetime
    ended_at: datetime | None


class BackfillDetail(BackfillEntry):
    """One backfill and how far it is; a day of one stream counts once."""

    days_total: int
    days_done: int
    days_failed: int


class BackfillList(Answer):
    """Backfills, newest first."""

    items: list[BackfillEntry]
    next_cursor: NextCursor


@router.post(
    "/backfills",
    status_code=status.HTTP_202_ACCEPTED,
    responses={status.HTTP_200_OK: {"model": Accepted}},
    dependencies=[repeatable(Scope.SYNC_WRITE)],
)
def start_backfill(
    asked: BackfillRequest, user_id: SyncWriter, web: Web, here: Here, response: Response
) -> Accepted:
    """Ask Garmin for days of old, newest first; it goes on with every sync until it is done."""
    span = asked.span(web.runtime.now())
    if span is None:
        raise RangeWithoutBeginning
    if (span.last - span.first).days >= MOST_DAYS:
        raise BackfillTooLong
    backfills = web.runtime.backfills
    backfill = backfills.new(
        user_id,
        span=Span(span.first, min(span.last, backfills.today(user_id))),
        streams=asked.streams(SERIES),
        pace=Pace(asked.pace),
    )
    cost = backfills.estimate(backfill)
    if asked.dry_run:
        response.status_code = status.HTTP_200_OK
        return _accepted(None, cost)
    if not backfills.start(backfill, cost):
        raise TooManyBackfills
    response.headers["Location"] = here(f"/api/v1/garmin/backfills/{backfill.backfill_id}")
    response.headers["Retry-After"] = _LOOK_AFTER_S
    _go(web, user_id)
    return _accepted(backfill.backfill_id, cost)


@router.get("/backfills")
def list_backfills(user_id: SyncReader, web: Web, page: Paged) -> BackfillList:
    """Return the caller's backfills, newest first."""
    cursors = Cursors("backfills", user_id, {})
    found = web.runtime.backfills.page(
        user_id, limit=page.asked, after=moment_and_name(cursors.read(page.cursor))
    )
    rows, following = page.cut(
        cursors, found, lambda last: [last.created_at.isoformat(), last.backfill_id]
    )
    return BackfillList(items=[_entry(each) for each in rows], next_cursor=following)


@router.get("/backfills/{backfill_id}")
def backfill_detail(backfill_id: str, user_id: SyncReader, web: Web) -> BackfillDetail:
    """Return one backfill of the caller and how far it is."""
    return _detail(web, _one(web, user_id, backfill_id))


@router.post("/backfills/{backfill_id}/pause")
def pause_backfill(backfill_id: str, user_id: SyncWriter, web: Web) -> BackfillDetail:
    """Let a backfill rest, after a few more requests, until it is resumed."""
    if not web.runtime.backfills.pause(_one(web, user_id, backfill_id)):
        raise BackfillMoved
    return _detail(web, _one(web, user_id, backfill_id))


@router.post("/backfills/{backfill_id}/resume")
def resume_backfill(backfill_id: str, user_id: SyncWriter, web: Web) -> BackfillDetail:
    """Go on with a paused backfill, at once where nothing stands against it."""
    if not web.runtime.backfills.resume(_one(web, user_id, backfill_id)):
        raise BackfillMoved
    _go(web, user_id)
    return _detail(web, _one(web, user_id, backfill_id))


@router.post("/backfills/{backfill_id}/cancel")
def cancel_backfill(backfill_id: str, user_id: SyncWriter, web: Web) -> BackfillDetail:
    """End a backfill after a few more requests; what it has brought stays."""
    if not web.runtime.backfills.cancel(_one(web, user_id, backfill_id)):
        raise BackfillMoved
    return _detail(web, _one(web, user_id, backfill_id))


def _go(web: Parts, user_id: str) -> None:
    """Begin here and now if nothing stands against it; the schedule knows of it already."""
    with contextlib.suppress(GarminSyncError, TooManySyncs):
        web.manual.start(user_id, any_time=True)


def _one(web: Parts, user_id: str, backfill_id: str) -> Backfill:
    found = web.runtime.backfills.one(user_id, backfill_id)
    if found is None:
        raise NotFound
    return found


def _accepted(backfill_id: str | None, cost: Estimate) -> Accepted:
    return Accepted(
        backfill_id=backfill_id,
        windows=cost.windows,
        requests_estimate=cost.requests,
        minutes_estimate=cost.minutes,
    )


def _detail(web: Parts, backfill: Backfill) -> BackfillDetail:
    counted = web.runtime.backfills.tally(backfill)
    return BackfillDetail(
        **_entry(backfill).model_dump(),
        days_total=counted.total,
        days_done=counted.done,
        days_failed=counted.failed,
    )


def _entry(backfill: Backfill) -> BackfillEntry:
    return BackfillEntry(
        backfill_id=backfill.backfill_id,
        first=backfill.first,
        last=backfill.last,
        types=None if backfill.streams is None else sorted(backfill.streams),
        pace=backfill.pace,
        state=backfill.state,
        windows=backfill.windows_total,
        created_at=backfill.created_at,
        ended_at=backfill.ended_at,
    )
