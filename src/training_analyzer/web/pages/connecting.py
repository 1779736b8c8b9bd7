"""The forms that connect a Garmin account, and the one that disconnects it."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Depends, Form, Request
from starlette.responses import RedirectResponse, Response

from training_analyzer.errors import GarminSyncError
from training_analyzer.model import Kind, Region
from training_analyzer.services.callers import Scope
from training_analyzer.services.connections import Connected, MfaPending
from training_analyzer.web.auth import Needs, current_user
from training_analyzer.web.limits import CONNECTING, DISCONNECTING
from training_analyzer.web.pages.connect_view import Attempt, Way
from training_analyzer.web.pages.home import home_page
from training_analyzer.web.parts import parts_of

if TYPE_CHECKING:
    from collections.abc import Callable

router = APIRouter()

type UserId = Annotated[str, Depends(current_user)]
# Whoever stole a session must not send the data elsewhere.
type FreshUserId = Annotated[str, Depends(Needs(Scope.CREDENTIALS_WRITE, fresh=True))]
type Text = Annotated[str, Form()]

_SEE_OTHER = 303


@dataclass(frozen=True, slots=True)
class _Asked:
    request: Request
    user_id: str
    way: Way
    email: str = ""
    region: str = Region.COM
    keep_password: bool = False


@router.post("/connect/password", dependencies=[CONNECTING])
def by_password(
    request: Request,
    user_id: FreshUserId,
    email: Text = "",
    password: Text = "",
    region: Text = "com",
    mode: Text = "token_only",
    replace_data: Text = "",
) -> Response:
    """Sign in to Garmin; the page then shows the connection, or asks for the code."""
    keep = mode == "store_password"
    asked = _Asked(request, user_id, Way.PASSWORD, email.strip(), region, keep)
    if "@" not in asked.email:
        return _again(asked, "Write the e-mail address of your Garmin account.", "email")
    if not password:
        return _again(asked, "Write the password of your Garmin account.", "password")
    connections = parts_of(request).runtime.connections
    return _connect(
        asked,
        lambda: connections.connect_password(
            user_id,
            asked.email,
            password,
            region=_region(region),
            keep_password=keep,
            replace_data=bool(replace_data),
        ),
        "password",
    )


@router.post("/connect/code")
def by_code(request: Request, user_id: UserId, code: Text = "") -> Response:
    """Complete the login that waits for a code."""
    asked = _Asked(request, user_id, Way.CODE)
    digits = "".join(code.split())
    if not digits:
        return _again(asked, "Write the digits that Garmin sent.", "code")
    connections = parts_of(request).runtime.connections
    return _connect(asked, lambda: connections.finish_mfa(user_id, digits), "code")


@router.post("/connect/token", dependencies=[CONNECTING])
def by_token(
    request: Request,
    user_id: FreshUserId,
    token: Text = "",
    region: Text = "com",
    replace_data: Text = "",
) -> Response:
    """Connect with an imported token."""
    asked = _Asked(request, user_id, Way.TOKEN, region=region)
    if not token.strip():
        return _again(asked, "Paste the token.", "token")
    connections = parts_of(request).runtime.connections
    return _connect(
        asked,
        lambda: connections.connect_token(
            user_id, token.strip(), region=_region(region), replace_data=bool(replace_data)
        ),
        "token",
    )


@router.post("/connect/ticket", dependencies=[CONNECTING])
def by_ticket(
    request: Request,
    user_id: FreshUserId,
    ticket: Text = "",
    region: Text = "com",
    replace_data: Text = "",
) -> Response:
    """Connect with the page that a browser ended on."""
    asked = _Asked(request, user_id, Way.TICKET, region=region)
    if not ticket.strip():
        return _again(asked, "Paste the address or the text of the page.", "ticket")
    connections = parts_of(request).runtime.connections
    return _connect(
        asked,
        lambda: connections.connect_ticket(
            user_id, ticket, region=_region(region), replace_data=bool(replace_data)
        ),
        "ticket",
    )


@router.post("/connect/personal-key", dependencies=[CONNECTING])
def by_personal_key(
    request: Request, user_id: FreshUserId, api_key: Text = "", replace_data: Text = ""
) -> Response:
    """Connect with a Personal API key, alone or beside a session."""
    asked = _Asked(request, user_id, Way.PERSONAL_KEY)
    if not api_key.strip():
        return _again(asked, "Paste the key.", "api_key")
    connections = parts_of(request).runtime.connections
    return _connect(
        asked,
        lambda: connections.connect_personal_key(
            user_id, api_key.strip(), replace_data=bool(replace_data)
        ),
        "api_key",
    )


@router.post("/disconnect", dependencies=[DISCONNECTING])
def disconnect(request: Request, user_id: FreshUserId, data: Text = "keep") -> Response:
    """Delete the connection, and what was synced when that was chosen."""
    delete = data == "delete"
    parts_of(request).runtime.connections.disconnect(user_id, delete_data=delete)
    return RedirectResponse(f"/?done={'deleted' if delete else 'disconnected'}", _SEE_OTHER)


def _connect(asked: _Asked, connect: Callable[[], Connected | MfaPending], blamed: str) -> Response:
    try:
        entered = connect()
    except GarminSyncError as error:
        return _again(asked, error.message, blamed, code=error.code)
    if isinstance(entered, MfaPending):
        return RedirectResponse("/", _SEE_OTHER)
    parts = parts_of(asked.request)
    if parts.scheduler.get_next_sync_time(asked.user_id) is not None:
        # It is due anyhow; started here, the page can show what is being read.
        with contextlib.suppress(GarminSyncError):
            parts.manual.start(asked.user_id)
    has_joined = asked.way is Way.PERSONAL_KEY and entered.kind is not Kind.PERSONAL_KEY
    return RedirectResponse(f"/?done={'joined' if has_joined else 'connected'}", _SEE_OTHER)


def _again(asked: _Asked, message: str, field: str, *, code: str = "") -> Response:
    """Show the form again with what is wrong; secrets are not filled in again."""
    attempt = Attempt(
        way=asked.way,
        email=asked.email,
        region=asked.region,
        keep_password=asked.keep_password,
        message=message,
        field=field,
        code=code,
    )
    return home_page(asked.request, asked.user_id, attempt=attempt, status=422)


def _region(text: str) -> Region:
    return Region.CN if text == Region.CN else Region.COM
