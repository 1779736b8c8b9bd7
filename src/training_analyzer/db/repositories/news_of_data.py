"""What an answer of Garmin's changed, told to webhooks in the transaction that stores it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from training_analyzer.db.repositories.outbox import listens, tell
from training_analyzer.db.tables import activities, metadata
from training_analyzer.db.tables.columns import DAY
from training_analyzer.model import Group
from training_analyzer.planning.webhooks import EventType

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from training_analyzer.streams import Row, Stream

_OF_GROUP: Final = {
    Group.WELLNESS: EventType.WELLNESS_UPDATED,
    Group.FITNESS: EventType.FITNESS_UPDATED,
}
# What a row says of us, or of where it came from, is no news of a body.
_OURS: Final = {"user_id", "api", "first_seen_at", "changed_at", "missing_since"}
# A condition with many ids is longer than a database takes.
_AT_ONCE: Final = 500


def tell_changes(
    db: Connection,
    user_id: str,
    stream: Stream,
    rows: Mapping[str, Sequence[Row]],
    *,
    now: datetime,
) -> None:
    """Tell which of *rows*, by table, are new or changed as of *now*.

    A row that changed twice within a millisecond may be told twice, none is left out.
    """
    if not listens(db, user_id):
        return
    if stream.table == activities.name:
        listed = [int(str(row["activity_id"])) for row in rows.get(activities.name, ())]
        _tell_activities(db, user_id, listed, now=now)
        return
    event = _OF_GROUP.get(stream.group)
    if event is None:
        return
    changed = {name: _changed(db, user_id, name, found, now) for name, found in rows.items()}
    if not any(changed.values()):
        return
    days = {str(row[DAY]) for found in changed.values() for row in found if row.get(DAY)}
    tell(
        db,
        user_id,
        event,
        {"dates": sorted(days), "streams": [stream.name]},
        details={"rows": {name: _plain(found) for name, found in changed.items()}},
        now=now,
    )


def _tell_activities(
    db: Connection, user_id: str, activity_ids: Iterable[int], *, now: datetime
) -> None:
    """Tell which of these activities are new, changed or gone as of *now*; no leg by itself."""
    ids = sorted(set(activity_ids))
    for start in range(0, len(ids), _AT_ONCE):
        query = select(activities).where(
            activities.c.user_id == user_id,
            activities.c.activity_id.in_(ids[start : start + _AT_ONCE]),
            activities.c.parent_id.is_(None),
            activities.c.changed_at == now,
        )
        for row in db.execute(query.order_by(activities.c.start_utc)).mappings().all():
            _tell_activity(db, user_id, row, now=now)


def tell_activity(db: Connection, user_id: str, activity_id: int, *, now: datetime) -> None:
    """Tell that an activity is gone, or what belongs to it (its file, its laps) changed."""
    if not listens(db, user_id):
        return
    query = select(activities).where(
        activities.c.user_id == user_id,
        activities.c.activity_id == activity_id,
        activities.c.parent_id.is_(None),
    )
    row = db.execute(query).mappings().one_or_none()
    if row is not None:
        _tell_activity(db, user_id, {**row, "first_seen_at": None}, now=now)


def _tell_activity(db: Connection, user_id: str, row: Mapping[Any, Any], *, now: datetime) -> None:
    if row["deleted_at"] is not None:
        event = EventType.ACTIVITY_DELETED
    elif row["first_seen_at"] is not None and row["first_seen_at"] == row["changed_at"]:
        event = EventType.ACTIVITY_CREATED
    else:
        event = EventType.ACTIVITY_UPDATED
    data = {"activity_id": row["activity_id"], "type": row["type_key"], "start": row["start_utc"]}
    tell(db, user_id, event, data, details={"activity": _plain([row])[0]}, now=now)


def _changed(
    db: Connection, user_id: str, name: str, rows: Sequence[Row], now: datetime
) -> list[Mapping[Any, Any]]:
    """Return those of *rows* that the database holds as changed *now*."""
    table = metadata.tables[name]
    if "changed_at" not in table.c or not rows:
        return list(rows)
    query = select(table).where(table.c.user_id == user_id, table.c.changed_at == now)
    days = sorted(str(row[DAY]) for row in rows if row.get(DAY))
    if DAY in table.c and days:
        query = query.where(table.c[DAY].between(days[0], days[-1]))
    return list(db.execute(query).mappings())


def _plain(rows: Iterable[Mapping[Any, Any]]) -> list[dict[str, object]]:
    """Return *rows* without what is ours, empty, or packed."""
    return [
        {
            str(name): value
            for name, value in row.items()
            if value is not None and name not in _OURS and not isinstance(value, bytes)
        }
        for row in rows
    ]
