"""A run as it goes on: its events as a stream, from any of them to the end."""

from __future__ import annotations

from collections.abc import AsyncIterator  # noqa: TC003 - FastAPI resolves the annotations
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Annotated

from anyio import to_thread
from fastapi import APIRouter, Depends, Header, Query
from fastapi.sse import KEEPALIVE_COMMENT, format_sse_event
from starlette.requests import Request  # noqa: TC002 - FastAPI resolves the annotations
from starlette.responses import StreamingResponse

from training_analyzer.services.callers import Scope
from training_analyzer.web.api.words import SyncReader, Web  # noqa: TC001 - FastAPI reads them
from training_analyzer.web.history import details_of
from training_analyzer.web.listening import Listener  # noqa: TC001 - FastAPI reads it
from training_analyzer.web.parts import parts_of
from training_analyzer.web.refusals import NotFound

if TYPE_CHECKING:
    from training_analyzer.services.events import SyncEvent
    from training_analyzer.web.parts import Parts

router = APIRouter()

type Number = Annotated[int, Query(ge=0, le=2**31 - 1)]
type LastNumber = Annotated[int | None, Header(alias="Last-Event-ID", ge=0, le=2**31 - 1)]


class EventStream(StreamingResponse):
    """Server-sent events, whose generator gives bytes: as many events at once as there are.

    The framework's own way, three tasks and a message for each event, took three times the
    processor for 200 listeners, and many times as long (`bench/listeners.py`).
    """

    media_type = "text/event-stream"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A run of the caller, and from where on it is told."""

    user_id: str
    run_id: int
    after: int
    newest: int


def wanted(
    sync_id: int, user_id: SyncReader, web: Web, after: Number = 0, last_id: LastNumber = None
) -> Wanted:
    """Return what is asked for. Raises `NotFound` for another's run, before any stream begins."""
    run = web.runtime.runs.one(user_id, sync_id)
    if run is None:
        raise NotFound
    newest = web.runtime.events.last_number(user_id, sync_id)
    return Wanted(user_id, sync_id, after if last_id is None else last_id, newest)


async def listening(asked: Annotated[Wanted, Depends(wanted)], web: Web) -> AsyncIterator[Listener]:
    """Give the stream its place, as long as it lasts. Raises `TooManyStreams`."""
    key = (asked.user_id, asked.run_id)
    with web.listening.place(key, after=asked.after, newest=asked.newest) as listener:
        yield listener


@router.get("/syncs/{sync_id}/events", response_class=EventStream)
async def sync_events(
    listener: Annotated[Listener, Depends(listening)], web: Web, request: Request
) -> EventStream:
    """Tell what a run of the caller did so far and goes on to do, until it has ended.

    The stream begins behind the event of `Last-Event-ID`, or of `after`; 0 begins at the start.
    """
    # A proxy would hold back what is to come at once.
    return EventStream(_told(listener, web, request), headers={"X-Accel-Buffering": "no"})


async def _told(listener: Listener, web: Parts, request: Request) -> AsyncIterator[bytes]:
    may_go_on = partial(_is_allowed, request, listener.key[0])
    async for events in web.listening.follow(listener, may_go_on=may_go_on):
        yield b"".join(map(_message, events)) or KEEPALIVE_COMMENT
    if listener.is_over:
        # Its end was sent before, or is forgotten, or a program wrote the run by itself.
        end = await to_thread.run_sync(_end, web, listener)
        if end is not None:
            yield _message(end)


def _end(web: Parts, listener: Listener) -> SyncEvent | None:
    """Return how a run ended; None for one that was deleted meanwhile."""
    run = web.runtime.runs.one(*listener.key)
    if run is None:
        return None
    details = details_of(run)
    return web.runtime.events.end_of(
        run,
        failed_windows=len(details.failures),
        error_code=details.code,
        retry_at=details.retry_at,
    )


def _is_allowed(request: Request, user_id: str) -> bool:
    """Tell whether who opened the stream may still read it: signed in, not disabled."""
    caller = parts_of(request).identify(request)
    if caller is None or caller.user_id != user_id:
        return False
    return Scope.SYNC_READ in caller.scopes


def _message(event: SyncEvent) -> bytes:
    # One that was made of the history has no number that a client could come back with.
    number = str(event.number) if event.number else None
    return format_sse_event(data_str=event.data, event=event.kind.value, id=number)
