"""The ways in: password with or without a code, a token, a browser's ticket, a personal key.

A password login takes Garmin seconds, sometimes minutes; the route waits in its thread.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Literal

from fastapi import APIRouter, Response, status
from pydantic import Field, SecretStr

from training_analyzer.model import Kind, Region
from training_analyzer.services.connections import Connected, MfaPending
from training_analyzer.web.api.words import (
    Answer,
    CredentialsWriter,
    Email,
    ShortSecret,
    Strict,
    Web,
)

if TYPE_CHECKING:
    from training_analyzer.web.parts import Parts

router = APIRouter()

type RegionText = Literal["com", "cn"]


class WayIn(Strict):
    """What every way in is told; with `replace_data` another account's data makes way."""

    replace_data: bool = False


class PasswordLogin(WayIn):
    """E-mail and password of a Garmin account; `mode` says whether the password is kept."""

    email: Email
    password: ShortSecret
    region: RegionText = "com"
    mode: Literal["token_only", "store_password"] = "store_password"


class MfaCode(Strict):
    """The code that Garmin sent."""

    code: Annotated[SecretStr, Field(min_length=1, max_length=16)]


class SessionToken(WayIn):
    """The token JSON that garminconnect writes, or the page that a browser got a ticket on."""

    kind: Literal["token", "ticket"]
    value: Annotated[SecretStr, Field(min_length=2, max_length=64 * 1024)]
    region: RegionText = "com"


class PersonalKey(WayIn):
    """A key of Garmin's Personal API."""

    api_key: ShortSecret


class Saved(Answer):
    """A Garmin account is connected."""

    status: Literal["saved"] = "saved"
    state: Literal["connected"] = "connected"
    garmin_user: str
    message: str
    next_sync_at: datetime | None


class CodeWanted(Answer):
    """Garmin sent a code; post it to `credentials/mfa`."""

    state: Literal["mfa_required"] = "mfa_required"
    challenge: Literal["mfa"] = "mfa"
    method: str
    expires_at: datetime
    attempts_left: int


@router.post("/credentials", status_code=status.HTTP_201_CREATED)
def connect_password(
    login: PasswordLogin, user_id: CredentialsWriter, web: Web, response: Response
) -> Saved | CodeWanted:
    """Sign in to Garmin; 201 when connected, 202 when Garmin wants a code."""
    entered = web.runtime.connections.connect_password(
        user_id,
        login.email,
        login.password.get_secret_value(),
        region=Region(login.region),
        keep_password=login.mode == "store_password",
        replace_data=login.replace_data,
    )
    if isinstance(entered, MfaPending):
        response.status_code = status.HTTP_202_ACCEPTED
        return CodeWanted(
            method=entered.method,
            expires_at=entered.expires_at,
            attempts_left=entered.attempts_left,
        )
    return _saved(web, entered)


@router.post("/credentials/mfa")
def finish_mfa(given: MfaCode, user_id: CredentialsWriter, web: Web) -> Saved:
    """Complete the login that waits for a code; three wrong ones end it."""
    code = given.code.get_secret_value()
    return _saved(web, web.runtime.connections.finish_mfa(user_id, code))


@router.put("/credentials/tokens", status_code=status.HTTP_201_CREATED)
def connect_token(token: SessionToken, user_id: CredentialsWriter, web: Web) -> Saved:
    """Connect with a token, which is renewed at once, or a ticket, which is good for one use."""
    connections = web.runtime.connections
    connect = connections.connect_token if token.kind == "token" else connections.connect_ticket
    entered = connect(
        user_id,
        token.value.get_secret_value(),
        region=Region(token.region),
        replace_data=token.replace_data,
    )
    return _saved(web, entered)


@router.put("/credentials/personal-key", status_code=status.HTTP_201_CREATED)
def connect_personal_key(key: PersonalKey, user_id: CredentialsWriter, web: Web) -> Saved:
    """Connect with a Personal API key, which Garmin checks first; it may join a session."""
    entered = web.runtime.connections.connect_personal_key(
        user_id, key.api_key.get_secret_value(), replace_data=key.replace_data
    )
    if entered.kind is Kind.PERSONAL_KEY:
        return _saved(web, entered)
    return _saved(web, entered, f"The key joins the session of {entered.display_name}.")


def _saved(web: Parts, entered: Connected, message: str = "") -> Saved:
    return Saved(
        garmin_user=entered.display_name,
        message=message or f"Connected as {entered.display_name}.",
        next_sync_at=web.scheduler.get_next_sync_time(entered.user_id),
    )
