"""How the queue and the parts of Garmin stand: what `status` shows below the people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from training_analyzer.cli.outcomes import number
from training_analyzer.cli.printing import plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from training_analyzer.services.runtime import Runtime

_MOST_RUNNING = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A sync that goes on; `owner` is the process that does it."""

    name: str | None
    user_id: str
    sync_id: int
    owner: str
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueStanding:
    """Who waits, who runs and who is left out; what there is not is None."""

    due: int
    oldest_due_at: datetime | None
    oldest_due_age_s: int
    next_due_at: datetime | None
    running: tuple[Running, ...]
    parked: int
    paused: int
    everybody_paused_at: datetime | None
    pause_reason: str | None
    connections: int
    needs_reconnect: int
    last_success_at: datetime | None

    def facts(self) -> Iterator[tuple[str, object]]:
        """Yield what there is to say, name and value."""
        waits = f", the first for {_span(self.oldest_due_age_s)}" if self.due else ""
        yield "Due now", f"{self.due}{waits}"
        yield "Next due", f"{plain(self.next_due_at)} UTC" if self.next_due_at else "nobody"
        yield "Running", len(self.running)
        for run in self.running[:_MOST_RUNNING]:
            who = run.name or run.user_id
            yield "", f"{who}: run {run.sync_id} since {plain(run.since)} UTC by {run.owner}"
        if self.parked:
            yield "Parked", f"{number(self.parked, 'user')} whose syncs ended with their process"
        if self.paused:
            yield "Paused", number(self.paused, "user")
        if self.needs_reconnect:
            yield "Stopped", f"{number(self.needs_reconnect, 'user')} must connect again"
        if self.everybody_paused_at:
            why = f": {self.pause_reason}" if self.pause_reason else ""
            yield "Everybody", f"is paused since {plain(self.everybody_paused_at)} UTC{why}"


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakerStanding:
    """A part of Garmin: closed answers, open rests, half-open is tried by one sync."""

    api: str
    region: str
    host: str
    state: str
    failures: int
    until: datetime | None

    def fact(self) -> tuple[str, object]:
        """Return what there is to say, name and value."""
        until = f" until {plain(self.until)} UTC" if self.until else ""
        since = f", {number(self.failures, 'failure')} in a row" if self.failures else ""
        return "Breaker", f"{self.host} ({self.api}): {self.state}{until}{since}"


def queue_of(runtime: Runtime, names: Mapping[str, str]) -> QueueStanding:
    """Return how the queue stands now.

    *names* are the people's, by user id: an embedding program has users without.
    """
    queue = runtime.watching.queue()
    pause = runtime.pauses.of_everybody()
    return QueueStanding(
        due=queue.due,
        oldest_due_at=queue.oldest_due_at,
        oldest_due_age_s=int(queue.oldest_due_age.total_seconds()),
        next_due_at=queue.next_due_at,
        running=tuple(
            Running(
                name=names.get(run.user_id),
                user_id=run.user_id,
                sync_id=run.sync_id,
                owner=run.owner,
                since=run.since,
            )
            for run in queue.running
        ),
        parked=queue.parked,
        paused=queue.paused,
        everybody_paused_at=queue.everybody_paused_at,
        pause_reason=pause.reason if pause else None,
        connections=queue.connections,
        needs_reconnect=queue.needs_reconnect,
        last_success_at=queue.last_success_at,
    )


def breakers_of(runtime: Runtime) -> list[BreakerStanding]:
    """Return how each part of Garmin stands that is asked here, or rests."""
    return [
        BreakerStanding(
            api=each.circuit.api.value,
            region=each.circuit.region.value,
            host=each.host,
            state=each.state.value,
            failures=each.failures,
            until=each.until,
        )
        for each in runtime.watching.circuits()
    ]


def _span(age_s: int) -> str:
    minutes = age_s // 60
    if minutes < 1:
        return "less than a minute"
    hours, minutes = divmod(minutes, 60)
    return f"{number(hours, 'hour')} {minutes} min" if hours else f"{minutes} min"
