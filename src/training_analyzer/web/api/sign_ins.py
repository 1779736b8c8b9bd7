"""Sign-ins to Garmin by password: each an object that a program can look at and call off."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated, Literal

from fastapi import APIRouter, Response
from pydantic import Field, SecretStr

from training_analyzer.model import Region
from training_analyzer.services.callers import Scope
from training_analyzer.services.connections import Connected, Entry, MfaPending
from training_analyzer.services.signing_in import SignInState, text_of
from training_analyzer.web.api.connected import RegionText, Saved, WayIn, saved
from training_analyzer.web.api.words import (
    Answer,
    CredentialsReader,
    CredentialsWriter,
    Email,
    Here,
    ShortSecret,
    Strict,
    Web,
)
from training_analyzer.web.limits import CONNECTING
from training_analyzer.web.patience import patient
from training_analyzer.web.refusals import NotFound, SignInOver, TooManySignIns
from training_analyzer.web.repeats import repeatable

if TYPE_CHECKING:
    from training_analyzer.services.signing_in import Begun, Look
    from training_analyzer.web.addresses import Addresses
    from training_analyzer.web.parts import Parts

router = APIRouter()

# Garmin answers within seconds as a rule, and within two minutes when it is at its worst.
_LOOK_AGAIN_S = 3


class PasswordLogin(WayIn):
    """E-mail and password of a Garmin account; `mode` says whether the password is kept."""

    email: Email
    password: ShortSecret
    region: RegionText = "com"
    mode: Literal["token_only", "store_password"] = "store_password"


class MfaCode(Strict):
    """The code that Garmin sent; without `login_id` it is for the sign-in that waits for one."""

    code: Annotated[SecretStr, Field(min_length=1, max_length=16)]
    login_id: Annotated[str, Field(max_length=64)] | None = None


class CodeWanted(Answer):
    """Garmin sent a code; post it to `credentials/mfa`."""

    state: Literal["mfa_required"] = "mfa_required"
    login_id: str | None
    challenge: Literal["mfa"] = "mfa"
    method: str
    expires_at: datetime
    attempts_left: int


class UnderWay(Answer):
    """Garmin has not answered yet; look at the sign-in again."""

    state: Literal["signing_in"] = "signing_in"
    login_id: str


class Failure(Answer):
    """What a sign-in met."""

    code: str
    detail: str


class Failed(Answer):
    """A sign-in that ended without a connection; what was connected before still is."""

    state: Literal["failed"] = "failed"
    login_id: str
    error: Failure


@router.post(
    "/credentials",
    status_code=HTTPStatus.CREATED,
    responses={HTTPStatus.ACCEPTED: {"model": CodeWanted | UnderWay}},
    dependencies=[repeatable(Scope.CREDENTIALS_WRITE, fresh=True), CONNECTING],
)
@patient
def connect_password(
    login: PasswordLogin, user_id: CredentialsWriter, web: Web, here: Here, response: Response
) -> Saved | CodeWanted | UnderWay:
    """Sign in to Garmin; 201 when connected, 202 when Garmin wants a code or takes its time."""
    entry = Entry(
        login.email,
        login.password.get_secret_value(),
        Region(login.region),
        keep_password=login.mode == "store_password",
        replace_data=login.replace_data,
    )
    return _answer(web, web.sign_ins.begin(user_id, entry), here, response)


@router.post("/credentials/mfa", responses={HTTPStatus.ACCEPTED: {"model": CodeWanted | UnderWay}})
@patient
def finish_mfa(
    given: MfaCode, user_id: CredentialsWriter, web: Web, here: Here, response: Response
) -> Saved | CodeWanted | UnderWay:
    """Complete the sign-in that waits for a code; three wrong ones end it."""
    code = given.code.get_secret_value()
    return _answer(web, web.sign_ins.enter_code(user_id, code, given.login_id), here, response)


@router.get("/credentials/logins/{login_id}")
def look_at_login(
    login_id: str, user_id: CredentialsReader, web: Web, response: Response
) -> Saved | CodeWanted | UnderWay | Failed:
    """Tell how a sign-in stands; one whose code did not come in time is gone."""
    look = web.sign_ins.look(user_id, login_id)
    if look is None:
        raise NotFound
    return _seen(web, look, response)


@router.delete("/credentials/logins/{login_id}", status_code=HTTPStatus.NO_CONTENT)
def abandon_login(login_id: str, user_id: CredentialsWriter, web: Web) -> None:
    """Call a sign-in off: it connects nobody, whatever Garmin answers."""
    if web.sign_ins.abandon(user_id, login_id):
        return
    if web.sign_ins.look(user_id, login_id) is None:
        raise NotFound
    raise SignInOver


def _answer(
    web: Parts, begun: Begun | None, here: Addresses, response: Response
) -> Saved | CodeWanted | UnderWay:
    if begun is None:
        raise TooManySignIns
    outcome = begun.outcome(web.sign_in_patience)
    if isinstance(outcome, Connected):
        return saved(web, outcome.user_id, outcome.display_name)
    response.status_code = HTTPStatus.ACCEPTED
    response.headers["Location"] = here(f"/api/v1/garmin/credentials/logins/{begun.login_id}")
    if isinstance(outcome, MfaPending):
        return _code_wanted(outcome)
    response.headers["Retry-After"] = str(_LOOK_AGAIN_S)
    return UnderWay(login_id=begun.login_id)


def _seen(web: Parts, look: Look, response: Response) -> Saved | CodeWanted | UnderWay | Failed:
    found = look.sign_in
    if look.pending is not None:
        return _code_wanted(look.pending)
    if found.state is SignInState.FAILED:
        code = found.error_code or ""
        return Failed(login_id=found.login_id, error=Failure(code=code, detail=text_of(code)))
    if found.state is SignInState.CONNECTED:
        known = web.runtime.credentials.get_credentials(found.user_id)
        return saved(web, found.user_id, (known.garmin_display_name if known else None) or "")
    response.headers["Retry-After"] = str(_LOOK_AGAIN_S)
    return UnderWay(login_id=found.login_id)


def _code_wanted(pending: MfaPending) -> CodeWanted:
    return CodeWanted(
        login_id=pending.login_id,
        method=pending.method,
        expires_at=pending.expires_at,
        attempts_left=pending.attempts_left,
    )
