"""The table that turns foreign failures into ours, row by row."""

from __future__ import annotations

import importlib
import json
import pkgutil
import traceback
from datetime import UTC, datetime, timedelta
from typing import Any

import curl_cffi.requests.exceptions as curl
import garminconnect
import pytest
import requests
from garminconnect.exceptions import (
    GarminConnectAuthenticationError as Authentication,
)
from garminconnect.exceptions import (
    GarminConnectConnectionError as Connection,
)
from garminconnect.exceptions import (
    GarminConnectTooManyRequestsError as TooMany,
)

from training_analyzer.errors import (
    AccountLocked,
    BadRequest,
    Blocked,
    CredentialsRejected,
    ForbiddenStream,
    GarminError,
    GarminUnavailable,
    LoginBlocked,
    MfaExpired,
    MfaInvalid,
    RateLimited,
    TokenExpired,
    UnexpectedPayload,
)
from training_analyzer.garmin.translate import (
    DEFAULTS,
    LoginTookTooLong,
    TicketNotExchanged,
    error_of,
    guarded,
)
from training_analyzer.garmin.trouble import Step, Trouble

EXHAUSTED = "All login strategies exhausted: "
VERIFY = "https://sso.garmin.com/mobile/api/mfa/verifyCode"


def mfa_failed(*reasons: str) -> Authentication:
    """Return garminconnect's error for codes that its endpoints refused."""
    return Authentication(f"MFA verification failed: {[f'{VERIFY}: {r}' for r in reasons]}")


def exhausted(cause: Exception) -> Connection:
    """Return garminconnect's error for a login whose last strategy failed with *cause*."""
    return Connection(f"{EXHAUSTED}{type(cause).__name__}: {cause}")


