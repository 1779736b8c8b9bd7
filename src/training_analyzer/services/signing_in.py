"""Sign-ins to Garmin that outlive the request that began them; any process tells how they stand.

Garmin takes seconds, sometimes minutes. Each sign-in has a thread here and a row in the
database, and they go out one after the other.
"""

from __future__ import annotations

import logging
import secrets
import threading
import time
from concurrent.futures import Future
from concurrent.futures import TimeoutError as TookTooLong
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final, Self

from training_analyzer.db.repositories.sign_ins import SignIn, SignInsRepository, SignInState
from training_analyzer.errors import (
    GarminSyncError,
    GarminUnavailable,
    InternalError,
    MfaExpired,
    MfaInvalid,
    SignInAbandoned,
)
from training_analyzer.services.waiting_logins import Attempt, MfaPending

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from training_analyzer.db import Database
    from training_analyzer.services.connections import Connected, Connections
    from training_analyzer.services.waiting_logins import Entry

__all__ = ["Begun", "Look", "SignInState", "SigningIn", "error_of", "text_of"]

log = logging.getLogger(__name__)

# Whoever has waited this long has lost their process, or waits behind too many others.
GIVEN_UP_AFTER: Final = timedelta(minutes=5)
_KEPT_FOR: Final = timedelta(days=1)
_MOST_THREADS: Final = 16
_ANY_OPEN: Final = (SignInState.SIGNING_IN, SignInState.MFA_REQUIRED)

type Outcome = Connected | MfaPending


@dataclass(frozen=True, slots=True)
class Begun:
    """A sign-in, or a code for one, that is on its way to Garmin."""

    login_id: str
    future: Future[Outcome]

    def outcome(self, patience: timedelta) -> Outcome | None:
        """Return how it ended, None when it has not within *patience*; raise what it met."""
        try:
            return self.future.result(patience.total_seconds())
        except TookTooLong:
            return None


@dataclass(frozen=True, slots=True)
class Look:
    """How a sign-in stands; `pending` where it waits for its code."""

    sign_in: SignIn
    pending: MfaPending | None = None


