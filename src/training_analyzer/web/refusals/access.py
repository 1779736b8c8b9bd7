"""Who may not come in, or may not do this: refusals about the caller and the way they came."""

from __future__ import annotations

from http import HTTPStatus
from types import MappingProxyType

from training_analyzer.web.refusals.root import Refusal


class Unauthenticated(Refusal):
    """Nobody is signed in, or the key is none that works."""

    code = "unauthenticated"
    http_status = HTTPStatus.UNAUTHORIZED
    detail = "Sign in first, or send an API key that has neither ended nor expired."
    # Never Basic: a browser would ask for a password and send it with every request from then on.
    headers = MappingProxyType({"WWW-Authenticate": 'Bearer realm="garmin-sync"'})


class InsufficientScope(Refusal):
    """The caller's key may not do this."""

    code = "insufficient_scope"
    http_status = HTTPStatus.FORBIDDEN
    detail = "This key may not do that. Use one with the scope that is named."

    def __init__(self, needed: str) -> None:
        super().__init__(needed)
        self.more = {"needed": needed}


class StepUpRequired(Refusal):
    """A person signed in too long ago for this."""

    code = "step_up_required"
    http_status = HTTPStatus.FORBIDDEN
    detail = "Confirm who you are first: this needs a sign-in of the last 15 minutes."


class BadLink(Refusal):
    """A sign-in link that was used, is too old, or never was one."""

    code = "bad_login"
    http_status = HTTPStatus.UNAUTHORIZED
    detail = (
        "A sign-in link works once and for ten minutes. Restart `garmin-sync serve` for a new one."
    )


class LinkIsOver(Refusal):
    """An invitation, or another link to arrive by, that was used or is too old."""

    code = "not_found"
    http_status = HTTPStatus.NOT_FOUND
    detail = "This link was used, is too old, or never was one. Ask for a new one."


class SetUpIsOver(LinkIsOver):
    """The link of the first administrator, which only somebody at the server can have anew."""

    detail = (
        "The link for setting up works once, for ten minutes, and only while nobody is here."
        " `garmin-sync serve` prints it in its log when it starts: restart it for a new one."
    )


class InsecureTransport(Refusal):
    """A session would travel in the open."""

    code = "insecure_transport"
    http_status = HTTPStatus.FORBIDDEN
    detail = "Sign in over https (set PUBLIC_URL to the https address), or on the machine itself."


class CrossSite(Refusal):
    """The request comes from another site's page."""

    code = "cross_site_request"
    http_status = HTTPStatus.FORBIDDEN
    detail = (
        "A change must come from this site's own pages, or name this server in its Origin header."
    )


class UnknownHost(Refusal):
    """The request is for a host name that is not ours."""

    code = "unknown_host"
    http_status = HTTPStatus.MISDIRECTED_REQUEST
    detail = "This server does not answer to that name. Set PUBLIC_URL to the address you use."


class MetricsRefused(Refusal):
    """The metrics are not for everybody."""

    code = "metrics_refused"
    http_status = HTTPStatus.UNAUTHORIZED
    detail = (
        "Send METRICS_TOKEN as a Bearer token. Without that setting the metrics are for this"
        " machine alone, and only while PUBLIC_URL is not set."
    )
