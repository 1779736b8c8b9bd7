"""How syncing goes for everybody, for an administrator: connections, runs, queue, the pause."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Literal

from fastapi import APIRouter, Query, Request

from training_analyzer.web.api.paging import Cursors, NextCursor, Paged
from training_analyzer.web.api.runs import Counts
from training_analyzer.web.api.words import Admin, Answer, OneLine, Strict, Web
from training_analyzer.web.auditing import note
from training_analyzer.web.history import details_of
from training_analyzer.web.refusals import InvalidCursor
from training_analyzer.web.states import StateWord, word_of

if TYPE_CHECKING:
    from training_analyzer.model import GarminSyncHistory
    from training_analyzer.services.runtime import Runtime

router = APIRouter(prefix="/admin")


class ConnectionForAdmin(Answer):
    """How somebody's connection stands; `name` is null for a user of an embedding program."""

    user_id: str
    name: str | None
    state: StateWord
    code: str | None
    reason: str | None
    until: datetime | None


class ConnectionsForAdmin(Answer):
    """Connections, by user id."""

    items: list[ConnectionForAdmin]
    next_cursor: NextCursor


class RunForAdmin(Counts):
    """One run of somebody: how it went, and nothing that it brought."""

    sync_id: int
    user_id: str
    name: str | None
    sync_type: str
    status: str
    started_at: datetime
    completed_at: datetime | None
    duration_seconds: int | None
    requests_used: int
    error_code: str | None
    error_message: str | None
    failed_windows: int


class RunsForAdmin(Answer):
    """Runs of everybody, newest first."""

    items: list[RunForAdmin]
    next_cursor: NextCursor


class RunningNow(Answer):
    """A run that goes on, and the process that does it."""

    user_id: str
    sync_id: int
    owner: str
    since: datetime


class BreakerForAdmin(Answer):
    """A part of Garmin: `closed` answers, `open` rests until `until`, `half_open` is tried."""

    api: str
    region: str
    host: str
    state: str
    failures: int
    until: datetime | None


class PauseForAdmin(Answer):
    """The pause of everybody."""

    since: datetime
    reason: str | None
    paused_by: str | None


class QueueForAdmin(Answer):
    """Who waits, who runs, who is left out, and which parts of Garmin rest."""

    due: int
    oldest_due_at: datetime | None
    oldest_due_age_s: int
    next_due_at: datetime | None
    running: list[RunningNow]
    parked: int
    paused: int
    connections: int
    needs_reconnect: int
    last_success_at: datetime | None
    pause: PauseForAdmin | None
    breakers: list[BreakerForAdmin]


class Pausing(Strict):
    """What people read while everybody is paused."""

    reason: OneLine


class Resumed(Answer):
    """Whether there was a pause to end."""

    was_paused: bool


@router.get("/connections")
def list_connections(
    admin: Admin,
    web: Web,
    page: Paged,
    state: Annotated[StateWord | None, Query()] = None,
) -> ConnectionsForAdmin:
    """Return how everybody's connection stands, by user id; with `state` only such."""
    cursors = Cursors("admin/connections", admin.user_id, {"state": state})
    found = web.runtime.administration.connected(
        limit=page.asked,
        after=_user_id(cursors.read(page.cursor)),
        wanted=lambda it: state in {None, word_of(it)},
    )
    rows, following = page.cut(cursors, found, lambda last: [last.user_id])
    items = [
        ConnectionForAdmin(
            user_id=each.user_id,
            name=each.name,
            state=word_of(each.standing),
            code=each.standing.code,
            reason=each.standing.reason,
            until=each.standing.until,
        )
        for each in rows
    ]
    return ConnectionsForAdmin(items=items, next_cursor=following)


@router.get("/syncs")
def list_runs(
    admin: Admin,
    web: Web,
    page: Paged,
    status: Literal["running", "completed", "partial", "failed"] | None = None,
) -> RunsForAdmin:
    """Return the runs of everybody, newest first: states, counts and errors."""
    cursors = Cursors("admin/syncs", admin.user_id, {"status": status})
    found = web.runtime.administration.runs(
        limit=page.asked, after=_run_id(cursors.read(page.cursor)), status=status
    )
    rows, following = page.cut(cursors, found, lambda last: [last[0].id])
    return RunsForAdmin(items=[_run(run, name) for run, name in rows], next_cursor=following)


@router.get("/queue")
def queue(_admin: Admin, web: Web) -> QueueForAdmin:
    """Return how the queue of the whole installation stands now; Garmin is not asked."""
    found = web.runtime.watching.queue()
    return QueueForAdmin(
        due=found.due,
        oldest_due_at=found.oldest_due_at,
        oldest_due_age_s=int(found.oldest_due_age.total_seconds()),
        next_due_at=found.next_due_at,
        running=[
            RunningNow(
                user_id=each.user_id, sync_id=each.sync_id, owner=each.owner, since=each.since
            )
            for each in found.running
        ],
        parked=found.parked,
        paused=found.paused,
        connections=found.connections,
        needs_reconnect=found.needs_reconnect,
        last_success_at=found.last_success_at,
        pause=_pause(web.runtime),
        breakers=[
            BreakerForAdmin(
                api=each.circuit.api.value,
                region=each.circuit.region.value,
                host=each.host,
                state=each.state.value,
                failures=each.failures,
                until=each.until,
            )
            for each in web.runtime.watching.circuits()
        ],
    )


@router.post("/pause")
def pause(asked: Pausing, admin: Admin, web: Web, request: Request) -> PauseForAdmin:
    """Let nobody be synced, by themselves or by hand; runs that go on end as they would.

    Pausing again changes the reason. Garmin sessions are kept alive meanwhile.
    """
    web.runtime.pauses.pause_everybody(asked.reason, by=admin.user_id)
    note(request, "paused", user_id=None)
    told = _pause(web.runtime)
    # Somebody else may have resumed between the two.
    return told or PauseForAdmin(
        since=web.runtime.now(), reason=asked.reason, paused_by=admin.user_id
    )


@router.post("/resume")
def resume(_admin: Admin, web: Web, request: Request) -> Resumed:
    """End the pause of everybody; whoever missed a slot is synced once, soon."""
    was_paused = web.runtime.pauses.resume_everybody()
    note(request, "resumed", user_id=None)
    return Resumed(was_paused=was_paused)


def _pause(runtime: Runtime) -> PauseForAdmin | None:
    found = runtime.pauses.of_everybody()
    if found is None:
        return None
    return PauseForAdmin(since=found.since, reason=found.reason, paused_by=found.paused_by)


def _run(run: GarminSyncHistory, name: str | None) -> RunForAdmin:
    details = details_of(run)
    return RunForAdmin(
        sync_id=run.id,
        user_id=run.user_id,
        name=name,
        sync_type=run.sync_type,
        status=run.status,
        started_at=run.started_at,
        completed_at=run.completed_at,
        duration_seconds=run.duration_seconds,
        requests_used=run.requests,
        error_code=details.code,
        error_message=run.error_message,
        failed_windows=len(details.failures),
        activities_synced=run.activities_synced,
        wellness_days_synced=run.wellness_days_synced,
        fitness_days_synced=run.fitness_days_synced,
    )


def _user_id(key: list[str | int] | None) -> str | None:
    if key is None:
        return None
    if len(key) != 1:
        raise InvalidCursor
    return str(key[0])


def _run_id(key: list[str | int] | None) -> int | None:
    if key is None:
        return None
    try:
        (run_id,) = key
        return int(run_id)
    except ValueError:
        raise InvalidCursor from None
