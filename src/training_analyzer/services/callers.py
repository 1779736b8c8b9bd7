"""Who asks, and what they may do: a person in a browser, or a program with a key."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Self

from training_analyzer.model import Role

# The faces take it from here.
__all__ = ["SCOPES", "Caller", "Role", "Scope"]


class Scope(StrEnum):
    """What a caller may do. A session has all of its person's scopes, a key those it was given."""

    SYNC_READ = "sync:read"
    SYNC_WRITE = "sync:write"
    DATA_READ = "data:read"
    CREDENTIALS_WRITE = "credentials:write"
    ADMIN = "admin"


_OF_EVERYBODY: Final = frozenset(Scope) - {Scope.ADMIN}
SCOPES: Final = {Role.USER: _OF_EVERYBODY, Role.ADMIN: frozenset(Scope)}


@dataclass(frozen=True, slots=True)
class Caller:
    """Whose request it is, and how they proved it: by a session, or by a key of theirs.

    `is_fresh`: the person proved who they are within the last quarter of an hour.
    """

    user_id: str
    role: Role
    scopes: frozenset[Scope]
    session_id: str | None = None
    key_id: str | None = None
    is_fresh: bool = False

    @classmethod
    def of(cls, user_id: str, role: Role = Role.USER) -> Self:
        """Return a caller whom an embedding application has let in, with all that *role* may."""
        return cls(user_id, role, SCOPES[role])
