"""Sign-in of the pretend Garmin by its HTML widget.

Clients tell the pages apart by their titles (garminconnect 0.3.20, `client/sso.py`).
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from training_analyzer.simulator.answer import Answer
from training_analyzer.simulator.request import cookie, page
from training_analyzer.simulator.sso import check_password, is_right_code
from training_analyzer.simulator.web import take_ticket

if TYPE_CHECKING:
    from training_analyzer.simulator.account import Account
    from training_analyzer.simulator.request import Request
    from training_analyzer.simulator.sessions import Session
    from training_analyzer.simulator.world import World

EMBED_PATH = "/sso/embed"
SIGN_IN_PATH = "/sso/signin"
SEND_CODE_PATH = "/sso/verifyMFA/mfaCode"
ENTER_CODE_PATH = "/sso/verifyMFA/loginEnterMfaCode"
TITLE = "GARMIN Authentication Application"


def embed(world: World, request: Request) -> Answer:
    """Show the frame of the widget; with a ticket, take it as any service does."""
    if "ticket" in request.query:
        return take_ticket(world, request)
    session = world.sessions.open(request.cookie("SESSION"))
    return page(TITLE, headers=cookie("SESSION", session.id))


def show_form(world: World, request: Request) -> Answer:
    """Show the login form with the token that its POST must bring along."""
    session = world.sessions.open(request.cookie("SESSION"))
    return page(TITLE, _csrf_field(session), headers=cookie("SESSION", session.id))


def post_form(world: World, request: Request) -> Answer:
    """Check a password: the ticket's page, the page for the security code, or a refusal."""
    form = request.form()
    session = world.sessions.find(request.cookie("SESSION"))
    if session is None or form.get("_csrf") != session.csrf:
        return page(TITLE)
    account = check_password(world, form.get("username"), form.get("password"))
    if account is None:
        return page("Invalid sign in")
    service_url = request.query.get("service", "")
    wants_code = account.mfa_code is not None
    session = world.sessions.enter(session, account.email, service_url, signed_in=not wants_code)
    return _code_page(account, session) if wants_code else _success(world, session)


def send_code(world: World, request: Request) -> Answer:
    """Pretend to send the security code."""
    session = world.sessions.find(request.cookie("SESSION"))
    if session is None or session.email is None:
        return Answer(401, {})
    return Answer(body={})


def enter_code(world: World, request: Request) -> Answer:
    """Check a security code."""
    form = request.form()
    session = world.sessions.find(request.cookie("SESSION"))
    if session is None or session.email is None or form.get("_csrf") != session.csrf:
        return page(TITLE)
    if session.signed_in or not is_right_code(world, session, form.get("mfa-code")):
        return page("Enter MFA code for login", _csrf_field(session))
    return _success(world, world.sessions.finish(session))


def _success(world: World, session: Session) -> Answer:
    ticket = world.tokens.issue_ticket(session.email or "", session.service_url)
    return page(
        "Success",
        f'<script>var response_url = "{escape(session.service_url)}?ticket={ticket}";</script>',
    )


def _code_page(account: Account, session: Session) -> Answer:
    script = (
        f'<script>var customerGuid = "{account.guid}"; var mfaMethod = "{account.mfa_method}"; '
        f'var locale = "en-US"; var clientId = "gauth"; '
        f'var codeSentTo = "{account.code_sent_to}";</script>'
    )
    return page(TITLE, script + _csrf_field(session))


def _csrf_field(session: Session) -> str:
    # Clients read exactly `name="_csrf"`, white space, `value="..."`.
    return f'<form method="post"><input type="hidden" name="_csrf" value="{session.csrf}"></form>'