LOGIN: list[tuple[Step, Exception, dict[str, Any], type[GarminError]]] = [
    (
        Step.LOGIN,
        Authentication("401 Unauthorized (Invalid Username or Password)"),
        {},
        CredentialsRejected,
    ),
    (
        Step.LOGIN,
        Authentication("Widget authentication failed: 'Invalid sign in'"),
        {},
        CredentialsRejected,
    ),
    (
        Step.LOGIN,
        Authentication("Widget authentication failed: 'Incorrect password'"),
        {},
        CredentialsRejected,
    ),
    (
        Step.LOGIN,
        Authentication("Widget authentication failed: 'Account Locked'"),
        {},
        AccountLocked,
    ),
    (
        Step.LOGIN,
        Authentication("Widget authentication failed: 'Account error'"),
        {},
        AccountLocked,
    ),
    (
        Step.LOGIN,
        exhausted(Connection("Widget login: account restricted 'Unable to sign in'")),
        {},
        AccountLocked,
    ),
    (
        Step.LOGIN,
        exhausted(Connection("Portal login: CAPTCHA required")),
        {"restricted": True},
        AccountLocked,
    ),
    (Step.LOGIN, TooMany("All login strategies rate limited"), {}, LoginBlocked),
    (Step.LOGIN, exhausted(Connection("Portal login: CAPTCHA required")), {}, LoginBlocked),
    (Step.LOGIN, exhausted(Connection("Portal login: HTTP 403 (Cloudflare)")), {}, LoginBlocked),
    (Step.LOGIN, exhausted(Connection("Portal failed (non-JSON): HTTP 418")), {}, LoginBlocked),
    (Step.LOGIN, exhausted(Connection("Widget embed returned 403")), {}, LoginBlocked),
    (
        Step.LOGIN,
        exhausted(Connection("Widget login: unexpected title 'Just a moment...'")),
        {},
        LoginBlocked,
    ),
    (Step.LOGIN, exhausted(Connection("Widget login: missing CSRF token")), {}, LoginBlocked),
    (
        Step.LOGIN,
        exhausted(Connection("Portal login failed: HTTP 200, responseStatus=NEW_THING")),
        {},
        LoginBlocked,
    ),
    (
        Step.LOGIN,
        exhausted(Connection("portal+cffi: token rejected by API tier")),
        {},
        LoginBlocked,
    ),
    (
        Step.LOGIN,
        exhausted(Connection("Portal login failed: HTTP 503, responseStatus=unknown")),
        {},
        GarminUnavailable,
    ),
    (
        Step.LOGIN,
        exhausted(Connection("Widget login: server error '502 Bad Gateway'")),
        {},
        GarminUnavailable,
    ),
    (Step.LOGIN, exhausted(Connection("Widget embed returned 503")), {}, GarminUnavailable),
    (Step.LOGIN, exhausted(curl.Timeout("curl: (28) HTTP 403")), {}, GarminUnavailable),
    (Step.LOGIN, exhausted(AttributeError("no get")), {}, GarminUnavailable),
    (
        Step.LOGIN,
        exhausted(curl.ConnectionError("curl: (7)")),
        {"throttled": True},
        LoginBlocked,
    ),
    (Step.LOGIN, TicketNotExchanged(), {"status": 429}, LoginBlocked),
    (Step.LOGIN, TicketNotExchanged(), {"status": 400}, LoginBlocked),
    (Step.LOGIN, TicketNotExchanged(), {"status": 401}, LoginBlocked),
    (Step.LOGIN, TicketNotExchanged(), {"status": 503}, GarminUnavailable),
    (Step.LOGIN, TicketNotExchanged(), {}, GarminUnavailable),
    (Step.LOGIN, LoginTookTooLong(), {}, GarminUnavailable),
    (Step.MFA, Authentication("Widget MFA failed: Enter MFA code for login"), {}, MfaInvalid),
    (Step.MFA, mfa_failed("MFA_CODE_INVALID", "MFA_CODE_INVALID"), {}, MfaInvalid),
    (Step.MFA, mfa_failed("MFA_CODE_INVALID", "HTTP 429"), {}, MfaInvalid),
    (Step.MFA, mfa_failed("HTTP 403 non-JSON", "MFA_CODE_INVALID"), {}, MfaInvalid),
    (Step.MFA, mfa_failed("401", "401"), {}, MfaExpired),
    (
        Step.MFA,
        Authentication("Invalid MFA client_state; start the login again"),
        {},
        MfaExpired,
    ),
    (Step.MFA, Authentication("MFA client_state is for garmin.cn; resume"), {}, MfaExpired),
    (Step.MFA, Authentication("Missing widget MFA context"), {}, MfaExpired),
    (Step.MFA, TooMany("MFA verification rate limited on all endpoints"), {}, LoginBlocked),
    (Step.MFA, mfa_failed("HTTP 403 non-JSON", "HTTP 403 non-JSON"), {}, LoginBlocked),
    (Step.MFA, mfa_failed("HTTP 403 non-JSON", "429 in JSON body"), {}, LoginBlocked),
    (
        Step.MFA,
        Connection("token rejected by API tier after MFA (a 403 here can also mean"),
        {},
        LoginBlocked,
    ),
    (
        Step.MFA,
        mfa_failed("connection error curl: (7)", "connection error curl: (7)"),
        {},
        GarminUnavailable,
    ),
    (Step.MFA, mfa_failed("HTTP 503 non-JSON", "unknown"), {}, GarminUnavailable),
    (Step.MFA, curl.Timeout("curl: (28)"), {}, GarminUnavailable),
    (Step.TICKET, Authentication("DI token exchange failed"), {"status": 400}, CredentialsRejected),
    (Step.TICKET, Authentication("DI token exchange failed"), {"status": 401}, CredentialsRejected),
    (Step.TICKET, TooMany("DI token exchange rate limited"), {"status": 429}, RateLimited),
    (Step.TICKET, Authentication("DI token exchange failed"), {"status": 503}, GarminUnavailable),
    (Step.REFRESH, Authentication("DI token refresh failed: 400"), {"status": 400}, TokenExpired),
    (Step.REFRESH, Authentication("DI token refresh failed: 401"), {"status": 401}, TokenExpired),
    (Step.REFRESH, Authentication("No DI refresh token available"), {}, TokenExpired),
    (Step.REFRESH, Authentication("DI token refresh failed: 429"), {"status": 429}, RateLimited),
    (
        Step.REFRESH,
        Authentication("DI token refresh failed: 403"),
        {"status": 403},
        GarminUnavailable,
    ),
    (
        Step.REFRESH,
        Authentication("DI token refresh failed: 503"),
        {"status": 503},
        GarminUnavailable,
    ),
    (Step.REFRESH, json.JSONDecodeError("no", "", 0), {"status": 200}, GarminUnavailable),
    (Step.REFRESH, KeyError("access_token"), {"status": 200}, GarminUnavailable),
    (Step.REFRESH, TypeError(), {"status": 200}, GarminUnavailable),
    (Step.REFRESH, curl.DNSError("curl: (6)"), {}, GarminUnavailable),
    (Step.DATA, requests.TooManyRedirects("Exceeded 0 redirects."), {}, Blocked),
    (Step.DATA, requests.ConnectionError("refused"), {}, GarminUnavailable),
    (Step.DATA, requests.Timeout("slow"), {}, GarminUnavailable),
    (Step.DATA, ValueError("Invalid API path: '/x/..'"), {}, BadRequest),
    (Step.DATA, TooMany("odd"), {}, RateLimited),
    (Step.KEY, requests.TooManyRedirects("Exceeded 0 redirects."), {}, Blocked),
    (Step.KEY, requests.Timeout("slow"), {}, GarminUnavailable),
]

