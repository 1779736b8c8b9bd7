"""How the pretend Garmin's sign-in says no, in JSON and on the widget's pages."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final

from training_analyzer.simulator.answer import Answer
from training_analyzer.simulator.request import page
from training_analyzer.simulator.sso import LOGIN_PATHS
from training_analyzer.simulator.widget import SIGN_IN_PATH, TITLE

if TYPE_CHECKING:
    from training_analyzer.simulator.fault import Effect
    from training_analyzer.simulator.request import Request


class Refusal(StrEnum):
    """Why a login is refused whatever the password."""

    CAPTCHA = "captcha"
    LOCKED = "lock"
    RESTRICTED = "restrict"
    SOFT_BLOCK = "soft_block"


# The names of the locked and the restricted status are invented: the live ones are unknown.
_STATUS: Final = {
    Refusal.CAPTCHA: "CAPTCHA_REQUIRED",
    Refusal.LOCKED: "ACCOUNT_LOCKED",
    Refusal.RESTRICTED: "ACCOUNT_RESTRICTED",
}
_TITLES: Final = {
    Refusal.CAPTCHA: TITLE,
    Refusal.LOCKED: "Account Locked",
    Refusal.RESTRICTED: "Unable to sign in",
}


def refuse(refusal: Refusal, request: Request) -> Answer:
    """Make the refusal in the shape of the flow that *request* belongs to."""
    if refusal is Refusal.SOFT_BLOCK:
        return Answer(body={"error": {"status-code": "429"}})
    if request.path == SIGN_IN_PATH:
        return page(_TITLES[refusal])
    status = {"type": _STATUS[refusal], "message": "", "httpStatus": "OK"}
    return Answer(body={"responseStatus": dict(status)})


def too_many(retry_after: int | str | None) -> Answer:
    """Make a 429, with a Retry-After header or without."""
    headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
    return Answer(429, {"message": "Too Many Requests"}, headers=headers)


def is_login(request: Request) -> bool:
    """Whether the request carries a password, in any of the flows."""
    return request.method == "POST" and request.path in {*LOGIN_PATHS, SIGN_IN_PATH}


def login_name(request: Request) -> str:
    """Return the e-mail that a login names."""
    named = request.form().get("username") or request.document().get("username")
    return str(named or "").lower()


def at_logins(effect: Effect) -> Effect:
    """Let *effect* loose on requests that carry a password only."""
    return lambda request, proceed: effect(request, proceed) if is_login(request) else proceed()
