"""Sign-in of the pretend Garmin as app and as website: JSON logins and security codes.

The two flows differ in their addresses only; either accepts a session of the other.
Shapes: what garminconnect 0.3.20 (`client/sso.py`) sends and reads.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from training_analyzer.simulator.answer import Answer
from training_analyzer.simulator.request import cookie, page

if TYPE_CHECKING:
    from training_analyzer.simulator.account import Account
    from training_analyzer.simulator.request import Request
    from training_analyzer.simulator.sessions import Session
    from training_analyzer.simulator.world import World
    from training_analyzer.streams import Json

LOGIN_PATHS = ("/mobile/api/login", "/portal/api/login")
CODE_PATHS = ("/mobile/api/mfa/verifyCode", "/portal/api/mfa/verifyCode")
PAGE_PATHS = ("/mobile/sso/en_US/sign-in", "/portal/sso/en-US/sign-in")
# What 0.3.20 says the live service answers to a login that never loaded the page.
_NO_PAGE_LOADED = Answer(429, {"error": {"status-code": "429"}})
_NO_SESSION = Answer(401, {"error": {"status-code": "401", "message": "Unauthorized"}})


def sign_in_page(world: World, request: Request) -> Answer:
    """Show the sign-in page and open a session."""
    session = world.sessions.open(request.cookie("SESSION"))
    form = '<div id="sign-in">Sign in with your simulated Garmin account.</div>'
    return page("GARMIN Sign In", form, headers=cookie("SESSION", session.id))


def log_in(world: World, request: Request) -> Answer:
    """Check a password: a ticket, a question for the security code, or a refusal."""
    session = world.sessions.find(request.cookie("SESSION"))
    if session is None:
        return _NO_PAGE_LOADED
    given = request.document()
    account = check_password(world, given.get("username"), given.get("password"))
    if account is None:
        return Answer(
            body=_status(
                "INVALID_USERNAME_PASSWORD", "Invalid username or password", "UNAUTHORIZED"
            )
        )
    service_url = request.query.get("service", "")
    wants_code = account.mfa_code is not None
    session = world.sessions.enter(session, account.email, service_url, signed_in=not wants_code)
    if wants_code:
        hint: dict[str, Json] = {
            "mfaLastMethodUsed": account.mfa_method,
            "email": f"{account.email[0]}***@{account.email.partition('@')[2]}",
        }
        return Answer(body=_status("MFA_REQUIRED") | {"customerMfaInfo": hint})
    return _success(world, session)


def verify_code(world: World, request: Request) -> Answer:
    """Check a security code of a session that waits for one."""
    session = world.sessions.find(request.cookie("SESSION"))
    if session is None or session.email is None or session.signed_in:
        return _NO_SESSION
    if not is_right_code(world, session, request.document().get("mfaVerificationCode")):
        # The live name of this status is unknown.
        return Answer(body=_status("MFA_CODE_INVALID"))
    return _success(world, world.sessions.finish(session))


def check_password(world: World, email: Json, password: Json) -> Account | None:
    """Return the account when e-mail and password fit."""
    account = world.account(str(email))
    if account is None or not secrets.compare_digest(
        account.password.encode(), str(password).encode()
    ):
        return None
    return account


def is_right_code(world: World, session: Session, code: Json) -> bool:
    """Whether *code* is the one that the account of *session* would accept."""
    account = world.account(session.email or "")
    return account is not None and account.mfa_code is not None and account.mfa_code == code


def _success(world: World, session: Session) -> Answer:
    ticket = world.tokens.issue_ticket(session.email or "", session.service_url)
    return Answer(
        body=_status("SUCCESSFUL") | {"serviceURL": session.service_url, "serviceTicketId": ticket}
    )


def _status(kind: str, message: str = "", http_status: str = "OK") -> dict[str, Json]:
    return {
        "serviceURL": None,
        "serviceTicketId": None,
        "responseStatus": {"type": kind, "message": message, "httpStatus": http_status},
        "customerMfaInfo": None,
        "consentTypeList": None,
    }
