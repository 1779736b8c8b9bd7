"""The seam between the pretend Garmin's HTTP half and what it answers with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from training_analyzer.model import Api

if TYPE_CHECKING:
    from training_analyzer.streams import Json


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP answer: `body` is JSON, or bytes sent as they stand, or None for no body.

    JSON's own `null` is the bytes `b"null"`, because None means an empty answer.
    """

    status: int = 200
    body: Json | bytes = None
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """Whose data is asked for. `athlete` is the seeded life; recordings do without one."""

    profile_id: int
    display_name: str
    full_name: str
    email: str
    guid: str
    athlete: Any = None


# (owner, api, path, query, now) -> answer; 404 for a path that it does not know.
# The path is as it was sent: a display name in it may be percent-encoded.
type Answerer = Callable[[Owner, Api, str, Mapping[str, str], datetime], Answer]
