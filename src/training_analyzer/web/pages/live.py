"""A run that goes on, told to its page piece by piece: a fragment for each bit of news."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator  # noqa: TC003 - FastAPI resolves the annotations
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Annotated, Final

from anyio import to_thread
from fastapi import APIRouter, Depends, Request
from fastapi.sse import KEEPALIVE_COMMENT, format_sse_event

from training_analyzer.services.following import Followed
from training_analyzer.web.api.events import EventStream, LastNumber, Number
from training_analyzer.web.auth import current_user
from training_analyzer.web.listening import Listener  # noqa: TC001 - FastAPI reads it
from training_analyzer.web.pages.live_view import live_of, title_of
from training_analyzer.web.pages.shown import tongue_of
from training_analyzer.web.parts import parts_of
from training_analyzer.web.refusals import NotFound, TooManyStreams

if TYPE_CHECKING:
    from training_analyzer.model import GarminSyncHistory
    from training_analyzer.web.parts import Parts
    from training_analyzer.web.tongue import Tongue

router = APIRouter()

# A page that changes more often than this is not read any better.
_BREATH_S: Final = 0.7
_DONE: Final = format_sse_event(data_str="", event="done")
# There is no place for one more: the page asks now and then instead.
_POLL: Final = format_sse_event(data_str="", event="poll")


@dataclass(slots=True)
class Told:
    """A run of the person who looks, as their page shows it already."""

    run: GarminSyncHistory
    followed: Followed
    newest: int
    tongue: Tongue


def told(
    request: Request,
    run_id: int,
    user_id: Annotated[str, Depends(current_user)],
    after: Number = 0,
    last_id: LastNumber = None,
) -> Told:
    """Return what the page shows already. Raises `NotFound`, for another's run, too."""
    runtime = parts_of(request).runtime
    run = runtime.runs.one(user_id, run_id)
    if run is None:
        raise NotFound
    followed, seen = Followed(), after if last_id is None else last_id
    events = list(runtime.events.all(user_id, run_id))
    followed.take(event for event in events if event.number <= seen)
    return Told(run, followed, events[-1].number if events else 0, tongue_of(request))


async def listening(
    request: Request, known: Annotated[Told, Depends(told)]
) -> AsyncIterator[Listener | None]:
    """Give the stream its place as long as it lasts, or None where there is none left."""
    key = (known.run.user_id, known.run.id)
    number = known.followed.number
    try:
        place = parts_of(request).listening.place(key, after=number, newest=known.newest)
        with place as listener:
            yield listener
    except TooManyStreams:
        yield None


@router.get("/runs/{run_id}/live", response_class=EventStream)
async def live(
    request: Request,
    known: Annotated[Told, Depends(told)],
    listener: Annotated[Listener | None, Depends(listening)],
) -> EventStream:
    """Send what changes of the page of a run behind the event of `Last-Event-ID`, or of `after`."""
    pieces = _polled() if listener is None else _pieces(request, known, listener)
    # A proxy would hold back what is to come at once.
    return EventStream(pieces, headers={"X-Accel-Buffering": "no"})


async def _polled() -> AsyncIterator[bytes]:
    yield _POLL


async def _pieces(request: Request, known: Told, listener: Listener) -> AsyncIterator[bytes]:
    parts, followed = parts_of(request), known.followed
    may_go_on = partial(_is_here, request, listener.key[0])
    async for events in parts.listening.follow(listener, may_go_on=may_go_on):
        if not events:
            yield KEEPALIVE_COMMENT
            continue
        followed.take(events)
        if followed.is_over:
            break
        html = await to_thread.run_sync(_piece, parts, known)
        yield format_sse_event(data_str=html, id=str(followed.number))
        await asyncio.sleep(_BREATH_S)
    if followed.is_over or listener.is_over:
        yield _DONE


def _piece(parts: Parts, known: Told) -> str:
    runtime = parts.runtime
    if known.run.sync_from_date is None:
        # It has planned meanwhile, perhaps, and says now which days it is about.
        known.run = runtime.runs.one(known.run.user_id, known.run.id) or known.run
    shown = live_of(
        known.run,
        known.followed,
        known.tongue,
        now=runtime.now(),
        limit=runtime.settings.requests_per_minute,
    )
    values = {"run": known.run, "run_title": title_of(known.run, known.tongue), "live": shown}
    return bytes(parts.renderer.page("_live.html", values, tongue=known.tongue).body).decode()


def _is_here(request: Request, user_id: str) -> bool:
    """Tell whether who opened the page is still signed in."""
    caller = parts_of(request).identify(request)
    return caller is not None and caller.user_id == user_id
