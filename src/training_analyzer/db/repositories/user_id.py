"""What can be a user id: any text that both databases store as it is."""

from __future__ import annotations

from training_analyzer.db.text import storable


def checked_user_id(user_id: object) -> str:
    """Return *user_id*, opaque to us; raises `ValueError` for an empty or unstorable one."""
    if not isinstance(user_id, str) or not user_id.strip() or storable(user_id) != user_id:
        message = "user_id must be a text that is not empty"
        raise ValueError(message)
    return user_id
