"""The forms that connect a Garmin account."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from fastapi import APIRouter, Request, Response

from training_analyzer.errors import GarminSyncError
from training_analyzer.model import Kind, Region, SyncType
from training_analyzer.services.connections import Connected, MfaPending
from training_analyzer.services.waiting_logins import Entry
from training_analyzer.web.limits import CONNECTING
from training_analyzer.web.pages.connect_page import Look, connect_page, is_first
from training_analyzer.web.pages.connect_view import Attempt, Way
from training_analyzer.web.pages.forms import FreshUserId, Text, UserId, see_other
from training_analyzer.web.pages.shown import tongue_of
from training_analyzer.web.parts import parts_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from training_analyzer.services.signing_in import Begun

router = APIRouter()


# A sign-in that takes longer goes on, and its page says how long it has by now.
_PATIENCE: Final = timedelta(seconds=4)
# So long the first sync waits for its person to choose what is fetched.
_TO_CHOOSE: Final = timedelta(minutes=15)


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
    """Sign in to Garmin; the page then shows the connection, asks for the code, or waits."""
    keep, tongue = mode == "store_password", tongue_of(request)
    asked = _Asked(request, user_id, Way.PASSWORD, email.strip(), region, keep)
    if "@" not in asked.email:
        wrong = tongue.text("Write the e-mail address of your Garmin account.")
        return _incomplete(asked, wrong, "email")
    if not password:
        wrong = tongue.text("Write the password of your Garmin account.")
        return _incomplete(asked, wrong, "password")
    entry = Entry(asked.email, password, _region(region), keep, bool(replace_data))
    sign_ins = parts_of(request).sign_ins
    return _begin(asked, lambda: sign_ins.begin(user_id, entry), "password")


@router.post("/connect/code")
def by_code(request: Request, user_id: UserId, code: Text = "") -> Response:
    """Complete the login that waits for a code."""
    asked = _Asked(request, user_id, Way.CODE)
    digits = "".join(code.split())
    if not digits:
        wrong = tongue_of(request).text("Write the digits that Garmin sent.")
        return _incomplete(asked, wrong, "code")
    sign_ins = parts_of(request).sign_ins
    return _begin(asked, lambda: sign_ins.enter_code(user_id, digits), "code")


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
        return _incomplete(asked, tongue_of(request).text("Paste the token."), "token")
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
        wrong = tongue_of(request).text("Paste the address or the text of the page.")
        return _incomplete(asked, wrong, "ticket")
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
    request: Request,
    user_id: FreshUserId,
    api_key: Text = "",
    expires_on: Text = "",
    replace_data: Text = "",
) -> Response:
    """Connect with a Personal API key, alone or beside a session."""
    asked, tongue = _Asked(request, user_id, Way.PERSONAL_KEY), tongue_of(request)
    if not api_key.strip():
        return _incomplete(asked, tongue.text("Paste the key."), "api_key")
    try:
        ends = date.fromisoformat(expires_on) if expires_on else None
    except ValueError:
        return _incomplete(asked, tongue.text("Write the last day of the key."), "expires_on")
    runtime = parts_of(request).runtime

    def connect() -> Connected:
        connected = runtime.connections.connect_personal_key(
            user_id, api_key.strip(), replace_data=bool(replace_data)
        )
        runtime.credentials.note_key_expiry(user_id, ends)
        return connected

    return _connect(asked, connect, "api_key")


def _begin(asked: _Asked, begin: Callable[[], Begun | None], blamed: str) -> Response:
    """Wait a little for a sign-in; one that takes longer has a page of its own."""
    try:
        begun = begin()
        if begun is None:
            wrong = tongue_of(asked.request).text(
                "Too many people sign in at this moment. Try again in a minute."
            )
            return _incomplete(asked, wrong, blamed)
        patience = min(_PATIENCE, parts_of(asked.request).sign_in_patience)
        entered = begun.outcome(patience)
    except GarminSyncError as error:
        return _refused(asked, error, blamed)
    if entered is None:
        return see_other(f"/connect?login={begun.login_id}")
    return _entered(asked, entered)


def _connect(asked: _Asked, connect: Callable[[], Connected], blamed: str) -> Response:
    try:
        entered = connect()
    except GarminSyncError as error:
        return _refused(asked, error, blamed)
    return _entered(asked, entered)


def _entered(asked: _Asked, entered: Connected | MfaPending) -> Response:
    if isinstance(entered, MfaPending):
        return see_other("/connect")
    has_joined = asked.way is Way.PERSONAL_KEY and entered.kind is not Kind.PERSONAL_KEY
    return after_connecting(asked.request, asked.user_id, has_joined=has_joined)


def after_connecting(request: Request, user_id: str, *, has_joined: bool = False) -> Response:
    """Go on with what follows a connection: the choice of data, or the sync of the gap."""
    parts = parts_of(request)
    is_scheduled = parts.scheduler.get_next_sync_time(user_id) is not None
    if is_first(parts, user_id):
        if is_scheduled:
            until = parts.runtime.now() + _TO_CHOOSE
            parts.runtime.schedule.set_due(user_id, until, SyncType.INITIAL)
        return see_other("/connect?done=connected&step=data")
    if is_scheduled:
        # It is due anyhow; started here, the page can show what is being read.
        with suppress(GarminSyncError):
            parts.manual.start(user_id)
    return see_other(f"/?done={'joined' if has_joined else 'connected'}")


def _incomplete(asked: _Asked, message: str, field: str) -> Response:
    """Show the form again with what is missing; secrets are not filled in again."""
    return _again(asked, _attempt(asked, field, message=message))


def _refused(asked: _Asked, error: GarminSyncError, field: str) -> Response:
    """Show the form again with what Garmin, or we, had against it."""
    return _again(asked, _attempt(asked, field, error=error))


def _attempt(
    asked: _Asked, field: str, *, message: str = "", error: GarminSyncError | None = None
) -> Attempt:
    return Attempt(
        way=asked.way,
        field=field,
        email=asked.email,
        region=asked.region,
        keep_password=asked.keep_password,
        message=message,
        error=error,
    )


def _again(asked: _Asked, attempt: Attempt) -> Response:
    return connect_page(asked.request, asked.user_id, Look(attempt=attempt), status=422)


def _region(text: str) -> Region:
    return Region.CN if text == Region.CN else Region.COM
