"""Open a user's connection for a sync: tokens first, the password as the last resort."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from training_analyzer.errors import (
    CredentialsOfAnotherKey,
    CredentialsRejected,
    CredentialsUnreadable,
    DecryptionError,
    GarminError,
    KeyUnavailable,
    LeaseLost,
    LoginWaits,
    MfaRequired,
    TokenExpired,
    TokenInvalid,
)
from training_analyzer.garmin.account import AccountGarmin
from training_analyzer.garmin.hosts import Hosts
from training_analyzer.garmin.hybrid import HybridGarmin
from training_analyzer.garmin.login import NeedsMfa
from training_analyzer.garmin.personal import PersonalGarmin
from training_analyzer.garmin.personal_key import PersonalToken
from training_analyzer.garmin.tokens import TokenBundle
from training_analyzer.model import Kind
from training_analyzer.services.audit import SYSTEM
from training_analyzer.services.vault import API_KEY, PERSONAL_JWT, TOKEN_BUNDLE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from training_analyzer.db.repositories.garmin_credentials import GarminCredentialsRepository
    from training_analyzer.garmin.pacing import Pacing
    from training_analyzer.model import GarminCredentials, Region
    from training_analyzer.services.audit import Audit
    from training_analyzer.services.identity import Identity
    from training_analyzer.services.login_gate import LoginGate
    from training_analyzer.services.metrics import Metrics
    from training_analyzer.services.vault import Opened, Vault

log = logging.getLogger(__name__)

# Words of the audit log.
SESSION_USED = "garmin_session_used"
SESSION_RENEWED = "garmin_session_renewed"
SIGN_IN = "garmin_sign_in"
# Garmin locks accounts of services that log in again and again.
PASSWORD_LOGIN_EVERY = timedelta(hours=24)
_KEY_OPENS_NOTHING = (
    "Garmin refuses what this Personal API key asks for. Make a new key and connect with it."
)

type OpenGarmin = AccountGarmin | HybridGarmin | PersonalGarmin


@dataclass(frozen=True, slots=True)
class Opener:
    """Opens connections with what the vault holds. Its caller holds the user's lease."""

    credentials: GarminCredentialsRepository
    vault: Vault
    gate: LoginGate
    identity: Identity
    pacing: Pacing
    server_url: str | None
    now: Callable[[], datetime]
    metrics: Metrics
    audit: Audit

    def hosts(self, region: Region) -> Hosts:
        """Return Garmin's hosts for *region*, or the simulator's."""
        return Hosts.of(region, self.server_url)

    def renew_session(self, user_id: str) -> None:
        """Renew the user's session if less than a run of it is left; never by password.

        Its caller holds the lease. Raises `TokenExpired` when it cannot be renewed, and
        whatever else Garmin says.
        """
        credentials = self.credentials.get_credentials(user_id)
        stored = self.vault.get(user_id, TOKEN_BUNDLE)
        if credentials is None or stored is None:
            return
        with self._with_tokens(credentials, stored) as garmin, self._counted(user_id):
            garmin.ensure_fresh()

    def open(
        self, user_id: str, *, session_is_dead: bool = False, actor: str = SYSTEM
    ) -> OpenGarmin:
        """Return an open connection whose tokens are fresh and, if renewed, committed.

        With *session_is_dead* the stored tokens are not tried again. Raises
        `CredentialsRejected` without credentials, `CredentialsUnreadable` when they do
        not decrypt, and whatever Garmin says to a refresh or login. The audit log has who
        asked for it, *actor*, and the same code.
        """
        credentials = self.credentials.get_credentials(user_id)
        if credentials is None:
            raise CredentialsRejected
        if session_is_dead:
            # The use of the session is written down already; a new sign-in will be.
            return self._open(credentials, session_is_dead=True)
        opened = None
        try:
            with self.audit.recording(
                SESSION_USED, user_id=user_id, actor=actor, target=credentials.kind
            ):
                opened = self._open(credentials, session_is_dead=False)
        except BaseException:
            if opened is not None:
                opened.close()
            raise
        return opened

    def _open(self, credentials: GarminCredentials, *, session_is_dead: bool) -> OpenGarmin:
        try:
            if credentials.kind is Kind.PERSONAL_KEY:
                return self._open_key_alone(credentials, jwt_is_dead=session_is_dead)
            account = (
                self._log_in_again(credentials)
                if session_is_dead
                else self._open_account(credentials)
            )
            return self._with_key(credentials, account)
        except KeyUnavailable:
            # Another process has the key: nothing is wrong with the credentials.
            raise CredentialsOfAnotherKey from None
        except DecryptionError:
            raise CredentialsUnreadable from None

    def _open_key_alone(
        self, credentials: GarminCredentials, *, jwt_is_dead: bool
    ) -> PersonalGarmin:
        """Open with the key; there is nothing else to try when its fresh token is refused."""
        if jwt_is_dead:
            raise TokenExpired(_KEY_OPENS_NOTHING)
        personal = self._open_personal(credentials)
        try:
            personal.ensure_fresh()
        except BaseException:
            personal.close()
            raise
        return personal

    def _open_personal(self, credentials: GarminCredentials) -> PersonalGarmin:
        user_id = credentials.user_id
        key = self.vault.get(user_id, API_KEY)
        if key is None:
            raise CredentialsRejected
        jwt = self.vault.get(user_id, PERSONAL_JWT)
        token = None
        if jwt is not None and jwt.expires_at is not None:
            token = PersonalToken(jwt.secret.reveal(), jwt.expires_at)

        def save(renewed: PersonalToken) -> None:
            self.vault.put(user_id, PERSONAL_JWT, renewed.jwt, expires_at=renewed.expires_at)
            self._renewed(user_id, Kind.PERSONAL_KEY)

        return PersonalGarmin(
            key.secret.reveal(),
            token=token,
            hosts=self.hosts(credentials.region),
            pace=self.pacing.for_account(user_id),
            save_token=save,
            now=self.now,
            tell=self.metrics.request,
        )

    def _with_key(
        self, credentials: GarminCredentials, account: AccountGarmin
    ) -> AccountGarmin | HybridGarmin:
        """Put the user's Personal API key, if there is one that works, before the session."""
        if self.vault.get(credentials.user_id, API_KEY) is None:
            return account
        personal = self._open_personal(credentials)
        try:
            personal.ensure_fresh()
        except GarminError as error:
            # The session has everything that the key has, and more.
            log.warning("The key of user %s is not used: %s.", credentials.user_id, error.code)
            personal.close()
            return account
        return HybridGarmin(personal, account)

    def _open_account(self, credentials: GarminCredentials) -> AccountGarmin:
        stored = self.vault.get(credentials.user_id, TOKEN_BUNDLE)
        if stored is None:
            return self._log_in_again(credentials)
        garmin = None
        try:
            garmin = self._with_tokens(credentials, stored)
            with self._counted(credentials.user_id):
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

    @contextmanager
    def _counted(self, user_id: str) -> Iterator[None]:
        """Tell what keeps a session from being renewed; a renewal is told where it is saved."""
        try:
            yield
        except GarminError as error:
            self.metrics.refreshed(error.code)
            self.audit.note_failure(
                SESSION_RENEWED, error, user_id=user_id, actor=SYSTEM, target=Kind.TOKEN
            )
            raise

    def _renewed(self, user_id: str, kind: Kind) -> None:
        """Count a renewal and write it down; nobody asks for one, the session's age does."""
        self.metrics.refreshed()
        self.audit.note(SESSION_RENEWED, user_id=user_id, actor=SYSTEM, target=kind)

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
            self._renewed(user_id, Kind.TOKEN)

        def stored_since() -> TokenBundle | None:
            latest = self.vault.get(user_id, TOKEN_BUNDLE)
            if latest is None or latest.version == at[0]:
                return None
            at[0] = latest.version
            return TokenBundle.restore(latest.secret.reveal())

        return AccountGarmin(
            TokenBundle.restore(stored.secret.reveal()),
            display_name=credentials.garmin_display_name,
            hosts=self.hosts(credentials.region),
            pace=self.pacing.for_account(user_id),
            save_tokens=save,
            now=self.now,
            other_tokens=stored_since,
            save_name=lambda name: self.credentials.note_display_name(user_id, name),
            tell=self.metrics.request,
        )

    def _log_in_again(self, credentials: GarminCredentials) -> AccountGarmin:
        """Use the stored password, if there is one and the last use is a day ago."""
        user_id = credentials.user_id
        if credentials.encrypted_email is None or credentials.encrypted_password is None:
            raise TokenExpired
        if credentials.uses_mfa:
            # Nobody is there to type a code, and each login would send one.
            raise MfaRequired
        last = self.credentials.last_password_login(credentials)
        if last is not None and self.now() - last < PASSWORD_LOGIN_EVERY:
            raise LoginWaits(last + PASSWORD_LOGIN_EVERY)
        email = self.vault.unseal(credentials.encrypted_email)
        password = self.vault.unseal(credentials.encrypted_password)
        blocked = self.gate.blocked(email.reveal(), credentials.region)
        if blocked is not None:
            raise blocked
        before = self.vault.stored(user_id, TOKEN_BUNDLE)
        # Counted before the attempt: a fault in the middle must not make a second one.
        self.credentials.record_password_login(user_id)
        log.info("User %s is signed in to Garmin with the stored password.", user_id)
        region = credentials.region
        with self.audit.recording(SIGN_IN, user_id=user_id, actor=SYSTEM, target=Kind.PASSWORD):
            entered = self.gate.log_in(
                email.reveal(), password.reveal(), region, hosts=self.hosts(region)
            )
            if isinstance(entered, NeedsMfa):
                self.credentials.note_mfa(user_id)
                raise MfaRequired
            self.identity.confirm(user_id, entered.profile)
            is_newest = self.vault.put(
                user_id,
                TOKEN_BUNDLE,
                entered.tokens.dump(),
                expires_at=entered.tokens.expires_at,
                expected_version=before.version if before else 0,
            )
        # A login takes its time. What the person has saved meanwhile stays, and is used.
        latest = self.credentials.get_credentials(user_id)
        if is_newest and latest is not None and latest.updated_at == credentials.updated_at:
            self.credentials.save_credentials(
                user_id,
                self.vault.seal(user_id, "email", email),
                self.vault.seal(user_id, "password", password),
                encryption_key_id=self.vault.key_id,
                garmin_user_id=entered.profile.profile_id,
                garmin_display_name=entered.profile.display_name,
            )
            self.identity.keep(user_id, entered.profile, region)
        return self._open_account_after_login(user_id)

    def _open_account_after_login(self, user_id: str) -> AccountGarmin:
        credentials = self.credentials.get_credentials(user_id)
        stored = self.vault.get(user_id, TOKEN_BUNDLE)
        if credentials is None or stored is None:
            # The person disconnected in this very moment.
            raise CredentialsRejected
        return self._with_tokens(credentials, stored)
