"""Our subclass of garminconnect's client: its hosts, its limits and what it refuses to do.

Private names of garminconnect 0.3.20 are used here and nowhere else; the tests hold
them. `Garmin.login` of that library is never called: it answers a refused refresh
with seven more and, given a password, throws good tokens away.
"""

from __future__ import annotations

import time
from contextlib import suppress
from functools import partial
from types import FunctionType, SimpleNamespace
from typing import TYPE_CHECKING, Any, NamedTuple

from curl_cffi import CurlOpt
from curl_cffi.requests import Session as CurlSession
from garminconnect.client import Client
from garminconnect.exceptions import GarminConnectTooManyRequestsError

from training_analyzer.garmin.pacing import parse_retry_after
from training_analyzer.garmin.telling import TOKEN_HOST, telling, to_nobody
from training_analyzer.garmin.tokens import TokenBundle
from training_analyzer.garmin.translate import LoginTookTooLong, TicketNotExchanged
from training_analyzer.garmin.trouble import Step, Trouble
from training_analyzer.garmin.wire import fit_out

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from training_analyzer.garmin.hosts import Hosts
    from training_analyzer.garmin.telling import Tell
    from training_analyzer.garmin.wire import Wire

# The plain-requests strategies are the ones that Garmin's edge turns away, and each
# costs a credential POST: without them, and with one TLS profile per strategy, a
# login costs three at most, not eleven.
_SKIPPED = {"mobile+requests", "portal+requests"}
# A request of a login may take 30 s, and two follow each other without a look at
# the clock, so a login ends within three minutes.
LOGIN_TIME_S = 120.0
# Pages and tokens of a login are some 100 kB.
LARGEST_LOGIN_PAGE = 4 * 1024 * 1024


_BOUNDED = {CurlOpt.MAXFILESIZE_LARGE: LARGEST_LOGIN_PAGE}
_BOUNDED_PACKAGE = SimpleNamespace(
    HAS_CFFI=True,
    cffi_requests=SimpleNamespace(Session=partial(CurlSession, curl_options=_BOUNDED)),
)


class Attempt(NamedTuple):
    """One strategy of a login, and the class of what it ended with."""

    strategy: str
    kind: type[Exception]
    restricted: bool


