"""Verbs that make the pretend Garmin fail as the real one was seen to fail.

Each takes the path prefix it is about, where there is a choice, and the choices of
`When`: `method`, `account`, `token`, `times`, `every`, `since`, `until`. It returns
the `Fault`, whose `hits` tells whether it struck; `clear` ends one or all.
The fault that was told first comes first.
"""

from __future__ import annotations

from functools import partial
from threading import Event, Lock
from typing import TYPE_CHECKING, Final, Unpack

from training_analyzer.simulator import effects, refusals
from training_analyzer.simulator.answer import Answer
from training_analyzer.simulator.fault import Fault, Selector
from training_analyzer.simulator.oauth import DI_PATH
from training_analyzer.simulator.refusals import Refusal
from training_analyzer.simulator.request import page
from training_analyzer.simulator.tokens import TokenKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime, timedelta

    from training_analyzer.simulator.caller import Caller
    from training_analyzer.simulator.fault import Effect, When
    from training_analyzer.simulator.request import Request
    from training_analyzer.simulator.sessions import Sessions
    from training_analyzer.simulator.tokens import Tokens
    from training_analyzer.streams import Json

# One word per answer that means, or hides, "nothing".
NOTHING: Final = {
    "204": Answer(204),
    "empty": Answer(200),
    "{}": Answer(200, {}),
    "[]": Answer(200, []),
    "null": Answer(200, b"null"),
}


