"""One file in, laps and track out, and an honest word on how it went."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from training_analyzer.fit import quick, thorough
from training_analyzer.fit.archive import Format
from training_analyzer.fit.laps import instant, laps_of, sessions_of
from training_analyzer.fit.track import session_starts, track_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from training_analyzer.fit.archive import Inner
    from training_analyzer.fit.messages import Cell, Messages
    from training_analyzer.streams import Row

TOO_LARGE: Final = "too_large"
NO_MESSAGES: Final = "no_messages"


class Status(StrEnum):
    """How much of a file was read."""

    OK = "ok"
    PARTIAL = "partial"
    FAILED = "failed"
    NOT_FIT = "not_fit"


@dataclass(frozen=True, slots=True)
class Decoded:
    """What a file says. `track` has one value per record and column, and may be empty.

    `errors` are words of our own: `checksum`, `truncated`, `malformed`, `too_long`,
    `too_large`, `no_messages`.
    """

    status: Status
    decoder: str | None = None
    errors: tuple[str, ...] = ()
    start_utc: datetime | None = None
    track: Mapping[str, Sequence[Cell]] = field(default_factory=dict)
    laps: Sequence[Row] = ()
    sessions: Sequence[Row] = ()

    @property
    def point_count(self) -> int:
        """How many records the track has."""
        return len(self.track.get("time_s", ()))


def decode(inner: Inner) -> Decoded:
    """Return what the file says; a damaged one gives what could be read before the damage.

    A file without records is `ok`: strength and breathing have none. Never raises.
    """
    if inner.is_too_large:
        return Decoded(Status.FAILED, errors=(TOO_LARGE,))
    if inner.format is not Format.FIT:
        return Decoded(Status.NOT_FIT)
    try:
        messages, decoder = quick.read(inner.content), quick.NAME
    except ValueError:
        messages, decoder = thorough.read(inner.content), thorough.NAME
    return _told(messages, decoder)


def _told(messages: Messages, decoder: str) -> Decoded:
    track, laps, sessions = track_of(messages), laps_of(messages), sessions_of(messages)
    errors = messages.errors
    if not messages.count:
        errors = (*errors, NO_MESSAGES)
    starts = [*session_starts(messages), *(at for at in track.get("time_s", ())[:1] if at)]
    if not errors:
        status = Status.OK
    else:
        status = Status.PARTIAL if track or laps or sessions else Status.FAILED
    return Decoded(
        status,
        decoder,
        errors,
        instant(min(starts, default=None)),
        track,
        laps,
        sessions,
    )
