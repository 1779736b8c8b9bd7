"""Signing in and out, arriving by a link, and the password: `/api/v1/auth/...`."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Literal

from fastapi import APIRouter, Depends, Response, status
from pydantic import AfterValidator, Field, SecretStr
from starlette.requests import Request  # noqa: TC002 - FastAPI resolves the annotations

from training_analyzer.services.callers import Caller, Role
from training_analyzer.services.one_time_links import Purpose
from training_analyzer.web import entering
from training_analyzer.web.api.words import Answer, ShortSecret, Strict, Web, secret_printable
from training_analyzer.web.auditing import note
from training_analyzer.web.auth import current_person, sign_out
from training_analyzer.web.patience import patient

if TYPE_CHECKING:
    from training_analyzer.model import User

router = APIRouter()

type Person = Annotated[Caller, Depends(current_person)]
type Name = Annotated[str, Field(min_length=1, max_length=64)]
type RoleText = Literal["user", "admin"]
type Code = Annotated[SecretStr, Field(max_length=32), AfterValidator(secret_printable)]


class Login(Strict):
    """Name and password of a person of this server; `totp` is asked for by `totp_required`."""

    username: Name
    password: ShortSecret
    totp: Code = SecretStr("")


class Confirmation(Strict):
    """What a person proves anew who they are with."""

    password: ShortSecret
    totp: Code = SecretStr("")


class NewPassword(Strict):
    """The password to be; `current_password` is left out by whoever has none yet."""

    current_password: ShortSecret = SecretStr("")
    new_password: ShortSecret


class Arrival(Strict):
    """Who arrives: the name to be known by here, and a password."""

    name: Name
    password: ShortSecret


class Arrived(Answer):
    """Who is here now, and signed in."""

    user_id: str
    name: str
    role: RoleText


class Invitation(Answer):
    """What an invitation is good for."""

    role: RoleText
    expires_at: datetime


@router.post("/auth/login", status_code=status.HTTP_204_NO_CONTENT)
@patient
def log_in(login: Login, request: Request) -> Response:
    """Sign in: the answer sets the session's cookie, and a session before it ends."""
    answer = Response(status_code=status.HTTP_204_NO_CONTENT)
    entering.sign_in_by_password(
        request,
        answer,
        login.username,
        login.password.get_secret_value(),
        login.totp.get_secret_value(),
    )
    return answer


@router.post("/auth/logout", status_code=status.HTTP_204_NO_CONTENT)
def log_out(person: Person, request: Request) -> Response:
    """End the session."""
    answer = Response(status_code=status.HTTP_204_NO_CONTENT)
    sign_out(request, answer)
    note(request, "signed_out", user_id=person.user_id)
    return answer


@router.post("/auth/confirm", status_code=status.HTTP_204_NO_CONTENT)
@patient
def confirm(proof: Confirmation, _person: Person, request: Request) -> Response:
    """Prove anew who you are: for 15 minutes nothing is `step_up_required`."""
    answer = Response(status_code=status.HTTP_204_NO_CONTENT)
    entering.prove_again(
        request, answer, proof.password.get_secret_value(), proof.totp.get_secret_value()
    )
    return answer


@router.post("/auth/password", status_code=status.HTTP_204_NO_CONTENT)
@patient
def change_password(change: NewPassword, _person: Person, request: Request) -> Response:
    """Change the password; every other session of the person ends."""
    entering.change_password(
        request, change.current_password.get_secret_value(), change.new_password.get_secret_value()
    )
    return Response(status_code=status.HTTP_204_NO_CONTENT)


@router.get("/auth/invitations/{token}")
def invitation(token: str, web: Web, request: Request) -> Invitation:
    """Tell what an invitation is good for; looking does not use it up."""
    link = web.access.arrivals.find(token, Purpose.INVITATION)
    if link is None:
        raise entering.bad_link(request)
    return Invitation(role=(link.role or Role.USER).value, expires_at=link.expires_at)


@router.post("/auth/invitations/{token}", status_code=status.HTTP_201_CREATED)
@patient
def accept_invitation(
    token: str, arrival: Arrival, request: Request, response: Response
) -> Arrived:
    """Arrive by an invitation: the answer sets the session's cookie."""
    password = arrival.password.get_secret_value()
    return _told(entering.join(request, response, token, arrival.name, password))


@router.post("/auth/set-up/{token}", status_code=status.HTTP_201_CREATED)
@patient
def set_up(token: str, arrival: Arrival, request: Request, response: Response) -> Arrived:
    """Become the first administrator, by the link that the server printed; nobody may be here."""
    password = arrival.password.get_secret_value()
    return _told(entering.set_up(request, response, token, arrival.name, password))


def _told(user: User) -> Arrived:
    return Arrived(user_id=user.user_id, name=user.name, role=user.role.value)
