"""The one table that turns foreign exceptions and HTTP statuses into our errors.

Rules are tried from top to bottom; the first that fits wins. What fits none is an
outage (`GarminUnavailable`) unless its class says better. Sources of the texts:
garminconnect 0.3.20, whose exceptions often tell no more than a sentence.
"""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

import garminconnect.exceptions as foreign
import requests
from curl_cffi import CurlError

from training_analyzer.errors import (
    AccountLocked,
    BadRequest,
    BlockCause,
    Blocked,
    CredentialsRejected,
    ForbiddenStream,
    GarminError,
    GarminSyncError,
    GarminUnavailable,
    LoginBlocked,
    MfaExpired,
    MfaInvalid,
    RateLimited,
    TokenExpired,
    UnexpectedPayload,
)
from training_analyzer.garmin.trouble import Step, Trouble

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_CHILD = "Garmin restricts this account (a child's, for one); it cannot be connected by password."
_DEAD_TICKET = "The ticket has expired or was used before. Get a new one; it lives for a minute."
_DEAD_KEY = (
    "Garmin no longer accepts this Personal API key: it has expired or was replaced."
    " Make a new one and connect with it."
)
_MALFORMED_KEY = "Garmin does not recognise this as a Personal API key. Copy it once more."

_LOGIN, _MFA, _TICKET, _REFRESH, _DATA, _KEY = (frozenset({step}) for step in Step)
_MFA_NO_JSON = ("HTTP ", "429 ", "connection error", "unknown")


class TicketNotExchanged(foreign.GarminConnectAuthenticationError):
    """A login got its ticket and no token for it. Ends garminconnect's chain of strategies."""


class LoginTookTooLong(foreign.GarminConnectAuthenticationError):
    """A login has used up its time. Ends garminconnect's chain of strategies."""


@dataclass(frozen=True, slots=True)
class Rule:
    """At one of *steps*, a trouble that *fits* is *error*."""

    steps: frozenset[Step]
    fits: Callable[[Trouble], bool]
    error: Callable[[Trouble], GarminError]


def _is(error: type[GarminError], message: str | None = None) -> Callable[[Trouble], GarminError]:
    return lambda _: error(message) if message else error()


def _rate_limited(trouble: Trouble) -> GarminError:
    return RateLimited(trouble.retry_after)


def _status(*statuses: int) -> Callable[[Trouble], bool]:
    return lambda trouble: trouble.status in statuses


def _says(*words: str) -> Callable[[Trouble], bool]:
    return lambda trouble: trouble.says(*words)


def _wrong_password(trouble: Trouble) -> bool:
    return trouble.is_a(foreign.GarminConnectAuthenticationError) and (
        trouble.says("Invalid Username or Password") or trouble.widget_says("invalid", "incorrect")
    )


def _restricted(trouble: Trouble) -> bool:
    return trouble.restricted or trouble.says("account restricted")


def _exchange_refused(trouble: Trouble) -> bool:
    return trouble.is_a(TicketNotExchanged) and trouble.status in {400, 401, 429}


def _throttled(trouble: Trouble) -> bool:
    return trouble.throttled or trouble.is_a(foreign.GarminConnectTooManyRequestsError)


def _turned_away(trouble: Trouble) -> bool:
    """Whether the last strategy of the login met a wall, not an outage."""
    return not trouble.is_outage and trouble.says(
        "CAPTCHA required",
        "HTTP 4",
        "returned 4",
        "unexpected title",
        "missing CSRF",
        "responseStatus=",
        "token rejected by API tier",
    )


def _code_expired(trouble: Trouble) -> bool:
    reasons = trouble.mfa_reasons
    return bool(reasons) and all(reason == "401" for reason in reasons)


def _code_wrong(trouble: Trouble) -> bool:
    return trouble.text.startswith("Widget MFA failed:") or any(
        reason not in {"401", "429"} and not reason.startswith(_MFA_NO_JSON)
        for reason in trouble.mfa_reasons
    )


def _code_turned_away(trouble: Trouble) -> bool:
    reasons = trouble.mfa_reasons
    return bool(reasons) and all(reason.startswith(("HTTP 4", "429")) for reason in reasons)


def _blocked(trouble: Trouble) -> GarminError:
    """Return a block with its cause: of several the one that a person can do least about."""
    if trouble.says("CAPTCHA"):
        return LoginBlocked(cause=BlockCause.CAPTCHA)
    is_limit = (
        _throttled(trouble)
        or (trouble.is_a(TicketNotExchanged) and trouble.status == HTTPStatus.TOO_MANY_REQUESTS)
        or trouble.says("HTTP 429", "returned 429")
        or any(reason.startswith("429") for reason in trouble.mfa_reasons)
    )
    return LoginBlocked(cause=BlockCause.RATE_LIMITED if is_limit else BlockCause.FORBIDDEN)


