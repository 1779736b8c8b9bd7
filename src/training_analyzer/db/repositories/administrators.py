"""The rule that somebody who rules the server is always left."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import or_, select

from training_analyzer.db.tables import users
from training_analyzer.model import Role

if TYPE_CHECKING:
    from sqlalchemy import Connection


def leaves_an_administrator(db: Connection, user_id: str) -> Any:  # noqa: ANN401 - a condition of SQLAlchemy's
    """Return the condition under which *user_id* may stop being an administrator.

    It holds for whoever rules nothing anyhow, and where another one is left who can sign in.
    On PostgreSQL two of them who leave at once wait for each other here.
    """
    rulers = select(users.c.user_id).where(users.c.role == Role.ADMIN.value)
    db.execute(rulers.order_by(users.c.user_id).with_for_update())
    others = users.alias("others")
    another = select(others.c.user_id).where(
        others.c.role == Role.ADMIN.value,
        others.c.disabled_at.is_(None),
        others.c.user_id != user_id,
    )
    return or_(users.c.role != Role.ADMIN.value, users.c.disabled_at.is_not(None), another.exists())