class SigningIn:
    """Signs people in to Garmin in threads of its own; at most `_MOST_THREADS` wait here."""

    def __init__(
        self, connections: Connections, sign_ins: SignInsRepository, now: Callable[[], datetime]
    ) -> None:
        self._connections = connections
        self._sign_ins = sign_ins
        self._now = now
        self._turn = threading.Lock()
        self._lock = threading.Lock()
        self._running: set[Future[Outcome]] = set()

    @classmethod
    def over(
        cls, connections: Connections, database: Database, now: Callable[[], datetime]
    ) -> Self:
        """Return one that keeps its rows in *database*."""
        return cls(connections, SignInsRepository(database), now)

    def begin(self, user_id: str, entry: Entry) -> Begun | None:
        """Begin to sign in with what was typed; None when too many others do.

        A sign-in of the user's that goes on already is abandoned.
        """

        def work(attempt: Attempt) -> Outcome:
            return self._connections.connect_password(
                user_id,
                entry.email,
                entry.password,
                region=entry.region,
                keep_password=entry.keep_password,
                replace_data=entry.replace_data,
                sign_in=attempt,
            )

        return self._start(user_id, work, lambda: self._new(user_id))

    def enter_code(self, user_id: str, code: str, login_id: str | None = None) -> Begun | None:
        """Hand in the code of a sign-in that waits for it; None when too many others sign in.

        Without *login_id* it is for the one that waits. Raises `MfaExpired` when that one
        does not wait for a code.
        """
        pending = self._connections.pending_login(user_id)
        if pending is None or (login_id is not None and pending.login_id != login_id):
            raise MfaExpired

        def work(attempt: Attempt) -> Outcome:
            return self._connections.finish_mfa(user_id, code, sign_in=attempt)

        def take() -> str:
            if pending.login_id is None:
                # One that began on a page has no row yet.
                return self._new(user_id)
            waits = SignInState.MFA_REQUIRED
            if not self._move(user_id, pending.login_id, SignInState.SIGNING_IN, waits):
                raise MfaExpired
            return pending.login_id

        return self._start(user_id, work, take)

    def look(self, user_id: str, login_id: str) -> Look | None:
        """Return how that sign-in of the user stands; None when there is none.

        Raises `MfaExpired` when its code did not come in time, or three were wrong.
        """
        found = self._sign_ins.find(user_id, login_id)
        if found is None or found.state is SignInState.ABANDONED:
            return None
        is_over = found.state is SignInState.FAILED
        if is_over and found.error_code in {MfaExpired.code, MfaInvalid.code}:
            raise MfaExpired
        if found.state is SignInState.MFA_REQUIRED:
            pending = self._connections.pending_login(user_id)
            if pending is None or pending.login_id != login_id:
                raise MfaExpired
            return Look(found, pending)
        is_open = found.state in {SignInState.SIGNING_IN, SignInState.SAVING}
        if is_open and found.began_at <= self._now() - GIVEN_UP_AFTER:
            code = GarminUnavailable.code
            return Look(replace(found, state=SignInState.FAILED, error_code=code))
        return Look(found)

    def abandon(self, user_id: str, login_id: str) -> bool:
        """Call a sign-in of the user off; False when there is none that has not ended."""
        moved = self._move(user_id, login_id, SignInState.ABANDONED, *_ANY_OPEN)
        if moved:
            self._connections.drop_login(user_id, login_id)
        return moved

    def is_under_way(self, user_id: str) -> bool:
        """Tell whether a sign-in of the user waits for Garmin, in any process."""
        return self._sign_ins.is_under_way(user_id, since=self._now() - GIVEN_UP_AFTER)

    def wait(self, grace_s: float) -> bool:
        """Wait at most *grace_s* seconds for all that go on; tell whether they have ended."""
        until = time.monotonic() + grace_s
        with self._lock:
            running = list(self._running)
        for future in running:
            try:
                future.exception(max(0.0, until - time.monotonic()))
            except TookTooLong:
                return False
        return True

    def _new(self, user_id: str) -> str:
        login_id, now = f"lgn_{secrets.token_hex(8)}", self._now()
        self._sign_ins.begin(user_id, login_id, now=now, forget_before=now - _KEPT_FOR)
        return login_id

    def _admit(self) -> Future[Outcome] | None:
        with self._lock:
            if len(self._running) >= _MOST_THREADS:
                return None
            future: Future[Outcome] = Future()
            self._running.add(future)
        return future

    def _done(self, future: Future[Outcome]) -> None:
        with self._lock:
            self._running.discard(future)

    def _start(
        self, user_id: str, work: Callable[[Attempt], Outcome], take: Callable[[], str]
    ) -> Begun | None:
        """Begin *work* for the sign-in that *take* gives; None when too many others wait."""
        future = self._admit()
        if future is None:
            return None
        try:
            login_id = take()
            threading.Thread(
                target=self._run,
                args=(user_id, login_id, work, future),
                name="garmin-sign-in",
                daemon=True,
            ).start()
        except BaseException:
            self._done(future)
            raise
        return Begun(login_id, future)

    def _run(
        self,
        user_id: str,
        login_id: str,
        work: Callable[[Attempt], Outcome],
        future: Future[Outcome],
    ) -> None:
        try:
            outcome = self._signed_in(user_id, login_id, work)
        except GarminSyncError as error:
            log.info("User %s was not signed in to Garmin: %s", user_id, error.code)
            # Without the frames that it came through: they hold what was typed.
            future.set_exception(error.with_traceback(None))
        except Exception as error:  # noqa: BLE001 - a bug must not leave the person waiting
            log.error("The sign-in of user %s ended with %s", user_id, type(error).__name__)  # noqa: TRY400 - its text and traceback may hold a secret
            future.set_exception(InternalError())
        else:
            future.set_result(outcome)
        finally:
            self._done(future)

    def _signed_in(
        self, user_id: str, login_id: str, work: Callable[[Attempt], Outcome]
    ) -> Outcome:
        def is_wanted() -> bool:
            return self._move(user_id, login_id, SignInState.SAVING, SignInState.SIGNING_IN)

        with self._turn:
            # Its patience begins anew when its turn comes; who waited too long was told so.
            if not self._move(user_id, login_id, SignInState.SIGNING_IN, SignInState.SIGNING_IN):
                raise SignInAbandoned
            try:
                outcome = work(Attempt(login_id, is_wanted))
            except Exception as error:
                code = error.code if isinstance(error, GarminSyncError) else InternalError.code
                self._note_failure(user_id, login_id, code)
                raise
        if isinstance(outcome, MfaPending):
            if not self._move(user_id, login_id, SignInState.MFA_REQUIRED, SignInState.SIGNING_IN):
                self._connections.drop_login(user_id, login_id)
                raise SignInAbandoned
            return outcome
        self._move(user_id, login_id, SignInState.CONNECTED, SignInState.SAVING)
        return outcome

    def _note_failure(self, user_id: str, login_id: str, code: str) -> None:
        """Write down what it met; one that still waits for a code may be given another."""
        pending = self._connections.pending_login(user_id)
        waits = pending is not None and pending.login_id == login_id
        to = SignInState.MFA_REQUIRED if waits else SignInState.FAILED
        self._sign_ins.move(
            user_id,
            login_id,
            to,
            among=(SignInState.SIGNING_IN, SignInState.SAVING),
            now=self._now(),
            error_code=code,
        )

    def _move(self, user_id: str, login_id: str, to: SignInState, *among: SignInState) -> bool:
        """Move it on, unless it is in another state or was given up."""
        now = self._now()
        given_up = now - GIVEN_UP_AFTER if among == (SignInState.SIGNING_IN,) else None
        return self._sign_ins.move(user_id, login_id, to, among=among, now=now, since=given_up)


def text_of(code: str) -> str:
    """Return our sentence for an error that is known by its *code* alone."""
    return _kind_of(code).own_text()


def error_of(code: str) -> GarminSyncError:
    """Return an error that is known by its *code* alone, without what else it knew."""
    kind = _kind_of(code)
    try:
        return kind()
    except TypeError:
        # One that cannot be without what it knew; its code is what a face goes by.
        return InternalError()


def _kind_of(code: str) -> type[GarminSyncError]:
    kinds = [GarminSyncError]
    for kind in kinds:
        if kind.code == code:
            return kind
        kinds.extend(kind.__subclasses__())
    return InternalError
