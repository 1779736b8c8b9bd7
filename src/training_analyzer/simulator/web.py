"""The pretend Garmin's browser session: a ticket for a JWT_WEB cookie.

The unmodified client falls back to it when the token endpoint fails.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from training_analyzer.simulator.answer import Answer
from training_analyzer.simulator.request import cookie, page

if TYPE_CHECKING:
    from training_analyzer.simulator.request import Request
    from training_analyzer.simulator.world import World

SERVICE_PATHS = ("/gcm/ios", "/gcm/android", "/app")
REFRESH_PATH = "/services/auth/token/di-oauth/refresh"


def take_ticket(world: World, request: Request) -> Answer:
    """Redeem a ticket at the service it was made for: a page and the cookie, or 401."""
    service_url = f"{request.origin}{request.path}"
    email = world.tokens.redeem_ticket(request.query.get("ticket", ""), service_url)
    account = world.account(email or "")
    if account is None:
        return page("Unauthorized", status=401)
    return page("Garmin Connect", headers=cookie("JWT_WEB", world.tokens.issue_web(account)))


def refresh(world: World, request: Request) -> Answer:
    """Give a browser that is signed in a new cookie."""
    session = world.sessions.find(request.cookie("SESSION"))
    account = world.account(session.email or "") if session and session.signed_in else None
    if account is None:
        return Answer(401, {"message": "Token is not active"})
    return Answer(body={}, headers=cookie("JWT_WEB", world.tokens.issue_web(account)))
