"""Open a user's connection for a sync: tokens first, the password as the last resort."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from training_analyzer.errors import (
    AccountMismatch,
    CredentialsRejected,
    CredentialsUnreadable,
    DecryptionError,
    LeaseLost,
    MfaRequired,
    TokenExpired,
    TokenInvalid,
)
from training_analyzer.garmin.account import AccountGarmin
from training_analyzer.garmin.hosts import Hosts
from training_analyzer.garmin.login import NeedsMfa, log_in
from training_analyzer.garmin.personal import PersonalGarmin
from training_analyzer.garmin.personal_key import PersonalToken
from training_analyzer.garmin.tokens import TokenBundle
from training_analyzer.model import Kind
from training_analyzer.services.vault import API_KEY, PERSONAL_JWT, TOKEN_BUNDLE

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from training_analyzer.db.repositories.garmin_credentials import GarminCredentialsRepository
    from training_analyzer.garmin.pacing import Pacing
    from training_analyzer.model import GarminCredentials, GarminProfile, Region
    from training_analyzer.services.vault import Opened, Vault

log = logging.getLogger(__name__)

# Garmin locks accounts of services that log in again and again.
PASSWORD_LOGIN_EVERY = timedelta(hours=24)

type OpenGarmin = AccountGarmin | PersonalGarmin


@dataclass(frozen=True, slots=True)
class Opener:
    """Opens connections with what the vault holds. Its caller holds the user's lease."""

    credentials: GarminCredentialsRepository
    vault: Vault
    pacing: Pacing
    server_url: str | None
    now: Callable[[], datetime]

    def hosts(self, region: Region) -> Hosts:
        """Return Garmin's hosts for *region*, or the simulator's."""
        return Hosts.of(region, self.server_url)

    def open(self, user_id: str, *, session_is_dead: bool = False) -> OpenGarmin:
        """Return an open connection whose tokens are fresh and, if renewed, committed.

        With *session_is_dead* the stored tokens are not tried again. Raises
        `CredentialsRejected` without credentials, `CredentialsUnreadable` when they do
        not decrypt, and whatever Garmin says to a refresh or login.
        """
        credentials = self.credentials.get_credentials(user_id)
        if credentials is None:
            raise CredentialsRejected
        try:
            if credentials.kind is Kind.PERSONAL_KEY:
                return self._open_personal(credentials)
            if session_is_dead:
                return self._log_in_again(credentials)
            return self._open_account(credentials)
        except DecryptionError:
            raise CredentialsUnreadable from None

    def _open_personal(self, credentials: GarminCredentials) -> PersonalGarmin:
        user_id = credentials.user_id
        key = self.vault.get(user_id, API_KEY)
        if key is None:
            raise CredentialsRejected
        jwt = self.vault.get(user_id, PERSONAL_JWT)
        token = None
        if jwt is not None and jwt.expires_at is not None:
            token = PersonalToken(jwt.text, jwt.expires_at)

        def save(renewed: PersonalToken) -> None:
            self.vault.put(user_id, PERSONAL_JWT, renewed.jwt, expires_at=renewed.expires_at)

        return PersonalGarmin(
            key.text,
            token=token,
            hosts=self.hosts(credentials.region),
            pace=self.pacing.for_account(user_id),
            save_token=save,
            now=self.now,
        )

    def _open_account(self, credentials: GarminCredentials) -> AccountGarmin:
        stored = self.vault.get(credentials.user_id, TOKEN_BUNDLE)
        if stored is None:
            return self._log_in_again(credentials)
        garmin = None
        try:
            garmin = self._with_tokens(credentials, stored)
            garmin.ensure_fresh()
        except (TokenExpired, TokenInvalid):
            if garmin is not None:
                garmin.close()
            return self._log_in_again(credentials)
        except BaseException:
            if garmin is not None:
                garmin.close()
            raise
        return garmin

    def _with_tokens(self, credentials: GarminCredentials, stored: Opened) -> AccountGarmin:
        user_id = credentials.user_id
        at = [stored.version]

        def save(rotated: TokenBundle) -> None:
            saved = self.vault.put(
                user_id,
                TOKEN_BUNDLE,
                rotated.dump(),
                expires_at=rotated.expires_at,
                expected_version=at[0],
            )
            if not saved:
                # Somebody else rotated or replaced the tokens: we do not own this user.
                raise LeaseLost
            at[0] += 1

        def stored_since() -> TokenBundle | None:
            latest = self.vault.get(user_id, TOKEN_BUNDLE)
            if latest is None or latest.version == at[0]:
                return None
            at[0] = latest.version
            return TokenBundle.restore(latest.text)

        return AccountGarmin(
            TokenBundle.restore(stored.text),
            display_name=credentials.garmin_display_name,
            hosts=self.hosts(credentials.region),
            pace=self.pacing.for_account(user_id),
            save_tokens=save,
            now=self.now,
            other_tokens=stored_since,
        )

    def _log_in_again(self, credentials: GarminCredentials) -> AccountGarmin:
        """Use the stored password, if there is one and the last use is a day ago."""
        user_id = credentials.user_id
        if credentials.encrypted_email is None or credentials.encrypted_password is None:
            raise TokenExpired
        last = credentials.last_password_login_at
        if last is not None and self.now() - last < PASSWORD_LOGIN_EVERY:
            raise TokenExpired
        email = self.vault.unseal(credentials.encrypted_email)
        password = self.vault.unseal(credentials.encrypted_password)
        # Counted before the attempt: a fault in the middle must not make a second one.
        self.credentials.record_password_login(user_id)
        log.info("User %s is signed in to Garmin with the stored password.", user_id)
        entered = log_in(email, password, hosts=self.hosts(credentials.region))
        if isinstance(entered, NeedsMfa):
            raise MfaRequired
        check_same_account(credentials, entered.profile)
        self.vault.put(
            user_id,
            TOKEN_BUNDLE,
            entered.tokens.dump(),
            expires_at=entered.tokens.expires_at,
        )
        self.credentials.save_credentials(
            user_id,
            self.vault.seal(user_id, "email", email),
            self.vault.seal(user_id, "password", password),
            encryption_key_id=self.vault.key_id,
            garmin_user_id=entered.profile.profile_id,
            garmin_display_name=entered.profile.display_name,
        )
        return self._open_account_after_login(user_id)

    def _open_account_after_login(self, user_id: str) -> AccountGarmin:
        credentials = self.credentials.get_credentials(user_id)
        stored = self.vault.get(user_id, TOKEN_BUNDLE)
        if credentials is None or stored is None:
            # The person disconnected in this very moment.
            raise CredentialsRejected
        return self._with_tokens(credentials, stored)


def check_same_account(credentials: GarminCredentials | None, profile: GarminProfile) -> None:
    """Raise `AccountMismatch` when *profile* is another Garmin account than the stored one.

    Garmin's profile ids are numbers. Anything else in `garmin_user_id` is a label of an
    embedding program and says nothing.
    """
    known = credentials.garmin_user_id if credentials else None
    if known is not None and known.isdecimal() and known != profile.profile_id:
        raise AccountMismatch