class GarminClient(Client):
    """Speak to the account API for one connection, or for one login.

    `renew` is what a 401 calls: the connection's refresh, whose error goes out.
    None while a login is in progress: an error from there would make garminconnect
    accept a token that the API refuses. `before_post` runs ahead of each request
    to the token host, and `tell` hears of it.
    """

    def __init__(
        self,
        hosts: Hosts,
        wire: Wire,
        *,
        before_post: Callable[[], None] | None = None,
        tell: Tell = to_nobody,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(domain=hosts.domain, verify_login=True)
        self._sso = hosts.sso
        self._connect = hosts.connect
        self._connectapi = hosts.account_api
        self._di_token_url = hosts.di_token_url
        self._ios_service_url = hosts.ios_service_url
        self._mobile_sso_service_url = hosts.android_service_url
        self._portal_service_url = hosts.portal_service_url
        self.skip_strategies = set(_SKIPPED)
        for session in (self.cs, self._api_session):
            fit_out(session, wire)
        self.renew: Callable[[], None] | None = None
        self.attempts: list[Attempt] = []
        self.di_status: int | None = None
        self.di_retry_after: str | None = None
        self._before_post = before_post
        self._longest_post_s = wire.longest_s
        self._tell = tell
        self._sleep = sleep
        self._clock = clock
        self._login_ends = float("inf")

    def start_the_clock(self) -> None:
        """Give a login its time, from now on."""
        self._login_ends = self._clock() + LOGIN_TIME_S

    def hold(self, tokens: TokenBundle) -> None:
        """Use *tokens* from now on."""
        self.di_token = tokens.di_token
        self.di_refresh_token = tokens.di_refresh_token
        self.di_client_id = tokens.di_client_id

    def held(self) -> TokenBundle | None:
        """Return the tokens in use; None when one of the three is missing."""
        return TokenBundle.of(self.di_token, self.di_refresh_token, self.di_client_id)

    def trouble(self, caught: Exception, step: Step, *, now: datetime) -> Trouble:
        """Describe an exception of this client's, with what was recorded on the way."""
        return Trouble(
            step=step,
            kind=type(caught),
            text=str(caught),
            status=self.di_status,
            retry_after=parse_retry_after(self.di_retry_after, now),
            throttled=any(
                issubclass(one.kind, GarminConnectTooManyRequestsError) for one in self.attempts
            ),
            restricted=any(one.restricted for one in self.attempts),
        )

    def close(self) -> None:
        """Close every session, that of a pending login included."""
        for session in (self.cs, self._api_session, self._mfa_session):
            if session is not None:
                session.close()

    # ---- what garminconnect calls -------------------------------------------------

    def _token_expires_soon(self) -> bool:
        """Leave it to the connection, which has a clock of its own and an order to keep."""
        return False

    def _refresh_session(self) -> None:
        if self.renew is not None:
            self.renew()

    def _establish_session(
        self,
        ticket: str,
        sess: Any = None,  # noqa: ANN401, ARG002 - garminconnect's signature
        service_url: str | None = None,
    ) -> None:
        """Exchange the ticket or end the login; never fall back to cookies.

        The original's fallback yields tokens that cannot be kept, and takes an
        outage or a 429 of the token host for a reason to send more requests.
        """
        with suppress(Exception):
            self._exchange_service_ticket(ticket, service_url=service_url)
            if self.held() is not None:
                return
        raise TicketNotExchanged

    def _http_post(self, url: str, **kwargs: Any) -> Any:  # noqa: ANN401 - garminconnect's
        self._look_at_the_clock()
        if self._before_post is not None:
            self._before_post()
        self.di_status = self.di_retry_after = None
        kwargs["timeout"] = min(kwargs["timeout"], self._longest_post_s)
        bounded = {"allow_redirects": False, "curl_options": _BOUNDED}
        with telling(self._tell, TOKEN_HOST, self._clock) as asked:
            answer = super()._http_post(url, **bounded, **kwargs)
            self.di_status = asked.status = int(answer.status_code)
        self.di_retry_after = answer.headers.get("Retry-After")
        return answer

    def _login_with_impersonations(
        self,
        label: str,
        impersonations: tuple[str, ...],
        do_login: Callable[[Any, str, str], None],
        email: str,
        password: str,
    ) -> None:
        super()._login_with_impersonations(label, impersonations[:1], do_login, email, password)

    def _do_mobile_login(self, sess: Any, email: str, password: str) -> None:  # noqa: ANN401
        sess.curl_options = _BOUNDED
        self._attempt("mobile", super()._do_mobile_login, sess, email, password)

    def _do_portal_web_login(self, sess: Any, email: str, password: str) -> None:  # noqa: ANN401
        sess.curl_options = _BOUNDED
        self._attempt("portal", super()._do_portal_web_login, sess, email, password)

    def _widget_web_login(self, email: str, password: str) -> None:
        self._attempt("widget", super()._widget_web_login, email, password)

    # ---- how a strategy is run ----------------------------------------------------

    def _attempt(self, name: str, strategy: Any, *arguments: Any) -> None:  # noqa: ANN401
        """Run *strategy* with our sleep and sessions for its own, and note how it ended.

        garminconnect sleeps before it posts a password, so that the edge does not
        take it for a machine. Only this call sees the other `time` and the other
        package: the globals of the library stay as they are.
        """
        self._look_at_the_clock()
        function = strategy.__func__
        names = {
            **function.__globals__,
            "time": SimpleNamespace(sleep=self._rest),
            "_pkg": lambda: _BOUNDED_PACKAGE,
        }
        rested = FunctionType(
            function.__code__, names, function.__name__, function.__defaults__, function.__closure__
        )
        try:
            rested(self, *arguments)
        except Exception as caught:
            self.attempts.append(Attempt(name, type(caught), "account restricted" in str(caught)))
            raise

    def _rest(self, seconds: float) -> None:
        self._sleep(seconds)
        self._look_at_the_clock()

    def _look_at_the_clock(self) -> None:
        if self._clock() > self._login_ends:
            raise LoginTookTooLong
