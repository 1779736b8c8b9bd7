"""The Garmin connection: its page, its test, what the first sync fetches, and its end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from training_analyzer.errors import (
    GarminSyncError,
    LoginBlocked,
    MfaExpired,
    SyncAlreadyRunning,
    ValidateTooSoon,
)
from training_analyzer.services.signing_in import SignInState, error_of
from training_analyzer.web.auth import current_caller
from training_analyzer.web.limits import DISCONNECTING, TRIGGERING
from training_analyzer.web.pages.causes import cause_of
from training_analyzer.web.pages.connect_page import Look, Waiting, connect_page, is_first
from training_analyzer.web.pages.connect_view import Attempt, Way
from training_analyzer.web.pages.connecting import after_connecting
from training_analyzer.web.pages.connection_view import DEPTHS
from training_analyzer.web.pages.forms import FreshUserId, Text, UserId, see_other
from training_analyzer.web.pages.places import confirm_place
from training_analyzer.web.pages.shown import standing_of, tongue_of
from training_analyzer.web.parts import parts_of

if TYPE_CHECKING:
    from training_analyzer.services.signing_in import Look as LookAtSignIn

router = APIRouter()


_TOO_SOON: Final = 429
_SENT_FORM: Final = 422


@router.get("/connect")
def show_connection(
    request: Request,
    user_id: UserId,
    way: str = "",
    step: str = "",
    login: str = "",
    done: str = "",
) -> Response:
    """Show how the connection stands, or the step that makes one."""
    if login:
        return _waiting(request, user_id, login)
    chosen = Way(way) if way in set(Way) and way != Way.CODE else None
    if (chosen or step == "disconnect") and not current_caller(request).is_fresh:
        # Its form would be refused, and what was typed be lost.
        return see_other(confirm_place(request))
    parts = parts_of(request)
    if step == "data":
        if not is_first(parts, user_id):
            return see_other("/settings/sync")
        if parts.runtime.credentials.get_credentials(user_id) is None:
            return see_other("/connect")
        return connect_page(request, user_id, Look(chooses_data=True, done=done))
    look = Look(way=chosen, is_leaving=step == "disconnect", wants_ways=step == "how", done=done)
    return connect_page(request, user_id, look)


@router.post("/connect/abandon")
def abandon(request: Request, user_id: UserId, login: Text = "") -> Response:
    """Call a sign-in off."""
    parts_of(request).sign_ins.abandon(user_id, login)
    return see_other("/connect")


@router.post("/connect/test")
def test(request: Request, user_id: UserId) -> Response:
    """Ask Garmin whether the connection works."""
    tongue, now = tongue_of(request), parts_of(request).runtime.now()
    try:
        tested = parts_of(request).runtime.validating.test(user_id)
    except ValidateTooSoon as error:
        wrong = tongue.text(
            "It was tested a moment ago. The next test is possible %(at)s.",
            at=tongue.clock(error.retry_at, now),
        )
        return connect_page(request, user_id, Look(wrong=wrong), status=_TOO_SOON)
    except SyncAlreadyRunning:
        wrong = tongue.text("A sync is running, which is the better test.")
        return connect_page(request, user_id, Look(wrong=wrong), status=_SENT_FORM)
    except GarminSyncError as error:
        cause = cause_of(tongue, error.code)
        return connect_page(
            request, user_id, Look(wrong=f"{cause.title}. {cause.more}"), status=_SENT_FORM
        )
    # What does not work is told by the page that this leads to.
    return see_other(f"/connect{'?done=works' if tested.is_valid else ''}")


@router.post("/connect/data", dependencies=[TRIGGERING])
def choose_data(
    request: Request,
    user_id: UserId,
    sync_activities: Text = "",
    sync_wellness: Text = "",
    sync_sleep: Text = "",
    sync_fitness_metrics: Text = "",
    days: Text = "",
) -> Response:
    """Save what the first sync fetches, start it, and show it."""
    parts = parts_of(request)
    depth = next((each for each in DEPTHS if str(each) == days), None)
    parts.runtime.credentials.update_sync_config(
        user_id,
        sync_activities=bool(sync_activities),
        sync_wellness=bool(sync_wellness),
        sync_sleep=bool(sync_sleep),
        sync_fitness_metrics=bool(sync_fitness_metrics),
        **({} if depth is None else {"initial_sync_days": depth}),
    )
    try:
        run = parts.manual.start(user_id)
    except SyncAlreadyRunning as running:
        return see_other(f"/runs/{running.sync_id}" if running.sync_id else "/")
    except GarminSyncError:
        # What stands against it is on the page already.
        return see_other("/")
    return see_other(f"/runs/{run}")


@router.post("/disconnect", dependencies=[DISCONNECTING])
def disconnect(
    request: Request, user_id: FreshUserId, data: Text = "keep", confirm: Text = ""
) -> Response:
    """Delete the connection, and what was synced when that was chosen."""
    tongue = tongue_of(request)
    if confirm.strip().casefold() not in {"disconnect", tongue.text("disconnect").casefold()}:
        wrong = tongue.text(
            "Nothing was changed: type “%(word)s” to confirm.", word=tongue.text("disconnect")
        )
        look = Look(wrong=wrong, is_leaving=True)
        return connect_page(request, user_id, look, status=_SENT_FORM)
    delete = data == "delete"
    parts_of(request).runtime.connections.disconnect(user_id, delete_data=delete)
    return see_other(f"/?done={'deleted' if delete else 'disconnected'}")


def _waiting(request: Request, user_id: str, login_id: str) -> Response:
    """Show a sign-in that goes on, or what it came to."""
    tongue, is_script = tongue_of(request), "hx-request" in request.headers
    found, over = None, None
    try:
        found = parts_of(request).sign_ins.look(user_id, login_id)
    except MfaExpired as error:
        over = error
    if found is not None and found.sign_in.state in {SignInState.SIGNING_IN, SignInState.SAVING}:
        seconds = (parts_of(request).runtime.now() - found.sign_in.began_at).total_seconds()
        waiting = Waiting(login_id=login_id, seconds=tongue.duration(max(1, seconds)))
        if is_script:
            return parts_of(request).renderer.page(
                "_signing_in.html", {"waiting": waiting}, tongue=tongue
            )
        return connect_page(request, user_id, Look(waiting=waiting))
    if is_script:
        return Response(status_code=204, headers={"HX-Refresh": "true", "Vary": "HX-Request"})
    if found is not None and found.sign_in.state is SignInState.CONNECTED:
        return after_connecting(request, user_id)
    refused = over or _failed(request, found)
    if refused is None:
        return see_other("/connect")
    attempt = Attempt(way=Way.PASSWORD, field="password", error=refused)
    return connect_page(request, user_id, Look(attempt=attempt))


def _failed(request: Request, found: LookAtSignIn | None) -> GarminSyncError | None:
    if found is None or found.sign_in.state is not SignInState.FAILED:
        return None
    error = error_of(found.sign_in.error_code or "")
    if error.code == LoginBlocked.code:
        return LoginBlocked(standing_of(request).until)
    return error
