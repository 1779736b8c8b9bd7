"""Ways to a session: e-mail and password, a security code, a browser's ticket.

One login at a time per account and per machine is the caller's business, as are
cool-downs. Each of these blocks for seconds, at worst for minutes.
"""

from __future__ import annotations

import json
import re
import time
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from training_analyzer.errors import GarminUnavailable, MfaExpired, MfaInvalid, TokenInvalid
from training_analyzer.garmin.account import AccountGarmin
from training_analyzer.garmin.client import GarminClient
from training_analyzer.garmin.pacing import Pace
from training_analyzer.garmin.translate import guarded
from training_analyzer.garmin.trouble import Step
from training_analyzer.garmin.wire import Wire

if TYPE_CHECKING:
    from collections.abc import Callable

    from training_analyzer.garmin.hosts import Hosts
    from training_analyzer.garmin.tokens import TokenBundle
    from training_analyzer.model import GarminProfile

_TICKET: Final = re.compile(r"ST-[A-Za-z0-9._-]+")
_METHOD: Final = re.compile(r"[a-z_]{2,24}")
# A login makes a handful of requests, each of which waits for the one before.
_UNSPACED_PER_MINUTE: Final = 60_000
# A login is dear: an answer that fails right after it is asked for again.
_PROFILE_RETRIES_S: Final = (1.0, 4.0)


@dataclass(frozen=True, slots=True)
class LoggedIn:
    """A session, and who it belongs to."""

    tokens: TokenBundle
    profile: GarminProfile


@dataclass(frozen=True, slots=True, repr=False)
class NeedsMfa:
    """Garmin wants a security code, sent by `method` (`email`, `sms`, ...).

    `state` is the JSON text that `finish_mfa` goes on from, in this process or
    another. It holds cookies of the login: keep it encrypted, ten minutes at most.
    """

    state: str
    method: str

    def __repr__(self) -> str:
        """Show the method alone."""
        return f"NeedsMfa(***, method={self.method!r})"


def log_in(
    email: str,
    password: str,
    *,
    hosts: Hosts,
    sleep: Callable[[float], None] | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> LoggedIn | NeedsMfa:
    """Sign in with at most three posts of the password, within three minutes.

    *sleep* takes the place of `time.sleep` for the pauses of 2 to 20 s that
    garminconnect makes before each post; without it a login at this very machine
    makes none. Raises `CredentialsRejected`, `AccountLocked`, `LoginBlocked` or
    `GarminUnavailable`.
    """
    with closing(_login_client(hosts, sleep=sleep, clock=clock)) as client:
        result, state = guarded(
            lambda: client.login(email, password, return_on_mfa=True),
            lambda caught: client.trouble(caught, Step.LOGIN, now=_now()),
        )
        if result == "needs_mfa":
            return NeedsMfa(json.dumps(state), _method_in(state))
        return _logged_in(client, hosts, sleep)


def finish_mfa(
    state: str,
    code: str,
    *,
    hosts: Hosts,
    sleep: Callable[[float], None] | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> LoggedIn:
    """Finish the login of `NeedsMfa` with the code that the person got.

    Raises `MfaInvalid` (the state can be used again), `MfaExpired`,
    `LoginBlocked` or `GarminUnavailable`. A code costs one or two posts.
    """
    code = "".join(code.split())
    if not code:
        raise MfaInvalid
    try:
        pending = json.loads(state)
    except ValueError:
        raise MfaExpired from None
    if not isinstance(pending, dict) or not pending:
        raise MfaExpired
    with closing(_login_client(hosts, sleep=sleep, clock=clock)) as client:
        guarded(
            lambda: client.resume_login(pending, code),
            lambda caught: client.trouble(caught, Step.MFA, now=_now()),
        )
        return _logged_in(client, hosts, sleep)


def redeem_ticket(
    text: str, *, hosts: Hosts, sleep: Callable[[float], None] | None = None
) -> LoggedIn:
    """Make a session of the service ticket in *text*: bare, an address, or a whole page.

    The ticket has to come from a sign-in for the Android app's service address.
    Raises `TokenInvalid` when there is none, `CredentialsRejected` when it is
    dead, `RateLimited` or `GarminUnavailable`.
    """
    ticket = _TICKET.search(text)
    if ticket is None:
        message = "There is no ticket (ST-...) in this text. Copy the whole page or its address."
        raise TokenInvalid(message)
    with closing(_login_client(hosts, sleep=sleep, clock=time.monotonic)) as client:
        guarded(
            lambda: client._exchange_service_ticket(  # noqa: SLF001 - there is no public way
                ticket[0], service_url=hosts.android_service_url
            ),
            lambda caught: client.trouble(caught, Step.TICKET, now=_now()),
        )
        return _logged_in(client, hosts, sleep)


def _login_client(
    hosts: Hosts, *, sleep: Callable[[float], None] | None, clock: Callable[[], float]
) -> GarminClient:
    pace = Pace(_UNSPACED_PER_MINUTE)
    client = GarminClient(hosts, Wire(pace.wait), sleep=_sleep_for(hosts, sleep), clock=clock)
    client.start_the_clock()
    return client


def _sleep_for(hosts: Hosts, sleep: Callable[[float], None] | None) -> Callable[[float], None]:
    if sleep is not None:
        return sleep
    return _not_at_all if hosts.is_loopback else time.sleep


def _logged_in(
    client: GarminClient, hosts: Hosts, sleep: Callable[[float], None] | None
) -> LoggedIn:
    """Return the client's session with its profile; asks for the latter up to three times."""
    tokens = client.held()
    if tokens is None:
        raise GarminUnavailable
    rest = _sleep_for(hosts, sleep)
    with AccountGarmin(
        tokens,
        display_name=None,
        hosts=hosts,
        pace=Pace(_UNSPACED_PER_MINUTE),
        # The session is the caller's to save; a refresh in between is part of it.
        save_tokens=lambda _: None,
        now=_now,
    ) as garmin:
        for pause in _PROFILE_RETRIES_S:
            try:
                return LoggedIn(profile=garmin.profile(), tokens=garmin.tokens)
            except GarminUnavailable:
                rest(pause)
        return LoggedIn(profile=garmin.profile(), tokens=garmin.tokens)


def _method_in(state: dict[str, object]) -> str:
    """Return Garmin's word for how the code travels, when it is a word at all."""
    method = str(state.get("method") or "").lower()
    return method if _METHOD.fullmatch(method) else "code"


def _now() -> datetime:
    return datetime.now(UTC)


def _not_at_all(_seconds: float) -> None:
    return
