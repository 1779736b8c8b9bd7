"""How a person's connection stands: what `status` shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from training_analyzer.cli.printing import plain
from training_analyzer.services.garmin_scheduler import GarminSyncScheduler

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from training_analyzer.model import GarminSyncHistory, User
    from training_analyzer.services.runtime import Runtime


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A person's connection, without its secrets; `email` is only a hint."""

    kind: str
    region: str
    garmin_user_id: str | None
    garmin_display_name: str | None
    email: str | None
    is_valid: bool
    validation_error: str | None
    last_validation_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One person's connection, last sync and next sync; what there is not is None."""

    HEADINGS: ClassVar = ("name", "connected by", "state", "last sync (UTC)", "next (UTC)")

    name: str
    user_id: str
    connection: Link | None
    stands: str
    reason: str | None
    until: datetime | None
    is_running: bool
    not_before: datetime | None
    last_sync: GarminSyncHistory | None
    next_sync_at: datetime | None

    @property
    def state(self) -> str:
        """One word or two for the table."""
        return "running" if self.is_running else self.stands.replace("_", " ")

    def row(self) -> tuple[object, ...]:
        """Return the cells under `HEADINGS`."""
        return (
            self.name,
            self.connection.kind if self.connection else None,
            self.state,
            self.last_sync.started_at if self.last_sync else None,
            self.next_sync_at,
        )

    def facts(self) -> Iterator[tuple[str, object]]:
        """Yield what there is to say, name and value."""
        yield "Name", self.name
        yield "User id", self.user_id
        if self.connection is None:
            yield "Garmin", "not connected: garmin-sync connect NAME --kind password"
        else:
            yield from _of_link(self.connection)
        yield "State", self.state
        if self.reason:
            yield "", self.reason
        if self.until:
            yield "Until", f"{plain(self.until)} UTC"
        if self.last_sync is None:
            yield "Last sync", "never"
        else:
            yield "Last sync", f"{plain(self.last_sync.started_at)} UTC, {self.last_sync.status}"
            if self.last_sync.error_message:
                yield "", self.last_sync.error_message
        if self.not_before:
            yield "Garmin asks", f"to wait until {plain(self.not_before)} UTC"
        if self.next_sync_at:
            yield "Next sync", f"{plain(self.next_sync_at)} UTC, while garmin-sync serve runs"
        elif self.connection:
            yield "Next sync", "not by itself"


def standing_of(runtime: Runtime, person: User) -> Standing:
    """Return how *person* stands now. Asks nothing of Garmin."""
    user_id = person.user_id
    now = runtime.now()
    entry = runtime.schedule.entry(user_id)
    latest = runtime.credentials.get_sync_history(user_id, limit=1)
    waits = entry.not_before if entry and entry.not_before and entry.not_before > now else None
    stands = runtime.connections.standing(user_id)
    return Standing(
        name=person.name,
        user_id=user_id,
        connection=_link(runtime, user_id),
        stands=stands.state.value,
        reason=stands.reason,
        until=stands.until,
        is_running=bool(entry and entry.lease_until and entry.lease_until > now),
        not_before=waits,
        last_sync=latest[0] if latest else None,
        next_sync_at=GarminSyncScheduler(runtime).get_next_sync_time(user_id),
    )


def _link(runtime: Runtime, user_id: str) -> Link | None:
    found = runtime.credentials.get_credentials(user_id)
    if found is None:
        return None
    return Link(
        kind=found.kind.value,
        region=found.region.value,
        garmin_user_id=found.garmin_user_id,
        garmin_display_name=found.garmin_display_name,
        email=runtime.connections.email_hint(user_id),
        is_valid=found.is_valid,
        validation_error=found.validation_error,
        last_validation_at=found.last_validation_at,
    )


def _of_link(link: Link) -> Iterator[tuple[str, object]]:
    place = " in China" if link.region == "cn" else ""
    email = f", {link.email}" if link.email else ""
    yield "Garmin", f"{link.garmin_display_name or link.garmin_user_id}{place}{email}"
    yield "Connected by", link.kind
    if link.is_valid:
        yield "Works", f"yes, as of {plain(link.last_validation_at)} UTC"
    else:
        yield "Works", f"no: {link.validation_error}"
