"""Who a request of the pretend Garmin is about, as far as it tells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from training_analyzer.simulator.tokens import TokenKind

if TYPE_CHECKING:
    from training_analyzer.simulator.request import Request
    from training_analyzer.simulator.tokens import Access
    from training_analyzer.simulator.world import World


@dataclass(frozen=True, slots=True)
class Caller:
    """The account that a request names, by whatever it carries, and its kind of token."""

    email: str | None = None
    token: TokenKind | None = None
    access: Access | None = None


def who_calls(world: World, request: Request) -> Caller:
    """Find the account by access token, key, ticket, refresh token, user name or session.

    A dead token still names its owner, so that faults and the log can tell; whether
    it opens anything is decided elsewhere.
    """
    bearer = request.authorization("Bearer") or request.cookie("JWT_WEB")
    access = world.tokens.find(bearer) if bearer else None
    if access is not None:
        return Caller(access.email, access.kind, access)
    key = request.authorization("ApiKey")
    if key is not None:
        account = world.account_of_key(key)
        return Caller(account.email if account else None, TokenKind.PERSONAL)
    if "ticket" in request.query:
        return Caller(world.tokens.ticket_email(request.query["ticket"]), TokenKind.WEB)
    return _by_body(world, request) if request.method == "POST" else Caller()


def _by_body(world: World, request: Request) -> Caller:
    form = request.form()
    if "grant_type" in form:
        email = world.tokens.refresh_email(form.get("refresh_token", ""))
        ticket = form.get("service_ticket", "")
        return Caller(email or world.tokens.ticket_email(ticket), TokenKind.DI)
    named = form.get("username") or request.document().get("username")
    if named:
        account = world.account(str(named))
        return Caller(account.email if account else None)
    session = world.sessions.find(request.cookie("SESSION"))
    return Caller(session.email if session else None)