def _challenged(trouble: Trouble) -> bool:
    if trouble.is_a(requests.TooManyRedirects):
        return True
    # 200 is a captive portal, 403 a wall; 429 and 503 pages with a ray are challenges (1015).
    return trouble.html and (
        trouble.status in {200, 403} or (trouble.edge and trouble.status in {429, 503})
    )


RULES: tuple[Rule, ...] = (
    Rule(_LOGIN, _wrong_password, _is(CredentialsRejected)),
    Rule(_LOGIN, lambda it: it.widget_says("locked", "account error"), _is(AccountLocked)),
    Rule(_LOGIN, _restricted, _is(AccountLocked, _CHILD)),
    Rule(_MFA, _says("MFA client_state", "MFA context", "missing CSRF"), _is(MfaExpired)),
    Rule(_MFA, _code_expired, _is(MfaExpired)),
    Rule(_MFA, _code_wrong, _is(MfaInvalid)),
    Rule(_MFA, _code_turned_away, _blocked),
    Rule(_LOGIN | _MFA, _exchange_refused, _blocked),
    Rule(_LOGIN | _MFA, lambda it: it.is_a(TicketNotExchanged), _is(GarminUnavailable)),
    Rule(_LOGIN | _MFA, _throttled, _blocked),
    Rule(_LOGIN | _MFA, _turned_away, _blocked),
    Rule(_TICKET, _status(400, 401), _is(CredentialsRejected, _DEAD_TICKET)),
    Rule(_TICKET | _REFRESH, _status(429), _rate_limited),
    Rule(_REFRESH, _status(400, 401), _is(TokenExpired)),
    Rule(_REFRESH, _says("No DI refresh token"), _is(TokenExpired)),
    Rule(_DATA | _KEY, _challenged, _is(Blocked)),
    Rule(_DATA | _KEY, _status(429), _rate_limited),
    Rule(_KEY, _status(401, 403), _is(CredentialsRejected, _DEAD_KEY)),
    Rule(_KEY, _status(400), _is(CredentialsRejected, _MALFORMED_KEY)),
    Rule(_DATA, _status(401), _is(TokenExpired)),
    Rule(_DATA, _status(403), _is(ForbiddenStream)),
    Rule(_DATA, _status(400), _is(BadRequest)),
    Rule(_DATA, lambda it: it.too_long and _status(500)(it), _is(BadRequest)),
    # A path that garminconnect refuses to ask for: a display name of two dots, for one.
    Rule(_DATA, lambda it: it.is_a(ValueError), _is(BadRequest)),
    # An answer that was cut on its way is whole the next time.
    Rule(_DATA, lambda it: it.half and _status(200)(it), _is(GarminUnavailable)),
    # The body is neither a page nor JSON: this window is lost, the account is fine.
    Rule(_DATA, _status(200), _is(UnexpectedPayload)),
)

# What a foreign exception means when no rule fits it. A test holds this against
# the exceptions that garminconnect has.
DEFAULTS: Mapping[type[BaseException], type[GarminError]] = {
    foreign.GarminConnectConnectionError: GarminUnavailable,
    foreign.GarminConnectNotFoundError: GarminUnavailable,
    foreign.GarminConnectTooManyRequestsError: RateLimited,
    foreign.GarminConnectAuthenticationError: GarminUnavailable,
    foreign.GarminConnectInvalidFileFormatError: UnexpectedPayload,
    requests.RequestException: GarminUnavailable,
    CurlError: GarminUnavailable,
}


def error_of(trouble: Trouble) -> GarminError:
    """Return our error for *trouble*. Its text is ours alone."""
    error = _error_of(trouble)
    error.answered = trouble.status
    return error


def _error_of(trouble: Trouble) -> GarminError:
    for rule in RULES:
        if trouble.step in rule.steps and rule.fits(trouble):
            return rule.error(trouble)
    for kind in trouble.kind.__mro__ if trouble.kind else ():
        if kind in DEFAULTS:
            return DEFAULTS[kind]()
    return GarminUnavailable()


def guarded[T](call: Callable[[], T], trouble: Callable[[Exception], Trouble]) -> T:
    """Return what *call* returns; raise our error in the place of a foreign one.

    Ours is raised after the foreign one has gone, so that not even `__context__`
    leads to a text that may hold a secret.
    """
    try:
        return call()
    except GarminSyncError:
        raise
    except Exception as caught:  # noqa: BLE001 - garminconnect lets KeyError and worse out
        error = error_of(trouble(caught))
    raise error
