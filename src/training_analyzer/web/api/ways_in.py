"""The ways in without a password: a token, a browser's ticket, a personal key."""

from __future__ import annotations

from datetime import date  # noqa: TC003 - pydantic evaluates the annotations
from http import HTTPStatus
from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import Field, SecretStr

from training_analyzer.model import Kind, Region
from training_analyzer.services.personal_keys import given_streams, missing_streams
from training_analyzer.web.api.connected import RegionText, Saved, WayIn, saved
from training_analyzer.web.api.words import CredentialsWriter, Day, ShortSecret, Web
from training_analyzer.web.limits import CONNECTING
from training_analyzer.web.patience import patient

router = APIRouter()


class SessionToken(WayIn):
    """The token JSON that garminconnect writes, or the page that a browser got a ticket on."""

    kind: Literal["token", "ticket"]
    value: Annotated[SecretStr, Field(min_length=2, max_length=64 * 1024)]
    region: RegionText = "com"


class PersonalKey(WayIn):
    """A key of Garmin's Personal API, and the day on which it ends, if the person knows it."""

    api_key: ShortSecret
    expires_on: Day | None = None


class KeySaved(Saved):
    """A key is connected; `capabilities` are the streams that it gives."""

    capabilities: list[str]
    missing_capabilities: list[str]
    key_expires_on: date | None


@router.put("/credentials/tokens", status_code=HTTPStatus.CREATED, dependencies=[CONNECTING])
@patient
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
    return saved(web, user_id, entered.display_name)


@router.put("/credentials/personal-key", status_code=HTTPStatus.CREATED, dependencies=[CONNECTING])
@patient
def connect_personal_key(key: PersonalKey, user_id: CredentialsWriter, web: Web) -> KeySaved:
    """Connect with a Personal API key, which Garmin checks first; it may join a session."""
    entered = web.runtime.connections.connect_personal_key(
        user_id, key.api_key.get_secret_value(), replace_data=key.replace_data
    )
    web.runtime.credentials.note_key_expiry(user_id, key.expires_on)
    name, message = entered.display_name, ""
    if entered.kind is not Kind.PERSONAL_KEY:
        message = f"The key joins the session of {name}."
    return KeySaved(
        **saved(web, user_id, name, message).model_dump(),
        capabilities=given_streams(),
        missing_capabilities=missing_streams(),
        key_expires_on=key.expires_on,
    )