class Faults:
    """The faults in force, and the verbs that bring them about. Thread-safe.

    `wait` is what a delay does; by default it blocks the answering thread, and
    `end_delays` releases it.
    """

    def __init__(
        self,
        now: Callable[[], datetime],
        tokens: Tokens,
        sessions: Sessions,
        wait: Callable[[float], object] | None = None,
    ) -> None:
        self._now = now
        self._tokens = tokens
        self._sessions = sessions
        self._no_more_delays = Event()
        self._wait = wait or self._no_more_delays.wait
        self._lock = Lock()
        self._faults: list[Fault] = []

    # -- answers instead of Garmin's -------------------------------------------------

    def answer(
        self,
        path: str,
        *,
        status: int = 200,
        body: Json | bytes = None,
        content_type: str = "application/json",
        headers: dict[str, str] | None = None,
        **when: Unpack[When],
    ) -> Fault:
        """Answer exactly this. The body `b"null"` is JSON's null; None is no body at all."""
        told = Answer(status, body, content_type, headers or {})
        return self._add("answer", path, effects.instead(told), when)

    def rate_limit(
        self, path: str = "/", *, retry_after: int | str | None = None, **when: Unpack[When]
    ) -> Fault:
        """Answer 429; `retry_after` are seconds or a date or nonsense, as it is to be sent."""
        told = refusals.too_many(retry_after)
        return self._add("rate_limit", path, effects.instead(told), when)

    def challenge(self, path: str = "/", *, status: int = 403, **when: Unpack[When]) -> Fault:
        """Answer the page that asks whether a person is there: 403 and HTML."""
        told = page("Just a moment...", status=status, headers={"cf-ray": "8a1b2c3d4e5f-SIM"})
        return self._add("challenge", path, effects.instead(told), when)

    def captive_portal(self, path: str = "/", **when: Unpack[When]) -> Fault:
        """Answer 200 with HTML, as a hotel's network does."""
        told = page("Welcome to our network")
        return self._add("captive_portal", path, effects.instead(told), when)

    def nothing(self, path: str, shape: str = "204", **when: Unpack[When]) -> Fault:
        """Answer nothing in one of its shapes: `204`, `empty`, `{}`, `[]`, `null`."""
        return self._add("nothing", path, effects.instead(NOTHING[shape]), when)

    # -- Garmin's answers, damaged ---------------------------------------------------

    def truncate(self, path: str, **when: Unpack[When]) -> Fault:
        """Answer half of the body as if it were all."""
        return self._add("truncate", path, effects.half, when)

    def edit(
        self,
        path: str,
        changes: dict[str, Json] | None = None,
        *,
        drop: Iterable[str] = (),
        **when: Unpack[When],
    ) -> Fault:
        """Change or drop keys of the JSON object that is answered."""
        return self._add("edit", path, effects.edited(changes or {}, drop), when)

    def drop_cookies(self, path: str, **when: Unpack[When]) -> Fault:
        """Set no cookie."""
        return self._add("drop_cookies", path, effects.without_cookies, when)

    def delay(self, path: str, seconds: float, **when: Unpack[When]) -> Fault:
        """Answer later."""
        return self._add("delay", path, effects.later(self._wait, seconds), when)

    # -- connections -----------------------------------------------------------------

    def reset(self, path: str, **when: Unpack[When]) -> Fault:
        """Cut the connection before anything is done."""
        return self._add("reset", path, effects.cut_before, when)

    def lose_reply(self, path: str, **when: Unpack[When]) -> Fault:
        """Do what was asked (rotate the token, say), then cut the connection."""
        return self._add("lose_reply", path, effects.cut_after, when)

    def cut_body(self, path: str, **when: Unpack[When]) -> Fault:
        """Cut the connection half through the body."""
        return self._add("cut_body", path, effects.cut_within, when)

    # -- signing in ------------------------------------------------------------------

    def captcha(self, email: str | None = None, **when: Unpack[When]) -> Fault:
        """Ask for a CAPTCHA at each login, of one account or of all."""
        return self._refuse_login(Refusal.CAPTCHA, email, when)

    def lock(self, email: str, **when: Unpack[When]) -> Fault:
        """Say that the account is locked."""
        return self._refuse_login(Refusal.LOCKED, email, when)

    def restrict(self, email: str, **when: Unpack[When]) -> Fault:
        """Refuse the account as a child's."""
        return self._refuse_login(Refusal.RESTRICTED, email, when)

    def soft_block(self, email: str | None = None, **when: Unpack[When]) -> Fault:
        """Say 429 inside a JSON answer of status 200."""
        return self._refuse_login(Refusal.SOFT_BLOCK, email, when)

    def throttle_logins(
        self, after: int, span: timedelta, *, per_address: bool = False, **when: Unpack[When]
    ) -> Fault:
        """Answer 429 to an account's logins for *span*, after so many; each try re-arms it."""
        effect = effects.rearming_throttle(
            self._now,
            (lambda request: request.client) if per_address else refusals.login_name,
            after,
            span,
            refusals.too_many(None),
        )
        return self._add("throttle_logins", "/", refusals.at_logins(effect), when)

    def lose_sessions(self) -> None:
        """Forget every sign-in session, also those that wait for a security code."""
        self._sessions.forget_all()

    # -- tokens ----------------------------------------------------------------------

    def refuse_apps(self, *client_ids: str, **when: Unpack[When]) -> Fault:
        """Refuse these client ids at the token endpoint."""
        return self._add("refuse_apps", DI_PATH, effects.refuse_apps(client_ids), when)

    def crowd_limit(
        self,
        path: str = "/",
        *,
        parallel: int = 12,
        retry_after: int | None = 14,
        **when: Unpack[When],
    ) -> Fault:
        """Answer 429 while so many requests are in flight, as the Personal API was seen to."""
        effect = effects.crowd_limit(parallel, refusals.too_many(retry_after))
        return self._add("crowd_limit", path, effect, when)

    def revoke_tokens(
        self, account: str | None = None, *, kind: str | None = None, refresh_too: bool = True
    ) -> None:
        """Make issued tokens worthless: of one account or all, of one kind or all."""
        chosen = TokenKind(kind) if kind else None
        self._tokens.revoke(account, kind=chosen, refresh_too=refresh_too)

    # -- the list --------------------------------------------------------------------

    def clear(self, fault: Fault | None = None) -> None:
        """End one fault, or all of them."""
        with self._lock:
            self._faults = [kept for kept in self._faults if fault and kept is not fault]

    def in_force(self) -> tuple[Fault, ...]:
        """Return the faults that were told and not cleared, in order."""
        with self._lock:
            return tuple(self._faults)

    def end_delays(self) -> None:
        """Release whoever waits in a delay, now and from now on."""
        self._no_more_delays.set()

    def apply(self, request: Request, caller: Caller, proceed: Callable[[], Answer]) -> Answer:
        """Answer *request* through every fault that strikes it; *proceed* is Garmin itself."""
        return self._through(self.in_force(), request, caller, proceed)

    def _through(
        self,
        left: tuple[Fault, ...],
        request: Request,
        caller: Caller,
        proceed: Callable[[], Answer],
    ) -> Answer:
        for position, fault in enumerate(left):
            if fault.strikes(request, caller, self._now()):
                rest = partial(self._through, left[position + 1 :], request, caller, proceed)
                return fault.effect(request, rest)
        return proceed()

    def _refuse_login(self, refusal: Refusal, email: str | None, when: When) -> Fault:
        chosen: When = {**when, "account": email} if email else when
        effect = refusals.at_logins(lambda request, _proceed: refusals.refuse(refusal, request))
        return self._add(refusal.value, "/", effect, chosen)

    def _add(self, name: str, path: str, effect: Effect, when: When) -> Fault:
        fault = Fault(name, Selector(path, when), effect)
        with self._lock:
            self._faults.append(fault)
        return fault
