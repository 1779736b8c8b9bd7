"""What is written of one activity beyond its row: its file, its laps and its track."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import and_, delete, select

from training_analyzer.db.tables import activity_files, activity_laps, activity_tracks
from training_analyzer.db.upsert import upsert

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, Connection

    from training_analyzer.streams import Payload, Row, Window

_SPLITS: Final = "splits"


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityFile:
    """A downloaded file and what was read in it: laps, and at most one track."""

    file: Row
    laps: Sequence[Row] = ()
    tracks: Sequence[Row] = ()

    @property
    def sha256(self) -> str:
        """The hash of the file as it came."""
        return str(self.file["sha256"])


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer about one activity as it came, the days it is archived under, and its rows."""

    window: Window
    payload: Payload
    rows: Sequence[Row]


def is_of_a_file() -> ColumnElement[bool]:
    """Ask whether a lap was read in a file: what a file says is never lost to splits."""
    return activity_laps.c.source.is_distinct_from(_SPLITS)


def write_file(
    db: Connection, owner: Mapping[str, Any], found: ActivityFile, *, now: datetime
) -> int:
    """Write a file, its laps and its track; return how many rows changed.

    *owner* names user, activity and interface. What an earlier version had more goes; the
    splits of an activity stay where its file has no lap. The caller owns the transaction.
    """
    laps = _of(activity_laps, owner)
    surplus = activity_laps.c.lap_index >= len(found.laps)
    db.execute(delete(activity_laps).where(laps, surplus if found.laps else is_of_a_file()))
    if not found.tracks:
        db.execute(delete(activity_tracks).where(_of(activity_tracks, owner)))
    return sum(
        upsert(db, table, [{**owner, **row} for row in rows], now=now)
        for table, rows in (
            (activity_files, [found.file]),
            (activity_laps, found.laps),
            (activity_tracks, found.tracks),
        )
    )


def with_file_laps(db: Connection, user_id: str, activity_ids: Iterable[int]) -> set[int]:
    """Return which of *activity_ids* have laps of a file."""
    wanted = set(activity_ids)
    if not wanted:
        return set()
    query = select(activity_laps.c.activity_id).where(
        activity_laps.c.user_id == user_id,
        # A list of them all may be longer than a database takes.
        activity_laps.c.activity_id.between(min(wanted), max(wanted)),
        is_of_a_file(),
    )
    return wanted & set(db.execute(query.distinct()).scalars())


def _of(table: Any, owner: Mapping[str, Any]) -> ColumnElement[bool]:  # noqa: ANN401 - a table
    return and_(*(table.c[name] == owner[name] for name in ("user_id", "activity_id")))
