"""Exports: how one stands, and which tables and streams its types of data mean. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from training_analyzer.model import Group
from training_analyzer.streams import BY_ACTIVITY, CATALOG

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime

    from training_analyzer.streams import Stream

GROUPS: Final = (Group.ACTIVITIES.value, Group.WELLNESS.value, Group.FITNESS.value)
_STREAMS: Final = (*CATALOG, *BY_ACTIVITY)
TYPES: Final = (*GROUPS, *(each.name for each in _STREAMS if each.name not in GROUPS))
# What an activity's own file is read into, and the file itself.
OF_ACTIVITIES: Final = "activity_"


class ExportState(StrEnum):
    """How an export stands."""

    QUEUED = "queued"
    RUNNING = "running"
    READY = "ready"
    FAILED = "failed"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Between:
    """Days from *first* to *last*, both included; None is open."""

    first: date | None = None
    last: date | None = None


EVER: Final = Between()


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportJob:
    """An export that was asked for; `types` is None for everything."""

    user_id: str
    export_id: str
    format: str
    span: Between = EVER
    types: tuple[str, ...] | None = None
    include_raw: bool = False
    include_files: bool = False
    created_at: datetime
    state: ExportState = ExportState.QUEUED
    ended_at: datetime | None = None
    expires_at: datetime | None = None
    file_name: str | None = None
    file_bytes: int | None = None
    error_code: str | None = None
    parts_done: int = 0
    parts_total: int | None = None
    attempts: int = 0
    owner: str | None = None


def tables_meant(types: Iterable[str] | None, known: Iterable[str]) -> frozenset[str]:
    """Return those of the *known* tables that *types* means; None means all.

    A type is a table, a stream, or a group of streams; where one word is both, the group.
    """
    tables = frozenset(known)
    if types is None:
        return tables
    wanted = set(types)
    found = tables & wanted
    for stream in _STREAMS:
        if stream.group in wanted or stream.name in wanted:
            found |= tables & _tables_of(stream)
    if Group.ACTIVITIES in wanted:
        found |= {name for name in tables if name.startswith(OF_ACTIVITIES)}
    return found


def streams_into(tables: Iterable[str]) -> frozenset[str]:
    """Return the streams whose answers are read into any of *tables*."""
    wanted = frozenset(tables)
    return frozenset(stream.name for stream in _STREAMS if wanted & _tables_of(stream))


def _tables_of(stream: Stream) -> frozenset[str]:
    also = (table for route in stream.routes.values() for table in route.also)
    return frozenset({stream.table, *also})
