"""Test a connection with what it holds: tokens and key, never the password."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from training_analyzer.errors import (
    CredentialsOfAnotherKey,
    CredentialsUnreadable,
    DecryptionError,
    KeyUnavailable,
    NotConnected,
    Reaction,
    SyncAlreadyRunning,
    SyncError,
    TokenExpired,
    TooManyRequests,
    ValidateTooSoon,
)
from training_analyzer.model import Kind
from training_analyzer.services.doors import door
from training_analyzer.services.limits import GARMIN_CREDENTIALS_VALIDATE
from training_analyzer.services.owner import is_gone
from training_analyzer.services.vault import TOKEN_BUNDLE

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from training_analyzer.db.repositories.garmin_credentials import GarminCredentialsRepository
    from training_analyzer.db.repositories.leases import LeasesRepository
    from training_analyzer.model import GarminCredentials
    from training_analyzer.services.limits import Limits
    from training_analyzer.services.opening import Opener

# Longer than a renewal and three questions take.
_LEASE: Final = timedelta(minutes=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tested:
    """How a test went; `code` and `reason` are those of what Garmin said, None when valid."""

    is_valid: bool
    checked_at: datetime
    next_allowed_at: datetime
    code: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Validating:
    """Asks Garmin whose the credentials are: that proves them, and reads no data."""

    credentials: GarminCredentialsRepository
    leases: LeasesRepository
    opener: Opener
    limits: Limits
    owner: str
    now: Callable[[], datetime]

    @door
    def test(self, user_id: str) -> Tested:
        """Test the user's connection and remember what came out.

        Raises `NotConnected`; `ValidateTooSoon` within ten minutes of the last test;
        `SyncAlreadyRunning` while a sync runs, which is the better test; and what keeps
        Garmin from answering at all, which says nothing of the credentials.
        """
        known = self.credentials.get_credentials(user_id)
        if known is None:
            raise NotConnected
        now = self.now()
        try:
            self.limits.take(GARMIN_CREDENTIALS_VALIDATE, user_id)
        except TooManyRequests as refused:
            raise ValidateTooSoon(now + refused.retry_after) from None
        refusal = self._refusal(known)
        self.credentials.update_validation_status(
            user_id,
            is_valid=refusal is None,
            validation_error=refusal.message if refusal else None,
            error_code=refusal.code if refusal else None,
            as_of=known.updated_at,
        )
        return Tested(
            is_valid=refusal is None,
            checked_at=now,
            next_allowed_at=now + GARMIN_CREDENTIALS_VALIDATE.window,
            code=refusal.code if refusal else None,
            reason=refusal.message if refusal else None,
        )

    def _refusal(self, known: GarminCredentials) -> SyncError | None:
        """Return why the credentials do not work, None when they do; other errors are raised."""
        # Whoever renews a session holds the lease: two renewals would use up each other's token.
        lease = self.leases.borrow(
            known.user_id, owner=self.owner, now=self.now(), ttl=_LEASE, is_abandoned=is_gone
        )
        if lease is None:
            raise SyncAlreadyRunning(None)
        try:
            self._ask(known)
        except KeyUnavailable:
            # Another process has the key: nothing is wrong with the credentials.
            raise CredentialsOfAnotherKey from None
        except DecryptionError:
            return CredentialsUnreadable()
        except SyncError as error:
            if error.reaction is not Reaction.STOP_THE_CLOCK:
                raise
            return error
        finally:
            self.leases.give_back(lease)
        return None

    def _ask(self, known: GarminCredentials) -> None:
        if known.kind is not Kind.PERSONAL_KEY:
            if not self.opener.vault.holds(known.user_id, TOKEN_BUNDLE):
                raise TokenExpired
            # What is fresh is opened without a login.
            self.opener.renew_session(known.user_id)
        with self.opener.open(known.user_id, actor=known.user_id) as garmin:
            self.opener.identity.confirm(known.user_id, garmin.profile())