ANSWERS: list[tuple[Step, dict[str, Any], type[GarminError]]] = [
    (Step.DATA, {"status": 400}, BadRequest),
    (Step.DATA, {"status": 401}, TokenExpired),
    (Step.DATA, {"status": 403}, ForbiddenStream),
    (Step.DATA, {"status": 403, "html": True}, Blocked),
    (Step.DATA, {"status": 406}, GarminUnavailable),
    (Step.DATA, {"status": 429}, RateLimited),
    (Step.DATA, {"status": 429, "html": True, "edge": True}, Blocked),
    (Step.DATA, {"status": 500}, GarminUnavailable),
    (Step.DATA, {"status": 500, "too_long": True}, BadRequest),
    (Step.DATA, {"status": 503, "too_long": True}, GarminUnavailable),
    (Step.DATA, {"status": 503, "html": True}, GarminUnavailable),
    (Step.DATA, {"status": 503, "html": True, "edge": True}, Blocked),
    (Step.DATA, {"status": 200, "html": True}, Blocked),
    (Step.DATA, {"status": 200}, UnexpectedPayload),
    (Step.KEY, {"status": 400}, CredentialsRejected),
    (Step.KEY, {"status": 401}, CredentialsRejected),
    (Step.KEY, {"status": 403}, CredentialsRejected),
    (Step.KEY, {"status": 403, "html": True}, Blocked),
    (Step.KEY, {"status": 429}, RateLimited),
    (Step.KEY, {"status": 503}, GarminUnavailable),
    (Step.KEY, {"status": 200, "html": True}, Blocked),
]


@pytest.mark.parametrize(("step", "raised", "known", "expected"), LOGIN)
def test_foreign_exceptions_become_ours(
    step: Step, raised: Exception, known: dict[str, Any], expected: type[GarminError]
) -> None:
    """What a library raises is named for what happened, in a sentence of our own."""
    trouble = Trouble(step=step, kind=type(raised), text=str(raised), **known)

    error = error_of(trouble)

    assert type(error) is expected
    assert not str(raised) or str(raised) not in str(error)


@pytest.mark.parametrize(("step", "known", "expected"), ANSWERS)
def test_statuses_become_ours(
    step: Step, known: dict[str, Any], expected: type[GarminError]
) -> None:
    """What a data host answers is named for what it means to a sync."""
    assert type(error_of(Trouble(step=step, **known))) is expected


@pytest.mark.parametrize("step", [Step.DATA, Step.KEY, Step.TICKET, Step.REFRESH])
def test_how_long_to_wait_goes_along(step: Step) -> None:
    """A rate limit carries the time that Garmin asks for."""
    wait = timedelta(seconds=14)

    error = error_of(Trouble(step=step, status=429, retry_after=wait))

    assert isinstance(error, RateLimited)
    assert error.retry_after == wait


def test_every_exception_of_garminconnect_is_mapped() -> None:
    """A new release that grows an exception is noticed before it is used."""
    modules = [
        importlib.import_module(module.name)
        for module in pkgutil.walk_packages(garminconnect.__path__, "garminconnect.")
    ]
    grown = {
        value
        for module in modules
        for value in vars(module).values()
        if isinstance(value, type)
        and issubclass(value, Exception)
        and value.__module__.startswith("garminconnect.")
    }

    unmapped = {kind.__name__ for kind in grown - DEFAULTS.keys()}

    # The first belongs to typed access, which is not used; the second never leaves `login`.
    assert unmapped == {"GarminConnectResponseValidationError", "_MFARequired"}


@pytest.mark.parametrize("family", [requests.exceptions, curl])
def test_every_exception_of_the_http_libraries_is_mapped(family: Any) -> None:
    """Whatever the HTTP libraries raise is an outage unless a rule says better."""
    kinds = [
        value
        for value in vars(family).values()
        if isinstance(value, type)
        and issubclass(value, Exception)
        and not issubclass(value, Warning)
        and value.__module__.startswith(("requests.", "curl_cffi."))
    ]

    assert kinds
    for kind in kinds:
        assert DEFAULTS.keys() & set(kind.__mro__), kind


def test_no_trace_of_the_foreign_exception_is_left() -> None:
    """Not even the traceback of our error leads to the library's text."""

    def call() -> None:
        message = "Invalid refresh token: RT-secret"
        raise Authentication(message)

    with pytest.raises(TokenExpired) as raised:
        guarded(call, lambda caught: Trouble(step=Step.REFRESH, kind=type(caught), status=400))

    assert raised.value.__context__ is None
    assert raised.value.__cause__ is None
    shown = "".join(traceback.format_exception(raised.value))
    assert "RT-secret" not in shown


def test_trouble_reads_an_answer() -> None:
    """Status, page, edge and wait are taken from the answer's head."""
    answer = requests.Response()
    answer.status_code = 503
    answer._content = b" <html>"
    answer.headers.update({"CF-RAY": "8a1b", "Retry-After": "30"})

    trouble = Trouble.of_answer(answer, Step.DATA, now=datetime.now(UTC))

    assert (trouble.status, trouble.html, trouble.edge) == (503, True, True)
    assert trouble.retry_after == timedelta(seconds=30)
    assert "html" not in repr(trouble)
