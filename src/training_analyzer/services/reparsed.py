"""What a pass over the archive tells: how far it is, what it did, what it could not read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

MOST_TOLD: Final = 100


@dataclass(frozen=True, slots=True)
class Unreadable:
    """An archived answer that could not be read, and why.

    `code` is `damaged`, `schema_drift`, `internal` (a bug; the log says where), or
    `unknown_stream` for all answers of a stream that this version does not know. Of the
    stream `activity_files` they are files, and `corrupt_file` says that nothing is in one.
    """

    user_id: str
    stream: str
    first: str | None
    last: str | None
    code: str
    payloads: int = 1


@dataclass(frozen=True, slots=True)
class ReparseProgress:
    """How far the pass is with one person's group of tables, or with their files."""

    user_id: str
    table: str
    done: int
    total: int


@dataclass(slots=True)
class Reparsed:
    """What a pass did; `unreadable` are the first hundred of the `unreadable_payloads`."""

    users: int = 0
    payloads: int = 0
    files: int = 0
    rows_changed: int = 0
    unreadable_payloads: int = 0
    unreadable: list[Unreadable] = field(default_factory=list)
    is_resumed: bool = False

    def tell(self, unreadable: Unreadable) -> None:
        """Add what could not be read."""
        self.unreadable_payloads += unreadable.payloads
        if len(self.unreadable) < MOST_TOLD:
            self.unreadable.append(unreadable)


type Watch = Callable[[ReparseProgress], None]
