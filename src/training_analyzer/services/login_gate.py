"""The one place through which passwords go to Garmin: it waits where Garmin was hurt before."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING

from training_analyzer.errors import AccountLocked, CredentialsRejected, LoginBlocked
from training_analyzer.garmin.login import NeedsMfa, finish_mfa, log_in
from training_analyzer.planning.logins import LoginEnd, login_wait

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from training_analyzer.db.repositories.logins import LoginsRepository
    from training_analyzer.errors import BlockCause
    from training_analyzer.garmin.hosts import Hosts
    from training_analyzer.garmin.login import LoggedIn
    from training_analyzer.model import Region
    from training_analyzer.services.encryption import EncryptionService
    from training_analyzer.services.metrics import Metrics


class LoginGate:
    """Lets a password login through, or says when it may go; remembers how each one ended.

    *server* names this machine: what Garmin holds against one machine does not stop
    the others that share the database.
    """

    def __init__(
        self,
        logins: LoginsRepository,
        encryption: EncryptionService,
        *,
        server: str,
        now: Callable[[], datetime],
        metrics: Metrics,
    ) -> None:
        self._logins = logins
        self._encryption = encryption
        self._server = server
        self._now = now
        self._metrics = metrics
        # One login at a time leaves this process: Garmin counts them by machine, too.
        self._turn = threading.Lock()

    def possible_at(self, email: str, region: Region) -> datetime | None:
        """Return when a login with *email* may go to Garmin, or None for now."""
        blocked = self.blocked(email, region)
        return blocked.retry_at if blocked is not None else None

    def blocked(self, email: str, region: Region) -> LoginBlocked | None:
        """Return what keeps a login with *email* from Garmin for now, if anything does."""
        account, *older = self._encryption.fingerprints(_normalised(email, region))
        known = [
            replace(login, account=account) if login.account in older else login
            for login in self._logins.recent(now=self._now())
        ]
        wait = login_wait(account, known, now=self._now(), server=self._server)
        return LoginBlocked(wait.until, wait.cause) if wait is not None else None

    def log_in(
        self, email: str, password: str, region: Region, *, hosts: Hosts
    ) -> LoggedIn | NeedsMfa:
        """Sign in with *email* and *password*, once.

        Raises `LoginBlocked` with the time, and asks nothing of Garmin, while a wait
        is on; otherwise whatever the login raises.
        """
        with self._turn:
            self._refuse_blocked(email, region)
            account = self._encryption.fingerprints(_normalised(email, region))[0]
            # Written down before it goes: a crash in the middle must not make it free.
            login_id = self._logins.begin(account, self._server, now=self._now())
            try:
                entered = log_in(email, password, hosts=hosts)
            except (CredentialsRejected, AccountLocked):
                self._end(login_id, LoginEnd.REJECTED)
                raise
            except LoginBlocked as blocked:
                self._end(login_id, LoginEnd.BLOCKED, blocked.cause)
                raise self.blocked(email, region) or blocked from None
            except BaseException:
                # Nobody knows: the line of the database stays as it began.
                self._metrics.logged_in(LoginEnd.UNKNOWN.value)
                raise
            asked = isinstance(entered, NeedsMfa)
            self._end(login_id, LoginEnd.ASKED_FOR_CODE if asked else LoginEnd.ENTERED)
            return entered

    def finish(
        self, state: str, code: str, email: str, region: Region, *, hosts: Hosts
    ) -> LoggedIn:
        """Finish a login that waits for *code*; a block counts as one of the password's.

        Raises `LoginBlocked` with the time, and asks nothing of Garmin, while a wait
        is on; otherwise whatever `finish_mfa` raises.
        """
        with self._turn:
            self._refuse_blocked(email, region)
            try:
                return finish_mfa(state, code, hosts=hosts)
            except LoginBlocked as blocked:
                account = self._encryption.fingerprints(_normalised(email, region))[0]
                login_id = self._logins.begin(account, self._server, now=self._now())
                self._end(login_id, LoginEnd.BLOCKED, blocked.cause)
                raise self.blocked(email, region) or blocked from None

    def _refuse_blocked(self, email: str, region: Region) -> None:
        blocked = self.blocked(email, region)
        if blocked is not None:
            raise blocked

    def _end(self, login_id: int, end: LoginEnd, cause: BlockCause | None = None) -> None:
        self._logins.end(login_id, end, cause)
        self._metrics.logged_in(end.value)


def _normalised(email: str, region: Region) -> str:
    return f"{region.value}:{email.strip().lower()}"
