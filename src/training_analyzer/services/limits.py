"""Limits: how often somebody may try something, counted where every process sees it.

Windows are fixed: the first attempt begins one, and the first after its end begins the next.
An attempt that is refused makes nobody wait longer.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from training_analyzer.errors import TooManyRequests

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from training_analyzer.db.repositories.attempt_counters import AttemptCountersRepository, Tally

_MINUTE: Final = timedelta(minutes=1)
_FIVE_MINUTES: Final = timedelta(minutes=5)
_HOUR: Final = timedelta(hours=1)
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Rule:
    """At most so many attempts within a window; `name` is the counter's."""

    name: str
    attempts: int
    window: timedelta


# Sign-in, second factor and password: the numbers of PyPI's warehouse.
SIGN_IN_USER: Final = Rule("sign_in.user", 10, _FIVE_MINUTES)
SIGN_IN_NETWORK: Final = Rule("sign_in.network", 10, _FIVE_MINUTES)
SIGN_IN_ALL: Final = Rule("sign_in.all", 1000, _FIVE_MINUTES)
SECOND_FACTOR_USER: Final = (
    Rule("second_factor.user.5min", 5, _FIVE_MINUTES),
    Rule("second_factor.user.hour", 20, _HOUR),
    Rule("second_factor.user.day", 50, _DAY),
)
SECOND_FACTOR_NETWORK: Final = (
    Rule("second_factor.network.5min", 10, _FIVE_MINUTES),
    Rule("second_factor.network.hour", 50, _HOUR),
)
PASSWORD_RESET: Final = Rule("password_reset", 5, _DAY)
REGISTRATION: Final = Rule("registration.network", 100, _DAY)
# Garmin counts sign-ins, too, and blocks an account for hours.
GARMIN_CREDENTIALS_POST: Final = Rule("garmin.credentials.post", 5, _MINUTE)
GARMIN_CREDENTIALS_DELETE: Final = Rule("garmin.credentials.delete", 3, _MINUTE)
GARMIN_CREDENTIALS_VALIDATE: Final = Rule("garmin.credentials.validate", 1, 10 * _MINUTE)
GARMIN_PASSWORD_WRONG: Final = (
    Rule("garmin.password.hour", 3, _HOUR),
    Rule("garmin.password.day", 5, _DAY),
)
GARMIN_STATUS: Final = Rule("garmin.status", 30, _MINUTE)
SYNC_TRIGGER: Final = Rule("garmin.trigger", 5, _MINUTE)
# The general ones: whatever has no number of its own.
READS: Final = Rule("default", 120, _MINUTE)
WRITES: Final = Rule("writes", 30, _MINUTE)
# What one person is denied is written down no more often than this.
DENIALS: Final = Rule("denials", 10, _MINUTE)
DENIALS_OF_ONE_KIND: Final = Rule("denials.kind", 1, _MINUTE)
# Likewise a file that they take, which may come in a thousand parts.
DOWNLOADS_OF_ONE_KIND: Final = Rule("downloads.kind", 1, _MINUTE)
CROSS_SITE_LOOKS: Final = Rule("cross_site.network", 10, _MINUTE)

_LONGEST: Final = _DAY


@dataclass(frozen=True, slots=True)
class Limits:
    """Counts attempts in the database: a restart forgets none, and processes share them."""

    repository: AttemptCountersRepository
    now: Callable[[], datetime]

    def take(self, rule: Rule, key: str = "") -> None:
        """Count an attempt of *key*, which may be personal. Raises `TooManyRequests`."""
        now = self.now()
        tally = self.repository.add(_bucket(rule, key), rule.window, now=now)
        if tally.attempts == 1:
            # Not within the statement that counts: two of those would wait for each other.
            self.repository.drop_older(now - 2 * _LONGEST)
        if tally.attempts > rule.attempts:
            raise TooManyRequests(_rest(rule, tally, now))

    def check(self, rule: Rule, key: str = "") -> None:
        """Raise `TooManyRequests` when *key* has no attempt left; counts nothing.

        For what only counts when it fails: check, try, then `take`.
        """
        now = self.now()
        tally = self.repository.find(_bucket(rule, key))
        if tally is None or tally.attempts < rule.attempts:
            return
        rest = _rest(rule, tally, now)
        if timedelta(0) < rest <= 2 * rule.window:
            raise TooManyRequests(rest)

    def forget(self, rule: Rule, key: str = "") -> None:
        """Give *key* all its attempts back."""
        self.repository.drop(_bucket(rule, key))


def _rest(rule: Rule, tally: Tally, now: datetime) -> timedelta:
    return tally.began_at + rule.window - now


def _bucket(rule: Rule, key: str) -> str:
    """Return the counter's name, which tells no address and no person."""
    return f"{rule.name}:{hashlib.sha256(key.encode('utf-8', 'replace')).hexdigest()}"
