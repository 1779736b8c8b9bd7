"""Logins that wait for a security code: sealed, ten minutes, three codes, any process."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, Self

from training_analyzer.errors import DecryptionError, MfaExpired, SignInAbandoned
from training_analyzer.model import Region
from training_analyzer.services.vault import MFA_STATE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from training_analyzer.garmin.login import NeedsMfa
    from training_analyzer.services.vault import Opened, Vault

PATIENCE: Final = timedelta(minutes=10)
MOST_CODES: Final = 3


@dataclass(frozen=True, slots=True, repr=False)
class Entry:
    """What a person typed and chose to sign in."""

    email: str
    password: str
    region: Region
    keep_password: bool
    replace_data: bool

    @classmethod
    def restore(cls, held: Mapping[str, Any]) -> Self:
        """Make an entry of what `as_held` gave."""
        return cls(
            held["email"],
            held["password"],
            Region(held["region"]),
            held["keep_password"],
            held["replace_data"],
        )

    def as_held(self) -> dict[str, Any]:
        """Return what is sealed until the code comes. It is a secret."""
        return {
            "email": self.email,
            "password": self.password,
            "region": self.region.value,
            "keep_password": self.keep_password,
            "replace_data": self.replace_data,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class MfaPending:
    """Garmin has sent a code by *method*; `finish_mfa` completes the connection with it."""

    user_id: str
    method: str
    expires_at: datetime
    attempts_left: int
    # Of the sign-in that it belongs to, where that has one.
    login_id: str | None = None


@dataclass(frozen=True, slots=True)
class Attempt:
    """A sign-in as whoever makes it is told of it; `is_wanted` commits to what comes next."""

    login_id: str | None = None
    is_wanted: Callable[[], bool] = lambda: True

    def refuse_abandoned(self) -> None:
        """Raise `SignInAbandoned` when nobody wants it any more."""
        if not self.is_wanted():
            raise SignInAbandoned


# One that its person waits for.
UNWATCHED: Final = Attempt()


class WaitingLogins:
    """At most one waiting login per user, kept in the vault."""

    def __init__(self, vault: Vault, now: Callable[[], datetime]) -> None:
        self._vault = vault
        self._now = now

    def begin(
        self, user_id: str, needs: NeedsMfa, entry: Entry, login_id: str | None = None
    ) -> MfaPending:
        """Keep the login; one that waited before is forgotten."""
        login = {"state": needs.state, "method": needs.method, "tries": 0, "login_id": login_id}
        held = {**entry.as_held(), **login}
        return self._keep(user_id, held, self._now() + PATIENCE)

    def find(self, user_id: str) -> MfaPending | None:
        """Return the login that waits, or None; asks nothing of Garmin."""
        try:
            waiting = self._waiting(user_id)
        except DecryptionError:
            return None
        if waiting is None or waiting.expires_at is None:
            return None
        return _pending(user_id, json.loads(waiting.secret.reveal()), waiting.expires_at)

    def open(self, user_id: str) -> tuple[Entry, str]:
        """Return what was typed and the login's state. Raises `MfaExpired` when none waits."""
        waiting = self._waiting(user_id)
        if waiting is None:
            self.drop(user_id)
            raise MfaExpired
        held = json.loads(waiting.secret.reveal())
        return Entry.restore(held), held["state"]

    def count_wrong_code(self, user_id: str) -> int:
        """Take one try away and return how many are left; with the last the login is forgotten."""
        waiting = self._waiting(user_id)
        if waiting is None or waiting.expires_at is None:
            return 0
        held = json.loads(waiting.secret.reveal())
        held["tries"] += 1
        if held["tries"] >= MOST_CODES:
            self.drop(user_id)
            return 0
        return self._keep(user_id, held, waiting.expires_at).attempts_left

    def drop(self, user_id: str) -> None:
        """Forget the login."""
        self._vault.drop(user_id, MFA_STATE)

    def _waiting(self, user_id: str) -> Opened | None:
        waiting = self._vault.get(user_id, MFA_STATE)
        if waiting is None or waiting.expires_at is None or waiting.expires_at <= self._now():
            return None
        return waiting

    def _keep(self, user_id: str, held: dict[str, Any], expires_at: datetime) -> MfaPending:
        self._vault.put(user_id, MFA_STATE, json.dumps(held), expires_at=expires_at)
        return _pending(user_id, held, expires_at)


def _pending(user_id: str, held: Mapping[str, Any], expires_at: datetime) -> MfaPending:
    return MfaPending(
        user_id=user_id,
        method=held["method"],
        expires_at=expires_at,
        attempts_left=MOST_CODES - held["tries"],
        # A login that began under an older version has none.
        login_id=held.get("login_id"),
    )
