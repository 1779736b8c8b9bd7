"""Keys for programs: made, renewed and ended by a person, never by a key."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Literal

from fastapi import APIRouter, Depends, Response, status
from pydantic import AfterValidator, Field
from starlette.requests import Request  # noqa: TC002 - FastAPI resolves the annotations

from training_analyzer.services.api_keys import MOST_KEYS, PREFIX
from training_analyzer.services.callers import Caller, Scope
from training_analyzer.web.api.words import Answer, Strict, UserId, Web
from training_analyzer.web.auditing import note
from training_analyzer.web.auth import fresh_person
from training_analyzer.web.refusals import InsufficientScope, NotFound, TooManyKeys

if TYPE_CHECKING:
    from training_analyzer.services.api_keys import ApiKey

router = APIRouter()

type Fresh = Annotated[Caller, Depends(fresh_person)]
type ScopeText = Literal["sync:read", "sync:write", "data:read", "credentials:write", "admin"]
_LONGEST_DAYS = 3650


def _one_line(text: str) -> str:
    if not text.isprintable() or text != text.strip():
        message = "must be one line without spaces around it"
        raise ValueError(message)
    return text


class NewKey(Strict):
    """What a key is to be; without `expires_in_days` it is good until it is deleted."""

    name: Annotated[str, Field(min_length=1, max_length=64), AfterValidator(_one_line)]
    scopes: Annotated[list[ScopeText], Field(min_length=1, max_length=len(Scope))]
    expires_in_days: Annotated[int, Field(ge=1, le=_LONGEST_DAYS)] | None = None


class Key(Answer):
    """A key as its owner knows it again; `prefix` is how it begins."""

    id: str
    name: str
    prefix: str
    scopes: list[str]
    created_at: datetime
    last_used_at: datetime | None
    expires_at: datetime | None


class ShownKey(Key):
    """A key with its secret, which is shown this once."""

    key: str


class Keys(Answer):
    """Every key of the caller, the newest first."""

    items: list[Key]
    next_cursor: None = None


@router.get("/api-keys")
def list_keys(user_id: UserId, web: Web) -> Keys:
    """List the caller's keys; no answer shows what opens anything."""
    return Keys(items=[_told(key) for key in web.access.api_keys.list(user_id)])


@router.post("/api-keys", status_code=status.HTTP_201_CREATED)
def add_key(asked: NewKey, person: Fresh, web: Web, request: Request) -> ShownKey:
    """Make a key and show it, once. It needs a sign-in of the last 15 minutes."""
    scopes = frozenset(Scope(scope) for scope in asked.scopes)
    for scope in sorted(scopes - person.scopes):
        raise InsufficientScope(scope)
    lives = timedelta(days=asked.expires_in_days) if asked.expires_in_days else None
    issued = web.access.api_keys.issue(person.user_id, asked.name, scopes, lives=lives)
    if issued is None:
        raise TooManyKeys(MOST_KEYS)
    return _shown(request, "api_key_created", *issued)


@router.post("/api-keys/{key_id}/rotate")
def rotate_key(key_id: str, person: Fresh, web: Web, request: Request) -> ShownKey:
    """Give a key another secret and show it, once; the old one ends at once."""
    rotated = web.access.api_keys.rotate(person.user_id, key_id)
    if rotated is None:
        raise NotFound
    return _shown(request, "api_key_rotated", *rotated)


@router.delete("/api-keys/{key_id}", status_code=status.HTTP_204_NO_CONTENT)
def delete_key(key_id: str, person: Fresh, web: Web, request: Request) -> Response:
    """End a key at once."""
    if not web.access.api_keys.end(person.user_id, key_id):
        raise NotFound
    note(request, "api_key_deleted", user_id=person.user_id, target=key_id)
    return Response(status_code=status.HTTP_204_NO_CONTENT)


def _shown(request: Request, action: str, key: ApiKey, token: str) -> ShownKey:
    note(request, action, user_id=key.user_id, target=key.key_id)
    return ShownKey(**_told(key).model_dump(), key=token)


def _told(key: ApiKey) -> Key:
    return Key(
        id=key.key_id,
        name=key.name,
        prefix=f"{PREFIX}{key.key_id}",
        scopes=[scope.value for scope in Scope if scope.value in key.scopes],
        created_at=key.created_at,
        last_used_at=key.last_used_at,
        expires_at=key.expires_at,
    )
