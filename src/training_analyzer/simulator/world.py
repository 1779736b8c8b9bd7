"""The pretend Garmin's state: accounts, sessions, tokens, faults, its log and its clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from threading import RLock
from typing import TYPE_CHECKING

from training_analyzer.simulator.faults import Faults
from training_analyzer.simulator.log import RequestLog
from training_analyzer.simulator.oauth import CLIENT_IDS
from training_analyzer.simulator.sessions import Sessions
from training_analyzer.simulator.tokens import Lifetimes, Tokens

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from training_analyzer.simulator.account import Account
    from training_analyzer.simulator.answer import Answerer


def utc_now() -> datetime:
    """Return the present instant."""
    return datetime.now(UTC)


class World:
    """Everything that the pretend Garmin remembers. Thread-safe.

    `answer` makes the answers to authorised data requests. `clock` tells the time,
    to which `advance` adds; tickets, tokens and sessions expire by it. `wait` is what
    an injected delay does.
    """

    def __init__(
        self,
        accounts: Iterable[Account] = (),
        *,
        answer: Answerer,
        clock: Callable[[], datetime] = utc_now,
        lifetimes: Lifetimes | None = None,
        wait: Callable[[float], object] | None = None,
    ) -> None:
        self.answer = answer
        self.log = RequestLog()
        self.sessions = Sessions(self.now)
        self.tokens = Tokens(self.now, lifetimes)
        self.faults = Faults(self.now, self.tokens, self.sessions, wait)
        self._clock = clock
        self._ahead = timedelta(0)
        self._lock = RLock()
        self._accounts = {account.email.lower(): account for account in accounts}

    def now(self) -> datetime:
        """Return the time of the pretend Garmin, aware and in UTC."""
        return self._clock() + self._ahead

    def advance(self, by: timedelta) -> None:
        """Let time pass at once."""
        with self._lock:
            self._ahead += by

    @property
    def accounts(self) -> tuple[Account, ...]:
        """All accounts, in the order they came."""
        with self._lock:
            return tuple(self._accounts.values())

    def account(self, email: str) -> Account | None:
        """Return the account of that e-mail, whatever its case."""
        with self._lock:
            return self._accounts.get(email.lower())

    def account_of_key(self, key: str) -> Account | None:
        """Return the account whose Personal API key this is."""
        return next((known for known in self.accounts if known.personal_key == key), None)

    def put(self, account: Account) -> None:
        """Add an account, or change it; a Personal API key that is gone takes its tokens along."""
        with self._lock:
            before = self._accounts.get(account.email.lower())
            self._accounts[account.email.lower()] = account
        if before and before.personal_key and before.personal_key != account.personal_key:
            self.tokens.revoke(before.email, key=before.personal_key)

    def remove(self, email: str) -> None:
        """Delete an account with all its tokens."""
        with self._lock:
            account = self._accounts.pop(email.lower(), None)
        if account:
            self.tokens.revoke(account.email)

    def sign_in(self, email: str) -> dict[str, str]:
        """Return a token bundle as garminconnect writes it, without any login.

        Raises `LookupError` when there is no such account.
        """
        account = self.account(email)
        if account is None:
            raise LookupError(email)
        pair = self.tokens.issue_pair(account, CLIENT_IDS[0])
        return {
            "di_token": pair.access,
            "di_refresh_token": pair.refresh,
            "di_client_id": pair.client_id,
        }
