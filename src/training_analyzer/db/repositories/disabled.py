"""Who is kept out: nothing is done for somebody who is disabled."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import not_, select

from training_analyzer.db.tables import users

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement


def is_not_disabled(user_id: ColumnElement[str]) -> ColumnElement[bool]:
    """Return the condition that nobody has disabled the person of *user_id*.

    The users of an embedding program are not in `users`, and nobody disables them there.
    """
    disabled = select(users.c.user_id).where(
        users.c.user_id == user_id, users.c.disabled_at.is_not(None)
    )
    return not_(disabled.exists())
