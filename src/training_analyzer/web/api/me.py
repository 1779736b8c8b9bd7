"""The caller's own account: who they are here, how they like it, where they are signed in."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Literal
from zoneinfo import available_timezones

from fastapi import APIRouter, Depends, Response, status
from pydantic import AfterValidator, Field, SecretStr
from starlette.requests import Request  # noqa: TC002 - FastAPI resolves the annotations

from training_analyzer.services.callers import Caller
from training_analyzer.web import entering
from training_analyzer.web.api.versions import (
    IfMatch,
    IfNoneMatch,
    answered,
    etag_of,
    is_conditional,
)
from training_analyzer.web.api.words import Answer, ShortSecret, Strict, Web
from training_analyzer.web.auditing import note
from training_analyzer.web.auth import current_person, fresh_person, sign_out
from training_analyzer.web.patience import patient
from training_analyzer.web.refusals import NotFound, StaleVersion

if TYPE_CHECKING:
    from training_analyzer.services.sessions import Session
    from training_analyzer.web.parts import Parts

router = APIRouter()

type Person = Annotated[Caller, Depends(current_person)]
type Fresh = Annotated[Caller, Depends(fresh_person)]
type Theme = Literal["light", "dark"]
type Units = Literal["metric", "imperial"]


def _line(text: str) -> str:
    if not text.isprintable() or text != text.strip():
        message = "must be one line without spaces around it"
        raise ValueError(message)
    return text


def _zone(name: str) -> str:
    if name not in available_timezones():
        message = "not a time zone such as UTC or Europe/Berlin"
        raise ValueError(message)
    return name


type Line = Annotated[str, Field(min_length=1, max_length=64), AfterValidator(_line)]
type Address = Annotated[
    str, Field(max_length=254, pattern=r"^[^@\s]+@[^@\s]+$"), AfterValidator(_line)
]
type Locale = Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Z]{2})?$")]
type OwnZone = Annotated[str, Field(max_length=64), AfterValidator(_zone)]
type Weekday = Annotated[int, Field(ge=0, le=6)]


class MeChange(Strict):
    """Any subset of what a person may change; null is the default, as is what was never set."""

    display_name: Line | None = None
    email: Address | None = None
    locale: Locale | None = None
    timezone: OwnZone | None = None
    theme: Theme | None = None
    units: Units | None = None
    first_weekday: Weekday | None = None


class Me(Answer):
    """The caller; null where they left it to the browser and the server. 0 is Monday."""

    user_id: str
    name: str
    role: Literal["user", "admin"]
    display_name: str | None
    email: str | None
    locale: str | None
    timezone: str | None
    theme: Theme | None
    units: Units | None
    first_weekday: int | None
    has_password: bool
    has_totp: bool
    created_at: datetime
    version: str


class Farewell(Strict):
    """The password, and the word that shows that nobody slipped; no password where none is."""

    password: ShortSecret = SecretStr("")
    confirm: Literal["delete"]


class SessionLine(Answer):
    """A browser that is signed in; `current` is the one that asks."""

    id: str
    created_at: datetime
    last_seen_at: datetime
    authenticated_at: datetime
    agent: str | None
    network: str | None
    current: bool


class Sessions(Answer):
    """Every session of the caller, the one that was used last first."""

    items: list[SessionLine]
    next_cursor: None = None


@router.get("/me", response_model=Me)
def me(person: Person, web: Web, if_none_match: IfNoneMatch = None) -> Response:
    """Return who the caller is here, and how they like it."""
    found = _me(web, person.user_id)
    return answered(found, _tag(found), if_none_match)


@router.patch("/me")
def change_me(
    change: MeChange, person: Person, web: Web, response: Response, if_match: IfMatch = None
) -> Me:
    """Change the fields that are given and return the whole."""
    changes = change.model_dump(exclude_unset=True)
    # Read before its tag is compared: a change in between is then seen by the statement.
    seen = web.access.profiles.find(person.user_id)
    is_for_this = is_conditional(if_match, _tag(_me(web, person.user_id)))
    if changes and not web.access.profiles.change(
        person.user_id, changes, seen=seen if is_for_this else None
    ):
        raise StaleVersion(_tag(_me(web, person.user_id)))
    changed = _me(web, person.user_id)
    response.headers["ETag"] = _tag(changed)
    return changed


@router.delete("/me", status_code=status.HTTP_204_NO_CONTENT)
@patient
def leave(farewell: Farewell, _person: Fresh, request: Request) -> Response:
    """Leave for good: the connection, the data, the keys, everything of the caller goes."""
    entering.leave(request, farewell.password.get_secret_value())
    answer = Response(status_code=status.HTTP_204_NO_CONTENT)
    sign_out(request, answer)
    return answer


@router.get("/me/sessions")
def sessions(person: Person, web: Web) -> Sessions:
    """List the browsers that the caller is signed in with."""
    found = web.access.sessions.list(person.user_id)
    return Sessions(items=[_line_of(each, person) for each in found])


@router.delete("/me/sessions", status_code=status.HTTP_204_NO_CONTENT)
def end_other_sessions(person: Person, web: Web, request: Request) -> Response:
    """Sign the caller out everywhere but here."""
    web.access.sessions.end_all(person.user_id, but=person.session_id)
    note(request, "session_ended", user_id=person.user_id, target="others")
    return Response(status_code=status.HTTP_204_NO_CONTENT)


@router.delete("/me/sessions/{session_id}", status_code=status.HTTP_204_NO_CONTENT)
def end_session(session_id: str, person: Person, web: Web, request: Request) -> Response:
    """End one session of the caller."""
    if not web.access.sessions.end(person.user_id, session_id):
        raise NotFound
    note(request, "session_ended", user_id=person.user_id, target=session_id)
    return Response(status_code=status.HTTP_204_NO_CONTENT)


def _me(web: Parts, user_id: str) -> Me:
    user, profile = web.runtime.people.by_id(user_id), web.access.profiles.find(user_id)
    if user is None or profile is None:
        # An embedding program has people of its own.
        raise NotFound
    found = Me(
        user_id=user.user_id,
        name=user.name,
        role=user.role.value,
        **{name: getattr(profile, name) for name in MeChange.model_fields},
        has_password=web.access.passwords.has(user_id),
        has_totp=web.access.second_factor.is_on(user_id),
        created_at=user.created_at,
        version="",
    )
    return found.model_copy(update={"version": etag_of(found.model_dump()).strip('"')})


def _tag(found: Me) -> str:
    return f'"{found.version}"'


def _line_of(session: Session, person: Caller) -> SessionLine:
    return SessionLine(
        id=session.session_id,
        created_at=session.created_at,
        last_seen_at=session.seen_at,
        authenticated_at=session.authenticated_at,
        agent=session.client,
        network=session.network,
        current=session.session_id == person.session_id,
    )
