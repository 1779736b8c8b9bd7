"""What a complete list of activities says about those that it does not have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import or_, select, update

from training_analyzer.db.tables import activities

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from training_analyzer.streams import Row, Window


def note_listed(
    db: Connection, user_id: str, window: Window, rows: Sequence[Row], *, now: datetime
) -> None:
    """Mark what is stored for the days of *window* and stands in none of *rows* as missing.

    That is a question to Garmin, not yet a deletion: a page may have come short. What is
    listed again is there again. The caller owns the transaction.
    """
    listed = {row["activity_id"] for row in rows}
    marked = or_(activities.c.missing_since.is_not(None), activities.c.deleted_at.is_not(None))
    within = activities.c.calendar_date.between(window.first.isoformat(), window.last.isoformat())
    query = select(activities.c.activity_id, marked.label("is_marked")).where(
        activities.c.user_id == user_id, activities.c.parent_id.is_(None), or_(within, marked)
    )
    stored = {row.activity_id: bool(row.is_marked) for row in db.execute(query)}
    back = [one for one, is_marked in stored.items() if is_marked and one in listed]
    gone = [one for one, is_marked in stored.items() if not is_marked and one not in listed]
    for activity_id in back:
        mine = or_(activities.c.activity_id == activity_id, activities.c.parent_id == activity_id)
        db.execute(
            update(activities)
            .where(activities.c.user_id == user_id, mine)
            .values(missing_since=None, deleted_at=None, changed_at=now)
        )
    for activity_id in gone:
        db.execute(
            update(activities)
            .where(activities.c.user_id == user_id, activities.c.activity_id == activity_id)
            .values(missing_since=now)
        )
